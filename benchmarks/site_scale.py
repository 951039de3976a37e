"""The site of a large marketplace beside that of a small one: what each page takes, weighs, and asks the database.

One database has 100 groups, 10,000 HITs and 1,000 workers, the other 10,000 groups, 1,000,000 HITs and 100,000 workers,
made by bulk insert. The same pages are then asked for in both in turn, without HTTP, which would hide a difference.
Printed is the median of each, the median of the paired ratios with its middle half, and what one page asks and weighs.

    python benchmarks/site_scale.py [--database postgresql://user@host/empty] [--groups 10000] [--repetitions 60]
"""

from __future__ import annotations

import argparse
import contextlib
import random
import re
import statistics
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import sqlalchemy as sa
from flask.testing import FlaskClient
from marketplace_scale import MASTER_KEY, add, places
from werkzeug.test import TestResponse

from mturk.marketplace import Marketplace
from mturk.marketplace.account import person
from mturk.marketplace.account.admission import let_in
from mturk.marketplace.account.means import Caller
from mturk.marketplace.database import table
from mturk.marketplace.people import ledger, worker

HITS_PER_GROUP = 100
WORKERS_PER_GROUP = 10
DONE_PER_WORKER = 20
MOST_QUERIES = 15
LARGEST_PAGE = 60_000
GOAL = 1.5
STEPS = ("accept", "submit")
SCHEMA = "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2017-11-06/QuestionForm.xsd"
FORM = (
    f'<QuestionForm xmlns="{SCHEMA}"><Question><QuestionIdentifier>label</QuestionIdentifier><IsRequired>true'
    "</IsRequired><QuestionContent><Text>What is in the picture?</Text></QuestionContent><AnswerSpecification>"
    "<FreeTextAnswer/></AnswerSpecification></Question></QuestionForm>"
)
TERMS = {
    "Title": "Label a photo",
    "Description": "Say what is in the picture, in a word or two. " * 5,
    "Keywords": "image, label, short",
    "Reward": "0.05",
    "AssignmentDurationInSeconds": 3600,
    "LifetimeInSeconds": 86400 * 300,
    "MaxAssignments": 3,
    "Question": FORM,
    "QualificationRequirements": [
        {"QualificationTypeId": "000000000000000000L0", "Comparator": "GreaterThanOrEqualTo", "IntegerValues": [90]}
    ],
}
RARE = "zebrafish"


