"""Each row is published once, whatever happens on the way."""

from __future__ import annotations

import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

import pytest

from mturk import (
    HIT,
    Batch,
    Budget,
    Connection,
    HITType,
    HTMLQuestion,
    InsufficientFunds,
    OverBudget,
    RequestError,
    Tally,
    TransportError,
    ValidationError,
)
from mturk.journal.journal import PLANNED, Journal, Published
from mturk.journal.journal_run import JournalRun
from mturk.marketplace import Marketplace
from tests.batch.conftest import ROWS, MakeBatch
from tests.batch.relay import Way, relay
from tests.conftest import Time
from tests.page import PAGE

T = TypeVar("T")


def published(connection: Connection) -> Counter[str]:
    """How often each annotation is there."""
    return Counter(str(hit.requester_annotation) for hit in HIT.all(connection=connection))


def test_every_row_becomes_a_hit(make: MakeBatch, service: Connection) -> None:
    batch = make(assignments=3)
    tally = batch.publish()
    assert (tally.published, tally.before, tally.left, tally.cost) == (5, 0, 0, Decimal("0.90"))
    hits = list(batch.hits())
    assert [f"Photo {number}" in str(hit.question_xml) for number, hit in enumerate(hits, 1)] == [True] * 5
    assert {hit.max_assignments for hit in hits} == {3}
    assert published(service) == {f"batch={batch.id};row={number};part=0": 1 for number in range(1, 6)}


def test_again_it_publishes_nothing(make: MakeBatch, service: Connection) -> None:
    make().publish()
    assert repr(make().publish()) == "<Tally 0 of 5 HITs are published now, 5 were before; 0 USD>"
    assert HIT.all(connection=service).count() == 5


def test_a_few_may_be_tried_first(make: MakeBatch, service: Connection) -> None:
    tally = make().publish(limit=2)
    assert (tally.published, tally.left, HIT.all(connection=service).count()) == (2, 3, 2)
    assert make().publish().published == 3


def test_a_batch_is_found_again_by_its_journal(make: MakeBatch, service: Connection, tmp_path: Path) -> None:
    make().publish(limit=2)
    found = Batch.open(tmp_path / "photos.journal", connection=service)
    assert found.publish().published == 3
    assert found.estimate().balance_after == service.balance().available


def test_a_copy_of_the_journal_is_a_journal(make: MakeBatch, service: Connection, tmp_path: Path) -> None:
    batch = make()
    copies: list[int] = []

    def copy(tally: Tally) -> None:
        shutil.copy(tmp_path / "photos.journal", tmp_path / "copy.journal")
        copied = Batch.open(tmp_path / "copy.journal", connection=service)
        copies.append(sum(piece.state == "published" for piece in copied.rows()) - tally.published)

    batch.publish(copy, threads=1)
    assert copies
    assert set(copies) == {0}


def test_rows_may_be_added(make: MakeBatch, service: Connection) -> None:
    make(ROWS[:3]).publish()
    assert make(ROWS).publish().published == 2
    assert HIT.all(connection=service).count() == 5


def test_a_row_that_is_published_may_not_change(make: MakeBatch, service: Connection) -> None:
    make().publish(limit=2)
    changed = [{**ROWS[0], "text": "Another"}, *ROWS[1:]]
    with pytest.raises(ValidationError, match="rows 1: published, and changed since"):
        make(changed).publish()
    assert make([ROWS[0], ROWS[1], {**ROWS[2], "text": "Another"}]).publish().published == 1


def test_with_a_key_rows_may_come_in_another_order(make: MakeBatch, service: Connection) -> None:
    make(key="url").publish(limit=2)
    assert make(ROWS[::-1], key="url").publish().published == 3
    assert max(published(service).values()) == 1


def test_a_page_that_was_changed_is_told_and_only_used_for_what_is_left(
    make: MakeBatch, page: Path, service: Connection
) -> None:
    make().publish(limit=2)
    page.write_text(page.read_text() + "<p>New</p>")
    batch = make()
    assert "the page is another one than that of the 2 HITs that are published" in str(batch.check())
    batch.publish()
    assert ["New" in str(hit.question_xml) for hit in batch.hits()] == [False, False, True, True, True]


