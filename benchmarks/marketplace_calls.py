"""What one call and one worker's step cost the marketplace: server CPU beside a bare hello, and statements.

Each server runs in a child process that is pinned to one core, on a durable SQLite file (WAL, synchronous=FULL) or on
PostgreSQL. The hello is a bare waitress whose application answers `{}`; it is sent the same signed request.
In each round every row is measured once, one after the other, and divided by the hello of that round: so what else the
machine does slows both. Printed is the median of the rounds, with the lowest and the highest.

CreateHIT asks the same question each time, which is judged once; "CreateHIT, new" another one each time. A pair is
`worker.accept` and `worker.submit` in the server's process, each in a transaction that is on the disk, of a
HIT that stays open. Statements are what SQLAlchemy's events count, reading and writing; BEGIN and COMMIT are not.

    python benchmarks/marketplace_calls.py [--database postgresql://user@host/empty] [--rounds 15] [--calls 200]
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sqlite3
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from itertools import count
from multiprocessing.connection import Connection as Pipe
from typing import TYPE_CHECKING, Any, NamedTuple

import sqlalchemy as sa
from empty_database import MASTER_KEY, places
from published_hit import NEW_HIT
from signing_client import Client
from waitress.server import create_server

from mturk.marketplace import Marketplace

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


_NUMBERS = count()


class Cost(NamedTuple):
    """What so many calls took: seconds of the server's CPU, and seconds by the clock."""

    cpu: float
    clock: float


