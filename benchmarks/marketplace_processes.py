"""What more processes buy on PostgreSQL: CreateHIT, and accept and submit, by one process and by several.

Each process opens the same database, as `mturk serve` does, and works with so many threads, without HTTP. The processes
take turns: one, then several, then one again. Printed are the calls a second of each and the median of the paired
ratios with its range. In the end no assignment was given out twice, and the marketplace's own audit finds nothing.

    python benchmarks/marketplace_processes.py postgresql://user@host/empty [--processes 4] [--threads 4] [--seconds 5]
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import statistics
import threading
import time
from collections.abc import Callable
from itertools import count
from multiprocessing.connection import Connection as Pipe

import sqlalchemy as sa
from marketplace_scale import MASTER_KEY, NEW_HIT, Full, hit_id, places

from mturk.marketplace import Marketplace, WorkerError
from mturk.marketplace.database import table
from mturk.marketplace.people import requester

HITS = 4_000
Step = Callable[[], bool]


def creator(market: Marketplace, number: int, thread: int) -> Step:
    def step() -> bool:
        market._dispatch.call(number, "CreateHIT", NEW_HIT)
        return True

    return step


def worker(market: Marketplace, number: int, thread: int) -> Step:
    chance = random.Random(os.getpid() * 100 + thread)
    places_left = chance.sample(range(2, HITS + 1), HITS - 1)
    names = count()
    somebody = market.worker(f"AP{os.getpid()}T{thread}")

    def step() -> bool:
        nonlocal places_left, somebody
        if not places_left:
            places_left = chance.sample(range(2, HITS + 1), HITS - 1)
            somebody = market.worker(f"AP{os.getpid()}T{thread}N{next(names)}")
        try:
            done = somebody.accept(hit_id(places_left.pop()))
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
            pipe.send(work(steps[order[0]], order[1]))


def work(steps: list[Step], seconds: float) -> int:
    end, done = time.monotonic() + seconds, [0] * len(steps)

    def go(place: int) -> None:
        while time.monotonic() < end:
            done[place] += steps[place]()

    threads = [threading.Thread(target=go, args=(place,)) for place in range(len(steps))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(done)


def rate(pipes: list[Pipe], kind: str, seconds: float) -> float:
    for pipe in pipes:
        pipe.send((kind, seconds))
    return sum(pipe.recv() for pipe in pipes) / seconds


def main(url: str, processes: int, threads: int, seconds: float, repetitions: int) -> None:
    context = multiprocessing.get_context("spawn")
    print(f"{os.cpu_count()} cores, {threads} threads a process")
    with places(url, 1) as (database,):
        full = Full(database, HITS)
        full.fill()
        full._store.write(lambda connection: connection.execute(table.hit.update().values(max_assignments=1000)))
        full.market.stop()
        pipes = []
        for _ in range(processes):
            here, there = context.Pipe()
            context.Process(target=run, args=(database, threads, there), daemon=True).start()
            pipes.append(here)
        assert [pipe.recv() for pipe in pipes] == ["ready"] * processes
        for kind in KINDS:
            rate(pipes, kind, 1)
            pairs = [(rate(pipes[:1], kind, seconds), rate(pipes, kind, seconds)) for _ in range(repetitions)]
            show(kind, processes, pairs)
        for pipe in pipes:
            pipe.send(None)
        audit(database)


def show(kind: str, processes: int, pairs: list[tuple[float, float]]) -> None:
    ratios = sorted(several / one for one, several in pairs)
    one, several = (statistics.median(each) for each in zip(*pairs, strict=True))
    spread = f"({ratios[0]:.2f}-{ratios[-1]:.2f})"
    print(
        f"{kind:18} 1: {one:6.0f} /s   {processes}: {several:6.0f} /s   x {statistics.median(ratios):.2f} {spread}",
        flush=True,
    )


def audit(database: str) -> None:
    with Marketplace(database, master_key=MASTER_KEY) as market:
        given = sa.select(table.assignment.c.hit, sa.func.count()).group_by(table.assignment.c.hit)
        most = sa.select(sa.func.count()).select_from(given.having(sa.func.count() > 1000).subquery())
        done = sa.select(sa.func.count()).select_from(table.assignment)
        over, number = market._store.read(lambda connection: [connection.execute(one).scalar() for one in (most, done)])
        print(f"{number:,} assignments, {over} HITs with too many; audit: {market.audit() or 'clean'}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("database")
    parser.add_argument("--processes", type=int, default=4)
    parser.add_argument("--threads", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--repetitions", type=int, default=3)
    told = parser.parse_args()
    main(told.database, told.processes, told.threads, told.seconds, told.repetitions)
