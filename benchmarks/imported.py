"""What it takes to bring 100,000 assignments into a marketplace: time, CPU time and peak memory of `mturk import`.

A table of results as MTurk's requester site writes them, ten assignments for each HIT and five answers each, is read
by the command in a process of its own: as a dry run, then brought into a new marketplace, then once more, when all of
it is there. Meanwhile nobody else writes; the pauses that the command leaves to others are in the time.

    python benchmarks/imported.py [--database postgresql://user@host/empty] [--assignments 100000]
"""

from __future__ import annotations

import argparse
import csv
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from empty_database import MASTER_KEY

from mturk.marketplace import Marketplace, check

PER_HIT, WORKERS = 10, 2_000
FIXED = {
    "HITTypeId": "3TYPE", "Title": "Label a photo", "Description": "Say what is in it", "Keywords": "photo, label",
    "Reward": "$0.05", "CreationTime": "Thu Oct 17 18:49:23 PDT 2019", "MaxAssignments": str(PER_HIT),
    "RequesterAnnotation": "BatchId:3805321;OriginalHitTemplateId:928390811;", "AssignmentDurationInSeconds": "600",
    "AutoApprovalDelayInSeconds": "259200", "Expiration": "Thu Oct 24 18:49:23 PDT 2019",
    "AssignmentStatus": "Approved", "AcceptTime": "Thu Oct 17 18:59:03 PDT 2019",
    "SubmitTime": "Thu Oct 17 18:59:57 PDT 2019", "AutoApprovalTime": "Sun Oct 20 18:59:57 PDT 2019",
    "ApprovalTime": "Fri Oct 18 18:59:57 PDT 2019", "WorkTimeInSeconds": "54",
}  # fmt: skip
ANSWERS = {f"Answer.q{number}": f"what somebody said about question {number}" for number in range(5)}
RUNS = {"a dry run": [], "all of it, new": ["--yes"], "again, all there": ["--yes"]}


class Cost(NamedTuple):
    """What a run took: seconds, seconds of CPU, and the most memory in bytes."""

    seconds: float
    cpu: float
    memory: int


def written(path: Path, assignments: int) -> Path:
    """A table with so many assignments."""
    ids = ["HITId", "AssignmentId", "WorkerId", "Input.url"]
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, [*ids, *FIXED, *ANSWERS], quoting=csv.QUOTE_ALL)
        table.writeheader()
        for number in range(assignments):
            hit = number // PER_HIT
            table.writerow({
                "HITId": f"3HIT{hit}", "AssignmentId": f"3WORK{number}",
                "WorkerId": f"A1WORKER{(hit * 7 + number) % WORKERS}",
                "Input.url": f"https://example.org/{hit}.jpg", **FIXED, **ANSWERS,
            })  # fmt: skip
    return path


def measured(path: Path, database: str, more: list[str]) -> Cost:
    """Run the command once."""
    words = [sys.executable, "-m", "mturk", "import", str(path), "--into", database, *more]
    begun = time.monotonic()
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(words)} ended with {process.returncode}")
    return Cost(time.monotonic() - begun, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024)


def main() -> None:
    """Print a line for each run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", help="the URL of an empty database; without it a file of SQLite")
    parser.add_argument("--assignments", type=int, default=100_000)
    options = parser.parse_args()
    os.environ.setdefault("MTURK_MARKETPLACE_KEY", MASTER_KEY)
    with tempfile.TemporaryDirectory() as folder:
        path = written(Path(folder) / "results.csv", options.assignments)
        database = options.database or f"{folder}/lab.sqlite3"
        with Marketplace(database) as market:
            market.requester("requester")
        kind = "SQLite" if options.database is None else database.partition(":")[0]
        print(f"{options.assignments:,} assignments, {path.stat().st_size / 1e6:.0f} MB of CSV, into {kind}")
        for name, more in RUNS.items():
            cost = measured(path, database, more)
            print(f"{name:18} {cost.seconds:7.1f} s  {cost.cpu:7.1f} s of CPU  {cost.memory / 1e6:6.0f} MB at most")
        print(f"wrong afterwards: {len(check(database))}")


if __name__ == "__main__":
    main()
