"""Batches beside plain scripts with boto3: CPU time and memory of the client, the pace when throttled, a million rows.

Each run is a process of its own, whose CPU time is counted after its imports; the server is another process, and gives
both the same answers. A figure is the median of paired ratios (mturk / boto3, one after the other, several times over),
with its range: a machine's speed drifts, a pair's does not. Memory is the peak of the whole process.

    python benchmarks/batch.py                          # all parts; about half an hour
    python benchmarks/batch.py publish read --repetitions 3
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path
from string import Template
from typing import Any

from batch_service import NAMESPACE, PAGE, TERMS, TYPE_ID, service

HITS = 10_000
THREADS = 8
KEYS = {"access_key": "AKIDEXAMPLE", "secret_key": "example-secret"}

# What is measured: functions of the server's address, and of a folder with rows.csv and label.html. Each prepares
# itself, and gives the work.

Work = Callable[[], object]


def client_of(url: str, config: Any = None) -> Any:
    import boto3

    keys = {"aws_access_key_id": KEYS["access_key"], "aws_secret_access_key": KEYS["secret_key"]}
    client = boto3.client("mturk", endpoint_url=url, region_name="us-east-1", config=config, **keys)
    client.get_account_balance()
    return client


def publish_with_boto3(url: str, folder: Path) -> Work:
    client = client_of(url)

    def work() -> None:
        page = Template((folder / "label.html").read_text())
        schema = f"{NAMESPACE}2011-11-11/HTMLQuestion.xsd"

        def publish(numbered: tuple[int, dict[str, str]]) -> tuple[str, dict[str, str]]:
            number, row = numbered
            answer = client.create_hit_with_hit_type(
                HITTypeId=TYPE_ID,
                LifetimeInSeconds=86_400,
                MaxAssignments=10,
                RequesterAnnotation=f"row={number}",
                UniqueRequestToken=f"photos-{number}",
                Question=f'<HTMLQuestion xmlns="{schema}"><HTMLContent><![CDATA[{page.substitute(row)}]]></HTMLContent>'
                "<FrameHeight>0</FrameHeight></HTMLQuestion>",
            )
            return answer["HIT"]["HITId"], row

        with (folder / "rows.csv").open() as rows, (folder / "hits.csv").open("w") as hits:
            writer = csv.writer(hits)
            writer.writerow(["HITId", "title", "url"])
            with ThreadPoolExecutor(THREADS) as pool:
                for hit_id, row in pool.map(publish, enumerate(csv.DictReader(rows), 1)):
                    writer.writerow([hit_id, *row.values()])

    return work


def read_with_boto3(url: str, folder: Path) -> Work:
    import pandas
    import xmltodict

    client = client_of(url)

    def answers_of(xml: str) -> dict[str, Any]:
        answers = xmltodict.parse(xml)["QuestionFormAnswers"]["Answer"]
        found = {
            one["QuestionIdentifier"]: one["FreeText"] for one in (answers if type(answers) is list else [answers])
        }
        return json.loads(found["taskAnswers"])[0] if "taskAnswers" in found else found

    def work() -> object:
        lists = client.get_paginator("list_assignments_for_hit")
        rows = []
        with (folder / "hits.csv").open() as hits:
            for hit in csv.DictReader(hits):
                for page in lists.paginate(HITId=hit["HITId"], PaginationConfig={"PageSize": 100}):
                    for assignment in page["Assignments"]:
                        rows.append({**hit, **assignment, **answers_of(assignment.pop("Answer"))})
        return pandas.DataFrame(rows)

    return work


def hit_type_of(url: str) -> Any:
    import mturk

    connection = mturk.connect(url, **KEYS)
    connection.balance()
    return mturk.HITType.create(*TERMS, keywords="image, label", auto_approval_delay=259_200)


def publish_with_mturk(url: str, folder: Path) -> Work:
    hit_type = hit_type_of(url)

    def work() -> None:
        journal = folder / "journal"
        journal.unlink(missing_ok=True)
        batch = hit_type.batch(
            folder / "rows.csv", folder / "label.html", journal=journal, assignments=10, lifetime=86_400
        )
        batch.publish(threads=THREADS)

    return work


def read_with_mturk(url: str, folder: Path) -> Work:
    import pandas  # noqa: F401 - so that its import is not counted

    import mturk

    hit_type_of(url)
    return lambda: mturk.Batch.open(folder / "journal").results().to_pandas()


def review_with_mturk(url: str, folder: Path) -> Work:
    hit_type_of(url)
    import mturk

    batch = mturk.Batch.open(folder / "journal")
    return lambda: batch.review(accept=True).apply(threads=THREADS)


def pay_with_mturk(url: str, folder: Path) -> Work:
    hit_type_of(url)
    import mturk

    batch = mturk.Batch.open(folder / "journal")
    amounts = dict.fromkeys((f"A2WORKER{number:06d}" for number in range(900)), "0.50")
    return lambda: batch.pay_bonuses(amounts, reason="Thank you").apply(threads=THREADS)


def check_rows(url: str, folder: Path) -> Work:
    hit_type = hit_type_of(url)

    def work() -> None:
        journal = folder / "check.journal"
        journal.unlink(missing_ok=True)
        batch = hit_type.batch(folder / "rows.csv", folder / "label.html", journal=journal, lifetime=86_400)
        report = batch.check()
        if not report or sum(1 for _ in batch.rows()) != report.rows:
            raise SystemExit("rows are missing")

    return work


WORKS = {work.__name__: work for work in (
    publish_with_boto3, publish_with_mturk, read_with_boto3, read_with_mturk, review_with_mturk,
    pay_with_mturk, check_rows,
)}  # fmt: skip


def run(name: str, url: str, folder: Path) -> None:
    """In the child: do one of these, and tell its CPU seconds, its seconds and the process's peak in MB."""
    work = WORKS[name](url, folder)
    began, started = time.monotonic(), time.process_time()
    result = work()
    cpu, seconds = time.process_time() - started, time.monotonic() - began
    # Not getrusage: its peak begins with that of the process that forked this one.
    lines = Path("/proc/self/status").read_text().splitlines()
    peak = next(line.split()[1] for line in lines if line.startswith("VmHWM"))
    print(json.dumps([cpu, seconds, int(peak) / 1024]), len(result) if hasattr(result, "__len__") else "")


