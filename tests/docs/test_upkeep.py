"""What docs/upkeep.md shows is true: the drill is done as it stands, and what it prints is what is printed."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from mturk.cli.program import command
from mturk.marketplace import Marketplace

PAGE = (Path(__file__).parents[2] / "docs" / "upkeep.md").read_text(encoding="utf-8")
COPY = "lab-20261101T030000Z"


def shown() -> list[tuple[str, list[str]]]:
    """The commands of the page, each with the lines below it."""
    parts = "".join(re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL)).split("$ ")[1:]
    return [(command, lines) for command, *lines in (part.splitlines() for part in parts)]


def plain(line: str, folder: Path) -> str:
    """A line without what is different each time."""
    line = line.replace(f"{folder}/", "/srv/turk/")
    line = re.sub(r"\d{8}T\d{6}Z", "TIME", line)
    return re.sub(r"AKIA\w{16}  made .* UTC", "KEY", line)


def test_the_drill_goes_as_the_page_shows(tmp_path: Path) -> None:
    with Marketplace(tmp_path / "lab.sqlite3") as market:
        assert market.audit() == []
    copy = ""
    for words, lines in shown():
        arguments = words.replace(COPY, copy).split()[1:]
        ran = subprocess.run(
            [sys.executable, "-m", "mturk", *arguments], cwd=tmp_path, capture_output=True, text=True, timeout=120
        )
        assert (ran.returncode, ran.stderr) == (0, "")
        told = ran.stdout.splitlines()
        assert [plain(line, tmp_path) for line in told] == [plain(line, tmp_path) for line in lines]
        copy = copy or Path(told[0].split()[1]).stem


@pytest.mark.parametrize("words", sorted(set(re.findall(r"`mturk ([a-z]+(?: [a-z][a-z-]*)?)", PAGE))))
def test_each_command_that_the_page_names_is_there(words: str) -> None:
    assert CliRunner().invoke(command, [*words.split(), "--help"]).exit_code == 0
