"""Qualification types: a requester's own, and those of the system. CreateQualificationType,
UpdateQualificationType, GetQualificationType, ListQualificationTypes."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple, cast

from sqlalchemy import bindparam, select

from mturk.marketplace.call import Answer, Call, Context
from mturk.marketplace.clock import SECOND
from mturk.marketplace.database import table as t
from mturk.marketplace.database.lock import find as find_locked
from mturk.marketplace.database.occurrence import occurs
from mturk.marketplace.database.row import count
from mturk.marketplace.document.answer_key import check_answer_key
from mturk.marketplace.document.question import check_test
from mturk.marketplace.error import ParameterValidationError, RequestError, wrong_state
from mturk.marketplace.qualification.system_type import CREATION_TIME, PUBLIC_TYPES, SYSTEM_TYPES, SystemType
from mturk.marketplace.quota import QUALIFICATION_TYPES
from mturk.marketplace.request.paging import DEFAULT_SIZE, Page


class QualificationType(NamedTuple):
    """A type that a requester made."""

    number: int
    requester: int
    qualification_type_id: str
    name: str
    taken_name: str | None
    description: str
    keywords: str | None
    words: str
    status: str
    test: str | None
    test_duration: int | None
    answer_key: str | None
    retry_delay: int | None
    auto_granted: bool
    auto_granted_value: int | None
    creation_time: int


ACTIVE = "Active"
INACTIVE = "Inactive"
DISPOSING = "Disposing"
"""Deleted, but still known as one that goes."""
DISPOSED = "Disposed"

USABLE = (ACTIVE, INACTIVE)
"""States in which the API shows a type."""

_DEFAULT_VALUE = 1
_MOST_WORDS = 10
"""Of a search: each is looked for in each of a requester's types, of which there may be ten thousand."""
# The service's own words, which programs compare.
_NAME_TAKEN = (
    "You have already created a QualificationType with this name. A QualificationType's name must be unique "
    "among all of the QualificationTypes created by the same user."
)
_BY_ID = select(t.qualification_type).where(t.qualification_type.c.qualification_type_id == bindparam("type_id"))
_BY_NUMBER = select(t.qualification_type).where(t.qualification_type.c.number == bindparam("type_number"))
_BY_NAME = select(t.qualification_type.c.qualification_type_id).where(
    t.qualification_type.c.requester == bindparam("requester"), t.qualification_type.c.taken_name == bindparam("name")
)


class _Listed(NamedTuple):
    number: int
    answer: Answer


def create_qualification_type(
    call: Call,
    *,
    name: str,
    description: str,
    qualification_type_status: str,
    keywords: str | None = None,
    retry_delay_in_seconds: int | None = None,
    test: str | None = None,
    answer_key: str | None = None,
    test_duration_in_seconds: int | None = None,
    auto_granted: bool = False,
    auto_granted_value: int | None = None,
) -> Answer:
    """Make a qualification type, which workers can then request; its name and keywords cannot be changed."""
    check_test_of_type(call, test, answer_key, test_duration_in_seconds, auto_granted)
    if test is None and test_duration_in_seconds is not None:
        raise ParameterValidationError("TestDurationInSeconds", "TestDurationInSeconds needs a Test.")
    taken = call.database.execute(_BY_NAME, {"requester": call.requester, "name": name}).one_or_none()
    if taken:
        raise RequestError("QualificationTypeAlreadyExists", _NAME_TAKEN)
    its_own = t.qualification_type.c.requester == call.requester
    call.expect_room(QUALIFICATION_TYPES, 1, lambda: count(call.database, t.qualification_type, its_own))
    number = t.add_row(
        call.database,
        t.qualification_type,
        {
            "requester": call.requester,
            "qualification_type_id": call.new_id(),
            "name": name,
            "taken_name": name,
            "description": description,
            "keywords": keywords,
            "words": words(name, keywords, description),
            "status": qualification_type_status,
            "test": test,
            "test_duration": test_duration_in_seconds,
            "answer_key": answer_key,
            "retry_delay": retry_delay_in_seconds,
            "auto_granted": auto_granted,
            "auto_granted_value": auto_granted_value,
            "creation_time": call.now,
        },
    )
    return {"QualificationType": describe(by_number(call, number))}


