"""What the README shows is true: its commands are whole, its script runs and prints what it says."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()


def blocks(heading: str) -> list[tuple[str, str]]:
    """The fenced blocks under a heading: their languages and texts."""
    section = README.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    return re.findall(r"```(\w+)\n(.*?)```", section, re.DOTALL)


def texts(heading: str, language: str) -> list[str]:
    return [text for kind, text in blocks(heading) if kind == language]


def test_the_script_prints_what_the_readme_shows(tmp_path: Path) -> None:
    (script,) = texts("Quick start", "python")
    ran = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    assert texts("Quick start", "text") == [ran.stdout]


@pytest.mark.parametrize("heading", ["Quick start", "Tests"])
def test_the_first_block_is_one_command_line(heading: str) -> None:
    language, text = blocks(heading)[0]
    assert language == "sh"
    assert len(text.splitlines()) == 1


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\(([^)#:]+)\)", README))))
def test_a_link_of_the_readme_leads_somewhere(target: str) -> None:
    assert (ROOT / target).exists()


def test_the_table_of_errors_names_each_code_with_its_class() -> None:
    from mturk import errors

    table = (ROOT / "docs/errors.md").read_text().split("## By TurkErrorCode")[1]
    rows = re.findall(r"^\| (\S+) \| `(\w+)` \|", table, re.MULTILINE)
    listed = {code.lower(): kind for code, kind in rows}
    assert listed == {code: kind.__name__ for code, kind in errors._BY_TURK_CODE.items()}
