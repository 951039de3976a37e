"""Events: what handlers are told, how often, in which order, and with what in force."""

from __future__ import annotations

import asyncio
import contextvars
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import mturk
from mturk import HIT, Assignment, ConfigurationError, Connection, Event, Events, HITType, ValidationError
from mturk.connection.connection import by_default
from mturk.event.mark import Mark
from tests.event.said import ASSIGNMENT, RAW, TOPIC, Ear, eventually, happening, message, submissions, tell

SERVICE = "https://turk.my-lab.org:443"


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Connection]:
    """A connection on which nothing is called, with real time."""
    connection = Connection("https://turk.my-lab.org", access_key="a", secret_key="b")
    yield connection
    connection.close()


@pytest.fixture
def make(live: Connection, tmp_path: Path) -> Iterator[Callable[..., Events]]:
    """Make events that share one mark, as processes would; they are stopped after the test."""
    made: list[Events] = []

    def make(**options: Any) -> Events:
        made.append(Events(live, **{"mark": tmp_path / "mark.sqlite3", **options}))
        return made[-1]

    yield make
    for events in made:
        events.stop()


@pytest.fixture
def events(make: Callable[..., Events]) -> Events:
    return make()


def end_leases(events: Events) -> None:
    """Let half a minute pass for what a process had begun that is gone."""
    with events._engine.intake(events.connection).mark._storage.transaction() as transaction:
        transaction.change("UPDATE mturk_event SET lease = 0")


def test_a_handler_hears_what_it_asked_for_and_nothing_else(events: Events) -> None:
    ear = events.on("AssignmentSubmitted", Ear())
    tell(events, happening("HITReviewable"), happening(), happening("AssignmentAccepted", HITId="3B"))
    everything = events.on("any", Ear())
    assert [event.type for event in ear.wait(1)] == ["AssignmentSubmitted"]
    tell(events, happening("HITDisposed"))
    everything.wait(1)
    assert len(ear.heard) == 1


def test_any_hears_every_event_also_what_has_no_listener(events: Events) -> None:
    ear = events.on("any", Ear())
    tell(events, happening(), happening("HITPainted"), happening("Ping"))
    assert {event.type for event in ear.wait(3)} == {"AssignmentSubmitted", "HITPainted", "Ping"}


@pytest.mark.parametrize(
    ("asked", "heard"),
    [
        ({"hit_type": HITType("3T1")}, ["1"]),
        ({"hit_type": "3T2"}, ["2", "3"]),
        ({"hit_type": ["3T1", HITType("3T2")]}, ["1", "2", "3"]),
        ({"hit": HIT("3H3")}, ["3"]),
        ({"hit": ["3H1", "3H3"]}, ["1", "3"]),
        ({"hit": "3H1", "hit_type": "3T2"}, []),
    ],
)
def test_a_handler_may_ask_for_some_hits_and_types_only(events: Events, asked: Any, heard: list[str]) -> None:
    ear, everything = events.on("AssignmentSubmitted", Ear(), **asked), events.on("any", Ear())
    for number, hit_type in (("1", "3T1"), ("2", "3T2"), ("3", "3T2")):
        tell(events, happening(HITId=f"3H{number}", HITTypeId=hit_type, AssignmentId=number))
    everything.wait(3)
    eventually(lambda: sorted(event.assignment_id or "" for event in ear.heard) == heard)


def test_on_is_a_decorator_that_leaves_the_function_as_it_is(events: Events) -> None:
    @events.on(["AssignmentSubmitted", "assignmentReturned"])
    def review(event: Event) -> str:
        return event.id

    (event,) = tell(events, happening())
    assert review(event) == event.id


def test_a_method_can_listen_and_stop_listening(events: Events) -> None:
    class Review:
        def __init__(self) -> None:
            self.ear = Ear()

        def submitted(self, event: Event) -> None:
            self.ear(event)

    review, everything = Review(), events.on("any", Ear())
    events.on("AssignmentSubmitted", review.submitted)
    tell(events, happening())
    review.ear.wait(1)
    assert events.off("AssignmentSubmitted", review.submitted) == 1
    tell(events, happening(AssignmentId="3OTHER"))
    everything.wait(2)
    assert len(review.ear.heard) == 1


