"""Faults, each with a real socket: the calls that were counted, what the caller got, and nothing done twice.

The service here keeps state as the real one does: it refuses the second try of what it has carried out, by the
token, by the state, or not at all. `done` counts how often something really happened.
"""

from __future__ import annotations

import socket
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

import attrs
import pytest
from botocore import xform_name

from mturk import (
    HIT,
    AccessDenied,
    Assignment,
    Connection,
    HTMLQuestion,
    InvalidState,
    Notification,
    QualificationRequest,
    QualificationType,
    ServiceError,
    Throttled,
    TransportError,
    Unavailable,
    Worker,
)
from mturk.connection.operation import REPEAT, Repeat
from tests import page
from tests.conftest import Time
from tests.judge import Judge, Raw, Refusal, Reset, Silence, Wrong

PAGE = HTMLQuestion(page.PAGE)
HIT_ID = "3ABCDEFGHIJKLMNOPQRSTUVWXYZ012"


class Service:
    """Carries calls out, and remembers what was done."""

    def __init__(self) -> None:
        self.done: Counter[str] = Counter()
        self.status = "Submitted"

    def __call__(self, operation: str, body: dict[str, Any]) -> Any:
        answer: Any = getattr(self, xform_name(operation), None)
        if answer is not None:
            return answer(body)
        self.done[operation] += 1
        return {}

    def _once(self, operation: str, turk_code: str, message: str) -> None:
        if self.done[operation]:
            raise Refusal(turk_code=turk_code, message=message)
        self.done[operation] += 1

    def get_account_balance(self, body: dict[str, Any]) -> Any:
        self.done["GetAccountBalance"] = 1
        return {"AvailableBalance": "1.00"}

    def create_worker_block(self, body: dict[str, Any]) -> Any:
        self.done["CreateWorkerBlock"] = 1  # blocking twice is blocking once
        return {}

    def create_hit(self, body: dict[str, Any]) -> Any:
        self._once("CreateHIT", "HITAlreadyExists", f'The HIT with ID "{HIT_ID}" already exists.')
        return self.get_hit(body)

    def get_hit(self, body: dict[str, Any]) -> Any:
        if self.done["DeleteHIT"]:
            raise Refusal(turk_code="HITDoesNotExist", message=f"Hit {HIT_ID} does not exist.")
        return {"HIT": {"HITId": HIT_ID, "HITStatus": "Assignable", "Title": "T"}}

    def create_additional_assignments_for_hit(self, body: dict[str, Any]) -> Any:
        self._once("CreateAdditionalAssignmentsForHIT", "DuplicateCall", "The request was processed.")
        return {}

    def list_bonus_payments(self, body: dict[str, Any]) -> Any:
        return {"BonusPayments": []}

    def send_bonus(self, body: dict[str, Any]) -> Any:
        self._once("SendBonus", "Unknown", f'The idempotency token "{body["UniqueRequestToken"]}" was processed.')
        return {}

    def get_assignment(self, body: dict[str, Any]) -> Any:
        return {"Assignment": {"AssignmentId": "3A", "AssignmentStatus": self.status}}

    def _decide(self, operation: str, status: str) -> Any:
        if self.status != "Submitted":
            raise Refusal(turk_code="InvalidAssignmentState", message="called with a status of: Submitted")
        self.status = status
        self.done[operation] += 1
        return {}

    def approve_assignment(self, body: dict[str, Any]) -> Any:
        return self._decide("ApproveAssignment", "Approved")

    def reject_assignment(self, body: dict[str, Any]) -> Any:
        return self._decide("RejectAssignment", "Rejected")

    def delete_hit(self, body: dict[str, Any]) -> Any:
        self._once("DeleteHIT", "HITDoesNotExist", f"Hit {HIT_ID} does not exist.")
        return {}

    def update_hit_review_status(self, body: dict[str, Any]) -> Any:
        self._once(
            "UpdateHITReviewStatus",
            "InvalidHITState",
            "This HIT is currently in the state 'Reviewing'. This operation can be called with a status of: Reviewable",
        )
        return {}

    def create_qualification_type(self, body: dict[str, Any]) -> Any:
        self._once("CreateQualificationType", "QualificationTypeAlreadyExists", "You have one of this name.")
        return {"QualificationType": {"QualificationTypeId": "3Q", "Name": body["Name"]}}

    def list_qualification_types(self, body: dict[str, Any]) -> Any:
        made = [{"QualificationTypeId": "3Q", "Name": "Name"}] if self.done["CreateQualificationType"] else []
        return {"QualificationTypes": [{"QualificationTypeId": "3O", "Name": "Name it"}, *made]}

    def delete_qualification_type(self, body: dict[str, Any]) -> Any:
        self._once("DeleteQualificationType", "InvalidQualificationTypeState", "a status of: Active,Inactive")
        return {}

    def accept_qualification_request(self, body: dict[str, Any]) -> Any:
        self._once("AcceptQualificationRequest", "InvalidQualificationRequestState", "no")
        return {}

    def reject_qualification_request(self, body: dict[str, Any]) -> Any:
        self._once("RejectQualificationRequest", "InvalidQualificationRequestState", "no")
        return {}

    def disassociate_qualification_from_worker(self, body: dict[str, Any]) -> Any:
        self._once("DisassociateQualificationFromWorker", "InvalidQualificationState", "no")
        return {}


