"""`mturk batch watch` looks until all is in, and gets over a lost connection."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from mturk import Batch, BatchStatus, TransportError
from mturk.cli.batch import watching
from mturk.cli.batch.telling import Teller
from tests.cli.batch.conftest import Bench


@pytest.fixture
def look(bench: Bench) -> Iterator[Callable[[], BatchStatus]]:
    bench.done("publish", "--yes")
    with bench.connection() as connection:
        yield Batch.open(bench.folder / "journal", connection=connection).status


def test_it_ends_when_all_is_in_and_tells_what_changed(
    bench: Bench, look: Callable[[], BatchStatus], capsys: pytest.CaptureFixture[str]
) -> None:
    people = iter(["A1ADA", "", "A2BOB", "A3EVE"])

    def pause() -> None:
        if name := next(people):
            bench.work({name: "payment"})

    watching.watch(look, Teller("watch", bench.folder), pause)
    told = capsys.readouterr().out.splitlines()
    assert [line[:29] for line in told if "assignments are in" in line] == [
        "3 of 9 assignments are in, 0 ",
        "6 of 9 assignments are in, 0 ",
        "9 of 9 assignments are in, 0 ",
    ]
    assert told[-1] == "All work is in: 9 submissions to be decided, 0 decided."


def test_a_connection_that_is_lost_meanwhile_is_tried_again(
    bench: Bench, look: Callable[[], BatchStatus], capsys: pytest.CaptureFixture[str]
) -> None:
    looks = iter([False, True, False])

    def sometimes() -> BatchStatus:
        if next(looks):
            raise TransportError("no answer", operation="ListHITs")
        return look()

    people = iter(["A1ADA", "A2BOB", "A3EVE"])
    bench.work({next(people): "payment"})

    def pause() -> None:
        bench.work({next(people): "payment"})

    watching.watch(sometimes, Teller("watch", bench.folder), pause)
    told = capsys.readouterr()
    assert "Looking again." in told.err
    assert "All work is in: 9 submissions" in told.out


def test_what_is_taken_off_the_market_is_not_waited_for(bench: Bench, look: Callable[[], BatchStatus]) -> None:
    bench.work({"A1ADA": "payment"})
    bench.done("close", "--yes")
    assert watching.is_in(look())


def test_work_in_hand_is_waited_for(bench: Bench, look: Callable[[], BatchStatus]) -> None:
    with bench.connection() as connection:
        hit = next(iter(Batch.open(bench.folder / "journal", connection=connection).hits()))
        bench.market.worker("A1ADA").accept(hit.id)
    bench.done("close", "--yes")
    assert not watching.is_in(look())


def test_what_is_not_published_is_told(bench: Bench) -> None:
    bench.done("publish", "--yes", "--limit", "2")
    bench.work(dict.fromkeys(["A1", "A2", "A3"], "x"))
    assert "1 HIT is not published yet" in bench.run("watch").stderr


@pytest.mark.parametrize("seconds", ["0", "-1", "soon"])
def test_a_pause_is_a_second_at_least(bench: Bench, seconds: str) -> None:
    assert "Invalid value for '--every'" in bench.failed(2, "watch", "--every", seconds)
