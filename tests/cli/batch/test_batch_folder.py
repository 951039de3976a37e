"""What is wrong with a folder, its journal or its account is told, and nothing is lost or published by it."""

from __future__ import annotations

import json
import sqlite3
import struct
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from mturk.cli.program import command
from mturk.marketplace import Marketplace
from tests.cli.batch.conftest import Bench

COMMANDS = ["check", "estimate", "publish", "status", "watch", "results", "review", "bonus", "close"]
OPTIONS = {
    "publish": ["--yes"],
    "review": ["--approve-all", "--yes"],
    "bonus": ["--from", "bonuses.csv", "--yes"],
    "close": ["--yes"],
}


@pytest.fixture(autouse=True)
def _bonuses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bonuses.csv").write_text("worker_id,amount,reason\nA1ADA,1.00,Careful\n")
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_folder_that_is_not_there_is_told(bench: Bench, name: str) -> None:
    bench.folder = bench.folder.with_name("mesages")
    said = bench.failed(2, name, *OPTIONS.get(name, []))
    assert "There is no" in said
    assert "mesages" in said


@pytest.mark.parametrize("name", ["new", *COMMANDS])
def test_a_file_is_no_folder(bench: Bench, name: str) -> None:
    bench.folder = bench.folder / "rows.csv"
    assert "is a file" in bench.failed(2, name, *OPTIONS.get(name, []))


@pytest.mark.parametrize("name", COMMANDS)
def test_a_broken_task_is_told(bench: Bench, name: str) -> None:
    bench.set("assignments = 3", "asignments = 3")
    said = bench.failed(2, name, *OPTIONS.get(name, []))
    assert "'asignments' is no setting; did you mean assignments?" in said
    assert "task.toml, line" in said


@pytest.mark.parametrize("name", ["status", "watch", "results", "review", "bonus", "close"])
def test_what_is_not_published_yet_is_told(bench: Bench, name: str) -> None:
    assert "is not published yet: mturk batch publish" in bench.failed(2, name, *OPTIONS.get(name, []))
    assert not (bench.folder / "journal").exists()


@pytest.mark.parametrize(("name", "setting"), [("rows.csv", "rows"), ("page.html", "page")])
@pytest.mark.parametrize("command", ["check", "estimate", "publish"])
def test_a_file_that_is_not_there_is_told(bench: Bench, name: str, setting: str, command: str) -> None:
    (bench.folder / name).unlink()
    said = bench.failed(2, command, *OPTIONS.get(command, []))
    assert f"{name}; {setting} in task.toml says what it is called" in said


@pytest.mark.parametrize("name", ["journal", "journal-wal", "results.csv"])
@pytest.mark.parametrize("command", ["check", "publish", "status", "results"])
def test_nothing_is_written_that_is_not_in_the_folder(bench: Bench, name: str, command: str) -> None:
    if command in ("status", "results"):
        bench.done("publish", "--yes")
    (bench.folder / name).unlink(missing_ok=True)
    (bench.folder / name).symlink_to("../not_there_yet")
    assert f"{name} is a link that leads out of" in bench.failed(2, command, *OPTIONS.get(command, []))
    assert not (bench.folder.parent / "not_there_yet").exists()


