"""`mturk demo --site`: a visitor works at the site, and is paid."""

from __future__ import annotations

import re
import time
from pathlib import Path

import requests

import mturk
from mturk.cli import demo_site
from mturk.marketplace import Marketplace


class Visitor:
    """Follows the link that the browser would be sent to, and answers a form."""

    def __init__(self) -> None:
        self.session = requests.Session()
        self.pages: list[str] = []
        self.link = ""

    def browse(self, address: str) -> None:
        self.link = address
        self.pages.append(self.session.get(address, timeout=20).text)

    def work(self) -> None:
        """Answer the form, and wait until that is approved."""
        site = self.link.rpartition("/")[0]
        (group,) = set(re.findall(r'href="/worker/(groups/[A-Z0-9]+)[^>]*><bdi>Three questions', self.pages[0]))
        page = self.session.get(f"{site}/{group}", timeout=20).text
        page = self.session.post(f"{site}/{group}/accept", data={"csrf_token": _token(page)}, timeout=20)
        answers = {"csrf_token": _token(page.text), "street": "Elm Street", "lamps": "few"}
        assert "Submitted" in self.session.post(page.url, data=answers, timeout=20).text
        dashboard = f"{site}/dashboard?state=approved"
        until = time.monotonic() + 20
        while "Three questions" not in self.session.get(dashboard, timeout=20).text and time.monotonic() < until:
            time.sleep(0.1)


def _token(page: str) -> str:
    found = re.search('name="csrf_token" value="([^"]+)"', page)
    assert found
    return found[1]


def test_a_visitor_is_signed_in_finds_work_and_is_approved(tmp_path: Path) -> None:
    visitor = Visitor()
    said: list[str] = []
    with Marketplace(tmp_path / "demo.sqlite3") as market:
        demo_site.run(market, said.append, visitor.work, tmp_path / "events.sqlite3", visitor.browse, every=0.2)
        assert said[0] == f"Worker site: {visitor.link}"
        assert "A1VISITOR" in visitor.pages[0]
        assert "What is this message about?" in visitor.pages[0]
        connection = mturk.Connection(market.url, access_key=market.access_key, secret_key=market.secret_key)
        with mturk.using(connection):
            answers = [dict(each.answers) for hit in mturk.HIT.all() for each in hit.assignments(status="Approved")]
    assert [(each["street"], tuple(each["lamps"])) for each in answers] == [("Elm Street", ("few",))]


def test_the_link_signs_in_only_once(tmp_path: Path) -> None:
    with Marketplace(tmp_path / "lab.sqlite3") as market:
        market.worker("A1ADA")
        link = market.sign_in_link("A1ADA")
        assert requests.get(link, timeout=20).status_code == 200
        again = requests.get(link, timeout=20)
        assert (again.status_code, "not good any more" in again.text) == (403, True)
