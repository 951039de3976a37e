"""How a marketplace with a million assignments answers, beside one with a thousand: all operations and workers' steps.

Both databases are filled by bulk insert (`filled_market.py` says with what). Every operation, every step of a worker
and everything that happens by itself is then done in both in turn, in random places of them, without HTTP, which would
only hide a difference. Printed is for each what one takes in both, in milliseconds of the server's CPU; how many times
the first that is, as the median of the pairs with its middle half; the same by the clock; and the statements of one.
On PostgreSQL the CPU is that of this process and of the server's own for its connections, if they are on this machine.

    python benchmarks/scale.py [--database postgresql://user@host/database] [--repetitions 60] [--keep FOLDER] [--table]

With --database both are measured, SQLite and that PostgreSQL server, in schemas made for it. With --keep the large ones
stay, to be used again: the file in that folder, the schema on its server. --only PATTERN measures what it finds.
"""

from __future__ import annotations

import argparse
import contextlib
import random
import re
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import requester_calls
import sqlalchemy as sa
import worker_steps
from copied_rows import fill
from empty_database import drop, in_schema, schema
from filled_market import LARGE, SMALL, Size, open_market
from filled_place import Act, Exhausted, Place

from mturk.marketplace import Marketplace, WorkerError
from mturk.marketplace.error import RequestError

GOAL = 1.5
STEPS = {**requester_calls.STEPS, **worker_steps.STEPS}


class Cost(NamedTuple):
    """What one step took: seconds of CPU, seconds by the clock, statements."""

    cpu: float
    clock: float
    statements: int


class Meter:
    """Measures what is done in one marketplace."""

    def __init__(self, market: Marketplace) -> None:
        engine = market._store._engine
        self._statements = 0
        self._servers: list[int] = []
        sa.event.listen(engine, "before_cursor_execute", self._count)
        sa.event.listen(engine, "connect", self._connected)
        engine.dispose()

    def _count(self, *_: Any) -> None:
        self._statements += 1

    def _connected(self, connection: Any, _record: object) -> None:
        if hasattr(connection, "info"):
            self._servers.append(connection.info.backend_pid)

    def measure(self, act: Act) -> Cost:
        self._statements = 0
        cpu, clock = self._cpu(), time.perf_counter()
        act()
        clock = time.perf_counter() - clock
        return Cost(self._cpu() - cpu, clock, self._statements)

    def _cpu(self) -> float:
        return time.thread_time() + sum(map(_seconds, self._servers))


def _seconds(process: int) -> float:
    """The CPU time of a process of this machine."""
    try:
        return int(Path(f"/proc/{process}/schedstat").read_text().split()[0]) / 1e9
    except OSError:
        return 0.0


class Row(NamedTuple):
    """One line of the table."""

    name: str
    pairs: list[tuple[Cost, Cost]]

    def cpu(self) -> tuple[float, float]:
        """Milliseconds of CPU in both."""
        small, large = (statistics.median(one.cpu for one in each) for each in zip(*self.pairs, strict=True))
        return small * 1000, large * 1000

    def ratios(self, of: Callable[[Cost], float]) -> tuple[float, float, float]:
        """The median of the ratios, between the quarters that are below and above all others."""
        low, middle, high = statistics.quantiles([of(large) / of(small) for small, large in self.pairs], n=4)
        return middle, low, high

    def statements(self) -> int:
        return max(large.statements for _, large in self.pairs)

    @property
    def is_good(self) -> bool:
        return self.ratios(lambda cost: cost.cpu)[0] <= GOAL

    def line(self) -> str:
        (small, large), statements = self.cpu(), self.statements()
        cpu, low, high = self.ratios(lambda cost: cost.cpu)
        clock, *_ = self.ratios(lambda cost: cost.clock)
        return (
            f"  {self.name:56} {small:8.2f} {large:8.2f} ms  x {cpu:5.2f} ({low:.2f} to {high:.2f})"
            f"  clock x {clock:5.2f}  {statements:3} statements{'' if self.is_good else '  MISSED'}"
        )

    def cells(self) -> str:
        small, large = self.cpu()
        cpu, low, high = self.ratios(lambda cost: cost.cpu)
        clock, *_ = self.ratios(lambda cost: cost.clock)
        return f"{small:.2f} → {large:.2f} | {cpu:.2f} ({low:.2f} to {high:.2f}) | {clock:.2f}"


