"""A service that goes away for a while and comes back costs no call; one that never was there is told of soon."""

from __future__ import annotations

import json
import logging
import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from mturk import HIT, Connection, HITType, HTMLQuestion, TransportError, Unavailable
from mturk.connection.clock import Clock
from mturk.connection.operation import REPEAT, Repeat
from mturk.connection.retry import Quota
from tests.cli.test_program import serving
from tests.conftest import Time
from tests.judge import Judge, Raw, Refusal
from tests.page import PAGE

THREADS = 8
CALLS = ["CreateHIT", "GetHIT", "ApproveAssignment", "DeleteQualificationType", "NotifyWorkers", "MadeLater"]


class Service:
    """A server that can be stopped, and started again at its address."""

    def __init__(self) -> None:
        self.done: Counter[str] = Counter()
        self._server: ThreadingHTTPServer | None = None
        self._port = 0
        self._lock = threading.Lock()
        self.proxy_says: int | None = None
        self.proxy_says_when = 0
        self.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}/"

    def start(self) -> None:
        with self._lock:
            if self._server is None:
                self._server = ThreadingHTTPServer(("127.0.0.1", self._port), self._handler())
                self._port = self._server.server_port
                threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def stop(self) -> None:
        with self._lock:
            if self._server is not None:
                self._server.shutdown()
                self._server.server_close()
                self._server = None

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        service, done, counting = self, self.done, threading.Lock()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if service.proxy_says:
                    return self.refuse(service.proxy_says)
                with counting:
                    done[json.loads(body)["Name"]] += 1
                self.send_response(200)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")
                return None

            def refuse(self, status: int) -> None:
                self.send_response(status)
                if service.proxy_says_when:
                    self.send_header("Retry-After", str(service.proxy_says_when))
                self.send_header("Content-Length", "13")
                self.end_headers()
                self.wfile.write(b"<html></html>")

            def log_message(self, *_: Any) -> None:
                pass

        return Handler


@pytest.fixture
def service() -> Iterator[Service]:
    service = Service()
    yield service
    service.stop()


@pytest.fixture
def away(service: Service, timing: Time) -> Callable[[float], Clock]:
    """Stop the service, and give a clock by which it comes back after so many seconds."""

    def away(seconds: float) -> Clock:
        back = timing.now() + seconds

        def sleep(pause: float) -> None:
            timing.sleep(pause)
            if timing.now() >= back:
                service.start()

        service.stop()
        return Clock(timing.now, timing.now, sleep)

    return away


def meet(connection: Connection) -> None:
    """Have the connection know its service."""
    connection.call("GetAccountBalance", Name="first")


@pytest.mark.parametrize("attempts", [1, 5])
@pytest.mark.parametrize("seconds", [1, 60, 120])
def test_a_restart_costs_no_call_of_any_kind_and_none_is_done_twice(
    seconds: float,
    attempts: int,
    service: Service,
    connect: Callable[..., Connection],
    timing: Time,
    away: Callable[[float], Clock],
) -> None:
    clock = Clock(timing.now, timing.now, lambda pause: held.sleep(pause))
    connection = connect(service.url, clock=clock, max_attempts=attempts, max_wait=300)
    meet(connection)
    held = away(seconds)
    names = [f"{operation} {number}" for operation in CALLS for number in range(THREADS)]
    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(lambda name: connection.call(name.split()[0], Name=name), names))
    assert service.done == Counter(["first", *names])
    assert connection._policy.quota.take(Quota.FULL), "it took nothing of the quota"


def test_who_waits_for_a_service_to_come_back_waits_longer_each_time(
    service: Service, connect: Callable[..., Connection], timing: Time, away: Callable[[float], Clock]
) -> None:
    connection = connect(service.url)
    meet(connection)
    away(0)
    with pytest.raises(TransportError):
        connection.call("GetHIT", Name="x")
    assert timing.slept[:8] == pytest.approx([0.3, 0.6, 1.2, 2.4, 4.8, 5.0, 5.0, 5.0])
    assert sum(timing.slept) == pytest.approx(300), "the last wait is as long as is left"


