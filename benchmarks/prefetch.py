"""When reading ahead pays: a walk over 10,000 assignments, plain and with `prefetch()`, by the clock and in CPU time.

A small server in a child process answers at once, or after 20 ms as a service far away does. What the walk does with
each assignment is nothing, reading its answers, or a wait of 0.1 or 0.2 ms, as for a database. The two walks are made
in turn, several times over; printed are the median of each, the median of the paired ratios (prefetch / plain) with
their range, and whether the calls were as many.

    python benchmarks/prefetch.py [repetitions]
"""

from __future__ import annotations

import json
import multiprocessing
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection as Pipe

from against_boto3 import KEYS, an_assignment

from mturk import HIT, Assignment, Connection, tracer

ASSIGNMENTS, PAGE = 10_000, 100
FAR_AWAY = 0.020  # seconds for an answer
REPETITIONS = 7


class Paged(BaseHTTPRequestHandler):
    """Answers with page after page, whose tokens are their numbers, on a connection that stays open."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True
    delay = 0.0

    def do_POST(self) -> None:  # the name that http.server wants
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        page = int(asked.get("NextToken", "0"))
        numbers = range(page * PAGE, (page + 1) * PAGE)
        answer: dict[str, object] = {"NumResults": PAGE, "Assignments": [an_assignment(number) for number in numbers]}
        if (page + 1) * PAGE < ASSIGNMENTS:
            answer["NextToken"] = str(page + 1)
        body = json.dumps(answer).encode()
        time.sleep(self.delay)
        self.send_response(200)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class FarAway(Paged):
    """The same, after 20 ms."""

    delay = FAR_AWAY


def serve(pipe: Pipe) -> None:
    servers = [ThreadingHTTPServer(("127.0.0.1", 0), kind) for kind in (Paged, FarAway)]
    pipe.send([f"http://127.0.0.1:{server.server_address[1]}" for server in servers])
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    pipe.recv()


def waits(seconds: float) -> Callable[[Assignment], object]:
    """Wait so long for each assignment; for ten at once, because a sleep takes somewhat longer than it is told to."""
    count = iter(range(sys.maxsize))
    return lambda _: time.sleep(10 * seconds) if next(count) % 10 == 9 else None


USES: dict[str, Callable[[Assignment], object]] = {
    "nothing": lambda assignment: None,
    "reads the answers": lambda assignment: dict(assignment.answers),
    "waits 0.1 ms": waits(0.0001),
    "waits 0.2 ms": waits(0.0002),
}


class Walk:
    """One walk: seconds by the clock, seconds of CPU, calls."""

    def __init__(self, assignments: Iterable[Assignment], use: Callable[[Assignment], object]) -> None:
        calls: list[object] = []
        with tracer(calls.append):
            clock, cpu = time.perf_counter(), time.process_time()
            count = 0
            for assignment in assignments:
                use(assignment)
                count += 1
            self.clock, self.cpu = time.perf_counter() - clock, time.process_time() - cpu
        self.calls = len(calls)
        if count != ASSIGNMENTS:
            raise RuntimeError(f"{count} assignments came, not {ASSIGNMENTS}")


def row(name: str, pairs: list[tuple[Walk, Walk]]) -> str:
    def told(what: str) -> str:
        plain, ahead = ([getattr(walk, what) for walk in walks] for walks in zip(*pairs, strict=True))
        ratios = [after / before for before, after in zip(plain, ahead, strict=True)]
        middle = statistics.median(ratios)
        return (
            f"{statistics.median(plain):5.2f} s {statistics.median(ahead):5.2f} s"
            f"  x {middle:.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
        )

    same = all(plain.calls == ahead.calls for plain, ahead in pairs)
    return f"  {name:20} clock {told('clock')}   CPU {told('cpu')}   {'as many calls' if same else 'OTHER CALLS'}"


def main() -> None:
    repetitions = int(sys.argv[1]) if sys.argv[1:] else REPETITIONS
    here, there = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(there,))
    server.start()
    try:
        for url, place in zip(here.recv(), ("at once", "after 20 ms"), strict=True):
            print(f"{ASSIGNMENTS:,} assignments in pages of {PAGE}, each answer {place}:", flush=True)
            with Connection(url, access_key=KEYS["access"], secret_key=KEYS["secret"]) as connection:
                listed = HIT("3ABCDEFGHIJKLMNOPQRSTUVWXYZ012", connection=connection).assignments()
                for name, use in USES.items():
                    pairs = [(Walk(listed, use), Walk(listed.prefetch(), use)) for _ in range(repetitions)]
                    print(row(name, pairs), flush=True)
    finally:
        here.send(None)
        server.join()


if __name__ == "__main__":
    main()
