"""Qualifications in Chromium: a test is taken by a person, and everybody can use the pages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from selenium.webdriver.remote.webdriver import WebDriver

from mturk.marketplace import Marketplace
from tests.marketplace.conftest import Client, Connect
from tests.marketplace.sample import graded_type_arguments, qualification_type_arguments
from tests.marketplace.site.conftest import SignedIn
from tests.marketplace.site.walker import Walker
from tests.rendering.conftest import browser

__all__ = ["browser"]

FACT = "00000000000000000071"


@pytest.fixture
def market() -> Iterator[Marketplace]:
    with Marketplace() as market:
        yield market


@pytest.fixture
def client(market: Marketplace, connect: Connect) -> Client:
    return connect(market)


@pytest.fixture
def walker(browser: WebDriver, market: Marketplace, signed_in: SignedIn) -> Walker:
    made = Walker(browser, market, signed_in)
    made.sign_in("A1ADA", country="DE")
    return made


def make(client: Client, **changes: object) -> str:
    answer = client.create_qualification_type(**graded_type_arguments(**changes))
    return str(answer["QualificationType"]["QualificationTypeId"])


def test_a_person_takes_a_test(walker: Walker, market: Marketplace, client: Client) -> None:
    type_id = make(client)
    walker.go("/worker/qualifications")
    for words in ("To ask for", "Knows cats"):
        walker.follow(words)
    walker.press("Begin the test")
    assert walker.text(".time-left").startswith("Time left: 9 minutes") or "10 minutes" in walker.text(".time-left")
    walker.fill({"sound": ["meow"], "cats": ["lion", "tiger"]})
    walker.press("Submit")
    assert walker.texts(".notice.good") == ["You have this qualification now. Your score is 3."]
    score = client.get_qualification_score(QualificationTypeId=type_id, WorkerId="A1ADA")["Qualification"]
    assert score["IntegerValue"] == 3


def test_the_time_that_is_left_is_right_after_the_clock_has_moved(
    walker: Walker, market: Marketplace, client: Client
) -> None:
    type_id = make(client)
    market.worker("A1ADA").start_qualification_test(type_id)
    walker.go(f"/worker/qualifications/{type_id}/test")
    market.clock.advance(seconds=598)
    walker.browser.execute_script("document.dispatchEvent(new Event('visibilitychange'))")
    walker.until(lambda: "The time is over" in walker.text(".time-left"))
    assert "It can no longer be submitted." in walker.text("[data-told]")


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_the_pages(
    walker: Walker, market: Marketplace, client: Client, width: int, scheme: str
) -> None:
    begun, had = make(client, Name="Begun"), make(client, Name="Had" * 60)
    asked = client.create_qualification_type(**qualification_type_arguments())["QualificationType"]
    make(client, Name="To ask for", RetryDelayInSeconds=60)
    worker = market.worker("A1ADA")
    worker.start_qualification_test(begun)
    worker.request_qualification(had, {"sound": "meow"})
    worker.request_qualification(asked["QualificationTypeId"])
    with walker.seeing(width, scheme):
        for more in ("", "/requestable", "/requests", f"/{begun}", f"/{had}", f"/{begun}/test", f"/{FACT}"):
            walker.go(f"/worker/qualifications{more}")
            assert walker.obstacles() == [], more
            assert walker.browser.execute_script("return document.documentElement.scrollWidth") <= width, more