@attrs.frozen
class Step:
    """A verb, the operation whose answer is tampered with, and the calls it makes when all goes well."""

    operation: str
    run: Callable[[Connection], Any] = attrs.field(repr=False)
    result: Any = None
    before: int = 0
    after_repeat: int = 0

    @property
    def kind(self) -> Repeat:
        return REPEAT[self.operation]


def _assignment(c: Connection) -> Assignment:
    return Assignment._read({"AssignmentId": "3A", "WorkerId": "A1", "AssignmentStatus": "Submitted"}, c)


TERMS: dict[str, Any] = {"title": "T", "description": "D", "reward": "0.05", "assignment_duration": 60}
TELL = Notification("https://queue", "SQS", "Ping")

STEPS = [
    Step("GetAccountBalance", lambda c: str(c.balance()), "1.00 USD"),
    Step("CreateWorkerBlock", lambda c: Worker("A1", connection=c).block("Spam")),
    Step("CreateHIT", lambda c: HIT.create(PAGE, 60, connection=c, **TERMS).id, HIT_ID, after_repeat=1),
    Step("CreateAdditionalAssignmentsForHIT", lambda c: HIT("3H", connection=c).add_assignments(1)),
    Step("SendBonus", lambda c: _assignment(c).pay_bonus("0.50", "Fast"), True, before=1),
    Step("ApproveAssignment", lambda c: _assignment(c).approve(), after_repeat=1),
    Step("RejectAssignment", lambda c: _assignment(c).reject("Empty"), after_repeat=1),
    Step("DeleteHIT", lambda c: HIT(HIT_ID, connection=c).delete()),
    Step("UpdateHITReviewStatus", lambda c: HIT(HIT_ID, connection=c).mark_reviewing()),
    Step(
        "CreateQualificationType",
        lambda c: QualificationType.create("Name", "D", connection=c).id,
        "3Q",
        after_repeat=1,
    ),
    Step("DeleteQualificationType", lambda c: QualificationType("3Q", connection=c).delete()),
    Step("AcceptQualificationRequest", lambda c: QualificationRequest("3R", connection=c).accept()),
    Step("RejectQualificationRequest", lambda c: QualificationRequest("3R", connection=c).reject()),
    Step("DisassociateQualificationFromWorker", lambda c: Worker("A1", connection=c).revoke("3Q")),
    Step("NotifyWorkers", lambda c: Worker.notify_all(["A1"], "Hello", "New work", connection=c), []),
    Step("SendTestEventNotification", lambda c: TELL.send_test("Ping", connection=c)),
]


