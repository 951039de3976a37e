"""Whose turn it is to write: how long each waits for it, and when those who write are held up."""

from __future__ import annotations

import signal
import threading
import time

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


class Writers:
    """Threads that write on somebody's behalf, each when it has its turn."""

    def __init__(self, patience: float = 30) -> None:
        self.turns = Turns(patience, whose=lambda: self._whose.get(threading.get_ident(), ("", "")))
        self.wrote: list[str] = []
        self._whose: dict[int, tuple[str, str]] = {}
        self._threads: list[threading.Thread] = []

    def begin(self, name: str, address: str, who: str) -> None:
        """Have one more wait, who comes after all that have begun to."""

        def write() -> None:
            self._whose[threading.get_ident()] = address, who
            with self.turns.taken(together=False, within=None):
                self.wrote.append(name)

        waiting = len(self.turns._alone._line)
        thread = threading.Thread(target=write)
        self._threads.append(thread)
        thread.start()
        while len(self.turns._alone._line) == waiting:
            time.sleep(0.001)

    def end(self) -> list[str]:
        """Who has written, in their order."""
        for thread in self._threads:
            thread.join()
        return self.wrote


def test_who_has_many_write_keeps_another_waiting_for_one_of_them() -> None:
    writers = Writers()
    with writers.turns.taken(together=False, within=None):
        for number in range(3):
            writers.begin(f"rival {number}", "here", "rival")
        writers.begin("lab", "here", "lab")
        writers.begin("elsewhere", "there", "rival")
    assert writers.end() == ["rival 0", "elsewhere", "lab", "rival 1", "rival 2"]


def test_who_waits_no_longer_leaves_the_turn_to_others() -> None:
    writers = Writers()
    with writers.turns.taken(together=False, within=None):
        with pytest.raises(DatabaseBusy), writers.turns.taken(together=False, within=0.01):
            pass
        writers.begin("next", "here", "lab")
    assert writers.end() == ["next"]
    with writers.turns.taken(together=False, within=0):
        pass


def test_who_is_interrupted_while_waiting_leaves_the_turn_to_others() -> None:
    writers = Writers()

    def wait_and_interrupt() -> None:
        threading.Timer(0.05, signal.pthread_kill, (threading.get_ident(), signal.SIGINT)).start()
        with writers.turns.taken(together=False, within=None):
            pass

    with writers.turns.taken(together=False, within=None):
        with pytest.raises(KeyboardInterrupt):
            wait_and_interrupt()
        writers.begin("next", "here", "lab")
    assert writers.end() == ["next"]