@pytest.mark.parametrize("operation", CALLS)
def test_a_service_that_does_not_come_back_is_told_of_after_the_longest_wait(
    operation: str, service: Service, connect: Callable[..., Connection], away: Callable[[float], Clock]
) -> None:
    connection = connect(service.url, max_wait=40)
    meet(connection)
    away(0)
    with pytest.raises(TransportError, match=r"It answered before, and was waited for up to 40 seconds") as caught:
        connection.call(operation, Name="x")
    error = caught.value
    assert (error.unreachable, error.maybe_done, error.operation) == (True, False, operation)
    assert "refused" in str(error)
    assert str(error).endswith("Nothing was sent.")


def test_who_waits_for_nothing_is_told_at_once(
    service: Service, connect: Callable[..., Connection], timing: Time, away: Callable[[float], Clock]
) -> None:
    connection = connect(service.url, max_wait=0)
    meet(connection)
    away(0)
    with pytest.raises(TransportError, match="Nothing was sent"):
        connection.call("CreateHIT", Name="x")
    assert timing.slept == []


@pytest.mark.parametrize(("attempts", "times"), [(1, "once"), (5, "5 times")])
def test_an_address_where_nobody_ever_answered_is_told_of_soon(
    attempts: int,
    times: str,
    service: Service,
    connect: Callable[..., Connection],
    timing: Time,
    away: Callable[[float], Clock],
) -> None:
    connection = connect(service.url, max_attempts=attempts)
    away(0)
    with pytest.raises(TransportError, match=f"Tried {times}, and nobody has answered.*is the address right") as caught:
        connection.call("CreateHIT", Name="x")
    assert caught.value.unreachable
    assert service.url in str(caught.value)
    assert sum(timing.slept) < 5


@pytest.mark.parametrize("status", [400, 403, 404, 500])
def test_any_answer_of_the_service_shows_that_it_is_there(
    status: int, connect: Callable[..., Connection], timing: Time, judge: Judge
) -> None:
    judge.trouble_always(Raw(b"", status, done=False))
    connection = connect(judge.url, max_attempts=1)
    assert not connection._policy.presence.was_found
    with pytest.raises(Exception, match=str(status)):
        connection.call("GetAccountBalance")
    assert connection._policy.presence.was_found


# A proxy in front of it, which answers while the service is away.

BY_PROXY = [502, 503, 504]
REPEATED = [operation for operation in CALLS if REPEAT.get(operation, Repeat.NEVER) is not Repeat.NEVER]


@pytest.fixture
def hidden(service: Service, timing: Time) -> Callable[[float, int], Clock]:
    """Let a proxy answer for so many seconds, by a clock that is given."""

    def hidden(seconds: float, status: int) -> Clock:
        back = timing.now() + seconds

        def sleep(pause: float) -> None:
            timing.sleep(pause)
            service.proxy_says = service.proxy_says if timing.now() < back else None

        service.proxy_says = status
        return Clock(timing.now, timing.now, sleep)

    return hidden


@pytest.mark.parametrize("status", BY_PROXY)
@pytest.mark.parametrize("operation", REPEATED)
def test_a_restart_behind_a_proxy_costs_no_call_that_may_be_repeated(
    operation: str,
    status: int,
    service: Service,
    connect: Callable[..., Connection],
    timing: Time,
    hidden: Callable[[float, int], Clock],
) -> None:
    clock = Clock(timing.now, timing.now, lambda pause: held.sleep(pause))
    connection = connect(service.url, clock=clock, max_attempts=1)
    meet(connection)
    held = hidden(60, status)
    connection.call(operation, Name="x")
    assert service.done == Counter(["first", "x"])
    assert connection._policy.quota.take(Quota.FULL), "it took nothing of the quota"


@pytest.mark.parametrize("operation", sorted(set(CALLS) - set(REPEATED)))
def test_what_a_proxy_may_have_passed_on_is_not_repeated_where_that_does_harm(
    operation: str,
    service: Service,
    connect: Callable[..., Connection],
    timing: Time,
    hidden: Callable[[float, int], Clock],
) -> None:
    connection = connect(service.url)
    meet(connection)
    hidden(60, 502)
    with pytest.raises(Unavailable) as caught:
        connection.call(operation, Name="x")
    assert (caught.value.unreachable, caught.value.maybe_done, timing.slept) == (True, True, [])


