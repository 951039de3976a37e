"""Days of a busy lab in minutes: whether anything grows that should not, and whether anything is lost.

    python benchmarks/soak.py [--days 7] [--workers 5000] [--a-day 20000] [--database postgresql://user@host/empty]

Each market hour a requester publishes HITs through the API, and made-up workers come and do them. An hour later the
requester approves half of what was handed in, and pays some bonuses; the rest is approved by itself after twelve hours,
and after thirty the HITs are deleted. A queue is told of every submission, and emptied each hour. Printed are, for each
day, the assignments that were accepted, how many a second of this machine's time, the memory of the process, and the
events that wait; in the end the rate of the last hour by that of the first (by the clock, and by the process' CPU time,
which other work on the machine leaves alone), what was told, what `market.audit()` finds.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections import deque
from pathlib import Path

import sqlalchemy as sa
from empty_database import MASTER_KEY, places
from published_hit import PAGE

import mturk
from mturk import HIT, HITType, HTMLQuestion
from mturk.event.queue import Queue
from mturk.marketplace import Crowd, Marketplace
from mturk.marketplace.database import table

VISIT = 8.0
PER_HIT = 9
DECIDED_AFTER, DELETED_AFTER = 1, 30  # hours
QUESTION = HTMLQuestion(PAGE)


class Lab:
    """A requester who publishes, decides and cleans up, hour by hour."""

    def __init__(self, market: Marketplace, connection: mturk.Connection, an_hour: int) -> None:
        self._connection = connection
        self._an_hour = an_hour
        self._queue = Queue(market.queue("submissions").url, connection)
        self._types = [self._type(number) for number in range(20)]
        self._published: deque[list[HIT]] = deque()
        self.told = 0

    def _type(self, number: int) -> HITType:
        delay = 12 * 3600
        made = HITType.create(
            f"Label {number}", "Say what it is", "0.05", 3600, auto_approval_delay=delay, connection=self._connection
        )
        made.notify(self._queue.url, ["AssignmentSubmitted"])
        return made

    def publish(self) -> None:
        """Put up an hour's work."""
        types = [self._types[number % len(self._types)] for number in range(self._an_hour // PER_HIT + 1)]
        self._published.append([one.create_hit(QUESTION, 20 * 3600, max_assignments=PER_HIT) for one in types])

    def decide(self) -> None:
        """Approve half of what was handed in of the last hour's HITs, and delete those that are old."""
        if len(self._published) > DECIDED_AFTER:
            for number, hit in enumerate(self._published[-1 - DECIDED_AFTER]):
                for assignment in hit.assignments(status="Submitted")[: PER_HIT // 2]:
                    assignment.approve()
                    if number % 20 == 0:
                        assignment.pay_bonus("0.10", "thorough")
        if len(self._published) > DELETED_AFTER:
            for hit in self._published.popleft():
                assert not hit.close(undecided="approve"), f"{hit} is open after {DELETED_AFTER} hours"

    def hear(self) -> None:
        """Take what waits in the queue."""
        while messages := self._queue.receive(wait=0):
            self.told += sum(len(json.loads(message.body)["Events"]) for message in messages)
            self._queue.delete(messages)


def memory() -> float:
    """What the process has in memory, in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def waiting(market: Marketplace) -> int:
    """How many events wait in the outbox."""
    count = sa.select(sa.func.count()).select_from(table.event)
    return int(market._store.read(lambda database: database.execute(count).scalar_one()))


def main() -> None:
    """Run the lab, and say what came of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--days", type=float, default=7)
    parser.add_argument("--workers", type=int, default=5_000)
    parser.add_argument("--a-day", type=int, default=20_000)
    parser.add_argument("--database", help="an empty PostgreSQL database to use instead of an SQLite file")
    given = parser.parse_args()
    with places(given.database, 1) as (place,):
        run(place, round(given.days * 24), given.workers, given.a_day)


def run(place: str, hours: int, workers: int, a_day: int) -> None:
    """Play so many market hours."""
    an_hour = round(a_day / 24 * 1.4)
    crowd = Crowd(workers=workers, arrivals=an_hour / VISIT * 1.4, visit=VISIT)
    rates: list[float] = []
    by_cpu: list[float] = []
    with (
        Marketplace(place, deposit=1_000_000, master_key=MASTER_KEY) as market,
        mturk.Connection(market.url, access_key=market.access_key, secret_key=market.secret_key) as connection,
    ):
        lab = Lab(market, connection, an_hour)
        day, submitted = 0, 0
        begin = time.perf_counter()
        for hour in range(hours):
            started, used = time.perf_counter(), time.process_time()
            lab.publish()
            tally = market.simulate(crowd, hours=1, seed=hour)
            lab.decide()
            lab.hear()
            rates.append(tally.accepted / (time.perf_counter() - started))
            by_cpu.append(tally.accepted / (time.process_time() - used))
            day += tally.accepted
            submitted += tally.submitted
            if (hour + 1) % 24 == 0 or hour == hours - 1:
                rate = day / (time.perf_counter() - begin)
                print(
                    f"day {hour // 24 + 1}: {day:7,} accepted, {rate:5.0f} a second, {memory():5.0f} MB,"
                    f" {waiting(market):4} events wait",
                    flush=True,
                )
                day, begin = 0, time.perf_counter()
        deadline = time.monotonic() + 60
        while waiting(market) and time.monotonic() < deadline:
            time.sleep(0.2)
        lab.hear()
        print(f"rate of the last hour by the first: {rates[-1] / rates[0]:.2f}, by CPU {by_cpu[-1] / by_cpu[0]:.2f}")
        first, last = sum(by_cpu[:24]) / len(by_cpu[:24]), sum(by_cpu[-24:]) / len(by_cpu[-24:])
        print(f"mean rate of the last 24 hours by that of the first, by CPU: {last / first:.2f}")
        print(f"{submitted:,} submissions, {lab.told:,} told; audit: {market.audit() or 'clean'}")


if __name__ == "__main__":
    main()
