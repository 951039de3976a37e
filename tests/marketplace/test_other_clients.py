"""Clients that we did not write: the AWS CLI and the AWS SDK for JavaScript do the main job, and read errors."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from mturk.marketplace import Marketplace
from tests.marketplace.sample import html_question, type_arguments

JAVASCRIPT = Path(__file__).parents[1] / "javascript"
AWS = Path(sysconfig.get_path("scripts")) / "aws"
PATIENCE = 120
PAST = datetime(2015, 1, 1, tzinfo=timezone.utc)

pytestmark = pytest.mark.system

Call = Callable[..., dict[str, Any]]


class Refused(Exception):
    """The client reports an error: what it says of it."""

    def __init__(self, told: dict[str, Any]) -> None:
        super().__init__(told)
        self.told = told


@pytest.fixture
def market(request: pytest.FixtureRequest) -> Iterator[Marketplace]:
    with Marketplace(strict=getattr(request, "param", False)) as market:
        yield market


@pytest.fixture
def environment(market: Marketplace, tmp_path: Path) -> dict[str, str]:
    """What the clients read: the lines that `mturk serve` prints, and nothing else of AWS."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PYTHON"))}
    return kept | {
        "AWS_ENDPOINT_URL_MTURK": market.url,
        "AWS_ACCESS_KEY_ID": market.access_key,
        "AWS_SECRET_ACCESS_KEY": market.secret_key,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_REGION": "us-east-1",
        "AWS_CONFIG_FILE": str(tmp_path / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "credentials"),
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_PAGER": "",
        "AWS_MAX_ATTEMPTS": "1",
        "NO_PROXY": "127.0.0.1",
    }


@pytest.fixture
def aws(environment: dict[str, str]) -> Call:
    """Run `aws mturk`."""

    def call(operation: str, **members: Any) -> dict[str, Any]:
        command = [sys.executable, AWS, "mturk", _hyphened(operation), "--cli-input-json", json.dumps(members)]
        ran = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=PATIENCE)
        if ran.returncode:
            raise Refused({"message": ran.stderr.strip(), "status": ran.returncode})
        answer: dict[str, Any] = json.loads(ran.stdout or "{}")
        return answer

    return call