def test_the_journal_of_another_hit_type_is_refused(make: MakeBatch, service: Connection, page: Path) -> None:
    batch = make()
    batch.publish()
    other = HITType.create("Another", "…", "0.05", 600, connection=service)
    with pytest.raises(ValidationError, match=r"has hit_type .*, and the HIT type is"):
        other.batch(ROWS, page, journal=page.parent / "photos.journal", lifetime=60)


def test_the_journal_of_another_account_is_refused(
    make: MakeBatch, market: Marketplace, connect: Callable[..., Connection], tmp_path: Path
) -> None:
    make().publish(limit=2)
    somebody = market.requester("Somebody else")
    other = connect(market.url, access_key=somebody.access_key, secret_key=somebody.secret_key)
    with pytest.raises(ValidationError, match="are not known here: the keys are those of another account"):
        Batch.open(tmp_path / "photos.journal", connection=other).publish()
    assert HIT.all(connection=other).count() == 0


def test_the_journal_of_another_place_is_refused(
    make: MakeBatch, connect: Callable[..., Connection], tmp_path: Path
) -> None:
    make().publish(limit=2)
    with pytest.raises(ValidationError, match="and the connection leads to 'https://mturk-requester-sandbox"):
        Batch.open(tmp_path / "photos.journal", connection=connect("sandbox"))


@pytest.fixture
def poor(market: Marketplace, connect: Callable[..., Connection]) -> tuple[Any, HITType]:
    """A requester whose money is enough for ten HITs at 0.05 with their fees, and their HIT type."""
    requester = market.add_requester("Poor", "0.60")
    connection = connect(market.url, access_key=requester.access_key, secret_key=requester.secret_key)
    return requester, HITType.create("Label a photo", "…", "0.05", 600, connection=connection)


def test_where_the_money_ends_it_stops_and_goes_on_after_a_deposit(
    poor: tuple[Any, HITType], page: Path, tmp_path: Path
) -> None:
    requester, kind = poor
    rows = [{"text": f"{number}", "url": "u"} for number in range(25)]
    batch = kind.batch(rows, page, journal=tmp_path / "poor", lifetime=600)
    assert batch.estimate().balance_after == Decimal("-0.90")
    with pytest.raises(InsufficientFunds, match=r"10 of 25 HITs .* deposit, and call publish\(\) again") as caught:
        batch.publish()
    assert caught.value.partial == Tally(10, 0, 15, Decimal("0.60"))
    assert Counter(piece.state for piece in batch.rows()) == {"published": 10, "planned": 15}
    requester.deposit("1.00")
    assert batch.publish().published == 15
    assert HIT.all(connection=kind.connection).count() == 25


def test_a_budget_stops_it_as_well(make: MakeBatch, market: Marketplace, service: Connection) -> None:
    service.budget = Budget("0.15")
    with pytest.raises(OverBudget, match=r"2 of 5 HITs .* call publish\(\) again"):
        make().publish()
    service.budget = None
    assert make().publish().published == 3


def test_a_row_that_the_service_refuses_stops_nothing_and_is_tried_again(
    make: MakeBatch, market: Marketplace, service: Connection
) -> None:
    service.question_limit = 100_000  # more than this marketplace takes
    rows = [*ROWS, {"text": "x" * 70_000, "url": "u"}]
    with pytest.raises(
        RequestError, match=r"5 of 6 HITs .*, 1 are left \(1 refused\).* The first is row 6: "
    ) as caught:
        make(rows).publish()
    tally = caught.value.partial
    assert isinstance(tally, Tally)
    assert [refusal.key for refusal in tally.refused] == ["6"]
    (refused,) = (piece for piece in make(rows).rows() if piece.state == "refused")
    assert "Question" in str(refused.error)
    assert make([*ROWS, {"text": "short", "url": "u"}]).publish().published == 1


def test_where_all_are_refused_it_gives_up(make: MakeBatch, service: Connection) -> None:
    service.question_limit = 100_000
    rows = [{"text": f"{number:02}" * 35_000, "url": "u"} for number in range(90)]
    with pytest.raises(RequestError, match="call publish"):
        make(rows).publish(threads=1)
    assert 25 <= sum(piece.state == "refused" for piece in make(rows).rows()) < 60


@pytest.fixture
def way(market: Marketplace) -> Iterator[Way]:
    with relay(market.url) as way:
        yield way


