"""What review policies do: known answers on each submission, agreement whenever a HIT becomes Reviewable."""

from __future__ import annotations

import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from mturk.marketplace import Marketplace, Other
from tests.marketplace.conftest import Client, Connect, Publish, Work
from tests.marketplace.policy_sample import actions, extending, known_answers, plurality, report, results
from tests.marketplace.sample import form, hit_arguments, selection_question, text_question

INVALID = "AWS.MechanicalTurk.InvalidAssignmentState"
LONG_AGO = datetime(2000, 1, 1, tzinfo=timezone.utc)


def _status(client: Client, assignment_id: str) -> str:
    return client.get_assignment(AssignmentId=assignment_id)["Assignment"]["AssignmentStatus"]


def _hit(client: Client, hit_id: str) -> dict[str, Any]:
    return client.get_hit(HITId=hit_id)["HIT"]


def _max(client: Client, hit_id: str) -> int:
    return _hit(client, hit_id)["MaxAssignments"]


def _values(client: Client, hit_id: str, level: str, key: str) -> list[str]:
    return [value for _, _, found, value in results(client, hit_id, level) if found == key]


# Known answers

COMPARED = [
    (["cat"], ["cat"], True),
    (["cat"], ["  cat\n"], True),
    ([" cat "], ["cat"], True),
    (["cat"], ["Cat"], False),
    (["cat"], ["cat."], False),
    (["cat"], ["a cat"], False),
    (["cat"], [], False),
    (["cat"], [" "], False),
    ([], [], True),
    ([], [""], True),
    ([], ["cat"], False),
    (["a", "b"], ["b", "a"], True),
    (["a", "b"], ["a"], False),
    (["a"], ["a", "b"], False),
    (["a"], ["a", "a"], True),
    (["Grüße & <b>"], ["Grüße & <b>"], True),
]


@pytest.mark.parametrize(("right", "given", "correct"), COMPARED)
def test_known_answers_are_compared_as_sets_of_texts_without_blanks_around_them(
    client: Client, market: Marketplace, publish: Publish, right: list[str], given: list[str], correct: bool
) -> None:
    hit_id = publish(AssignmentReviewPolicy=known_answers({"label": right}))["HITId"]
    worker = market.worker("A1")
    assignment_id = worker.accept(hit_id)
    worker.submit(assignment_id, {"label": given, "other": "x"})
    assert results(client, hit_id, "Assignment") == [
        (assignment_id, "label", "KnownAnswerCorrect", "1" if correct else "0"),
        (assignment_id, None, "KnownAnswerScore", "100" if correct else "0"),
    ]


def test_the_selections_of_a_form_are_compared_by_their_identifiers(
    client: Client, market: Marketplace, publish: Publish
) -> None:
    question = form(selection_question("pets", "cat", "dog", most=3, other=True), text_question("note"))
    key = {"pets": ["dog", "cat"], "note": []}
    hit_id = publish(Question=question, MaxAssignments=3, AssignmentReviewPolicy=known_answers(key))["HITId"]
    for worker_id, pets in (("A1", ["cat", "dog"]), ("A2", ["cat"]), ("A3", ["cat", "dog", Other("fox")])):
        worker = market.worker(worker_id)
        worker.submit(worker.accept(hit_id), {"pets": pets})
    assert _values(client, hit_id, "Assignment", "KnownAnswerScore") == ["100", "50", "50"]


@pytest.mark.parametrize(("number", "percent"), [(0, "0"), (1, "33"), (2, "66"), (3, "100")])
def test_the_score_is_cut_to_a_whole_per_cent(
    client: Client, publish: Publish, work: Work, number: int, percent: str
) -> None:
    names = ["a", "b", "c"]
    hit_id = publish(AssignmentReviewPolicy=known_answers({name: ["x"] for name in names}))["HITId"]
    work(hit_id, **{name: "x" if place < number else "y" for place, name in enumerate(names)})
    assert _values(client, hit_id, "Assignment", "KnownAnswerScore") == [percent]


APPROVAL, REJECTION = "ApproveIfKnownAnswerScoreIsAtLeast", "RejectIfKnownAnswerScoreIsLessThan"
DECIDED = [
    ({APPROVAL: 50}, "Approved"),
    ({APPROVAL: 51}, "Submitted"),
    ({APPROVAL: 0}, "Approved"),
    ({APPROVAL: 101}, "Submitted"),
    ({REJECTION: 51}, "Rejected"),
    ({REJECTION: 50}, "Submitted"),
    ({REJECTION: 0}, "Submitted"),
    ({REJECTION: 101}, "Rejected"),
    ({APPROVAL: 80, REJECTION: 40}, "Submitted"),
    ({}, "Submitted"),
]


@pytest.mark.parametrize(("parameters", "status"), DECIDED)
def test_half_right_work_is_decided_by_the_thresholds(
    client: Client, publish: Publish, work: Work, parameters: dict[str, int], status: str
) -> None:
    policy = known_answers({"label": ["cat"], "size": ["big"]}, **parameters)
    hit_id = publish(AssignmentReviewPolicy=policy)["HITId"]
    assignment_id = work(hit_id, label="cat", size="small")
    assert _status(client, assignment_id) == status
    name = {"Approved": "approve", "Rejected": "reject"}.get(status)
    expected = [(name, assignment_id, "Succeeded", None)] if name else []
    assert actions(client, hit_id, "Assignment") == expected


