"""The end of a server: what was asked is answered."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from mturk.marketplace.gate.connection_limit import ConnectionLimits
from mturk.marketplace.http.api import TARGET
from tests.marketplace.http.served import GET, Served, ask, everything, served, until

WAIT = b"GET /wait HTTP/1.1\r\nHost: lab\r\n\r\n"
THREADS = 8
LARGE = 30_000_000
MANY = 5_000


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture(autouse=True)
def silent(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Nothing of all this is worth a line of the log."""
    yield
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == []


def ask_on(stack: ExitStack, server: Served, number: int, data: bytes) -> list[socket.socket]:
    return [stack.enter_context(server.line(data=data)) for _ in range(number)]


def begin_to_stop(server: Served) -> threading.Thread:
    ending = threading.Thread(target=server.server.stop)
    ending.start()
    until(lambda: refuses(server))
    return ending


def refuses(server: Served) -> bool:
    try:
        server.line().close()
    except (ConnectionRefusedError, ConnectionResetError):  # reset: it closed while this one came
        return True
    return False


def test_what_is_answered_and_what_waits_for_its_turn_is_finished(stack: ExitStack) -> None:
    server = stack.enter_context(served())
    found = ask_on(stack, server, THREADS + 20, WAIT)
    until(lambda: server.server.held == THREADS + 20 and len(server.application.seen) == THREADS)
    ending = begin_to_stop(server)
    server.application.open.set()
    answers = [everything(line) for line in found]
    assert [answer.startswith(b"HTTP/1.1 200 OK") for answer in answers] == [True] * (THREADS + 20)
    assert all(b"\r\nConnection: close\r\n" in answer for answer in answers)
    ending.join()


def test_who_reads_does_not_wait_for_old_programs_that_change_things_by_get(stack: ExitStack) -> None:
    server = stack.enter_context(served())
    ask_on(stack, server, THREADS + 1, b"GET /wait?Operation=DisposeHIT&AWSAccessKeyId=A HTTP/1.1\r\nHost: lab\r\n\r\n")
    until(lambda: len(server.application.seen) == THREADS)
    assert ask(stack.enter_context(server.line())).startswith(b"HTTP/1.1 200 OK")
    assert server.application.seen == ["/wait"] * THREADS + ["/"], "the ninth of the others still waits"


def test_what_does_not_get_its_turn_in_time_is_told_to_come_again(stack: ExitStack) -> None:
    server = stack.enter_context(served(turn=0.2))
    running = ask_on(stack, server, THREADS, WAIT)
    until(lambda: len(server.application.seen) == THREADS)
    waiting = ask_on(stack, server, 20, GET)
    until(lambda: server.server.held == THREADS + 20)
    ending = begin_to_stop(server)
    for answer in [everything(line) for line in waiting]:
        assert answer.startswith(b"HTTP/1.1 503 Service Unavailable\r\n")
        assert b"\r\nRetry-After: 5\r\n" in answer
        assert b'"__type": "ServiceFault"' in answer
    server.application.open.set()
    assert [everything(line).startswith(b"HTTP/1.1 200 OK") for line in running] == [True] * THREADS
    ending.join()


def test_a_request_that_has_begun_can_be_sent_to_its_end(stack: ExitStack) -> None:
    server = stack.enter_context(served())
    (line,) = ask_on(stack, server, 1, GET[:10])
    until(lambda: server.server.held)
    ending = begin_to_stop(server)
    line.sendall(GET[10:])
    assert everything(line).startswith(b"HTTP/1.1 200 OK")
    ending.join()


def test_a_request_that_does_not_end_is_told_to_come_again(stack: ExitStack) -> None:
    server = stack.enter_context(served(turn=0.2))
    (line,) = ask_on(stack, server, 1, GET[:10])
    until(lambda: server.server.held)
    server.server.stop()
    assert everything(line).startswith(b"HTTP/1.1 503 ")


def test_a_connection_on_which_nothing_happens_is_closed_at_once(stack: ExitStack) -> None:
    server = stack.enter_context(served(turn=60, finish=60))
    known, new = ask_on(stack, server, 2, b"")
    ask(known)
    server.server.stop()
    assert (everything(known), everything(new)) == (b"", b"")


def test_what_comes_on_a_connection_soon_after_is_answered(stack: ExitStack) -> None:
    server = stack.enter_context(served(limits=ConnectionLimits(farewell=10)))
    (line,) = ask_on(stack, server, 1, b"")
    ask(line)
    ending = begin_to_stop(server)
    line.sendall(GET)
    answer = everything(line)
    assert answer.startswith(b"HTTP/1.1 200 OK")
    assert b"\r\nConnection: close\r\n" in answer
    ending.join()


def test_an_answer_is_sent_to_its_end(stack: ExitStack) -> None:
    server = stack.enter_context(served())
    (line,) = ask_on(stack, server, 1, f"GET /size{LARGE} HTTP/1.1\r\nHost: lab\r\n\r\n".encode())
    until(lambda: server.application.seen)
    ending = begin_to_stop(server)
    assert len(everything(line)) > LARGE
    ending.join()


