"""Many threads and several processes on one database: no slot is given twice, no change is lost, nor an answer."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from sqlalchemy import Connection, func, select

from mturk.marketplace import Marketplace, WorkerError
from mturk.marketplace.database import table as t
from tests.marketplace.conftest import Client, Connect, Publish
from tests.marketplace.sample import hit_arguments

COUNTERS = ("pending", "submitted", "approved", "rejected")
THREADS = 32
PROCESSES = 3
PATIENT = Config(max_pool_connections=THREADS, retries={"total_max_attempts": 1}, parameter_validation=False)

# Serves until it is killed.
SERVE = """
import sys, time
from mturk.marketplace import Marketplace
with Marketplace(sys.argv[1]) as market:
    print(market.url, flush=True)
    time.sleep(600)
"""

# Workers of one process, as many as threads, who begin together: each accepts, gives back once, accepts again, and
# submits. Tells which assignments they had in hand at the same time.
CROWD = """
import json, sys
from concurrent.futures import ThreadPoolExecutor
from mturk.marketplace import Marketplace, WorkerError
database, name, hit_id, threads = sys.argv[1:]

def do(number):
    worker = market.worker(f"A{name}N{number}")
    try:
        worker.return_assignment(worker.accept(hit_id))
        done = worker.accept(hit_id)
    except WorkerError as error:
        assert "no more available" in str(error)
        return None
    worker.submit(done, {"label": "cat"})
    return done

market = Marketplace(database)
market.requester("requester")
print("ready", flush=True)
sys.stdin.readline()
with ThreadPoolExecutor(int(threads)) as pool:
    print(json.dumps(list(pool.map(do, range(int(threads))))), flush=True)
market.stop()
"""

# Threads of one process that do at random what changes HITs, assignments and money; only refusals are foreseen.
STORM = """
import random, sys
from concurrent.futures import ThreadPoolExecutor
from mturk.marketplace import Marketplace, WorkerError
from mturk.marketplace.error import RequestError
database, hit, seed, threads, steps = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:])
market = Marketplace(database)
requester = market.requester("requester")._number

def do(number):
    chance = random.Random(seed * 1000 + number)
    whose = iter(chance.choices(range(6), k=10 ** 6))
    def call(operation, **members):
        return market._dispatch.call(requester, operation, members)
    def work(worker_id, hit_id):
        worker = market.worker(worker_id)
        assignment_id = worker.accept(hit_id)
        if chance.random() < 0.2:
            return worker.return_assignment(assignment_id)
        worker.submit(assignment_id, {"label": "cat"})
    def one():
        return chance.choice(call("ListHITs", MaxResults=5)["HITs"] or [{"HITId": hit}])["HITId"]
    def handed_in():
        hit_id = one()
        found = call("ListAssignmentsForHIT", HITId=hit_id, MaxResults=9)["Assignments"]
        return chance.choice(found or [{"AssignmentId": hit_id, "WorkerId": "A0"}])
    def decide():
        done = handed_in()["AssignmentId"]
        if chance.random() < 0.7:
            return call("ApproveAssignment", AssignmentId=done, OverrideRejection=chance.random() < 0.5)
        call("RejectAssignment", AssignmentId=done, RequesterFeedback="no")
    def pay():
        done = handed_in()
        call("SendBonus", AssignmentId=done["AssignmentId"], WorkerId=done["WorkerId"], BonusAmount="0.05", Reason="x",
             UniqueRequestToken=done["AssignmentId"] + chance.choice("ab"))
    def publish():
        made = call("GetHIT", HITId=hit)["HIT"]
        call("CreateHITWithHITType", HITTypeId=made["HITTypeId"], Question=made["Question"], LifetimeInSeconds=600,
             MaxAssignments=3, UniqueRequestToken=f"token {chance.randrange(10 * steps)}")
    def extend():
        call("CreateAdditionalAssignmentsForHIT", HITId=one(), NumberOfAdditionalAssignments=1,
             UniqueRequestToken=f"more {chance.randrange(steps)}")
    def end():
        hit_id = one()
        call("UpdateExpirationForHIT", HITId=hit_id, ExpireAt=chance.choice([0, 1_900_000_000]))
        call("DeleteHIT", HITId=hit_id)
    kinds = [publish, publish, extend, end, decide, decide, pay, *[lambda: work(f"A{next(whose)}", one())] * 6]
    for _ in range(steps):
        try:
            chance.choice(kinds)()
        except (RequestError, WorkerError):
            pass

print("ready", flush=True)
sys.stdin.readline()
with ThreadPoolExecutor(threads) as pool:
    list(pool.map(do, range(threads)))
