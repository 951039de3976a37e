"""Rows have the columns that their types say, and None only where the types say so."""

from __future__ import annotations

from operator import attrgetter
from typing import Any, get_args, get_type_hints

import pytest
from sqlalchemy import Select, create_engine, false, select

from mturk.marketplace.account import account_link, invitation, person, sitting
from mturk.marketplace.database import table as t
from mturk.marketplace.database.row import known
from mturk.marketplace.hit import assignment, bonus, hit, hit_type, notification, offer, review_result, upload, work
from mturk.marketplace.people import block, mail, message, requester, worker
from mturk.marketplace.qualification import qualification, qualification_request, qualification_type
from mturk.marketplace.workplace import concern, desk, submission

ROWS: list[tuple[Any, Select[Any]]] = [
    (hit.HIT, hit.WHOLE),
    (hit_type.HITType, hit_type._WHOLE),
    (assignment.Assignment, assignment._WHOLE),
    (offer.Group, offer._WHOLE),
    (desk.Held, desk._WHOLE),
    (desk.Undone, desk._UNDONE),
    (worker.Worker, select(t.worker)),
    (bonus.Bonus, bonus._WHOLE),
    (review_result.Entry, select(t.review_entry)),
    (notification.Setting, notification._SETTING),
    (upload.Upload, select(t.upload)),
    (block.WorkerBlock, block._WHOLE),
    (message.Receiver, message._RECEIVERS),
    (person.Person, person._WHOLE),
    (sitting.Sitting, sitting._WHOLE),
    (invitation.Invitation, invitation._BY_DIGEST),
    (account_link.AccountLink, select(t.account_link)),
    (mail.Mail, mail._WHOLE),
    (requester.SealedKey, requester._VALID),
    (qualification.Qualification, qualification._WHOLE),
    (qualification_type.QualificationType, select(t.qualification_type)),
    (qualification_request.QualificationRequest, qualification_request._WHOLE),
    (concern.Concern, concern._HIT),
    (submission.Submission, submission._SHOWN),
    (submission.Extra, submission._EXTRAS),
]
# What an outer join leaves empty, though its table does not.
LEFT_EMPTY = {
    (hit.HIT, "outlet"),
    (hit.HIT, "event_types"),
    (hit_type.HITType, "outlet"),
    (hit_type.HITType, "event_types"),
    (assignment.Assignment, "worker_id"),
    (invitation.Invitation, "worker_id"),
    (invitation.Invitation, "adult"),
    (mail.Mail, "mailed"),
    (mail.Mail, "present_key"),
    (mail.Mail, "mail_token"),
}

each_row = pytest.mark.parametrize(("kind", "query"), ROWS, ids=lambda value: getattr(value, "__name__", ""))


@each_row
def test_a_row_has_exactly_the_columns_of_its_type_in_their_order(kind: Any, query: Select[Any]) -> None:
    engine = create_engine("sqlite://")
    with engine.connect() as database:
        t.metadata.create_all(database)
        of_none = dict.fromkeys(query.compile().params, 0)
        assert tuple(database.execute(query.where(false()), of_none).keys()) == kind._fields
    engine.dispose()


@each_row
def test_a_value_is_of_its_type_and_none_only_where_the_table_allows_it(kind: Any, query: Select[Any]) -> None:
    for name, hint in get_type_hints(kind).items():
        column = query.selected_columns[name]
        empty = getattr(column, "nullable", False) or (kind, name) in LEFT_EMPTY
        assert (column.type.python_type, empty) == ((get_args(hint) or (hint,))[0], type(None) in get_args(hint)), name


@pytest.mark.parametrize(
    ("query", "kinds", "more"),
    [
        (assignment._WITH_HIT, (hit.HIT, assignment.Assignment), ()),
        (work._CANDIDACY, (hit.HIT, worker.Worker), ("status", "blocked", *work.Free._fields)),
    ],
)
def test_a_row_of_several_kinds_has_the_columns_of_one_after_those_of_the_other(
    query: Select[Any], kinds: tuple[Any, ...], more: tuple[str, ...]
) -> None:
    fields = [name for kind in kinds for name in kind._fields]
    assert list(map(attrgetter("name"), query.inner_columns)) == [*fields, *more]


def test_a_value_that_must_be_there_is_not_none() -> None:
    assert known(0) == 0
    with pytest.raises(AssertionError):
        known(None)
