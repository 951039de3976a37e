"""Connections of strangers: those that wait longest make place, and none takes its time for ever."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from types import SimpleNamespace
from typing import Any

import pytest

from mturk.marketplace.error import SettingError
from mturk.marketplace.gate.connection_limit import ConnectionLimits
from mturk.marketplace.http.reception import Reception
from tests.marketplace.http.served import GET, Served, ask, everything, is_open, served, until

OK = b"HTTP/1.1 200 OK"
WAIT = b"GET /wait HTTP/1.1\r\nHost: lab\r\n\r\n"
LARGE_ANSWER = b"GET /size60000000 HTTP/1.1\r\nHost: lab\r\n\r\n"  # more than the system keeps for who does not read
OTHER = "127.0.0.2"


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def serve(stack: ExitStack, spared: str = "", **limits: float) -> Served:
    return stack.enter_context(served(limits=ConnectionLimits(**limits), spares=lambda address: address == spared))


def lines(stack: ExitStack, server: Served, number: int, data: bytes = b"", source: str = OTHER) -> list[socket.socket]:
    return [stack.enter_context(server.line(source, data)) for _ in range(number)]


def only_the_first_is_closed(found: list[socket.socket]) -> bool:
    return [is_open(line) for line in found] == [False] + [True] * (len(found) - 1)


@pytest.mark.parametrize("begun", [b"", b"POST / HT", GET[:-2]], ids=["nothing", "first line", "head"])
def test_when_it_is_full_the_one_that_waited_longest_makes_place(stack: ExitStack, begun: bytes) -> None:
    server = serve(stack, connections=20)
    strangers = lines(stack, server, 20, begun)
    assert ask(*lines(stack, server, 1, source="127.0.0.1")) == OK
    assert only_the_first_is_closed(strangers)


def test_who_has_asked_before_stays_longer_than_who_never_has(stack: ExitStack) -> None:
    server = serve(stack, connections=20)
    (known,) = lines(stack, server, 1)
    assert ask(known) == OK
    strangers = lines(stack, server, 30)
    until(lambda: [is_open(line) for line in strangers] == [False] * 11 + [True] * 19)
    assert ask(known) == OK


def test_of_those_who_asked_the_one_goes_that_asked_longest_ago(stack: ExitStack) -> None:
    server = serve(stack, connections=3)
    first, second, third = lines(stack, server, 3)
    for line in (first, second, third, first):
        assert ask(line) == OK
        until(lambda: not server.server._reception._busy)  # an answer is read before its thread is done with it
    assert ask(*lines(stack, server, 1)) == OK
    assert [is_open(line) for line in (first, second, third)] == [True, False, True]


def test_nobody_goes_who_is_being_answered(stack: ExitStack) -> None:
    server = serve(stack, connections=3)
    waiting = lines(stack, server, 3, WAIT)
    until(lambda: server.application.seen == ["/wait"] * 3)
    (late,) = lines(stack, server, 1, GET)
    assert all(is_open(line) for line in waiting)
    server.application.open.set()
    for line in waiting:
        assert line.recv(1000).startswith(OK)
    assert late.recv(1000).startswith(OK)


def test_who_does_not_read_an_answer_goes_before_nobody_can_come(stack: ExitStack) -> None:
    server = serve(stack, connections=3)
    lines(stack, server, 3, LARGE_ANSWER)
    until(lambda: len(server.application.seen) == 3)
    assert ask(*lines(stack, server, 1)) == OK


@pytest.mark.parametrize(
    ("data", "piece"),
    [
        (b"", b"G"),
        (b"GET / HTTP/1.1\r\nHost: lab\r\n", b"a: b\r\n"),
        (b"POST / HTTP/1.1\r\nHost: lab\r\nContent-Length: 90000\r\n\r\n", b"x"),
        (b"POST / HTTP/1.1\r\nHost: lab\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
    ],
    ids=["first line", "head", "body", "chunks"],
)
def test_a_request_that_comes_a_little_at_a_time_is_cut_off(stack: ExitStack, data: bytes, piece: bytes) -> None:
    server = serve(stack, head=0.5, silence=10)
    (slow,) = lines(stack, server, 1, data)
    slow.settimeout(0.1)
    answer = b""
    while not answer:
        slow.sendall(piece)
        try:
            answer = slow.recv(1000)
        except TimeoutError:
            continue
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert server.application.seen == []


def test_a_body_that_comes_fast_enough_may_take_longer_than_a_head(stack: ExitStack) -> None:
    server = serve(stack, head=0.5, silence=10, least_rate=10)
    (slow,) = lines(stack, server, 1, b"POST / HTTP/1.1\r\nHost: lab\r\nContent-Length: 60\r\n\r\n")
    slow.settimeout(0.1)
    for _ in range(30):  # three seconds, and two bytes in each tenth of one
        slow.sendall(b"xx")
        with suppress(TimeoutError):
            assert slow.recv(1000).startswith(OK)
            return
    slow.settimeout(10)
    assert slow.recv(1000).startswith(OK)


@pytest.mark.parametrize("data", [b"", b"GET / HTTP", LARGE_ANSWER], ids=["nothing", "a part", "an answer"])
def test_a_connection_without_any_news_is_closed(stack: ExitStack, data: bytes) -> None:
    server = serve(stack, silence=0.5)
    (silent,) = lines(stack, server, 1, data)
    if data == LARGE_ANSWER:
        until(lambda: server.application.seen)
        until(lambda: not server.server.held)
        assert len(everything(silent)) < 60_000_000
    else:
        everything(silent)


def test_one_address_has_so_many_and_its_own_longest_goes(stack: ExitStack) -> None:
    server = serve(stack, per_address=5)
    neighbours = lines(stack, server, 5, source="127.0.0.1")
    mine = lines(stack, server, 6)
    until(lambda: only_the_first_is_closed(mine))
    assert all(is_open(line) for line in neighbours)


def test_an_address_all_of_whose_connections_are_being_answered_has_no_more(stack: ExitStack) -> None:
    server = serve(stack, per_address=2)
    lines(stack, server, 2, WAIT)
    until(lambda: server.application.seen == ["/wait"] * 2)
    (more,) = lines(stack, server, 1)
    assert everything(more).startswith(b"HTTP/1.1 503 ")
    assert ask(*lines(stack, server, 1, source="127.0.0.1")) == OK


def test_a_trusted_proxy_has_as_many_connections_as_there_are(stack: ExitStack) -> None:
    server = serve(stack, per_address=2, spared=OTHER)
    assert [ask(line) for line in lines(stack, server, 10)] == [OK] * 10
    mine = lines(stack, server, 3, source="127.0.0.3")
    until(lambda: only_the_first_is_closed(mine))


def test_who_reads_no_answers_keeps_no_thread(stack: ExitStack) -> None:
    server = serve(stack, silence=60)
    unread = lines(stack, server, 8, LARGE_ANSWER + GET)
    until(lambda: len(server.application.seen) == 8)
    assert ask(*lines(stack, server, 1)) == OK
    assert server.application.seen.count("/") == 1
    end = b""
    while not end.endswith(b"\r\n\r\n/"):
        end = (end + unread[0].recv(1_000_000))[-9:]


def test_of_those_who_take_no_answers_the_address_with_most_of_them_is_cut_off(stack: ExitStack) -> None:
    server = serve(stack, silence=60, answers=130_000_000)
    lines(stack, server, 3, LARGE_ANSWER)
    (slow,) = lines(stack, server, 1, LARGE_ANSWER, source="127.0.0.1")
    until(lambda: len(server.application.seen) == 4 and server.server.held == 2)
    left = 60_000_000
    while left > 0 and (piece := slow.recv(1_000_000)):
        left -= len(piece)
    assert left <= 0


def test_a_request_that_another_thread_takes_up_as_it_is_put_off_is_answered_once() -> None:
    class Line:
        """It takes its answer, and is looked at by the server's thread, as soon as it is put off."""

        total_outbufs_len = 2_000_000
        _is_put_off = False

        @property
        def is_put_off(self) -> bool:
            return self._is_put_off

        @is_put_off.setter
        def is_put_off(self, value: bool) -> None:
            self._is_put_off = value
            if value:
                self.total_outbufs_len = 0
                Reception._answer(reception, self)  # type: ignore[arg-type]  # what of a channel matters here

    turns: list[object] = []
    threads = SimpleNamespace(add_task=turns.append)
    reception: Any = SimpleNamespace(_dispatchers=lambda _: threads)
    line = Line()
    Reception._answer(reception, line)  # type: ignore[arg-type]  # what of a channel matters here
    assert turns == [line]