def keys(market: Marketplace) -> dict[str, str]:
    return {"access_key": market.access_key, "secret_key": market.secret_key}


def test_what_was_sent_and_not_answered_is_found_by_its_token(
    way: Way, market: Marketplace, connect: Callable[..., Connection], page: Path, tmp_path: Path
) -> None:
    connection = connect(way.url, **keys(market), max_attempts=1)
    kind = HITType.create("Label a photo", "…", "0.05", 600, connection=connection)
    batch = kind.batch(ROWS, page, journal=tmp_path / "lost", lifetime=600)
    way.loses = 1.0
    with pytest.raises(TransportError, match="may have been carried out"):
        batch.publish(threads=2)
    way.loses = 0.0
    sent = sum(piece.state == "sent" for piece in batch.rows())
    assert sent > 0
    assert HIT.all(connection=connection).count() >= sent
    batch.publish()
    assert set(published(connection).values()) == {1}
    assert HIT.all(connection=connection).count() == 5


@pytest.mark.parametrize("annotation", [None, "mine"])
def test_what_was_sent_too_long_ago_for_its_token_is_looked_for(
    make: MakeBatch, service: Connection, timing: Time, market: Marketplace, tmp_path: Path, annotation: str | None
) -> None:
    batch = make(annotation=annotation)
    batch.publish(limit=3)
    with sqlite3.connect(tmp_path / "photos.journal") as journal:
        journal.execute("UPDATE mturk_batch_hit SET state = 'sent', hit = NULL WHERE number IN (1, 3)")
        first = journal.execute("UPDATE mturk_batch_hit SET state = 'sent', sent = :now WHERE number = 4", {"now": 1})
        assert first.rowcount == 1
    journal.close()
    timing.advance(25 * 3600)
    market.clock.advance(hours=25)
    batch.publish()
    assert HIT.all(connection=service).count() == 5
    assert len({hit.id for hit in batch.hits()}) == 5
    assert [f"Photo {number}" in str(hit.question_xml) for number, hit in enumerate(batch.hits(), 1)] == [True] * 5


def test_what_cannot_be_looked_for_is_not_sent_before_it_was(
    make: MakeBatch, service: Connection, timing: Time, market: Marketplace, tmp_path: Path
) -> None:
    failing = False

    def question(row: dict[str, str]) -> HTMLQuestion:
        if failing:
            raise ZeroDivisionError
        return HTMLQuestion(PAGE.replace("<p>", f"<p>{row['text']} ", 1))

    batch = make(question=question, annotation="mine")
    batch.publish()
    with sqlite3.connect(tmp_path / "photos.journal") as journal:
        journal.execute("UPDATE mturk_batch_hit SET state = 'sent', hit = NULL WHERE number = 3")
    journal.close()
    timing.advance(25 * 3600)
    market.clock.advance(hours=25)
    failing = True
    with pytest.raises(ZeroDivisionError):
        batch.publish()
    failing = False
    assert batch.publish().left == 0
    assert HIT.all(connection=service).count() == 5


def test_a_row_whose_question_cannot_be_made_was_not_sent(make: MakeBatch, service: Connection) -> None:
    made: list[str] = []

    def question(row: dict[str, str]) -> HTMLQuestion:
        made.append(row["text"])
        if made.count("Photo 3") == 2:
            raise ZeroDivisionError
        return HTMLQuestion(PAGE)

    batch = make(question=question)
    with pytest.raises(ZeroDivisionError):
        batch.publish()
    states = [piece.state for piece in batch.rows()]
    assert states[2:] == ["planned"] * 3
    assert HIT.all(connection=service).count() == states.count("published") + states.count("sent")


def test_what_two_runs_publish_at_once_is_counted_once(make: MakeBatch, service: Connection) -> None:
    rows = [{"text": f"Photo {number}", "url": "u"} for number in range(40)]
    others: list[Tally] = []

    def begin_another(tally: Tally) -> None:
        if not others:
            others.append(make(rows).publish())

    tally = make(rows).publish(begin_another, threads=1)
    assert others[0].published > 0
    assert tally.published + others[0].published == 40
    assert tally.cost + others[0].cost == 40 * Decimal("0.06")
    assert (tally.total, tally.left) == (40, 0)
    assert HIT.all(connection=service).count() == 40


