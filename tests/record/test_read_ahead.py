"""A list that reads ahead is the same list, with the same calls, only that the next page is asked for sooner."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from itertools import islice
from typing import Any

import pytest
from django.template import Context, Engine
from hypothesis import given, settings
from hypothesis import strategies as st

from mturk import HIT, Collection, Connection, TransportError
from mturk.record.read_ahead import ReadAhead
from tests.judge import Judge, Refusal
from tests.record.test_collection import Numbers

WAIT = 30  # seconds for what comes at once, unless something is broken


def settle() -> None:
    """Wait for all pages that are on their way."""
    for thread in threading.enumerate():
        if thread.name == "mturk-prefetch":
            thread.join(WAIT)
            assert not thread.is_alive()


@pytest.fixture(autouse=True)
def _nothing_is_left() -> Iterator[None]:
    yield
    settle()


class Slow(Numbers):
    """A service whose answers to all but the first call wait until they are let go."""

    def __init__(self, total: int) -> None:
        super().__init__(total)
        self.arrived = threading.Event()
        self.let_go = threading.Event()

    def ask(self, token: str | None, size: int) -> dict[str, Any]:
        if token is not None:
            self.arrived.set()
            assert self.let_go.wait(WAIT)
        return super().ask(token, size)


@settings(deadline=None)  # a thread for each page takes its time on a busy machine
@given(
    st.integers(0, 450),
    st.frozensets(st.integers(0, 4)),
    st.booleans(),
    st.sampled_from([7, 99, 100]),
    st.sampled_from([None, 1, 3]),
)
def test_a_walk_that_reads_ahead_gives_the_same_by_the_same_calls(
    total: int, empty: frozenset[int], last_empty: bool, size: int, every: int | None
) -> None:
    def walked(ahead: bool) -> tuple[list[int], list[list[int]], list[tuple[str | None, int]]]:
        numbers = Numbers(total, empty, last_empty)
        listed = numbers.collection()
        if ahead:
            listed = listed.prefetch()
        if every is not None:
            listed = listed.where(lambda number: number % every == 0)
        return list(listed), [page.items for page in listed.pages(size)], numbers.asked

    assert walked(ahead=True) == walked(ahead=False)


@pytest.mark.parametrize("order", ["prefetch first", "where first"])
def test_a_condition_is_tried_where_the_walk_is_and_not_in_the_other_thread(order: str) -> None:
    tried_in = set()

    def even(number: int) -> bool:
        tried_in.add(threading.current_thread())
        return number % 2 == 0

    listed = Numbers(250).collection()
    listed = listed.prefetch().where(even) if order == "prefetch first" else listed.where(even).prefetch()
    assert list(listed) == list(range(0, 250, 2))
    assert tried_in == {threading.current_thread()}


def test_the_next_page_is_asked_for_while_the_last_is_used() -> None:
    numbers = Slow(250)
    walk = iter(numbers.collection().prefetch())
    assert numbers.asked == []
    assert next(walk) == 0
    assert numbers.arrived.wait(WAIT)
    # Its answer is still out, and the rest of this page is there all the same.
    assert list(islice(walk, 99)) == list(range(1, 100))
    assert numbers.asked == [(None, 100)]
    numbers.let_go.set()
    assert list(walk) == list(range(100, 250))


def test_pages_are_read_ahead_too() -> None:
    numbers = Slow(25)
    pages = numbers.collection().prefetch().pages(10)
    assert next(pages).items == list(range(10))
    assert numbers.arrived.wait(WAIT)
    numbers.let_go.set()
    assert [page.items for page in pages] == [list(range(10, 20)), list(range(20, 25))]


def test_a_walk_that_is_broken_off_has_asked_for_one_page_more_at_most() -> None:
    numbers = Numbers(1000)
    for number in numbers.collection().prefetch():
        if number == 150:
            break
    settle()
    assert [token for token, _ in numbers.asked] == [None, "100/1", "200/2"]


@pytest.mark.parametrize(
    "look",
    [
        lambda listed: listed.first(),
        bool,
        lambda listed: listed[0],
        lambda listed: listed[120],
        lambda listed: listed[:10],
        lambda listed: listed[:150],
        lambda listed: listed[120:],
        lambda listed: listed.count(),
        lambda listed: listed.page().items,
        repr,
        iter,
        lambda listed: listed.where(lambda number: number > 5).first(),
    ],
)
def test_what_is_no_walk_reads_nothing_ahead(look: Callable[[Any], object]) -> None:
    plain, ahead = Numbers(250), Numbers(250)
    threads = set()

    def ask(token: str | None, size: int) -> dict[str, Any]:
        threads.add(threading.current_thread())
        return ahead.ask(token, size)

    expected = look(plain.collection())
    found = look(Collection("numbers", ask, lambda answer: answer["Numbers"]).prefetch())
    settle()
    assert found == expected or look is iter
    assert ahead.asked == plain.asked
    assert threads <= {threading.current_thread()}


@pytest.mark.parametrize("circle", [1, 2, 3, 7])
def test_a_list_that_leads_back_into_itself_costs_no_call_more(circle: int) -> None:
    asked: dict[bool, list[str | None]] = {True: [], False: []}
    for ahead, tokens in asked.items():

        def ask(token: str | None, size: int, tokens: list[str | None] = tokens) -> dict[str, Any]:
            tokens.append(token)
            return {"Numbers": [1], "NextToken": str((int(token or "0") + 1) % circle + 100)}

        listed = Collection("numbers", ask, lambda answer: answer["Numbers"])
        with pytest.raises(TransportError, match="NextToken leads back"):
            list(listed.prefetch() if ahead else listed)
    settle()
    assert asked[True] == asked[False]


class Breaking(Numbers):
    """A service that fails from the second page on."""

    def ask(self, token: str | None, size: int) -> dict[str, Any]:
        answer = super().ask(token, size)
        if token is not None:
            raise TransportError("the line is cut")
        return answer


def test_an_error_is_raised_where_the_walk_gets_to_its_page() -> None:
    walk = iter(Breaking(250).collection().prefetch())
    assert list(islice(walk, 100)) == list(range(100))
    with pytest.raises(TransportError, match="the line is cut"):
        next(walk)


def test_a_page_whose_call_fails_is_asked_for_once() -> None:
    numbers = Breaking(250)
    with pytest.raises(TransportError, match="the line is cut"):
        list(numbers.collection().prefetch())
    assert [token for token, _ in numbers.asked] == [None, "100/1"]


def test_an_error_of_a_page_that_nobody_gets_to_is_nobodys() -> None:
    numbers = Breaking(250)
    walk = iter(numbers.collection().prefetch())
    assert next(walk) == 0
    settle()
    assert len(numbers.asked) == 2
    assert list(islice(walk, 99)) == list(range(1, 100))


def test_what_is_in_force_for_the_walk_is_in_force_for_the_call() -> None:
    lab = ContextVar("lab", default="nobody's")
    seen = []
    numbers = Numbers(250)

    def ask(token: str | None, size: int) -> dict[str, Any]:
        seen.append(lab.get())
        return numbers.ask(token, size)

    listed = Collection("numbers", ask, lambda answer: answer["Numbers"]).prefetch()
    lab.set("linguists")
    assert list(listed) == list(range(250))
    assert seen == ["linguists"] * 3


def test_each_walk_of_a_list_that_reads_ahead_begins_anew() -> None:
    numbers = Numbers(150)
    listed = numbers.collection().prefetch()
    one, other = iter(listed), iter(listed)
    assert [next(one), next(other), *one] == [0, 0, *range(1, 150)]
    assert list(other) == list(range(1, 150))


def _ask(token: str | None, size: int) -> dict[str, Any]:
    return Numbers(250).ask(token, size)


def _read(answer: dict[str, Any]) -> list[int]:
    return list(answer["Numbers"])


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_a_list_is_pickled_with_its_reading_ahead(protocol: int) -> None:
    listed = Collection("numbers", _ask, _read)
    for one in (listed, listed.prefetch()):
        again = pickle.loads(pickle.dumps(one, protocol))
        assert list(again) == list(range(250))
        assert again._ahead == one._ahead


def in_a_program(script: str) -> str:
    """What a program prints that has a list of `ask`, whose second page never comes."""
    beginning = (
        "import sys, threading\n"
        "from mturk.record.collection import Collection\n"
        "def ask(token, size):\n"
        "    if token: threading.Event().wait()\n"
        "    return {'N': [1, 2], 'NextToken': 't'}\n"
        "listed = Collection('numbers', ask, lambda answer: answer['N'])\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", beginning + script], capture_output=True, text=True, check=True, timeout=WAIT
    )
    return ran.stdout


def test_a_walk_that_is_dropped_does_not_keep_the_program_alive() -> None:
    assert in_a_program("for number in listed.prefetch():\n    print(number)\n    break\n") == "1\n"


def test_to_read_ahead_loads_no_executors() -> None:
    heavy = in_a_program(
        "next(iter(listed.prefetch()))\nprint({'concurrent.futures', 'multiprocessing'} & {*sys.modules})"
    )
    assert heavy == "set()\n"


def test_a_forked_child_goes_on_with_the_walk() -> None:
    parent, answers = os.getpid(), threading.Event()
    numbers = Numbers(250)

    def ask(token: str | None, size: int) -> dict[str, Any]:
        if token is not None and os.getpid() == parent:
            assert answers.wait(WAIT)
        return numbers.ask(token, size)

    walk = iter(Collection("numbers", ask, lambda answer: answer["Numbers"]).prefetch())
    assert next(walk) == 0
    with warnings.catch_warnings():  # newer Pythons warn of forks beside threads, which is what is tried here
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:  # no test framework in here
        signal.alarm(WAIT)
        try:
            os._exit(0 if list(walk) == list(range(1, 250)) else 1)
        except BaseException:
            os._exit(2)
    answers.set()
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert list(walk) == list(range(1, 250))


def test_where_no_thread_can_be_started_it_is_done_when_it_is_needed() -> None:
    done: list[int] = []
    before = threading.stack_size(2**46)  # more than a machine has
    try:
        late = ReadAhead(lambda: done.append(1) or "found")
    finally:
        threading.stack_size(before)
    assert done == []
    assert (late.result(), done) == ("found", [1])


def test_calls_that_are_throttled_on_the_way_wait_as_always(judge: Judge, connection: Connection) -> None:
    judge.answer("ListHITs", {"HITs": [{"HITId": "3A"}], "NextToken": "t"})
    judge.answer("ListHITs", Refusal("ThrottlingException", "Rate exceeded"))
    judge.answer("ListHITs", {"HITs": [{"HITId": "3B"}]})
    assert [hit.id for hit in HIT.all(connection=connection).prefetch()] == ["3A", "3B"]
    assert judge.bodies("ListHITs") == [{"MaxResults": 100}, *[{"MaxResults": 100, "NextToken": "t"}] * 2]


def test_the_service_is_asked_while_the_records_of_the_last_page_are_used(judge: Judge, connection: Connection) -> None:
    asked, used = threading.Event(), threading.Event()

    def answer(operation: str, body: dict[str, Any]) -> dict[str, Any]:
        if body.get("NextToken") is None:
            return {"Assignments": [{"AssignmentId": "3A", "WorkerId": "A1"}], "NextToken": "t"}
        asked.set()
        assert used.wait(WAIT)
        return {"Assignments": [{"AssignmentId": "3B", "WorkerId": "A2"}]}

    judge.answer_with(answer)
    walk = iter(HIT("3X", connection=connection).assignments().prefetch())
    assert next(walk).id == "3A"
    assert asked.wait(WAIT)
    used.set()
    assert [assignment.id for assignment in walk] == ["3B"]


def test_a_django_template_walks_a_list_that_reads_ahead(judge: Judge, connection: Connection) -> None:
    judge.answer("ListAssignmentsForHIT", {"Assignments": [{"AssignmentId": "3A", "WorkerId": "A1"}], "NextToken": "t"})
    judge.answer("ListAssignmentsForHIT", {"Assignments": [{"AssignmentId": "3B", "WorkerId": "A2"}]})
    text = "{% for a in hit.assignments.prefetch %}{{ a.worker_id }} {% endfor %}"
    hit = HIT("3X", connection=connection)
    assert Engine().from_string(text).render(Context({"hit": hit})) == "A1 A2 "
