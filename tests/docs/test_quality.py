"""What the page on quality shows is true: its files, its programs and what they print."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

PAGE = (Path(__file__).parents[2] / "docs" / "quality.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def test_the_programs_print_what_the_page_shows(tmp_path: Path) -> None:
    (tmp_path / "label.html").write_text(*blocks("html"))
    (tmp_path / "photos.csv").write_text(*blocks("csv"))
    (tmp_path / "program.py").write_text("\n".join(blocks("python")))
    ran = subprocess.run([sys.executable, "program.py"], cwd=tmp_path, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.splitlines() == "".join(blocks("text")).splitlines()
    assert (tmp_path / "labels.csv").read_text().splitlines()[0] == '"row","label","confidence","votes"'
    assert (tmp_path / "quality.png").stat().st_size > 1_000