def test_a_refusal_does_not_undo_what_another_run_has_published(make: MakeBatch, tmp_path: Path) -> None:
    make().publish(limit=1)
    journal = Journal(tmp_path / "photos.journal")
    first = next(journal.pieces())
    assert JournalRun.begin(journal, 1).settle([Published(first.number, first.part, error="No")]) == set()
    assert next(journal.pieces()).hit_id == first.hit_id
    journal.close()


CHILD = """
import sys
from mturk import Batch, Connection
url, access_key, secret_key, journal = sys.argv[1:]
Batch.open(journal, connection=Connection(url, access_key=access_key, secret_key=secret_key)).publish(threads=4)
"""


def child(way: Way, market: Marketplace, journal: Path) -> subprocess.Popen[bytes]:
    """A process that publishes what is in the journal."""
    arguments = [way.url, market.access_key, market.secret_key, str(journal)]
    return subprocess.Popen([sys.executable, "-c", CHILD, *arguments], stderr=subprocess.PIPE)


@pytest.fixture
def many(way: Way, market: Marketplace, connect: Callable[..., Connection], page: Path, tmp_path: Path) -> Batch:
    """Two hundred rows in a journal, none published, and a way that throttles and loses."""
    connection = connect(way.url, **keys(market))
    kind = HITType.create("Label a photo", "…", "0.05", 600, connection=connection)
    rows = [{"text": f"Photo {number}", "url": "u"} for number in range(200)]
    batch = kind.batch(rows, page, journal=tmp_path / "many", lifetime=600)
    assert batch.check()
    way.throttles, way.loses = 0.02, 0.05
    return batch


def test_killed_at_any_moment_it_goes_on_and_publishes_each_row_once(
    many: Batch, way: Way, market: Marketplace, tmp_path: Path
) -> None:
    moments = random.Random(3)
    for _ in range(5):
        process = child(way, market, tmp_path / "many")
        time.sleep(0.7 + moments.random())
        process.kill()
        process.communicate()
    way.throttles = way.loses = 0.0
    many.publish()
    assert sorted(published(many.connection).values()) == [1] * 200
    for number, hit in enumerate(many.hits()):
        assert f"Photo {number}<" in str(hit.question_xml)


def test_two_processes_share_a_journal(many: Batch, way: Way, market: Marketplace, tmp_path: Path) -> None:
    processes = [child(way, market, tmp_path / "many") for _ in range(2)]
    told = [process.communicate(timeout=60)[1].decode() for process in processes]
    assert [process.returncode for process in processes] == [0, 0], told
    assert many.publish().published == 0
    assert sorted(published(many.connection).values()) == [1] * 200


def test_ctrl_c_stops_at_once_and_says_how_to_go_on(many: Batch, way: Way, market: Marketplace, tmp_path: Path) -> None:
    process = child(way, market, tmp_path / "many")
    while not any(piece.state == "published" for piece in many.rows()):
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    told = process.communicate(timeout=20)[1].decode()
    assert "of 200 HITs are published now" in told
    assert "call publish() again to go on" in told
    way.throttles = way.loses = 0.0
    many.publish()
    assert sorted(published(many.connection).values()) == [1] * 200


def test_a_journal_may_be_in_a_database_that_holds_several(
    make: MakeBatch, service: Connection, postgresql: object, shared_journal: str
) -> None:
    first, second = (make(journal=f"{shared_journal}#{name}") for name in ("first", "second"))
    assert first.publish(limit=2).left == 3
    assert second.publish().published == 5
    assert make(journal=f"{shared_journal}#first").publish().published == 3
    assert "postgres" in repr(first)
    assert set(published(service).values()) == {1}


def at_once(what: Callable[[int], T], number: int) -> list[T]:
    """What comes of it for each number, begun at the same moment."""
    begin = threading.Barrier(number)

    def go(one: int) -> T:
        begin.wait(10)
        return what(one)

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(go, range(number)))


def test_several_may_begin_with_an_empty_database_at_once(postgresql: object, shared_journal: str) -> None:
    journals = at_once(lambda number: Journal(f"{shared_journal}#{number % 2}"), 8)
    assert [journal.id for journal in journals] == [journal.id for journal in journals[:2]] * 4
    for journal in journals:
        journal.close()