@pytest.mark.parametrize(
    ("label", "parameters", "reason"),
    [
        ("cat", {APPROVAL: 100, "ApproveReason": "You can see"}, "You can see"),
        ("dog", {REJECTION: 100, "RejectReason": "It is a cat"}, "It is a cat"),
        ("cat", {APPROVAL: 100}, None),
        ("dog", {REJECTION: 100}, None),
    ],
)
def test_the_reason_of_a_policy_becomes_the_feedback(
    client: Client, publish: Publish, work: Work, label: str, parameters: dict[str, Any], reason: str | None
) -> None:
    assignment_id = work(publish(AssignmentReviewPolicy=known_answers(**parameters))["HITId"], label=label)
    found = client.get_assignment(AssignmentId=assignment_id)["Assignment"]
    assert found.get("RequesterFeedback") == reason


def test_where_both_thresholds_hold_the_work_is_approved_and_the_rejection_fails(
    client: Client, publish: Publish, work: Work
) -> None:
    policy = known_answers(**{APPROVAL: 0, REJECTION: 101})
    hit_id = publish(AssignmentReviewPolicy=policy)["HITId"]
    assignment_id = work(hit_id)
    assert _status(client, assignment_id) == "Approved"
    assert actions(client, hit_id, "Assignment") == [
        ("approve", assignment_id, "Succeeded", None),
        ("reject", assignment_id, "Failed", INVALID),
    ]


@pytest.mark.parametrize(
    ("label", "balance"), [("cat", ("9998.80", "0.00")), ("dog", ("10000.00", "0.00"))], ids=["approved", "rejected"]
)
def test_decisions_of_a_policy_cost_what_those_by_hand_cost(
    client: Client, market: Marketplace, publish: Publish, work: Work, label: str, balance: tuple[str, str]
) -> None:
    policy = known_answers(**{APPROVAL: 100, REJECTION: 100})
    work(publish(Reward="1.00", AssignmentReviewPolicy=policy)["HITId"], label=label)
    found = client.get_account_balance()
    assert (found["AvailableBalance"], found["OnHoldBalance"]) == balance
    market.clock.advance(days=40)
    assert client.get_account_balance()["AvailableBalance"] == balance[0]
    assert market.audit() == []


def test_decisions_of_a_policy_count_for_the_hit_and_can_be_overridden(
    client: Client, publish: Publish, work: Work
) -> None:
    policy = known_answers(**{REJECTION: 100})
    hit_id = publish(AssignmentReviewPolicy=policy)["HITId"]
    assignment_id = work(hit_id, label="dog")
    assert _hit(client, hit_id)["NumberOfAssignmentsCompleted"] == 1
    client.approve_assignment(AssignmentId=assignment_id, OverrideRejection=True)
    assert _status(client, assignment_id) == "Approved"


def test_a_rejection_by_policy_comes_before_an_approval_on_submission(
    client: Client, publish: Publish, work: Work
) -> None:
    policy = known_answers(**{REJECTION: 100})
    assignment_id = work(publish(AutoApprovalDelayInSeconds=0, AssignmentReviewPolicy=policy)["HITId"], label="dog")
    assert _status(client, assignment_id) == "Rejected"


# Extension by known answers


def test_a_wrong_answer_lets_one_more_worker_work(
    client: Client, market: Marketplace, publish: Publish, work: Work
) -> None:
    policy = known_answers(**{REJECTION: 100}, **extending(100, 3))
    hit_id = publish(Reward="1.00", AssignmentReviewPolicy=policy)["HITId"]
    work(hit_id, "A1", label="dog")
    found = _hit(client, hit_id)
    assert (found["HITStatus"], found["MaxAssignments"]) == ("Assignable", 2)
    assert client.get_account_balance()["OnHoldBalance"] == "1.20"
    work(hit_id, "A2", label="cat")
    found = _hit(client, hit_id)
    assert (found["HITStatus"], found["MaxAssignments"]) == ("Reviewable", 2)
    assert actions(client, hit_id, "Assignment")[1] == ("extend", hit_id, "Succeeded", None)
    assert market.audit() == []


@pytest.mark.parametrize(("below", "extended"), [(0, False), (50, False), (51, True), (101, True)])
def test_work_below_the_threshold_extends(
    client: Client, publish: Publish, work: Work, below: int, extended: bool
) -> None:
    policy = known_answers({"label": ["cat"], "size": ["big"]}, **extending(below))
    hit_id = publish(AssignmentReviewPolicy=policy)["HITId"]
    work(hit_id, label="cat", size="small")
    assert _max(client, hit_id) == (2 if extended else 1)


