"""What the page on the command line shows is true: commands, what they print, keys, exit statuses, completion."""

from __future__ import annotations

import csv
import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from mturk import HIT, Connection
from mturk.cli.program import command as program
from mturk.marketplace import Marketplace

PAGE = (Path(__file__).parents[2] / "docs" / "command-line.md").read_text(encoding="utf-8")
LABELS = {"A1ADA": "payment", "A2BOB": "payment", "A3EVE": "product"}
NO_ERRORS = " 2>/dev/null"


def shown() -> Iterator[tuple[str, list[str]]]:
    """Each command of the page with the lines below it."""
    for block in re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL):
        for part in block.split("$ ")[1:]:
            command, *lines = part.splitlines()
            yield command, lines


def run(command: str, folder: Path) -> tuple[int, list[str]]:
    """The exit status, and the lines that a terminal would show."""
    words = shlex.split(command.removesuffix(NO_ERRORS))
    assert words[0] == "mturk"
    # On stderr is how far it is, which a terminal shows as a bar.
    ran = subprocess.run(
        [sys.executable, "-m", *words],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
    )
    return ran.returncode, ran.stdout.splitlines()


def work(folder: Path) -> None:
    """The workers who come between publishing and watching."""
    with (
        Marketplace(folder / "mturk.sqlite3") as market,
        Connection(market.url, access_key=market.access_key, secret_key=market.secret_key) as connection,
    ):
        for hit in HIT.all(connection=connection):
            for worker_id, label in LABELS.items():
                worker = market.worker(worker_id)
                worker.submit(worker.accept(hit.id), {"label": label})


def mark(path: Path) -> None:
    """The marks that somebody makes in a spreadsheet."""
    with path.open(newline="", encoding="utf-8") as lines:
        reader = csv.DictReader(lines)
        names, rows = list(reader.fieldnames or ()), list(reader)
    with path.open("w", newline="", encoding="utf-8") as lines:
        writer = csv.DictWriter(lines, names)
        writer.writeheader()
        for row in rows:
            bad = row["WorkerId"] == "A3EVE"
            writer.writerow({**row, "Approve": "" if bad else "x", "Reject": REASON if bad else ""})


REASON = "None of the messages is about that."


def before(command: str, folder: Path) -> None:
    """What people do before this command."""
    if " watch " in command:
        work(folder)
    if " review " in command:
        mark(folder / "messages" / "results.csv")
    if " bonus " in command:
        (folder / "bonuses.csv").write_text(*re.findall(r"```csv\n(.*?)```", PAGE, re.DOTALL))


def test_the_commands_print_what_the_page_shows(tmp_path: Path) -> None:
    for command, lines in shown():
        before(command, tmp_path)
        status, printed = run(command, tmp_path)
        # When all was in depends on the hour.
        told = [re.sub(r"^(expected end +)\d{4}-.*", r"\1…", line) for line in printed]
        assert (command, status, told) == (command, 0, lines)


def keys() -> dict[str, set[str]]:
    """The keys that the page names for each command, without those of parts."""
    table = PAGE.split("| command | keys |")[1].split("\n\n")[0]
    found: dict[str, set[str]] = {}
    for line in table.splitlines()[2:]:
        _, commands, names, _ = line.split("|")
        named = set(re.findall(r"`(\w+)`", re.sub(r"\(.*?\)|a list of [^;]*", "", names)))
        for command in re.findall(r"`(\w+)`", commands):
            found[command] = named
    found["publish"] = found["publish"] - {"estimate"} | found["estimate"]
    return found


def test_the_page_names_the_keys_of_each_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    told: dict[str, set[str]] = {}
    for command in [*(command for command, _ in shown()), "mturk batch status messages"]:
        before(command, tmp_path)
        words = shlex.split(command.removesuffix(NO_ERRORS).removesuffix(" --json"))[1:]
        result = CliRunner().invoke(program, [*words, "--json"], prog_name="mturk")
        assert result.exit_code == 0, result.stderr
        told[words[1]] = set(json.loads(result.stdout)) - {"command", "folder", "exit", "error"}
    assert told == keys()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_lines_for_completion_are_those_that_the_program_answers(shell: str) -> None:
    (variable,) = re.findall(rf"(_MTURK_COMPLETE={shell}_source) mturk", PAGE)
    name, value = variable.split("=")
    ran = subprocess.run(
        [sys.executable, "-m", "mturk"], env={**os.environ, name: value}, capture_output=True, text=True, timeout=60
    )
    assert "mturk" in ran.stdout
    assert f"{shell}_complete" in ran.stdout
