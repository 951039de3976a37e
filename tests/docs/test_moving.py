"""docs/moving.md: what is said of a program is what `mturk doctor` says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from mturk.cli.program import command

PAGE = (Path(__file__).parents[2] / "docs" / "moving.md").read_text()


def test_what_would_go_elsewhere_is_told_as_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    section = PAGE.split("## What would go elsewhere", 1)[1]
    program, shown = re.findall(r"^```(?:python|console)\n(.*?)^```$", section, re.DOTALL | re.MULTILINE)[:2]
    Path("publish.py").write_text(program)
    line, _, said = shown.partition("\n")
    told = CliRunner().invoke(command, line.removeprefix("$ mturk ").split(), prog_name="mturk")
    assert (told.exit_code, told.stdout) == (1, said)