@pytest.mark.parametrize(("parameters", "most"), [({"ExtendMaximumAssignments": 3}, 3), ({}, 5)])
def test_a_policy_extends_up_to_its_limit_which_is_5_by_default(
    client: Client, publish: Publish, work: Work, parameters: dict[str, int], most: int
) -> None:
    policy = known_answers(ExtendIfKnownAnswerScoreIsLessThan=101, **parameters)
    hit_id = publish(AssignmentReviewPolicy=policy)["HITId"]
    for number in range(most):
        work(hit_id, f"A{number}")
    assert _max(client, hit_id) == most
    assert _hit(client, hit_id)["HITStatus"] == "Reviewable"
    # Having come as far as it should counts as success.
    assert actions(client, hit_id, "Assignment") == [("extend", hit_id, "Succeeded", None)] * most
    assert report(client, hit_id, "Assignment")["ReviewActions"][-1]["Result"] == f"Already {most} assignments"


def test_a_hit_that_was_extended_by_hand_past_the_limit_is_not_extended_by_its_policy(
    client: Client, publish: Publish, work: Work
) -> None:
    hit_id = publish(AssignmentReviewPolicy=known_answers(**extending(101, 2)))["HITId"]
    client.create_additional_assignments_for_hit(HITId=hit_id, NumberOfAdditionalAssignments=2)
    work(hit_id)
    assert _max(client, hit_id) == 3


def test_no_policy_crosses_the_border_to_ten_assignments(client: Client, publish: Publish, work: Work) -> None:
    hit_id = publish(MaxAssignments=9, AssignmentReviewPolicy=known_answers(**extending(101, 25)))["HITId"]
    work(hit_id)
    code = "AWS.MechanicalTurk.InvalidMaximumAssignmentsIncrease"
    assert actions(client, hit_id, "Assignment") == [("extend", hit_id, "Failed", code)]
    assert _max(client, hit_id) == 9


def test_a_hit_of_ten_assignments_can_be_extended_by_its_policy(client: Client, publish: Publish, work: Work) -> None:
    hit_id = publish(MaxAssignments=10, AssignmentReviewPolicy=known_answers(**extending(101, 25)))["HITId"]
    work(hit_id)
    assert _max(client, hit_id) == 11


def test_an_extension_that_the_account_does_not_cover_fails_and_leaves_nothing_behind(
    connect: Connect, database: str
) -> None:
    with Marketplace(database, deposit="1.20") as market:
        client = connect(market)
        policy = known_answers(**extending(101))
        hit_id = client.create_hit(**hit_arguments(Reward="1.00", AssignmentReviewPolicy=policy))["HIT"]["HITId"]
        before = _hit(client, hit_id)["Expiration"]
        worker = market.worker("A1")
        assignment_id = worker.accept(hit_id)
        worker.submit(assignment_id, {"label": "dog"})
        code = "AWS.MechanicalTurk.InsufficientFunds"
        assert actions(client, hit_id, "Assignment") == [("extend", hit_id, "Failed", code)]
        found = _hit(client, hit_id)
        assert (found["HITStatus"], found["MaxAssignments"], found["Expiration"]) == ("Reviewable", 1, before)
        balance = client.get_account_balance()
        assert (balance["AvailableBalance"], balance["OnHoldBalance"]) == ("0.00", "1.20")
        client.approve_assignment(AssignmentId=assignment_id)
        assert market.audit() == []


@pytest.mark.parametrize(("lifetime", "minutes"), [(7200, 120), (1800, 60)])
def test_the_next_worker_has_at_least_the_time_that_the_policy_gives(
    client: Client, market: Marketplace, publish: Publish, work: Work, lifetime: int, minutes: int
) -> None:
    hit_id = publish(LifetimeInSeconds=lifetime, AssignmentReviewPolicy=known_answers(**extending()))["HITId"]
    work(hit_id)
    left = _hit(client, hit_id)["Expiration"] - market.clock.now()
    assert timedelta(minutes=minutes - 1) < left <= timedelta(minutes=minutes)
    market.clock.advance(minutes=minutes)
    assert _hit(client, hit_id)["HITStatus"] == "Reviewable"


def _submit_after_expiry(client: Client, market: Marketplace, publish: Publish, policy: dict[str, Any]) -> str:
    hit_id = publish(LifetimeInSeconds=60, AssignmentDurationInSeconds=600, AssignmentReviewPolicy=policy)["HITId"]
    worker = market.worker("A1")
    assignment_id = worker.accept(hit_id)
    market.clock.advance(minutes=2)
    worker.submit(assignment_id, {"label": "dog"})
    return hit_id


def test_an_expired_hit_opens_again_when_its_policy_gives_time(
    client: Client, market: Marketplace, publish: Publish
) -> None:
    hit_id = _submit_after_expiry(client, market, publish, known_answers(**extending(seconds=60)))
    assert _hit(client, hit_id)["HITStatus"] == "Assignable"
    market.clock.advance(seconds=59)
    assert _hit(client, hit_id)["HITStatus"] == "Assignable"
    market.clock.advance(seconds=1)
    assert _hit(client, hit_id)["HITStatus"] == "Reviewable"
    assert market.audit() == []


