"""Reports of HITs: who can make them, how many, and what the operator reads."""

from __future__ import annotations

import pytest

from mturk.marketplace import Marketplace, Report, WorkerError
from mturk.marketplace.error import NotThere, TooOften
from mturk.marketplace.workplace import report
from tests.marketplace.conftest import Client, Connect, Publish, Work
from tests.marketplace.sample import hit_arguments, qualification_type_arguments


def test_the_operator_reads_who_reported_what_and_why(
    market: Marketplace, client: Client, connect: Connect, publish: Publish
) -> None:
    other = connect(market, "linguists").create_hit(**hit_arguments(Title="Name a cat"))["HIT"]["HITId"]
    market.worker("A1ADA").report(other, "personal_data", "It asks for\nmy address.")
    mine = publish()["HITId"]
    market.worker("A2BEN").report(mine, "broken")
    first, second = market.reports()
    now = market.clock.now()
    assert first == Report(now, "A1ADA", "personal_data", "It asks for\nmy address.", "linguists", other, "Name a cat")
    assert second == Report(now, "A2BEN", "broken", "", "requester", mine, "Label a photo")


def test_reports_from_a_moment_on_are_listed_alone(market: Marketplace, publish: Publish) -> None:
    ada = market.worker("A1ADA")
    ada.report(publish()["HITId"], "broken", "first")
    later = market.clock.advance(hours=1)
    ada.report(publish()["HITId"], "broken", "second")
    assert [one.text for one in market.reports(later)] == ["second"]


def test_texts_that_are_hostile_to_a_terminal_come_clean(market: Marketplace, client: Client, publish: Publish) -> None:
    hit_id = publish(Title="Click \u202eme")["HITId"]
    market.worker("A1ADA").report(hit_id, "other", "\x1b]0;owned\x07 red\x1b[31m\r\nhidden\x08")
    (told,) = market.reports()
    assert (told.title, told.text) == ("Click me", "]0;owned red[31m\nhidden")


def test_a_hit_is_reported_once_by_each_worker(market: Marketplace, publish: Publish) -> None:
    hit_id = publish()["HITId"]
    for worker_id in ("A1ADA", "A2BEN"):
        market.worker(worker_id).report(hit_id, "broken")
    with pytest.raises(WorkerError, match="already reported"):
        market.worker("A1ADA").report(hit_id, "offensive")
    assert [one.worker_id for one in market.reports()] == ["A1ADA", "A2BEN"]


def test_a_worker_reports_so_many_hits_a_day(market: Marketplace, publish: Publish) -> None:
    ada = market.worker("A1ADA")
    for _ in range(report.A_DAY):
        ada.report(publish()["HITId"], "broken")
        market.clock.advance(seconds=1)
    hit_id = publish(LifetimeInSeconds=200_000)["HITId"]
    with pytest.raises(TooOften, match="come back tomorrow"):
        ada.report(hit_id, "broken")
    market.worker("A2BEN").report(hit_id, "broken")
    market.clock.advance(days=1)
    ada.report(hit_id, "broken")


@pytest.mark.parametrize(
    ("reason", "text", "refusal"),
    [
        ("nonsense", "", "what is wrong"),
        ("", "", "what is wrong"),
        ("other", "x" * (report.LONGEST + 1), "too long"),
    ],
)
def test_a_report_that_says_nothing_or_too_much_is_refused(
    market: Marketplace, publish: Publish, reason: str, text: str, refusal: str
) -> None:
    with pytest.raises(WorkerError, match=refusal):
        market.worker("A1ADA").report(publish()["HITId"], reason, text)
    assert market.reports() == []


def test_a_hit_that_the_worker_never_saw_is_not_there(
    market: Marketplace, client: Client, publish: Publish, work: Work
) -> None:
    kind = client.create_qualification_type(**qualification_type_arguments())["QualificationType"]
    requirement = {
        "QualificationTypeId": kind["QualificationTypeId"],
        "Comparator": "Exists",
        "ActionsGuarded": "DiscoverPreviewAndAccept",
    }
    hidden = publish(QualificationRequirements=[requirement])["HITId"]
    for hit_id in (hidden, "3NOTHING", ""):
        with pytest.raises(NotThere):
            market.worker("A1ADA").report(hit_id, "broken")


def test_a_hit_that_the_worker_has_worked_on_can_be_reported_after_its_end(
    market: Marketplace, client: Client, publish: Publish, work: Work
) -> None:
    done, returned, unknown = (publish()["HITId"] for _ in range(3))
    client.approve_assignment(AssignmentId=work(done, "A1ADA"))
    ada = market.worker("A1ADA")
    ada.return_assignment(ada.accept(returned))
    market.clock.advance(days=1)
    for hit_id in (done, returned, unknown):
        client.delete_hit(HITId=hit_id)
    for hit_id in (done, returned):
        ada.report(hit_id, "dishonest")
    with pytest.raises(NotThere):
        ada.report(unknown, "dishonest")
