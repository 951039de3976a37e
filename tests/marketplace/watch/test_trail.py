"""The audit trail: who did what, in the transaction that did it, and never changed."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from mturk.marketplace import AuditEntry, Marketplace, MarketplaceError, WorkerError
from mturk.marketplace.clock import as_milliseconds
from mturk.marketplace.watch import trail
from tests.marketplace.asked import asked_by_this_thread
from tests.marketplace.sample import hit_arguments
from tests.marketplace.watch.conftest import Desk, Open

PASSWORD = "correct horse battery"
_TOKEN = re.compile('name="csrf_token" value="([^"]+)"')


@pytest.fixture
def desk(opened: Open) -> Desk:
    return opened(audit_trail=True)


def entries(desk: Desk, **which: Any) -> list[AuditEntry]:
    return list(desk.market.trail(**which))


def published(desk: Desk, **changes: Any) -> str:
    hit_id: str = json.loads(desk.call("CreateHIT", **hit_arguments(**changes)).data)["HIT"]["HITId"]
    return hit_id


def test_a_call_that_changes_something_is_told_with_who_called_from_where(desk: Desk) -> None:
    answer = desk.call("CreateHIT", **hit_arguments())
    made = json.loads(answer.data)["HIT"]
    (entry,) = entries(desk, operation="CreateHIT")
    assert (entry.actor, entry.requester, entry.access_key) == ("requester", "requester", desk.market.access_key)
    assert (entry.address, entry.result) == ("203.0.113.7", "OK")
    assert entry.subjects["HITId"] == made["HITId"]
    assert entry.request_id == answer.headers["x-amzn-RequestId"]


def test_it_is_told_when_it_was_in_both_times(desk: Desk) -> None:
    desk.market.clock.advance(days=3)
    published(desk)
    (entry,) = entries(desk, operation="CreateHIT")
    assert abs(entry.market_time - entry.time - timedelta(days=3)) < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("operation", "members", "subjects"),
    [
        ("CreateHITType", {}, {"HITTypeId"}),
        ("CreateQualificationType", {"Name": "n", "Description": "d", "QualificationTypeStatus": "Active"},
         {"QualificationTypeId"}),
        ("NotifyWorkers", {"Subject": "s", "MessageText": "a secret word", "WorkerIds": ["A1ADA"]}, {"WorkerIds"}),
    ],
)  # fmt: skip
def test_the_ids_that_a_call_concerned_are_told_and_no_other_value(
    desk: Desk, operation: str, members: dict[str, Any], subjects: set[str]
) -> None:
    desk.market.worker("A1ADA")
    kind = {name: hit_arguments()[name] for name in ("Title", "Description", "Reward", "AssignmentDurationInSeconds")}
    assert desk.call(operation, **(members or kind)).status_code == 200
    (entry,) = entries(desk, operation=operation)
    assert set(entry.subjects) == subjects
    assert "secret" not in str(entry)


def test_what_a_call_has_beside_the_members_of_its_operation_is_not_told(desk: Desk) -> None:
    kind = {name: hit_arguments()[name] for name in ("Title", "Description", "Reward", "AssignmentDurationInSeconds")}
    beside = {"WorkerIds": ["ä" * 255] * 100, "AssignmentId": "x" * 255}
    desk.call("CreateHITType", **kind, **beside)
    desk.call("CreateQueue", "AmazonSQS", QueueName="news", **beside)
    assert [set(entry.subjects) for entry in entries(desk)[-2:]] == [{"HITTypeId"}, {"QueueName", "QueueUrl"}]


def test_a_call_that_only_reads_is_not_told(desk: Desk) -> None:
    before = len(entries(desk))
    desk.call("GetAccountBalance")
    assert len(entries(desk)) == before


def test_what_is_done_with_queues_is_told_but_for_their_messages(desk: Desk) -> None:
    url = json.loads(desk.call("CreateQueue", "AmazonSQS", QueueName="news").data)["QueueUrl"]
    desk.call("SendMessage", "AmazonSQS", QueueUrl=url, MessageBody="hello")
    assert desk.call("DeleteQueue", "AmazonSQS", QueueUrl=url).status_code == 200
    told = [(entry.operation, entry.subjects.get("QueueUrl")) for entry in entries(desk)]
    assert told[-2:] == [("CreateQueue", url), ("DeleteQueue", url)]


def test_the_steps_of_a_worker_are_told(desk: Desk) -> None:
    hit_id, worker = published(desk), desk.market.worker("A1ADA")
    assignment_id = worker.accept(hit_id)
    worker.return_assignment(assignment_id)
    assert worker.accept(hit_id) == assignment_id
    worker.submit(assignment_id, {"label": "cat"})
    worker.report(hit_id, "other", "a secret word")
    found = entries(desk, worker="A1ADA")
    assert [entry.operation for entry in found] == ["Accept", "Return", "Accept", "Submit", "Report"]
    assert found[0].subjects == {"HITId": hit_id, "AssignmentId": assignment_id}
    assert "secret" not in str(found)


def test_what_python_does_in_a_worker_s_name_is_told_as_what_a_program_did(desk: Desk) -> None:
    desk.market.worker("A1ADA").accept(published(desk))
    (entry,) = entries(desk, operation="Accept")
    assert (entry.actor, entry.worker_id) == ("program", "A1ADA")
    assert entry.operator


def test_a_step_that_is_undone_leaves_no_entry(desk: Desk) -> None:
    worker = desk.market.worker("A1ADA")
    with pytest.raises(WorkerError):
        worker.accept("3NOWHERE")
    assert entries(desk, worker="A1ADA") == []


def test_what_the_operator_does_is_told_without_secrets(desk: Desk) -> None:
    market = desk.market
    lab = market.add_requester("lab", "5.00")
    lab.deposit("2.50")
    second = lab.add_key()
    lab.revoke_key(second.access_key)
    market.worker("A1ADA")
    market.worker("A1ADA", "DE")
    market.block_worker("A1ADA")
    market.block_worker("A1ADA", blocked=False)
    market.payouts(market.clock.now() - timedelta(days=1))
    for _ in range(2):  # what is there already is not made again
        lab.layout("a secret word", "<p>${word}</p>")
        lab.topic("https://my-lab.org/a-secret-word")
    market.clock.advance(days=1)
    market.clock.reach(market.clock.now() + timedelta(days=1))
    market.clock.reach(market.clock.now() - timedelta(days=1))
    market.simulate(hours=1, seed=2)
    market.note("Restore", {"Copy": "monday"})
    told = [entry for entry in entries(desk) if entry.actor == "operator"]
    assert [entry.operation for entry in told][2:] == [
        "AddRequester", "AddKey", "Deposit", "AddKey", "RevokeKey", "AddWorker", "ChangeWorker", "BlockWorker",
        "UnblockWorker", "Payouts", "AddLayout", "AddTopic", "AdvanceClock", "AdvanceClock", "Simulate", "Restore",
    ]  # fmt: skip
    assert all(entry.operator and entry.address for entry in told)
    assert lab.secret_key not in str(told)
    assert "secret" not in str(told)


def test_how_far_the_clock_was_moved_is_told(desk: Desk) -> None:
    desk.market.clock.advance(hours=2)
    (entry,) = entries(desk, operation="AdvanceClock")
    assert entry.subjects == {"Seconds": 7200}
    assert abs(entry.market_time - entry.time - timedelta(hours=2)) < timedelta(minutes=1)


def test_a_queue_that_python_makes_is_told_once(desk: Desk) -> None:
    with desk.market as market:
        market.queue("news")
        market.queue("news")
        (entry,) = entries(desk, operation="AddQueue")
    assert entry.subjects == {"Requester": "requester", "QueueName": "news"}


@pytest.mark.parametrize("name", ["x" * 10_000 + "Id", "SomeId", "HITId"])
def test_of_what_a_call_names_only_known_ids_are_told_and_no_more_than_an_id_has(desk: Desk, name: str) -> None:
    kind = {one: hit_arguments()[one] for one in ("Title", "Description", "Reward", "AssignmentDurationInSeconds")}
    desk.call("CreateHITType", **kind, **{name: "y" * 10_000})
    assert max(len(str(entry)) for entry in entries(desk)) < 1000


def test_links_that_the_operator_makes_are_told_without_what_opens_them(opened: Open) -> None:
    desk = opened(audit_trail=True, public_url="https://turk.my-lab.org")
    desk.market.worker("A1ADA")
    links = [desk.market.invite("A1ADA"), *desk.market.invite_many(2), desk.market.sign_in_link("A1ADA")]
    told = entries(desk)[-3:]
    assert [entry.operation for entry in told] == ["Invite", "Invite", "MakeEntryLink"]
    for link in links:
        assert link.rpartition("=")[2] not in str(told)


class Visitor:
    """Somebody at the site of a marketplace with a public address."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def post(self, path: str, **form: str) -> int:
        page = self._desk.ask(path, base_url="https://turk.my-lab.org").text
        token = _TOKEN.search(page)
        fields = {**form, "csrf_token": token[1] if token else ""}
        headers = {"Referer": "https://turk.my-lab.org/"}
        base = "https://turk.my-lab.org"
        return self._desk.ask(path.partition("?")[0], "POST", data=fields, headers=headers, base_url=base).status_code


