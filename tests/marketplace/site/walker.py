"""A person at the site in Chromium, who is signed in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.support.select import Select

from mturk.marketplace import Marketplace
from tests.page_turn import page_turn

AXE = Path(__file__).parents[2] / "javascript" / "node_modules" / "axe-core" / "axe.min.js"
_COOKIE = "mturk-session"


class Walker:
    """Goes through the site, fills in forms by the names of their fields, and presses buttons by their words."""

    def __init__(self, browser: WebDriver, market: Marketplace, signed_in: Callable[..., FlaskClient]) -> None:
        self.browser = browser
        self._url = market.public_url
        self._signed_in = signed_in

    def sign_in(self, worker_id: str, **facts: object) -> None:
        """Be this worker from now on."""
        visit = self._signed_in(worker_id, **facts).get_cookie(_COOKIE)
        assert visit is not None
        self.go("/worker/static/icon.svg")
        self.browser.delete_all_cookies()
        self.browser.add_cookie({"name": _COOKIE, "value": visit.value, "path": "/"})

    def go(self, path: str) -> None:
        """Open a page."""
        self.browser.get(f"{self._url}{path}")

    def named(self, name: str) -> list[Any]:
        """The fields of that name, in order."""
        fields = self.browser.find_elements(By.CSS_SELECTOR, ".question-form :is(input, select, textarea)")
        return [field for field in fields if field.get_attribute("name") == name]

    def fill(self, entered: dict[str, Any]) -> None:
        """Type texts, and choose among what is offered."""
        for name, value in entered.items():
            if isinstance(value, str):
                self._type(name, value)
            else:
                self._choose(name, value)

    def keys(self, *keys: str) -> None:
        """Press these keys, one after the other, wherever the focus is."""
        for key in keys:
            ActionChains(self.browser).send_keys(key).perform()

    def press(self, words: str) -> None:
        """Press the button that says this, and wait for the page that follows."""
        before = self.browser.find_element(By.TAG_NAME, "html")
        self.press_only(words)
        page_turn(self.browser).until(lambda _: before != self.browser.find_element(By.TAG_NAME, "html"))

    def press_only(self, words: str) -> None:
        """Press the button that says this; the page stays."""
        buttons = self.browser.find_elements(By.CSS_SELECTOR, "main button")
        (button,) = (button for button in buttons if button.text == words)
        self.browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", button)
        button.click()

    def follow(self, words: str) -> None:
        """Follow the link that says this."""
        before = self.browser.find_element(By.TAG_NAME, "html")
        self.browser.find_element(By.LINK_TEXT, words).click()
        page_turn(self.browser).until(lambda _: before != self.browser.find_element(By.TAG_NAME, "html"))

    @contextmanager
    def seeing(self, width: int, scheme: str) -> Iterator[None]:
        """Look at the pages on a screen of that width, in the "light" or in the "dark"."""
        # Without motion, so that no colour is on its way to another while it is looked at.
        features = [
            {"name": "prefers-color-scheme", "value": scheme},
            {"name": "prefers-reduced-motion", "value": "reduce"},
        ]
        metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        self.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
        self.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        try:
            yield
        finally:
            self.browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
            self.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features[1:]})

    def text(self, selector: str) -> str:
        """What an element says."""
        return str(self.browser.find_element(By.CSS_SELECTOR, selector).text)

    def texts(self, selector: str) -> list[str]:
        """What all of these elements say."""
        return [element.text for element in self.browser.find_elements(By.CSS_SELECTOR, selector)]

    def until(self, seen: Callable[[], object]) -> None:
        """Wait until something is so, also while one page gives way to the next."""
        page_turn(self.browser).until(lambda _: seen())

    def obstacles(self) -> list[str]:
        """What axe finds that keeps people from using the page."""
        self.browser.execute_script(AXE.read_text(encoding="utf-8"))
        found = self.browser.execute_async_script(
            "const done = arguments[0];"
            "const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];"
            "axe.run(document, { runOnly: tags, rules: { 'target-size': { enabled: true } } })"
            ".then((result) => done(result.violations.map((one) => `${one.id}: ${one.nodes.map((node) =>"
            " node.target.flat().join(' ') + ' ' + node.failureSummary).join('; ')}`)))"
            ".catch((error) => done([String(error)]));"
        )
        return list(found)

    def _type(self, name: str, text: str) -> None:
        (field,) = self.named(name)
        if field.get_attribute("type") != "file":
            field.clear()
        field.send_keys(text)

    def _choose(self, name: str, values: list[str]) -> None:
        for field in self.named(name):
            if field.tag_name == "select":
                Select(field).select_by_value(values[0])
            elif field.get_attribute("value") in values:
                field.click()
