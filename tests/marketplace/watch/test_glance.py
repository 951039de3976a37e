"""A look at the database that fails says so, and keeps no later one from being made."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mturk.marketplace.watch.glance import Glance


def test_a_look_that_could_not_begin_is_tried_again() -> None:
    begun = 0

    def start(work: Callable[[], None]) -> None:
        nonlocal begun
        begun += 1
        if begun == 1:
            raise RuntimeError("can't start new thread")
        work()

    look = Glance(lambda: "fine", start=start)
    assert [look(), look()] == [None, "fine"]


def test_a_look_that_fails_is_told_without_what_it_says(caplog: pytest.LogCaptureFixture) -> None:
    def fail() -> None:
        raise ValueError("a secret")

    assert Glance(fail, start=lambda work: work())() is None
    assert caplog.messages == ["the database cannot be looked at: ValueError"]
