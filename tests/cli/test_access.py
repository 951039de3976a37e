"""`mturk worker invite` and `mturk worker reset`: links to the worker site, from the command line."""

from __future__ import annotations

import csv
import io
import os
import sqlite3
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mturk.cli.program import command
from mturk.marketplace import Marketplace
from tests.marketplace.site.conftest import post

SITE = "http://127.0.0.1:8017"


@pytest.fixture
def lab(database: Path) -> Path:
    """A marketplace that is there already, with a worker."""
    with Marketplace(database) as market:
        market.worker("A1ADA")
    return database


def run(lab: Path, *arguments: str) -> Result:
    return CliRunner().invoke(command, ["worker", *arguments, "--database", str(lab)], prog_name="mturk")


def signed_up(lab: Path, link: str) -> str:
    """Sign up by a link, and say as which worker."""
    market = Marketplace(lab)
    client = market.app.test_client()
    path = link.removeprefix(SITE)
    assert post(client, path, page=path, password="correct horse battery").status_code == 303
    with client.get("/worker/account/export.json") as answer:
        worker_id = answer.json["worker"][0]["worker_id"]  # type: ignore[index]  # it is JSON
    market.stop()
    return str(worker_id)


def test_a_link_makes_a_worker(lab: Path) -> None:
    said = run(lab, "invite")
    assert said.exit_code == 0, said.output
    (link,) = said.stdout.splitlines()
    assert link.startswith(f"{SITE}/worker/sign-up?invitation=")
    assert signed_up(lab, link) not in ("", "A1ADA")


def test_a_link_can_be_for_a_worker_who_is_known(lab: Path) -> None:
    assert signed_up(lab, run(lab, "invite", "A1ADA").stdout.strip()) == "A1ADA"


def test_many_links_are_a_table_that_only_its_owner_reads(lab: Path, tmp_path: Path) -> None:
    file = tmp_path / "links.csv"
    said = run(lab, "invite", "--count", "20", "--csv", str(file), "--url", "https://turk.my-lab.org")
    assert said.stdout.startswith("Made 20 invitations, good until ")
    rows = list(csv.DictReader(io.StringIO(file.read_text())))
    assert len({row["url"] for row in rows}) == 20
    assert all(row["url"].startswith("https://turk.my-lab.org/worker/sign-up?invitation=") for row in rows)
    assert [row["worker_id"] for row in rows] == [""] * 20
    if os.name == "posix":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_file_is_not_replaced_unasked(lab: Path, tmp_path: Path) -> None:
    file = tmp_path / "links.csv"
    file.write_text("mine")
    assert "is there already" in run(lab, "invite", "--csv", str(file)).stderr
    assert run(lab, "invite", "--csv", str(file), "--overwrite").exit_code == 0


@pytest.mark.parametrize("options", [("--count", "20"), ("A1ADA",), ("A1NOBODY", "--overwrite")])
def test_where_the_links_cannot_be_kept_there_are_none(lab: Path, tmp_path: Path, options: tuple[str, ...]) -> None:
    file = tmp_path / "links.csv"
    file.write_text("mine")
    assert run(lab, "invite", *options, "--csv", str(file)).exit_code != 0
    assert file.read_text() == "mine"
    with sqlite3.connect(lab) as database:
        assert database.execute("SELECT count(*) FROM invitation").fetchone() == (0,)
    database.close()


def test_where_there_are_no_links_there_is_no_file(lab: Path, tmp_path: Path) -> None:
    assert run(lab, "invite", "A1NOBODY", "--csv", str(tmp_path / "links.csv")).exit_code != 0
    assert list(tmp_path.glob("links.csv")) == []


def test_a_table_can_go_to_stdout(lab: Path) -> None:
    said = run(lab, "invite", "A1ADA", "--csv", "-")
    (row,) = csv.DictReader(io.StringIO(said.stdout))
    assert row["worker_id"] == "A1ADA"
    assert said.stderr.startswith("Made 1 invitation,")


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("invite", "A1NOBODY"), "There is no worker A1NOBODY. Make one by mturk worker add"),
        (("invite", "A1ADA", "--count", "2"), "--count cannot be more than 1"),
        (("invite", "--days", "0"), "1<=x<=365"),
        (("invite", "--url", "ftp://x"), "public_url is such as"),
        (("reset", "A1ADA"), "A1ADA has no account. For an invitation: mturk worker invite A1ADA"),
        (("reset", "A1NOBODY"), "There is no worker A1NOBODY"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(lab: Path, arguments: tuple[str, ...], text: str) -> None:
    said = run(lab, *arguments)
    assert (said.exit_code, said.stdout) == (2, "")
    assert text in said.stderr
    assert said.stderr.count("\n") == 1


def test_a_reset_sets_a_new_password(lab: Path) -> None:
    signed_up(lab, run(lab, "invite", "A1ADA").stdout.strip())
    link = run(lab, "reset", "A1ADA").stdout.strip()
    assert link.startswith(f"{SITE}/worker/reset?link=")
    market = Marketplace(lab)
    client = market.app.test_client()
    path = link.removeprefix(SITE)
    assert post(client, path, page=path, password="another fine password").status_code == 303
    market.stop()