def trap(journal: Path, other: Path) -> None:
    """What SQLite would roll back by, as if a transaction of this and of another database was broken off."""
    with closing(sqlite3.connect(journal, isolation_level=None)) as database:
        database.execute("PRAGMA cache_size = 1")
        database.execute("BEGIN EXCLUSIVE")
        database.execute("CREATE TABLE more AS SELECT hex(zeroblob(100000))")
        half, log = journal.read_bytes(), journal.with_name("journal-journal").read_bytes()
        database.execute("ROLLBACK")
        (size,) = database.execute("PRAGMA page_size").fetchone()
    name = bytes(other)
    end = struct.pack(f">I{len(name)}sII", 2**30 // size + 1, name, len(name), sum(name))
    journal.write_bytes(half)
    journal.with_name("journal-journal").write_bytes(log + end + bytes.fromhex("d9d505f920a163d7"))


@pytest.mark.parametrize("command", ["check", "estimate", "publish", "status"])
def test_a_journal_of_somebody_else_has_no_file_removed(bench: Bench, command: str) -> None:
    bench.done("publish", "--yes", "--limit", "1")
    other = bench.folder.parent / "thesis.txt"
    other.write_text("ten years")
    trap(bench.folder / "journal", other)
    said = bench.failed(1, command, *OPTIONS.get(command, []))
    assert other.exists()
    assert "has SQLite remove another file of yours" in said


@pytest.mark.parametrize("setting", ["rows", "page"])
@pytest.mark.parametrize("name", ["{}", "../private.csv", "link.csv", "~/private.csv"])
@pytest.mark.parametrize("command", ["check", "estimate", "publish"])
def test_no_file_is_published_that_is_not_in_the_folder(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, setting: str, name: str, command: str
) -> None:
    outside = bench.folder.parent / "private.csv"
    outside.write_text("id,message\n1,a secret\n")
    (bench.folder / "link.csv").symlink_to(outside)
    # A folder of that name, so that there seems to be such a file.
    (bench.folder / "~").mkdir()
    (bench.folder / "~" / "private.csv").write_text("id,message\n1,hello\n")
    monkeypatch.setenv("HOME", str(outside.parent))
    usual = {"rows": "rows.csv", "page": "page.html"}[setting]
    bench.set(f'{setting} = "{usual}"', f'{setting} = "{name.format(outside)}"')
    monkeypatch.chdir(bench.folder)
    bench.folder = Path()
    said = bench.failed(2, command, *OPTIONS.get(command, []))
    assert f"{setting} in task.toml leads to {name.format(outside)}, which is not in ." in said


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("", "it is empty"),
        ("id,message\n", "there are no rows"),
        ("id,text\n1,hello\n", "no column message, for which the page has a place"),
        ("message\nhello\n", "there is no column 'id'"),
        ("id,message\n1,hello\n1,again\n", "key 1 is there twice"),
        ("id,message\n1,hello,more\n", "the row has 3 cells, and there are 2 columns"),
        ('id,message\n1,"hello\n', "line 2: unexpected end of data"),
        ("id,message\n,hello\n", "row 1: its key, in the column id, is empty"),
        ("id,message\n1," + "x" * 70_000, "72,354 bytes long as sent, and 65,535 is the limit"),
    ],
)
@pytest.mark.parametrize("command", ["check", "estimate", "publish"])
def test_a_table_that_is_wrong_is_told_and_not_published(bench: Bench, table: str, said: str, command: str) -> None:
    (bench.folder / "rows.csv").write_text(table)
    result = bench.run(command, *OPTIONS.get(command, []))
    assert result.exit_code == 1
    assert said in result.output
    assert bench.annotations() == {}


def test_a_table_in_another_encoding_is_told_and_read_once_that_is_set(bench: Bench) -> None:
    (bench.folder / "rows.csv").write_bytes("id;message\n1;Größe\n".encode("cp1252"))
    assert bench.run("check").exit_code == 1
    bench.set('# encoding = "cp1252"', 'encoding = "cp1252"')
    assert bench.done("check")["rows"] == 1


def test_control_characters_of_a_table_do_not_reach_the_terminal(bench: Bench) -> None:
    (bench.folder / "rows.csv").write_text("id,message\n\x1b[2Jm1\u202e,\n")
    result = bench.run("check")
    assert "\ufffd[2Jm1\ufffd: message is empty" in result.output
    assert not {"\x1b", "\u202e"} & set(result.output)


def test_check_sends_nothing_and_needs_no_account(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.market.stop()
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    before = sorted(bench.folder.iterdir())
    assert bench.done("check")["rows"] == 3
    assert sorted(bench.folder.iterdir()) == before


def test_without_an_account_the_place_cannot_be_reached(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    assert "the secret key is missing" in bench.failed(2, "estimate")


def test_estimate_writes_nothing_so_that_the_task_may_still_change(bench: Bench) -> None:
    assert bench.done("estimate")["total"] == "0.54"
    assert not (bench.folder / "journal").exists()
    bench.set('reward = "0.05"', 'reward = "0.10"')
    assert bench.done("estimate")["total"] == "1.08"


def test_a_task_may_change_until_something_is_published(
    bench: Bench, market: Marketplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    poor = market.add_requester("poor", "0.10")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", poor.access_key)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", poor.secret_key)
    assert bench.run("publish", "--yes").exit_code == 3
    bench.set('reward = "0.05"', 'reward = "0.01"')
    bench.set("assignments = 3", "assignments = 1")
    assert bench.done("publish", "--yes")["published"] == 3


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('reward = "0.05"', 'reward = "0.06"', "reward changed since HITs were published"),
        ('title = "What', 'title = "Say what', "title changed since"),
        ('assignment_duration = "10m"', 'assignment_duration = "11m"', "assignment_duration changed since"),
    ],
)
@pytest.mark.parametrize("command", ["check", "estimate", "publish"])
def test_what_is_published_keeps_its_terms(bench: Bench, old: str, new: str, said: str, command: str) -> None:
    bench.done("publish", "--yes", "--limit", "1")
    bench.set(old, new)
    assert said in bench.failed(1, command, *OPTIONS.get(command, []))
    assert bench.done("status")["on_offer"] == 1
    bench.set(new, old)
    assert bench.done("publish", "--yes")["published"] == 3


