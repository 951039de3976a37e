"""The pages on money and messages in Chromium: nothing keeps people from using them, on any screen."""

from __future__ import annotations

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webdriver import WebDriver

from mturk import Connection
from mturk.marketplace import Marketplace
from tests.marketplace.site.conftest import SignedIn
from tests.marketplace.site.lived_in import WORKER, live_in
from tests.marketplace.site.walker import Walker
from tests.rendering.conftest import browser as browser

DASHBOARD, MESSAGES = "/worker/dashboard", "/worker/messages"


@pytest.fixture
def ada(market: Marketplace, signed_in: SignedIn, browser: WebDriver) -> Walker:
    """A worker with a past, at the site in Chromium."""
    keys = {"access_key": market.access_key, "secret_key": market.secret_key}
    with Connection(market.url, **keys) as connection:
        live_in(market, connection)
    browser.execute_cdp_cmd("Emulation.setTimezoneOverride", {"timezoneId": "Asia/Tokyo"})
    made = Walker(browser, market, signed_in)
    made.sign_in(WORKER)
    return made


def paths(ada: Walker) -> list[str]:
    """The pages here that have something to show, by their links."""
    found = [DASHBOARD, MESSAGES]
    for path, links in ((DASHBOARD, "main .links a"), (MESSAGES, "main h2 a")):
        ada.go(path)
        elements = ada.browser.find_elements(By.CSS_SELECTOR, links)
        found += [element.get_dom_attribute("href") or "" for element in elements]
    return list(dict.fromkeys(found))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_nothing_keeps_people_from_using_the_pages(ada: Walker, scheme: str, width: int, direction: str) -> None:
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    ada.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    screen = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    ada.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
    for path in paths(ada):
        ada.go(path)
        ada.browser.execute_script(f"document.documentElement.dir = '{direction}'")
        for details in ada.browser.find_elements(By.TAG_NAME, "details"):
            ada.browser.execute_script("arguments[0].open = true", details)
        assert ada.obstacles() == [], path
        assert ada.browser.execute_script("return document.documentElement.scrollWidth <= innerWidth"), path


def test_a_form_with_a_mistake_can_be_used_by_everybody(ada: Walker) -> None:
    for path in [one for one in paths(ada) if "hit_id=" in one][:2]:
        ada.go(path)
        ada.press("Send" if "letters" in path else "Report")
        assert ada.text("[role=alert] h2") == "That was not sent"
        assert ada.obstacles() == []


def test_days_are_those_of_the_browser_from_the_second_page_on(ada: Walker) -> None:
    ada.go(MESSAGES)
    ada.go(DASHBOARD)
    assert "in the time zone Asia/Tokyo" in ada.text("main")


def test_a_moment_says_its_zone(ada: Walker) -> None:
    ada.go(MESSAGES)
    times = ada.texts("main time")
    assert times
    assert all(time.endswith(" GMT+9") for time in times)


def test_nothing_on_the_pages_is_refused_by_their_policy(ada: Walker) -> None:
    ada.browser.get_log("browser")
    for path in paths(ada):
        ada.go(path)
    assert [entry["message"] for entry in ada.browser.get_log("browser")] == []