def _name(value: object) -> str:
    return value.operation if isinstance(value, Step) else ""


# Faults that hit the call after it was carried out: nobody can know.
AFTERWARDS = {
    "reset after it was processed": Reset(done=True),
    "timeout": Silence(),
    "truncated JSON": Raw(b'{"HIT": {"HITId": "3AB'),
    "truncated body": Raw(b'{"HIT": {"HITId', declared=5000),
    "HTML with 200": Raw(b"<html><body>Please log in</body></html>", 200, {"Content-Type": "text/html"}),
    "HTML with 502": Raw(b"<html><body>Bad Gateway</body></html>", 502, {"Content-Type": "text/html"}),
    "504 without a body": Raw(b"", 504),
}
# Faults before anything happened, which look to the client as if it might have.
BEFORE_UNSEEN = {
    "reset before the request was read": Reset(done=False),
    "500": Wrong(Refusal("ServiceFault", "Try again", status=500)),
    "500 of AWS": Wrong(Refusal("InternalFailure", "Try again", status=500)),
    "503 with Retry-After": Wrong(Refusal("ServiceUnavailable", "Later", status=503, headers={"Retry-After": "7"})),
    "505": Raw(b"", 505, done=False),
}
# Faults that say that nothing happened.
THROTTLED = {
    "throttling": Wrong(Refusal("ThrottlingException", "Rate exceeded")),
    "429": Raw(b"", 429, done=False),
}


@pytest.fixture
def service(judge: Judge) -> Service:
    service = Service()
    judge.answer_with(service)
    return service


@pytest.fixture
def impatient(judge: Judge, connect: Callable[..., Connection]) -> Connection:
    """A connection that waits a moment only for an answer: real sockets time out in real time."""
    return connect(judge.url, timeout=(5.0, 0.25))


def counted(judge: Judge, step: Step) -> int:
    return judge.arrived - step.before


# When the answers to all tries are lost, these look at the thing, as patiently as they tried.
LOOKS = {"ApproveAssignment", "RejectAssignment", "DeleteHIT"}


@pytest.mark.parametrize("step", STEPS, ids=_name)
@pytest.mark.parametrize("fault", AFTERWARDS)
def test_a_lost_answer_is_made_good_or_told_but_nothing_is_done_twice(
    fault: str, step: Step, judge: Judge, service: Service, impatient: Connection
) -> None:
    judge.trouble(*[None] * step.before, AFTERWARDS[fault])
    if step.kind is Repeat.NEVER:
        with pytest.raises((TransportError, Unavailable)) as caught:
            step.run(impatient)
        assert caught.value.maybe_done  # type: ignore[attr-defined]
        assert counted(judge, step) == 1
    else:
        assert step.run(impatient) == step.result
        assert counted(judge, step) == 2 + step.after_repeat
    assert service.done[step.operation] == 1


@pytest.mark.parametrize("step", STEPS, ids=_name)
@pytest.mark.parametrize("fault", BEFORE_UNSEEN)
def test_a_call_that_was_not_carried_out_is_repeated_where_that_is_safe(
    fault: str, step: Step, judge: Judge, service: Service, impatient: Connection
) -> None:
    judge.trouble(*[None] * step.before, BEFORE_UNSEEN[fault])
    if step.kind is Repeat.NEVER:
        with pytest.raises((TransportError, Unavailable)) as caught:
            step.run(impatient)
        assert caught.value.maybe_done, "a client cannot tell"  # type: ignore[attr-defined]
        assert (counted(judge, step), service.done[step.operation]) == (1, 0)
    else:
        assert step.run(impatient) == step.result
        assert (counted(judge, step), service.done[step.operation]) == (2, 1)


@pytest.mark.parametrize("step", STEPS, ids=_name)
@pytest.mark.parametrize("fault", THROTTLED)
def test_a_throttled_call_waits_its_turn_whatever_it_is(
    fault: str, step: Step, judge: Judge, service: Service, impatient: Connection
) -> None:
    judge.trouble(*[None] * step.before, *[THROTTLED[fault]] * 7)
    assert step.run(impatient) == step.result
    assert (counted(judge, step), service.done[step.operation]) == (8, 1)