def test_who_signs_in_and_who_fails_is_told(opened: Open) -> None:
    desk = opened(audit_trail=True, public_url="https://turk.my-lab.org")
    desk.market.worker("A1ADA")
    invitation = desk.market.invite("A1ADA").rpartition("=")[2]
    visitor = Visitor(desk)
    assert visitor.post(f"/worker/sign-up?invitation={invitation}", invitation=invitation, password=PASSWORD) == 303
    desk.pages.delete_cookie("__Host-mturk-session", domain="turk.my-lab.org")
    assert visitor.post("/worker/sign-in", worker_id="A1ADA", password="wrong password") == 403
    assert visitor.post("/worker/sign-in", worker_id="my secret password", password="wrong password") == 403
    assert visitor.post("/worker/sign-in", worker_id="A1ADA", password=PASSWORD) == 303
    found = [entry for entry in entries(desk) if entry.operation in ("SignUp", "SignIn")]
    assert [(one.operation, one.actor, one.worker_id, one.result) for one in found] == [
        ("SignUp", "worker", "A1ADA", "OK"),
        ("SignIn", "nobody", "A1ADA", "WrongPassword"),
        ("SignIn", "nobody", None, "WrongPassword"),
        ("SignIn", "worker", "A1ADA", "OK"),
    ]
    assert {one.address for one in found} == {"203.0.113.7"}
    assert "password" not in str(found).replace("WrongPassword", "")


