"""Signing up, signing in and one's own account in Chromium: by keys alone, on any screen, with nothing in the way."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.support.select import Select

from mturk.marketplace import Marketplace
from mturk.marketplace.database import table as t
from tests.marketplace.site.walker import Walker
from tests.rendering.conftest import browser as browser

PASSWORD = "correct horse battery"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Marketplace]:
    """A marketplace that has terms, and can send mail, which nobody takes."""
    terms = tmp_path / "terms.md"
    terms.write_text("# Work\n\nYou work *when you like*.\n\n## Pay\n\n- at once\n- by hand\n\n" + "Long. " * 800)
    with Marketplace(terms=terms, smtp="smtp://127.0.0.1:9?from=turk@my-lab.org") as market:
        yield market


@pytest.fixture
def walker(browser: WebDriver, site: Marketplace) -> Walker:
    browser.get(f"{site.url}/worker/static/icon.svg")
    browser.delete_all_cookies()
    return Walker(browser, site, site.app.test_client)


def path_of(site: Marketplace, address: str) -> str:
    return address.removeprefix(site.url)


def enter(walker: Walker, **fields: str) -> None:
    for name, value in fields.items():
        field = walker.browser.find_element(By.NAME, name)
        field.clear()
        field.send_keys(value)


def sign_up(walker: Walker, site: Marketplace) -> str:
    walker.go(path_of(site, site.invite()))
    enter(walker, password=PASSWORD, email="ada@example.org")
    Select(walker.browser.find_element(By.NAME, "country")).select_by_value("US")
    Select(walker.browser.find_element(By.NAME, "subdivision")).select_by_value("NY")
    walker.browser.find_element(By.NAME, "adult").click()
    walker.browser.find_element(By.NAME, "terms").click()
    walker.press("Sign up")
    return walker.text(".who")


def test_a_state_is_asked_for_only_where_there_are_states(walker: Walker, site: Marketplace) -> None:
    walker.go(path_of(site, site.invite()))
    country = Select(walker.browser.find_element(By.NAME, "country"))
    state = walker.browser.find_element(By.NAME, "subdivision")
    seen = [state.is_displayed()]
    for code in ("US", "DE", "US"):
        country.select_by_value(code)
        seen.append(state.is_displayed())
    assert seen == [False, True, False, True]
    Select(state).select_by_value("NY")
    country.select_by_value("DE")
    assert state.is_displayed()  # what was chosen can be taken back


def test_the_terms_are_a_step_away_on_every_page(walker: Walker, site: Marketplace) -> None:
    walker.go("/worker/sign-in")
    walker.follow("Terms")
    assert walker.texts("h1") == ["Terms"]


def test_a_person_signs_up_out_and_in_again(walker: Walker, site: Marketplace) -> None:
    worker_id = sign_up(walker, site)
    assert walker.text(".notice") == f"Welcome. Your worker ID is {worker_id}: you can sign in with it."
    walker.browser.find_element(By.CSS_SELECTOR, ".leave button").click()
    walker.until(lambda: walker.texts("h1") == ["Sign in"])
    confirm = t.person.update().values(email_time=1)
    site._premises.store.write(lambda database: database.execute(confirm))
    enter(walker, worker_id="Ada@Example.org", password=PASSWORD)
    walker.press("Sign in")
    assert walker.text(".who") == worker_id


def test_who_signed_out_is_not_seen_by_who_goes_back(walker: Walker, site: Marketplace) -> None:
    sign_up(walker, site)
    for page in ("/worker/messages", "/worker/dashboard", "/worker/queue"):
        walker.go(page)
    walker.browser.find_element(By.CSS_SELECTOR, ".leave button").click()
    walker.until(lambda: walker.texts("h1") == ["Sign in"])
    for page in ("/worker/queue", "/worker/dashboard", "/worker/messages"):
        walker.browser.back()
        walker.until(lambda page=page: walker.browser.current_url.endswith(f"?next={page}"))
        assert walker.texts(".who") == []


def test_signing_in_needs_no_mouse(walker: Walker, site: Marketplace) -> None:
    worker_id = sign_up(walker, site)
    walker.browser.delete_all_cookies()
    walker.go("/worker/sign-in")
    seen = []
    for _ in range(6):
        walker.browser.switch_to.active_element.send_keys(Keys.TAB)
        here = walker.browser.switch_to.active_element
        seen.append(here.get_attribute("name"))
        if here.get_attribute("name") == "worker_id":
            here.send_keys(worker_id)
        if here.get_attribute("name") == "password":
            here.send_keys(PASSWORD, Keys.ENTER)
            break
    walker.until(lambda: walker.texts(".who") == [worker_id])
    assert seen[-2:] == ["worker_id", "password"]


def test_an_account_is_closed(walker: Walker, site: Marketplace) -> None:
    sign_up(walker, site)
    walker.go("/worker/account")
    walker.browser.find_element(By.LINK_TEXT, "Close my account").click()
    enter(walker, password=PASSWORD)
    walker.press("Close my account for ever")
    assert walker.texts("h1") == ["Your account is closed"]


def pages(walker: Walker, site: Marketplace) -> Iterator[str]:
    """Every page here, in each of its states; it is open when its name comes."""
    worker_id = sign_up(walker, site)
    yield "just signed up"
    walker.go("/worker/account")
    yield "account"
    walker.browser.execute_script("document.querySelector('[name=new_password]').removeAttribute('required')")
    enter(walker, new_password="short")
    walker.browser.find_element(By.ID, "old-password").send_keys("a wrong password")
    walker.press("Set the password")
    yield "account, with a mistake"
    walker.go("/worker/account/close")
    yield "closing"
    walker.press_only("Close my account for ever")
    for path in ("terms", "confirm?link=x", "mail/x", "closed"):
        walker.go(f"/worker/{path}")
        yield path
    walker.browser.delete_all_cookies()
    walker.go(path_of(site, site.reset(worker_id)))
    yield "new password"
    walker.go("/worker/sign-in")
    yield "sign in"
    enter(walker, worker_id=worker_id, password="a wrong password")
    walker.press("Sign in")
    assert walker.texts(".notice.bad")
    yield "sign in, with a mistake"
    walker.go("/worker/forgotten-password")
    yield "forgotten password"
    enter(walker, worker_id=worker_id)
    walker.press("Send the link")
    yield "mail sent"
    walker.go(path_of(site, site.invite()))
    walker.browser.find_element(By.CSS_SELECTOR, "summary").click()
    yield "sign up"
    enter(walker, password="short", email="ada@example.org")
    walker.browser.find_element(By.NAME, "terms").click()
    walker.press("Sign up")
    assert walker.texts(".notice.bad li")
    yield "sign up, with a mistake"
    walker.go("/worker/sign-up?invitation=guessed")
    yield "no invitation"


@pytest.mark.parametrize(
    ("scheme", "direction", "width"), [("light", "ltr", 1280), ("dark", "ltr", 390), ("light", "rtl", 390)]
)
def test_nothing_keeps_people_from_using_these_pages(
    walker: Walker, site: Marketplace, scheme: str, direction: str, width: int
) -> None:
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    walker.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})  # type: ignore[attr-defined]  # Chromium's
    screen = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    walker.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)  # type: ignore[attr-defined]  # Chromium's
    for name in pages(walker, site):
        walker.browser.execute_script(f"document.documentElement.dir = '{direction}'")
        assert walker.obstacles() == [], name
        wide = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert walker.browser.execute_script(wide) <= 0, name
    walker.browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})  # type: ignore[attr-defined]  # Chromium's