def update_qualification_type(
    call: Call,
    *,
    qualification_type_id: str,
    description: str | None = None,
    qualification_type_status: str | None = None,
    test: str | None = None,
    answer_key: str | None = None,
    test_duration_in_seconds: int | None = None,
    retry_delay_in_seconds: int | None = None,
    auto_granted: bool | None = None,
    auto_granted_value: int | None = None,
) -> Answer:
    """Change what can be changed. A new test comes with its duration, and drops the old key unless it has its own."""
    type_row = mine(call, qualification_type_id, lock=True)
    expect(type_row, *USABLE)
    granted = type_row.auto_granted if auto_granted is None else auto_granted
    check_test_of_type(call, test, answer_key, test_duration_in_seconds, granted)
    if granted and type_row.test is not None:
        raise _excludes_test()
    if test is None and type_row.test is None and test_duration_in_seconds is not None:
        raise ParameterValidationError("TestDurationInSeconds", "TestDurationInSeconds needs a Test.")
    changes = {
        "description": description,
        "status": qualification_type_status,
        "test": test,
        "test_duration": test_duration_in_seconds,
        "retry_delay": retry_delay_in_seconds,
        "auto_granted": auto_granted,
        "auto_granted_value": auto_granted_value,
    }
    values: dict[str, Any] = {name: value for name, value in changes.items() if value is not None}
    if test is not None:
        values["answer_key"] = answer_key
    if description is not None:
        values["words"] = words(type_row.name, type_row.keywords, description)
    change(call, type_row.number, **values)
    return {"QualificationType": describe(by_number(call, type_row.number))}


def get_qualification_type(call: Call, *, qualification_type_id: str) -> Answer:
    """One type of the caller's own, or of the system."""
    system = PUBLIC_TYPES.get(qualification_type_id)
    if system:
        return {"QualificationType": _describe_system(system)}
    return {"QualificationType": describe(visible(call, qualification_type_id))}


def list_qualification_types(
    call: Call,
    *,
    must_be_requestable: bool,
    query: str | None = None,
    must_be_owned_by_caller: bool = False,
    next_token: str | None = None,
    max_results: int = DEFAULT_SIZE,
) -> Answer:
    """The caller's own types, newest first, then those of the system, in which the query's first ten words occur."""
    what = ("types", call.requester, query, must_be_requestable, must_be_owned_by_caller)
    page = Page(what, next_token, max_results)
    words = list(dict.fromkeys((query or "").casefold().split()))[:_MOST_WORDS]
    (after,) = page.after() or (None,)
    found = _my_page(call, page, words)
    if not must_be_requestable and not must_be_owned_by_caller:
        found += _system_page(words, after)
    return page.answer("QualificationTypes", found[: page.size], lambda one: one.answer, "number")


def mine(call: Call, type_id: str, *, lock: bool = False, share: bool = False) -> QualificationType:
    """The caller's type with that id, which may be about to go.

    With `lock` nobody else changes it until this transaction ends; with `share` others may hold on to it too.
    """
    type_row = by_id(call, type_id, lock=lock, share=share)
    if type_row is None or type_row.requester != call.requester or type_row.status == DISPOSED:
        raise _does_not_exist(type_id)
    return type_row


def visible(call: Call, type_id: str) -> QualificationType:
    """The caller's type with that id, as long as it is not deleted."""
    type_row = mine(call, type_id)
    if type_row.status not in USABLE:
        raise _does_not_exist(type_id)
    return type_row


def by_id(context: Context, type_id: str, *, lock: bool = False, share: bool = False) -> QualificationType | None:
    """Anybody's type with that id."""
    which = {"type_id": type_id}
    if lock or share:
        found = find_locked(context.database, _BY_ID, t.qualification_type, which, shared=share)
    else:
        found = context.database.execute(_BY_ID, which).one_or_none()
    return cast("QualificationType | None", found)


def by_number(context: Context, number: int) -> QualificationType:
    """The type that is known inside by that number."""
    return cast(QualificationType, context.database.execute(_BY_NUMBER, {"type_number": number}).one())