@pytest.mark.parametrize("spared", [False, True], ids=["by its connections", "by what a proxy says"])
def test_who_sends_much_keeps_nobody_else_from_their_turn(stack: ExitStack, spared: bool) -> None:
    """With as many as there are threads at work, and many more that wait, another's is the next but one."""
    server = stack.enter_context(served(spares=lambda address: spared))
    source = "127.0.0.1" if spared else "127.0.0.2"
    said = b"\r\nX-Forwarded-For: 10.9.9.9, %b" if spared else b""
    much = WAIT.replace(b"Host: lab", b"Host: lab" + (said % b"192.0.2.1" if spared else b""))
    ask_on(stack, server, THREADS, much)
    until(lambda: len(server.application.seen) == THREADS)
    ask_on(stack, server, 20, much.replace(b"/wait", b"/much"))
    until(lambda: server.server.waiting == 20)
    one = GET.replace(b"GET / ", b"GET /one ").replace(
        b"Host: lab", b"Host: lab" + (said % b"192.0.2.2" if spared else b"")
    )
    stack.enter_context(server.line(source, one))
    until(lambda: server.server.waiting == 21)
    server.application.open.set()
    until(lambda: "/one" in server.application.seen)
    assert server.application.seen.index("/one") <= 2 * THREADS


@pytest.mark.parametrize(
    "said",
    [
        b"Authorization: AWS4-HMAC-SHA256 Credential=AKIA%b/20260101/us-east-1/x/aws4_request",
        b"Cookie: mturk-session=%b",
    ],
    ids=["keys", "cookies"],
)
def test_who_sends_much_keeps_nobody_at_the_same_address_from_their_turn(stack: ExitStack, said: bytes) -> None:
    server = stack.enter_context(served())
    much, one = (GET.replace(b"Host: lab", b"Host: lab\r\n" + said % who) for who in (b"MUCH", b"ONE"))
    ask_on(stack, server, THREADS, WAIT)
    until(lambda: len(server.application.seen) == THREADS)
    ask_on(stack, server, 40, much.replace(b"GET / ", b"GET /much "))
    until(lambda: server.server.waiting == 40)
    ask_on(stack, server, 1, one.replace(b"GET / ", b"GET /one "))
    until(lambda: server.server.waiting == 41)
    server.application.open.set()
    until(lambda: "/one" in server.application.seen)
    assert server.application.seen.index("/one") <= 2 * THREADS


def test_receivers_of_messages_who_come_late_are_told_to_come_again(stack: ExitStack) -> None:
    target = f"X-Amz-Target: {TARGET}ListHITs"
    server = stack.enter_context(served(turn=0.2))
    receive = WAIT.replace(b"Host: lab", b"Host: lab\r\nX-Amz-Target: AmazonSQS.ReceiveMessage")
    found = ask_on(stack, server, 66, receive)
    (call,) = ask_on(stack, server, 1, GET.replace(b"Host: lab", f"Host: lab\r\n{target}".encode()))
    assert call.recv(1000).startswith(b"HTTP/1.1 200 OK")  # receivers take no thread of others
    until(lambda: len(server.application.seen) == 65)
    ending = begin_to_stop(server)
    late = [everything(line) for line in found[64:]]
    assert [answer.startswith(b"HTTP/1.1 503 ") for answer in late] == [True, True]
    server.application.open.set()
    ending.join()


def test_the_end_does_not_wait_for_ever(stack: ExitStack, caplog: pytest.LogCaptureFixture) -> None:
    server = stack.enter_context(served(turn=0.1, finish=0.2))
    ask_on(stack, server, 1, WAIT)
    until(lambda: server.application.seen)
    server.server.stop()
    assert [record.getMessage() for record in caplog.records] == ["1 thread(s) still running"]
    caplog.clear()


def test_the_end_comes_though_others_go_on_to_come(stack: ExitStack) -> None:
    ending, came = threading.Event(), 0

    def spares(address: str) -> bool:
        nonlocal came
        came += 1
        if ending.is_set() and came < MANY:
            server.line().close()  # whoever is taken in has brought somebody along
        return False

    server = stack.enter_context(served(spares=spares))
    ending.set()
    ask_on(stack, server, 1, b"")
    server.server.stop()
    assert came < MANY


def test_a_connection_that_makes_trouble_keeps_nobody_else_out(
    stack: ExitStack, caplog: pytest.LogCaptureFixture
) -> None:
    trouble = [True]

    def spares(address: str) -> bool:
        if trouble.pop() if trouble else False:
            raise ArithmeticError("a fault of ours")
        return False

    server = stack.enter_context(served(spares=spares))
    first, second = ask_on(stack, server, 2, b"")
    assert everything(first) == b""
    assert ask(second) == b"HTTP/1.1 200 OK"
    assert [record.getMessage() for record in caplog.records] == ["a connection could not be taken in"]
    caplog.clear()