def serve_hello(core: int, pipe: Pipe) -> None:
    """Answer `{}`; every message asks for the CPU time used so far, and None for the end."""

    def hello(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        environ["wsgi.input"].read()
        start_response("200 OK", [("Content-Type", "application/x-amz-json-1.1"), ("Content-Length", "2")])
        return [b"{}"]

    os.sched_setaffinity(0, {core})
    server = create_server(hello, host="127.0.0.1", port=0, threads=8)
    threading.Thread(target=server.run, daemon=True).start()
    pipe.send((f"http://127.0.0.1:{server.effective_port}", "AKIAHELLO", "secret"))
    while pipe.recv() is not None:
        pipe.send(time.process_time())


class Crowd:
    """Workers in the server's process, who take and hand in one HIT after the other."""

    def __init__(self, market: Marketplace, size: int) -> None:
        self._market = market
        self._workers = [market.worker(f"A{number:013}") for number in range(size)]
        self._requester = market.requester("requester")._number

    def work(self) -> Cost:
        """One pair of each worker, of a new HIT."""
        hit = self._new_hit()
        cpu, clock = time.process_time(), time.perf_counter()
        for worker in self._workers:
            worker.submit(worker.accept(hit), {"label": "cat"})
        return Cost(time.process_time() - cpu, time.perf_counter() - clock)

    def statements(self) -> dict[str, int]:
        """How many statements one step takes."""
        hit, worker = self._new_hit(), self._workers[0]
        accepted: list[str] = []
        return {
            "accept": self._count(lambda: accepted.append(worker.accept(hit))),
            "submit": self._count(lambda: worker.submit(accepted[0], {"label": "cat"})),
            "GetHIT": self._count(lambda: self._call("GetHIT", HITId=hit)),
            "CreateHIT": self._count(self._new_hit),
        }

    def _count(self, step: Callable[[], object]) -> int:
        seen: list[str] = []
        engine = self._market._store._engine

        def see(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
            seen.append(statement)

        sa.event.listen(engine, "before_cursor_execute", see)
        step()
        sa.event.remove(engine, "before_cursor_execute", see)
        return len(seen)

    def _new_hit(self) -> str:
        hit = self._call("CreateHIT", **{**NEW_HIT, "MaxAssignments": len(self._workers) + 10})["HIT"]
        return str(hit["HITId"])

    def _call(self, operation: str, **members: Any) -> dict[str, Any]:
        return self._market._dispatch.call(self._requester, operation, members)


def serve_market(database: str, core: int, calls: int, pipe: Pipe) -> None:
    """Serve the API, and let a crowd work where "work" or "statements" is asked for."""
    os.sched_setaffinity(0, {core})
    with Marketplace(database, deposit="1000000.00", master_key=MASTER_KEY) as market:
        crowd = Crowd(market, calls)
        asked: dict[str, Callable[[], Any]] = {
            "time": time.process_time,
            "work": crowd.work,
            "statements": crowd.statements,
        }
        pipe.send((market.url, market.access_key, market.secret_key))
        while (wish := pipe.recv()) is not None:
            pipe.send(asked[wish]())


class Child:
    """A server in a child process, and a client that asks it one thing after the other."""

    def __init__(self, serve: Callable[..., None], *given: Any) -> None:
        self._pipe, there = multiprocessing.Pipe()
        self._process = multiprocessing.get_context("spawn").Process(target=serve, args=(*given, there), daemon=True)
        self._process.start()
        self.client = Client(*self._pipe.recv())

    def ask(self, wish: str) -> Any:
        """What the child answers."""
        self._pipe.send(wish)
        return self._pipe.recv()

    def cost(self, calls: int, operation: str, members: Callable[[], dict[str, Any]]) -> Cost:
        """What so many calls take, each with the members that are made for it."""
        cpu, clock = self.ask("time"), time.perf_counter()
        for _ in range(calls):
            self.client.call(operation, members())
        return Cost(self.ask("time") - cpu, time.perf_counter() - clock)

    def stop(self) -> None:
        """End the child."""
        self._pipe.send(None)
        self._process.join()


def measure(database: str, rounds: int, calls: int) -> None:
    """Print all rows."""
    cores = sorted(os.sched_getaffinity(0))
    with ExitStack() as stack:
        hello = Child(serve_hello, cores[0])
        stack.callback(hello.stop)
        market = Child(serve_market, database, cores[0], calls)
        stack.callback(market.stop)
        os.sched_setaffinity(0, set(cores[1:]) or set(cores))
        hit = {"HITId": market.client.call("CreateHIT", NEW_HIT)["HIT"]["HITId"]}
        work: dict[str, Callable[[], Cost]] = {
            "hello": lambda: hello.cost(calls, "GetHIT", lambda: hit),
            "GetHIT": lambda: market.cost(calls, "GetHIT", lambda: hit),
            "CreateHIT": lambda: market.cost(calls, "CreateHIT", lambda: NEW_HIT),
            "CreateHIT, new": lambda: market.cost(calls, "CreateHIT", new_question),
            "accept + submit": lambda: market.ask("work"),
        }
        for step in work.values():
            step()  # the first time is slower
        found = [{name: step() for name, step in work.items()} for _ in range(rounds)]
        for name in work:
            tell(name, [one[name] for one in found], [one["hello"] for one in found], calls)
        counts = market.ask("statements")
        print("  statements: " + ", ".join(f"{name} {count}" for name, count in counts.items()))


def new_question() -> dict[str, Any]:
    """The members of a HIT that asks what no other does."""
    return {**NEW_HIT, "Question": NEW_HIT["Question"].replace("picture", f"picture {next(_NUMBERS)}")}


def tell(name: str, costs: list[Cost], hellos: list[Cost], calls: int) -> None:
    """Print one row."""
    each = statistics.median(cost.cpu for cost in costs) / calls * 1000
    ratios = sorted(cost.cpu / hello.cpu for cost, hello in zip(costs, hellos, strict=True))
    rates = sorted(calls / cost.clock for cost in costs)
    print(
        f"  {name:16} {each:6.3f} ms CPU   x {statistics.median(ratios):5.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})"
        f"   {statistics.median(rates):5.0f} /s ({rates[0]:.0f} to {rates[-1]:.0f})",
        flush=True,
    )


def main() -> None:
    """Read the options, and measure."""
    parser = argparse.ArgumentParser(description="Measure what calls and workers' steps cost the marketplace.")
    parser.add_argument("--database", help="an empty PostgreSQL database to use instead of an SQLite file")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--calls", type=int, default=200, help="of each kind in a round")
    given = parser.parse_args()
    with places(given.database, 1) as (place,):
        kind = "PostgreSQL" if given.database else f"SQLite {sqlite3.sqlite_version}"
        print(
            f"CPython {sys.version.split()[0]}, {os.cpu_count()} cores, {kind}, SQLAlchemy {sa.__version__}: "
            f"{given.rounds} rounds of {given.calls}"
        )
        measure(place, given.rounds, given.calls)


if __name__ == "__main__":
    main()