def test_an_answer_that_is_taken_too_slowly_is_cut_off(stack: ExitStack) -> None:
    server = serve(stack, silence=60, head=0.5, least_rate=1e9)
    (slow,) = lines(stack, server, 1, LARGE_ANSWER)
    until(lambda: server.application.seen)
    until(lambda: not (slow.recv(1) and server.server.held))


@pytest.mark.parametrize(("name", "value"), [("connections", 0), ("silence", -1), ("head", "x"), ("bodies", True)])
def test_a_limit_is_a_number_above_0(name: str, value: object) -> None:
    with pytest.raises(SettingError, match=f"{name} is a number above 0, not {value!r}"):
        ConnectionLimits(**{name: value})  # type: ignore[arg-type]  # as a program without types may do


LIMITED = """
import logging, resource, sys
from mturk.marketplace.gate import open_files
logging.basicConfig(format="%(message)s")
resource.setrlimit(resource.RLIMIT_NOFILE, (int(sys.argv[1]), int(sys.argv[2])))
if sys.argv[3] == "serve":
    open_files.allow_connections(1000)
print(open_files.connections(1000), *resource.getrlimit(resource.RLIMIT_NOFILE))
"""


@pytest.mark.parametrize(
    ("who", "soft", "hard", "said", "logged"),
    [
        ("serve", 4000, 5000, "1000 4000 5000", ""),
        ("serve", 500, 5000, "1000 1600 5000", ""),
        ("serve", 500, 1000, "500 1000 1000", "enough for 500 connections and not for 1000"),
        ("serve", 256, 256, "128 256 256", "enough for 128 connections and not for 1000"),
        ("embedded", 4000, 5000, "1000 4000 5000", ""),
        ("embedded", 1024, 5000, "512 1024 5000", ""),
    ],
)
def test_as_many_files_are_opened_as_are_needed_or_allowed(
    who: str, soft: int, hard: int, said: str, logged: str
) -> None:
    command = [sys.executable, "-c", LIMITED, str(soft), str(hard), who]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == said
    assert logged in done.stderr
    assert bool(done.stderr) == bool(logged)


