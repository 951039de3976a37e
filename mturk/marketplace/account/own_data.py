"""All that the database holds about a person, as JSON that they can take along.

Two things are left out: that a requester blocked the worker and why, which requesters note for themselves, and what
only opens something (digests). Of uploaded files there are the names. `TOLD` and `UNTOLD` name every
table that knows workers.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final, TextIO

from sqlalchemy import Connection, Row, Select, select

from mturk.marketplace.clock import as_datetime
from mturk.marketplace.database import table as t
from mturk.marketplace.document.answer import entered
from mturk.marketplace.money import dollars

Tell = Callable[[Any], object]
_AT_ONCE = 500  # rows that are read together
_FEW = 10  # of those with answers, each of which may have megabytes


def _time(value: int | None) -> str | None:
    return None if value is None else as_datetime(value).isoformat(timespec="milliseconds")


def _answers(document: str | None) -> object:
    return document and {question: sorted(values) for question, values in entered(document).items()}


_TIMES = frozenset(
    {
        "accept_time", "approval_time", "auto_approval_time", "closing_time", "creation_time", "deadline", "due",
        "email_entry_time", "email_time", "end", "grant_time", "last_seen", "read_until", "rejection_time", "start",
        "start_time", "submit_time", "terms_time", "time",
    }
)  # fmt: skip
_SAID: Final[Mapping[str, Tell]] = {
    **dict.fromkeys(_TIMES, _time),
    "answer": _answers,
    "cents": dollars,
    "reward": dollars,
    "premium": lambda value: value and json.loads(value),
}


def _account(worker: int) -> Select[Any]:
    person, row = t.person.c, t.worker.c
    return (
        select(
            row.worker_id, person.email, person.email_entry_time, person.email_time, person.mailed,
            person.creation_time, person.terms, person.terms_time, person.password.is_not(None).label("has_password"),
        )
        .join(t.person, person.worker == row.number)
        .where(row.number == worker)
    )  # fmt: skip


def _worker(worker: int) -> Select[Any]:
    return select(*(column for column in t.worker.c if column.name != "number")).where(t.worker.c.number == worker)


def _aliases(worker: int) -> Select[Any]:
    return select(t.alias.c.name).where(t.alias.c.worker == worker)


def _sittings(worker: int) -> Select[Any]:
    column = t.sitting.c
    return select(column.start, column.last_seen, column.browser).where(column.worker == worker).order_by(column.number)


def _devices(worker: int) -> Select[Any]:
    return select(t.device.c.time).where(t.device.c.worker == worker).order_by(t.device.c.number)


def _invitations(worker: int) -> Select[Any]:
    column = t.invitation.c
    return select(column.creation_time, column.end, column.used).where(column.worker == worker).order_by(column.number)


def _links(worker: int) -> Select[Any]:
    column = t.account_link.c
    return select(column.kind, column.email_key.label("email"), column.end).where(column.worker == worker)


def _mail(worker: int) -> Select[Any]:
    column = t.mail.c
    return select(column.subject, column.text, column.end).where(column.worker == worker).order_by(column.number)


def _assignments(worker: int) -> Select[Any]:
    column = t.assignment.c
    return (
        select(
            column.assignment_id, t.hit.c.hit_id, t.hit_type.c.title, t.requester.c.name.label("requester"),
            t.hit_type.c.reward, column.status, column.accept_time, column.deadline, column.submit_time,
            column.auto_approval_time, column.approval_time, column.rejection_time, column.requester_feedback,
            column.answer,
        )
        .join(t.hit, t.hit.c.number == column.hit)
        .join(t.hit_type, t.hit_type.c.number == t.hit.c.hit_type)
        .join(t.requester, t.requester.c.number == t.hit.c.requester)
        .where(column.worker == worker)
        .order_by(column.number)
    )  # fmt: skip


def _files(worker: int) -> Select[Any]:
    """The files that came with answers, without what is in them: who sent them has it."""
    column = t.upload.c
    return (
        select(t.assignment.c.assignment_id, column.question, column.name, column.size)
        .join(t.assignment, t.assignment.c.number == column.assignment)
        .where(t.assignment.c.worker == worker)
        .order_by(column.number)
    )


def _payments(worker: int) -> Select[Any]:
    column = t.transfer.c
    # What was earned leaves the account by no movement, so these are all; the index is of those who were paid.
    mine = (column.to_kind == "earned") & (column.to_owner == worker)
    return (
        select(column.time, column.reason, column.cents, t.assignment.c.assignment_id)
        .outerjoin(t.assignment, t.assignment.c.number == column.assignment)
        .where(mine)
        .order_by(column.number)
    )


def _bonuses(worker: int) -> Select[Any]:
    column = t.bonus.c
    return (
        select(column.grant_time, column.cents, column.reason, t.assignment.c.assignment_id)
        .join(t.assignment, t.assignment.c.number == column.assignment)
        .where(column.worker == worker)
        .order_by(column.number)
    )


def _qualifications(worker: int) -> Select[Any]:
    column, kind = t.qualification.c, t.qualification_type.c
    return (
        select(kind.qualification_type_id, kind.name, column.value, column.status, column.grant_time, column.reason)
        .join(t.qualification_type, kind.number == column.qualification_type)
        .where(column.worker == worker)
        .order_by(column.number)
    )


def _requests(worker: int) -> Select[Any]:
    column, kind = t.qualification_request.c, t.qualification_type.c
    return (
        select(
            column.qualification_request_id, kind.name, column.status, column.start_time, column.deadline,
            column.submit_time, column.answer, column.reason,
        )
        .join(t.qualification_type, kind.number == column.qualification_type)
        .where(column.worker == worker)
        .order_by(column.number)
    )  # fmt: skip


def _messages(worker: int) -> Select[Any]:
    column = t.message.c
    return (
        select(t.requester.c.name.label("requester"), column.time, column.subject, column.text)
        .join(t.requester, t.requester.c.number == column.requester)
        .where(column.worker == worker)
        .order_by(column.number)
    )


def _undone(worker: int) -> Select[Any]:
    column = t.undone.c
    return (
        select(t.hit.c.hit_id, column.status, column.time)
        .join(t.hit, t.hit.c.number == column.hit)
        .where(column.worker == worker)
        .order_by(column.number)
    )


def _acquaintances(worker: int) -> Select[Any]:
    column = t.acquaintance.c
    return (
        select(t.requester.c.name.label("requester"))
        .join(t.requester, t.requester.c.number == column.requester)
        .where(column.worker == worker)
        .order_by(column.requester)
    )


def _mailbox(worker: int) -> Select[Any]:
    return select(t.mailbox.c.read_until).where(t.mailbox.c.worker == worker)


def _opened(worker: int) -> Select[Any]:
    return select(t.opened_notice.c.kind, t.opened_notice.c.subject).where(t.opened_notice.c.worker == worker)


def _reports(worker: int) -> Select[Any]:
    column = t.report.c
    return (
        select(t.hit.c.hit_id, column.time, column.reason, column.text)
        .join(t.hit, t.hit.c.number == column.hit)
        .where(column.worker == worker)
        .order_by(column.number)
    )


def _letters(worker: int) -> Select[Any]:
    column = t.letter.c
    return (
        select(t.requester.c.name.label("requester"), t.hit.c.hit_id, column.time, column.text)
        .join(t.requester, t.requester.c.number == column.requester)
        .join(t.hit, t.hit.c.number == column.hit)
        .where(column.worker == worker)
        .order_by(column.number)
    )


def _deeds(worker: int) -> Select[Any]:
    column = t.audit_entry.c
    # What others tried with the worker's account says where they are.
    mine = (t.worker.c.number == worker) & column.actor.in_(("worker", "program"))
    return (
        select(column.time, column.address, column.operation, column.subjects)
        .join(t.worker, t.worker.c.worker_id == column.worker_id)
        .where(mine)
        .order_by(column.number)
    )


TOLD: Final[Mapping[str, tuple[str, Callable[[int], Select[Any]]]]] = {
    "person": ("account", _account),
    "worker": ("worker", _worker),
    "alias": ("signed_in_as", _aliases),
    "sitting": ("sittings", _sittings),
    "device": ("known_browsers", _devices),
    "invitation": ("invitations", _invitations),
    "account_link": ("open_links", _links),
    "mail": ("waiting_mail", _mail),
    "assignment": ("assignments", _assignments),
    "upload": ("files", _files),
    "transfer": ("payments", _payments),
    "bonus": ("bonuses", _bonuses),
    "qualification": ("qualifications", _qualifications),
    "qualification_request": ("qualification_requests", _requests),
    "message": ("messages", _messages),
    "undone": ("returned_and_abandoned", _undone),
    "acquaintance": ("requesters_who_decided", _acquaintances),
    "mailbox": ("messages_read", _mailbox),
    "opened_notice": ("messages_opened", _opened),
    "report": ("reports", _reports),
    "letter": ("letters", _letters),
    "audit_entry": ("audit_trail", _deeds),
}
"""What is told, by the name of its table: under which name, and by which query."""
UNTOLD: Final = frozenset({"worker_block", "closed_account"})
"""Tables that know workers and are not told."""


def write(database: Connection, worker: int, file: TextIO) -> None:
    """Write all that there is about a worker to a file, row by row."""
    file.write("{")
    for position, (name, query) in enumerate(TOLD.values()):
        file.write(f"{',' if position else ''}\n{json.dumps(name)}: [")
        told = query(worker)
        # There may be a hundred thousand of them.
        at_once = _FEW if "answer" in told.selected_columns else _AT_ONCE
        rows = database.execution_options(yield_per=at_once).execute(told)
        for number, row in enumerate(rows):
            file.write(f"{',' if number else ''}\n  {json.dumps(_said(row), ensure_ascii=False)}")
        file.write("]")
    file.write("\n}\n")


def _said(row: Row[Any]) -> dict[str, object]:
    return {name: _SAID[name](value) if name in _SAID else value for name, value in row._mapping.items()}