def test_an_expired_hit_is_not_extended_by_a_policy_that_gives_no_time(
    client: Client, market: Marketplace, publish: Publish
) -> None:
    policy = known_answers(ExtendIfKnownAnswerScoreIsLessThan=101)
    hit_id = _submit_after_expiry(client, market, publish, policy)
    assert actions(client, hit_id, "Assignment") == [("extend", hit_id, "Failed", "AWS.MechanicalTurk.InvalidHITState")]
    assert _max(client, hit_id) == 1


def test_no_policy_reopens_what_its_requester_has_ended(client: Client, market: Marketplace, publish: Publish) -> None:
    hit_id = publish(AssignmentReviewPolicy=known_answers(**extending()))["HITId"]
    worker = market.worker("A1")
    assignment_id = worker.accept(hit_id)
    client.update_expiration_for_hit(HITId=hit_id, ExpireAt=LONG_AGO)
    worker.submit(assignment_id, {"label": "dog"})
    assert actions(client, hit_id, "Assignment") == [("extend", hit_id, "Cancelled", None)]
    assert _hit(client, hit_id)["HITStatus"] == "Reviewable"


def test_a_policy_extends_again_what_its_requester_has_reopened(
    client: Client, market: Marketplace, publish: Publish, work: Work
) -> None:
    hit_id = publish(AssignmentReviewPolicy=known_answers(**extending()))["HITId"]
    client.update_expiration_for_hit(HITId=hit_id, ExpireAt=LONG_AGO)
    client.update_expiration_for_hit(HITId=hit_id, ExpireAt=market.clock.now() + timedelta(hours=1))
    work(hit_id)
    assert _max(client, hit_id) == 2


# Agreement


def _work_all(work: Work, hit_id: str, *answers: dict[str, Any] | str) -> list[str]:
    """Each worker gives one text, or a mapping of fields."""
    given = [one if isinstance(one, dict) else {"label": one} for one in answers]
    return [work(hit_id, f"A{number}", **one) for number, one in enumerate(given)]


def test_the_documented_example_comes_out_as_documented(client: Client, publish: Publish, work: Work) -> None:
    clothes = [
        {"A": "coat", "B": "blue", "C": "large", "D": "Furry"},
        {"A": "sweater", "B": "blue", "C": "large", "D": "fur"},
        {"A": "coat", "B": "green", "C": "large", "D": "furr"},
    ]
    hit_id = publish(MaxAssignments=3, HITReviewPolicy=plurality(list("ABCD")))["HITId"]
    one, two, three = _work_all(work, hit_id, *clothes)
    found = results(client, hit_id, "HIT")
    assert found[:11] == [
        (hit_id, "A", "AgreedAnswerFound", "true"),
        (hit_id, "A", "AgreedAnswer", "coat"),
        (hit_id, "A", "AnswerAgreementScore", "66"),
        (hit_id, "B", "AgreedAnswerFound", "true"),
        (hit_id, "B", "AgreedAnswer", "blue"),
        (hit_id, "B", "AnswerAgreementScore", "66"),
        (hit_id, "C", "AgreedAnswerFound", "true"),
        (hit_id, "C", "AgreedAnswer", "large"),
        (hit_id, "C", "AnswerAgreementScore", "100"),
        (hit_id, "D", "AgreedAnswerFound", "false"),
        (hit_id, None, "HitAgreementScore", "75"),
    ]
    assert found[11:] == [
        (assignment_id, None, key, value)
        for assignment_id, values in ((one, ["100", "3", "0"]), (two, ["66", "2", "1"]), (three, ["66", "2", "1"]))
        for key, value in zip(
            ["WorkerAgreementScore", "PluralityAnswersCorrect", "PluralityAnswersIncorrect"], values, strict=True
        )
    ]


LONG = "x" * 256
AGREED = [
    (["cat", "cat", "dog"], 50, "cat"),
    (["cat", "cat", "dog"], 65, "cat"),
    (["cat", "cat", "dog"], 66, None),
    (["cat", "cat"], 99, "cat"),
    (["cat", "cat"], 100, None),
    (["cat"], 50, "cat"),
    (["cat", "dog"], 49, None),
    (["cat", "dog", "cow", "cat"], 49, "cat"),
    (["cat", " cat ", "Cat"], 50, "cat"),
    ([["a", "b"], ["b", "a"], ["a"]], 50, "a|b"),
    ([["a", "b"], ["a"], ["b"]], 50, None),
    ([LONG, LONG, "cat"], 50, LONG),
    ([LONG + "x", LONG + "x", "cat"], 50, "cat"),
    ([f" {LONG} ", LONG, "cat"], 50, LONG),
    ([LONG + "x", LONG + "x"], 50, None),
    ([["a", LONG + "x"], ["a", LONG + "x"], "a"], 50, "a"),
    (["", "", "cat"], 50, ""),
]