def test_an_entry_goes_with_what_it_tells_of_or_not_at_all(desk: Desk) -> None:
    def fail(context: Any) -> None:
        context.note("Half")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        desk.market._dispatch.run(fail)
    assert entries(desk, operation="Half") == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET operation = 'Nothing'",
        "UPDATE audit_entry SET time = 0",
        "DELETE FROM audit_entry",
        "TRUNCATE audit_entry",
    ],
)
def test_the_database_refuses_to_change_or_remove_an_entry(desk: Desk, statement: str) -> None:
    published(desk)
    before = entries(desk)
    store = desk.market._store
    with pytest.raises((SQLAlchemyError, MarketplaceError)):
        store.write(lambda database: database.execute(text(statement)))
    assert entries(desk) == before


def test_what_is_old_can_be_pruned_and_nothing_else(desk: Desk) -> None:
    published(desk)
    end = max(entry.time for entry in entries(desk)) + timedelta(milliseconds=1)
    store = desk.market._store
    while store.write(lambda database: trail.prune(database, as_milliseconds(end), 1)):
        pass
    assert [entry for entry in entries(desk) if entry.time < end] == []
    published(desk)
    with pytest.raises(SQLAlchemyError):
        store.write(lambda database: database.execute(text("DELETE FROM audit_entry")))


def test_it_can_be_asked_for_a_time_a_requester_and_a_worker(desk: Desk) -> None:
    hit_id = published(desk)
    desk.market.worker("A1ADA").accept(hit_id)
    created, accepted = entries(desk)[-3], entries(desk)[-1]
    assert created.operation == "CreateHIT"
    assert entries(desk, requester="requester") == [created]
    assert entries(desk, worker="A1ADA") == [accepted]
    assert entries(desk, requester="nobody") == []
    assert accepted in entries(desk, since=accepted.time)
    assert accepted not in entries(desk, until=accepted.time)


def test_a_long_trail_is_read_page_after_page(desk: Desk) -> None:
    for number in range(205):
        desk.market.note("Step", {"Number": number})
    assert [entry.subjects["Number"] for entry in entries(desk, operation="Step")] == list(range(205))


def test_without_it_nothing_is_written_and_no_statement_is_asked_more(opened: Open) -> None:
    desk = opened()
    published(desk)
    asked = asked_by_this_thread(desk.market)
    published(desk)
    assert len([one for one in asked if "pg_advisory" not in one]) == 10
    assert entries(desk) == []


def test_with_it_publishing_takes_one_statement_more(desk: Desk) -> None:
    published(desk)
    asked = asked_by_this_thread(desk.market)
    published(desk)
    assert len([one for one in asked if "pg_advisory" not in one]) == 11


def test_a_name_for_a_step_that_is_too_long_is_refused(desk: Desk) -> None:
    with pytest.raises(ValueError, match="1 to 64 characters"):
        desk.market.note("x" * 65)


def test_two_markets_on_one_database_share_a_trail(shared: str) -> None:
    first, second = Marketplace(shared, audit_trail=True), Marketplace(shared, audit_trail=True)
    first.note("One")
    second.note("Two")
    told = [entry.operation for entry in first.trail()]
    first.stop()
    second.stop()
    assert told[-2:] == ["One", "Two"]
