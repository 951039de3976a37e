"""Workers by the names that they have elsewhere: always the same worker, whoever asks first."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from mturk.marketplace import Marketplace
from mturk.marketplace.account.means import Caller

ANNA = "anna@lab.org"
PROLIFIC = "5f3c1a2b9d8e7f6a5b4c3d2e"
CALLER = Caller("127.0.0.1")


@pytest.mark.parametrize("name", [ANNA, PROLIFIC, "Jürgen Müller", "x" * 255])
def test_a_name_is_always_the_same_worker(shared: str, name: str) -> None:
    ids = []
    for _ in range(2):
        with Marketplace(shared) as market:
            ids.append(market.worker(alias=name).id)
            assert market.worker(alias=f"{name[1:]}?").id != ids[0]
    assert ids[0] == ids[1]


def test_facts_are_those_of_the_worker(tmp_path: Path) -> None:
    with Marketplace(tmp_path / "lab.sqlite3") as market:
        worker = market.worker(alias=ANNA, country="DE", adult=True)
        assert market.worker(worker.id).id == worker.id
        with (tmp_path / "workers.csv").open("w") as file:
            market.export_workers(file)
    assert f"{worker.id},DE,," in (tmp_path / "workers.csv").read_text()


def test_who_is_signed_in_by_that_name_is_that_worker() -> None:
    with Marketplace() as market:
        entrance = market._premises.entrance
        named = market.worker(alias=ANNA)
        entry = entrance.enter_as(ANNA, CALLER)
        assert (entry.worker_id, entry.is_new) == (named.id, False)
        other = entrance.enter_as("ben@lab.org", CALLER)
        assert other.is_new
        assert market.worker(alias="ben@lab.org").id == other.worker_id


def test_those_who_ask_at_once_get_one_worker(shared: str) -> None:
    with Marketplace(shared) as market, ThreadPoolExecutor(8) as threads:
        assert len(set(threads.map(lambda _: market.worker(alias=ANNA).id, range(16)))) == 1


@pytest.mark.parametrize("name", ["", " ", "a,b", "a\nb", "x" * 256])
def test_what_is_no_name_is_refused(name: str) -> None:
    with Marketplace() as market, pytest.raises(ValueError, match="An alias has 1 to 255 printable characters"):
        market.worker(alias=name)


@pytest.mark.parametrize("named", [{}, {"id": "A1ADA", "alias": ANNA}])
def test_a_worker_has_one_name_in_a_call(named: dict[str, str]) -> None:
    with Marketplace() as market, pytest.raises(ValueError, match="named by an id or by an alias"):
        market.worker(**named)


def test_the_name_is_in_no_repr() -> None:
    with Marketplace() as market:
        assert ANNA not in repr(market.worker(alias=ANNA))
