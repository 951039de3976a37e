"""Nothing is lost and nothing paid twice in a storm; the benchmark of that name checks its own outcome."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

STORM = Path(__file__).parents[2] / "benchmarks" / "storm.py"


def test_a_bad_queue_and_a_killed_consumer_lose_nothing_and_pay_nothing_twice() -> None:
    command = [sys.executable, str(STORM), "--submissions", "150", "--every", "2"]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert ran.returncode == 0, ran.stderr
    assert "150 submissions, 3 lost by the queue" in ran.stdout
    assert "each assignment is approved, has one bonus, and the ledger adds up" in ran.stdout
