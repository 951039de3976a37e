"""docs/compatibility.md: each command chooses tests that there are, and each version is one that is tried."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "compatibility.md").read_text()
COMMANDS = re.findall(r"`pytest (?:-m system )?(\S+) -k ([^`]+)`", PAGE)
PINNED = {
    f"{name.lower()} {version}"
    for path in (ROOT / "tests" / "third_party").glob("*/requirements.txt")
    for name, version in re.findall(r"^([\w-]+)==([\w.]+)", path.read_text(), re.MULTILINE)
}
ROW = re.compile(r"^\| (boto3|larry|mcp-server-mturk|capo-mturk)[^|]* \| ([\d.]+)", re.MULTILINE)


def test_at_least_twelve_programs_have_a_command_that_repeats_them() -> None:
    named = {row.split(" | ")[0] for row in PAGE.splitlines() if row.startswith("| ") and "`pytest " in row}
    assert len(named) >= 12


@pytest.fixture(scope="module")
def collected() -> list[str]:
    """The names of all tests in the files that the page names."""
    files = sorted({file for file, _ in COMMANDS})
    command = [sys.executable, "-m", "pytest", "--collect-only", "--quiet", "-m", "", *files]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert told.returncode == 0, told.stdout
    return told.stdout.splitlines()


@pytest.mark.parametrize(("file", "words"), sorted(set(COMMANDS)))
def test_a_command_chooses_a_test(file: str, words: str, collected: list[str]) -> None:
    wanted = words.strip('"').split(" and ")
    assert [name for name in collected if name.startswith(f"{file}::") and all(word in name for word in wanted)]


@pytest.mark.parametrize(("name", "version"), ROW.findall(PAGE))
def test_the_version_of_a_row_is_the_one_that_is_tried(name: str, version: str) -> None:
    assert f"{name} {version}" in PINNED
