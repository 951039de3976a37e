"""The documentation is built as a site: links lead somewhere, nothing comes from elsewhere, all of it is found."""

from __future__ import annotations

import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

import mturk
from mturk import marketplace
from tests.rendering.conftest import browser as browser  # the same Chromium

ROOT = Path(__file__).parents[2]
LOADING = {"img": "src", "script": "src", "link": "href", "iframe": "src", "source": "src"}


class Reader(HTMLParser):
    """What a page loads, and the names that can be pointed to."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.names: set[str] = set()
        self.feed(page.read_text())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.loaded += [found.get(LOADING.get(tag, ""), "") or ""]
        self.names |= {found.get("id") or ""}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built as `nox -s docs` does: any warning ends it."""
    folder = tmp_path_factory.mktemp("documentation")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert built.returncode == 0, built.stderr
    return folder


def test_every_public_name_is_in_the_reference(site: Path) -> None:
    names = set[str]().union(*(Reader(page).names for page in (site / "reference").glob("*.html")))
    public = [f"mturk.{name}" for name in mturk.__all__ if name != "__version__"]
    public += [f"mturk.marketplace.{name}" for name in marketplace.__all__]
    assert [name for name in public if name not in names] == []


def test_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    pages = list(site.rglob("*.html"))
    assert len(pages) > 50
    elsewhere = re.compile(r"^(https?:)?//")
    assert {loaded for page in pages for loaded in Reader(page).loaded if elsewhere.match(loaded)} == set()
    styles = "".join(style.read_text() for style in site.rglob("*.css"))
    assert re.findall(r"url\(['\"]?(?:https?:)?//[^)]*", styles) == []


def test_a_page_of_another_part_of_the_project_is_on_the_site(site: Path) -> None:
    assert "Unreleased" in (site / "outside/CHANGELOG.html").read_text()
    operation = (site / "outside/mturk/connection/operation.py.html").read_text()
    assert "CreateHIT" in operation
    assert 'href="outside/mturk/connection/operation.py.html"' in (site / "faults.html").read_text()


def test_a_search_finds_a_verb_in_a_folder_without_a_server(site: Path, browser: WebDriver) -> None:
    browser.set_window_size(1200, 900)
    browser.get((site / "index.html").as_uri())
    wait = WebDriverWait(browser, 30)
    words = wait.until(lambda page: page.find_element(By.CSS_SELECTOR, "input.md-search__input"))
    browser.execute_script("arguments[0].click(); arguments[0].focus()", words)
    words.send_keys("pay_bonus")
    found = "a[href*='reference/assignments.html'][href$='#mturk.Assignment.pay_bonus']"
    wait.until(lambda page: page.find_elements(By.CSS_SELECTOR, found))


@pytest.mark.parametrize("page", ["index", "concepts", "fidelity", "batches", "deploy", "reference/hits"])
def test_a_page_is_as_wide_as_a_telephone(page: str, site: Path, browser: WebDriver) -> None:
    size = {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    try:
        browser.get((site / f"{page}.html").as_uri())
        assert browser.execute_script("return document.documentElement.scrollWidth") <= 390
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
