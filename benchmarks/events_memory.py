"""Memory and rate of telling 100,000 events.

    python benchmarks/events_memory.py --events 100000

Each event comes as a message of its own and goes through the mark (a file) to a handler that counts. What the process
keeps must not grow with the number of events.
"""

from __future__ import annotations

import argparse
import gc
import tempfile
import threading
import time
import tracemalloc
from pathlib import Path

from mturk import Connection, Events

TOPIC = "arn:aws:sns:us-east-1:123456789012:turk"
HEADERS = {"x-amz-sns-rawdelivery": "true", "x-amz-sns-topic-arn": TOPIC}
HITS = 200
MESSAGE = (
    '{"Events":[{"EventType":"AssignmentSubmitted","EventTimestamp":"2026-11-22T09:00:00Z",'
    '"HITTypeId":"3TYPE","HITId":"3HIT%d","AssignmentId":"3A%d"}],"EventDocId":"%d"}'
)


def main() -> None:
    """Tell the events in ten parts, and say after each what is kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--traced", action="store_true", help="count Python's own memory, which is slow")
    given = parser.parse_args()
    heard, change = 0, threading.Condition()

    def count(event: object) -> None:
        nonlocal heard
        with change:
            heard += 1
            change.notify()

    if given.traced:
        tracemalloc.start()
    with tempfile.TemporaryDirectory() as folder:
        connection = Connection("https://turk.my-lab.org", access_key="a", secret_key="b")
        events = Events(connection, mark=Path(folder) / "mark.sqlite3", topics=[TOPIC])
        events.on("any", count)
        part, begin = given.events // 10, time.monotonic()
        for number in range(part * 10):
            events.receive(MESSAGE % (number % HITS, number, number), HEADERS, raw=True)
            if (number + 1) % part == 0:
                with change:
                    change.wait_for(lambda upto=number + 1: heard >= upto)
                gc.collect()
                rate = (number + 1) / (time.monotonic() - begin)
                print(f"{number + 1} events, {kept(traced=given.traced):,} kB, {rate:.0f} a second", flush=True)
        events.stop()


def kept(*, traced: bool) -> int:
    """What the process holds, in kB."""
    if traced:
        return tracemalloc.get_traced_memory()[0] // 1024
    pages = Path("/proc/self/statm").read_text().split()[1]
    return int(pages) * 4


if __name__ == "__main__":
    main()
