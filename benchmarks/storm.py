"""Events in a storm: three consumers of one queue, which loses and repeats messages, and one of them is killed.

    python benchmarks/storm.py --submissions 10000

A marketplace tells a queue of each submission. On the way to a second queue every tenth message is doubled and every
fiftieth lost. Three processes listen to that one and poll; each approves and pays a bonus for what it is told of. One
is killed when half is done. Then each assignment must be approved, and must have one bonus; and a handler may have been
called twice only for what the killed process had begun.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

from mturk import HIT, Connection, Event, Events, HITType, HTMLQuestion
from mturk.event.queue import Queue
from mturk.marketplace import Marketplace

PAGE = """<!DOCTYPE html>
<form name="mturk_form" method="post" action="https://www.mturk.com/mturk/externalSubmit">
<input type="hidden" name="assignmentId" value=""><input name="label"><input type="submit"></form>"""
CONSUMERS = 3
PER_HIT = 9  # ten and more cost twice the fee


def consume(url: str, keys: tuple[str, str], queue: str, folder: Path, hit_type: str, every: float) -> None:
    """Be one of the consumers, until a line comes in."""
    log = os.open(folder / f"{os.getpid()}.log", os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    connection = Connection(url, access_key=keys[0], secret_key=keys[1])
    events = Events(connection, mark=folder / "mark.sqlite3")

    @events.on("AssignmentSubmitted", hit_type=hit_type)
    def pay(event: Event) -> None:
        assert event.assignment is not None
        os.write(log, f"begin {event.assignment_id} {event.source}\n".encode())
        event.assignment.approve()
        worker = event.assignment.worker_id
        event.assignment.pay_bonus("0.01", f"Thank you, {worker}")
        os.write(log, f"end {event.assignment_id} {event.source}\n".encode())

    with events.listening(queue, "poll", every=every):
        sys.stdin.readline()


def carry(source: Queue, target: Queue, ended: threading.Event) -> Counter[str]:
    """Move messages, event by event, and do to them what a bad queue does."""
    count: Counter[str] = Counter()
    while not ended.is_set():
        messages = source.receive(wait=1)
        for message in messages:
            document = json.loads(message.body)
            for place, event in enumerate(document["Events"]):
                count["sent"] += 1
                if count["sent"] % 50 == 0:
                    count["lost"] += 1
                    continue
                text = json.dumps({**document, "Events": [event], "EventDocId": f"{document['EventDocId']}{place}"})
                for _ in range(2 if count["sent"] % 10 == 0 else 1):
                    target.send(text)
        source.delete(messages)
    return count


def submit(market: Marketplace, hits: list[HIT]) -> None:
    for hit in hits:
        for number in range(hit.max_assignments):
            worker = market.worker(f"A{number}")
            worker.submit(worker.accept(hit.id), {"label": "cat"})


def main() -> None:
    """Run the storm, and say what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--submissions", type=int, default=10_000)
    parser.add_argument("--every", type=float, default=10, help="seconds between two rounds of a poll")
    parser.add_argument("--consume", nargs=6, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.consume:
        url, access_key, secret_key, queue, folder, hit_type = given.consume
        consume(url, (access_key, secret_key), queue, Path(folder), hit_type, given.every)
        return
    with tempfile.TemporaryDirectory() as name:
        storm(given.submissions, given.every, Path(name))


def storm(submissions: int, every: float, folder: Path) -> None:
    """Publish, submit, consume, kill, and hold the outcome against what must be."""
    begin = time.monotonic()
    with Marketplace(folder / "lab.sqlite3", deposit="100000.00") as market:
        keys = (market.access_key, market.secret_key)
        connection = Connection(market.url, access_key=keys[0], secret_key=keys[1])
        good, bad = Queue(market.queue("good").url, connection), Queue(market.queue("bad").url, connection)
        hit_type = HITType.create("Label", "Say what it is", "0.05", 3600, connection=connection)
        hit_type.notify(good.url, ["AssignmentSubmitted"])
        command = [
            sys.executable,
            __file__,
            "--every",
            str(every),
            "--consume",
            market.url,
            *keys,
            bad.url,
            str(folder),
            hit_type.id,
        ]
        consumers = [subprocess.Popen(command, stdin=subprocess.PIPE, text=True) for _ in range(CONSUMERS)]
        ended, counted = threading.Event(), []
        carrier = threading.Thread(target=lambda: counted.append(carry(good, bad, ended)))
        carrier.start()
        hits = [
            hit_type.create_hit(HTMLQuestion(PAGE), 86_400, max_assignments=min(PER_HIT, submissions - first))
            for first in range(0, submissions, PER_HIT)
        ]
        worker = threading.Thread(target=submit, args=(market, hits))
        worker.start()
        killed = consumers[0]
        while done(folder) < submissions // 2:
            time.sleep(0.2)
        killed.send_signal(signal.SIGKILL)
        killed.wait()
        worker.join()
        while done(folder) < submissions:
            assert time.monotonic() - begin < 3600, f"only {done(folder)} of {submissions}"
            time.sleep(0.5)
        time.sleep(3)  # what comes twice may still come
        for consumer in consumers[1:]:
            consumer.communicate("\n", timeout=60)
        ended.set()
        carrier.join()
        report(folder, killed.pid, hits, counted[0], market, time.monotonic() - begin)
        connection.close()


def done(folder: Path) -> int:
    """How many assignments a handler has ended with."""
    return len({line.split()[1] for line in lines(folder) if line.startswith("end ")})


def lines(folder: Path) -> list[str]:
    return [line for file in folder.glob("*.log") for line in file.read_text().splitlines() if line.count(" ") == 2]


def report(
    folder: Path, killed: int, hits: list[HIT], carried: Counter[str], market: Marketplace, seconds: float
) -> None:
    begun = Counter(line.split()[1] for line in lines(folder) if line.startswith("begin "))
    dead = (folder / f"{killed}.log").read_text().splitlines()
    had_begun = {line.split()[1] for line in dead if line.startswith("begin ")}
    had_begun -= {line.split()[1] for line in dead if line.startswith("end ")}
    last = {line.split()[1] for line in dead if line.startswith("end ")}
    assignments = {one.id: one for hit in hits for one in hit.assignments()}
    bonuses = Counter(one.assignment_id for hit in hits for one in hit.bonuses())
    submissions = sum(hit.max_assignments for hit in hits)
    twice = {name for name, number in begun.items() if number > 1}
    by_poll = {line.split()[1] for line in lines(folder) if line.startswith("end ") and line.endswith(" poll")}
    print(f"{submissions} submissions, {carried['lost']} lost by the queue, {seconds:.0f} s")
    print(f"handled: {len(begun)}, found by the poll: {len(by_poll)}, begun twice: {len(twice)}")
    print(f"the killed process had begun and not ended: {len(had_begun)}")
    assert len(assignments) == len(begun) == submissions
    assert {one.status for one in assignments.values()} == {"Approved"}
    assert bonuses == Counter(dict.fromkeys(assignments, 1))
    # It may have died between the end of a handler and the note of it in the mark.
    assert twice <= had_begun | last, twice - had_begun - last
    assert len(twice - had_begun) <= 4
    assert not market.audit()
    print("each assignment is approved, has one bonus, and the ledger adds up")


if __name__ == "__main__":
    main()