@pytest.mark.parametrize(("answers", "threshold", "agreed"), AGREED)
def test_workers_agree_when_more_than_the_threshold_gave_the_same_answer(
    client: Client, publish: Publish, work: Work, answers: list[list[str] | str], threshold: int, agreed: str | None
) -> None:
    policy = plurality(threshold=threshold)
    hit_id = publish(MaxAssignments=len(answers), HITReviewPolicy=policy)["HITId"]
    _work_all(work, hit_id, *({"label": one, "also": "x"} for one in answers))
    assert _values(client, hit_id, "HIT", "AgreedAnswerFound") == ["false" if agreed is None else "true"]
    assert _values(client, hit_id, "HIT", "AgreedAnswer") == ([] if agreed is None else [agreed])
    assert _values(client, hit_id, "HIT", "HitAgreementScore") == ["0" if agreed is None else "100"]


def test_an_answer_that_is_too_long_is_not_the_agreed_one(client: Client, publish: Publish, work: Work) -> None:
    hit_id = publish(MaxAssignments=2, HITReviewPolicy=plurality())["HITId"]
    _work_all(work, hit_id, LONG + "x", "cat")
    assert _values(client, hit_id, "HIT", "WorkerAgreementScore") == ["0", "100"]


def test_questions_that_are_not_named_are_not_compared(client: Client, publish: Publish, work: Work) -> None:
    hit_id = publish(MaxAssignments=2, HITReviewPolicy=plurality())["HITId"]
    _work_all(work, hit_id, {"label": "cat", "note": "a"}, {"label": "cat", "note": "b"})
    assert _values(client, hit_id, "HIT", "HitAgreementScore") == ["100"]


def test_an_answer_of_more_than_a_thousand_texts_is_not_the_agreed_one(
    client: Client, publish: Publish, work: Work
) -> None:
    hit_id = publish(MaxAssignments=2, HITReviewPolicy=plurality())["HITId"]
    _work_all(work, hit_id, {"label": [str(number) for number in range(1001)]}, "cat")
    assert _values(client, hit_id, "HIT", "WorkerAgreementScore") == ["0", "100"]


def test_large_answers_are_compared_some_at_a_time(client: Client, publish: Publish, work: Work) -> None:
    hit_id = publish(MaxAssignments=40, HITReviewPolicy=plurality())["HITId"]
    _work_all(work, hit_id, *([{"label": "cat", "note": "x" * 1_000_000}] * 30))
    tracemalloc.start()
    try:
        client.update_expiration_for_hit(HITId=hit_id, ExpireAt=LONG_AGO)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert most < 25_000_000
    assert _values(client, hit_id, "HIT", "WorkerAgreementScore") == ["100"] * 30


def test_nothing_is_compared_before_the_hit_is_reviewable(client: Client, publish: Publish, work: Work) -> None:
    hit_id = publish(MaxAssignments=3, HITReviewPolicy=plurality())["HITId"]
    _work_all(work, hit_id, "cat", "cat")
    assert report(client, hit_id, "HIT") == {"ReviewResults": [], "ReviewActions": []}


WORKER_APPROVAL, WORKER_REJECTION = "ApproveIfWorkerAgreementScoreIsAtLeast", "RejectIfWorkerAgreementScoreIsLessThan"


def test_workers_are_paid_or_not_by_their_agreement(
    client: Client, market: Marketplace, publish: Publish, work: Work
) -> None:
    parameters = {WORKER_APPROVAL: 100, WORKER_REJECTION: 50, "RejectReason": "Others saw a cat"}
    hit_id = publish(Reward="1.00", MaxAssignments=3, HITReviewPolicy=plurality(**parameters))["HITId"]
    made = _work_all(work, hit_id, "cat", "dog", "cat")
    assert [_status(client, one) for one in made] == ["Approved", "Rejected", "Approved"]
    odd = client.get_assignment(AssignmentId=made[1])["Assignment"]
    assert odd["RequesterFeedback"] == "Others saw a cat"
    assert client.get_account_balance()["AvailableBalance"] == "9997.60"
    assert actions(client, hit_id, "HIT") == [
        ("approve", made[0], "Succeeded", None),
        ("reject", made[1], "Succeeded", None),
        ("approve", made[2], "Succeeded", None),
    ]
    assert market.audit() == []


def test_nobody_is_judged_where_nothing_is_agreed_on(client: Client, publish: Publish, work: Work) -> None:
    policy = plurality(**{WORKER_APPROVAL: 0, WORKER_REJECTION: 101})
    hit_id = publish(MaxAssignments=2, HITReviewPolicy=policy)["HITId"]
    made = _work_all(work, hit_id, "cat", "dog")
    assert [_status(client, one) for one in made] == ["Submitted", "Submitted"]
    assert actions(client, hit_id, "HIT") == []
    assert _values(client, hit_id, "HIT", "WorkerAgreementScore") == []


