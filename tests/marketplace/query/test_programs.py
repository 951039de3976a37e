"""Programs of before 2017, unchanged, on the old API: boto 2, and the Node module mturk of 2012 with express 3."""

from __future__ import annotations

import json
import os
import queue
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mturk.marketplace import Marketplace
from tests.marketplace.sample import external_question

TESTS = Path(__file__).parents[2]
WAIT = 60

pytestmark = pytest.mark.system

Boto = Callable[[str], Any]
Work = Callable[..., str]


class Program:
    """A program that answers lines with lines; what it tells by itself waits in `events`."""

    def __init__(self, command: list[str], folder: Path, environment: dict[str, str]) -> None:
        self._lines: queue.Queue[dict[str, Any]] = queue.Queue()
        self.events: queue.Queue[dict[str, Any]] = queue.Queue()
        self._process = subprocess.Popen(
            command, cwd=folder, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def ask(self, sent: Any) -> dict[str, Any]:
        """Send a line, and wait for its answer."""
        assert self._process.stdin is not None
        print(json.dumps(sent), file=self._process.stdin, flush=True)
        return self._lines.get(timeout=WAIT)

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        assert self._process.wait(WAIT) == 0
        self._reader.join()
        self._process.stdout.close()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            told = json.loads(line)
            (self.events if "event" in told else self._lines).put(told)


@pytest.fixture
def market() -> Iterator[Marketplace]:
    with Marketplace(query_api=True) as market:
        yield market


@pytest.fixture
def receptor_port() -> int:
    """A port that is free."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


@pytest.fixture
def environment(market: Marketplace, receptor_port: int) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "BOTO", "PYTHON"))}
    return kept | {
        "MTURK_URL": market.url,
        "AWS_ACCESS_KEY_ID": market.access_key,
        "AWS_SECRET_ACCESS_KEY": market.secret_key,
        "BOTO_CONFIG": os.devnull,
        "RECEPTOR_PORT": str(receptor_port),
        "NO_PROXY": "127.0.0.1",
    }


@pytest.fixture
def boto(environment: dict[str, str]) -> Iterator[Boto]:
    """What an expression of boto 2 comes to; a refusal is a dict with its code."""
    program = Program([".venv/bin/python", "call.py"], TESTS / "third_party" / "boto2", environment)

    def evaluated(expression: str) -> Any:
        told = program.ask(expression)
        return told.get("answer", told)

    yield evaluated
    program.close()


@pytest.fixture
def node(environment: dict[str, str]) -> Iterator[Program]:
    program = Program(["node", "old.cjs"], TESTS / "javascript", environment)
    yield program
    program.close()


def one(listed: Any) -> dict[str, Any]:
    """The only thing of a result set."""
    (found,) = listed["listed"]
    return dict(found)


OF_BOTO = sys.version_info < (3, 12)  # its last release runs on no later Python


if OF_BOTO:

    def test_boto_does_the_main_job(boto: Boto, market: Marketplace, work: Work) -> None:
        assert [each["formatted_price"] for each in boto("connection.get_account_balance()")["listed"]] == [
            "$10,000.00",
            "$0.00",
        ]
        made = boto(
            "connection.create_hit(question=ExternalQuestion('https://my-lab.org/', 800), max_assignments=3, "
            "title='Läbel', description='d', keywords=['a', 'b'], reward=0.05, duration=datetime.timedelta(minutes=6),"
            "approval_delay=3600, annotation='note', response_groups=['Minimal', 'HITDetail', 'HITQuestion'],"
            "qualifications=Qualifications([NumberHitsApprovedRequirement('LessThan', 100),"
            "LocaleRequirement('NotIn', [('US', 'CA'), 'DE'], required_to_preview=True)]))"
        )
        hit = one(made)
        assert (made["status"], hit["Title"], hit["Keywords"], hit["FormattedPrice"]) == (
            True,
            "Läbel",
            "a, b",
            "$0.05",
        )
        hit_id = hit["HITId"]
        market.worker("A1ADA", country="FR")
        market.worker("A2BEN", country="US", subdivision="NY")
        good, bad = work(hit_id, "A1ADA"), work(hit_id, "A2BEN")
        listed = boto(f"connection.get_assignments({hit_id!r}, page_size=1, page_number=2)")
        assert (listed["TotalNumResults"], one(listed)["AssignmentId"]) == ("2", bad)
        assert one(listed)["answers"][0]["listed"][0]["fields"] == ["cat"]
        assert boto(f"connection.approve_assignment({good!r}, 'Thank you')")["status"]
        assert boto(f"connection.reject_assignment({bad!r})")["status"]
        assert boto(f"connection.approve_rejected_assignment({bad!r})")["status"]
        assert boto(f"connection.grant_bonus('A1ADA', {good!r}, Price(1.25), 'Good')")["status"]
        assert boto(f"connection.extend_hit({hit_id!r}, assignments_increment=1)")["status"]
        assert one(boto("connection.search_hits(sort_by='Title')"))["MaxAssignments"] == "4"
        assert boto(f"connection.expire_hit({hit_id!r})")["status"]
        assert one(boto("connection.get_reviewable_hits()"))["HITId"] == hit_id
        assert boto(f"connection.set_reviewing({hit_id!r})")["status"]
        assert boto(f"connection.set_reviewing({hit_id!r}, revert=True)")["status"]
        assert boto(f"connection.dispose_hit({hit_id!r})")["status"]
        assert market.audit() == []

    def test_boto_reads_what_was_refused(boto: Boto) -> None:
        told = boto("connection.get_hit('3NOBODY')")
        assert (told["code"], told["status"]) == ("AWS.MechanicalTurk.HITDoesNotExist", 200)
        assert told["message"].startswith("Hit 3NOBODY does not exist.")

    def test_boto_has_qualifications_and_people(boto: Boto, market: Marketplace, work: Work) -> None:
        type_id = one(boto("connection.create_qualification_type('Reader', 'd', 'Active', keywords='k')"))[
            "QualificationTypeId"
        ]
        market.worker("A1ADA").request_qualification(type_id)
        waiting = one(boto(f"connection.get_qualification_requests({type_id!r})"))
        assert boto(f"connection.grant_qualification({waiting['QualificationRequestId']!r}, 5)")["status"]
        assert boto(f"connection.update_qualification_score({type_id!r}, 'A1ADA', 7)")["status"]
        assert one(boto(f"connection.get_qualification_score({type_id!r}, 'A1ADA')"))["IntegerValue"] == "7"
        held = boto(f"connection.get_qualifications_for_qualification_type({type_id!r})")
        assert (held["TotalNumResults"], one(held)["SubjectId"]) == ("1", "A1ADA")
        assert one(boto("connection.search_qualification_types('reader')"))["Name"] == "Reader"
        assert boto(f"connection.revoke_qualification('A1ADA', {type_id!r}, 'r')")["status"]
        assert boto(f"connection.dispose_qualification_type({type_id!r})")["status"]
        assert boto("connection.block_worker('A1ADA', 'r')")["status"]
        assert boto("connection.unblock_worker('A1ADA', 'r')")["status"]
        assert boto("connection.notify_workers(['A1ADA'], 's', 't')")["NotifyWorkersFailureCode"] == "HardFailure"

    def test_boto_sets_a_notification_to_a_queue_and_to_an_address(
        boto: Boto, market: Marketplace, receptor_port: int
    ) -> None:
        type_id = one(boto("connection.register_hit_type('t', 'd', 0.05, 600)"))["HITTypeId"]
        url = market.queue("events").url
        assert boto(f"connection.set_sqs_notification({type_id!r}, {url!r}, ['HITReviewable'])")["status"]
        address = f"http://127.0.0.1:{receptor_port}/"
        assert boto(f"connection.set_rest_notification({type_id!r}, {address!r}, ['HITReviewable'])")["status"]


def node_says(node: Program, name: str, *given: Any) -> Any:
    """What the callback of a function got: without an error before it."""
    error, *answer = node.ask({"name": name, "given": given})["answer"] or [None]
    assert error is None
    return answer[0] if len(answer) == 1 else answer


def made_by_node(node: Program) -> tuple[str, str]:
    """The ids of a HIT type, and of a HIT of it."""
    reward = {"price": [0.05, "USD"]}
    type_id = node_says(node, "HITType.create", "Label", "d", reward, 600, {"keywords": "a, b"})["id"]
    options = {"maxAssignments": 2, "requesterAnnotation": '{"row": 1}'}
    question = external_question("https://my-lab.org/")
    hit = node_says(node, "HIT.create", type_id, question, 3600, options)
    assert hit["requesterAnnotation"] == {"row": 1}
    return type_id, hit["id"]


def test_the_node_module_does_the_main_job(node: Program, market: Marketplace, work: Work) -> None:
    type_id, hit_id = made_by_node(node)
    seen = node_says(node, "HIT.get", hit_id)
    assert (seen["hitTypeId"], seen["hitStatus"], seen["reward"]["FormattedPrice"]) == (type_id, "Assignable", "$0.05")
    good, bad = work(hit_id, "A1ADA"), work(hit_id, "A2BEN")
    number, page, total, found = node_says(node, "HIT.getAssignments", hit_id, {"pageSize": 10})
    assert (number, page, total, [each["id"] for each in found]) == (2, 1, 2, [good, bad])
    answer = found[0]["answer"]["QuestionFormAnswers"]["Answer"]
    assert (answer["QuestionIdentifier"], answer["FreeText"]) == ("label", "cat")
    node_says(node, "Assignment.approve", good, "Thank you")
    node_says(node, "Assignment.reject", bad, "Please label it")
    number, total, page, hits = node_says(node, "HIT.getReviewable", {"status": "Reviewable"})
    assert (number, total, page, [each["id"] for each in hits]) == (1, 1, 1, [hit_id])
    node_says(node, "HIT.dispose", hit_id)
    assert node_says(node, "HIT.search", {"pageSize": 5})[:3] == [0, 0, 1]
    assert market.audit() == []


def test_the_node_module_is_told_what_was_refused(node: Program) -> None:
    (errors,) = node.ask({"name": "HIT.get", "given": ["3NOBODY"]})["answer"]
    assert errors == [{"error": "Response says HIT is invalid"}]


def test_the_node_module_hears_of_what_workers_do(node: Program, market: Marketplace, receptor_port: int) -> None:
    for event in ("assignmentAccepted", "HITReviewable"):
        node.ask({"name": "on", "given": [event]})
    type_id, hit_id = made_by_node(node)
    notification = {"notification": [f"http://127.0.0.1:{receptor_port}/", "REST", ["AssignmentAccepted"]]}
    assert node.ask({"name": "HITType.setNotification", "given": [type_id, notification, True]})["answer"] in (
        [],
        [None],
    )
    worker = market.worker("A1ADA")
    worker.submit(worker.accept(hit_id), {"label": "cat"})
    told = node.events.get(timeout=WAIT)
    assert (told["event"], told["told"]["HITId"]) == ("assignmentAccepted", hit_id)
    node_says(node, "HIT.expire", hit_id)
    assert node.events.get(timeout=WAIT) == {"event": "HITReviewable", "told": hit_id}
