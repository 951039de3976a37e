"""Everybody can use every page: axe finds nothing, no page is wider than the screen, in either direction of writing."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask.testing import FlaskClient
from selenium.webdriver.remote.webdriver import WebDriver

from mturk import HIT, Connection
from mturk.marketplace import Marketplace
from tests.marketplace.site.conftest import signed_in_at
from tests.marketplace.site.lived_in import WORKER, live_in
from tests.marketplace.site.walker import Walker
from tests.rendering.conftest import browser as browser

OPEN_TO_ALL = ["sign-in", "forgotten-password", "sign-up?invitation={invitation}", "reset?link=none"]
PAGES = [
    "",
    "?q=nothing+of+this+name",
    "?q=&min_reward=0.2&sort=reward",
    "groups/{group}",
    "groups/{guarded}",
    "assignments/{form}",
    "assignments/{page}",
    "assignments/{submitted}",
    "queue",
    "dashboard",
    "dashboard?state=rejected",
    "qualifications",
    "qualifications/requestable",
    "qualifications/requests",
    "qualifications/{test}",
    "messages",
    "letters/new?assignment={submitted}",
    "account",
    "account/close",
    "terms",
    "report?hit_id={hit}",
    "nowhere",
]
LOOKS = [(1280, "light", "ltr"), (390, "dark", "ltr"), (390, "light", "rtl"), (1280, "dark", "rtl")]
SIDEWAYS = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
TURN = "document.documentElement.dir = arguments[0]"


class Place:
    """A marketplace in which much has happened, and what its pages are called by."""

    def __init__(self, market: Marketplace, offered: dict[str, HIT]) -> None:
        worker = market.worker(WORKER)
        self.market = market
        self.ids = {
            "invitation": market.invite().rpartition("=")[2],
            "group": str(offered["survey.html"].group_id),
            "guarded": str(offered["guarded"].group_id),
            "hit": offered["survey.html"].id,
            "form": worker.accept(offered["form"].id),
            "page": worker.accept(offered["image_classification.html"].id),
            "submitted": worker.accept(offered["text_labelling.html"].id),
            "test": str(offered["guarded"].qualification_requirements[0].qualification_type_id),
        }
        worker.submit(self.ids["submitted"], {"label": "positive"})


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with Marketplace(tmp_path_factory.mktemp("lab") / "lab.sqlite3") as market:
        connection = Connection(market.url, access_key=market.access_key, secret_key=market.secret_key)
        yield Place(market, live_in(market, connection))
        connection.close()


@pytest.fixture(scope="module")
def walker(browser: WebDriver, place: Place) -> Walker:
    """Somebody who is signed in."""

    def sign_in(worker_id: str, **_facts: object) -> FlaskClient:
        return signed_in_at(place.market, worker_id)

    return Walker(browser, place.market, sign_in)


@pytest.fixture
def stranger(walker: Walker) -> Walker:
    walker.go("/worker/static/icon.svg")
    walker.browser.delete_all_cookies()
    return walker


def look_at(walker: Walker, place: Place, page: str, check: Callable[[], None]) -> None:
    walker.go(f"/worker/{page.format(**place.ids)}")
    for width, colours, direction in LOOKS:
        with walker.seeing(width, colours):
            walker.browser.execute_script(TURN, direction)
            check()


@pytest.mark.parametrize("page", PAGES)
def test_everybody_can_use_the_page(walker: Walker, place: Place, page: str) -> None:
    walker.sign_in(WORKER)
    look_at(walker, place, page, lambda: _is_for_everybody(walker))


@pytest.mark.parametrize("page", OPEN_TO_ALL)
def test_everybody_can_come_in(stranger: Walker, place: Place, page: str) -> None:
    look_at(stranger, place, page, lambda: _is_for_everybody(stranger))


def _is_for_everybody(walker: Walker) -> None:
    assert walker.obstacles() == []
    assert walker.browser.execute_script(SIDEWAYS) == 0