def test_a_marketplace_in_a_program_leaves_the_program_its_limits() -> None:
    code = """
import resource
from mturk.marketplace import Marketplace
hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (300, hard))
with Marketplace():
    print(resource.getrlimit(resource.RLIMIT_NOFILE) == (300, hard))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("True\n", "")


def test_when_no_more_files_can_be_opened_those_who_wait_make_place() -> None:
    code = """
import resource, socket
from mturk.marketplace.http.server import Server
def answer(environ, start_response):
    start_response("200 OK", [("Content-Length", "2")])
    return [b"ok"]
server = Server(answer, "127.0.0.1", 0, largest=lambda path: 100)
server.start()
address = server.socket.getsockname()
lines = [socket.create_connection(address) for _ in range(50)]
lines[-1].sendall(b"GET / HTTP/1.1\\r\\nHost: lab\\r\\n\\r\\n")
print(lines[-1].recv(1000).partition(b"\\r\\n")[0].decode())
here = max(line.fileno() for line in lines) + 60
resource.setrlimit(resource.RLIMIT_NOFILE, (here, here))
more = []
while True:
    try:
        more.append(socket.create_connection(address, 20))
    except OSError:
        break
more.pop().close()
caller = socket.create_connection(address, 20)
caller.sendall(b"GET / HTTP/1.1\\r\\nHost: lab\\r\\n\\r\\n")
print(caller.recv(1000).partition(b"\\r\\n")[0].decode())
server.stop()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout.split("\n") == ["HTTP/1.1 200 OK", "HTTP/1.1 200 OK", ""], done.stderr