@pytest.mark.parametrize("step", [step for step in STEPS if step.operation in LOOKS], ids=_name)
@pytest.mark.parametrize("fault", [Reset(done=True), Silence()], ids=["reset", "silence"])
def test_when_every_answer_was_lost_a_look_tells_that_it_is_done(
    fault: object, step: Step, judge: Judge, service: Service, impatient: Connection
) -> None:
    judge.trouble(*[None] * step.before, *[fault] * 5)
    assert step.run(impatient) == step.result
    assert (counted(judge, step), service.done[step.operation]) == (6, 1)


@pytest.mark.parametrize("step", STEPS, ids=_name)
def test_a_service_that_stays_away_after_doing_its_work_is_told_as_such(
    step: Step, judge: Judge, service: Service, impatient: Connection
) -> None:
    tries = 10 if step.operation in LOOKS else 5
    judge.trouble(*[None] * step.before, *[Reset(done=True)] * tries)
    with pytest.raises(TransportError) as caught:
        step.run(impatient)
    assert caught.value.maybe_done
    assert caught.value.operation == step.operation
    reads = step.operation.startswith(("Get", "List"))
    assert ("may have been carried out" in str(caught.value)) is not reads
    assert counted(judge, step) == (1 if step.kind is Repeat.NEVER else tries)
    assert service.done[step.operation] == 1


@pytest.mark.parametrize("step", STEPS, ids=_name)
def test_a_service_in_trouble_is_left_alone_after_five_tries(
    step: Step, judge: Judge, service: Service, impatient: Connection, timing: Time
) -> None:
    judge.trouble(*[None] * step.before, *[BEFORE_UNSEEN["503 with Retry-After"]] * 10)
    with pytest.raises(Unavailable) as caught:
        step.run(impatient)
    assert caught.value.status == 503
    tries = 1 if step.kind is Repeat.NEVER else 5
    rounds = 2 if step.operation in LOOKS else 1
    assert counted(judge, step) == tries * rounds
    assert timing.slept == [7.0] * (tries - 1) * rounds, "as long as the service asked for"
    assert service.done[step.operation] == 0


@pytest.mark.parametrize("step", STEPS, ids=_name)
def test_throttling_without_an_end_is_told_when_patience_is_over(
    step: Step, judge: Judge, service: Service, connect: Callable[..., Connection], timing: Time
) -> None:
    judge.trouble(*[None] * step.before)
    judge.trouble_always(None)
    impatient = connect(judge.url, max_wait=20)
    judge.trouble(*[THROTTLED["throttling"]] * 500)
    started = timing.now()
    with pytest.raises(Throttled) as caught:
        step.run(impatient)
    assert not caught.value.maybe_done
    assert timing.now() - started <= 20
    assert service.done[step.operation] == 0


@pytest.mark.parametrize("step", STEPS, ids=_name)
def test_an_expired_token_is_told_at_once(step: Step, judge: Judge, service: Service, impatient: Connection) -> None:
    expired = Wrong(Refusal("ExpiredTokenException", "The security token included in the request is expired"))
    judge.trouble(*[None] * step.before, expired)
    with pytest.raises(AccessDenied, match="expired") as caught:
        step.run(impatient)
    assert not caught.value.maybe_done
    assert (counted(judge, step), service.done[step.operation]) == (1, 0)


@pytest.mark.parametrize("step", STEPS, ids=_name)
@pytest.mark.parametrize("skew", [3600.0, -3600.0], ids=["ahead", "behind"])
def test_a_clock_that_is_an_hour_off_is_corrected_once_for_all_calls(
    skew: float, step: Step, judge: Judge, service: Service, impatient: Connection, timing: Time
) -> None:
    judge.now = lambda: timing.now() + skew
    assert step.run(impatient) == step.result
    assert (counted(judge, step), service.done[step.operation]) == (2, 1)
    assert timing.slept == []
    judge.forget()
    impatient.balance()
    assert judge.arrived == 1, "the correction is kept"