def test_what_was_decided_before_stays_so_and_the_report_says_it(client: Client, publish: Publish, work: Work) -> None:
    policy = plurality(**{WORKER_APPROVAL: 100, WORKER_REJECTION: 100})
    hit_id = publish(MaxAssignments=5, HITReviewPolicy=policy)["HITId"]
    made = _work_all(work, hit_id, "cat", "cat", "dog", "dog")
    for one, decision in zip(made, ["approve", "reject", "approve", "reject"], strict=True):
        if decision == "approve":
            client.approve_assignment(AssignmentId=one)
        else:
            client.reject_assignment(AssignmentId=one, RequesterFeedback="by hand")
    work(hit_id, "A5", label="cat")
    assert actions(client, hit_id, "HIT")[:4] == [
        ("approve", made[0], "Succeeded", None),
        ("approve", made[1], "Failed", INVALID),
        ("reject", made[2], "Failed", INVALID),
        ("reject", made[3], "Succeeded", None),
    ]
    assert [_status(client, one) for one in made] == ["Approved", "Rejected", "Approved", "Rejected"]
    assert client.get_assignment(AssignmentId=made[3])["Assignment"]["RequesterFeedback"] == "by hand"


def test_rejected_work_is_left_out_only_if_the_policy_says_so(client: Client, publish: Publish, work: Work) -> None:
    found = {}
    for flag in ("T", "F"):
        policy = plurality(DisregardAssignmentIfRejected=flag)
        hit_id = publish(Title=flag, MaxAssignments=4, HITReviewPolicy=policy)["HITId"]
        made = _work_all(work, hit_id, "dog", "dog", "cat")
        client.reject_assignment(AssignmentId=made[0], RequesterFeedback="no")
        client.reject_assignment(AssignmentId=made[1], RequesterFeedback="no")
        work(hit_id, "A4", label="cat")
        found[flag] = (
            _values(client, hit_id, "HIT", "AgreedAnswer"),
            len(_values(client, hit_id, "HIT", "WorkerAgreementScore")),
        )
    assert found == {"T": (["cat"], 2), "F": ([], 0)}


@pytest.mark.parametrize(("below", "agreed"), [(100, ["cat"]), (50, []), (0, [])])
def test_work_with_a_low_known_answer_score_is_left_out(
    client: Client, publish: Publish, work: Work, below: int, agreed: list[str]
) -> None:
    hit_id = publish(
        MaxAssignments=2,
        AssignmentReviewPolicy=known_answers({"known": ["1"], "also": ["2"]}),
        HITReviewPolicy=plurality(DisregardAssignmentIfKnownAnswerScoreIsLessThan=below),
    )["HITId"]
    _work_all(
        work, hit_id, {"label": "cat", "known": "1", "also": "2"}, {"label": "dog", "known": "1", "also": "wrong"}
    )
    assert _values(client, hit_id, "HIT", "AgreedAnswer") == agreed


def test_without_known_answers_no_score_is_too_low(client: Client, publish: Publish, work: Work) -> None:
    policy = plurality(DisregardAssignmentIfKnownAnswerScoreIsLessThan=100)
    hit_id = publish(HITReviewPolicy=policy)["HITId"]
    _work_all(work, hit_id, "cat")
    assert _values(client, hit_id, "HIT", "AgreedAnswer") == ["cat"]


# Extension by agreement


def _agreeing(below: int = 100, most: int = 5, seconds: int = 3600, **parameters: Any) -> dict[str, Any]:
    return plurality(**extending(below, most, seconds, of="HITAgreementScore"), **parameters)


def test_a_hit_is_extended_until_its_workers_agree(
    client: Client, market: Marketplace, publish: Publish, work: Work
) -> None:
    hit_id = publish(MaxAssignments=2, HITReviewPolicy=_agreeing())["HITId"]
    _work_all(work, hit_id, "cat", "dog")
    assert (_max(client, hit_id), _hit(client, hit_id)["HITStatus"]) == (3, "Assignable")
    work(hit_id, "A3", label="cow")
    assert (_max(client, hit_id), _hit(client, hit_id)["HITStatus"]) == (4, "Assignable")
    work(hit_id, "A4", label="cat")
    # Two of four are not more than half.
    assert (_max(client, hit_id), _hit(client, hit_id)["HITStatus"]) == (5, "Assignable")
    work(hit_id, "A5", label="cat")
    assert (_max(client, hit_id), _hit(client, hit_id)["HITStatus"]) == (5, "Reviewable")
    assert _values(client, hit_id, "HIT", "HitAgreementScore") == ["0", "0", "0", "100"]
    assert actions(client, hit_id, "HIT") == [("extend", hit_id, "Succeeded", None)] * 3
    assert market.audit() == []


def test_a_hit_whose_workers_never_agree_stops_at_the_limit(client: Client, publish: Publish, work: Work) -> None:
    hit_id = publish(HITReviewPolicy=_agreeing(most=2, threshold=99), MaxAssignments=2)["HITId"]
    _work_all(work, hit_id, "cat", "dog")
    assert (_max(client, hit_id), _hit(client, hit_id)["HITStatus"]) == (2, "Reviewable")
    assert report(client, hit_id, "HIT")["ReviewActions"][-1]["Result"] == "Already 2 assignments"


@pytest.mark.parametrize(("below", "extended"), [(50, False), (51, True)])
def test_agreement_below_the_threshold_extends(
    client: Client, publish: Publish, work: Work, below: int, extended: bool
) -> None:
    policy = plurality(["a", "b"], **extending(below, of="HITAgreementScore"))
    hit_id = publish(MaxAssignments=2, HITReviewPolicy=policy)["HITId"]
    _work_all(work, hit_id, {"a": "1", "b": "1"}, {"a": "1", "b": "2"})
    assert _max(client, hit_id) == (3 if extended else 2)