market.stop()
"""

OPEN = """
import sys
from mturk.marketplace import Marketplace
market = Marketplace(sys.argv[1])
print(market.secret_key)
market.stop()
"""


@pytest.fixture
def child() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Run Python in another process; what still runs at the end of the test is killed."""
    running = []

    def start(code: str, *arguments: int | str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", code, *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        running.append(process)
        return process

    yield start
    for process in running:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()


def at_once(work: Callable[..., Any], times: int = THREADS) -> list[Any]:
    """Do the same in many threads that begin together; an error that was foreseen is None."""
    start = threading.Barrier(THREADS)

    def run(number: int) -> Any:
        if number < THREADS:
            start.wait()
        try:
            return work(number)
        except (WorkerError, ClientError):
            return None

    with ThreadPoolExecutor(THREADS) as threads:
        return list(threads.map(run, range(times)))


def test_processes_and_threads_never_give_one_assignment_twice_and_lose_no_change(
    shared: str, child: Callable[..., subprocess.Popen[str]], connect: Connect
) -> None:
    crowd = -(-THREADS // PROCESSES)
    with Marketplace(shared, fees=0) as market:
        client = connect(market)
        hit_id = client.create_hit(**hit_arguments(MaxAssignments=25, Reward="1.00"))["HIT"]["HITId"]
        processes = [child(CROWD, shared, number, hit_id, crowd) for number in range(PROCESSES)]
        assert [process.stdout.readline() for process in processes] == ["ready\n"] * PROCESSES
        for process in processes:
            process.stdin.write("go\n")
            process.stdin.flush()
        got = [one for process in processes for one in json.loads(process.stdout.readline()) if one]
        assert [process.wait() for process in processes] == [0] * PROCESSES
        # Somebody may have found all slots taken who were then given back: what was had is what counts.
        assert len(got) == len(set(got)) <= 25
        found = client.get_hit(HITId=hit_id)["HIT"]
        assert (found["NumberOfAssignmentsPending"], found["NumberOfAssignmentsAvailable"]) == (0, 25 - len(got))
        listed = client.list_assignments_for_hit(HITId=hit_id, MaxResults=100)["Assignments"]
        assert sorted(one["AssignmentId"] for one in listed) == sorted(got)
        assert len({one["WorkerId"] for one in listed}) == len(got) >= 1
        assert market.audit() == []


def test_in_a_storm_of_several_processes_every_counter_and_every_cent_stays_right(
    shared: str, child: Callable[..., subprocess.Popen[str]]
) -> None:
    market = Marketplace(shared)
    number = market.requester("requester")._number
    made = market._dispatch.call(number, "CreateHIT", hit_arguments(MaxAssignments=3))["HIT"]
    for name in range(6):
        market.worker(f"A{name}")
    processes = [child(STORM, shared, made["HITId"], seed, 4, 60) for seed in range(PROCESSES)]
    assert [process.stdout.readline() for process in processes] == ["ready\n"] * PROCESSES
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    assert [process.wait() for process in processes] == [0] * PROCESSES
    assert market.audit() == []
    counted, kept = market._store.read(counters)
    market.stop()
    assert counted == kept
    assert sum(map(sum, kept.values())) > 20


def counters(database: Connection) -> tuple[dict[int, tuple[int, ...]], dict[int, tuple[int, ...]]]:
    """The assignments of each HIT in each state, as they are counted now, and as the HITs say."""
    states = ("Accepted", "Submitted", "Approved", "Rejected")
    of_state = [func.count().filter(t.assignment.c.status == state) for state in states]
    joined = select(t.hit.c.number, *of_state).outerjoin(t.assignment, t.assignment.c.hit == t.hit.c.number)
    counted = database.execute(joined.group_by(t.hit.c.number)).all()
    kept = database.execute(select(t.hit.c.number, *(t.hit.c[name] for name in COUNTERS))).all()
    return {row[0]: tuple(row[1:]) for row in counted}, {row[0]: tuple(row[1:]) for row in kept}


def test_threads_never_get_one_assignment_twice(market: Marketplace, client: Client, publish: Publish) -> None:
    hit_id = publish(MaxAssignments=9)["HITId"]
    given = [one for one in at_once(lambda number: market.worker(f"A{number}").accept(hit_id), 2 * THREADS) if one]
    assert len(given) == len(set(given)) == 9
    assert client.get_hit(HITId=hit_id)["HIT"]["NumberOfAssignmentsPending"] == 9


def test_one_worker_in_many_threads_gets_one_assignment_of_a_hit(market: Marketplace, publish: Publish) -> None:
    hit_id = publish(MaxAssignments=9)["HITId"]
    worker = market.worker("A1")
    assert len([one for one in at_once(lambda _: worker.accept(hit_id)) if one]) == 1


def test_work_approved_by_many_threads_at_once_is_paid_once(
    market: Marketplace, connect: Connect, publish: Publish
) -> None:
    client = connect(market, config=PATIENT)
    hit_id = publish(MaxAssignments=8, Reward="1.00")["HITId"]
    ids = []
    for number in range(8):
        worker = market.worker(f"A{number}")
        ids.append(worker.accept(hit_id))
        worker.submit(ids[-1], {"label": "cat"})

    def decide(number: int) -> Any:
        if number % 3:
            return client.approve_assignment(AssignmentId=ids[number % 8])
        return client.reject_assignment(AssignmentId=ids[number % 8], RequesterFeedback="no")

    assert len([one for one in at_once(decide) if one is not None]) == 8
    listed = client.list_assignments_for_hit(HITId=hit_id)["Assignments"]
    approved = sum(one["AssignmentStatus"] == "Approved" for one in listed)
    balance = client.get_account_balance()
    assert Decimal(balance["AvailableBalance"]) == Decimal("10000.00") - approved * Decimal("1.20")
    assert balance["OnHoldBalance"] == "0.00"
    assert client.get_hit(HITId=hit_id)["HIT"]["NumberOfAssignmentsCompleted"] == 8
    assert market.audit() == []


def test_many_threads_cannot_spend_more_than_there_is(database: str, connect: Connect) -> None:
    with Marketplace(database, fees=0, deposit="5.05") as market:
        client = connect(market, config=PATIENT)
        made = at_once(lambda number: client.create_hit(**hit_arguments(Reward="1.00", Title=f"HIT {number}")))
        assert len([one for one in made if one]) == 5
        assert client.get_account_balance() | {"ResponseMetadata": None} == {
            "AvailableBalance": "0.05",
            "OnHoldBalance": "5.00",
            "ResponseMetadata": None,
        }
        assert market.audit() == []


def test_a_token_sent_by_many_threads_at_once_publishes_one_hit(market: Marketplace, connect: Connect) -> None:
    client = connect(market, config=PATIENT)
    made = at_once(lambda _: client.create_hit(**hit_arguments(UniqueRequestToken="once"))["HIT"]["HITId"])
    assert len([one for one in made if one]) == 1
    assert client.list_hits()["NumResults"] == 1


def test_new_types_and_workers_of_the_same_name_are_made_once_by_many_threads(
    market: Marketplace, connect: Connect
) -> None:
    client = connect(market, config=PATIENT)

    def make(_: int) -> tuple[str, str]:
        market.worker("A1")
        return client.create_hit(**hit_arguments())["HIT"]["HITTypeId"], market.requester("lab").access_key

    assert len(set(at_once(make))) == 1


def test_what_is_due_happens_once_though_two_marketplaces_share_the_database(shared: str, connect: Connect) -> None:
    with Marketplace(shared) as one, Marketplace(shared) as other:
        client, second = connect(one, config=PATIENT), connect(other, config=PATIENT)
        hit_id = client.create_hit(**hit_arguments(MaxAssignments=9, AutoApprovalDelayInSeconds=60))["HIT"]["HITId"]
        for number in range(9):
            worker = one.worker(f"A{number}")
            worker.submit(worker.accept(hit_id), {"a": "b"})
        one.clock.advance(days=1)
        answers = at_once(lambda number: (client, second)[number % 2].get_account_balance())
        assert {answer["AvailableBalance"] for answer in answers} == {"9999.46"}
        assert second.get_hit(HITId=hit_id)["HIT"]["NumberOfAssignmentsCompleted"] == 9
        assert other.audit() == []


def test_processes_that_make_the_same_new_database_at_once_agree_on_the_key_pair(
    shared: str, child: Callable[..., subprocess.Popen[str]]
) -> None:
    processes = [child(OPEN, shared) for _ in range(PROCESSES)]
    keys = {process.stdout.read() for process in processes}
    assert [process.wait() for process in processes] == [0] * PROCESSES
    assert len(keys) == 1


def test_a_process_killed_in_the_middle_of_its_work_loses_nothing_that_it_answered(
    shared: str, child: Callable[..., subprocess.Popen[str]], connect: Connect
) -> None:
    with Marketplace(shared) as market:
        keys = {"aws_access_key_id": market.access_key, "aws_secret_access_key": market.secret_key}
        servers = [child(SERVE, shared) for _ in range(PROCESSES)]
        urls = [server.stdout.readline().strip() for server in servers]
        clients = [connect(market, endpoint_url=url, config=PATIENT, **keys) for url in urls]
        answered, stop = [], threading.Event()

        def publish(number: int) -> str:
            client = clients[number % PROCESSES]
            while not stop.is_set():
                try:
                    answered.append(client.create_hit(**hit_arguments(MaxAssignments=3))["HIT"])
                except BotoCoreError:
                    return "cut off"
                if len(answered) == 60:
                    os.kill(servers[0].pid, signal.SIGKILL)
                if len(answered) >= 120:
                    stop.set()
            return "finished"

        with ThreadPoolExecutor(9) as threads:
            ends = list(threads.map(publish, range(9)))
        assert ends == ["cut off", "finished", "finished"] * 3
    with Marketplace(shared) as market:
        client = connect(market)
        for one in answered:
            assert client.get_hit(HITId=one["HITId"])["HIT"] == one
        # What the dead process was about to answer is there whole or not at all.
        token, there = {}, 0
        while token is not None:
            page = client.list_hits(MaxResults=100, **token)
            there += page["NumResults"]
            token = {"NextToken": page["NextToken"]} if "NextToken" in page else None
        assert len(answered) <= there <= len(answered) + 3
        assert client.get_account_balance()["OnHoldBalance"] == str(there * Decimal("0.18"))
        assert market.audit() == []
