"""What is old goes, and nothing else: no cent, no record of a worker, no HIT that was not disposed of."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import ColumnElement, Connection, Executable, Table, func, select

from mturk.marketplace import AuditEntry, File, Marketplace, MarketplaceError, check, prune
from mturk.marketplace.clock import DAY, as_milliseconds
from mturk.marketplace.database import table as t
from mturk.marketplace.error import SettingError
from mturk.marketplace.upkeep.pruning import AGED
from mturk.marketplace.workplace import notice
from tests.marketplace.conftest import Client, Connect
from tests.marketplace.policy_sample import plurality
from tests.marketplace.sample import hit_arguments
from tests.marketplace.upkeep.lab import ANSWER, FORM, dispose, fill, publisher

AGE = timedelta(days=60)
PROGRAM = """
import os, signal, sys
from datetime import timedelta
from mturk.marketplace import prune

left = int(sys.argv[2])

def pause(seconds):
    global left
    left -= 1
    if left < 0:
        os.kill(os.getpid(), signal.SIGKILL)

prune(sys.argv[1], timedelta(days=60), dry_run=False, pause=pause)
"""
remove = partial(prune, dry_run=False, pause=lambda _: None)


@pytest.fixture
def market(shared: str) -> Iterator[Marketplace]:
    """Here it is in a file, which others open too."""
    with Marketplace(shared) as market:
        yield market


@pytest.fixture
def aged(market: Marketplace, client: Client) -> Callable[[], dict[str, str]]:
    """Have HITs in every state, and a time pass."""

    def make(days: int = 61) -> dict[str, str]:
        ids = fill(market, client)
        market.clock.advance(days=days)
        return ids

    return make


def rows(market: Marketplace) -> dict[str, int]:
    """How many rows each table has."""
    return market._store.read(
        lambda database: {
            name: database.execute(select(func.count()).select_from(table)).scalar_one()
            for name, table in t.hit.metadata.tables.items()
        }
    )


BELONGING = (t.assignment, t.hit_content, t.letter, t.report, t.review_entry, t.undone)


def of_hit(market: Marketplace, number: int) -> set[Table]:
    """In which tables a HIT has something."""

    def found(database: Connection) -> set[Table]:
        some = {table: select(table.c.hit).where(table.c.hit == number).limit(1) for table in BELONGING}
        return {table for table, query in some.items() if database.execute(query).first()}

    return market._store.read(found)


def money(market: Marketplace) -> object:
    """All that is said of money."""
    since = market.clock.now() - timedelta(days=4000)
    balances = market._store.read(lambda database: database.execute(select(t.account)).all())
    return balances, market.payouts(since), market.audit()


def test_without_more_words_it_is_only_said_how_much_it_is(
    market: Marketplace, shared: str, aged: Callable[[], object]
) -> None:
    aged()
    before = rows(market)
    told = prune(shared, AGE)
    assert {name: told.rows[name] for name in ("hit", "assignment", "bonus", "message")} == {
        "hit": 1, "assignment": 2, "bonus": 1, "message": 1
    }  # fmt: skip
    assert told.bytes > 0
    assert rows(market) == before


def test_a_hit_that_was_disposed_of_goes_with_all_that_belongs_to_it(
    market: Marketplace, shared: str, aged: Callable[[], dict[str, str]], client: Client
) -> None:
    ids = aged()
    told, before = prune(shared, AGE), rows(market)
    done, after = remove(shared, AGE), rows(market)
    assert {name: before[name] - after[name] for name in told.rows} == told.rows
    assert {name: done.rows.get(name, 0) for name in told.rows} == told.rows
    assert (market.audit(), check(shared)) == ([], [])
    with pytest.raises(client.exceptions.ClientError, match="does not exist"):
        client.get_hit(HITId=ids["disposed"])
    for name in ("open", "file", "done"):
        assert client.get_hit(HITId=ids[name])
    assert prune(shared, AGE).rows["hit"] == 0


def test_no_cent_and_no_record_of_a_worker_changes(
    market: Marketplace, shared: str, aged: Callable[[], object]
) -> None:
    aged()
    workers = lambda database: database.execute(select(t.worker)).all()  # noqa: E731 - is handed over
    before = money(market), market._store.read(workers)
    remove(shared, AGE)
    assert (money(market), market._store.read(workers)) == before


def test_a_statement_of_earnings_keeps_its_lines(market: Marketplace, shared: str, aged: Callable[[], object]) -> None:
    from mturk.marketplace.workplace import statement

    aged()

    def lines() -> list[list[str]]:
        number = market._store.read(
            lambda database: database.execute(
                select(t.worker.c.number).where(t.worker.c.worker_id == "A1ADA")
            ).scalar_one()
        )
        parts = statement.statement(lambda work: market._dispatch.run(work, writes=False), number, 0, 2**60)
        return [line.split(",")[:4] for line in "".join(parts).splitlines()]

    before = lines()
    remove(shared, AGE)
    assert lines() == before


def test_who_was_paid_can_still_be_written_to(market: Marketplace, shared: str, client: Client) -> None:
    dispose(market, client, publisher(client)(MaxAssignments=2))
    publisher(client)()
    market.worker("A1ZOE").accept(publisher(client)())
    market.clock.advance(days=61)
    remove(shared, AGE)
    assert rows(market)["assignment"] == 1
    told = client.notify_workers(Subject="Hello", MessageText="Again", WorkerIds=["A1ADA", "A1ZOE"])
    assert [one["WorkerId"] for one in told["NotifyWorkersFailureStatuses"]] == ["A1ZOE"]


def test_what_is_younger_stays(market: Marketplace, shared: str, aged: Callable[..., object]) -> None:
    aged(days=40)
    before = rows(market)
    remove(shared, AGE)
    assert rows(market) == before


def work_of(number: int) -> ColumnElement[bool]:
    return t.assignment.c.hit == number


@pytest.fixture
def gone(market: Marketplace, shared: str, client: Client) -> tuple[int, int]:
    """A HIT that would go, by its number, and a worker who did it."""
    hit_id = publisher(client)(MaxAssignments=2)
    dispose(market, client, hit_id)
    publisher(client)()
    market.worker("A1ZOE").accept(publisher(client)())
    market.clock.advance(days=61)
    assert prune(shared, AGE).rows["hit"] == 1
    found = select(t.assignment.c.hit, t.assignment.c.worker).join(t.hit).where(t.hit.c.hit_id == hit_id).limit(1)
    number, worker = market._store.read(lambda database: database.execute(found).one())
    return number, worker


# What happens to the HIT of that number, and to the worker, at that time.
LATE: dict[str, Callable[[int, int, int], Executable]] = {
    "a bonus": lambda hit, _, now: t.bonus.update().where(t.bonus.c.hit == hit).values(grant_time=now),
    "a submission": lambda hit, _, now: t.assignment.update().where(work_of(hit)).values(submit_time=now),
    "an approval": lambda hit, _, now: t.assignment.update().where(work_of(hit)).values(approval_time=now),
    "a rejection": lambda hit, _, now: t.assignment.update().where(work_of(hit)).values(rejection_time=now),
    "its end": lambda hit, _, now: t.hit.update().where(t.hit.c.number == hit).values(status_time=now),
    "work in hand": lambda hit, *_: t.assignment.update().where(work_of(hit)).values(status="Accepted"),
    "work to review": lambda hit, *_: t.assignment.update().where(work_of(hit)).values(status="Submitted"),
    "not its end": lambda hit, *_: t.hit.update().where(t.hit.c.number == hit).values(disposed=False),
    "a report": lambda hit, worker, now: t.report.insert().values(
        hit=hit, worker=worker, reason="broken", text="", time=now
    ),
    "a letter": lambda hit, worker, now: t.letter.insert().values(
        hit=hit, worker=worker, requester=1, text="Why?", time=now
    ),
    "a return": lambda hit, worker, now: t.undone.insert().values(hit=hit, worker=worker, status="Returned", time=now),
}


@pytest.mark.parametrize("what", LATE)
def test_a_hit_to_which_something_happened_of_late_stays(
    market: Marketplace, shared: str, gone: tuple[int, int], what: str
) -> None:
    now = as_milliseconds(market.clock.now())
    market._store.write(lambda database: database.execute(LATE[what](*gone, now)))
    assert remove(shared, AGE).rows.get("hit", 0) == 0


@pytest.mark.parametrize("kind", [notice.REJECTION, notice.APPROVAL, notice.BONUS])
def test_that_a_notice_was_opened_goes_with_it(
    market: Marketplace, shared: str, gone: tuple[int, int], kind: str
) -> None:
    hit, _ = gone
    table = t.bonus if kind == notice.BONUS else t.assignment
    told = select(table.c.worker, table.c.number).where(table.c.hit == hit).limit(1)
    opened = t.opened_notice

    def open_them(database: Connection) -> None:
        worker, subject = database.execute(told).one()
        database.execute(opened.delete())
        for number in (subject, 10**9):
            database.execute(opened.insert(), {"worker": worker, "kind": kind, "subject": number})

    market._store.write(open_them)
    remove(shared, AGE)
    assert market._store.read(lambda database: database.execute(select(opened.c.subject)).scalars().all()) == [10**9]


def test_all_that_belongs_to_a_hit_goes_with_it(market: Marketplace, shared: str, client: Client) -> None:
    hit_id = publisher(client)(Question=FORM, MaxAssignments=2, HITReviewPolicy=plurality())
    ada, bob = market.worker("A1ADA"), market.worker("A1BOB")
    ada.return_assignment(ada.accept(hit_id))
    for one in (ada, bob):
        assignment_id = one.accept(hit_id)
        one.submit(assignment_id, {"file": File("a.txt", b"some bytes")})
        client.approve_assignment(AssignmentId=assignment_id)
    ada.report(hit_id, "broken")
    ada.write(hit_id, "Why?")
    client.delete_hit(HITId=hit_id)
    market.worker("A1ZOE").accept(publisher(client)())
    which = select(t.hit.c.number).where(t.hit.c.hit_id == hit_id)
    number = market._store.read(lambda database: database.execute(which).scalar_one())
    assert of_hit(market, number) == set(BELONGING)
    market.clock.advance(days=61)
    assert remove(shared, AGE).rows["hit"] == 1
    assert of_hit(market, number) == set()


def test_that_a_message_was_opened_goes_with_it(market: Marketplace, shared: str, aged: Callable[[], object]) -> None:
    aged()
    opened = t.opened_notice

    def open_it(database: Connection) -> None:
        worker, subject = database.execute(select(t.message.c.worker, t.message.c.number)).one()
        database.execute(opened.insert(), {"worker": worker, "kind": notice.MESSAGE, "subject": subject})

    market._store.write(open_it)
    remove(shared, AGE)
    assert (rows(market)["message"], rows(market)["opened_notice"]) == (0, 0)


# A row of each table that ages by itself.
BY_THEMSELVES: dict[Table, dict[str, object]] = {
    t.message: {"requester": 1, "worker": 1, "subject": "Hello", "text": "there", "size": 250},
    t.letter: {"requester": 1, "worker": 1, "hit": 1, "text": "Why?"},
    t.event: {"outlet": 1, "event_type": "HITExpired", "hit_type_id": "3TYPE", "hit_id": "3HIT"},
    t.mail: {"kind": "message", "subject": "Hello", "text": "there", "due": 0, "attempts": 0},
    t.invitation: {"creation_time": 0, "used": False},
    t.account_link: {"kind": "reset"},
    t.attempt: {"subject": "name"},
}


OUTLET = {"requester": 1, "transport": "SQS", "destination": "q", "due": 10**14, "attempts": 0, "lease": 0}


def test_each_table_that_ages_by_itself_is_tried_here() -> None:
    assert {one.table for one in AGED} == set(BY_THEMSELVES)


@pytest.mark.parametrize("one", AGED, ids=[one.table.name for one in AGED])
def test_what_is_old_by_itself_goes_and_what_is_younger_stays(
    market: Marketplace, shared: str, client: Client, one: Any
) -> None:
    """In market time, which is far from the real one here, or in real time."""
    client.create_hit(**hit_arguments())
    market.worker("A1ADA")
    market.clock.advance(days=400)
    now = as_milliseconds(market.clock.now()) if one.by_market else int(time.time() * 1000)
    times = {"old": now - 61 * DAY, "young": now - 59 * DAY}

    def write(database: Connection) -> None:
        if one.table is t.event:
            database.execute(t.outlet.insert(), OUTLET)
        for name, moment in times.items():
            row = BY_THEMSELVES[one.table] | {one.time.name: moment}
            if "digest" in one.table.c:
                row["digest"] = name
            database.execute(one.table.insert(), row)

    market._store.write(write)
    assert prune(shared, AGE).rows[one.table.name] == 1
    assert remove(shared, AGE).rows[one.table.name] == 1
    assert market._store.read(lambda database: database.execute(select(one.time)).scalars().all()) == [times["young"]]


def test_no_number_is_given_out_again(market: Marketplace, shared: str, client: Client) -> None:
    """The ledger names HITs and assignments by their numbers."""
    for _ in range(3):
        dispose(market, client, publisher(client)(MaxAssignments=2))
    last = select(func.max(t.hit.c.number), select(func.max(t.assignment.c.number)).scalar_subquery())
    read = lambda: market._store.read(lambda database: database.execute(last).one())  # noqa: E731 - is asked twice
    before = read()
    market.clock.advance(days=61)
    remove(shared, AGE)
    dispose(market, client, publisher(client)(MaxAssignments=2))
    after = read()
    assert (after[0] > before[0], after[1] > before[1]) == (True, True)


def test_a_hit_with_very_many_assignments_goes_in_parts(
    market: Marketplace, shared: str, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mturk.marketplace.upkeep.pruning._WORK_AT_ONCE", 3)
    hit_id = publisher(client)(MaxAssignments=10)
    for number in range(10):
        one = market.worker(f"A1W{number}")
        one.submit(one.accept(hit_id), ANSWER)
    market.clock.advance(days=31)
    client.delete_hit(HITId=hit_id)
    market.worker("A1ZOE").accept(publisher(client)(LifetimeInSeconds=31536000, AssignmentDurationInSeconds=2000000))
    market.clock.advance(days=61)
    writes: list[float] = []
    done = prune(shared, AGE, dry_run=False, pause=writes.append)
    assert (done.rows["assignment"], done.rows["hit"]) == (10, 1)
    assert len(writes) > 4
    assert market.audit() == []


def test_hits_of_some_assignments_each_all_go_at_once(
    market: Marketplace, shared: str, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mturk.marketplace.upkeep.pruning._WORK_AT_ONCE", 5)
    for _ in range(4):
        dispose(market, client, publisher(client)(MaxAssignments=2))
    market.worker("A1ZOE").accept(publisher(client)())
    market.clock.advance(days=61)
    assert remove(shared, AGE).rows["hit"] == 4


@pytest.mark.parametrize("moment", range(3))
def test_killed_it_goes_on_when_it_is_done_again(
    market: Marketplace, shared: str, aged: Callable[[], object], moment: int
) -> None:
    aged()
    before = money(market)
    told = prune(shared, AGE)
    full = rows(market)
    killed = subprocess.run([sys.executable, "-c", PROGRAM, shared, str(moment)], capture_output=True)
    assert killed.returncode == -9, killed.stderr
    assert (check(shared), money(market)) == ([], before)
    remove(shared, AGE)
    left = rows(market)
    assert {name: full[name] - left[name] for name in told.rows} == told.rows
    assert money(market) == before


def test_two_at_once_remove_everything_once(market: Marketplace, shared: str, client: Client) -> None:
    for _ in range(10):
        dispose(market, client, publisher(client)(MaxAssignments=2))
    market.worker("A1ZOE").accept(publisher(client)())
    market.clock.advance(days=61)
    done: list[int] = []
    threads = [threading.Thread(target=lambda: done.append(remove(shared, AGE).rows.get("hit", 0))) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sum(done) == 10
    assert market.audit() == []


def test_the_room_is_given_back(tmp_path: Path, connect: Connect) -> None:
    path = tmp_path / "lab.sqlite3"
    with Marketplace(path) as market:
        client = connect(market)
        for _ in range(30):
            dispose(market, client, publisher(client)(MaxAssignments=2, RequesterAnnotation="long " * 50))
        market.worker("A1ZOE").accept(publisher(client)())
        market.clock.advance(days=61)
    before = path.stat().st_size
    remove(path, AGE)
    assert path.stat().st_size == before
    remove(path, AGE, vacuum=True)
    assert path.stat().st_size < before
    assert check(path, real_time=lambda: time.time() - 90 * 86400) == []


def test_what_happened_within_a_month_is_never_pruned(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="30 days"):
        prune(tmp_path / "lab.sqlite3", timedelta(days=29))


def test_where_there_is_none_none_is_made(tmp_path: Path) -> None:
    with pytest.raises(MarketplaceError):
        prune(tmp_path / "lab.sqlite3", AGE)
    assert list(tmp_path.iterdir()) == []


def trailed(shared: str) -> list[AuditEntry]:
    """A year's trail, in a marketplace with nothing else; the last of it was written just now."""
    year = Marketplace(shared, audit_trail=True, real_time=lambda: time.time() - 366 * 86400)
    for number in range(1100):
        year.note("Step", {"Number": number})
    year.stop()
    now = Marketplace(shared, audit_trail=True)
    now.note("Now")
    entries = list(now.trail())
    now.stop()
    return entries


