"""The dashboard, and the statement that a worker takes away."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from lxml import html

from mturk.marketplace import Marketplace
from mturk.marketplace.clock import LATEST
from mturk.marketplace.people import worker
from mturk.marketplace.site.time_zone import COOKIE
from tests.marketplace.conftest import Client, Publish, Work
from tests.marketplace.site.conftest import SignedIn

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"


@pytest.fixture
def ada(signed_in: SignedIn) -> FlaskClient:
    return signed_in("A1ADA")


@pytest.fixture
def past(client: Client, publish: Publish, work: Work) -> list[str]:
    """Let A1ADA have work that is approved, rejected and pending, and a bonus; the ids of these assignments."""
    approved, rejected, pending = (
        work(publish(Reward=reward, Title=f"Pays {reward}")["HITId"], "A1ADA") for reward in ("0.10", "0.20", "0.40")
    )
    client.approve_assignment(AssignmentId=approved, RequesterFeedback="Thank you!")
    client.reject_assignment(AssignmentId=rejected, RequesterFeedback="That is a dog.")
    client.send_bonus(WorkerId="A1ADA", AssignmentId=approved, BonusAmount="1.50", Reason="A good name")
    return [approved, rejected, pending]


def read(client: FlaskClient, path: str) -> html.HtmlElement:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return html.fromstring(answer.text)


def texts(page: html.HtmlElement, path: str) -> list[str]:
    return [" ".join(found.text_content().split()) for found in page.xpath(path)]


def sums(page: html.HtmlElement) -> dict[str, list[str]]:
    rows = page.xpath("//table[contains(@class, 'sums')]/tbody/tr")
    return {row.find("th").text_content(): [cell.text_content() for cell in row.findall("td")] for row in rows}


@pytest.mark.usefixtures("past")
def test_the_dashboard_tells_what_was_done_and_earned(ada: FlaskClient) -> None:
    found = sums(read(ada, "/worker/dashboard"))
    assert found == {
        "Earned": ["$1.60"] * 3,
        "Waiting for approval": ["$0.40"] * 3,
        "Submitted": ["3"] * 3,
        "Approved": ["1"] * 3,
        "Rejected": ["1"] * 3,
        "Pending": ["1"] * 3,
        "Returned": ["0"] * 3,
        "Not done in time": ["0"] * 3,
        "Approval rate": ["50%"] * 3,
    }


def test_who_is_new_is_told_so(ada: FlaskClient) -> None:
    page = read(ada, "/worker/dashboard")
    assert sums(page)["Approval rate"] == ["\u2013"] * 3
    assert texts(page, "//*[@class='empty']") == ["There is nothing here yet.", "Nothing was paid in the last 30 days."]


@pytest.mark.usefixtures("past")
def test_each_submission_has_its_state_the_requesters_words_and_bonuses(ada: FlaskClient) -> None:
    cards = texts(read(ada, "/worker/dashboard"), "//*[@class='card']")
    pending, rejected, approved = cards
    assert "Pays 0.40 Pending Approved automatically on " in pending
    assert " (in 29 days 23 hours), unless the requester decides before." in pending
    assert "Pays 0.20 Rejected" in rejected
    assert "Reward$0.20, not paid" in rejected
    assert "The requester wrote: That is a dog." in rejected
    assert "Pays 0.10 Approved" in approved
    assert "Bonus $1.50" in approved
    assert "A good name" in approved


@pytest.mark.usefixtures("past")
@pytest.mark.parametrize(("state", "title"), [("pending", "0.40"), ("approved", "0.10"), ("rejected", "0.20")])
def test_submissions_in_one_state_are_shown_alone(ada: FlaskClient, state: str, title: str) -> None:
    page = read(ada, f"/worker/dashboard?state={state}")
    assert texts(page, "//li[@class='card']/h3") == [f"Pays {title}"]
    assert texts(page, "//nav[@class='tabs']//a[@aria-current]") == [state.capitalize()]


def test_older_submissions_are_a_page_further(ada: FlaskClient, publish: Publish, work: Work) -> None:
    for number in range(11):
        work(publish(Title=f"HIT {number}")["HITId"], "A1ADA")
    first = read(ada, "/worker/dashboard")
    assert len(first.xpath("//li[@class='card']")) == 10
    older = first.xpath("//a[text()='Older']/@href")[0]
    assert texts(read(ada, older), "//li[@class='card']/h3") == ["HIT 0"]


@pytest.mark.usefixtures("past")
def test_the_picture_is_told_in_words_and_as_a_table(ada: FlaskClient) -> None:
    page = read(ada, "/worker/dashboard")
    (told,) = texts(page, "//svg/title")
    assert told.startswith("You earned $1.60 in the last 30 days, on 1 of them.")
    assert page.xpath("//svg/@aria-labelledby") == page.xpath("//svg/title/@id")
    assert len(page.xpath("//svg/rect")) == 1
    days = texts(page, "//details//tbody/tr")
    assert len(days) == 30
    assert days[0].endswith("$1.60")


@pytest.mark.parametrize(
    ("cookie", "zone"),
    [
        (None, "UTC"),
        ("Europe/Berlin", "Europe/Berlin"),
        ("Europe%2FBerlin", "Europe/Berlin"),
        ("Europe", "UTC"),
        ("../../../etc/passwd", "UTC"),
        ("/etc/localtime", "UTC"),
        ("<script>", "UTC"),
        ("%00", "UTC"),
        ("x" * 3000, "UTC"),
    ],
)
def test_days_are_those_of_the_browsers_zone(ada: FlaskClient, cookie: str | None, zone: str) -> None:
    if cookie:
        ada.set_cookie(COOKIE, cookie)
    assert f"in the time zone {zone}, weeks on Monday" in " ".join(ada.get("/worker/dashboard").text.split())


def test_what_requesters_write_is_never_markup(
    ada: FlaskClient, client: Client, publish: Publish, work: Work, market: Marketplace
) -> None:
    assignment_id = work(publish(Title=HOSTILE)["HITId"], "A1ADA")
    client.approve_assignment(AssignmentId=assignment_id, RequesterFeedback=HOSTILE)
    client.send_bonus(WorkerId="A1ADA", AssignmentId=assignment_id, BonusAmount="0.10", Reason=HOSTILE)
    for path in ("/worker/dashboard", "/worker/messages", "/worker/messages/bonus-1"):
        page = read(ada, path)
        assert page.xpath("//script[not(@src)] | //img | //@onerror") == []
        assert "alert(1)" in page.text_content()


def test_another_workers_submissions_are_not_shown(signed_in: SignedIn, past: list[str]) -> None:
    ben = signed_in("A2BEN")
    page = ben.get("/worker/dashboard").text
    assert not any(one in page for one in past)
    assert ben.get(f"/worker/dashboard?after={past[0]}").status_code == 404


@pytest.mark.parametrize("query", ["state=Accepted", "state=", "after=nothing", "after="])
def test_what_is_no_page_of_the_dashboard_is_not_there(ada: FlaskClient, query: str) -> None:
    assert ada.get(f"/worker/dashboard?{query}").status_code == 404


@pytest.mark.usefixtures("past")
def test_the_statement_is_a_file_that_ends_with_the_total(ada: FlaskClient, market: Marketplace) -> None:
    today = market.clock.now().date()
    with ada.get("/worker/statement.csv") as answer:
        assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
        name = f"attachment; filename=earnings-{today.replace(day=1)}-{today}.csv"
        assert answer.headers["Content-Disposition"] == name
        *lines, total = csv.DictReader(io.StringIO(answer.text))
    assert [line["what"] for line in lines] == ["reward", "bonus"]
    assert sum(Decimal(line["amount_usd"]) for line in lines) == Decimal(total["amount_usd"]) == Decimal("1.60")


@pytest.mark.usefixtures("past")
@pytest.mark.parametrize(
    ("query", "total"),
    [
        ("since=2020-01-01&until=2020-02-01", "0.00"),
        ("since=2020-01-01", "1.60"),
        ("since=2020-01-01&until=2999-01-01", "1.60"),
    ],
)
def test_a_statement_is_of_the_days_that_were_chosen(ada: FlaskClient, query: str, total: str) -> None:
    with ada.get(f"/worker/statement.csv?{query}") as answer:
        assert list(csv.DictReader(io.StringIO(answer.text)))[-1]["amount_usd"] == total


def test_nobody_takes_a_statement_while_they_take_their_data_along(ada: FlaskClient, market: Marketplace) -> None:
    number = market._dispatch.run(lambda context: worker.on_site(context, "A1ADA").number, writes=False)
    exporting = ada.application.extensions["mturk.site"].extensions["mturk"].own_account._exporting
    exporting.add(number)
    assert ada.get("/worker/statement.csv").status_code == 503
    exporting.remove(number)
    with ada.get("/worker/statement.csv") as answer:
        assert answer.status_code == 200


def test_no_page_elsewhere_has_a_statement_written(ada: FlaskClient) -> None:
    answer = ada.get("/worker/statement.csv", headers={"Sec-Fetch-Site": "same-site"})
    assert answer.headers["Location"] == "/worker/dashboard"


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_the_dashboard_offers_a_statement_until_the_clock_ends(
    market: Marketplace, ada: FlaskClient, zone: str
) -> None:
    market.clock.reach(LATEST - timedelta(minutes=1))
    ada.set_cookie(COOKIE, zone)
    (form,) = read(ada, "/worker/dashboard").xpath("//form[contains(@action, 'statement.csv')]")
    with ada.get("/worker/statement.csv", query_string=dict(form.form_values())) as answer:
        assert answer.status_code == 200
        assert list(csv.DictReader(io.StringIO(answer.text)))[-1]["what"] == "total"


@pytest.mark.parametrize(
    "query",
    [
        "since=yesterday",
        "until=31.01.2026",
        "since=0001-01-01",
        "until=9999-12-31",
        "since=2026-02-01&until=2026-01-01",
    ],
)
def test_days_that_are_none_are_refused(ada: FlaskClient, query: str) -> None:
    assert ada.get(f"/worker/statement.csv?{query}").status_code == 400


def test_only_who_is_signed_in_sees_money(market: Marketplace) -> None:
    visitor = market.app.test_client()
    for path in ("/worker/dashboard", "/worker/statement.csv", "/worker/messages", "/worker/messages/bonus-1"):
        assert visitor.get(path).headers["Location"].startswith("/worker/sign-in?")