def measured(name: str, url: str, folder: Path) -> tuple[float, float, float]:
    """CPU seconds, seconds, and MB of a piece of work in a process of its own."""
    child = [sys.executable, __file__, "--run", name, url, str(folder)]
    ran = subprocess.run(child, capture_output=True, text=True, check=False)
    if ran.returncode:
        raise SystemExit(f"{name}: {ran.stderr}")
    cpu, seconds, peak = json.loads(ran.stdout[: ran.stdout.index("]") + 1])
    return cpu, seconds, peak


def rows_in(folder: Path, number: int) -> Path:
    with (folder / "rows.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["title", "url"])
        writer.writerows((f"Photo {n}, of the summer", f"https://my-lab.org/photos/{n:08d}.jpg") for n in range(number))
    (folder / "label.html").write_text(PAGE)
    return folder


def compare(name: str, unit: str, pairs: list[tuple[float, float]], reach: float) -> None:
    ratios = sorted(ours / theirs for ours, theirs in pairs)
    ours, theirs, middle = (statistics.median(each) for each in (*zip(*pairs, strict=True), ratios))
    verdict = "ok" if middle <= reach else "MISSED"
    spread = f"({ratios[0]:.2f}-{ratios[-1]:.2f})"
    print(
        f"{name:56} {theirs:7.1f} {ours:7.1f} {unit:3} {middle:5.2f} {spread}  reach {reach:.2f}  {verdict}", flush=True
    )


def publishing(folder: Path, repetitions: int) -> None:
    rows_in(folder, HITS)
    pairs = []
    with service() as (url, _):
        for _ in range(repetitions):
            ours, theirs = (measured(f"publish_with_{who}", url, folder) for who in ("mturk", "boto3"))
            pairs.append((ours[0], theirs[0]))
    compare(f"{HITS:,} HITs published by {THREADS} threads, CPU", "s", pairs, 0.6)


def reading(folder: Path, repetitions: int) -> None:
    for hits, size in ((10_000, 10), (1_000, 100)):
        rows_in(folder, hits)
        cpu, memory = [], []
        with service(size) as (url, _):
            for who in ("mturk", "boto3"):
                measured(f"publish_with_{who}", url, folder)
            for _ in range(repetitions):
                ours, theirs = (measured(f"read_with_{who}", url, folder) for who in ("mturk", "boto3"))
                cpu.append((ours[0], theirs[0]))
                memory.append((ours[2], theirs[2]))
        name = f"{hits * size:,} results of {hits:,} HITs in a data frame"
        compare(f"{name}, CPU", "s", cpu, 0.5)
        compare(f"{name}, memory", "MB", memory, 0.5)


def pacing(folder: Path, _: int) -> None:
    rate, burst = 50, 50
    with service() as (url, limit):
        for name, hits in (("publish", 6_000), ("review", 300), ("pay", 300)):
            rows_in(folder, hits)
            if name != "publish":
                measured("publish_with_mturk", url, folder)
            limit(rate, burst)
            _cpu, seconds, _peak = measured(f"{name}_with_mturk", url, folder)
            passed, refused = limit(0, 0)
            ratio = seconds / ((passed - burst) / rate)
            verdict = "ok" if ratio <= 1.03 else "MISSED"
            told = f"{name}: {passed:,} calls by {THREADS} threads, {rate} a second allowed"
            figures = f"{seconds:6.1f} s = {ratio:.3f} x the limit, {refused} refused"
            print(f"{told:56} {figures}  reach 1.03  {verdict}", flush=True)


def a_million(folder: Path, _: int) -> None:
    with service() as (url, _limit):
        for number in (10_000, 1_000_000):
            cpu, _seconds, peak = measured("check_rows", url, rows_in(folder, number))
            print(f"check() and rows() of {number:9,} rows: {cpu:6.1f} s of CPU, {peak:6.1f} MB at most", flush=True)


PARTS = {"publish": publishing, "read": reading, "pace": pacing, "million": a_million}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("parts", nargs="*", default=list(PARTS), help=", ".join(PARTS))
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--run", nargs=3, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.run:
        run(given.run[0], given.run[1], Path(given.run[2]))
        return
    versions = ", ".join(f"{name} {version(name)}" for name in ("mturk", "boto3", "xmltodict", "pandas"))
    print(f"{platform.python_implementation()} {platform.python_version()}, {os.cpu_count()} cores; {versions}")
    print(f"{'':56} {'boto3':>7} {'mturk':>7}     ratio (range)")
    with tempfile.TemporaryDirectory() as folder:
        for part in given.parts:
            PARTS[part](Path(folder), given.repetitions)


if __name__ == "__main__":
    main()
