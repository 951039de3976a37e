"""What a worker is offered, page after page: the time of a page among 10, 1,000 and 10,000 open groups.

Each marketplace is filled by bulk insert. Three workers look: one who is new; one who has done 5,000 HITs of what is
still open and is blocked by a requester; and one who looks for what they may accept, which is nothing, so that a page
looks through as many groups as it may. Timed in turn are the first page (`worker.groups()`), a page from the middle,
and the whole walk; printed is each one's median with its range, in CPU time of this process (on SQLite that is all)
and by the clock.

    python benchmarks/group_list.py [--database postgresql://user@host/empty] [--repetitions 40]
"""

from __future__ import annotations

import argparse
import contextlib
import statistics
import time
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from copied_rows import add
from empty_database import MASTER_KEY, places
from filled_market import id_of
from published_hit import FORM_HIT

from mturk.marketplace import Marketplace, Worker
from mturk.marketplace.database import table
from mturk.marketplace.hit import offer
from mturk.marketplace.people import worker

SIZES = (10, 1_000, 10_000)
DONE = 5_000
WALK, WALKS = "the whole walk", 5
NEW, BUSY, UNFIT = "A1NEW", "A2BUSY", "A3UNFIT"
WORKERS = {NEW: "new", BUSY: "5,000 done, a block", UNFIT: "nothing to accept"}


class Offered:
    """A marketplace with so many open groups of one HIT each, and those who look."""

    def __init__(self, database: str, groups: int) -> None:
        self.groups = groups
        self.market = Marketplace(database, fees=0, deposit=groups * 10, master_key=MASTER_KEY)
        requester = self.market.requester("Vision lab")
        other = self.market.requester("Another lab")
        self.workers = {one: self.market.worker(one) for one in WORKERS}
        call = self.market._dispatch.call
        type_id = call(requester._number, "CreateQualificationType", {
            "Name": "Careful", "Description": "Works with care", "QualificationTypeStatus": "Active",
        })["QualificationType"]["QualificationTypeId"]  # fmt: skip
        for one in WORKERS:
            grant = {"QualificationTypeId": type_id, "WorkerId": one, "IntegerValue": 90 if one != UNFIT else 10}
            call(requester._number, "AssociateQualificationWithWorker", grant)
        needed = [{"QualificationTypeId": type_id, "Comparator": "GreaterThan", "IntegerValues": [50]}]
        first = call(requester._number, "CreateHIT", {**FORM_HIT, "QualificationRequirements": needed})["HIT"]["HITId"]
        self.workers[BUSY].submit(self.workers[BUSY].accept(first), {"label": "cat"})
        call(other._number, "CreateWorkerBlock", {"WorkerId": BUSY, "Reason": "Spam"})
        self.market._store.write(self._copy)

    def _copy(self, database: sa.Connection) -> None:
        def one(of: sa.Table) -> dict[str, Any]:
            return dict(database.execute(sa.select(of)).mappings().one())

        t = table
        hit_type, group, words, hit = map(one, (t.hit_type, t.hit_group, t.hit_group_words, t.hit))
        required, done = one(t.hit_type_requirement), one(t.assignment)
        groups = range(2, self.groups + 1)
        kinds = (
            {**hit_type, "number": n, "hit_type_id": f"3T{n:028}", "hit_group_id": id_of("group", n), "digest": str(n)}
            for n in groups
        )
        add(database, t.hit_type, kinds)
        add(database, t.hit_type_requirement, ({**required, "hit_type": n} for n in groups))
        add(database, t.hit_group, ({**group, "hit_type": n, "hits": 1, "newest": group["newest"] + n} for n in groups))
        add(database, t.hit_group_words, ({**words, "hit_type": n} for n in groups))
        add(database, t.hit, ({**hit, "number": n, "hit_id": id_of("HIT", n), "hit_type": n} for n in groups))
        # A second HIT in each of the groups that somebody has worked in, so that they are still on offer.
        worked_in = range(2, min(self.groups, DONE) + 1)
        more = ({**hit, "number": 20_000 + n, "hit_id": id_of("HIT", 20_000 + n), "hit_type": n} for n in worked_in)
        add(database, t.hit, more)
        database.execute(t.hit_group.update().where(t.hit_group.c.hit_type.in_(worked_in)).values(hits=2))
        who = worker.find(database, BUSY)
        past = (
            {**done, "number": n, "assignment_id": f"3A{n:028}", "hit": n, "worker": who.number if who else 0}
            for n in worked_in
        )
        add(database, t.assignment, past)
        database.exec_driver_sql("ANALYZE")

    def looks(self, one: str) -> dict[str, Callable[[], object]]:
        """What is timed for one worker, made ready."""
        looking: Worker = self.workers[one]
        acceptable = one == UNFIT
        search = offer.Search(acceptable=acceptable)
        newest = self.market._dispatch.run(lambda context: context.now, writes=False)

        def middle() -> object:
            place = f"{newest + self.groups // 2}.{self.groups // 2}"
            return self.market._dispatch.run(
                lambda context: offer.offers(context, one, search, after=place, size=100), writes=False
            )

        looks: dict[str, Callable[[], object]] = {"first page": lambda: looking.groups(acceptable=acceptable)}
        if self.groups > 1000:
            looks["a page in the middle"] = middle
        looks[WALK] = lambda: len(looking.groups(acceptable=acceptable))
        return looks


class Times:
    """What looks of one kind took, in milliseconds: this process's CPU, and by the clock."""

    def __init__(self) -> None:
        self.cpu: list[float] = []
        self.wall: list[float] = []

    def take(self, look: Callable[[], object]) -> None:
        cpu, wall = time.thread_time(), time.perf_counter()
        look()
        self.cpu.append((time.thread_time() - cpu) * 1000)
        self.wall.append((time.perf_counter() - wall) * 1000)

    def __str__(self) -> str:
        return "   ".join(
            f"{name} {statistics.median(all_):8.2f} ms ({min(all_):.2f} to {max(all_):.2f})"
            for name, all_ in (("CPU", self.cpu), ("clock", self.wall))
        )


def measure(markets: list[Offered], repetitions: int) -> None:
    for one, title in WORKERS.items():
        print(f"\n{title}", flush=True)
        kinds = [(offered, name, look) for offered in markets for name, look in offered.looks(one).items()]
        found: dict[tuple[int, str], Times] = {}
        for turn in range(repetitions):
            for offered, name, look in kinds:
                if turn < WALKS or name != WALK:
                    found.setdefault((offered.groups, name), Times()).take(look)
        for (groups, name), times in found.items():
            print(f"  {groups:7,} groups  {name:22} {times}")


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure how long a page of what is on offer takes.")
    parser.add_argument("--database", metavar="URL", help="a PostgreSQL server instead of SQLite files")
    parser.add_argument("--repetitions", type=int, default=40)
    arguments = parser.parse_args()
    with places(arguments.database, len(SIZES)) as where, contextlib.ExitStack() as stack:
        markets = []
        for database, groups in zip(where, SIZES, strict=True):
            markets.append(Offered(database, groups))
            stack.callback(markets[-1].market.stop)
        measure(markets, arguments.repetitions)


if __name__ == "__main__":
    main()
