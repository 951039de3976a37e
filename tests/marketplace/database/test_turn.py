"""Whose turn it is to write: how long each waits for it, and when those who write are held up."""

from __future__ import annotations

import pytest

from mturk.marketplace.database.turn import Turns
from mturk.marketplace.error import DatabaseBusy


class Watch:
    """A clock that a test moves."""

    time = 1000.0

    def __call__(self) -> float:
        return self.time


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def turns(watch: Watch) -> Turns:
    return Turns(30, watch)


@pytest.mark.parametrize(("together", "most"), [(False, 1), (True, 8)])
def test_who_finds_no_place_is_told_so_in_time(turns: Turns, together: bool, most: int) -> None:
    held = [turns.taken(together=together, within=None) for _ in range(most)]
    for one in held:
        one.__enter__()
    with (
        pytest.raises(DatabaseBusy, match="longer than anybody waits"),
        turns.taken(together=together, within=0),
    ):
        pass
    for one in held:
        one.__exit__(None, None, None)
    with turns.taken(together=together, within=0):
        pass


def test_who_has_not_waited_long_waits_as_usual_for_the_rest(turns: Turns) -> None:
    with turns.taken(together=False, within=None) as left:
        assert left is None


def test_who_waits_for_less_has_less_left(turns: Turns) -> None:
    with turns.taken(together=False, within=0.25) as left:
        assert left == 0.25


@pytest.mark.parametrize(("waited", "left"), [(0.5, None), (1.5, 28.5), (29, 1), (40, 0)])
def test_who_has_waited_for_a_turn_waits_for_the_database_only_as_long_as_is_left(
    waited: float, left: float | None
) -> None:
    moments = iter([1000.0, 1000.0 + waited])  # before the wait, and after it
    with Turns(30, lambda: next(moments)).taken(together=False, within=None) as found:
        assert found == left


def test_who_writes_for_long_is_held_up(turns: Turns, watch: Watch) -> None:
    with turns.taken(together=False, within=None):
        assert not turns.held_up
        watch.time += 1.5
        assert turns.held_up
    assert not turns.held_up


def test_after_one_has_waited_in_vain_others_wait_a_second_until_one_gets_in(turns: Turns) -> None:
    turns.miss()
    assert turns.held_up
    with turns.taken(together=True, within=None) as left:
        assert left == 1
        turns.got_in()
    assert not turns.held_up
    with turns.taken(together=True, within=None) as left:
        assert left is None
    assert turns.missed == 1