def test_what_is_published_keeps_its_requirements(bench: Bench) -> None:
    bench.done("publish", "--yes", "--limit", "1")
    bench.set("requirements = []", 'requirements = ["percent_approved >= 95"]')
    assert "requirements changed since" in bench.failed(1, "publish", "--yes")
    assert len(bench.annotations()) == 1


def test_a_row_that_changed_since_it_was_published_is_told(bench: Bench) -> None:
    bench.done("publish", "--yes")
    table = bench.folder / "rows.csv"
    table.write_text(table.read_text().replace("kettle", "teapot"))
    for name in ("check", "publish"):
        result = bench.run(name, *OPTIONS.get(name, []))
        assert (result.exit_code, "rows m3: published, and changed since" in result.output) == (1, True)


def test_rows_that_are_added_are_published(bench: Bench) -> None:
    bench.done("publish", "--yes")
    with (bench.folder / "rows.csv").open("a") as table:
        table.write("m4,One more\n")
    assert bench.done("publish", "--yes")["published_now"] == 1
    assert bench.annotations() == {"m1": 1, "m2": 1, "m3": 1, "m4": 1}


@pytest.mark.parametrize("name", ["publish", "status", "watch", "results", "review", "bonus", "close"])
def test_another_account_is_told(bench: Bench, market: Marketplace, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    bench.done("publish", "--yes", "--limit", "1")
    other = market.add_requester("other")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", other.access_key)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", other.secret_key)
    assert "another account" in bench.failed(1, name, *OPTIONS.get(name, []))


@pytest.mark.parametrize("name", ["check", "publish", "status", "close"])
def test_a_folder_belongs_to_one_place(bench: Bench, name: str) -> None:
    bench.done("publish", "--yes", "--limit", "1")
    bench.set(bench.market.url, "sandbox")
    said = bench.failed(2, name, *OPTIONS.get(name, []))
    assert "A folder belongs to one place" in said


def test_the_journal_of_another_batch_is_told(bench: Bench, tmp_path: Path) -> None:
    bench.done("publish", "--yes")
    other = Bench(bench.market, tmp_path / "other")
    assert other.run("new").exit_code == 0
    other.set('place = "local"', f'place = "{bench.market.url}"')
    other.set('title = "What', 'title = "Say what')
    (other.folder / "journal").write_bytes((bench.folder / "journal").read_bytes())
    assert "title changed since HITs were published" in other.failed(1, "publish", "--yes")
    assert sum(bench.annotations().values()) == 3


@pytest.mark.parametrize("name", ["check", "publish", "status"])
def test_a_journal_that_is_none_is_told(bench: Bench, name: str) -> None:
    (bench.folder / "journal").write_text("notes of mine")
    said = bench.failed(1, name, *OPTIONS.get(name, []))
    assert "cannot be opened" in said
    assert (bench.folder / "journal").read_text() == "notes of mine"


def test_an_error_is_told_to_scripts_too(bench: Bench) -> None:
    result = bench.run("status", "--json")
    facts = json.loads(result.stdout)
    assert (result.exit_code, facts["exit"], facts["command"]) == (2, 2, "status")
    assert "is not published yet" in facts["error"]


def test_no_key_is_printed_when_the_service_refuses_it(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a-secret-that-is-wrong")
    said = bench.failed(1, "publish", "--yes")
    assert "a-secret-that-is-wrong" not in said


def test_a_new_folder_overwrites_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    (folder / "rows.csv").write_text("mine\n1\n")
    result = CliRunner().invoke(command, ["batch", "new", str(folder)], prog_name="mturk")
    assert (result.exit_code, (folder / "rows.csv").read_text()) == (0, "mine\n1\n")
    assert "There already, and as they were: rows.csv" in result.stdout
    assert (folder / "task.toml").exists()
    result = CliRunner().invoke(command, ["batch", "new", str(folder)], prog_name="mturk")
    assert (result.exit_code, "already; nothing was written" in result.stderr) == (2, True)


def test_a_new_folder_needs_a_folder_to_be_in(tmp_path: Path) -> None:
    result = CliRunner().invoke(command, ["batch", "new", str(tmp_path / "no" / "photos")], prog_name="mturk")
    assert (result.exit_code, "There is no folder" in result.stderr) == (2, True)
    assert not (tmp_path / "no").exists()