def test_once_hears_the_first_alone(events: Events) -> None:
    ear, everything = events.once("AssignmentSubmitted", Ear()), events.on("any", Ear())
    tell(events, *submissions(3))
    everything.wait(3)
    assert len(ear.heard) == 1


def test_once_that_failed_is_tried_again(events: Events) -> None:
    ear = events.once("AssignmentSubmitted", Ear(fails=1))
    (event,) = tell(events, happening())
    assert ear.wait(2) == [event, event]


def test_off_without_arguments_ends_all(events: Events) -> None:
    events.on("any", Ear())
    events.on("Ping", Ear())
    assert events.off() == 2


def test_an_event_is_told_once_whoever_brings_it_how_often(make: Callable[..., Events]) -> None:
    first, second = make(), make()
    ear = Ear()
    first.on("any", ear)
    second.on("any", ear)
    for events in (first, second, first, second):
        tell(events, *submissions(5), happening("HITReviewable"), document="d")
    ear.wait(6)
    time.sleep(0.3)
    assert len(ear.heard) == len(set(ear.heard)) == 6


def test_what_was_told_is_not_told_by_a_later_program(make: Callable[..., Events]) -> None:
    first = make()
    ear = first.on("any", Ear())
    tell(first, happening())
    ear.wait(1)
    first.stop()
    later = make()
    again = later.on("any", Ear())
    tell(later, happening(), happening("HITExpired"))
    assert [event.type for event in again.wait(1)] == ["HITExpired"]


def test_what_was_received_and_not_begun_is_told_by_a_later_program(make: Callable[..., Events]) -> None:
    first = make()
    tell(first, happening())  # nobody listens
    first.stop()
    later = make()
    ear = later.on("any", Ear())
    later.start()
    assert [event.id for event in ear.wait(1)] == [f"AssignmentSubmitted:{ASSIGNMENT}"]


def test_a_program_without_a_handler_uses_nothing_up(make: Callable[..., Events]) -> None:
    web, worker = make(), make()
    tell(web, happening())
    web.start()
    time.sleep(0.3)
    ear = worker.on("any", Ear())
    worker.start()
    ear.wait(1)


def test_one_hits_events_come_in_order_and_never_two_at_a_time(events: Events) -> None:
    at_work, most = 0, 0
    ear = Ear()

    def handle(event: Event) -> None:
        nonlocal at_work, most
        at_work += 1
        most = max(most, at_work)
        time.sleep(0.01)
        at_work -= 1
        ear(event)

    events.on("any", handle)
    told = [event.id for event in tell(events, *submissions(20))]
    ear.wait(20)
    assert (ear.ids, most) == (told, 1)


def test_a_handler_that_blocks_does_not_hold_up_other_hits(events: Events) -> None:
    free, ear = threading.Event(), Ear()

    @events.on("any")
    def handle(event: Event) -> None:
        if event.hit_id == "3BLOCKED":
            free.wait(20)
        ear(event)

    tell(events, *submissions(20, "3BLOCKED"), *(one for hit in "ABCDEFGH" for one in submissions(5, f"3{hit}")))
    ear.wait(40)
    assert {event.hit_id for event in ear.heard} == {f"3{hit}" for hit in "ABCDEFGH"}
    free.set()
    ear.wait(60)


def test_a_handler_that_raises_is_called_again_and_the_others_are_not(events: Events) -> None:
    failing, fine = events.on("any", Ear(fails=2)), events.on("any", Ear())
    (event,) = tell(events, happening())
    assert failing.wait(3) == [event] * 3
    tell(events, happening("HITReviewable"))
    failing.wait(4)
    assert len(fine.heard) == 2


def test_while_one_hits_event_is_tried_again_others_go_on(events: Events) -> None:
    ear = Ear()

    @events.on("any")
    def handle(event: Event) -> None:
        ear(event)
        if event.hit_id == "3FAILS" and ear.heard.count(event) < 3:
            raise RuntimeError("not yet")

    first, _, after = tell(
        events, *submissions(1, "3FAILS"), *submissions(1, "3FINE"), happening("HITExpired", HITId="3FAILS")
    )
    ear.wait(5)
    assert [event for event in ear.heard if event.hit_id == "3FAILS"] == [first, first, first, after]
    assert ear.heard.index(next(event for event in ear.heard if event.hit_id == "3FINE")) < 3


