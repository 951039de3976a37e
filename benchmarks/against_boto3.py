"""The client's cost, beside boto3's: CPU time of calls and of a process's start, and memory, in one run.

A small server in a child process gives both the same answers, so what is compared is the client alone. Each
figure is the median of paired ratios (mturk / boto3, one after the other, several times over), with its range:
a machine's speed drifts, a pair's does not. Start in an environment that holds little else: what it loads of itself
at each start counts for both.

    python benchmarks/against_boto3.py [repetitions]
"""

from __future__ import annotations

import compileall
import http.server
import json
import multiprocessing
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from importlib.resources import files
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from typing import TYPE_CHECKING, Any

import submissions

if TYPE_CHECKING:
    import mturk

HERE = Path(__file__).parent  # where Python looks first, here as in the processes that are started
RECORDS = 100_000
HELD_REPETITIONS = 3
KEYS = {"access": "AKIDEXAMPLE", "secret": "example-secret"}
CREATED = submissions.CREATED


def a_hit() -> dict[str, object]:
    page = (
        (
            "<!DOCTYPE html><html><body><form method='post' action='https://www.mturk.com/mturk/externalSubmit'>"
            "<input type='hidden' name='assignmentId'><input name='label'>"
        )
        + "<p>Say what is in the picture.</p>" * 20
        + "</form></body></html>"
    )
    return {
        "HITId": submissions.HIT_ID,
        "HITTypeId": "3BCDEFGHIJKLMNOPQRSTUVWXYZ0123",
        "HITGroupId": "3CDEFGHIJKLMNOPQRSTUVWXYZ01234",
        "CreationTime": CREATED,
        "Title": "Label a photo",
        "Description": "Say what is in the picture",
        "Question": f"<HTMLQuestion><HTMLContent><![CDATA[{page}]]></HTMLContent></HTMLQuestion>",
        "Keywords": "image, label",
        "HITStatus": "Assignable",
        "MaxAssignments": 3,
        "Reward": "0.05",
        "AutoApprovalDelayInSeconds": 259200,
        "Expiration": CREATED + 86400,
        "AssignmentDurationInSeconds": 600,
        "RequesterAnnotation": "batch 7",
        "QualificationRequirements": [
            {
                "QualificationTypeId": "000000000000000000L0",
                "Comparator": "GreaterThanOrEqualTo",
                "IntegerValues": [95],
                "RequiredToPreview": False,
                "ActionsGuarded": "Accept",
            }
        ],
        "HITReviewStatus": "NotReviewed",
        "NumberOfAssignmentsPending": 0,
        "NumberOfAssignmentsAvailable": 3,
        "NumberOfAssignmentsCompleted": 0,
    }


ANSWERS = {
    "GetHIT": {"HIT": a_hit()},
    "GetAccountBalance": {"AvailableBalance": "10000.00"},
    "ListAssignmentsForHIT": {
        "NumResults": 100,
        "Assignments": [submissions.assignment(n, submissions.mixed(n)) for n in range(100)],
    },
}
BODIES = {operation: json.dumps(answer).encode() for operation, answer in ANSWERS.items()}


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers every call at once, on a connection that stays open."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_POST(self) -> None:  # the name that http.server wants
        self.rfile.read(int(self.headers["Content-Length"]))
        body = BODIES[self.headers["X-Amz-Target"].rpartition(".")[2]]
        self.send_response(200)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("x-amzn-RequestId", "5d8d4a4a-0f5b-4f0e-9d3e-000000000000")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def serve(pipe: Pipe) -> None:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    pipe.send(server.server_port)
    server.serve_forever()


def cpu(work: Callable[[], object], times: int) -> float:
    """CPU seconds of this process for one piece of work."""
    started = time.process_time()
    for _ in range(times):
        work()
    return (time.process_time() - started) / times


# Not getrusage: its peak begins with that of the process that forked this one.
MEMORY = """
def memory(what):
    return int(next(line.split()[1] for line in open("/proc/self/status") if line.startswith(what))) / 1024
"""
CONNECT_BOTO3 = """
import boto3
client = boto3.client("mturk", endpoint_url={url!r}, region_name="us-east-1",
                      aws_access_key_id={access!r}, aws_secret_access_key={secret!r})
"""
CONNECT_MTURK = """
import mturk
mturk.connect({url!r}, access_key={access!r}, secret_key={secret!r})
"""
PEAK = "\nprint(memory('VmHWM'))"
START_BOTO3 = CONNECT_BOTO3 + "client.get_hit(HITId={hit_id!r})['HIT']['Title']"
START_MTURK = CONNECT_MTURK + "mturk.HIT.get({hit_id!r}).title"
PAGE_BOTO3 = """
def page():
    return client.list_assignments_for_hit(HITId={hit_id!r}, MaxResults=100)["Assignments"]
"""
PAGE_MTURK = """
def page():
    return mturk.HIT({hit_id!r}).get_assignments(page_size=100).items
"""
READ_BOTO3 = """
import xmltodict
def read(each):
    each["Answer"] = xmltodict.parse(each["Answer"])
"""
READ_MTURK = """
def read(each):
    each.answers
"""
# The records of so many pages, with their answers read or not.
HOLD = """
import gc
def some(pages):
    for _ in range(pages):
        kept.extend(page())
        if READ:
            for each in kept[-100:]:
                read(each)
kept = []
some(1)
kept.clear()
gc.collect()
before = memory("VmRSS")
some(PAGES)
gc.collect()
print(memory("VmRSS") - before)
"""