@pytest.mark.parametrize("step", STEPS, ids=_name)
def test_a_refused_connection_is_tried_again_and_told_to_be_harmless(
    step: Step, connect: Callable[..., Connection], timing: Time
) -> None:
    with socket.socket() as nobody:  # bound, so that the port is nobody else's, but not listening
        nobody.bind(("127.0.0.1", 0))
        connection = connect(f"http://127.0.0.1:{nobody.getsockname()[1]}")
        with pytest.raises(TransportError, match=r"no connection .*Nothing was sent") as caught:
            step.run(connection)
    assert not caught.value.maybe_done
    assert len(timing.slept) == 4


@pytest.mark.parametrize("step", STEPS, ids=_name)
def test_a_name_that_does_not_resolve_is_told_with_it(
    step: Step, connect: Callable[..., Connection], timing: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def nowhere(host: str, *rest: Any, **more: Any) -> Any:
        asked.append(host)
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", nowhere)
    with pytest.raises(TransportError, match=r"turk\.my-lab\.invalid.*Nothing was sent") as caught:
        step.run(connect("http://turk.my-lab.invalid"))
    assert not caught.value.maybe_done
    assert len(timing.slept) == 4
    assert asked == ["turk.my-lab.invalid"] * 5


@pytest.mark.parametrize("step", [step for step in STEPS if step.operation == "GetAccountBalance"], ids=_name)
@pytest.mark.parametrize("content", [b"", b"null"])
def test_an_empty_body_is_no_answer_where_one_is_due(
    content: bytes, step: Step, judge: Judge, service: Service, impatient: Connection
) -> None:
    judge.trouble(Raw(content))
    assert step.run(impatient) == step.result
    assert judge.arrived == 2


@pytest.mark.parametrize("operation", ["CreateHIT", "CreateQualificationType"])
def test_an_empty_body_after_a_create_makes_no_second_one(
    operation: str, judge: Judge, service: Service, impatient: Connection
) -> None:
    (step,) = (step for step in STEPS if step.operation == operation)
    judge.trouble(Raw(b""))
    assert step.run(impatient) == step.result
    assert service.done[operation] == 1


SILENT_STEPS = [step for step in STEPS if step.operation in ("DeleteHIT", "SendBonus", "ApproveAssignment")]


@pytest.mark.parametrize("step", SILENT_STEPS, ids=_name)
def test_an_empty_body_is_the_success_of_what_has_nothing_to_say(
    step: Step, judge: Judge, service: Service, impatient: Connection
) -> None:
    judge.trouble(*[None] * step.before, Raw(b""))
    assert step.run(impatient) == step.result
    assert (counted(judge, step), service.done[step.operation]) == (1, 1)


# Looking before complaining.


@pytest.mark.parametrize("elsewhere", ["Approved", "Rejected"])
@pytest.mark.parametrize("verb", ["approve", "reject"])
def test_a_decision_by_somebody_else_is_told_after_a_lost_answer(
    verb: str, elsewhere: str, judge: Judge, service: Service, impatient: Connection
) -> None:
    service.status = elsewhere
    judge.trouble(Reset(done=True))
    assignment = _assignment(impatient)
    decide = assignment.approve if verb == "approve" else lambda: assignment.reject("Empty")
    same = {"approve": "Approved", "reject": "Rejected"}[verb] == elsewhere
    if same:
        decide()
    else:
        with pytest.raises(InvalidState):
            decide()
    assert assignment.status == elsewhere, "the look is kept"
    assert service.done["ApproveAssignment"] == service.done["RejectAssignment"] == 0


@pytest.mark.parametrize(
    ("operation", "turk_code"),
    [
        ("DeleteHIT", "HITDoesNotExist"),
        ("DeleteQualificationType", "InvalidQualificationTypeState"),
        ("AcceptQualificationRequest", "InvalidQualificationRequestState"),
        ("RejectQualificationRequest", "InvalidQualificationRequestState"),
        ("DisassociateQualificationFromWorker", "InvalidQualificationState"),
        ("ApproveAssignment", "InvalidAssignmentState"),
        ("CreateQualificationType", "QualificationTypeAlreadyExists"),
        ("UpdateHITReviewStatus", "InvalidHITState"),
    ],
)
def test_a_refusal_of_the_first_try_is_told(
    operation: str, turk_code: str, judge: Judge, service: Service, impatient: Connection
) -> None:
    (step,) = (step for step in STEPS if step.operation == operation)
    judge.answer(operation, Refusal(turk_code=turk_code, message="no"))
    with pytest.raises(ServiceError) as caught:
        step.run(impatient)
    assert not caught.value.maybe_done
    assert caught.value.turk_code == f"AWS.MechanicalTurk.{turk_code}"
    assert service.done[operation] == 0


@pytest.mark.parametrize(
    ("operation", "turk_code"),
    [
        ("DisassociateQualificationFromWorker", "QualificationDoesNotExist"),
        ("DeleteQualificationType", "QualificationTypeDoesNotExist"),
        ("AcceptQualificationRequest", "QualificationRequestDoesNotExist"),
        ("RejectQualificationRequest", "QualificationRequestDoesNotExist"),
    ],
)
def test_what_is_gone_after_a_lost_answer_is_done(
    operation: str, turk_code: str, judge: Judge, service: Service, impatient: Connection
) -> None:
    (step,) = (step for step in STEPS if step.operation == operation)
    judge.trouble(Reset(done=True))
    judge.answer(operation, {}, Refusal(turk_code=turk_code, message="no"))
    assert step.run(impatient) == step.result
    assert judge.arrived == 2


def test_a_type_of_the_same_name_is_found_among_others(judge: Judge, service: Service, impatient: Connection) -> None:
    judge.trouble(Reset(done=True))
    made = QualificationType.create("Name", "D", connection=impatient)
    assert (made.id, made.name) == ("3Q", "Name")


def test_every_kind_of_operation_is_tried() -> None:
    assert {step.kind for step in STEPS} == set(Repeat)
    unsafe = {name for name, kind in REPEAT.items() if kind is not Repeat.HARMLESS}
    assert unsafe - {step.operation for step in STEPS} == {"CreateHITWithHITType"}, "which CreateHIT stands for"


def test_the_time_of_an_expiry_is_not_shifted_by_a_second_try(
    judge: Judge, service: Service, impatient: Connection
) -> None:
    at = datetime(2030, 1, 1, tzinfo=timezone.utc)
    judge.trouble(Reset(done=True))
    HIT("3H", connection=impatient).extend(at)
    first, second = judge.bodies("UpdateExpirationForHIT")
    assert first == second


def test_tries_carry_the_same_token_and_are_signed_anew(
    judge: Judge, service: Service, impatient: Connection, timing: Time
) -> None:
    judge.trouble(Reset(done=True))
    HIT.create(PAGE, 60, connection=impatient, **TERMS)
    first, second = (call for call in judge.calls if call.operation == "CreateHIT")
    assert first.raw == second.raw
    assert timing.slept == [0.3]


def test_a_wrong_key_is_not_mistaken_for_a_wrong_clock(judge: Judge, impatient: Connection) -> None:
    judge.trouble_always(Wrong(Refusal("InvalidSignatureException", "The request signature does not match")))
    with pytest.raises(AccessDenied):
        impatient.balance()
    assert judge.arrived == 1


def test_a_clock_that_goes_on_being_refused_is_told(judge: Judge, impatient: Connection, timing: Time) -> None:
    judge.now = lambda: timing.now() + 3600
    judge.trouble_always(Wrong(Refusal("InvalidSignatureException", "Signature expired")))
    with pytest.raises(AccessDenied):
        impatient.balance()
    assert judge.arrived == 2
