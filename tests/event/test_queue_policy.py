"""A queue's policy is read for whether MTurk may send, and completed so that it may."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mturk.event.queue_policy import PRINCIPAL, allowing, problem

ARN = "arn:aws:sqs:us-east-1:123456789012:turk"


def statement(**changes: Any) -> dict[str, Any]:
    return {
        "Effect": "Allow",
        "Principal": {"Service": PRINCIPAL},
        "Action": "sqs:SendMessage",
        "Resource": ARN,
        **changes,
    }


def policy(*statements: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Id": "theirs", "Statement": list(statements)})


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"Principal": "*"},
        {"Principal": {"AWS": "*"}},
        {"Principal": {"Service": ["sns.amazonaws.com", PRINCIPAL]}},
        {"Action": ["sqs:ReceiveMessage", "SQS:SendMessage"]},
        {"Action": "sqs:*"},
        {"Action": "*"},
        {"Resource": "*"},
        {"Resource": ["x", "arn:aws:sqs:*:123456789012:t?rk"]},
        {"Condition": {"Bool": {"aws:SecureTransport": "true"}}},
    ],
)
def test_a_policy_that_lets_mturk_send_has_no_problem(changes: dict[str, Any]) -> None:
    assert problem(policy(statement(**changes)), ARN) is None
    assert allowing(policy(statement(**changes)), ARN) is None


def test_one_statement_need_not_be_in_a_list() -> None:
    assert problem(json.dumps({"Statement": statement()}), ARN) is None


WRONG = {
    "none": (None, "has no policy"),
    "empty": ("", "has no policy"),
    "no statement": (policy(), "lets nobody send"),
    "another service": (policy(statement(Principal={"Service": "sns.amazonaws.com"})), "lets sns.amazonaws.com send"),
    "the old account": (policy(statement(Principal={"AWS": "AIDAIXO4EZE6RHVSXIN4E"})), "wrong principal"),
    "the service as an account": (policy(statement(Principal={"AWS": PRINCIPAL})), "wrong principal"),
    "another action": (policy(statement(Action="sqs:ReceiveMessage")), "lets nobody send"),
    "another queue": (policy(statement(Resource=f"{ARN}2")), "another resource"),
    "a pattern in the queue's name": (policy(statement(Resource="arn:aws:sqs:us.east.1:123456789012:turk")), "another"),
    "denied": (policy(statement(), statement(Effect="Deny")), "denies"),
    "no JSON": ("{", "lets nobody send"),
    "no object": ("[]", "lets nobody send"),
    "odd parts": (policy(7, statement(Principal=None, Action=None)), "lets nobody send"),
}


@pytest.mark.parametrize(("held", "says"), WRONG.values(), ids=WRONG)
def test_a_policy_that_keeps_mturk_out_says_why(held: str | None, says: str) -> None:
    assert says in (problem(held, ARN) or "")


@pytest.mark.parametrize("held", [held for name, (held, _) in WRONG.items() if name != "denied"])
def test_a_policy_is_completed_and_keeps_what_it_allowed(held: str | None) -> None:
    made = allowing(held, ARN)
    assert made is not None
    assert problem(made, ARN) is None
    assert allowing(made, ARN) is None
    ours = json.loads(made)["Statement"][-1]
    assert ours["Condition"] == {"Bool": {"aws:SecureTransport": "true"}}
    assert ours["Resource"] == ARN
    if held and "theirs" in held:
        kept = [each for each in json.loads(held)["Statement"] if isinstance(each, dict)]
        assert json.loads(made)["Statement"][:-1] == kept
        assert json.loads(made)["Id"] == "theirs"


def test_a_denial_under_a_condition_is_no_problem() -> None:
    insecure = {"Bool": {"aws:SecureTransport": "false"}}
    assert problem(policy(statement(), statement(Effect="Deny", Principal="*", Condition=insecure)), ARN) is None


def test_our_own_statement_is_replaced_and_not_repeated() -> None:
    other = allowing(None, f"{ARN}-old")
    assert len(json.loads(allowing(other, ARN) or "")["Statement"]) == 1
