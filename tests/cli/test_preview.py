"""`mturk preview`: a row in the page, at a site where it can be submitted, and nothing else is touched."""

from __future__ import annotations

import io
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urljoin

import pytest
import requests

from mturk.cli import preview
from mturk.marketplace import Marketplace
from tests.cli.test_program import program, program_without

PATIENCE = 60
PAGE = (
    '<p>What is in this photo?</p><img src="${url}" alt=""><script>const name = `${other}`</script>'
    '<label><input type="radio" name="label" value="cat" required> A cat</label>'
)
ROWS = "id,url\np1,https://my-lab.org/1.jpg\np2,https://my-lab.org/2.jpg\np3,\n"


Work = Callable[[Marketplace, str], None]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A page and its table, in the current folder."""
    (tmp_path / "label.html").write_text(PAGE)
    (tmp_path / "photos.csv").write_text(ROWS)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The program, where it should end by itself."""
    return program("preview", "--no-browser", *arguments, folder=Path.cwd())


class Visitor:
    """Follows the address, accepts, and looks into the frame."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.address = self.page = self.frame = ""

    def see(self, row: int = 2, table: str | None = "photos.csv", work: Work = lambda market, page: None) -> Visitor:
        page = "label.html"
        found = preview.look(page, table, row, "mturk", "utf-8-sig")
        assert found.question
        self._work = work
        with Marketplace() as market:
            preview.show_on_site(
                market, found.question, page, self.said.append, lambda: self._come(market), self._browse
            )
        return self

    def _browse(self, address: str) -> None:
        self.address = address

    def _come(self, market: Marketplace) -> None:
        with requests.Session() as session:
            shown = session.get(self.address, timeout=20)
            self.page, where = shown.text, shown.url
            frame = re.search(r'<iframe[^>]* src="([^"]+)"', self.page)
            assert frame
            self.frame = session.get(urljoin(where, frame[1].replace("&amp;", "&")), timeout=20).text
        self._work(market, self.page)


def submit(market: Marketplace, page: str) -> None:
    """Do what is shown, with an answer that a terminal must not obey."""
    found = re.search(r'name="hit_id" value="([A-Z0-9]+)"', page)
    assert found
    worker = market.worker(preview.VISITOR)
    worker.submit(worker.accept(found[1]), {"label": "cat\u009b31m\nand dog", "note": ""})


# At the site


def test_the_link_leads_a_worker_to_the_row_in_its_frame() -> None:
    seen = Visitor().see(2)
    assert seen.said[0] == f"Preview: {seen.address}"
    assert preview.VISITOR in seen.page
    assert "Preview of label.html" in seen.page
    assert 'src="https://my-lab.org/2.jpg"' in seen.frame


def test_the_pages_own_code_stays() -> None:
    assert "`${other}`" in Visitor().see(1).frame


def test_without_a_table_each_place_shows_its_name() -> None:
    assert 'src="${url}"' in Visitor().see(1, None).frame


def test_what_is_submitted_is_printed_without_orders_and_on_offer_again() -> None:
    said = Visitor().see(work=submit).said
    assert said[2:] == [
        "Submitted. This is what you would get:",
        "  label: cat\ufffd31m and dog",
        "  note: ",
        "It is on offer again.",
    ]


def test_it_can_be_submitted_a_second_time() -> None:
    visitor = Visitor()

    def twice(market: Marketplace, page: str) -> None:
        submit(market, page)
        until = time.monotonic() + PATIENCE
        while "It is on offer again." not in visitor.said:
            assert time.monotonic() < until
            time.sleep(0.01)
        group = urljoin(visitor.address, re.findall("next=([^&]+)", visitor.address)[0])
        with requests.Session() as session:
            session.get(market.sign_in_link(preview.VISITOR), timeout=20)
            submit(market, session.get(group, timeout=20).text)

    visitor.see(work=twice)
    assert visitor.said.count("It is on offer again.") == 2


# The program


@pytest.fixture
def shown(folder: Path) -> Iterator[Callable[..., tuple[int, str]]]:
    """Run the program until it shows the page, press Ctrl-C, and get its status and what it said."""
    running: list[subprocess.Popen[str]] = []

    def run_until_shown(*arguments: str) -> tuple[int, str]:
        whole = [sys.executable, "-m", "mturk", "preview", "--no-browser", *arguments]
        running.append(subprocess.Popen(whole, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True))
        said = ""
        assert running[-1].stdout
        for line in running[-1].stdout:
            said += line
            if "Ctrl-C ends it" in line:
                running[-1].send_signal(signal.SIGINT)
        return running[-1].wait(PATIENCE), said

    yield run_until_shown
    for process in running:
        process.kill()
        process.communicate()


def test_ctrl_c_ends_it_with_0_and_no_file_is_made(shown: Callable[..., tuple[int, str]], folder: Path) -> None:
    before = sorted(os.listdir(folder))
    status, said = shown("label.html", "--rows", "photos.csv", "--row", "1")
    assert status == 0
    assert said.splitlines()[:3] == [
        "3 rows, 0 errors, 2 warnings",
        "warning: the page has no place for the column id: in the results as Input., not in the HITs",
        "warning: row 3: url is empty",
    ]
    assert sorted(os.listdir(folder)) == before


def test_no_account_and_no_database_of_the_environment_is_touched(
    shown: Callable[..., tuple[int, str]], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Marketplace(folder / "lab.sqlite3") as market:
        monkeypatch.setenv("MTURK_ENDPOINT", market.url)
        monkeypatch.setenv("MTURK_DATABASE", str(folder / "lab.sqlite3"))
        assert shown("label.html")[0] == 0
        assert market.url not in shown("label.html")[1]
        workers = io.StringIO()
        assert market.export_workers(workers) == 0


def test_a_row_that_is_wrong_elsewhere_is_shown_and_the_status_is_1(
    shown: Callable[..., tuple[int, str]], folder: Path
) -> None:
    (folder / "rows.jsonl").write_text('{"url": "https://my-lab.org/1.jpg"}\n{"link": "x"}\n')
    status, said = shown("label.html", "--rows", "rows.jsonl")
    assert (status, "error: row 2: no column url, for which the page has a place" in said) == (1, True)


def test_jinja_fills_its_own_places(shown: Callable[..., tuple[int, str]], folder: Path) -> None:
    form = '<form method="post" action="https://www.mturk.com/mturk/externalSubmit"><input name="label">'
    hidden = '<input type="hidden" name="assignmentId"></form>'
    (folder / "jinja.html").write_text(f"<!DOCTYPE html><img src='{{{{ url }}}}' alt=''>{form}{hidden}")
    assert shown("jinja.html", "--engine", "jinja", "--rows", "photos.csv")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["nothing.html"], 2, "nothing.html"),
        (["label.html", "--row", "2"], 2, "--row is a row of --rows, which is missing"),
        (["label.html", "--rows", "photos.csv", "--row", "4"], 2, "photos.csv has 3 rows"),
        (["label.html", "--rows", "photos.csv", "--row", "0"], 2, "Invalid value for '--row'"),
        (["label.html", "--rows", "label.html"], 2, "a table's name ends in .csv, .tsv or .jsonl"),
        (["label.html", "--rows", "other.csv"], 1, "row 1 cannot be shown: see above"),
        (["plain.html"], 1, "row 1 cannot be shown: see above"),
    ],
)
def test_what_cannot_be_shown_is_told(folder: Path, arguments: list[str], status: int, said: str) -> None:
    (folder / "other.csv").write_text("id\np1\n")
    (folder / "plain.html").write_text("")
    result = run(*arguments)
    assert (result.returncode, result.stderr.count("\n")) == (status, 1)
    assert said in result.stderr


def test_a_row_that_is_hostile_gives_a_terminal_no_orders(folder: Path) -> None:
    (folder / "other.csv").write_text("\x1b[31mid\n1\n")
    result = run("label.html", "--rows", "other.csv")
    assert "\x1b" not in result.stdout + result.stderr


def test_a_port_that_is_taken_is_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = run("--port", str(port), "label.html")
    assert (result.returncode, result.stderr.count("\n")) == (1, 1)
    assert f"Port {port} of 127.0.0.1 is taken" in result.stderr


# Without the marketplace


def test_without_the_marketplace_the_page_alone_is_a_file_that_goes_at_the_end(folder: Path) -> None:
    found = preview.look("label.html", "photos.csv", 2, "mturk", "utf-8-sig")
    assert found.question
    said: list[str] = []
    pages: list[str] = []
    shown: list[Path] = []

    def browse(address: str) -> None:
        shown.append(Path(address.removeprefix("file://")))

    preview.show_file(found.question, "label.html", said.append, lambda: pages.append(shown[0].read_text()), browse)
    assert "it cannot be submitted" in said[1]
    assert "https://my-lab.org/2.jpg" in pages[0]
    assert not shown[0].exists()


def test_a_page_without_its_site_is_kept_from_files_and_from_other_pages() -> None:
    page = preview.framed('<script>alert("&")</script>', "<b>.html")
    assert 'sandbox="allow-scripts allow-modals" srcdoc="&lt;script&gt;alert(&quot;&amp;&quot;)' in page
    assert "<b>" not in page


def test_a_program_without_the_marketplace_says_what_it_does_not_do(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "url.xml").write_text(
        '<ExternalQuestion xmlns="http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2006-07-14/'
        'ExternalQuestion.xsd"><ExternalURL>https://my-lab.org</ExternalURL><FrameHeight>0</FrameHeight>'
        "</ExternalQuestion>"
    )
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    done = program_without(["flask"], "preview", "url.xml", "--engine", "jinja", "--no-browser")
    assert (done.returncode, done.stderr) == (
        2,
        "mturk: only a page of HTML can be shown without the site: pip install 'mturk[marketplace]'\n",
    )


def test_a_row_beyond_a_table_that_is_wrong_is_told_as_such(folder: Path) -> None:
    (folder / "one.csv").write_text("other\n1\n2\n")
    done = run("label.html", "--rows", "one.csv", "--row", "9")
    assert (done.returncode, "there is no row 9, for the table has 2" in done.stderr) == (1, True)
