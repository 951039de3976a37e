"""What a worker has said: told to them, and forgotten."""

from __future__ import annotations

from mturk.marketplace import Marketplace
from mturk.marketplace.people import worker
from mturk.marketplace.workplace import said
from tests.marketplace.conftest import Publish
from tests.marketplace.workplace.conftest import Run


def test_a_worker_is_told_all_their_letters_and_reports(market: Marketplace, publish: Publish, look: Run) -> None:
    hit_id = publish()["HITId"]
    for worker_id in ("A1ADA", "A2BEN"):
        market.worker(worker_id).write(hit_id, f"I am {worker_id}")
        market.worker(worker_id).report(hit_id, "broken", f"says {worker_id}")
    found = look(lambda context: said.said(context, worker.on_site(context, "A1ADA").number))
    same = {"time": market.clock.now().isoformat(timespec="seconds"), "hit_id": hit_id}
    assert found == {
        "letters": [{**same, "to": "requester", "text": "I am A1ADA"}],
        "reports": [{**same, "reason": "broken", "text": "says A1ADA"}],
    }


def test_of_who_has_gone_nothing_is_kept_but_that_a_hit_was_reported(
    market: Marketplace, publish: Publish, do: Run
) -> None:
    hit_id = publish()["HITId"]
    for worker_id in ("A1ADA", "A2BEN"):
        market.worker(worker_id).write(hit_id, f"I am {worker_id}")
        market.worker(worker_id).report(hit_id, "broken", f"says {worker_id}")
    do(lambda context: said.forget(context, worker.on_site(context, "A1ADA").number))
    assert [one.worker_id for one in market.requester("requester").letters()] == ["A2BEN"]
    assert [(one.worker_id, one.text) for one in market.reports()] == [("A1ADA", ""), ("A2BEN", "says A2BEN")]
