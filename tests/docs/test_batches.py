"""What the page on batches shows is true: its files, its programs and what they print."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

PAGE = (Path(__file__).parents[2] / "docs" / "batches.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def test_the_programs_print_what_the_page_shows(tmp_path: Path) -> None:
    (tmp_path / "label.html").write_text(*blocks("html"))
    (tmp_path / "photos.csv").write_text(*blocks("csv"))
    (tmp_path / "program.py").write_text("\n".join(blocks("python")))
    ran = subprocess.run([sys.executable, "program.py"], cwd=tmp_path, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    shown = "".join(blocks("text"))
    of_results = [line for line in ran.stdout.splitlines() if line not in shown.splitlines()]
    assert sorted(of_results) == sorted(
        [f"https://my-lab.org/1.jpg {worker}" for worker in ("A1ADA cat", "A2BOB cat", "A3EVE dog")] + ["9"]
    )
    assert [line for line in ran.stdout.splitlines() if line not in of_results] == shown.splitlines()
