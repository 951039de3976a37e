"""Whose turn it is, where somebody waits for many things at once."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mturk.marketplace.waiting_line import WaitingLine

WAITING = st.lists(st.tuples(st.sampled_from("abc"), st.integers()))


def line(*waiting: tuple[str, int]) -> WaitingLine[tuple[str, int]]:
    made: WaitingLine[tuple[str, int]] = WaitingLine(lambda one: one[0])
    for one in waiting:
        made.append(one)
    return made


def all_of(waiting: WaitingLine[tuple[str, int]]) -> list[tuple[str, int]]:
    return [waiting.popleft() for _ in range(len(waiting))]


def test_turns_go_round_among_those_who_wait() -> None:
    waiting = line(("a", 1), ("a", 2), ("a", 3), ("b", 4), ("c", 5), ("b", 6))
    assert all_of(waiting) == [("a", 1), ("b", 4), ("c", 5), ("a", 2), ("b", 6), ("a", 3)]


def test_who_comes_anew_waits_for_one_turn_of_each_other() -> None:
    waiting = line(("a", 1), ("a", 2), ("a", 3))
    assert waiting.popleft() == ("a", 1)
    waiting.append(("b", 4))
    assert all_of(waiting) == [("a", 2), ("b", 4), ("a", 3)]


def test_turns_go_round_within_one_who_gains_none_by_having_many_names() -> None:
    waiting: WaitingLine[str] = WaitingLine(lambda one: one[0], lambda one: one[1])
    for one in ("ax1", "ax2", "ax3", "ay4", "az5", "bx6", "bx7"):
        waiting.append(one)
    assert (len(waiting), list(waiting)) == (7, ["ax1", "ax2", "ax3", "ay4", "az5", "bx6", "bx7"])
    assert [waiting.popleft() for _ in range(7)] == ["ax1", "bx6", "ay4", "bx7", "az5", "ax2", "ax3"]


@given(WAITING)
def test_everything_has_its_turn_once_and_each_in_the_order_of_its_own(waiting: list[tuple[str, int]]) -> None:
    made = line(*waiting)
    assert (len(made), bool(made), sorted(made)) == (len(waiting), bool(waiting), sorted(waiting))
    done = all_of(made)
    assert len(made) == 0
    for who in "abc":
        assert [one for one in done if one[0] == who] == [one for one in waiting if one[0] == who]


def test_who_waits_no_longer_has_no_turn_and_keeps_nobody_waiting() -> None:
    waiting: WaitingLine[str] = WaitingLine(lambda one: one[0], lambda one: one[1])
    for one in ("ax1", "ax2", "ay3", "bx4"):
        waiting.append(one)
    waiting.remove("ay3")
    waiting.remove("bx4")
    assert len(waiting) == 2
    assert [waiting.popleft() for _ in range(2)] == ["ax1", "ax2"]
    assert not waiting


def test_nobody_waits_when_it_was_cleared() -> None:
    waiting = line(("a", 1), ("b", 2))
    waiting.clear()
    waiting.append(("c", 3))
    assert (list(waiting), all_of(waiting)) == ([("c", 3)], [("c", 3)])
