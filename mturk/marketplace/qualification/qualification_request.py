"""Workers request qualifications, and requesters answer. ListQualificationRequests, AcceptQualificationRequest,
RejectQualificationRequest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, cast

from sqlalchemy import bindparam, select

from mturk.marketplace.call import Answer, Call, Context
from mturk.marketplace.clock import SECOND
from mturk.marketplace.database import table as t
from mturk.marketplace.database.lock import find as find_locked
from mturk.marketplace.database.row import known
from mturk.marketplace.document.answer import Value, answer_document
from mturk.marketplace.document.answer_key import grade
from mturk.marketplace.error import NotAllowed, NotThere, RequestError, WorkerError, wrong_state
from mturk.marketplace.people import message, worker
from mturk.marketplace.qualification import qualification, qualification_type
from mturk.marketplace.qualification.qualification_type import ACTIVE, USABLE, QualificationType
from mturk.marketplace.qualification.system_type import PUBLIC_TYPES
from mturk.marketplace.request.paging import DEFAULT_SIZE, Page


class QualificationRequest(NamedTuple):
    """A request with the ids of its type and of its worker."""

    number: int
    qualification_request_id: str
    requester: int
    qualification_type: int
    worker: int
    status: str
    start_time: int
    deadline: int | None
    submit_time: int | None
    test: str | None
    answer_key: str | None
    answer: str | None
    reason: str | None
    qualification_type_id: str
    name: str
    worker_id: str


STARTED = "Started"
"""The worker has begun a test and not handed it in; nobody else sees it."""
PENDING = "Pending"
GRANTED = "Granted"
REJECTED = "Rejected"

_WHOLE = (
    select(
        t.qualification_request,
        t.qualification_type.c.qualification_type_id,
        t.qualification_type.c.name,
        t.worker.c.worker_id,
    )
    .join(t.qualification_type, t.qualification_type.c.number == t.qualification_request.c.qualification_type)
    .join(t.worker, t.worker.c.number == t.qualification_request.c.worker)
)
_BY_ID = _WHOLE.where(t.qualification_request.c.qualification_request_id == bindparam("request_id"))
_LAST = (
    _WHOLE.where(
        t.qualification_request.c.worker == bindparam("of_worker"),
        t.qualification_request.c.qualification_type == bindparam("of_type"),
    )
    .order_by(t.qualification_request.c.number.desc())
    .limit(1)
)


def list_qualification_requests(
    call: Call,
    *,
    qualification_type_id: str | None = None,
    next_token: str | None = None,
    max_results: int = DEFAULT_SIZE,
) -> Answer:
    """The requests that wait for the caller, for one type or for all, oldest first."""
    page = Page(("requests", call.requester, qualification_type_id), next_token, max_results)
    column = t.qualification_request.c
    listed = _WHOLE.where(column.requester == call.requester, column.status == PENDING)
    if qualification_type_id is not None:
        type_row = qualification_type.visible(call, qualification_type_id)
        listed = listed.where(column.qualification_type == type_row.number)
    order = column.submit_time, column.number
    rows = page.read(call, QualificationRequest, listed, *order, shown_after=column.submit_time, large="answer")
    return page.answer("QualificationRequests", rows, _describe, "submit_time", "number")


def accept_qualification_request(call: Call, *, qualification_request_id: str, integer_value: int = 1) -> Answer:
    """Grant the request; a score that the worker already has is replaced."""
    request_row = _waiting(call, qualification_request_id)
    qualification.grant(call, request_row.qualification_type, request_row.worker, integer_value)
    _change(call, request_row, status=GRANTED)
    text = f'You were granted the Qualification "{request_row.name}" with a score of {integer_value}.'
    message.send(call, [request_row.worker], "Your request was accepted", text)
    return {}


def reject_qualification_request(call: Call, *, qualification_request_id: str, reason: str | None = None) -> Answer:
    """Reject the request, and tell the worker why; a qualification that the worker already has is kept."""
    request_row = _waiting(call, qualification_request_id)
    _change(call, request_row, status=REJECTED, reason=reason)
    if reason:
        text = f'Your request for the Qualification "{request_row.name}" was rejected: {reason}'
        message.send(call, [request_row.worker], "Your request was rejected", text)
    return {}


def reject_open(context: Context, type_number: int, reason: str) -> None:
    """Reject all requests for a type, tests that were begun included."""
    column = t.qualification_request.c
    open_ones = (column.qualification_type == type_number, column.status.in_((STARTED, PENDING)))
    context.database.execute(t.qualification_request.update().where(*open_ones).values(status=REJECTED, reason=reason))


def _start(context: Context, worker_id: str, type_id: str) -> tuple[QualificationRequest, QualificationType]:
    worker_row, type_row = _asking(context, worker_id, type_id)
    last = latest(context, worker_row.number, type_row.number)
    if last is not None and is_running(context, last):
        return last, type_row
    _refuse_request(context, worker_row, type_row, last)
    if last is not None:
        # Else who takes a test again and again would fill the disk with copies of it, and of what they answered.
        _change(context, last, test=None, answer_key=None, answer=None)
    request_id = context.new_id()
    number = t.add_row(
        context.database,
        t.qualification_request,
        {
            "qualification_request_id": request_id,
            "requester": type_row.requester,
            "qualification_type": type_row.number,
            "worker": worker_row.number,
            "status": STARTED,
            "start_time": context.now,
            "deadline": context.now + (type_row.test_duration or 0) * SECOND,
            "test": type_row.test,
            "answer_key": type_row.answer_key,
        },
    )
    query = _WHOLE.where(t.qualification_request.c.number == number)
    return cast(QualificationRequest, context.database.execute(query).one()), type_row


def start_test(context: Context, worker_id: str, type_id: str) -> QualificationRequest:
    """Let a worker begin the test of a type; the request has the test and the time by which it must be answered.

    A worker who has begun it gets the same request again until that time.
    """
    request_row, _ = _start(context, worker_id, type_id)
    if request_row.test is None:
        raise WorkerError("This Qualification has no test to answer.")
    context.note("StartTest", worker_id=worker_id, QualificationTypeId=type_id)
    return request_row


def running(context: Context, worker_id: str, type_id: str) -> QualificationRequest | None:
    """The test that a worker has begun and can still hand in."""
    worker_row, type_row = worker.on_site(context, worker_id), qualification_type.by_id(context, type_id)
    last = None if type_row is None else latest(context, worker_row.number, type_row.number)
    return last if last is not None and is_running(context, last) else None


def latest(context: Context, worker_number: int, type_number: int) -> QualificationRequest | None:
    """The last request that a worker made for a type, or the last test that they began."""
    found = context.database.execute(_LAST, {"of_worker": worker_number, "of_type": type_number})
    return cast("QualificationRequest | None", found.one_or_none())


def is_running(context: Context, request_row: QualificationRequest) -> bool:
    """Whether it is a test that can still be handed in."""
    return request_row.status == STARTED and context.now < known(request_row.deadline)


def again(type_row: QualificationType, last: QualificationRequest | None) -> int | None:
    """From when on a worker may ask once more; None where that is never, or where they did not ask."""
    if last is None or type_row.retry_delay is None:
        return None
    # A test that was begun and never handed in counts as a try.
    return (last.submit_time or last.start_time) + type_row.retry_delay * SECOND


def refusal(
    context: Context, worker_row: worker.Worker, type_row: QualificationType, last: QualificationRequest | None
) -> WorkerError | None:
    """Why a worker cannot ask for a qualification now; None if they can."""
    try:
        _refuse_worker(worker_row)
        _refuse_request(context, worker_row, type_row, last)
    except WorkerError as error:
        return error
    return None


def submit(
    context: Context,
    worker_id: str,
    type_id: str,
    answers: Mapping[str, Value],
    *,
    begun: bool = False,
    judged: bool = False,
) -> int | None:
    """Request a qualification, with the answers to its test if it has one; with `begun` only a test that runs.

    Whether answers that were `judged` before are what the test demands is not asked again.
    Returns the score if it is granted at once, and None if the request waits for the requester.
    """
    if begun and running(context, worker_id, type_id) is None:
        raise WorkerError("The time for this test is over, so it was not submitted.")
    request_row, type_row = _start(context, worker_id, type_id)
    answer = _answer(request_row, answers, judged=judged)
    score = _score(type_row, request_row, answers)
    status = PENDING if score is None else GRANTED
    _change(context, request_row, status=status, submit_time=context.now, answer=answer)
    if score is not None:
        qualification.grant(context, type_row.number, request_row.worker, score)
    asked = {"QualificationTypeId": type_id, "QualificationRequestId": request_row.qualification_request_id}
    context.note("RequestQualification", worker_id=worker_id, **asked)
    return score


def _asking(context: Context, worker_id: str, type_id: str) -> tuple[worker.Worker, QualificationType]:
    type_row = None if type_id in PUBLIC_TYPES else qualification_type.by_id(context, type_id, share=True)
    # Locked, so that a worker cannot make two requests at the same moment.
    worker_row = worker.on_site(context, worker_id, lock=True)
    _refuse_worker(worker_row)
    if type_id in PUBLIC_TYPES:
        raise NotAllowed("%(name)s cannot be requested; it follows from your record.", name=PUBLIC_TYPES[type_id].name)
    if type_row is None or type_row.status not in USABLE:
        raise NotThere("There is no Qualification type %(type_id)s.", type_id=type_id)
    return worker_row, type_row


def _refuse_worker(worker_row: worker.Worker) -> None:
    if worker_row.blocked:
        raise NotAllowed("Your account has been suspended.")


def _refuse_request(
    context: Context, worker_row: worker.Worker, type_row: QualificationType, last: QualificationRequest | None
) -> None:
    if type_row.status != ACTIVE:
        raise WorkerError("This Qualification cannot be requested at present.")
    if last is not None and last.status == PENDING:
        raise WorkerError("You have already requested this Qualification; the requester has not answered yet.")
    if type_row.retry_delay is None and qualification.has(context, type_row.number, worker_row.number):
        raise WorkerError("You already have this Qualification.")
    if last is None:
        return
    if type_row.retry_delay is None and last.status == STARTED:
        raise WorkerError("The time for the test of this Qualification is over, and it can be taken only once.")
    if type_row.retry_delay is None:
        raise WorkerError("You have already requested this Qualification, and it can be requested only once.")
    then = known(again(type_row, last))
    if context.now < then:
        left = -(-(then - context.now) // SECOND)
        raise WorkerError("You may request this Qualification again in %(seconds)s seconds.", seconds=left)


def _answer(request_row: QualificationRequest, answers: Mapping[str, Value], *, judged: bool) -> str | None:
    if request_row.test is not None:
        return answer_document(request_row.test, answers, constraints=not judged)
    if answers:
        raise WorkerError("This Qualification has no test to answer.")
    return None


def _score(type_row: QualificationType, request_row: QualificationRequest, answers: Mapping[str, Value]) -> int | None:
    if request_row.test is None:
        return qualification_type.granted_value(type_row) if type_row.auto_granted else None
    if request_row.answer_key is None:
        return None
    # Only selections are graded, and `answer_document` has seen that these are some.
    return grade(request_row.answer_key, {name: _selections(value) for name, value in answers.items()})


def _selections(value: Value) -> list[str]:
    chosen: Sequence[Any] = [value] if isinstance(value, str) or not isinstance(value, Sequence) else value
    return [one for one in chosen if isinstance(one, str)]


def _waiting(call: Call, request_id: str) -> QualificationRequest:
    found = find_locked(call.database, _BY_ID, t.qualification_request, {"request_id": request_id})
    request_row = cast("QualificationRequest | None", found)
    if request_row is None or request_row.requester != call.requester or request_row.submit_time is None:
        raise RequestError("QualificationRequestDoesNotExist", f"QualificationRequest {request_id} does not exist.")
    if request_row.status != PENDING:
        raise wrong_state("QualificationRequest", request_row.status, PENDING)
    return request_row


def _change(context: Context, request_row: QualificationRequest, **values: Any) -> None:
    is_this = t.qualification_request.c.number == request_row.number
    context.database.execute(t.qualification_request.update().where(is_this).values(values))


def _describe(request_row: QualificationRequest) -> Answer:
    shown = {
        "QualificationRequestId": request_row.qualification_request_id,
        "QualificationTypeId": request_row.qualification_type_id,
        "WorkerId": request_row.worker_id,
        "Test": request_row.test,
        "Answer": request_row.answer,
        "SubmitTime": known(request_row.submit_time) / SECOND,
    }
    return {name: value for name, value in shown.items() if value is not None}