def run(code: str, url: str) -> float:
    """What a program prints, run in a process of its own."""
    script = MEMORY + code.format(url=url, hit_id=submissions.HIT_ID, **KEYS)
    ran = subprocess.run([sys.executable, "-c", script], cwd=HERE, capture_output=True, text=True, check=True)
    return float(ran.stdout)


def start(code: str, url: str) -> tuple[float, float]:
    """CPU milliseconds of a whole process, the system's for it included, and its peak memory in MB."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    peak = run(code + PEAK, url)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1000, peak


def compare(name: str, unit: str, pairs: list[tuple[float, float]], reach: float) -> None:
    ratios = sorted(ours / theirs for ours, theirs in pairs)
    ours, theirs, middle = (statistics.median(each) for each in (*zip(*pairs, strict=True), ratios))
    verdict = "ok" if middle <= reach else "MISSED"
    spread = f"({ratios[0]:.2f}-{ratios[-1]:.2f})"
    print(
        f"{name:44} {theirs:7.2f} {ours:7.2f} {unit:3} {middle:5.2f} {spread}  reach {reach:.2f}  {verdict}", flush=True
    )


def calls(url: str, repetitions: int) -> None:
    """What a call costs in a process that runs."""
    import boto3
    import xmltodict

    import mturk

    access, secret, hit_id = KEYS["access"], KEYS["secret"], submissions.HIT_ID
    keys = {"aws_access_key_id": access, "aws_secret_access_key": secret}
    client = boto3.client("mturk", endpoint_url=url, region_name="us-east-1", **keys)
    hit = mturk.HIT(hit_id, connection=mturk.connect(url, access_key=access, secret_key=secret))

    def their_page() -> Any:
        return client.list_assignments_for_hit(HITId=hit_id, MaxResults=100)["Assignments"]

    def our_page() -> list[mturk.Assignment]:
        return hit.get_assignments(page_size=100).items

    rows: list[tuple[str, Callable[[], object], Callable[[], object], int, float]] = [
        (
            "one GetHIT into a HIT, CPU",
            lambda: client.get_hit(HITId=hit_id)["HIT"],
            lambda: mturk.HIT.get(hit_id),
            300,
            0.35,
        ),
        ("a page of 100 assignments, CPU", their_page, our_page, 60, 0.20),
        (
            "the same with every answer read, CPU",
            lambda: [xmltodict.parse(each["Answer"]) for each in their_page()],
            lambda: [each.answers for each in our_page()],
            30,
            0.40,
        ),
    ]
    for name, theirs, ours, times, reach in rows:
        theirs(), ours()
        pairs = [(cpu(ours, times) * 1000, cpu(theirs, times) * 1000) for _ in range(repetitions)]
        compare(name, "ms", pairs, reach)


def starts(url: str, repetitions: int) -> None:
    """What a process costs that makes one call."""
    pairs = [(start(START_MTURK, url), start(START_BOTO3, url)) for _ in range(repetitions)]
    compare("process start to the first HIT.get, CPU", "ms", [(ours[0], theirs[0]) for ours, theirs in pairs], 0.66)
    compare("peak memory after it", "MB", [(ours[1], theirs[1]) for ours, theirs in pairs], 0.70)


def holds(url: str) -> None:
    """What records take that are kept."""
    ours, theirs = CONNECT_MTURK + PAGE_MTURK + READ_MTURK, CONNECT_BOTO3 + PAGE_BOTO3 + READ_BOTO3
    for name, read, reach in (("", False, 0.40), (", answers read", True, 0.60)):
        hold = f"\nPAGES, READ = {RECORDS // 100}, {read}\n{HOLD}"
        pairs = [(run(ours + hold, url), run(theirs + hold, url)) for _ in range(HELD_REPETITIONS)]
        compare(f"{RECORDS:,} assignments held{name}", "MB", pairs, reach)


def main(repetitions: int) -> None:
    """Print all rows."""
    # As pip does where it installs: a checkout may be one in which Python writes no bytecode.
    compileall.compile_dir(str(files("mturk")), quiet=1)
    here, there = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(there,), daemon=True)
    server.start()
    url = f"http://127.0.0.1:{here.recv()}/"
    versions = ", ".join(f"{name} {version(name)}" for name in ("mturk", "boto3", "xmltodict"))
    print(f"{versions}, Python {sys.version.split()[0]}, {os.cpu_count()} cores")
    print(f"{'':44} {'boto3':>7} {'mturk':>7}     ratio (range)")
    calls(url, repetitions)
    starts(url, repetitions)
    holds(url)
    server.kill()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 9)
