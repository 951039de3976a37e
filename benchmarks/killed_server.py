"""A server that is killed again and again under work: nothing that was answered is lost, and nothing is done twice.

    python benchmarks/killed_server.py [--rounds 24] [--threads 6] [--database postgresql://user@host/empty]
    python benchmarks/killed_server.py --rounds 1 --gently --down 60

`mturk serve` runs in a process of its own. Threads publish HITs, have a worker do them, approve the work and pay a
bonus, all with the SDK, which tries again while the server is away. It is killed (SIGKILL, or with `--gently` SIGTERM)
at a random moment, some seconds after it began to listen, and started again, at once or after some seconds. In the end
what the threads know is held against the database.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from decimal import Decimal

from empty_database import MASTER_KEY, places
from published_hit import PAGE

import mturk
from mturk import HIT, Assignment, HITType, HTMLQuestion
from mturk.marketplace import Marketplace, MarketplaceError, WorkerError

BONUS = Decimal("0.10")
LONGEST = 2.0  # seconds that a server lives


class Server:
    """A server that can be killed, always at the same port."""

    def __init__(self, place: str) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        options = ["--port", str(port), "--database", place, "--deposit", "1000000"]
        self._command = [sys.executable, "-m", "mturk", "serve", *options]
        self._environment = {**os.environ, "MTURK_MARKETPLACE_KEY": MASTER_KEY}
        self.keys: dict[str, str] = {}
        self._start()

    def _start(self) -> None:
        self._process = subprocess.Popen(
            self._command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=self._environment
        )
        assert self._process.stdout is not None
        lines = iter(self._process.stdout.readline, "")
        for line in lines:
            if found := re.match(r"(Access|Secret) key: (\S+)$", line):
                self.keys[f"{found[1].lower()}_key"] = found[2]
            if line.startswith("Ctrl-C"):
                return
        raise SystemExit("the server did not start")

    def restart(self, number: signal.Signals, down: float) -> None:
        """End it, and start it again after so many seconds."""
        self.end(number)
        time.sleep(down)
        self._start()

    def end(self, number: signal.Signals) -> None:
        """End it by a signal."""
        self._process.send_signal(number)
        self._process.communicate()


class Job:
    """One thread, which does one HIT after the other from the first call to the last."""

    def __init__(self, connection: mturk.Connection, market: Marketplace, ended: threading.Event, number: int) -> None:
        self._connection = connection
        self._market = market
        self._ended = ended
        self._worker = f"AJOB{number}"
        self.done: list[tuple[str, str]] = []
        self.failed: Counter[str] = Counter()

    def run(self) -> None:
        """Work until it has ended; what was begun is brought to its end."""
        title = f"Label {self._worker}"
        hit_type = HITType.create(title, "Say what it is", "0.05", 3600, connection=self._connection)
        while not self._ended.is_set():
            try:
                self._one(hit_type)
            except mturk.MTurkError as error:
                self.failed[type(error).__name__] += 1

    def _one(self, hit_type: HITType) -> None:
        hit = hit_type.create_hit(HTMLQuestion(PAGE), 3600)
        assignment = Assignment(self._work(hit), connection=self._connection)
        assignment.approve()
        assignment.pay_bonus(BONUS, "thorough")
        self.done.append((hit.id, assignment.id))

    def _work(self, hit: HIT) -> str:
        while True:
            try:
                worker = self._market.worker(self._worker)
                assignment_id = worker.accept(hit.id)
                worker.submit(assignment_id, {"label": "cat"})
                return assignment_id
            except (WorkerError, MarketplaceError) as error:
                raise SystemExit(f"a worker's step failed: {error}") from None


def main() -> None:
    """Kill the server so many times, and say what came of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=24)
    parser.add_argument("--threads", type=int, default=6)
    parser.add_argument("--gently", action="store_true", help="end it by SIGTERM")
    parser.add_argument("--down", type=float, default=0.0, help="seconds until it is started again")
    parser.add_argument("--database", help="an empty PostgreSQL database to use instead of an SQLite file")
    given = parser.parse_args()
    with places(given.database, 1) as (place,):
        run(place, given.rounds, given.threads, signal.SIGTERM if given.gently else signal.SIGKILL, given.down)


def run(place: str, rounds: int, threads: int, number: signal.Signals, down: float) -> None:
    """Kill it under work, and hold what is known against the database."""
    server = Server(place)
    market = Marketplace(place, existing=True, master_key=MASTER_KEY)
    connection = mturk.Connection(server.url, **server.keys)
    ended = threading.Event()
    jobs = [Job(connection, market, ended, number) for number in range(threads)]
    running = [threading.Thread(target=job.run) for job in jobs]
    for thread in running:
        thread.start()
    for _ in range(rounds):
        time.sleep(random.uniform(0.2, LONGEST))
        server.restart(number, down)
    ended.set()
    for thread in running:
        thread.join()
    hold(connection, [one for job in jobs for one in job.done], sum((job.failed for job in jobs), Counter()), rounds)
    print(f"audit: {market.audit() or 'clean'}")
    connection.close()
    market.stop()
    server.end(signal.SIGTERM)


def hold(connection: mturk.Connection, done: list[tuple[str, str]], failed: Counter[str], rounds: int) -> None:
    """What the threads know against what the service says."""
    there = {hit.id: hit for hit in HIT.all(connection=connection)}
    lost = [hit_id for hit_id, _ in done if hit_id not in there]
    twice = [hit_id for hit_id in there if hit_id not in dict(done)]
    unpaid = wrong = 0
    for _, assignment_id in done:
        assignment = Assignment(assignment_id, connection=connection)
        unpaid += assignment.status != "Approved"
        wrong += [bonus.amount for bonus in assignment.bonuses()] != [BONUS]
    print(f"{rounds} ends: {len(done):,} HITs published, done, approved, paid a bonus; failed calls: {dict(failed)}")
    print(f"lost {len(lost)}, not known of {len(twice)}, not approved {unpaid}, with another bonus than one {wrong}")


if __name__ == "__main__":
    main()