def test_runs_in_a_shared_database_take_each_row_once(make: MakeBatch, postgresql: object, shared_journal: str) -> None:
    make([{"text": f"{number}", "url": "u"} for number in range(200)], journal=shared_journal).check()
    journals = [Journal(shared_journal) for _ in range(4)]
    runs = at_once(lambda number: JournalRun.begin(journals[number], 1), 4)
    assert sorted(run.number for run in runs) == [1, 2, 3, 4]
    taken = at_once(lambda number: runs[number].take((PLANNED,), 40, 1), 4)
    assert sorted(Counter(piece.number for pieces in taken for piece in pieces).items()) == [
        (number, 1) for number in range(1, 161)
    ]
    for journal in journals:
        journal.close()


def test_a_journal_that_is_not_there_is_not_made(service: Connection, tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="there is none at"):
        Batch.open(tmp_path / "typo.journal", connection=service)
    assert not (tmp_path / "typo.journal").exists()


def test_a_clock_that_stands_still_or_goes_back_keeps_nothing_from_being_published(
    make: MakeBatch, service: Connection, timing: Time
) -> None:
    service.budget = Budget("0.06")
    with pytest.raises(OverBudget):
        make().publish()
    service.budget = None
    timing.advance(-3600)
    assert make().publish().published == 4


def test_another_key_does_not_publish_the_rows_once_more(make: MakeBatch, service: Connection) -> None:
    make().check()
    make(key="url").publish(limit=2)
    with pytest.raises(ValidationError, match="has key 'url', and the key is ''"):
        make()
    assert HIT.all(connection=service).count() == 2


def test_other_assignments_are_for_what_is_left_and_the_estimate_knows(make: MakeBatch, service: Connection) -> None:
    make(assignments=2).publish(limit=3)
    batch = make(assignments=3)
    assert "3 HITs are published with another number of assignments than 3, and keep it" in str(batch.check())
    estimate = batch.estimate()
    assert (estimate.assignments, estimate.rewards, estimate.fees) == (12, Decimal("0.60"), Decimal("0.12"))
    assert estimate.published == Decimal("0.36")
    batch.publish()
    assert batch.estimate().balance_after == service.balance().available


def test_the_database_of_something_else_is_no_journal(make: MakeBatch, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "lab.sqlite3") as database:
        database.execute("CREATE TABLE thesis (chapter)")
    database.close()
    before = (tmp_path / "lab.sqlite3").read_bytes()
    for use in (lambda path: make(journal=path), Batch.open):
        with pytest.raises(ValidationError, match="is the database of something else"):
            use(tmp_path / "lab.sqlite3")
    assert (tmp_path / "lab.sqlite3").read_bytes() == before


@pytest.mark.parametrize(
    ("url", "error", "words"),
    [
        ("what://is/this", ValidationError, "what://is/this is no database URL"),
        ("mysql+nothing://user:secret@host/lab", ValidationError, "mysql.nothing://host/lab is no database URL"),
    ],
)
def test_a_url_that_leads_nowhere_is_told_without_its_password(
    make: MakeBatch, url: str, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words) as caught:
        make(journal=url)
    assert "secret" not in str(caught.value)


def test_a_question_that_is_another_one_than_was_checked_is_judged_again(make: MakeBatch, service: Connection) -> None:
    made: list[str] = []

    def question(row: dict[str, str]) -> HTMLQuestion:
        made.append(row["text"])
        return HTMLQuestion(PAGE if made.count(row["text"]) == 1 or row["text"] != "Photo 2" else "<p>no form</p>")

    batch = make(question=question)
    assert batch.check()
    with pytest.raises(RequestError, match=r"The first is row 2: HTMLQuestion\.html"):
        batch.publish()
    assert HIT.all(connection=service).count() == 4


def test_an_older_copy_of_the_journal_publishes_nothing_again(
    make: MakeBatch, service: Connection, timing: Time, market: Marketplace, tmp_path: Path
) -> None:
    batch = make()
    batch.publish(limit=2)
    shutil.copy(tmp_path / "photos.journal", tmp_path / "older.journal")
    batch.publish()
    timing.advance(50 * 3600)
    market.clock.advance(hours=50)
    older = make(journal=tmp_path / "older.journal")
    older.publish()
    assert HIT.all(connection=service).count() == 5
    assert {hit.id for hit in older.hits()} == {hit.id for hit in batch.hits()}
