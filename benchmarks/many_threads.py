"""Ten thousand CreateHIT by eight threads, beside boto3 with the same: CPU time of the client, and calls a second.

The server is another process and gives both the same answer. Each run is a process of its own, whose time counts after
its imports and first call. A figure is the median of paired ratios (one after the other, several times over), with its
range. The throughput is what two processes reach that share the cores, so the server's part is in it.

    python benchmarks/many_threads.py [repetitions]
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from typing import Any

from batch import KEYS, THREADS, client_of
from batch_service import NAMESPACE, PAGE, TERMS, service

CALLS = 10_000
DAY = 86_400
_QUESTION = f'<HTMLQuestion xmlns="{NAMESPACE}2011-11-11/HTMLQuestion.xsd"><HTMLContent><![CDATA[{PAGE}]]>'
QUESTION = f"{_QUESTION}</HTMLContent><FrameHeight>0</FrameHeight></HTMLQuestion>"


def question(number: int) -> str:
    """A page of its own for each HIT: what mturk checks before it sends it is not the same twice."""
    return QUESTION.replace("${title}", f"Photo {number}")


Work = Callable[[int], object]


def with_boto3(url: str) -> Work:
    from botocore.config import Config

    client: Any = client_of(url, Config(max_pool_connections=THREADS))
    title, description, reward, duration = TERMS

    def create(number: int) -> object:
        hit = client.create_hit(
            Title=title,
            Description=description,
            Reward=reward,
            AssignmentDurationInSeconds=duration,
            LifetimeInSeconds=DAY,
            MaxAssignments=3,
            Question=question(number),
            UniqueRequestToken=f"token-{number}",
        )["HIT"]
        return hit["HITId"], hit["CreationTime"], hit["Expiration"]

    return create


def with_mturk(url: str) -> Work:
    import mturk

    connection = mturk.connect(url, **KEYS)
    connection.balance()
    terms: dict[str, Any] = dict(zip(("title", "description", "reward", "assignment_duration"), TERMS, strict=True))

    def create(number: int) -> object:
        token = f"token-{number}"
        page = question(number)
        hit = mturk.HIT.create(page, DAY, **terms, max_assignments=3, unique_request_token=token)
        return hit.id, hit.creation_time, hit.expiration

    return create


def run(name: str, url: str) -> None:
    """In the child: tell CPU seconds and seconds."""
    create = {"boto3": with_boto3, "mturk": with_mturk}[name](url)
    create(0)
    began, started = time.monotonic(), time.process_time()
    with ThreadPoolExecutor(THREADS) as pool:
        assert sum(1 for _ in pool.map(create, range(1, CALLS + 1))) == CALLS
    print(json.dumps([time.process_time() - started, time.monotonic() - began]))


def measured(name: str, url: str) -> tuple[float, float]:
    ran = subprocess.run([sys.executable, __file__, "--run", name, url], capture_output=True, text=True, check=False)
    if ran.returncode:
        raise SystemExit(f"{name}: {ran.stderr}")
    cpu, seconds = json.loads(ran.stdout)
    return cpu, seconds


def main(repetitions: int) -> None:
    print(f"CPython {platform.python_version()}, {os.cpu_count()} cores; boto3 {version('boto3')}")
    with service() as (url, *_):
        pairs = [(measured("boto3", url), measured("mturk", url)) for _ in range(repetitions)]
    print(f"{CALLS:,} CreateHIT, {THREADS} threads        boto3    mturk    ratio (range)")
    show("CPU, s", [(theirs[0], ours[0]) for theirs, ours in pairs])
    show("calls a second", [(CALLS / theirs[1], CALLS / ours[1]) for theirs, ours in pairs])


def show(name: str, pairs: list[tuple[float, float]]) -> None:
    ratios = sorted(ours / theirs for theirs, ours in pairs)
    theirs, ours = (statistics.median(each) for each in zip(*pairs, strict=True))
    print(f"{name:34} {theirs:8.1f} {ours:8.1f}    {statistics.median(ratios):.2f} ({ratios[0]:.2f}-{ratios[-1]:.2f})")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--run"]:
        run(*sys.argv[2:4])
    else:
        main(int(sys.argv[1]) if sys.argv[1:] else 5)
