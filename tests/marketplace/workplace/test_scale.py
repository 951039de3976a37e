"""What a worker is shown is found by indexes, however much there is of others and of their own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timezone
from typing import Any

import pytest

from mturk.marketplace import Marketplace
from mturk.marketplace.call import Context
from mturk.marketplace.hit import missing_asset
from mturk.marketplace.hit.assignment import REJECTED
from mturk.marketplace.people import message, worker
from mturk.marketplace.workplace import concern, desk, letter, notice, overview, report, statement, submission
from tests.marketplace.conftest import Client, Publish, Work
from tests.marketplace.plan import plans, walks
from tests.marketplace.workplace.conftest import Pay, Run

Step = Callable[[Context], Any]
_WORKER = "A1ADA"


def _number(context: Context) -> int:
    return worker.on_site(context, _WORKER).number


def _second(context: Context) -> Any:
    page = submission.submissions(context, _number(context), size=1)
    return submission.submissions(context, _number(context), after=page.next, size=1)


def _notices(context: Context) -> Any:
    page = notice.notices(context, _WORKER, size=1)
    return notice.notices(context, _WORKER, after=page.next, size=1)


READ: dict[str, Step] = {
    "overview": lambda context: overview.overview(context, worker.on_site(context, _WORKER), timezone.utc),
    "submissions": _second,
    "submissions in one state": lambda context: submission.submissions(context, _number(context), status=REJECTED),
    "notices": _notices,
    "one notice": lambda context: notice.find(context, _WORKER, "bonus-1"),
    "unread": lambda context: notice.unread(context, _WORKER),
    "statement": lambda context: list(statement.statement(lambda step: step(context), _number(context), 0, 2**60)),
    "reports left": lambda context: report.left(context, _number(context)),
    "letters left": lambda context: letter.left(context, _number(context), 1),
    "concern": lambda context: concern.find(context, worker.on_site(context, _WORKER), "3NOTHING"),
    "letters": lambda context: letter.letters(context.database, 1),
    "messages": lambda context: message.messages_of(context, _WORKER),
    "reports": lambda context: report.reports(context.database),
    "missing assets": missing_asset.listed,
}


@pytest.fixture
def database() -> str:
    return ":memory:"


@pytest.mark.parametrize("step", READ.values(), ids=READ.keys())
def test_nothing_is_walked_over(
    market: Marketplace, client: Client, publish: Publish, work: Work, pay: Pay, look: Run, step: Step
) -> None:
    for _ in range(2):
        pay(words="Thank you", bonus="0.50", worker_id=_WORKER)
        client.reject_assignment(AssignmentId=work(publish()["HITId"], _WORKER), RequesterFeedback="no")
        client.notify_workers(Subject="Hello", MessageText="More", WorkerIds=[_WORKER])
    with plans() as lines:
        look(step)
    assert lines
    assert walks(lines) == []


def test_the_reason_of_a_bonus_is_found_by_who_was_paid_and_when(pay: Pay, look: Run) -> None:
    pay(bonus="0.50", worker_id=_WORKER)
    with plans() as lines:
        look(READ["statement"])
    assert any("bonus USING INDEX bonus_of_worker (worker=? AND grant_time=?)" in line for line in lines)


def test_what_a_worker_went_on_with_is_not_looked_for_among_all_their_work(
    publish: Publish, work: Work, do: Run
) -> None:
    first, _ = (publish()["HITId"] for _ in range(2))
    done = work(first, _WORKER)
    went_on, is_new = do(lambda context: desk.go_on(context, _WORKER, done))
    assert is_new
    with plans() as lines:
        assert do(lambda context: desk.go_on(context, _WORKER, done)) == (went_on, False)
    assert not [line for line in lines if "assignment_by_worker (worker=?)" in line]
