"""Locks are asked for in the documented order, and no row is read twice for their sake."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, event, func, select

from mturk.marketplace import Marketplace
from mturk.marketplace.actor import Worker
from mturk.marketplace.database import lock
from mturk.marketplace.database import table as t
from mturk.marketplace.dispatch import OPERATIONS
from mturk.marketplace.hit import review
from mturk.marketplace.people import ledger
from mturk.marketplace.workplace import desk
from tests.marketplace.postgresql import PostgreSQL
from tests.marketplace.sample import hit_arguments, qualification_type_arguments, type_arguments

MASTER_KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
ASKS = re.compile(r"^UPDATE (\w+)|FOR (?:NO KEY UPDATE|SHARE) OF (\w+)")
READS = re.compile(r"^SELECT (hit|assignment|worker)\.number, \1\.\1_id")
TABLES = [table.name for table in lock.ORDER]


class Listener:
    """Notes the statements of each writing transaction."""

    def __init__(self, market: Marketplace) -> None:
        self.transactions: list[list[tuple[str, Any]]] = []
        engine = market._store._engine
        event.listen(engine, "begin", lambda _: self.transactions.append([]))
        event.listen(engine, "before_cursor_execute", self._note)

    def _note(self, _connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        self.transactions[-1].append((" ".join(statement.split()), parameters))

    def asked(self) -> Iterator[list[str]]:
        """Which tables' rows each transaction asked to lock, each when it did so first."""
        for statements in self.transactions:
            found = (match[1] or match[2] for text, _ in statements for match in ASKS.finditer(text))
            yield [name for name in dict.fromkeys(found) if name in TABLES]

    def kinds(self) -> Iterator[list[str]]:
        """Which kinds of account each transaction changed, each when it did so first."""
        for statements in self.transactions:
            found = [values["of_kind"] for text, values in statements if text.startswith("UPDATE account")]
            held = any(" FROM account " in text and " FOR NO KEY UPDATE" in text for text, _ in statements)
            yield list(dict.fromkeys([*(ledger.OF_REQUESTERS if held else ()), *found]))

    def hits_locked_late(self, numbers: dict[str | int, int]) -> Iterator[int]:
        """HITs that a transaction asked for only after it had asked for other things."""
        for statements in self.transactions:
            locked: set[int] = set()
            past_hits = False
            for text, values in statements:
                asked = {match[1] or match[2] for match in ASKS.finditer(text)}
                if asked == {"hit"} and not text.startswith("UPDATE"):
                    names = {-value if name == "assignment_number" else value for name, value in values.items()}
                    concerned = {numbers[name] for name in names if name in numbers}
                    yield from (concerned - locked if past_hits else ())
                    locked |= concerned
                past_hits = past_hits or bool(asked & set(TABLES[1:]))


def hits_by_all_names(market: Marketplace) -> dict[str | int, int]:
    """The numbers of HITs by their numbers and ids, and by those of their assignments (the numbers negative)."""

    def read(database: Connection) -> dict[str | int, int]:
        hits = database.execute(select(t.hit.c.number, t.hit.c.hit_id)).all()
        assignments = database.execute(
            select(t.assignment.c.number, t.assignment.c.assignment_id, t.assignment.c.hit)
        ).all()
        return {
            **{name: number for number, hit_id in hits for name in (number, hit_id)},
            **{name: hit for number, assignment_id, hit in assignments for name in (-number, assignment_id)},
        }

    return market._store.read(read)


class Lab:
    """A requester and workers, who do whatever changes something."""

    def __init__(self, market: Marketplace) -> None:
        self.market = market
        self._requester = market.requester("requester")._number
        self.called: set[str] = set()

    def call(self, operation: str, **members: Any) -> dict[str, Any]:
        self.called.add(operation)
        return self.market._dispatch.call(self._requester, operation, members)

    def publish(self, **changes: Any) -> str:
        hit_id: str = self.call("CreateHIT", **hit_arguments(**changes))["HIT"]["HITId"]
        return hit_id

    def work(self, hit_id: str, worker: Worker, label: str = "cat") -> str:
        assignment_id = worker.accept(hit_id)
        worker.submit(assignment_id, {"label": label})
        return assignment_id


def policy(name: str, **values: str) -> dict[str, Any]:
    return {"PolicyName": name, "Parameters": [{"Key": key, "Values": [value]} for key, value in values.items()]}


