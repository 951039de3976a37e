"""How long others wait while a marketplace is backed up, gets a new master key, and is pruned.

An SQLite file of some hundred megabytes and ten thousand access keys is made first. Beside each of the three a process
of its own writes all the time, in transactions of one small row; the longest of them is what a call would have waited.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Connection, select, text

from mturk.marketplace import Marketplace, back_up, check, prune, rotate_master_key
from mturk.marketplace.database import table as t
from mturk.marketplace.database.seal import Seal
from mturk.marketplace.database.store import Store

HITS = 30_000
KEYS = 10_000
WORK = 3  # assignments of each HIT
OLD = timedelta(days=500)
QUESTION = 4000
ANSWER = 1000
STATEMENTS = (
    "INSERT INTO worker (number, worker_id, adult, masters, creation_time, accepted, submitted, approved) "
    "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT :work) "
    "SELECT x, 'A1W' || x, 0, 0, 0, :hits, :hits, :hits FROM n",
    "INSERT INTO account SELECT 'earned', number, 0 FROM worker",
    "INSERT INTO hit_type VALUES (1, 1, 'T', 'G', 'Title', 'Words', NULL, 5, 600, 600, '[]', 'd')",
    "INSERT INTO hit (number, hit_id, requester, hit_type, status, status_time, creation_time, expiration, expired, "
    "disposed, max_assignments, approved, fee) "
    "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT :hits) "
    "SELECT x, 'H' || x, 1, 1, 'Disposed', :old, :old, :old, 1, 1, :work, :work, 1 FROM n",
    "INSERT INTO hit_content (hit, question) SELECT number, hex(randomblob(:question / 2)) FROM hit",
    "INSERT INTO assignment (assignment_id, hit, worker, status, accept_time, submit_time, approval_time, answer) "
    "SELECT hit.number || '-' || worker.number, hit.number, worker.number, 'Approved', :old, :old, :old, "
    "hex(randomblob(:answer / 2)) FROM hit, worker",
)


def write(path: str) -> None:
    """Write small rows until the standard input ends, and say how long that took."""
    store, waits, ended = Store(path), [], threading.Event()
    print("ready", flush=True)
    threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
    while not ended.is_set():
        start = time.perf_counter()
        store.add_shift(0, most=0)
        waits.append((time.perf_counter() - start) * 1000)
        time.sleep(0.002)
    waits.sort()
    print(
        f"{len(waits)} writes, median {waits[len(waits) // 2]:.1f} ms, "
        f"99th of 100 {waits[len(waits) * 99 // 100]:.1f} ms, longest {waits[-1]:.0f} ms"
    )


def fill(database: Connection) -> None:
    """Have many HITs that were disposed of long ago."""
    values = {
        "hits": HITS,
        "work": WORK,
        "question": QUESTION,
        "answer": ANSWER,
        "old": round((time.time() - OLD.total_seconds()) * 1000),
    }
    for statement in STATEMENTS:
        names = {name: value for name, value in values.items() if f":{name}" in statement}
        database.execute(text(statement), names)


def add_keys(database: Connection, seal: Seal) -> None:
    """Have many access keys, as of a requester for each of many students."""
    one = dict(database.execute(select(t.access_key)).mappings().first() or {})
    for number in range(KEYS):
        one["access_key"] = f"AKIA{number:016}"
        one["sealed_secret"] = seal.close("x" * 40, one["access_key"])
        database.execute(t.access_key.insert().values(one))


def beside(path: Path, name: str, act: Callable[[], object]) -> None:
    """Do something while another process writes, and say how long both took."""
    program = [sys.executable, __file__, str(path)]
    with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdin
        assert writer.stdout
        writer.stdout.readline()
        start = time.perf_counter()
        act()
        took = time.perf_counter() - start
        writer.stdin.close()
        print(f"{name:28} {took:6.1f} s   beside it: {writer.stdout.read().strip()}", flush=True)


def main() -> None:
    """Make the database, and do all three."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "lab.sqlite3"
        market = Marketplace(path)
        market.requesters()
        market._store.write(fill)
        market._store.write(lambda database: add_keys(database, market._opening.seal))
        market.stop()
        work = f"{HITS:,} HITs of {WORK} assignments that were disposed of"
        print(f"{path.stat().st_size / 1e6:.0f} MB, {work}, {KEYS:,} keys")
        beside(path, "nothing, for five seconds", lambda: time.sleep(5))
        beside(path, "backup, verified", lambda: print(back_up(path, folder / "copies").problems[:1]))
        beside(path, "check", lambda: check(path))
        beside(path, "a new master key", lambda: rotate_master_key(path))
        beside(path, "prune", lambda: prune(path, timedelta(days=400), dry_run=False))
        beside(path, "VACUUM after it", lambda: prune(path, timedelta(days=400), dry_run=False, vacuum=True))


if __name__ == "__main__":
    write(sys.argv[1]) if sys.argv[1:] else main()