def test_after_all_attempts_on_failure_gets_the_event_and_the_error(
    make: Callable[..., Events], caplog: pytest.LogCaptureFixture
) -> None:
    given: list[tuple[Any, Exception]] = []
    events = make(attempts=2, on_failure=lambda event, error: given.append((event, error)))
    ear = events.on("any", Ear(fails=9))
    (event,) = tell(events, happening())
    eventually(lambda: given)
    assert (given[0][0], str(given[0][1]), len(ear.heard)) == (event, "not yet", 2)
    assert any("is given up" in record.getMessage() for record in caplog.records if record.levelno == logging.ERROR)


def test_an_on_failure_that_fails_is_logged_and_hurts_nobody(
    make: Callable[..., Events], caplog: pytest.LogCaptureFixture
) -> None:
    events = make(attempts=1, on_failure=lambda event, error: 1 / 0)
    ear = events.on("any", Ear(fails=1))
    tell(events, *submissions(2))
    ear.wait(2)
    eventually(lambda: any("on_failure failed itself" in record.getMessage() for record in caplog.records))


def test_a_handler_that_leaves_the_program_is_one_that_failed(events: Events) -> None:
    ear = Ear()

    @events.on("any")
    def handle(event: Event) -> None:
        ear(event)
        if len(ear.heard) == 1:
            sys.exit(3)

    tell(events, happening())
    ear.wait(2)


def test_async_handlers_run_on_one_loop_side_by_side(events: Events) -> None:
    loops, ear, both = set(), Ear(), threading.Barrier(2, timeout=20)

    @events.on("any")
    async def handle(event: Event) -> None:
        loops.add(asyncio.get_running_loop())
        await asyncio.to_thread(both.wait)
        ear(event)

    tell(events, *submissions(1, "3A"), *submissions(1, "3B"))
    ear.wait(2)
    assert len(loops) == 1


def test_an_async_handler_that_raises_is_called_again(events: Events) -> None:
    ear = Ear(fails=1)

    @events.on("any")
    async def handle(event: Event) -> None:
        ear(event)

    tell(events, happening())
    ear.wait(2)


@pytest.mark.parametrize("kind", ["function", "coroutine"])
def test_in_a_handler_its_connection_is_in_force(events: Events, live: Connection, kind: str) -> None:
    found: list[Any] = []

    def look(event: Event) -> None:
        found.append((mturk.current(), event.assignment and event.assignment.connection, Assignment("3A").connection))

    async def look_async(event: Event) -> None:
        look(event)

    events.on("any", look if kind == "function" else look_async)
    tell(events, happening())
    eventually(lambda: found)
    assert found == [(live, live, live)]


def test_stop_waits_for_what_runs_and_begins_nothing_new(events: Events) -> None:
    begun, ended = Ear(), Ear()

    @events.on("any")
    def handle(event: Event) -> None:
        begun(event)
        time.sleep(0.3)
        ended(event)

    tell(events, *submissions(10))
    begun.wait(1)
    events.stop()
    assert begun.heard == ended.heard
    assert len(begun.heard) < 10
    assert not [one for one in threading.enumerate() if one.name.startswith("mturk-")]


def test_a_handler_may_stop_its_own_events(make: Callable[..., Events]) -> None:
    events, stopped = make(workers=1), Ear()

    @events.on("any")
    def handle(event: Event) -> None:
        events.stop()
        stopped(event)

    tell(events, *submissions(2))
    stopped.wait(1)
    eventually(lambda: not [one for one in threading.enumerate() if one.name.startswith("mturk-worker")])
    assert len(stopped.heard) == 1


def test_what_stop_left_is_told_after_the_next_start(events: Events) -> None:
    ear = Ear()

    @events.on("any")
    def handle(event: Event) -> None:
        ear(event)
        time.sleep(0.1)

    tell(events, *submissions(5))
    ear.wait(1)
    events.stop()
    events.start()
    ear.wait(5)
    assert len(set(ear.heard)) == 5


