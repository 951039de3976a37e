"""What it costs to read answers through `assignment.answers`, beside bare xmltodict.parse: CPU time, in one run.

Each figure is the median of paired ratios (mturk / xmltodict, chunk by chunk in turn), with its range: what else the
machine does slows both. `assignment.answers` also makes values of what it reads: it unpacks the JSON of crowd-forms
and tells a selection from a text, which xmltodict.parse leaves to its user.

    python benchmarks/answers.py [repetitions]
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable, Iterable
from importlib.metadata import version
from operator import attrgetter
from typing import Any

import submissions
import xmltodict

from mturk import Assignment

DOCUMENTS = 8_000
CHUNK = 500
ROWS: list[tuple[str, Callable[[int], str], float]] = [
    ("the ordinary form, five answers", submissions.form, 0.65),
    ("the same, and a quarter crowd-forms", submissions.mixed, 0.70),
]


read = attrgetter("answers")


def _ours(assignments: Iterable[Assignment]) -> None:
    for each in assignments:
        read(each)


def _theirs(members: Iterable[dict[str, Any]]) -> None:
    for each in members:
        xmltodict.parse(each["Answer"])


def _seconds(read: Callable[[Any], None], chunk: object) -> float:
    started = time.process_time()
    read(chunk)
    return time.process_time() - started


def _pair(members: list[dict[str, Any]]) -> tuple[float, float]:
    """The seconds of both, ours first."""
    ours = theirs = 0.0
    for start in range(0, len(members), CHUNK):
        chunk = members[start : start + CHUNK]
        # An assignment keeps the answers that it has read, so each time there are new ones.
        ours += _seconds(_ours, [Assignment._read(each, None) for each in chunk])
        theirs += _seconds(_theirs, chunk)
    return ours, theirs


def main(repetitions: int) -> None:
    """Print what a document costs in both, and the ratio."""
    versions = ", ".join(f"{name} {version(name)}" for name in ("mturk", "xmltodict"))
    print(f"{versions}, Python {sys.version.split()[0]}, {os.cpu_count()} cores; {DOCUMENTS:,} documents")
    print(f"{'':38} {'xmltodict':>9} {'mturk':>7}     ratio (range)")
    for name, document, reach in ROWS:
        members = [submissions.assignment(number, document(number)) for number in range(DOCUMENTS)]
        pairs = [_pair(members) for _ in range(repetitions)]
        ratios = sorted(ours / theirs for ours, theirs in pairs)
        ours, theirs = (statistics.median(each) / DOCUMENTS * 1e6 for each in zip(*pairs, strict=True))
        middle, spread = statistics.median(ratios), f"({ratios[0]:.2f}-{ratios[-1]:.2f})"
        verdict = "ok" if middle <= reach else "MISSED"
        print(
            f"{name:38} {theirs:9.1f} {ours:7.1f} µs {middle:6.2f} {spread}  reach {reach:.2f}  {verdict}", flush=True
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 9)
