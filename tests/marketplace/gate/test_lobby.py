"""Who is here, held against the plainest way to know it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mturk.marketplace.gate.lobby import Lobby, Rank

GUESTS = st.integers(0, 7)
STEPS = st.one_of(
    st.tuples(st.just("enter"), GUESTS),
    st.tuples(st.just("leave"), GUESTS),
    st.tuples(st.sampled_from([None, *Rank]), GUESTS),
)


def network(guest: int) -> str:
    return "odd" if guest % 2 else "even"


def first(here: dict[int, tuple[Rank | None, int]], of: set[str]) -> int | None:
    """Who waits for the first reason, and of those longest."""
    waiting = [
        (rank, since, guest) for guest, (rank, since) in here.items() if rank is not None and network(guest) in of
    ]
    return min(waiting)[2] if waiting else None


@given(st.lists(STEPS, max_size=60))
def test_the_first_to_go_is_who_waits_longest_for_the_first_reason(steps: list[tuple[object, int]]) -> None:
    lobby: Lobby[int] = Lobby()
    here: dict[int, tuple[Rank | None, int]] = {}
    for time, (step, guest) in enumerate(steps):
        if step == "enter" and guest not in here:
            lobby.enter(guest, network(guest))
            here[guest] = Rank.NEW, time
        elif step == "leave":
            lobby.leave(guest)
            here.pop(guest, None)
        elif (step is None or isinstance(step, Rank)) and guest in here:
            lobby.move(guest, step)
            here[guest] = here[guest] if here[guest][0] == step else (step, time)
        assert len(lobby) == len(here)
        assert lobby.longest() == first(here, {"odd", "even"})
        for one in ("odd", "even"):
            assert lobby.number(one) == sum(network(guest) == one for guest in here)
            assert lobby.longest(one) == first(here, {one})