@pytest.fixture
def javascript(environment: dict[str, str]) -> Iterator[Call]:
    """Send a command of the JavaScript SDK, which runs in node."""
    with subprocess.Popen(
        ["node", "call.mjs"],
        cwd=JAVASCRIPT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as node:
        assert node.stdin is not None
        assert node.stdout is not None

        def call(operation: str, **members: Any) -> dict[str, Any]:
            print(json.dumps({"operation": operation, "input": members}), file=node.stdin, flush=True)
            told = json.loads(node.stdout.readline())
            if "error" in told:
                raise Refused(told["error"])
            assert told["requestId"]
            answer: dict[str, Any] = told["answer"]
            return answer

        yield call
        node.stdin.close()
        assert node.wait(PATIENCE) == 0


@pytest.fixture(params=["aws", "javascript"])
def call(request: pytest.FixtureRequest) -> Call:
    """Call an operation by one client, then in another test by the other."""
    client: Call = request.getfixturevalue(request.param)
    return client


def _hyphened(operation: str) -> str:
    """The operation as the AWS CLI spells it."""
    import botocore

    return str(botocore.xform_name(operation, "-"))


def _hit(**changes: Any) -> dict[str, Any]:
    return {"LifetimeInSeconds": 3600, "MaxAssignments": 2, "Question": html_question(), **changes}


@pytest.mark.parametrize("market", [True], indirect=True, ids=["strict"])
@pytest.mark.usefixtures("market")
def test_a_strict_marketplace_takes_their_calls(call: Call) -> None:
    assert call("GetAccountBalance")["AvailableBalance"] == "10000.00"


def test_the_main_job(call: Call, market: Marketplace, work: Callable[..., str]) -> None:
    assert call("GetAccountBalance") == {"AvailableBalance": "10000.00", "OnHoldBalance": "0.00"}
    type_id = call("CreateHITType", **type_arguments(Keywords="photo, ünïcode"))["HITTypeId"]
    hit = call("CreateHITWithHITType", HITTypeId=type_id, **_hit(UniqueRequestToken="once"))["HIT"]
    assert (hit["HITTypeId"], hit["Keywords"], hit["Question"]) == (type_id, "photo, ünïcode", html_question())
    good, bad = work(hit["HITId"], "A1ADA"), work(hit["HITId"], "A2BEN", label="<&>")

    pages = [call("ListAssignmentsForHIT", HITId=hit["HITId"], MaxResults=1)]
    while pages[-1].get("NextToken"):
        pages.append(call("ListAssignmentsForHIT", HITId=hit["HITId"], MaxResults=1, NextToken=pages[-1]["NextToken"]))
    submitted = [assignment for page in pages for assignment in page.get("Assignments", [])]
    assert [each["AssignmentId"] for each in submitted] == [good, bad]
    assert "<FreeText>&lt;&amp;&gt;</FreeText>" in submitted[1]["Answer"]
    assert submitted[0]["SubmitTime"]

    assert call("ApproveAssignment", AssignmentId=good, RequesterFeedback="Thank you") == {}
    assert call("RejectAssignment", AssignmentId=bad, RequesterFeedback="Please label it") == {}
    bonus = {"WorkerId": "A1ADA", "AssignmentId": good, "BonusAmount": "1.00", "Reason": "Good"}
    assert call("SendBonus", **bonus, UniqueRequestToken="bonus") == {}
    (paid,) = call("ListBonusPayments", HITId=hit["HITId"])["BonusPayments"]
    assert (paid["WorkerId"], paid["BonusAmount"]) == ("A1ADA", "1.00")

    assert call("UpdateExpirationForHIT", HITId=hit["HITId"], ExpireAt=PAST.isoformat()) == {}
    assert call("GetHIT", HITId=hit["HITId"])["HIT"]["HITStatus"] == "Reviewable"
    assert call("DeleteHIT", HITId=hit["HITId"]) == {}
    assert call("ListHITs").get("HITs", []) == []
    assert call("GetAccountBalance") == {"AvailableBalance": "9998.74", "OnHoldBalance": "0.00"}
    assert market.audit() == []


ERRORS = {
    "unknown HIT": ("GetHIT", {"HITId": "3NOBODY"}, "RequestError", "Hit 3NOBODY does not exist."),
    "bad value": (
        "CreateHIT",
        {**type_arguments(), **_hit(Question="<nonsense/>")},
        "ParameterValidationError",
        "There was an error parsing the XML",
    ),
    "too few funds": (
        "CreateHIT",
        {**type_arguments(Reward="9000.00"), **_hit()},
        "RequestError",
        "This Requester has insufficient funds",
    ),
}
CODES = {
    "unknown HIT": "AWS.MechanicalTurk.HITDoesNotExist",
    "bad value": "AWS.MechanicalTurk.InvalidParameterValue",
    "too few funds": "AWS.MechanicalTurk.InsufficientFunds",
}


@pytest.mark.parametrize("error", ERRORS)
def test_the_aws_cli_tells_what_was_refused(aws: Call, error: str) -> None:
    operation, members, kind, words = ERRORS[error]
    with pytest.raises(Refused) as caught:
        aws(operation, **members)
    assert caught.value.told["status"]
    told = f"An error occurred ({kind}) when calling the {operation} operation: {words}"
    assert told in caught.value.told["message"]


@pytest.mark.parametrize("error", ERRORS)
def test_the_javascript_sdk_tells_what_was_refused(javascript: Call, error: str) -> None:
    operation, members, kind, words = ERRORS[error]
    with pytest.raises(Refused) as caught:
        javascript(operation, **members)
    told = caught.value.told
    assert (told["name"], told["status"], told["isService"]) == (kind, 400, True)
    assert told["TurkErrorCode"] == CODES[error]
    assert told["message"].startswith(words)
    assert told.get("Parameter") == ("Question" if kind == "ParameterValidationError" else None)


@pytest.mark.parametrize("client", ["aws", "javascript"])
def test_a_wrong_key_is_told_as_such(client: str, environment: dict[str, str], request: pytest.FixtureRequest) -> None:
    environment["AWS_SECRET_ACCESS_KEY"] = "wrong"
    call: Call = request.getfixturevalue(client)
    with pytest.raises(Refused) as caught:
        call("GetAccountBalance")
    assert "signature" in caught.value.told["message"]