class Site:
    """A marketplace with many groups, and somebody who works there."""

    def __init__(self, database: str, groups: int) -> None:
        self.groups, self.hits, self.workers = groups, groups * HITS_PER_GROUP, groups * WORKERS_PER_GROUP
        self.market = Marketplace(database, fees=0, deposit=self.hits * 10, master_key=MASTER_KEY)
        requester = self.market.requester("Vision lab")
        first = self.market._dispatch.call(requester._number, "CreateHIT", TERMS)["HIT"]["HITId"]
        somebody = self.market.worker(worker_id(1))
        somebody.submit(somebody.accept(first), {"label": "cat"})
        self.market._store.write(lambda database: self._copy(database, requester._number))
        self.app = self.market.app
        self.asked = 0
        sa.event.listen(self.market._store._engine, "before_cursor_execute", self._count)

    def _count(self, *_given: Any) -> None:
        self.asked += 1

    def visitor(self, number: int) -> Visitor:
        """The worker with that number, signed in."""
        client = self.app.test_client()
        client.set_cookie("mturk-session", cookies(self.market, [worker_id(number)])[0])
        return Visitor(self, client)

    def _copy(self, database: sa.Connection, requester: int) -> None:
        def one(of: sa.Table, *where: sa.ColumnElement[bool]) -> dict[str, Any]:
            return dict(database.execute(sa.select(of).where(*where)).mappings().one())

        t = table
        hit_type, group, words, hit = map(one, (t.hit_type, t.hit_group, t.hit_group_words, t.hit))
        content, person_row, done = map(one, (t.hit_content, t.worker, t.assignment))
        groups, hits, workers = (range(2, count + 1) for count in (self.groups, self.hits, self.workers))
        add(database, t.worker, ({**person_row, "number": n, "worker_id": worker_id(n)} for n in workers))
        add(database, t.account, ({"kind": "earned", "owner": n, "balance": 0} for n in workers))
        types = (
            {**hit_type, "number": n, "hit_type_id": f"3T{n:028}", "hit_group_id": group_id(n), "digest": str(n)}
            | {"reward": n % 97 + 1, "title": f"Label a photo of kind {n}"}
            for n in groups
        )
        add(database, t.hit_type, types)
        required = one(t.hit_type_requirement)
        add(database, t.hit_type_requirement, ({**required, "hit_type": n} for n in groups))
        open_hits = (
            {**group, "hit_type": n, "reward": n % 97 + 1, "hits": HITS_PER_GROUP, "newest": group["newest"] + n}
            for n in groups
        )
        add(database, t.hit_group, open_hits)
        kinds = (
            {"hit_type": n, "words": f"{words['words']}\n{n} {RARE if n == self.groups // 2 else ''}"} for n in groups
        )
        add(database, t.hit_group_words, kinds)
        fresh = {"submitted": 0}
        rows = (
            {**hit, **fresh, "number": n, "hit_id": hit_id(n), "hit_type": (n - 1) // HITS_PER_GROUP + 1} for n in hits
        )
        add(database, t.hit, rows)
        counted = t.hit_group.c
        database.execute(t.hit_group.update().where(counted.hit_type == 1).values(hits=HITS_PER_GROUP))
        add(database, t.hit_content, ({**content, "hit": n} for n in hits))
        add(database, t.agenda, ({"kind": "expire", "subject": n, "time": hit["expiration"]} for n in hits))
        # What the workers have done: some HITs of old groups, whose other places are still open.
        past = (
            {**done, "number": k + 2, "assignment_id": f"3A{k + 2:028}", "hit": place + 1, "worker": who}
            for k, (place, who) in enumerate(
                (((n * DONE_PER_WORKER + j) * 7) % (self.hits - 1) + 1, n)
                for n in range(2, min(self.workers, 20_000) + 1)
                for j in range(DONE_PER_WORKER)
            )
        )
        add(database, t.assignment, past)
        moved = (self.hits - 1) * 3 * 5
        hold = one(t.transfer, t.transfer.c.reason == "hold")
        del hold["number"]
        add(database, t.transfer, ({**hold, "hit": n} for n in hits))
        for of, cents in ((ledger.available, -moved), (ledger.held, moved)):
            account = t.account.c
            where = account.kind == of(requester).kind, account.owner == requester
            database.execute(t.account.update().where(*where).values(balance=account.balance + cents))
        if database.dialect.name == "postgresql":
            for name in ("worker", "hit_type", "hit", "assignment"):
                database.exec_driver_sql(
                    f"SELECT setval(pg_get_serial_sequence('{name}', 'number'), (SELECT max(number) FROM {name}))"
                )
        database.exec_driver_sql("ANALYZE")


def cookies(market: Marketplace, worker_ids: list[str]) -> list[str]:
    """Sign workers in without their passwords, whose check is slow on purpose; the value of each one's cookie."""
    means = market._premises.entrance._means

    def let_all_in(database: sa.Connection) -> list[str]:
        sittings = []
        for one in worker_ids:
            found = worker.find(database, one)
            if found is None:
                raise RuntimeError(f"There is no worker {one}.")
            if not person.is_taken(database, found.number):
                person.add(database, found.number, means.now(), means.randomness, password=None)
            sittings.append(let_in(means, database, found.number, one, Caller("127.0.0.1")).sitting)
        return sittings

    site = market.app.extensions["mturk.site"]
    serializer = site.session_interface.get_signing_serializer(site)
    return [serializer.dumps({"sitting": sitting}) for sitting in means.store.write(let_all_in)]


class Visitor:
    """Somebody who is signed in."""

    def __init__(self, site: Site, client: FlaskClient) -> None:
        self.site, self.client = site, client
        self.token = ""

    def get(self, path: str) -> TestResponse:
        answer = self.client.get(path)
        found = re.search('name="csrf_token" value="([^"]+)"', answer.text)
        self.token = found[1] if found else self.token
        return answer

    def post(self, path: str, **fields: str) -> TestResponse:
        return self.client.post(path, data={"csrf_token": self.token, **fields})

    def steps(self, chance: random.Random) -> Iterator[tuple[str, Callable[[], TestResponse]]]:
        """Each page and each step, made ready so that only the step itself is timed."""
        for sort in ("newest", "reward", "most"):
            yield f"first page, {sort}", partial(self.get, f"/worker/?sort={sort}")
        yield "first page, only what I qualify for", lambda: self.get("/worker/?qualified=on")
        yield "a search that finds one", lambda: self.get(f"/worker/?q={RARE}")
        yield "a search that finds nothing", lambda: self.get("/worker/?q=nothing&min_reward=0.50")
        place = group_id(chance.randrange(2, self.site.groups + 1))
        yield "a group and its next HIT", lambda: self.get(f"/worker/groups/{place}")
        accepted: list[str] = []

        def accept() -> TestResponse:
            answer = self.post(f"/worker/groups/{place}/accept")
            accepted.append(answer.location)
            return answer

        yield "accept", accept
        yield "at work", lambda: self.get(accepted[0])
        yield "the queue", lambda: self.get("/worker/queue")
        yield "submit", lambda: self.post(accepted[0], label="cat")
        yield "submitted", lambda: self.get(accepted[0])


def worker_id(number: int) -> str:
    return f"A{number:013}"


def hit_id(number: int) -> str:
    return f"3H{number:028}"


def group_id(number: int) -> str:
    return f"3G{number:028}"


class Measured:
    """What one kind of step took, asked and weighed."""

    def __init__(self) -> None:
        self.pairs: list[tuple[float, float]] = []
        self.asked = self.weight = 0

    def line(self, name: str) -> str:
        before, after = (statistics.median(each) * 1000 for each in zip(*self.pairs, strict=True))
        low, middle, high = statistics.quantiles([second / first for first, second in self.pairs], n=4)
        # A search may look through as many groups as there are, up to its limit.
        fits = middle <= GOAL or name.startswith("a search")
        if name not in STEPS:
            fits = fits and self.asked <= MOST_QUERIES and self.weight <= LARGEST_PAGE
        return (
            f"  {name:36} {before:7.2f} ms {after:7.2f} ms  x {middle:.2f} ({low:.2f} to {high:.2f})"
            f"  {self.asked:3} queries  {self.weight / 1000:5.1f} KB  {'ok' if fits else 'MISSED'}"
        )


def timed(site: Site, step: Callable[[], TestResponse], measured: Measured) -> float:
    site.asked = 0
    started = time.perf_counter()
    answer = step()
    taken = time.perf_counter() - started
    if answer.status_code not in (200, 302):
        raise RuntimeError(f"{answer.status}: {answer.text}")
    measured.asked = max(measured.asked, site.asked)
    measured.weight = max(measured.weight, len(answer.data))
    return taken


def compare(small: Site, large: Site, repetitions: int) -> dict[str, Measured]:
    found: dict[str, Measured] = {}
    for turn in range(repetitions):
        sites = [small, large] if turn % 2 else [large, small]
        # New workers each time, with a past.
        both = [site.visitor(turn + 2) for site in sites]
        both_steps = [visitor.steps(random.Random(turn)) for visitor in both]
        for (name, step), (_, other) in zip(*both_steps, strict=True):
            measured = found.setdefault(name, Measured())
            pair = [timed(sites[0], step, measured), timed(sites[1], other, measured)]
            measured.pairs.append((pair[0], pair[1]) if turn % 2 else (pair[1], pair[0]))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure how the site's pages scale.")
    parser.add_argument("--database", metavar="URL", help="a PostgreSQL server instead of SQLite files")
    parser.add_argument("--groups", type=int, default=10_000, help="groups of the large marketplace")
    parser.add_argument("--repetitions", type=int, default=60)
    arguments = parser.parse_args()
    with places(arguments.database, 2) as (first, second), contextlib.ExitStack() as stack:
        sites = []
        for database, groups in ((first, 100), (second, arguments.groups)):
            started = time.perf_counter()
            site = Site(database, groups)
            stack.callback(site.market.stop)
            wrong = site.market.audit()
            size = f"{groups:,} groups, {site.hits:,} HITs, {site.workers:,} workers"
            print(f"Filled with {size} in {time.perf_counter() - started:.0f} s. {wrong[:3] or ''}", flush=True)
            sites.append(site)
        for name, measured in compare(sites[0], sites[1], arguments.repetitions).items():
            print(measured.line(name))


if __name__ == "__main__":
    main()
