"""The page about events says the truth: its script runs and prints what it says."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from mturk import EventType

PAGE = (Path(__file__).parents[2] / "docs" / "events.md").read_text()


def blocks(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


def test_the_script_prints_what_the_page_shows(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text("\n".join(blocks("python")))
    ran = subprocess.run([sys.executable, "script.py"], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout == "".join(blocks("text"))


@pytest.mark.parametrize("type", EventType)
def test_the_page_has_every_event(type: EventType) -> None:
    assert f"`{type.value}`" in PAGE


@pytest.mark.parametrize("block", blocks("python fragment"))
def test_a_fragment_is_python(block: str) -> None:
    compile(block, "events.md", "exec")
