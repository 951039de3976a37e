"""The pages on money and messages in Chromium: nothing keeps people from using them, on any screen."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webdriver import WebDriver

from mturk import Connection
from mturk.marketplace import Marketplace
from tests.marketplace.site.conftest import SignedIn
from tests.marketplace.site.lived_in import WORKER, live_in
from tests.rendering.conftest import FLAGS

AXE = Path(__file__).parents[2] / "javascript" / "node_modules" / "axe-core" / "axe.min.js"
_LOOK = """
const done = arguments[0], tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
axe.run(document, { runOnly: tags, rules: { "target-size": { enabled: true } } }).then(
  (found) => done(found.violations.map((one) => one.id + ": " + one.nodes.map((node) => node.target).join(", "))),
  (error) => done([String(error)]),
);
"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebDriver]:
    """One headless Chromium in the time zone of Tokyo for all tests here."""
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('chromium')}"):
        options.add_argument(flag)
    made = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver") or ""))
    made.execute_cdp_cmd("Emulation.setTimezoneOverride", {"timezoneId": "Asia/Tokyo"})
    yield made
    made.quit()


@pytest.fixture
def lived_in(market: Marketplace, signed_in: SignedIn, browser: WebDriver) -> Marketplace:
    """A marketplace in which much has happened, and the browser of a worker who is signed in there."""
    keys = {"access_key": market.access_key, "secret_key": market.secret_key}
    with Connection(market.url, **keys) as connection:
        live_in(market, connection)
    cookie = signed_in(WORKER).get_cookie("mturk-session")
    assert cookie
    browser.get(f"{market.url}/worker/static/icon.svg")
    browser.delete_all_cookies()
    browser.add_cookie({"name": "mturk-session", "value": cookie.value})
    return market


def addresses(market: Marketplace, browser: WebDriver) -> list[str]:
    """The pages here that have something to show, by their links."""
    browser.get(f"{market.url}/worker/dashboard")
    links = {link.get_attribute("href") or "" for link in browser.find_elements(By.CSS_SELECTOR, "main .links a")}
    browser.get(f"{market.url}/worker/messages")
    links |= {link.get_attribute("href") or "" for link in browser.find_elements(By.CSS_SELECTOR, "main h2 a")}
    return [f"{market.url}/worker/dashboard", f"{market.url}/worker/messages", *sorted(links)]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_nothing_keeps_people_from_using_the_pages(
    lived_in: Marketplace, browser: WebDriver, scheme: str, width: int, direction: str
) -> None:
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    screen = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
    for address in addresses(lived_in, browser):
        browser.get(address)
        browser.execute_script(f"document.documentElement.dir = '{direction}'")
        for details in browser.find_elements(By.TAG_NAME, "details"):
            browser.execute_script("arguments[0].open = true", details)
        browser.execute_script(AXE.read_text(encoding="utf-8"))
        assert browser.execute_async_script(_LOOK) == [], address
        assert browser.execute_script("return document.documentElement.scrollWidth <= innerWidth"), address


def test_days_are_those_of_the_browser_from_the_second_page_on(lived_in: Marketplace, browser: WebDriver) -> None:
    browser.get(f"{lived_in.url}/worker/messages")
    browser.get(f"{lived_in.url}/worker/dashboard")
    assert "in the time zone Asia/Tokyo" in browser.find_element(By.TAG_NAME, "main").text


def test_nothing_on_the_pages_is_refused_by_their_policy(lived_in: Marketplace, browser: WebDriver) -> None:
    browser.get_log("browser")
    for address in addresses(lived_in, browser):
        browser.get(address)
    assert [entry["message"] for entry in browser.get_log("browser")] == []