PLURALITY = policy(
    "SimplePlurality/2011-09-01",
    QuestionIds="label",
    QuestionAgreementThreshold="50",
    ApproveIfWorkerAgreementScoreIsAtLeast="60",
    RejectIfWorkerAgreementScoreIsLessThan="40",
    ExtendIfHITAgreementScoreIsLessThan="99",
    ExtendMaximumAssignments="5",
    ExtendMinimumTimeInSeconds="3600",
)


def change_everything(lab: Lab) -> None:
    """Call every operation that writes, do every step of a worker, and let everything happen that can by itself."""
    market = lab.market
    workers = [market.worker(f"A{number}") for number in range(4)]
    first = workers[0]
    tested = lab.call("CreateQualificationType", **qualification_type_arguments())["QualificationType"]
    type_id = tested["QualificationTypeId"]
    needed = [{"QualificationTypeId": type_id, "Comparator": "DoesNotExist"}]
    # Work, and decisions.
    hit_id = lab.publish(MaxAssignments=4, UniqueRequestToken="once", QualificationRequirements=needed)
    first.return_assignment(first.accept(hit_id))
    group_id = lab.call("GetHIT", HITId=hit_id)["HIT"]["HITGroupId"]
    first.return_assignment(market._dispatch.run(lambda context: desk.accept(context, first.id, group_id)))
    done = [lab.work(hit_id, worker) for worker in workers[:3]]
    lab.call("ApproveAssignment", AssignmentId=done[0])
    lab.call("RejectAssignment", AssignmentId=done[1], RequesterFeedback="no")
    lab.call("ApproveAssignment", AssignmentId=done[1], OverrideRejection=True)
    lab.call("SendBonus", AssignmentId=done[0], WorkerId="A0", BonusAmount="0.10", Reason="x", UniqueRequestToken="b")
    lab.call("CreateAdditionalAssignmentsForHIT", HITId=hit_id, NumberOfAdditionalAssignments=1)
    workers[3].accept(hit_id)
    # Reviews that pay some, reject some, and extend.
    for labels in (("cat", "cat", "dog"), ("cat", "dog", "cow")):
        reviewed = lab.publish(MaxAssignments=3, HITReviewPolicy=PLURALITY, Title=labels[-1])
        for worker, label in zip(reversed(workers[:3]), labels, strict=True):
            lab.work(reviewed, worker, label)
    # HITs
    other = lab.call("CreateHITType", **type_arguments(Title="Other", QualificationRequirements=needed))["HITTypeId"]
    question = hit_arguments()["Question"]
    made = lab.call("CreateHITWithHITType", HITTypeId=other, LifetimeInSeconds=60, Question=question)["HIT"]["HITId"]
    moved = lab.publish(Title="Moved")
    lab.call("UpdateHITTypeOfHIT", HITId=moved, HITTypeId=other)
    lab.call("UpdateExpirationForHIT", HITId=made, ExpireAt=market.clock.now().timestamp() + 600)
    lab.call("UpdateExpirationForHIT", HITId=made, ExpireAt=0)
    lab.call("UpdateHITReviewStatus", HITId=made)
    lab.call("DeleteHIT", HITId=made)
    # Qualifications
    for worker in workers[:3]:
        worker.request_qualification(type_id)
    waiting = lab.call("ListQualificationRequests")["QualificationRequests"]
    lab.call("AcceptQualificationRequest", QualificationRequestId=waiting[0]["QualificationRequestId"])
    lab.call("RejectQualificationRequest", QualificationRequestId=waiting[1]["QualificationRequestId"], Reason="no")
    lab.call("AssociateQualificationWithWorker", QualificationTypeId=type_id, WorkerId="A3")
    lab.call("DisassociateQualificationFromWorker", QualificationTypeId=type_id, WorkerId="A3", Reason="x")
    lab.call("UpdateQualificationType", QualificationTypeId=type_id, Description="New")
    # People
    lab.call("CreateWorkerBlock", WorkerId="A3", Reason="x")
    lab.call("DeleteWorkerBlock", WorkerId="A3")
    lab.call("NotifyWorkers", Subject="s", MessageText="m", WorkerIds=["A1", "A0"])
    market.block_worker("A3")
    market.requester("requester").deposit("1.00")
    notification = {
        "Destination": "https://sqs.us-east-1.amazonaws.com/123456789012/turk",
        "Transport": "SQS",
        "Version": "2014-08-15",
        "EventTypes": ["HITExpired"],
    }
    lab.call("UpdateNotificationSettings", HITTypeId=other, Notification=notification)
    lab.call("SendTestEventNotification", Notification=notification, TestEventType="Ping")
    # What happens by itself, much of it in one transaction.
    market.simulate(minutes=20)
    for title in ("Doomed", "Doomed too"):
        lab.publish(Title=title, QualificationRequirements=needed)
    lab.call("DeleteQualificationType", QualificationTypeId=type_id)
    market.simulate(hours=1, seed=2)
    market.clock.advance(days=200)
    lab.call("NotifyWorkers", Subject="s", MessageText="m", WorkerIds=["A1"])