def compare(places: list[Place], meters: list[Meter], names: list[str], repetitions: int) -> list[Row]:
    rows = [Row(name, []) for name in names]
    for turn in range(repetitions):
        for row in rows:
            # What is refused in one of them, because that worker has done that HIT before, is left out.
            with contextlib.suppress(Exhausted, WorkerError, RequestError):
                row.pairs.append(_pair(STEPS[row.name], places, meters, first=turn % 2))
    missing = [row.name for row in rows if len(row.pairs) < 2]
    if missing:
        print(f"Not measured, as there was nothing left to do it to: {', '.join(missing)}")
    return [row for row in rows if row.name not in missing]


def _pair(
    step: Callable[[Place], Iterator[Act]], places: list[Place], meters: list[Meter], *, first: int
) -> tuple[Cost, Cost]:
    steps = [step(place) for place in places]
    acts = [next(one) for one in steps]
    costs: dict[int, Cost] = {}
    try:
        # In turns, because the second finds the processor's caches warm.
        for which in (first, 1 - first):
            costs[which] = meters[which].measure(acts[which])
    finally:
        for which in costs:
            next(steps[which], None)
    return costs[0], costs[1]


def measure(addresses: list[str], names: list[str], repetitions: int) -> list[Row]:
    with contextlib.ExitStack() as stack:
        markets = [open_market(address) for address in addresses]
        for market in markets:
            stack.callback(market.stop)
            market.app  # noqa: B018 - opens the database
            market._dispatch.catch_up()
        meters = [Meter(market) for market in markets]
        both = zip(markets, (SMALL, LARGE), strict=True)
        places = [Place(market, size, random.Random(1)) for market, size in both]
        return compare(places, meters, names, repetitions)


def filled(address: str, size: Size) -> None:
    began = time.perf_counter()
    wrong = fill(address, size)
    print(f"Filled with {size} in {time.perf_counter() - began:.0f} s. {' '.join(wrong[:3])}", flush=True)


@contextlib.contextmanager
def files(keep: Path | None) -> Iterator[list[str]]:
    """The two SQLite files, filled."""
    with tempfile.TemporaryDirectory(prefix="mturk-") as folder:
        small, large = Path(folder, "small.sqlite3"), Path(keep or folder, "large.sqlite3")
        filled(str(small), SMALL)
        if not large.exists():
            filled(str(large), LARGE)
        warm(large)
        yield [str(small), str(large)]


def warm(file: Path) -> None:
    """Read a file, so that it is in memory, as that of a marketplace at work is."""
    with file.open("rb") as opened:
        while opened.read(1 << 24):
            pass


@contextlib.contextmanager
def schemas(url: str, *, keep: bool) -> Iterator[list[str]]:
    """The two schemas of a PostgreSQL server, filled."""
    names = ("scale_small", "scale_large")
    addresses = [in_schema(url, name) for name in names]
    schema(url, names[0], anew=True)
    filled(addresses[0], SMALL)
    if schema(url, names[1], anew=not keep):
        filled(addresses[1], LARGE)
    try:
        yield addresses
    finally:
        for name in names[: 1 if keep else 2]:
            drop(url, name)


def table(found: dict[str, list[Row]]) -> Iterator[str]:
    """What was found as a table in Markdown, with a column for each database."""
    yield f"| step |{''.join(f' {name}, ms of CPU | times | by the clock |' for name in found)}"
    yield f"|---|{'---|---|---|' * len(found)}"
    by_name = [{row.name: row for row in rows} for rows in found.values()]
    for name in STEPS:
        if all(name in rows for rows in by_name):
            yield f"| {name} | {' | '.join(rows[name].cells() for rows in by_name)} |"


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure how a marketplace scales.")
    parser.add_argument("--database", metavar="URL", help="of a PostgreSQL server, which is measured as well")
    parser.add_argument("--keep", metavar="FOLDER", type=Path, help="where the large file stays, to be used again")
    parser.add_argument("--only", metavar="PATTERN", default="", help="only what this regular expression finds")
    parser.add_argument("--without-sqlite", action="store_true", help="measure PostgreSQL alone")
    parser.add_argument("--repetitions", type=int, default=60)
    parser.add_argument("--table", action="store_true", help="print the table of docs/scale.md")
    given = parser.parse_args()
    names = [name for name in STEPS if re.search(given.only, name)]
    found: dict[str, list[Row]] = {}
    if not given.without_sqlite:
        with files(given.keep) as addresses:
            found["SQLite"] = measure(addresses, names, given.repetitions)
            print("\nSQLite", *(row.line() for row in found["SQLite"]), sep="\n", flush=True)
    if given.database:
        with schemas(given.database, keep=given.keep is not None) as addresses:
            found["PostgreSQL"] = measure(addresses, names, given.repetitions)
            print("\nPostgreSQL", *(row.line() for row in found["PostgreSQL"]), sep="\n", flush=True)
    if given.table:
        print("\n" + "\n".join(table(found)))


if __name__ == "__main__":
    main()
