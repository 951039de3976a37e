"""The statement of what a worker earned, as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from decimal import Decimal

import pytest

from mturk.marketplace import Marketplace
from mturk.marketplace.clock import as_milliseconds
from mturk.marketplace.people import ledger, worker
from mturk.marketplace.workplace import statement
from tests.marketplace.conftest import Client, Publish, Work
from tests.marketplace.workplace.conftest import Pay, Run

Lines = list[dict[str, str]]
Take = Callable[..., Lines]


@pytest.fixture
def take(market: Marketplace, look: Run) -> Take:
    """The lines of a worker's statement, which end with the total."""
    market.worker("A1ADA")

    def take(start: int = 0, end: int | None = None, worker_id: str = "A1ADA") -> Lines:
        number = look(lambda context: worker.on_site(context, worker_id).number)
        end = as_milliseconds(market.clock.now()) + 1 if end is None else end
        text = "".join(statement.statement(look, number, start, end))
        return list(csv.DictReader(io.StringIO(text)))

    return take


def test_each_payment_has_a_line_and_the_total_the_last(
    market: Marketplace, client: Client, publish: Publish, work: Work, take: Take
) -> None:
    hit = publish(Title="Name a cat", Reward="0.25")
    assignment_id = work(hit["HITId"], "A1ADA")
    client.approve_assignment(AssignmentId=assignment_id)
    client.send_bonus(WorkerId="A1ADA", AssignmentId=assignment_id, BonusAmount="1.50", Reason="A good name")
    time = market.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    same = {
        "time": time,
        "requester": "requester",
        "title": "Name a cat",
        "hit_id": hit["HITId"],
        "assignment_id": assignment_id,
    }
    empty = dict.fromkeys(same, "")
    assert take() == [
        {**same, "what": "reward", "amount_usd": "0.25", "reason": ""},
        {**same, "what": "bonus", "amount_usd": "1.50", "reason": "A good name"},
        {**empty, "what": "total", "amount_usd": "1.75", "reason": ""},
    ]


def test_who_earned_nothing_has_a_total_of_nothing(take: Take) -> None:
    (line,) = take()
    assert (line["what"], line["amount_usd"]) == ("total", "0.00")


def test_the_total_is_what_the_ledger_has(client: Client, pay: Pay, take: Take, look: Run) -> None:
    for number in range(5):
        last = pay(f"0.1{number}", bonus="0.33")
    for _ in range(2):  # the same twice, at one moment
        client.send_bonus(WorkerId="A1ADA", AssignmentId=last, BonusAmount="0.01", Reason="again")
    pay("9.00", worker_id="A2BEN")
    number = look(lambda context: worker.on_site(context, "A1ADA").number)
    balance = look(lambda context: ledger.balance(context.database, ledger.earned(number)))
    *lines, total = take()
    assert len(lines) == 12
    assert sum(Decimal(line["amount_usd"]) for line in lines) == Decimal(total["amount_usd"]) == Decimal(balance) / 100


def test_a_time_is_chosen_from_its_first_moment_until_before_its_last(
    market: Marketplace, pay: Pay, take: Take
) -> None:
    start = as_milliseconds(market.clock.now())
    pay("0.10")
    market.clock.advance(hours=1)
    end = as_milliseconds(market.clock.now())
    pay("0.20")
    totals = [take(*when)[-1]["amount_usd"] for when in ((start, end), (start + 1, end), (start, end + 1), (end, end))]
    assert totals == ["0.10", "0.00", "0.30", "0.00"]


def test_many_payments_are_read_in_parts_and_each_once(
    market: Marketplace, publish: Publish, work: Work, take: Take, look: Run
) -> None:
    hits = [publish(Reward=f"0.{number:02}", AutoApprovalDelayInSeconds=60)["HITId"] for number in range(1, 8)]
    for hit_id in hits:
        work(hit_id, "A1ADA")
    market.clock.advance(hours=1)  # all are approved at one moment
    number = look(lambda context: worker.on_site(context, "A1ADA").number)
    pieces = list(statement.statement(look, number, 0, as_milliseconds(market.clock.now()), at_once=3))
    rows = list(csv.DictReader(io.StringIO("".join(pieces))))
    assert len(pieces) == 5
    assert [row["amount_usd"] for row in rows] == [*(f"0.{number:02}" for number in range(1, 8)), "0.28"]


@pytest.mark.parametrize("hostile", ['=HYPERLINK("http://evil.example")', "+1", "-1", "@x", "\t=1"])
def test_no_cell_is_a_formula(client: Client, publish: Publish, work: Work, take: Take, hostile: str) -> None:
    assignment_id = work(publish(Title=hostile)["HITId"], "A1ADA")
    client.approve_assignment(AssignmentId=assignment_id)
    client.send_bonus(WorkerId="A1ADA", AssignmentId=assignment_id, BonusAmount="0.10", Reason=hostile)
    reward, bonus, _ = take()
    assert reward["title"] == bonus["reason"] == f"'{hostile.strip()}"


def test_line_ends_and_quotes_stay_in_their_cell(client: Client, publish: Publish, work: Work, take: Take) -> None:
    assignment_id = work(publish()["HITId"], "A1ADA")
    client.approve_assignment(AssignmentId=assignment_id)
    words = 'one "two",\nthree'
    client.send_bonus(WorkerId="A1ADA", AssignmentId=assignment_id, BonusAmount="0.10", Reason=words)
    assert take()[1]["reason"] == words