def test_what_a_killed_process_had_begun_is_told_again_and_nothing_else(
    make: Callable[..., Events], tmp_path: Path
) -> None:
    program = """
import os, signal, sys
from mturk import Connection, Events
from tests.event.said import submissions, tell
events = Events(Connection("https://turk.my-lab.org", access_key="a", secret_key="b"), mark=sys.argv[1], workers=1)
told = 0
@events.on("any")
def handle(event):
    global told
    told += 1
    print(event.id, flush=True)
    if told == 4:
        os.kill(os.getpid(), signal.SIGKILL)
tell(events, *(one for number in range(10) for one in submissions(1, f"3H{number}")))
import time; time.sleep(20)
"""
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "mark.sqlite3")], capture_output=True, text=True, timeout=60
    )
    before = done.stdout.split()
    assert len(before) == 4
    events = make()
    ear = events.on("any", Ear())
    events.start()
    ear.wait(6)
    assert set(before) & set(ear.ids) == set()
    end_leases(events)
    heard = [event.id for event in ear.wait(7)]
    assert sorted(set(heard)) == sorted(heard)
    assert set(before) & set(heard) == {before[-1]}
    assert len(set(before) | set(heard)) == 10


def test_an_event_whose_handling_kills_every_process_is_given_up(make: Callable[..., Events], tmp_path: Path) -> None:
    given: list[Any] = []
    events = make(attempts=1, on_failure=lambda event, error: given.append((event.id, str(error))))
    (event,) = tell(events, happening())
    for _ in range(2):
        process = Mark(tmp_path / "mark.sqlite3", SERVICE)
        assert process.turn(None) is not None
        process.close()
        end_leases(events)
    ear = events.on("any", Ear())
    eventually(lambda: given)
    assert given == [(event.id, "It was begun 2 times by processes that then ended.")]
    assert ear.heard == []


def test_events_of_another_service_in_the_same_mark_are_left_alone(make: Callable[..., Events], tmp_path: Path) -> None:
    with Connection("sandbox", access_key="a", secret_key="b") as sandbox:
        trial = Events(sandbox, mark=tmp_path / "mark.sqlite3")
        (told,) = tell(trial, happening())
        trial.stop()
    events = make()
    ear = events.on("any", Ear())
    tell(events, happening("HITExpired"))
    ear.wait(1)
    time.sleep(0.2)
    assert told not in ear.heard


def test_who_listens_in_the_foreground_waits_for_the_handler_that_stops_it(events: Events) -> None:
    done = []

    @events.on("any")
    def end(event: Event) -> None:
        events.stop()
        time.sleep(0.3)
        done.append(event)

    tell(events, happening())
    events._engine.stopped.wait(20)
    assert len(done) == 1
    assert not [one for one in threading.enumerate() if one.name.startswith("mturk-worker")]


def test_two_handlers_may_stop_their_events_at_once(events: Events) -> None:
    both = threading.Barrier(2, timeout=20)

    @events.on("any")
    def end(event: Event) -> None:
        both.wait()
        events.stop()

    tell(events, *submissions(1, "3A"), *submissions(1, "3B"))
    assert events._engine.stopped.wait(20)


def test_an_async_handler_may_stop_its_own_events(events: Events) -> None:
    @events.on("any")
    async def end(event: Event) -> None:
        events.stop()

    tell(events, happening())
    assert events._engine.stopped.wait(20)
    assert not [one for one in threading.enumerate() if one.name in ("mturk-loop", "mturk-keeper")]


@pytest.mark.parametrize("error", [SystemExit, KeyboardInterrupt, asyncio.CancelledError, GeneratorExit])
@pytest.mark.parametrize("kind", ["function", "coroutine"])
def test_nothing_that_a_handler_raises_ends_a_thread(
    make: Callable[..., Events], error: type[BaseException], kind: str
) -> None:
    given: list[Exception] = []
    events = make(workers=1, attempts=1, on_failure=lambda event, error: given.append(error))
    ear = events.on("AssignmentApproved", Ear())

    def fail(event: Event) -> None:
        raise error

    async def fail_async(event: Event) -> None:
        raise error

    events.on("AssignmentSubmitted", fail if kind == "function" else fail_async)
    tell(events, happening(), happening("AssignmentApproved"))
    ear.wait(1)
    assert len(given) == 1