def test_the_audit_trail_stays_and_it_is_said_how_much_of_it_is_old(shared: str) -> None:
    before = trailed(shared)
    done = remove(shared, AGE)
    market = Marketplace(shared)
    after = list(market.trail())
    market.stop()
    assert after[: len(before)] == before
    assert done.kept_entries == prune(shared, AGE).kept_entries == len(before) - 1
    assert "audit_entry" not in done.rows


def test_the_audit_trail_is_shortened_where_that_is_said_and_tells_of_it(shared: str) -> None:
    before = trailed(shared)
    assert prune(shared, AGE, trail=True).rows["audit_entry"] == len(before) - 1
    pauses: list[float] = []
    done = prune(shared, AGE, dry_run=False, trail=True, pause=pauses.append)
    market = Marketplace(shared)
    kept, told = market.trail()
    market.stop()
    assert (done.rows["audit_entry"], done.kept_entries) == (len(before) - 1, 0)
    assert kept == before[-1]
    assert (told.operation, told.actor, told.subjects["Trail"]) == ("Prune", "operator", True)
    assert len(pauses) >= 3


def test_where_no_trail_is_kept_none_is_begun(shared: str) -> None:
    market = Marketplace(shared)
    market.requester("requester")
    remove(shared, AGE)
    assert list(market.trail()) == []
    market.stop()
