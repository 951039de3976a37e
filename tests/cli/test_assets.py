"""`mturk assets`: what task pages load most often, brought by npm."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mturk.cli.program import command
from mturk.marketplace.frame.library import PACKAGES


def run(*arguments: str) -> Result:
    return CliRunner().invoke(command, ["assets", *arguments], prog_name="mturk")


def test_what_is_there_is_not_brought_again(tmp_path: Path) -> None:
    for name in PACKAGES:
        (tmp_path / name).mkdir()
    said = run("--folder", str(tmp_path))
    assert (said.exit_code, said.stdout) == (0, f"All packages were there already, in {tmp_path}\n")


def test_without_a_folder_they_go_where_a_marketplace_looks_for_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MTURK_ASSETS", str(tmp_path))
    for name in PACKAGES:
        (tmp_path / name).mkdir()
    assert str(tmp_path) in run().stdout


def test_a_missing_npm_is_told_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    said = run("--folder", str(tmp_path / "assets"))
    assert said.exit_code == 2
    assert said.stderr.startswith("mturk: npm is not installed")
    assert said.stderr.count("\n") == 1
