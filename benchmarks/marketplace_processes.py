"""What more processes buy on PostgreSQL: CreateHIT, and accept and submit, by one process and by several.

Each process opens the same database, as `mturk serve` does, and works with so many threads, without HTTP. The processes
take turns: one, then several, then one again. Printed are the calls a second of each and the median of the paired
ratios with its range. In the end the marketplace's own audit finds nothing.

With --slots so many assignments, nine of each HIT, are accepted by all processes at once, which all go for the same HIT
with more workers than it has places. Each must be given out once, and none more.

    python benchmarks/marketplace_processes.py postgresql://user@host/empty [--processes 4] [--threads 4] [--seconds 5]
    python benchmarks/marketplace_processes.py postgresql://user@host/empty --slots 100000
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import statistics
import threading
import time
from collections.abc import Callable, Sequence
from itertools import count
from multiprocessing.connection import Connection as Pipe

import sqlalchemy as sa
from empty_database import MASTER_KEY, places
from published_hit import NEW_HIT

from mturk.marketplace import Marketplace, WorkerError
from mturk.marketplace.database import table
from mturk.marketplace.people import requester

HITS, MOST = 4_000, 1_000
PER_HIT = 9
Step = Callable[[], bool]


def creator(market: Marketplace, number: int, thread: int) -> Step:
    def step() -> bool:
        market._dispatch.call(number, "CreateHIT", NEW_HIT)
        return True

    return step


def worker(market: Marketplace, number: int, thread: int) -> Step:
    chance = random.Random(os.getpid() * 100 + thread)
    hits = published(market)
    places_left = chance.sample(hits, len(hits))
    names = count()
    somebody = market.worker(f"AP{os.getpid()}T{thread}")

    def step() -> bool:
        nonlocal places_left, somebody
        if not places_left:
            places_left = chance.sample(hits, len(hits))
            somebody = market.worker(f"AP{os.getpid()}T{thread}N{next(names)}")
        try:
            done = somebody.accept(places_left.pop())
        except WorkerError:
            return False
        somebody.submit(done, {"label": "cat"})
        return True

    return step


KINDS = {"CreateHIT": creator, "accept + submit": worker}


def run(database: str, threads: int, pipe: Pipe) -> None:
    """A process: works when it is told what and how long, and tells how much it did."""
    with Marketplace(database, master_key=MASTER_KEY) as market:
        number = market._store.read(lambda connection: requester.find(connection, "requester")) or 0
        steps = {kind: [make(market, number, thread) for thread in range(threads)] for kind, make in KINDS.items()}
        pipe.send("ready")
        while (order := pipe.recv()) is not None:
            kind, amount = order
            pipe.send(scramble(market, threads) if kind == "slots" else work(steps[kind], amount))


def work(steps: list[Step], seconds: float) -> int:
    end, done = time.monotonic() + seconds, [0] * len(steps)

    def go(place: int) -> None:
        while time.monotonic() < end:
            done[place] += steps[place]()

    run_all([threading.Thread(target=go, args=(place,)) for place in range(len(steps))])
    return sum(done)


def run_all(threads: list[threading.Thread]) -> None:
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def scramble(market: Marketplace, threads: int) -> int:
    """Go for all HITs in their order, with more workers than each has places; how many places were got."""
    got, hits = [0] * threads, published(market)

    def go(place: int) -> None:
        workers = [market.worker(f"AS{os.getpid()}T{place}N{number}") for number in range(PER_HIT)]
        for hit in hits:
            for somebody in workers:
                try:
                    somebody.accept(hit)
                except WorkerError:
                    break  # none is left
                got[place] += 1

    run_all([threading.Thread(target=go, args=(place,)) for place in range(threads)])
    return sum(got)


def rate(pipes: list[Pipe], kind: str, amount: float, seconds: float | None = None) -> float:
    for pipe in pipes:
        pipe.send((kind, amount))
    return sum(pipe.recv() for pipe in pipes) / (seconds or amount)


def main(url: str, processes: int, threads: int, seconds: float, repetitions: int, slots: int) -> None:
    context = multiprocessing.get_context("spawn")
    print(f"{os.cpu_count()} cores, {threads} threads a process")
    hits = -(-slots // PER_HIT)
    with places(url, 1) as (database,):
        fill(database, *((hits, PER_HIT) if slots else (HITS, MOST)))
        pipes = []
        for _ in range(processes):
            here, there = context.Pipe()
            context.Process(target=run, args=(database, threads, there), daemon=True).start()
            pipes.append(here)
        assert [pipe.recv() for pipe in pipes] == ["ready"] * processes
        for kind in () if slots else KINDS:
            rate(pipes, kind, 1)
            pairs = [(rate(pipes[:1], kind, seconds), rate(pipes, kind, seconds)) for _ in range(repetitions)]
            show(kind, processes, pairs)
        if slots:
            got = rate(pipes, "slots", hits, 1)
            print(f"{hits * PER_HIT:,} places, {got:,.0f} given out by {processes} processes")
        for pipe in pipes:
            pipe.send(None)
        audit(database, PER_HIT if slots else MOST)


def show(kind: str, processes: int, pairs: list[tuple[float, float]]) -> None:
    ratios = sorted(several / one for one, several in pairs)
    one, several = (statistics.median(each) for each in zip(*pairs, strict=True))
    spread = f"({ratios[0]:.2f}-{ratios[-1]:.2f})"
    print(
        f"{kind:18} 1: {one:6.0f} /s   {processes}: {several:6.0f} /s   x {statistics.median(ratios):.2f} {spread}",
        flush=True,
    )


def fill(database: str, hits: int, most: int) -> None:
    """Publish so many HITs, with so many assignments each."""
    market = Marketplace(database, deposit=1_000_000, master_key=MASTER_KEY)
    number = market.requester("requester")._number
    for _ in range(hits):
        # None is given back because its time is over.
        new = {**NEW_HIT, "MaxAssignments": most, "AssignmentDurationInSeconds": 86_400}
        market._dispatch.call(number, "CreateHIT", new)
    market.stop()


def published(market: Marketplace) -> Sequence[str]:
    query = sa.select(table.hit.c.hit_id).order_by(table.hit.c.number)
    return market._store.read(lambda connection: connection.execute(query).scalars().all())


def audit(database: str, most: int) -> None:
    with Marketplace(database, master_key=MASTER_KEY) as market:
        given = sa.select(table.assignment.c.hit, sa.func.count()).group_by(table.assignment.c.hit)
        more = sa.select(sa.func.count()).select_from(given.having(sa.func.count() > most).subquery())
        done = sa.select(sa.func.count()).select_from(table.assignment)
        over, number = market._store.read(lambda connection: [connection.execute(one).scalar() for one in (more, done)])
        print(f"{number:,} assignments, {over} HITs with too many; audit: {market.audit() or 'clean'}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("database")
    parser.add_argument("--processes", type=int, default=4)
    parser.add_argument("--threads", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--slots", type=int, default=0)
    told = parser.parse_args()
    main(told.database, told.processes, told.threads, told.seconds, told.repetitions, told.slots)
