"""The marketplace under load: calls a second on one core, and how little a full database slows it down.

Rates: the server runs in a child process that is pinned to one core, on a durable SQLite file (WAL, synchronous=FULL:
each write is on the disk before it is answered). The client is this process, kept on the other cores; four connections
send signed requests over loopback as fast as they are answered. Beside the rate stands the server's own CPU time for
one call, which other programs on the machine hardly change.

Scale: one database is filled with 1,000 HITs and 10,000 assignments, another with 100,000 and 1,000,000, by bulk
insert. Then the same calls are made in both in turn, without HTTP, which would only hide a difference. Printed is the
median of each, and the median of the paired ratios with its middle half.

    python benchmarks/marketplace_scale.py [rates] [scale] [--database postgresql://user@host/empty] [--large 100000]

With --database both parts use that PostgreSQL server, in schemas that are made for it and dropped afterwards.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime
import hashlib
import hmac
import http.client
import json
import multiprocessing
import os
import random
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa

from mturk.marketplace import Marketplace
from mturk.marketplace.database import table
from mturk.marketplace.database.address import Address
from mturk.marketplace.people import ledger, requester
from mturk.marketplace.request.paging import Page

CONNECTIONS = 4
PER_HIT = 10  # assignments that were done of each HIT, and two that are free
MASTER_KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
PAGE = (
    (
        "<!DOCTYPE html><form method='post' action='https://www.mturk.com/mturk/externalSubmit'>"
        "<input type='hidden' name='assignmentId'><input name='label'>"
    )
    + "<p>Say what is in the picture.</p>" * 20
    + "</form>"
)
SCHEMA = "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2011-11-11/HTMLQuestion.xsd"
NEW_HIT = {
    "Title": "Label a photo",
    "Description": "Say what is in the picture",
    "Reward": "0.01",
    "AssignmentDurationInSeconds": 600,
    "LifetimeInSeconds": 86400 * 30,
    "MaxAssignments": PER_HIT + 2,
    "Question": f'<HTMLQuestion xmlns="{SCHEMA}"><HTMLContent><![CDATA[{PAGE}]]></HTMLContent>'
    "<FrameHeight>0</FrameHeight></HTMLQuestion>",
}


# Rates


class Client:
    """One connection that signs and sends calls with as little ado as possible."""

    def __init__(self, url: str, access_key: str, secret_key: str) -> None:
        self._host = url.removeprefix("http://")
        self._http = http.client.HTTPConnection(self._host)
        self._access_key = access_key
        day = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%d")
        self._scope = f"{day}/us-east-1/mturk-requester/aws4_request"
        self._key = f"AWS4{secret_key}".encode()
        for part in self._scope.split("/"):
            self._key = self._hmac(part).digest()

    def call(self, operation: str, members: dict[str, Any]) -> dict[str, Any]:
        body = json.dumps(members).encode()
        date = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        target = f"MTurkRequesterServiceV20170117.{operation}"
        canonical = (
            f"POST\n/\n\nhost:{self._host}\nx-amz-date:{date}\nx-amz-target:{target}\n\n"
            f"host;x-amz-date;x-amz-target\n{hashlib.sha256(body).hexdigest()}"
        )
        digest = hashlib.sha256(canonical.encode()).hexdigest()
        signature = self._hmac(f"AWS4-HMAC-SHA256\n{date}\n{self._scope}\n{digest}").hexdigest()
        headers = {
            "Host": self._host,
            "X-Amz-Date": date,
            "X-Amz-Target": target,
            "Content-Type": "application/x-amz-json-1.1",
            "Authorization": f"AWS4-HMAC-SHA256 Credential={self._access_key}/{self._scope}, "
            f"SignedHeaders=host;x-amz-date;x-amz-target, Signature={signature}",
        }
        self._http.request("POST", "/", body, headers)
        answer = self._http.getresponse()
        content = answer.read()
        if answer.status != 200:
            raise RuntimeError(content.decode())
        return dict(json.loads(content))

    def _hmac(self, text: str) -> Any:
        return hmac.new(self._key, text.encode(), hashlib.sha256)


def serve(database: str, core: int, pipe: Pipe) -> None:
    """Serve on one core; every message asks for the CPU time used so far, and None for the end."""
    os.sched_setaffinity(0, {core})
    with Marketplace(database, deposit="1000000.00", master_key=MASTER_KEY) as market:
        pipe.send((market.url, market.access_key, market.secret_key))
        while pipe.recv() is not None:
            pipe.send(time.process_time())


def rate(server: Pipe, keys: tuple[str, str, str], operation: str, members: dict[str, Any], seconds: float) -> None:
    counts: list[int] = []

    def run() -> None:
        client, count = Client(*keys), 0
        while time.perf_counter() < end:
            client.call(operation, members)
            count += 1
        counts.append(count)

    server.send("time")
    before = server.recv()
    end = time.perf_counter() + seconds
    threads = [threading.Thread(target=run) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    server.send("time")
    cpu = (server.recv() - before) / sum(counts)
    print(f"  {operation:22} {sum(counts) / seconds:6.0f} /s   {cpu * 1000:.2f} ms CPU of the server each", flush=True)


def rates(database: str, seconds: float) -> None:
    cores = sorted(os.sched_getaffinity(0))
    print(f"One core for the server, {CONNECTIONS} connections, {seconds:g} s each:")
    here, there = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(database, cores[0], there))
    server.start()
    os.sched_setaffinity(0, set(cores[1:]) or set(cores))
    keys = here.recv()
    hit = Client(*keys).call("CreateHIT", NEW_HIT)["HIT"]["HITId"]
    rate(here, keys, "GetHIT", {"HITId": hit}, seconds)
    rate(here, keys, "CreateHIT", NEW_HIT, seconds)
    rate(here, keys, "ListHITs", {"MaxResults": 10}, seconds)
    here.send(None)
    server.join()
    os.sched_setaffinity(0, set(cores))


# Scale


class Full:
    """A marketplace with many HITs, which were done in part."""

    def __init__(self, database: str, hits: int) -> None:
        self.hits = hits
        self.workers = max(200, hits // 20)
        self.market = Marketplace(database, fees=0, deposit=hits * PER_HIT, master_key=MASTER_KEY)
        self.market.requester("requester")
        # What the marketplace is made of is reached directly: to fill it, and to leave HTTP out.
        self._store = self.market._store
        self.number = self._store.read(lambda database: requester.find(database, "requester")) or 0

    def call(self, operation: str, **members: Any) -> dict[str, Any]:
        return self.market._dispatch.call(self.number, operation, members)

    def any_page(self, number: int) -> str:
        """The token of the page of HITs that follows the HIT with that number."""
        page = Page(("HITs", self.number), None, 1)
        return str(page.token_after([SimpleNamespace(number=number)], "number")["NextToken"])

    def fill(self) -> None:
        """Make one HIT that was worked on by the usual ways, and copy it."""
        first = self.call("CreateHIT", **NEW_HIT)["HIT"]["HITId"]
        worker = self.market.worker(worker_id(0))
        worker.submit(worker.accept(first), {"label": "cat", "comment": "Sits on a chair and sleeps"})
        self._store.write(self._copy)

    def _copy(self, database: sa.Connection) -> None:
        def one(of: sa.Table, *where: sa.ColumnElement[bool]) -> dict[str, Any]:
            return dict(database.execute(sa.select(of).where(*where)).mappings().one())

        hit, content, worker, done = map(one, (table.hit, table.hit_content, table.worker, table.assignment))
        hit_numbers, workers = range(2, self.hits + 1), range(2, self.workers + 1)
        add(database, table.worker, ({**worker, "number": n, "worker_id": worker_id(n)} for n in workers))
        accounts = ({"kind": "earned", "owner": n, "balance": 0} for n in workers)
        add(database, table.account, accounts)
        hits = (
            {**hit, "number": n, "hit_id": hit_id(n), "submitted": PER_HIT}
            # Every fifth is done.
            | ({"max_assignments": PER_HIT, "status": "Reviewable"} if n % 5 == 0 else {})
            for n in hit_numbers
        )
        add(database, table.hit, hits)
        still_open = sa.select(sa.func.count()).where(table.hit.c.status == "Assignable").scalar_subquery()
        database.execute(table.hit_group.update().values(hits=still_open))
        add(database, table.hit_content, ({**content, "hit": n} for n in hit_numbers))
        add(database, table.agenda, ({"kind": "expire", "subject": n, "time": hit["expiration"]} for n in hit_numbers))
        assignments = (
            {
                **done,
                "number": (n - 1) * PER_HIT + k,
                "assignment_id": f"3A{n:014}{k:014}",
                "hit": n,
                "worker": (n * PER_HIT + k) % self.workers + 1,
                "submit_time": done["submit_time"] + k,
            }
            for n in hit_numbers
            for k in range(1, PER_HIT + 1)
        )
        add(database, table.assignment, assignments)
        approvals = (
            {"kind": "approve", "subject": (n - 1) * PER_HIT + k, "time": done["auto_approval_time"]}
            for n in hit_numbers
            for k in range(1, PER_HIT + 1)
        )
        add(database, table.agenda, approvals)
        hold = one(table.transfer, table.transfer.c.reason == "hold")
        del hold["number"]
        add(database, table.transfer, ({**hold, "hit": n} for n in hit_numbers))
        moved = hold["cents"] * len(hit_numbers)
        for of, cents in ((ledger.available, -moved), (ledger.held, moved)):
            account = table.account.c
            where = account.kind == of(self.number).kind, account.owner == self.number
            database.execute(table.account.update().where(*where).values(balance=account.balance + cents))
        if database.dialect.name == "postgresql":
            for name in ("worker", "hit", "assignment"):
                database.exec_driver_sql(
                    f"SELECT setval(pg_get_serial_sequence('{name}', 'number'), (SELECT max(number) FROM {name}))"
                )
        database.exec_driver_sql("ANALYZE")


def add(database: sa.Connection, to: sa.Table, rows: Iterable[dict[str, Any]]) -> None:
    batch: list[dict[str, Any]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == 10_000:
            database.execute(to.insert(), batch)
            batch.clear()
    if batch:
        database.execute(to.insert(), batch)


def hit_id(number: int) -> str:
    return f"3H{number:028}"


def worker_id(number: int) -> str:
    return f"A{number:013}"


def calls(full: Full, hit: str, chance: random.Random) -> dict[str, Callable[[], object]]:
    """One call of each kind in a random place, made ready: only the call itself is timed."""
    worker = full.market.worker(worker_id(chance.randrange(10**9, 10**10)))
    token = full.any_page(chance.randrange(102, full.hits))
    return {
        "GetHIT": lambda: full.call("GetHIT", HITId=hit),
        "ListAssignmentsForHIT": lambda: full.call("ListAssignmentsForHIT", HITId=hit, MaxResults=100),
        "ListHITs, first page": lambda: full.call("ListHITs", MaxResults=100),
        "ListHITs, any page": lambda: full.call("ListHITs", MaxResults=100, NextToken=token),
        "ListReviewableHITs": lambda: full.call("ListReviewableHITs", MaxResults=100),
        "accept": lambda: worker.accept(hit),
    }


def timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def scale(small: str, large: str, hits: int, repetitions: int) -> None:
    chance = random.Random(1)
    with contextlib.ExitStack() as stack:
        both = [Full(small, 1000), Full(large, hits)]
        for full in both:
            stack.callback(full.market.stop)
            seconds = timed(full.fill)
            wrong = full.market.audit()
            size = f"{full.hits:,} HITs and {full.hits * PER_HIT:,} assignments"
            print(f"Filled with {size} in {seconds:.0f} s. {wrong or ''}", flush=True)
        pairs: dict[str, list[tuple[float, float]]] = {}
        # Each HIT once: they have two free assignments, except every fifth.
        open_hits = [chance.sample([n for n in range(2, full.hits) if n % 5], repetitions) for full in both]
        for numbers in zip(*open_hits, strict=True):
            one, other = (calls(full, hit_id(n), chance) for full, n in zip(both, numbers, strict=True))
            for name, work in one.items():
                # In turns, because the second call finds the processor's caches warm.
                if len(pairs.setdefault(name, [])) % 2:
                    pairs[name].append((timed(work), timed(other[name])))
                else:
                    pairs[name].append((timed(other[name]), timed(work))[::-1])
    for name, found in pairs.items():
        before, after = (statistics.median(each) * 1000 for each in zip(*found, strict=True))
        low, middle, high = statistics.quantiles([second / first for first, second in found], n=4)
        verdict = "ok" if middle <= 2 else "MISSED"
        print(f"  {name:22} {before:6.2f} ms  {after:6.2f} ms   x {middle:.2f} ({low:.2f} to {high:.2f})  {verdict}")


@contextlib.contextmanager
def places(url: str | None, count: int) -> Iterator[list[str]]:
    """New, empty databases: files, or schemas of a server."""
    if url is None:
        with tempfile.TemporaryDirectory(prefix="mturk-") as folder:
            yield [str(Path(folder, f"{number}.sqlite3")) for number in range(count)]
        return
    engine = sa.create_engine(Address(url).with_driver, isolation_level="AUTOCOMMIT")
    names = [f"benchmark_{os.getpid()}_{number}" for number in range(count)]
    with engine.connect() as connection:
        for name in names:
            connection.exec_driver_sql(f"CREATE SCHEMA {name}")
        try:
            yield [f"{url}{'&' if '?' in url else '?'}options=-csearch_path%3D{name}" for name in names]
        finally:
            for name in names:
                connection.exec_driver_sql(f"DROP SCHEMA {name} CASCADE")
    engine.dispose()


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the marketplace's rates, and how it scales.")
    parser.add_argument("parts", nargs="*", choices=["rates", "scale", []], help="both without")
    parser.add_argument("--database", metavar="URL", help="a PostgreSQL server instead of SQLite files")
    parser.add_argument("--seconds", type=float, default=5, help="for each rate")
    parser.add_argument("--large", type=int, default=100_000, help="HITs in the large database")
    parser.add_argument("--repetitions", type=int, default=300, help="of each pair of calls")
    given = parser.parse_args()
    parts = given.parts or ["rates", "scale"]
    with places(given.database, 3) as (first, small, large):
        if "rates" in parts:
            rates(first, given.seconds)
        if "scale" in parts:
            scale(small, large, given.large, given.repetitions)


if __name__ == "__main__":
    main()
