"""Many things are done at once, in their order, and what was called off is not done."""

from __future__ import annotations

import threading

import pytest

from mturk.parallel.hands import Hands, ahead


def test_what_is_called_off_is_not_done() -> None:
    hands, go, done = Hands(1), threading.Event(), []
    first = hands.submit(go.wait, 10)
    second, third = (hands.submit(done.append, number) for number in (2, 3))
    assert second.cancel()
    go.set()
    assert first.result(10)
    third.result(10)
    hands.shutdown()
    assert done == [3]


def test_an_error_comes_with_its_own_thing() -> None:
    hands = Hands(2)
    with pytest.raises(ZeroDivisionError):
        hands.submit(lambda: 1 // 0).result(10)
    assert hands.submit(int, "7").result(10) == 7
    hands.shutdown()


def test_results_keep_the_order_of_things_whichever_is_first() -> None:
    later = threading.Event()

    def work(number: int) -> int:
        if number == 0:
            assert later.wait(10)
        if number == 3:
            later.set()
        return number * number

    assert list(ahead(work, range(6), 4)) == [0, 1, 4, 9, 16, 25]
