"""Workers: blocked by the marketplace, and written to a file."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from mturk.marketplace import Marketplace, MarketplaceError, WorkerError
from tests.marketplace.conftest import Client, Publish, Work


def test_a_worker_that_the_marketplace_blocked_cannot_take_on_work(market: Marketplace, publish: Publish) -> None:
    worker = market.worker("A1")
    worker.block()
    with pytest.raises(WorkerError, match="suspended"):
        worker.accept(publish()["HITId"])


def test_a_blocked_worker_can_finish_work_in_hand(client: Client, market: Marketplace, publish: Publish) -> None:
    worker = market.worker("A1")
    assignment_id = worker.accept(publish()["HITId"])
    worker.block()
    worker.submit(assignment_id, {"label": "cat"})
    assert client.get_assignment(AssignmentId=assignment_id)["Assignment"]["AssignmentStatus"] == "Submitted"


def test_a_worker_is_free_again_after_unblocking(market: Marketplace, publish: Publish) -> None:
    worker = market.worker("A1")
    worker.block()
    worker.unblock()
    assert worker.accept(publish()["HITId"])


def test_a_block_stays_when_facts_about_the_worker_change(market: Marketplace, publish: Publish) -> None:
    market.worker("A1").block()
    with pytest.raises(WorkerError, match="suspended"):
        market.worker("A1", country="DE").accept(publish()["HITId"])


def test_an_unknown_worker_cannot_be_blocked(market: Marketplace) -> None:
    from mturk.marketplace.actor import Worker

    with pytest.raises(MarketplaceError, match="There is no worker A9"):
        Worker(market._dispatch, "A9").block()


def test_all_workers_are_written_with_their_records_and_what_they_earned(
    client: Client, market: Marketplace, publish: Publish, work: Work
) -> None:
    market.worker("A2", country="US", subdivision="NY", masters=True)
    market.worker("A2").block()
    client.approve_assignment(AssignmentId=work(publish(Reward="0.05")["HITId"], "A1"))
    file = io.StringIO()
    assert market.export_workers(file) == 2
    one, two = csv.DictReader(io.StringIO(file.getvalue()))
    assert (one["worker_id"], one["accepted"], one["approved"], one["earned"]) == ("A1", "1", "1", "0.05")
    assert (two["worker_id"], two["country"], two["subdivision"], two["blocked"]) == ("A2", "US", "NY", "True")
    assert one["creation_time"].endswith("+00:00")
    assert set(one) >= {"adult", "masters", "returned", "abandoned", "submitted", "rejected"}
    assert "number" not in one


KNOWN = {"country": "US", "subdivision": "NY", "adult": "True", "masters": "True"}


@pytest.mark.parametrize(
    ("given", "changed"),
    [
        ({}, {}),
        ({"masters": True}, {}),
        ({"masters": False}, {"masters": "False"}),
        ({"adult": False}, {"adult": "False"}),
        ({"country": "US"}, {}),
        ({"country": "DE"}, {"country": "DE", "subdivision": ""}),
        ({"subdivision": "CA"}, {"subdivision": "CA"}),
    ],
)
def test_only_the_facts_that_are_given_change(
    market: Marketplace, given: dict[str, Any], changed: dict[str, str]
) -> None:
    market.worker("A1", country="US", subdivision="NY", adult=True, masters=True)
    market.worker("A1", **given)
    file = io.StringIO()
    market.export_workers(file)
    (row,) = csv.DictReader(io.StringIO(file.getvalue()))
    assert {name: row[name] for name in KNOWN} == {**KNOWN, **changed}


def test_a_state_needs_a_worker_in_the_us(market: Marketplace) -> None:
    market.worker("A1", country="DE")
    with pytest.raises(ValueError, match="Only the states of the US"):
        market.worker("A1", subdivision="NY")


def test_without_workers_the_file_still_has_its_heading(market: Marketplace) -> None:
    file = io.StringIO()
    assert market.export_workers(file) == 0
    assert file.getvalue().startswith("worker_id,country,")