def test_an_on_failure_that_leaves_the_program_ends_no_thread(make: Callable[..., Events]) -> None:
    events = make(workers=1, attempts=1, on_failure=lambda event, error: sys.exit())
    ear = events.on("any", Ear(fails=1))
    tell(events, *submissions(2))
    ear.wait(2)


def test_what_a_handler_puts_in_force_is_gone_with_it(make: Callable[..., Events]) -> None:
    events = make(workers=1)
    variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable", default="none")
    found = []

    @events.on("any")
    def handle(event: Event) -> None:
        found.append(variable.get())
        variable.set(event.id)

    tell(events, *submissions(3))
    eventually(lambda: len(found) == 3)
    assert set(found) == {"none"}


def test_a_killed_process_does_not_count_as_a_failed_attempt(make: Callable[..., Events], tmp_path: Path) -> None:
    events = make(attempts=1)
    (event,) = tell(events, happening())
    process = Mark(tmp_path / "mark.sqlite3", SERVICE)
    assert process.turn(None) is not None
    process.close()
    end_leases(events)
    ear = events.on("any", Ear())
    assert ear.wait(1) == [event]


def test_handlers_that_are_alike_but_for_what_they_hear_are_told_apart(make: Callable[..., Events]) -> None:
    ear, other = Ear(fails=1), Ear()

    def handler(target: Ear) -> Callable[[Event], None]:
        def handle(event: Event) -> None:
            target(event)

        return handle

    first = make()
    first.on("AssignmentSubmitted", handler(ear))
    first.on("any", handler(other))
    tell(first, happening())
    other.wait(1)
    first.stop()
    later = make()
    later.on("any", handler(other))
    later.on("AssignmentSubmitted", handler(ear))
    later.start()
    ear.wait(2)
    time.sleep(0.1)
    assert len(other.heard) == 1


def test_once_that_is_taken_away_while_it_fails_is_not_called_again(events: Events) -> None:
    begun, go, everything = Ear(), threading.Event(), events.on("HITExpired", Ear())

    @events.once("AssignmentSubmitted")
    def handle(event: Event) -> None:
        begun(event)
        go.wait(20)
        raise RuntimeError("no")

    tell(events, happening())
    begun.wait(1)
    assert events.off("AssignmentSubmitted", handle) == 1
    go.set()
    tell(events, *submissions(1, "3OTHER"), happening("HITExpired", HITId="3OTHER"))
    everything.wait(1)
    assert len(begun.heard) == 1


def test_many_events_of_one_hit_are_begun_without_a_search_among_them(make: Callable[..., Events]) -> None:
    events = make()
    tell(events, *submissions(500))
    mark = events._engine.intake(events.connection).mark
    with mark._storage.transaction() as transaction:
        (row,) = transaction.rows("SELECT count(*) AS heads FROM mturk_event WHERE state = 0 AND head = 1")
    assert row["heads"] == 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork there")
