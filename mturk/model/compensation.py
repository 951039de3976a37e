"""Paying a worker whom no assignment stands for: the work could not be submitted, the page broke, time ran out."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from mturk.data import limit, price
from mturk.data.enumeration import ActionsGuarded, HITStatus
from mturk.data.price import Money
from mturk.model.hit import HIT
from mturk.model.qualification_type import QualificationType
from mturk.question.html_question import HTMLQuestion

if TYPE_CHECKING:
    from mturk.model.worker import Worker

_NAME = "Compensation for {worker}"
_ABOUT = "Lets one worker collect a payment."


def compensate(worker: Worker, amount: Money, reason: str, lifetime: timedelta | int, again: bool) -> HIT:
    """Publish a HIT that only this worker can take, and that pays as soon as it is submitted."""
    key = _key(worker, price.amount("amount", amount), limit.text("reason", reason, 1000, 1))
    seconds = limit.seconds("lifetime", lifetime, 30, limit.YEAR)
    connection = worker.connection
    ticket = QualificationType.ensure(_NAME.format(worker=worker.id), _ABOUT, connection=connection)
    hit = None if again else _published(ticket, key)
    if hit is None:
        hit = _publish(ticket, worker, amount, reason, seconds, None if again else key)
    # Last, so that the service's e-mail finds the HIT there.
    if not any(each.worker_id == worker.id for each in ticket.qualifications()):
        ticket.grant(worker)
    return hit


def _published(ticket: QualificationType, key: str) -> HIT | None:
    return next((hit for hit in ticket.hits() if hit.requester_annotation == key and not _is_over(hit)), None)


def _publish(
    ticket: QualificationType, worker: Worker, amount: Money, reason: str, lifetime: int, key: str | None
) -> HIT:
    token = key  # two scripts that do this at the same moment make one HIT
    while True:
        hit = _create(ticket, worker, amount, reason, lifetime, key, token)
        if token is None or not _is_over(hit):
            return hit
        # The worker did not come in time: the next HIT has a token that all scripts find the same way.
        token = hashlib.sha256(f"{token}\0{hit.id}".encode()).hexdigest()


def _is_over(hit: HIT) -> bool:
    """Whether the HIT ended with nobody having collected it; a worker who is at it still can."""
    return hit.status not in (HITStatus.ASSIGNABLE, HITStatus.UNASSIGNABLE) and not hit.assignments()


def _create(
    ticket: QualificationType,
    worker: Worker,
    amount: Money,
    reason: str,
    lifetime: int,
    key: str | None,
    token: str | None,
) -> HIT:
    return HIT.create(
        HTMLQuestion.from_template("mturk/compensation.html", reason=reason),
        lifetime,
        title=f"Compensation for {worker.id}",
        description=f"Only for {worker.id}: {reason}",
        reward=amount,
        assignment_duration=timedelta(hours=1),
        auto_approval_delay=0,
        qualification_requirements=[ticket.exists().guarding(ActionsGuarded.DISCOVER_PREVIEW_AND_ACCEPT)],
        requester_annotation=key,
        unique_request_token=token,
        connection=ticket.connection,
    )


def _key(worker: Worker, amount: Decimal, reason: str) -> str:
    return hashlib.sha256("\0".join((worker.id, f"{amount:.2f}", reason)).encode()).hexdigest()
