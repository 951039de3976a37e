"""What a service that is not AWS, or somebody on the way, sends to a script that uses the SDK."""

from __future__ import annotations

import gzip
import itertools
import time
from collections.abc import Iterable, Iterator

import mturk
from mturk import MTurkError
from tests.attacks.arena import Attacker
from tests.connection.far_end import Server

LARGEST = 100_000
OK = b"HTTP/1.1 200 OK\r\n"
LONG = 20.0  # seconds, which is much longer than a call may take here


def told(_: Attacker, answer: Iterable[bytes]) -> str:
    """The error of a call that is answered so, and whether the rest of the answer was left unread."""
    began = time.monotonic()
    with Server(answer) as server:
        url = f"http://127.0.0.1:{server.port}"
        options = {"access_key": "AKIDEXAMPLE", "secret_key": "hush", "max_attempts": 1}
        with mturk.Connection(url, response_limit=LARGEST, timeout=(5, 5, 2), **options) as connection:
            try:
                connection.balance()
            except MTurkError as error:
                assert time.monotonic() - began < LONG
                return f"{type(error).__name__}{', given up' if 'given up' in str(error) else ''}"
    return "taken"


def endless(head: bytes = b"Content-Length: 400000000\r\n") -> Iterator[bytes]:
    """An answer of 400 MB."""
    return itertools.chain([OK + head + b"\r\n"], itertools.repeat(b"x" * 65_536))


def slow() -> Iterator[bytes]:
    """An answer that comes a byte at a time, and so never stands still."""
    yield OK + b"Content-Length: 90000\r\n\r\n"
    for _ in range(600):
        time.sleep(0.1)  # as slow as it is meant to be
        yield b" "


def packed() -> Iterable[bytes]:
    """An answer that is a thousand times as large when it is unpacked."""
    content = gzip.compress(bytes(64_000_000))
    yield OK + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n%b" % (len(content), content)


def body(content: bytes) -> Iterable[bytes]:
    """An answer with that content."""
    yield OK + b"Content-Type: application/x-amz-json-1.1\r\nContent-Length: %d\r\n\r\n%b" % (len(content), content)
