"""The pages at which a worker reports a HIT, and writes to its requester."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from lxml import html

from mturk.marketplace import Marketplace
from mturk.marketplace.workplace import letter, report
from tests.marketplace.conftest import Client, Publish
from tests.marketplace.sample import qualification_type_arguments
from tests.marketplace.site.conftest import SignedIn, post
from tests.marketplace.site.pages.test_dashboard_page import read, texts

REPORT, LETTER = "/worker/report", "/worker/letters/new"


@pytest.fixture
def ada(signed_in: SignedIn) -> FlaskClient:
    return signed_in("A1ADA")


@pytest.fixture
def hit_id(publish: Publish) -> str:
    return str(publish(Title="Name a cat")["HITId"])


def test_a_report_reaches_the_operator(ada: FlaskClient, market: Marketplace, hit_id: str) -> None:
    page = read(ada, f"{REPORT}?hit_id={hit_id}&next=/worker/dashboard")
    assert texts(page, "//dd") == ["Name a cat", "requester"]
    (form,) = page.xpath("//main//form")
    fields = {**dict(form.form_values()), "reason": "broken", "text": "The button is missing."}
    answer = ada.post(form.action, data=fields)
    assert answer.headers["Location"] == "/worker/dashboard"
    assert "Whoever runs this marketplace will read your report." in ada.get("/worker/").text
    assert [(one.worker_id, one.reason, one.text) for one in market.reports()] == [
        ("A1ADA", "broken", "The button is missing.")
    ]


def test_a_letter_reaches_the_requester(ada: FlaskClient, market: Marketplace, hit_id: str) -> None:
    (form,) = read(ada, f"{LETTER}?hit_id={hit_id}").xpath("//main//form")
    answer = ada.post(form.action, data={**dict(form.form_values()), "text": "Is it open\r\nto learners?"})
    assert answer.headers["Location"] == "/worker/"
    assert [one.text for one in market.requester("requester").letters()] == ["Is it open\nto learners?"]


@pytest.mark.parametrize("reason", report.REASONS)
def test_every_reason_can_be_chosen(ada: FlaskClient, market: Marketplace, hit_id: str, reason: str) -> None:
    page = read(ada, f"{REPORT}?hit_id={hit_id}")
    assert reason in page.xpath("//input[@type='radio']/@value")
    post(ada, REPORT, hit_id=hit_id, reason=reason)
    assert [one.reason for one in market.reports()] == [reason]


WRONG = [
    (REPORT, {"text": "typed"}, "reason", "Say what is wrong with the HIT."),
    (REPORT, {"reason": "nonsense", "text": "typed"}, "reason", "Say what is wrong with the HIT."),
    (REPORT, {"reason": "other", "text": "x" * 1001}, "text", f"Write at most {report.LONGEST:,} characters."),
    (LETTER, {"text": " \n"}, "text", "Write something to the requester."),
    (LETTER, {"text": "x" * 2001}, "text", f"Write at most {letter.LONGEST:,} characters."),
]


@pytest.mark.parametrize(("path", "fields", "name", "text"), WRONG)
def test_a_mistake_is_told_at_its_field_and_nothing_typed_is_lost(
    ada: FlaskClient, hit_id: str, path: str, fields: dict[str, str], name: str, text: str
) -> None:
    answer = post(ada, path, hit_id=hit_id, **fields)
    assert answer.status_code == 400
    page = html.fromstring(answer.text)
    assert texts(page, f"//*[@role='alert']//a[@href='#{name}']") == [text]
    assert texts(page, f"//*[@id='{name}-wrong']") == [text]
    (field,) = page.xpath(f"//*[@id='{name}']")
    assert f"{name}-wrong" in field.get("aria-describedby")
    assert page.xpath("//textarea")[0].text.removeprefix("\n") == fields["text"]
    assert page.xpath("//title")[0].text.startswith("Mistake: ")


def test_a_second_report_of_a_hit_is_refused_in_the_form(ada: FlaskClient, hit_id: str) -> None:
    post(ada, REPORT, hit_id=hit_id, reason="broken")
    answer = post(ada, REPORT, hit_id=hit_id, reason="other", text="and more")
    assert answer.status_code == 409
    assert "You have already reported this HIT." in answer.text
    assert "and more</textarea>" in answer.text


def test_who_writes_too_often_is_asked_to_wait(ada: FlaskClient, hit_id: str) -> None:
    for _ in range(letter.TO_ONE_A_DAY):
        assert post(ada, LETTER, hit_id=hit_id, text="Hello").status_code == 302
    answer = post(ada, LETTER, hit_id=hit_id, text="Hello again")
    assert answer.status_code == 429
    assert "Hello again</textarea>" in answer.text


def test_a_hit_that_the_worker_never_saw_is_not_there(
    ada: FlaskClient, market: Marketplace, client: Client, publish: Publish
) -> None:
    kind = client.create_qualification_type(**qualification_type_arguments())["QualificationType"]
    requirement = {
        "QualificationTypeId": kind["QualificationTypeId"],
        "Comparator": "Exists",
        "ActionsGuarded": "DiscoverPreviewAndAccept",
    }
    hidden = publish(QualificationRequirements=[requirement])["HITId"]
    for hit_id in (hidden, "3NOTHING", "", "\x00"):
        for path in (REPORT, LETTER):
            assert ada.get(path, query_string={"hit_id": hit_id}).status_code == 404
            assert post(ada, path, hit_id=hit_id, reason="other", text="Hello").status_code == 404
    assert market.reports() == []


@pytest.mark.parametrize("path", [REPORT, LETTER])
def test_the_way_back_stays_on_the_site(ada: FlaskClient, hit_id: str, path: str) -> None:
    page = read(ada, f"{path}?hit_id={hit_id}&next=https://evil.example/")
    assert page.xpath("//a[text()='Cancel']/@href") == ["/worker/"]
    fields = {"hit_id": hit_id, "reason": "other", "text": "Hello", "next": "//evil.example"}
    assert post(ada, path, **fields).headers["Location"] == "/worker/"


@pytest.mark.parametrize("path", [REPORT, LETTER])
def test_nothing_is_sent_without_a_form_of_the_site(
    ada: FlaskClient, market: Marketplace, hit_id: str, path: str
) -> None:
    answer = ada.post(path, data={"hit_id": hit_id, "reason": "other", "text": "Hello"})
    assert answer.status_code == 400
    assert market.reports() == market.requester("requester").letters() == []