def test_where_all_work_is_left_out_another_worker_is_asked(client: Client, publish: Publish, work: Work) -> None:
    hit_id = publish(
        AssignmentReviewPolicy=known_answers({"known": ["1"]}, **{REJECTION: 100}),
        HITReviewPolicy=_agreeing(DisregardAssignmentIfRejected="T"),
    )["HITId"]
    work(hit_id, "A1", label="cat", known="2")
    assert (_max(client, hit_id), _hit(client, hit_id)["HITStatus"]) == (2, "Assignable")
    work(hit_id, "A2", label="cat", known="1")
    assert _hit(client, hit_id)["HITStatus"] == "Reviewable"
    assert _values(client, hit_id, "HIT", "HitAgreementScore") == ["0", "100"]


def test_what_known_answers_keep_open_is_not_compared_yet(client: Client, publish: Publish, work: Work) -> None:
    hit_id = publish(
        AssignmentReviewPolicy=known_answers(**extending(100, 2)),
        HITReviewPolicy=plurality(),
    )["HITId"]
    work(hit_id, "A1", label="dog")
    assert report(client, hit_id, "HIT")["ReviewActions"] == []
    work(hit_id, "A2", label="cat")
    assert len(report(client, hit_id, "HIT")["ReviewActions"]) == 1


EXPIRING = ["time", "return", "abandonment"]


@pytest.mark.parametrize("cause", EXPIRING)
def test_a_hit_that_becomes_reviewable_by_expiry_is_compared_and_extended(
    client: Client, market: Marketplace, publish: Publish, work: Work, cause: str
) -> None:
    hit_id = publish(
        LifetimeInSeconds=60, AssignmentDurationInSeconds=300, MaxAssignments=3, HITReviewPolicy=_agreeing(seconds=60)
    )["HITId"]
    _work_all(work, hit_id, "cat", "dog")
    if cause != "time":
        late = market.worker("ALATE")
        assignment_id = late.accept(hit_id)
    market.clock.advance(seconds=60)
    if cause != "time":
        assert _hit(client, hit_id)["HITStatus"] == "Unassignable"
    if cause == "return":
        late.return_assignment(assignment_id)
    elif cause == "abandonment":
        market.clock.advance(seconds=240)
    found = _hit(client, hit_id)
    assert (found["HITStatus"], found["MaxAssignments"]) == ("Assignable", 4)
    assert found["NumberOfAssignmentsAvailable"] == 2
    market.clock.advance(days=1)
    found = _hit(client, hit_id)
    # Nobody came, so it became Reviewable each time its minute was over.
    assert (found["HITStatus"], found["MaxAssignments"]) == ("Reviewable", 5)
    assert market.audit() == []
    held = client.get_account_balance()["OnHoldBalance"]
    assert held == "0.12"


def test_a_hit_to_which_nobody_comes_is_extended_three_times_and_no_more(
    client: Client, market: Marketplace, publish: Publish, work: Work
) -> None:
    policy = _agreeing(most=2_000_000_000, seconds=60, threshold=100)
    hit_id = publish(LifetimeInSeconds=60, MaxAssignments=12, HITReviewPolicy=policy)["HITId"]
    work(hit_id, "A1", label="cat")
    market.clock.advance(days=1)
    found = _hit(client, hit_id)
    assert (found["HITStatus"], found["MaxAssignments"]) == ("Reviewable", 15)
    extended = ("extend", hit_id, "Succeeded", None)
    assert actions(client, hit_id, "HIT") == [extended] * 3 + [("extend", hit_id, "Cancelled", None)]


def test_a_hit_that_its_requester_ends_again_and_again_is_compared_four_times_and_no_more(
    client: Client, market: Marketplace, publish: Publish, work: Work
) -> None:
    hit_id = publish(MaxAssignments=3, HITReviewPolicy=plurality())["HITId"]
    work(hit_id, "A1", label="cat")
    for _ in range(6):
        later = market.clock.now() + timedelta(hours=2)
        client.update_expiration_for_hit(HITId=hit_id, ExpireAt=later)
        client.update_expiration_for_hit(HITId=hit_id, ExpireAt=LONG_AGO)
        market.clock.advance(seconds=1)
    assert len(report(client, hit_id, "HIT")["ReviewActions"]) == 4


def test_a_hit_to_which_somebody_comes_again_is_extended_again(
    client: Client, market: Marketplace, publish: Publish, work: Work
) -> None:
    policy = _agreeing(most=30, seconds=60, threshold=100)
    hit_id = publish(LifetimeInSeconds=60, MaxAssignments=12, HITReviewPolicy=policy)["HITId"]
    work(hit_id, "A1", label="cat")
    market.clock.advance(seconds=3 * 60)
    work(hit_id, "A2", label="cat")
    market.clock.advance(days=1)
    assert _max(client, hit_id) == 12 + 3 + 3