def test_locks_are_asked_for_in_the_documented_order(postgresql: PostgreSQL, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MTURK_MARKETPLACE_KEY", MASTER_KEY)
    with postgresql.database() as url:
        market = Marketplace(url)
        lab = Lab(market)
        listener = Listener(market)
        change_everything(lab)
        assert lab.called >= {name for name, operation in OPERATIONS.items() if operation.writes}
        left = select(func.count()).select_from(t.agenda)
        assert market._store.read(lambda database: database.execute(left).scalar()) == 0
        numbers = hits_by_all_names(market)
        market.stop()
    assert list(listener.hits_locked_late(numbers)) == []
    assert {name for names in listener.asked() for name in names} == set(TABLES)
    for names in listener.asked():
        assert names == sorted(names, key=TABLES.index)
    for kinds in listener.kinds():
        assert kinds == sorted(kinds, key=ledger.ORDER.index)


def test_whom_a_review_locks_is_not_looked_for_among_all_work(
    postgresql: PostgreSQL, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MTURK_MARKETPLACE_KEY", MASTER_KEY)
    with postgresql.database() as url:
        market = Marketplace(url)
        Lab(market).publish(HITReviewPolicy=PLURALITY)
        plans: list[str] = []

        def explain(connection: Connection, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
            if statement.startswith("SELECT 1") and "FROM assignment" in statement:
                plans.append("\n".join(connection.exec_driver_sql(f"EXPLAIN {statement}", parameters).scalars()))

        event.listen(market._store._engine, "before_cursor_execute", explain)
        market._store.write(lambda database: review.hold(database, [1], [1, 2]))
        market.stop()
    # For either of two conditions it would be a list, held against each assignment that there is.
    assert len(plans) == 1
    assert "SubPlan" not in plans[0]


def test_sqlite_locks_nothing() -> None:
    market = Marketplace(":memory:")
    lab = Lab(market)
    listener = Listener(market)
    lab.work(lab.publish(HITReviewPolicy=PLURALITY), market.worker("A1"))
    assert not [text for statements in listener.transactions for text, _ in statements if " FOR " in text]
    market.stop()


STEPS = ["accept", "submit", "submit elsewhere", "return", "approve", "reject", "bonus", "extend", "expire", "delete"]


@pytest.mark.parametrize("step", STEPS)
def test_each_row_is_read_once(database: str, step: str) -> None:
    market = Marketplace(database)
    lab = Lab(market)
    worker, elsewhere = market.worker("A1"), market.worker("A1")
    hit_id = lab.publish()
    assignment_id = worker.accept(hit_id) if step not in ("accept", "expire", "delete") else ""
    if step in ("approve", "reject", "bonus"):
        worker.submit(assignment_id, {"label": "cat"})
    if step == "delete":
        lab.call("UpdateExpirationForHIT", HITId=hit_id, ExpireAt=0)
    steps: dict[str, Callable[[], object]] = {
        "accept": lambda: worker.accept(hit_id),
        "submit": lambda: worker.submit(assignment_id, {"label": "cat"}),
        "submit elsewhere": lambda: elsewhere.submit(assignment_id, {"label": "cat"}),
        "return": lambda: worker.return_assignment(assignment_id),
        "approve": lambda: lab.call("ApproveAssignment", AssignmentId=assignment_id),
        "reject": lambda: lab.call("RejectAssignment", AssignmentId=assignment_id, RequesterFeedback="no"),
        "bonus": lambda: lab.call(
            "SendBonus", AssignmentId=assignment_id, WorkerId="A1", BonusAmount="0.01", Reason="x"
        ),
        "extend": lambda: lab.call("CreateAdditionalAssignmentsForHIT", HITId=hit_id, NumberOfAdditionalAssignments=1),
        "expire": lambda: lab.call("UpdateExpirationForHIT", HITId=hit_id, ExpireAt=0),
        "delete": lambda: lab.call("DeleteHIT", HITId=hit_id),
    }
    listener = Listener(market)
    steps[step]()
    # What is submitted is judged before, so that no other writer waits for that. Who accepted it knows the question.
    *before, statements = listener.transactions
    assert len(before) == (step == "submit elsewhere")
    read = Counter(match[1] for text, _ in statements if (match := READS.match(text)))
    assert read
    assert set(read.values()) == {1}
    market.stop()
