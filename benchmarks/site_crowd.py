"""Two hundred people at work at once: how long they wait, and that nothing is given out twice, lost, or fails.

The marketplace runs in a process of its own, on a durable SQLite file or on PostgreSQL. Everybody is signed in before.
Each looks for a HIT, mostly in the same group as all others, accepts what they see, works on it, submits it or gives it
back, and thinks for a while before each step. Beside that stands the bare API: as many connections that call GetHIT and
CreateHIT at the same pace. At the end the database is held against what everybody was told.

    python benchmarks/site_crowd.py [--minutes 5] [--people 200] [--think 2] [--database postgresql://user@host/empty]
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import multiprocessing
import random
import re
import statistics
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from multiprocessing.connection import Connection as Pipe
from typing import Any
from urllib.parse import urlencode, urlsplit

import sqlalchemy as sa
from empty_database import MASTER_KEY, places
from published_hit import FORM_HIT, NEW_HIT
from signed_in import cookies
from signing_client import Client

from mturk.marketplace import Marketplace
from mturk.marketplace.database import table as t

GROUPS = 12
LONGEST_WAIT = 60
TOKEN = re.compile('name="csrf_token" value="([^"]+)"')
HIT = re.compile('name="hit_id" value="([^"]+)"')
GROUP = re.compile('href="(/worker/groups/[0-9A-Z]+)"')


def serve(database: str, people: int, hits: int, pipe: Pipe) -> None:
    """Fill a marketplace, sign everybody in, and serve until asked for the truth."""
    with Marketplace(database, deposit="1000000.00", fees=0, master_key=MASTER_KEY) as market:
        requester = market.requester("requester")
        for number in range(hits):
            # One of three has one place only, so that many are refused and get the next.
            terms = {"Title": f"Group {number % GROUPS}", "MaxAssignments": (1, 3, 9)[number % 3]}
            market._dispatch.call(requester._number, "CreateHIT", {**FORM_HIT, **terms})
        workers = [f"ACROWD{number:08}" for number in range(people)]
        for one in workers:
            market.worker(one)
        pipe.send((market.url, market.access_key, market.secret_key, cookies(market, workers)))
        pipe.recv()
        pipe.send(market._store.read(truth))
        pipe.send(market.audit())
        pipe.recv()


def truth(database: sa.Connection) -> tuple[dict[str, tuple[str, str]], int]:
    """The state and the answer of each assignment, and how many HITs were given out more often than they may be."""
    query = sa.select(t.assignment.c.assignment_id, t.assignment.c.status, t.assignment.c.answer)
    found = {one: (status, answer or "") for one, status, answer in database.execute(query)}
    given = sa.select(t.assignment.c.hit, sa.func.count().label("number")).group_by(t.assignment.c.hit).subquery()
    often = sa.select(sa.func.count()).where(given.c.hit == t.hit.c.number, given.c.number > t.hit.c.max_assignments)
    return found, int(database.execute(often).scalar_one())


class Notes:
    """What everybody was told, and how long it took."""

    def __init__(self) -> None:
        self.taken: dict[str, list[float]] = defaultdict(list)
        self.statuses: Counter[tuple[str, int]] = Counter()
        self.answers: dict[str, str] = {}
        self.handed_out: Counter[tuple[str, str]] = Counter()
        self.failures: list[str] = []
        self._lock = threading.Lock()

    def note(self, step: str, status: int, seconds: float) -> None:
        with self._lock:
            self.taken[step].append(seconds)
            self.statuses[step, status] += 1

    def fail(self, what: str) -> None:
        with self._lock:
            self.failures.append(what)

    def lines(self) -> list[str]:
        """For each step how many, and how long half of them and nearly all of them took."""
        found = []
        for step, taken in self.taken.items():
            ordered = sorted(taken)
            p95 = ordered[int(len(ordered) * 0.95)]
            states = ", ".join(f"{number} x {status}" for (of, status), number in self.statuses.items() if of == step)
            found.append(
                f"  {step:24} p50 {statistics.median(ordered) * 1000:6.0f} ms  p95 {p95 * 1000:6.0f} ms"
                f"  longest {ordered[-1] * 1000:6.0f} ms   {states}"
            )
        return found


class Person:
    """Somebody with a browser."""

    def __init__(self, number: int, url: str, cookie: str, notes: Notes, think: float) -> None:
        self.number, self.notes, self.think = number, notes, think
        self._chance = random.Random(number)
        self._http = http.client.HTTPConnection(urlsplit(url).netloc, timeout=LONGEST_WAIT)
        self._cookie = f"mturk-session={cookie}"
        self._token = ""

    def work(self, end: float) -> None:
        """Do HITs until then."""
        time.sleep(self._chance.random() * self.think)
        while time.monotonic() < end:
            try:
                self._do_one()
            except (OSError, http.client.HTTPException, AttributeError) as error:
                self.notes.fail(f"{type(error).__name__}: {error}")
                self._http.close()
        self._http.close()

    def _do_one(self) -> None:
        groups = GROUP.findall(self._get("the list of HITs", "/worker/"))
        if not groups:
            return
        group = groups[0] if self._chance.random() < 0.5 else self._chance.choice(groups)
        chosen = HIT.search(self._get("a group", group))
        if chosen is None:
            return
        status, place = self._post("accept", f"{group}/accept", hit_id=chosen[1])
        if status != 302:
            return
        assignment_id = place.rpartition("/")[2]
        self._get("at work", place)
        if self._chance.random() < 0.1:
            self._post("return", f"{place}/return")
            return
        label = f"{self.number}-{assignment_id}"
        status, _ = self._post("submit", place, label=label)
        if status == 302:
            if assignment_id in self.notes.answers:
                self.notes.fail(f"{assignment_id} was taken from two people")
            self.notes.answers[assignment_id] = label
        self._get("submitted", place)

    def _get(self, step: str, path: str) -> str:
        _, _, text = self._ask(step, "GET", path, None)
        found = TOKEN.search(text)
        self._token = found[1] if found else self._token
        return text

    def _post(self, step: str, path: str, **fields: str) -> tuple[int, str]:
        status, place, _ = self._ask(step, "POST", path, urlencode({"csrf_token": self._token, **fields}))
        return status, place

    def _ask(self, step: str, method: str, path: str, body: str | None) -> tuple[int, str, str]:
        time.sleep(self._chance.expovariate(1 / self.think) if self.think else 0)
        headers = {"Cookie": self._cookie}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        started = time.perf_counter()
        self._http.request(method, path, body, headers)
        answer = self._http.getresponse()
        text = answer.read().decode()
        self.notes.note(step, answer.status, time.perf_counter() - started)
        for cookie in answer.headers.get_all("Set-Cookie") or ():
            if cookie.startswith("mturk-session="):
                self._cookie = cookie.partition(";")[0]
        return answer.status, answer.headers.get("Location", ""), text


class Program:
    """A client of the bare API at the pace of a person."""

    def __init__(self, number: int, keys: tuple[str, str, str], hit: str, notes: Notes, think: float) -> None:
        self._chance = random.Random(number)
        self._client, self._hit, self._notes, self._think = Client(*keys), hit, notes, think

    def work(self, end: float) -> None:
        """Call until then."""
        while time.monotonic() < end:
            time.sleep(self._chance.expovariate(1 / self._think) if self._think else 0)
            reads = self._chance.random() < 0.6  # as many as people's steps that only look
            started = time.perf_counter()
            try:
                if reads:
                    self._client.call("GetHIT", {"HITId": self._hit})
                else:
                    self._client.call("CreateHIT", NEW_HIT)
            except (OSError, RuntimeError, http.client.HTTPException) as error:
                self._notes.fail(f"{type(error).__name__}: {error}")
            else:
                self._notes.note("GetHIT" if reads else "CreateHIT", 200, time.perf_counter() - started)


def together(works: list[Callable[[float], None]], seconds: float) -> None:
    end = time.monotonic() + seconds
    threads = [threading.Thread(target=work, args=(end,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def judge(notes: Notes, found: dict[str, tuple[str, str]], often: int, wrong: list[str]) -> None:
    """Say what went wrong; exit with an error if anything did."""
    lost = [one for one, label in notes.answers.items() if label not in found.get(one, ("", ""))[1]]
    failed = {key: number for key, number in notes.statuses.items() if key[1] >= 500}
    faults: dict[str, Any] = {
        "answers lost": len(lost),
        "HITs given out too often": often,
        "answers of 500 and more": failed,
        "other failures": notes.failures[:5],
        "wrong in the books": wrong[:5],
    }
    print(f"  {len(notes.answers)} answers were handed in.")
    for name, fault in faults.items():
        print(f"  {name}: {fault or 'none'}")
    if any(faults.values()):
        raise SystemExit(1)


def run(database: str, people: int, seconds: float, think: float, hits: int) -> None:
    here, there = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(database, people, hits, there))
    server.start()
    with contextlib.closing(here):
        url, access_key, secret_key, signed_in = here.recv()
        keys = url, access_key, secret_key
        notes, api = Notes(), Notes()
        everybody = [Person(number, url, cookie, notes, think) for number, cookie in enumerate(signed_in)]
        print(f"{people} people for {seconds:.0f} s, who think {think:g} s before each step:", flush=True)
        together([one.work for one in everybody], seconds)
        print("\n".join(notes.lines()), flush=True)
        hit = Client(*keys).call("CreateHIT", NEW_HIT)["HIT"]["HITId"]
        print(f"The bare API, {people} connections at the same pace for {seconds / 5:.0f} s:", flush=True)
        together([Program(number, keys, hit, api, think).work for number in range(people)], seconds / 5)
        print("\n".join(api.lines()), flush=True)
        here.send("the truth")
        found, often = here.recv()
        wrong = here.recv()
        here.send("the end")
        server.join()
    notes.failures += api.failures
    judge(notes, found, often, wrong)


def main() -> None:
    parser = argparse.ArgumentParser(description="Let many people work at once.")
    parser.add_argument("--database", metavar="URL", help="a PostgreSQL server instead of an SQLite file")
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--think", type=float, default=2, help="seconds before each step, on average")
    parser.add_argument("--hits", type=int, default=4000)
    given = parser.parse_args()
    with places(given.database, 1) as (database,):
        run(database, given.people, given.minutes * 60, given.think, given.hits)


if __name__ == "__main__":
    main()