def test_a_forked_child_goes_on_although_its_parent_was_writing(tmp_path: Path) -> None:
    program = """
import os, sys, threading
from mturk import Connection, Events
from tests.event.said import Ear, eventually, happening, submissions, tell
events = Events(Connection("https://turk.my-lab.org", access_key="a", secret_key="b"), mark=sys.argv[1])
ear = events.on("any", Ear())
threading.Thread(target=lambda: [tell(events, *submissions(1, f"3P{number}")) for number in range(300)]).start()
ear.wait(20)
child = os.fork()
if child == 0:
    told = [event.id for event in tell(events, *(happening("HITExpired", HITId=f"3C{number}") for number in range(50)))]
    # Parent and child share the work.
    eventually(lambda: not events._engine.intake(events.connection).mark.unfinished(told))
    events.stop()
    os._exit(7)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
events.stop()
"""
    command = [sys.executable, "-c", program, str(tmp_path / "mark.sqlite3")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "7", done.stderr


# Wrong use.


@pytest.mark.parametrize(
    ("handler", "said"),
    [
        (lambda: None, "cannot be called with an event alone: write it as `def review"),
        (lambda event, other: None, "cannot be called with an event alone"),
        ("review", "a handler must be a function"),
    ],
)
def test_a_handler_that_cannot_be_called_is_refused(events: Events, handler: Any, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        events.on("any", handler)


def test_an_unknown_name_is_refused_before_the_function_is_there(events: Events) -> None:
    with pytest.raises(ValidationError, match="there is no event 'Submitted'"):
        events.on("Submitted")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"workers": 0}, "workers must be from 1"),
        ({"attempts": "many"}, "attempts must be an int"),
        ({"on_failure": "log"}, "on_failure must be a function"),
        ({"topics": [7]}, "topics must be a list of str"),
    ],
)
def test_wrong_options_are_refused(make: Callable[..., Events], options: Any, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        make(**options)


@pytest.mark.parametrize("hit_type", [HIT("3HIT"), "3 bad", 7])
def test_something_else_than_a_type_is_refused(events: Events, hit_type: Any) -> None:
    with pytest.raises(ValidationError, match="hit_type must be"):
        events.on("any", Ear(), hit_type=hit_type)


@pytest.mark.parametrize("things", [(), (Assignment("3A"),), ("not an id",)])
def test_only_hits_and_types_can_be_watched(events: Events, things: Any) -> None:
    with pytest.raises(ValidationError, match="watch"):
        events.watch(*things)


@pytest.mark.parametrize("source", ["queue", 7, ""])
def test_an_unknown_source_is_refused_with_those_there_are(events: Events, source: Any) -> None:
    with pytest.raises(ValidationError, match='the URL of an SQS queue, "poll", or "push"'), events.listening(source):
        pass


def test_push_is_for_a_marketplace_in_this_process(events: Events) -> None:
    with pytest.raises(ConfigurationError, match=r"lab\.org/ is elsewhere"), events.listening("push"):
        pass


@pytest.mark.parametrize("every", [0, -1, "60", True, 100_000])
def test_a_poll_needs_seconds(events: Events, every: Any) -> None:
    with pytest.raises(ValidationError, match="every must be seconds"), events.listening("poll", every=every):
        pass


def test_a_service_that_cannot_be_reached_is_told_at_once(make: Callable[..., Events], tmp_path: Path) -> None:
    with Connection("http://127.0.0.1:1", access_key="a", secret_key="b", max_attempts=1) as connection:
        events = Events(connection, mark=tmp_path / "mark.sqlite3")
        events.on("any", Ear())
        with pytest.raises(mturk.TransportError), events.listening("poll"):
            pass
        assert repr(events) == "<Events not listening>"


def test_who_listens_without_a_handler_is_told(
    make: Callable[..., Events], mturk_connection: Connection, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    events = Events(mturk_connection, mark=tmp_path / "other.sqlite3")
    with events.listening("poll"):
        assert any("Nobody listens to these events yet" in record.getMessage() for record in caplog.records)


def test_without_topics_nothing_is_received(events: Events) -> None:
    with pytest.raises(ConfigurationError, match="topics"):
        events.receive("{}", {})


# mturk.on and its like.


def test_handlers_from_before_the_connection_are_the_first_default_ones(
    live: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MTURK_MARK", str(tmp_path / "mark.sqlite3"))
    ear = mturk.on("AssignmentSubmitted", Ear())
    gone = mturk.on("any", Ear())
    assert mturk.off("any", gone) == 1
    with by_default(live):
        tell(live.events, happening())
        ear.wait(1)
        assert mturk.off(handler=ear) == 1
    assert gone.heard == []


def test_the_names_of_the_module_are_those_of_the_connection_in_force(
    live: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MTURK_MARK", str(tmp_path / "mark.sqlite3"))
    with mturk.using(live):
        ear, first = mturk.on("any", Ear()), mturk.once("any", Ear())
        tell(live.events, *submissions(2))
        ear.wait(2)
        assert len(first.heard) == 1
        assert mturk.off("any") == 1
    assert os.path.exists(tmp_path / "mark.sqlite3")


def test_topics_may_be_given_once(make: Callable[..., Events]) -> None:
    events = make(topics=[TOPIC])
    ear = events.on("any", Ear())
    events.receive(message(happening()), RAW, raw=True)
    ear.wait(1)