def change(context: Context, number: int, **values: Any) -> None:
    """Write down what changed about a type."""
    if values:
        context.database.execute(
            t.qualification_type.update().where(t.qualification_type.c.number == number).values(values)
        )


def expect(type_row: QualificationType, *allowed: str) -> None:
    """Refuse what is not possible in the type's present state."""
    if type_row.status not in allowed:
        raise wrong_state("QualificationType", type_row.status, *allowed)


def expect_usable(call: Call, type_ids: Collection[str]) -> None:
    """Refuse new work that needs types which the caller does not have, or which are not active."""
    for type_id in sorted(set(type_ids) - set(PUBLIC_TYPES)):
        type_row = mine(call, type_id, share=True)
        if type_row.status not in USABLE:
            raise _does_not_exist(type_id)
        expect(type_row, ACTIVE)


def describe(type_row: QualificationType) -> Answer:
    """A type as the API shows it."""
    shown = {
        "QualificationTypeId": type_row.qualification_type_id,
        "CreationTime": type_row.creation_time / SECOND,
        "Name": type_row.name,
        "Description": type_row.description,
        "Keywords": type_row.keywords,
        "QualificationTypeStatus": type_row.status,
        "Test": type_row.test,
        "TestDurationInSeconds": type_row.test_duration,
        "AnswerKey": type_row.answer_key,
        "RetryDelayInSeconds": type_row.retry_delay,
        "IsRequestable": True,
        "AutoGranted": type_row.auto_granted,
        "AutoGrantedValue": granted_value(type_row) if type_row.auto_granted else None,
    }
    return {name: value for name, value in shown.items() if value is not None}


def granted_value(type_row: QualificationType) -> int:
    """The score that workers get who request an auto-granted type."""
    return _DEFAULT_VALUE if type_row.auto_granted_value is None else int(type_row.auto_granted_value)


def check_test_of_type(
    call: Call, test: str | None, answer_key: str | None, test_duration: int | None, auto_granted: bool
) -> None:
    """Refuse a test that a type cannot have."""
    limit = call.settings.question_limit
    if test is None and answer_key is not None:
        raise ParameterValidationError("AnswerKey", "AnswerKey needs a Test.")
    if test is None:
        return
    if test_duration is None:
        raise ParameterValidationError("TestDurationInSeconds", "A Test needs TestDurationInSeconds.")
    if auto_granted:
        raise _excludes_test()
    check_test(test, limit=limit, graded=answer_key is not None)
    if answer_key is not None:
        check_answer_key(answer_key, limit=limit)


def _excludes_test() -> ParameterValidationError:
    return ParameterValidationError("AutoGranted", "A QualificationType with a Test cannot be AutoGranted.")


def _does_not_exist(type_id: str) -> RequestError:
    return RequestError("QualificationTypeDoesNotExist", f"QualificationType {type_id} does not exist.")


def words(name: str, keywords: str | None, description: str) -> str:
    """What a type is searched by."""
    return "\n".join([name, keywords or "", description]).casefold()


def _my_page(call: Call, page: Page, words: list[str]) -> list[_Listed]:
    column = t.qualification_type.c
    listed = select(t.qualification_type).where(column.requester == call.requester, column.status.in_(USABLE))
    for word in words:
        listed = listed.where(occurs(word, column.words))
    order, shown_after = column.number, column.creation_time
    rows = page.read(call, QualificationType, listed, order, descending=True, shown_after=shown_after)
    return [_Listed(type_row.number, describe(type_row)) for type_row in rows]


def _system_page(words: list[str], after: int | None) -> list[_Listed]:
    # In the order of pages they follow the numbers of the caller's own types: -1, -2 and so on.
    return [
        _Listed(-place, _describe_system(one))
        for place, one in enumerate(SYSTEM_TYPES.values(), start=1)
        if (after is None or -place < after) and all(word in one.words for word in words)
    ]


def _describe_system(system: SystemType) -> Answer:
    return {
        "QualificationTypeId": system.id,
        "CreationTime": CREATION_TIME / SECOND,
        "Name": system.name,
        "Description": system.description,
        "QualificationTypeStatus": ACTIVE,
        "IsRequestable": False,
        "AutoGranted": False,
    }