def test_a_hit_on_which_nobody_worked_is_neither_compared_nor_extended(
    client: Client, market: Marketplace, publish: Publish
) -> None:
    hit_id = publish(LifetimeInSeconds=60, HITReviewPolicy=_agreeing())["HITId"]
    market.clock.advance(days=1)
    assert _hit(client, hit_id)["HITStatus"] == "Reviewable"
    assert report(client, hit_id, "HIT") == {"ReviewResults": [], "ReviewActions": []}


def test_a_hit_that_its_requester_ends_is_compared_but_not_extended(
    client: Client, publish: Publish, work: Work
) -> None:
    hit_id = publish(MaxAssignments=3, HITReviewPolicy=_agreeing(**{WORKER_APPROVAL: 0}))["HITId"]
    _work_all(work, hit_id, "cat", "dog")
    client.update_expiration_for_hit(HITId=hit_id, ExpireAt=LONG_AGO)
    assert _hit(client, hit_id)["HITStatus"] == "Reviewable"
    assert actions(client, hit_id, "HIT") == [("extend", hit_id, "Cancelled", None)]


def test_a_hit_that_its_requester_extends_is_compared_again_with_all_work(
    client: Client, publish: Publish, work: Work
) -> None:
    hit_id = publish(MaxAssignments=2, HITReviewPolicy=plurality())["HITId"]
    _work_all(work, hit_id, "cat", "dog")
    client.create_additional_assignments_for_hit(HITId=hit_id, NumberOfAdditionalAssignments=1)
    work(hit_id, "A3", label="dog")
    assert _values(client, hit_id, "HIT", "AgreedAnswerFound") == ["false", "true"]


def test_the_mark_of_being_reviewed_starts_no_second_comparison(client: Client, publish: Publish, work: Work) -> None:
    hit_id = publish(HITReviewPolicy=plurality())["HITId"]
    work(hit_id)
    client.update_hit_review_status(HITId=hit_id)
    client.update_hit_review_status(HITId=hit_id, Revert=True)
    assert len(report(client, hit_id, "HIT")["ReviewActions"]) == 1


def test_an_extension_by_agreement_never_crosses_the_border_to_ten(
    client: Client, publish: Publish, work: Work
) -> None:
    hit_id = publish(MaxAssignments=9, HITReviewPolicy=_agreeing(most=20, threshold=100))["HITId"]
    _work_all(work, hit_id, *["cat"] * 9)
    code = "AWS.MechanicalTurk.InvalidMaximumAssignmentsIncrease"
    assert actions(client, hit_id, "HIT") == [("extend", hit_id, "Failed", code)]


def test_no_policy_reopens_a_hit_whose_qualification_type_was_deleted(
    client: Client, market: Marketplace, publish: Publish, work: Work
) -> None:
    kind = client.create_qualification_type(Name="Once", Description="d", QualificationTypeStatus="Active")
    type_id = kind["QualificationType"]["QualificationTypeId"]
    hit_id = publish(
        MaxAssignments=4,
        QualificationRequirements=[{"QualificationTypeId": type_id, "Comparator": "DoesNotExist"}],
        AssignmentReviewPolicy=known_answers(**extending()),
        HITReviewPolicy=_agreeing(most=9),
    )["HITId"]
    worker = market.worker("ALATE")
    assignment_id = worker.accept(hit_id)
    _work_all(work, hit_id, "cat", "dog")
    client.delete_qualification_type(QualificationTypeId=type_id)
    assert client.list_hits()["HITs"] == []
    worker.submit(assignment_id, {"label": "cow"})
    # What was submitted is paid by itself, and nothing stays reserved for more.
    market.clock.advance(days=31)
    assert client.get_account_balance()["OnHoldBalance"] == "0.00"
    assert market.audit() == []


def test_each_submission_and_each_end_is_reviewed_once_though_all_come_at_the_same_time(
    shared: str, connect: Connect
) -> None:
    with Marketplace(shared) as one, Marketplace(shared) as other:
        client = connect(one)
        policies = {
            "AssignmentReviewPolicy": known_answers(**{APPROVAL: 100}),
            "HITReviewPolicy": _agreeing(most=9, threshold=99),
        }
        hit_id = client.create_hit(**hit_arguments(MaxAssignments=8, **policies))["HIT"]["HITId"]
        open_work = []
        for number in range(8):
            worker = (one, other)[number % 2].worker(f"A{number}")
            open_work.append((worker, worker.accept(hit_id), {"label": "cat" if number % 2 else "dog"}))
        with ThreadPoolExecutor(8) as threads:
            list(threads.map(lambda work: work[0].submit(*work[1:]), open_work))
        assert len(_values(client, hit_id, "Assignment", "KnownAnswerScore")) == 8
        assert _values(client, hit_id, "HIT", "HitAgreementScore") == ["0"]
        found = _hit(client, hit_id)
        assert (found["MaxAssignments"], found["NumberOfAssignmentsAvailable"]) == (9, 1)
        assert found["NumberOfAssignmentsCompleted"] == 4
        assert one.audit() == []
