"""Copies by bulk insert of what was made once by ordinary calls: all rows of a marketplace that was at work."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

import sqlalchemy as sa
from filled_market import (
    BLOCKED,
    DAY,
    EACH,
    FIRST,
    HIT,
    MADE,
    POLICIES,
    PRICE,
    RARE,
    SYSTEM,
    Row,
    Size,
    id_of,
    make_originals,
    open_market,
    requester,
    worker_id,
)

from mturk.marketplace.database import table as t
from mturk.marketplace.hit.assignment import ACCEPTED, APPROVED, REJECTED, RETURNED, SUBMITTED
from mturk.marketplace.hit.hit import ASSIGNABLE, DISPOSED, REVIEWABLE, REVIEWING


def fill(database: str, size: Size) -> list[str]:
    """Fill an empty database; says what is wrong with it."""
    market = open_market(database)
    try:
        make_originals(market)
        market._store.write(Copies(size).write)
        return market.audit()
    finally:
        market.stop()


class Copies:
    """All that is copied, table by table, and what it comes to: the records of workers, and the accounts."""

    def __init__(self, size: Size) -> None:
        self.size = size
        self._records: Counter[tuple[int, str]] = Counter()
        self._balances: Counter[tuple[str, int]] = Counter()
        self._open: Counter[int] = Counter()
        self._hits = size.hits
        self._workers = range(2, size.workers + 1)

    def write(self, database: sa.Connection) -> None:
        """Write everything, in one transaction."""
        self._database = database
        self._now = self._one(t.hit, number=2)["creation_time"]
        self._add(t.hit_type, self._hit_types())
        self._add(t.hit_type_requirement, self._requirements())
        self._add(t.qualification_type, self._qualification_types())
        self._add(t.worker, self._worker_rows())
        self._add(t.hit, self._hit_rows())
        self._add(t.hit_content, self._contents())
        self._add(t.assignment, self._assignments())
        self._add(t.transfer, self._transfers())
        self._add(t.bonus, self._bonuses())
        self._add(t.agenda, self._agenda())
        self._add(t.undone, self._undone())
        self._add(t.acquaintance, self._acquaintances())
        self._add(t.review_entry, self._review_entries())
        self._add(t.upload, self._uploads())
        self._add(t.qualification, self._qualifications())
        self._add(t.qualification_request, self._requests())
        self._add(t.worker_block, self._blocks())
        self._add(t.message, self._messages())
        self._add(t.request_token, self._tokens())
        self._add(t.event, self._events())
        self._add(t.report, self._reports())
        self._groups()
        self._settle()
        self._tidy()

    def _hit_types(self) -> Iterator[Row]:
        plain, careful = (self._one(t.hit_type, number=number) for number in (1, 2))
        for n in range(4, self.size.groups + 1):
            of = careful if _is_careful(n) else plain
            ids = {"hit_type_id": id_of("type", n), "hit_group_id": id_of("group", n), "digest": str(n)}
            yield {**of, **ids, "number": n, "requester": requester(n), "title": f"Label a photo of kind {n}"}

    def _requirements(self) -> Iterator[Row]:
        careful = self._one(t.qualification_type, number=1)["qualification_type_id"]
        for n in range(4, self.size.groups + 1):
            for required in [SYSTEM, careful] if _is_careful(n) else [SYSTEM]:
                yield {"hit_type": n, "qualification_type_id": required}

    def _qualification_types(self) -> Iterator[Row]:
        one = self._one(t.qualification_type, number=1)
        for n in range(5, self.size.groups // 10 + 10):
            title = f"Skill {n}" + (f" {RARE}" if n == 7 else "")
            words = {"name": title, "taken_name": title, "words": f"{title.lower()}\n\nworks with care"}
            yield {**one, **words, "number": n, "qualification_type_id": id_of("skill", n)}

    def _worker_rows(self) -> Iterator[Row]:
        one = self._one(t.worker, number=1)
        every = [w for n in self._hits for w in self._work(n)]
        for _, _, status, who in every:
            self._records[who, "accepted"] += 1
            if status not in (ACCEPTED, RETURNED):
                self._records[who, "submitted"] += 1
            if status in (APPROVED, REJECTED, RETURNED):
                self._records[who, status.lower()] += 1
        counted = ("accepted", "submitted", "approved", "rejected", "returned")
        for n in self._workers:
            record = {what: self._records[n, what] + (what in counted[:3]) for what in counted}
            yield {**one, **record, "number": n, "worker_id": worker_id(n)}

    def _hit_rows(self) -> Iterator[Row]:
        one = self._one(t.hit, number=2)
        for n in self._hits:
            status, works = self.size.kind(n)
            counts = Counter(works)
            pending, submitted, approved, rejected = (counts[s] for s in (ACCEPTED, SUBMITTED, APPROVED, REJECTED))
            is_open = status == ASSIGNABLE
            self._open[self.size.hit_type(n)] += is_open
            yield {
                **one,
                "number": n,
                "hit_id": id_of("hit", n),
                "requester": self.size.requester(n),
                "hit_type": self.size.hit_type(n),
                "status": status,
                "status_time": self._created(n),
                "creation_time": self._created(n),
                "disposed": status == DISPOSED,
                "max_assignments": HIT["MaxAssignments"] if is_open else EACH,
                "pending": pending,
                "submitted": submitted,
                "approved": approved,
                "rejected": rejected,
            }

    def _contents(self) -> Iterator[Row]:
        plain, reviewed = (self._one(t.hit_content, hit=number) for number in (2, 3))
        for n in self._hits:
            yield {**(reviewed if self._is_reviewed(n) else plain), "hit": n}

    def _work(self, n: int) -> Iterator[tuple[int, int, str, int]]:
        """The assignments of a HIT: their numbers, places, states and workers."""
        for k, status in enumerate(self.size.kind(n)[1]):
            place = (n - MADE - 1) * EACH + k
            yield MADE + 1 + place, k, status, place * 13 % (self.size.workers - 1) + 2

    def _survey(self) -> Iterator[tuple[int, int]]:
        """The assignments of the survey: their numbers and workers."""
        return ((MADE + self.size.worked_on * EACH + n - 1, n) for n in self._workers)

    def _assignments(self) -> Iterator[Row]:
        one = self._one(t.assignment, number=2)
        approved = {**one, "status": APPROVED, "requester_feedback": None}
        waits = {**one, "status": SUBMITTED, "approval_time": None}
        begun = {**waits, "status": ACCEPTED, "answer": None, "submit_time": None, "auto_approval_time": None}
        as_it_is = {
            APPROVED: approved,
            SUBMITTED: waits,
            ACCEPTED: {**begun, "deadline": self._now + 30 * DAY},
            RETURNED: {**begun, "status": RETURNED},
            REJECTED: {**waits, "status": REJECTED, "requester_feedback": "Not a cat", "rejection_time": self._now},
        }
        for n in self._hits:
            for number, k, status, who in self._work(n):
                done = self._created(n) + k
                row = {**as_it_is[status], "number": number, "assignment_id": id_of("assignment", number), "hit": n}
                if row["submit_time"]:
                    row |= {"submit_time": done, "auto_approval_time": done + 30 * DAY}
                if row["approval_time"]:
                    row["approval_time"] = done
                yield {**row, "accept_time": done, "worker": None if status == RETURNED else who}
        for number, who in self._survey():
            done = self._now - number * DAY * 19 // (self.size.worked_on * 10)
            times = {"submit_time": done, "auto_approval_time": done + 30 * DAY, "approval_time": done}
            ids = {"number": number, "assignment_id": id_of("assignment", number), "hit": 1, "worker": who}
            yield {**approved, **times, **ids}

    def _transfers(self) -> Iterator[Row]:
        fee = {n: self._one(t.hit, number=n)["fee"] for n in (1, 2)}
        for n in self._hits:
            of, both = self.size.requester(n), PRICE + fee[2]
            places = HIT["MaxAssignments"] if self.size.kind(n)[0] == ASSIGNABLE else EACH
            yield self._moved("hold", ("available", of), ("hold", of), places * both, n)
            for number, k, status, who in self._work(n):
                if status == APPROVED:
                    yield self._moved("reward", ("hold", of), ("earned", who), PRICE, n, number)
                    yield self._moved("fee", ("hold", of), ("fees", 0), fee[2], n, number)
                elif status == REJECTED:
                    yield self._moved("release", ("hold", of), ("available", of), both, n)
                if self._has_bonus(n, k):
                    yield self._moved("bonus", ("available", of), ("earned", who), 10, n, number)
                    yield self._moved("fee", ("available", of), ("fees", 0), 2, n, number)
        for number, who in self._survey():
            yield self._moved("reward", ("hold", FIRST), ("earned", who), PRICE, 1, number)
            yield self._moved("fee", ("hold", FIRST), ("fees", 0), fee[1], 1, number)

    def _moved(
        self, reason: str, source: tuple[str, int], to: tuple[str, int], cents: int, hit: int, work: int | None = None
    ) -> Row:
        self._balances[source] -= cents
        self._balances[to] += cents
        moved = {"reason": reason, "cents": cents, "hit": hit, "assignment": work}
        ends = {"from_kind": source[0], "from_owner": source[1], "to_kind": to[0], "to_owner": to[1]}
        return {"time": self._now if hit == 1 else self._created(hit), **ends, **moved}

    def _bonuses(self) -> Iterator[Row]:
        for n in self._hits:
            for number, k, _, who in self._work(n):
                if self._has_bonus(n, k):
                    ids = {"requester": self.size.requester(n), "hit": n, "assignment": number, "worker": who}
                    yield {**ids, "cents": 10, "reason": "Well done", "grant_time": self._created(n)}

    def _agenda(self) -> Iterator[Row]:
        for n in self._hits:
            status = self.size.kind(n)[0]
            if status != DISPOSED:
                yield {"kind": "expire", "subject": n, "time": self._created(n) + 100 * DAY}
            if status in (REVIEWABLE, REVIEWING):
                yield {"kind": "outdate", "subject": n, "time": self._created(n) + 120 * DAY}
            for number, k, state, _ in self._work(n):
                if state == SUBMITTED:
                    yield {"kind": "approve", "subject": number, "time": self._created(n) + k + 30 * DAY}
                elif state == ACCEPTED:
                    yield {"kind": "abandon", "subject": number, "time": self._now + 30 * DAY}

    def _undone(self) -> Iterator[Row]:
        for n in self._hits:
            for _, _, status, who in self._work(n):
                if status == RETURNED:
                    yield {"worker": who, "hit": n, "status": RETURNED, "time": self._created(n)}

    def _acquaintances(self) -> Iterator[Row]:
        met = {(who, FIRST) for _, who in self._survey()}
        for n in self._hits:
            met.update(
                (who, self.size.requester(n)) for _, _, state, who in self._work(n) if state in (APPROVED, REJECTED)
            )
        return ({"worker": who, "requester": of} for who, of in sorted(met))

    def _review_entries(self) -> Iterator[Row]:
        some = self._all(t.review_entry)
        for n in self._hits:
            if self._is_reviewed(n):
                yield from ({**row, "hit": n} for row in some)

    def _uploads(self) -> Iterator[Row]:
        for n in self._hits:
            for number, *_ in [*self._work(n)][: n % 10 == 0]:
                file = {
                    "key": id_of("file", number),
                    "question": "photo",
                    "name": "cat.png",
                    "size": 100,
                    "secret": "1",
                }
                yield {**file, "hit": n, "assignment": number}

    def _qualifications(self) -> Iterator[Row]:
        (one,) = self._all(t.qualification)
        yield from ({**one, "worker": n, "value": n % 100} for n in self._workers)
        skill = {**one, "status": "Revoked", "reason": "No more"}
        yield from ({**skill, "worker": n, "qualification_type": 5} for n in self._workers if n % 10 == 0)

    def _requests(self) -> Iterator[Row]:
        (one,) = self._all(t.qualification_request)
        for n in self._workers:
            if n % 5 == 0:
                yield {**one, "qualification_request_id": id_of("request", n), "worker": n}

    def _blocks(self) -> Iterator[Row]:
        for n in self._workers:
            if n % BLOCKED == 0:
                yield {"requester": FIRST, "worker": n, "reason": "Spam"}

    def _messages(self) -> Iterator[Row]:
        for n in self._workers:
            for again in range(2):
                said = {"subject": "A new batch", "text": "There is more work. " * 10}
                yield {"requester": FIRST, "worker": n, **said, "time": self._now - (again + 1) * DAY}

    def _tokens(self) -> Iterator[Row]:
        for n in self._workers:
            time = self._now - n * DAY * 5 // (6 * self.size.workers)
            made = {"operation": "CreateHIT", "token": id_of("token", n), "subject": id_of("hit", n)}
            yield {"requester": FIRST, **made, "time": time}

    def _events(self) -> Iterator[Row]:
        outlet = self._one(t.notification_setting, hit_type=2)["outlet"]
        for n in self._workers:
            ids = {"hit_type_id": id_of("type", 1), "hit_id": id_of("hit", n), "assignment_id": None}
            yield {"outlet": outlet, "event_type": "HITReviewable", "time": self._now - 10 * DAY, **ids}

    def _reports(self) -> Iterator[Row]:
        for n in self._hits:
            for _, _, _, who in [*self._work(n)][: n % 100 == 0]:
                yield {"worker": who, "hit": n, "reason": "broken", "text": "", "time": self._created(n)}

    def _groups(self) -> None:
        group, words = self._one(t.hit_group, hit_type=1), self._one(t.hit_group_words, hit_type=1)
        numbers = range(1, self.size.groups + 1)
        of = t.hit_group.c
        for n in (1, 2, 3):
            more = of.hits + self._open[n]
            self._database.execute(t.hit_group.update().where(of.hit_type == n).values(hits=more, newest=self._now - n))
        self._add(t.hit_group, (
            {**group, "hit_type": n, "requester": requester(n), "hits": self._open[n], "newest": self._now - n}
            for n in numbers[3:]
        ))  # fmt: skip
        self._add(t.hit_group_words, (
            {"hit_type": n, "words": f"{words['words']}\n{n} {RARE if n == self.size.groups // 2 else ''}"}
            for n in numbers[3:]
        ))  # fmt: skip

    def _settle(self) -> None:
        self._add(t.account, (
            {"kind": "earned", "owner": n, "balance": self._balances["earned", n]} for n in self._workers
        ))  # fmt: skip
        of = t.account.c
        for (kind, owner), cents in self._balances.items():
            if kind != "earned" or owner == 1:
                is_it = of.kind == kind, of.owner == owner
                self._database.execute(t.account.update().where(*is_it).values(balance=of.balance + cents))
        counts = {what: t.hit.c[what] + len(self._workers) for what in ("approved",)}
        self._database.execute(t.hit.update().where(t.hit.c.number == 1).values(counts))

    def _tidy(self) -> None:
        """Number on from what is there, put off what fails, and let the database look at what it has."""
        far = {"due": self._now + 1000 * DAY, "failing_since": self._now - 10 * DAY, "attempts": 100}
        outlet = self._one(t.notification_setting, hit_type=2)["outlet"]
        self._database.execute(t.outlet.update().where(t.outlet.c.number == outlet).values(far))
        oldest = self._one(t.request_token, token=id_of("token", self.size.workers))["time"]
        self._add(t.agenda, iter([{"kind": "forget tokens", "subject": 0, "time": oldest + DAY}]))
        if self._database.dialect.name == "postgresql":
            for table in (t.worker, t.hit, t.assignment, t.hit_type, t.qualification_type):
                highest = (
                    f"SELECT setval(pg_get_serial_sequence('{table}', 'number'), (SELECT max(number) FROM {table}))"
                )
                self._database.exec_driver_sql(highest)
            self._database.exec_driver_sql("ANALYZE")

    def _one(self, of: sa.Table, **which: object) -> Row:
        found = self._database.execute(sa.select(of).filter_by(**which))
        return dict(found.mappings().one())

    def _all(self, of: sa.Table) -> list[Row]:
        return [
            {name: value for name, value in row.items() if name != "number"}
            for row in self._database.execute(sa.select(of)).mappings()
        ]

    def _is_reviewed(self, n: int) -> bool:
        return n % 10 == POLICIES and not self.size.is_new(n)

    def _has_bonus(self, n: int, k: int) -> bool:
        return k == 0 and n % 4 == 0 and self.size.kind(n)[1][0] == APPROVED

    def _created(self, n: int) -> int:
        return int(self._now - 20 * DAY + n * 19 * DAY // self.size.hits.stop)

    def _add(self, to: sa.Table, rows: Iterator[Row]) -> None:
        add(self._database, to, rows)


def _is_careful(hit_type_number: int) -> bool:
    return hit_type_number % 100 == 7


def add(database: sa.Connection, to: sa.Table, rows: Iterable[Row]) -> None:
    """Add many rows, all with the same columns, by the quickest way that the database has."""
    several = iter(rows)
    first = next(several, None)
    if first is None:
        return
    quote = database.dialect.identifier_preparer.quote
    names = ", ".join(map(quote, first))
    values = (tuple(row[name] for name in first) for row in itertools.chain([first], several))
    cursor: Any = database.connection.cursor()
    if database.dialect.name == "postgresql":
        with cursor.copy(f"COPY {to.name} ({names}) FROM STDIN") as copy:
            for one in values:
                copy.write_row(one)
    else:
        places = ", ".join("?" * len(first))
        cursor.executemany(f"INSERT INTO {quote(to.name)} ({names}) VALUES ({places})", values)
    cursor.close()
