"""Finding and doing HITs in a browser: the time that is left, the next HIT, and that everybody can use the pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.support.wait import WebDriverWait

from mturk.marketplace import Marketplace
from tests.marketplace.conftest import Connect
from tests.marketplace.sample import form, hit_arguments, html_question, selection_question, text_question
from tests.marketplace.site.conftest import SignedIn
from tests.page_turn import page_turn
from tests.rendering.conftest import browser as browser

AXE = Path(__file__).parents[2] / "javascript" / "node_modules" / "axe-core" / "axe.min.js"
FORM = form(text_question("street", required=True), selection_question("lamps", "none", "few", "many"))
NEEDED = [
    {"QualificationTypeId": "00000000000000000060", "Comparator": "EqualTo", "IntegerValues": [1]},
    {"QualificationTypeId": "000000000000000000L0", "Comparator": "GreaterThan", "IntegerValues": [95]},
]


class Visitor:
    """Somebody who is signed in, and uses the site by its buttons and links."""

    def __init__(self, browser: WebDriver, market: Marketplace, client: FlaskClient) -> None:
        self.browser, self.market = browser, market
        cookie = client.get_cookie("mturk-session")
        assert cookie
        browser.get(f"{market.url}/worker/sign-in")
        browser.delete_all_cookies()
        browser.add_cookie({"name": "mturk-session", "value": cookie.value})

    def open(self, path: str) -> None:
        self.browser.get(f"{self.market.url}{path}")

    def press(self, name: str) -> None:
        """Press a button or a link, and wait for the page that it leads to."""
        words = f"normalize-space(.)='{name}'"
        before = self.browser.find_element(By.TAG_NAME, "html")
        self.browser.find_element(By.XPATH, f"//button[{words}]|//a[{words}]").click()
        page_turn(self.browser).until(lambda _: self.browser.find_element(By.TAG_NAME, "html") != before)

    def accept(self, hit: dict[str, Any]) -> None:
        self.open(f"/worker/groups/{hit['HITGroupId']}")
        self.press("Accept")

    def fill(self, street: str = "Main Street") -> None:
        self.browser.find_element(By.NAME, "street").send_keys(street)

    @property
    def heading(self) -> str:
        return self.browser.find_element(By.TAG_NAME, "h1").text

    def passes(self, milliseconds: int) -> None:
        """Let time pass as for a computer that slept: its clock is ahead, and no script has run."""
        self.browser.execute_script(
            "const before = Date.now; const ahead = arguments[0]; Date.now = () => before() + ahead", milliseconds
        )

    def waits_for(self, selector: str, words: str) -> None:
        def told(_: object) -> bool:
            return words in self.browser.find_element(By.CSS_SELECTOR, selector).text

        page_turn(self.browser).until(told, f"{selector} does not say {words!r}")


@pytest.fixture
def database() -> str:
    """One kind will do: the pages are tested with both without a browser."""
    return ":memory:"


@pytest.fixture
def hits(market: Marketplace, connect: Connect) -> list[dict[str, Any]]:
    client = connect(market)
    return [
        client.create_hit(**hit_arguments(Question=FORM, RequesterAnnotation=str(number)))["HIT"] for number in range(3)
    ]


@pytest.fixture
def visitor(browser: WebDriver, market: Marketplace, signed_in: SignedIn) -> Iterator[Visitor]:
    yield Visitor(browser, market, signed_in("A1ADA"))
    browser.get("about:blank")


def test_a_person_finds_a_hit_does_it_and_goes_on_with_the_next(visitor: Visitor, hits: list[dict[str, Any]]) -> None:
    visitor.open("/worker/")
    visitor.press("Label a photo")
    visitor.press("Accept")
    visitor.fill()
    visitor.press("Submit")
    assert visitor.heading == "Submitted"
    visitor.press("Accept the next HIT")
    visitor.press("Return (not paid)")
    visitor.press("Skip")
    assert visitor.heading == "Label a photo"


def test_the_time_left_is_right_after_a_sleep_and_what_comes_is_told_in_time(
    visitor: Visitor, hits: list[dict[str, Any]]
) -> None:
    visitor.accept(hits[0])
    visitor.waits_for("[data-clock]", "Time left: 9 minutes")
    visitor.passes(300_000)
    visitor.waits_for("[data-clock]", "Time left: 4 minutes")
    visitor.waits_for("[aria-live=polite]", "Five minutes are left for this HIT.")
    visitor.passes(241_000)
    visitor.waits_for("[data-clock]", "Time left: 5")
    visitor.waits_for("[aria-live=polite]", "One minute is left for this HIT.")
    visitor.passes(61_000)
    visitor.waits_for("[data-clock]", "The time is over")
    visitor.waits_for("[aria-live=polite]", "The time for this HIT is over.")


def marks(visitor: Visitor) -> list[str]:
    """By what the bar shows that time is short."""
    classes = visitor.browser.find_element(By.CLASS_NAME, "work-bar").get_attribute("class") or ""
    return [name for name in classes.split() if name in ("soon", "last")]


def test_the_bar_shows_that_time_is_short(visitor: Visitor, hits: list[dict[str, Any]]) -> None:
    visitor.accept(hits[0])
    assert marks(visitor) == []
    visitor.passes(300_000)
    WebDriverWait(visitor.browser, 10).until(lambda _: marks(visitor) == ["soon"])
    visitor.passes(241_000)
    WebDriverWait(visitor.browser, 10).until(lambda _: marks(visitor) == ["soon", "last"])


@pytest.mark.parametrize(("width", "is_folded"), [(390, True), (1280, False)])
def test_a_small_screen_has_the_search_folded(
    visitor: Visitor, hits: list[dict[str, Any]], width: int, is_folded: bool
) -> None:
    driver: Any = visitor.browser
    driver.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride", {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": False}
    )
    seen = []
    for path in ("/worker/", "/worker/?q=photo"):
        visitor.open(path)
        seen.append(visitor.browser.find_element(By.NAME, "q").is_displayed())
    driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    assert seen == [not is_folded, True]


def test_a_page_that_is_looked_at_again_asks_the_server(
    market: Marketplace, visitor: Visitor, hits: list[dict[str, Any]]
) -> None:
    visitor.accept(hits[0])
    market.clock.advance(minutes=8)
    visitor.browser.execute_script("document.dispatchEvent(new Event('visibilitychange'))")
    visitor.waits_for("[data-clock]", "Time left: 1 minute")


STAYS = """
const [selector, held] = arguments, form = selector && document.querySelector(selector);
const hold = (event) => event.preventDefault();
if (held) { form.addEventListener("submit", hold); }
if (form) { form.dispatchEvent(new Event("submit", { bubbles: true, cancelable: true })); }
const left = new Event("beforeunload", { cancelable: true });
window.dispatchEvent(left);
return left.defaultPrevented;
"""
SENT = [
    ("form[action$='/return']", False, True),
    ("form[action$='/language']", False, True),
    ("form[action$='/sign-out']", False, True),
    ("form[data-form]", True, True),
    ("form[data-form]", False, False),
]


@pytest.mark.parametrize(("form", "held", "asked"), SENT)
def test_who_leaves_a_form_that_is_half_filled_in_is_asked_unless_it_was_sent(
    visitor: Visitor, hits: list[dict[str, Any]], form: str, held: bool, asked: bool
) -> None:
    visitor.accept(hits[0])
    assert visitor.browser.execute_script(STAYS, None, False) is False
    visitor.fill()
    assert visitor.browser.execute_script(STAYS, form, held) is asked


def test_a_hit_that_was_submitted_elsewhere_is_told(
    market: Marketplace, visitor: Visitor, hits: list[dict[str, Any]]
) -> None:
    visitor.accept(hits[0])
    assignment_id = visitor.browser.current_url.rpartition("/")[2]
    market.worker("A1ADA").submit(assignment_id, {"street": "Elsewhere"})
    visitor.browser.execute_script("document.dispatchEvent(new Event('visibilitychange'))")
    visitor.waits_for("[aria-live=polite]", "in another window or on another device")


def test_the_choice_to_go_on_by_itself_is_kept_and_followed(visitor: Visitor, hits: list[dict[str, Any]]) -> None:
    visitor.accept(hits[0])
    visitor.browser.find_element(By.ID, "accept_next").click()
    kept = "return performance.getEntriesByType('resource').some((one) => one.name.endsWith('/worker/accept-next'))"
    WebDriverWait(visitor.browser, 10).until(lambda _: visitor.browser.execute_script(kept))
    first = visitor.browser.current_url
    visitor.fill()
    visitor.press("Submit")
    assert visitor.browser.current_url != first
    assert visitor.browser.find_element(By.ID, "accept_next").is_selected()


def test_after_a_page_in_the_frame_has_submitted_the_next_hit_comes_by_itself(
    market: Marketplace, visitor: Visitor, hits: list[dict[str, Any]]
) -> None:
    visitor.open(f"/worker/groups/{hits[0]['HITGroupId']}")
    visitor.browser.find_element(By.ID, "accept_next").click()
    visitor.press("Accept")
    first = visitor.browser.current_url
    market.worker("A1ADA").submit(first.rpartition("/")[2], {"street": "Main Street"})
    visitor.browser.refresh()  # as the page does when its frame says so
    page_turn(visitor.browser).until(lambda _: visitor.browser.current_url != first)
    assert visitor.browser.find_element(By.NAME, "street")
    assert "Submitted. This is the next HIT" in visitor.browser.find_element(By.TAG_NAME, "main").text


def test_only_the_frame_itself_can_say_that_it_has_submitted(
    market: Marketplace, connect: Connect, visitor: Visitor
) -> None:
    hit = connect(market).create_hit(**hit_arguments(Question=html_question()))["HIT"]
    visitor.accept(hit)
    stayed = visitor.browser.execute_async_script(
        "const done = arguments[0]; window.mark = 1; window.addEventListener('message', () => setTimeout(() => done("
        "window.mark), 200)); window.postMessage({ mturk: 'submitted' }, '*');"
    )
    assert stayed == 1


def obstacles(browser: WebDriver) -> list[str]:
    """What axe finds that keeps people from using the page."""
    browser.execute_script(AXE.read_text(encoding="utf-8"))
    return list(
        browser.execute_async_script(
            "const done = arguments[0];"
            "const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];"
            "axe.run(document, { runOnly: tags, rules: { 'target-size': { enabled: true } } })"
            ".then((result) => done(result.violations.map((one) => `${one.id}: ${one.nodes.map((node) =>"
            " node.target.flat().join(' ') + ' ' + node.failureSummary).join('; ')}`)))"
            ".catch((error) => done([String(error)]));"
        )
    )


def at_work(visitor: Visitor, hit: dict[str, Any]) -> None:
    visitor.accept(hit)


def told_of_the_end(visitor: Visitor, hit: dict[str, Any]) -> None:
    visitor.accept(hit)
    visitor.passes(541_000)
    visitor.waits_for("[aria-live=polite]", "One minute")


def incomplete(visitor: Visitor, hit: dict[str, Any]) -> None:
    visitor.accept(hit)
    visitor.browser.find_element(By.XPATH, "//button[normalize-space(.)='Submit']").click()
    told = (By.CSS_SELECTOR, "[aria-invalid=true]")
    WebDriverWait(visitor.browser, 10).until(lambda browser: browser.find_elements(*told))


def too_late(visitor: Visitor, hit: dict[str, Any]) -> None:
    visitor.accept(hit)
    visitor.fill()
    visitor.market.clock.advance(minutes=11)
    visitor.press("Submit")
    assert visitor.heading == "Not submitted"


def submitted(visitor: Visitor, hit: dict[str, Any]) -> None:
    visitor.accept(hit)
    visitor.fill()
    visitor.press("Submit")


def queue(visitor: Visitor, hit: dict[str, Any]) -> None:
    visitor.accept(hit)
    visitor.open("/worker/queue")


STATES: dict[str, Callable[[Visitor, dict[str, Any]], None]] = {
    "groups": lambda visitor, _: visitor.open("/worker/"),
    "nothing found": lambda visitor, _: visitor.open("/worker/?q=nothing"),
    "wrong amount": lambda visitor, _: visitor.open("/worker/?min_reward=x"),
    "group": lambda visitor, hit: visitor.open(f"/worker/groups/{hit['HITGroupId']}"),
    "no such group": lambda visitor, _: visitor.open("/worker/groups/3NOSUCHGROUP"),
    "empty queue": lambda visitor, _: visitor.open("/worker/queue"),
    "queue": queue,
    "at work": at_work,
    "near the end": told_of_the_end,
    "incomplete": incomplete,
    "too late": too_late,
    "submitted": submitted,
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("state", STATES)
def test_axe_finds_no_obstacle(
    market: Marketplace, connect: Connect, visitor: Visitor, hits: list[dict[str, Any]], state: str, scheme: str
) -> None:
    connect(market).create_hit(**hit_arguments(Title="For adults", QualificationRequirements=NEEDED))
    driver: Any = visitor.browser
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    STATES[state](visitor, hits[0])
    assert obstacles(visitor.browser) == []


@pytest.mark.parametrize("width", [320, 390, 1280])
@pytest.mark.parametrize("state", ["groups", "group", "queue", "at work", "submitted"])
def test_no_page_is_wider_than_the_window(
    market: Marketplace, connect: Connect, visitor: Visitor, hits: list[dict[str, Any]], state: str, width: int
) -> None:
    long = "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen" * 2
    hit = connect(market).create_hit(**hit_arguments(Title=long, Description=long * 3, Question=FORM))["HIT"]
    driver: Any = visitor.browser
    driver.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride", {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": False}
    )
    STATES[state](visitor, hit)
    assert driver.execute_script("return document.documentElement.scrollWidth") <= width
    driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