def test_a_service_that_a_proxy_does_not_find_again_is_told_of_after_the_longest_wait(
    service: Service, connect: Callable[..., Connection], timing: Time, hidden: Callable[[float, int], Clock]
) -> None:
    connection = connect(service.url, max_wait=40)
    meet(connection)
    hidden(1000, 503)
    with pytest.raises(
        Unavailable, match=r"HTTP 503.*It answered before, and was waited for up to 40 seconds"
    ) as caught:
        connection.call("GetHIT", Name="x")
    assert (caught.value.unreachable, sum(timing.slept)) == (True, pytest.approx(40))


def test_a_proxy_behind_which_the_service_never_answered_is_told_of_soon(
    service: Service, connect: Callable[..., Connection], timing: Time, hidden: Callable[[float, int], Clock]
) -> None:
    connection = connect(service.url)
    hidden(1000, 502)
    for _ in range(2):
        with pytest.raises(Unavailable, match="proxy in between"):
            connection.call("GetHIT", Name="x")
    assert sum(timing.slept) < 10


def test_a_proxy_that_says_when_to_come_again_is_asked_then(
    service: Service, connect: Callable[..., Connection], timing: Time, hidden: Callable[[float, int], Clock]
) -> None:
    clock = Clock(timing.now, timing.now, lambda pause: held.sleep(pause))
    connection = connect(service.url, clock=clock)
    meet(connection)
    service.proxy_says_when = 30
    held = hidden(60, 503)
    connection.call("GetHIT", Name="x")
    assert timing.slept == [30, 30]


def test_an_error_of_the_service_itself_is_no_absence(
    service: Service, connect: Callable[..., Connection], timing: Time, judge: Judge
) -> None:
    judge.answer_with(lambda *_: Refusal("ServiceFault", "Later", status=503))
    with pytest.raises(Unavailable) as caught:
        connect(judge.url).call("GetAccountBalance")
    assert not caught.value.unreachable
    assert sum(timing.slept) < 10


def test_waiting_is_told_once_each_time_that_a_service_is_away(
    service: Service,
    connect: Callable[..., Connection],
    timing: Time,
    away: Callable[[float], Clock],
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock = Clock(timing.now, timing.now, lambda pause: held.sleep(pause))
    connection = connect(service.url, clock=clock)
    meet(connection)
    told = []
    with caplog.at_level(logging.WARNING, "mturk"):
        for seconds in (1, 30, 30):
            caplog.clear()
            held = away(seconds)
            connection.call("GetHIT", Name="x")
            connection.call("GetHIT", Name="x")
            told.append([record.getMessage() for record in caplog.records])
    assert told[0] == [], "a moment is not worth a line"
    for lines in told[1:]:
        (line,) = lines
        assert service.url in line
        assert line.endswith("Calls wait up to 300 seconds for it to come back.")


# The marketplace itself, in a process of its own.


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL], ids=["ended", "killed"])
def test_hits_that_threads_create_while_the_marketplace_is_restarted_are_all_there_once(
    how: signal.Signals, database: Path
) -> None:
    some_made, made = threading.Event(), []

    def create(number: int) -> str:
        hit = photos.create_hit(question, lifetime=3600, requester_annotation=str(number))
        made.append(hit.id)
        if len(made) >= 5 * THREADS:
            some_made.set()
        return hit.id

    with serving(database) as server:
        keys = server.exports
        connection = Connection(
            server.facts["Address"], access_key=keys["AWS_ACCESS_KEY_ID"], secret_key=keys["AWS_SECRET_ACCESS_KEY"]
        )
        port = str(connection.url.rstrip("/").rpartition(":")[2])
        photos = HITType.create("T", "D", "0.05", 60, connection=connection)
        question = HTMLQuestion(PAGE)
        with ThreadPoolExecutor(THREADS) as threads:
            creating = threads.map(create, range(20 * THREADS))
            assert some_made.wait(60)
            server.end(how)
            with serving(database, "--port", port):
                ids = list(creating)
                there = list(HIT.all(connection=connection))
    connection.close()
    assert len(set(ids)) == 20 * THREADS
    assert Counter(hit.id for hit in there) == Counter(ids)
    assert {hit.requester_annotation for hit in there} == {str(number) for number in range(20 * THREADS)}
