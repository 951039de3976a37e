"""Plans that are killed at any moment go on: each submission is decided once, each bonus is paid once."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from mturk import Batch, Connection, HITType
from mturk.marketplace import Marketplace
from tests.batch.relay import Way, relay

NAMES = [f"A{number:03}" for number in range(198)]
KILLS = 6
CHILD = """
import sys
from mturk import Batch, Connection
what, url, access_key, secret_key, journal = sys.argv[1:]
batch = Batch.open(journal, connection=Connection(url, access_key=access_key, secret_key=secret_key))
if what == "bonus":
    plan = batch.pay_bonuses({f"A{number:03}": "0.10" for number in range(198)}, reason="Thanks")
else:
    plan = batch.review(accept=True, reject=lambda result: "No" if result.worker_id.endswith("7") else None)
plan.apply(threads=4)
"""


@pytest.fixture
def way(market: Marketplace) -> Iterator[Way]:
    with relay(market.url) as way:
        yield way


@pytest.fixture
def batch(way: Way, market: Marketplace, connect: Callable[..., Connection], page: Path, tmp_path: Path) -> Batch:
    """Two hundred submissions or so, and a way that throttles and loses."""
    connection = connect(way.url, access_key=market.access_key, secret_key=market.secret_key)
    kind = HITType.create("Label a photo", "…", "0.05", 600, connection=connection)
    rows = [{"text": f"Photo {number}", "url": "u"} for number in range(len(NAMES) // 9)]
    batch = kind.batch(rows, page, journal=tmp_path / "journal", lifetime=600, assignments=9)
    batch.publish()
    hits = list(batch.hits())
    for number, name in enumerate(NAMES):
        worker = market.worker(name)
        worker.submit(worker.accept(hits[number // 9].id), {"label": "cat"})
    way.throttles, way.loses = 0.02, 0.05
    return batch


def killed(what: str, way: Way, market: Marketplace, journal: Path) -> None:
    """Begin it in a process several times, and kill that after some of its calls."""
    chance = random.Random(3)
    for _ in range(KILLS):
        arguments = [what, way.url, market.access_key, market.secret_key, str(journal)]
        last = way.carried_out + chance.randint(1, 100)
        process = subprocess.Popen([sys.executable, "-c", CHILD, *arguments], stderr=subprocess.PIPE)
        while way.carried_out < last and process.poll() is None:
            time.sleep(0.01)
        process.kill()
        process.communicate()
    way.throttles = way.loses = 0.0


def test_bonuses_are_paid_once_each(batch: Batch, way: Way, market: Marketplace, tmp_path: Path) -> None:
    before = batch.connection.balance().available
    killed("bonus", way, market, tmp_path / "journal")
    assert any(hit.bonuses() for hit in batch.hits())
    batch.pay_bonuses(dict.fromkeys(NAMES, "0.10"), reason="Thanks").apply()
    paid = [bonus for hit in batch.hits() for bonus in hit.bonuses()]
    assert Counter(bonus.worker_id for bonus in paid) == Counter(NAMES)
    assert before - batch.connection.balance().available == len(NAMES) * Decimal("0.12")
    assert batch.pay_bonuses(dict.fromkeys(NAMES, "0.10"), reason="Thanks").notes == ["198 bonuses are paid already"]


def test_submissions_are_decided_as_they_were_judged(
    batch: Batch, way: Way, market: Marketplace, tmp_path: Path
) -> None:
    killed("review", way, market, tmp_path / "journal")
    assert len(list(batch.results("Submitted"))) < len(NAMES)
    batch.review(accept=True, reject=lambda result: "No" if result.worker_id.endswith("7") else None).apply()
    states = {result.worker_id: str(result.assignment.status.value) for result in batch.results()}
    assert states == {name: "Rejected" if name.endswith("7") else "Approved" for name in NAMES}
    assert not market.audit()
