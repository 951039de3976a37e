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


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What the script of the README prints, all its blocks run in one file."""
    folder = tmp_path_factory.mktemp("readme")
    (folder / "script.py").write_text("\n".join(texts("In a script", "python")))
    ran = subprocess.run([sys.executable, "script.py"], cwd=folder, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def test_the_script_prints_what_the_readme_shows(printed: str) -> None:
    assert printed == "".join(texts("In a script", "text"))


def test_the_batch_of_the_readme_runs_and_again_goes_on(tmp_path: Path) -> None:
    (tmp_path / "photos.csv").write_text("url\nu1\nu2\n")
    (tmp_path / "label.html").write_text('<img src="${url}"><input name="label">')
    (tmp_path / "script.py").write_text("".join(texts("A table of rows", "python")))
    for _ in range(2):
        ran = subprocess.run([sys.executable, "script.py"], cwd=tmp_path, capture_output=True, text=True)
        assert ran.returncode == 0, ran.stderr
        assert "total                  0.36 USD" in ran.stdout
    assert "held already           0.36 USD" in ran.stdout


@pytest.mark.parametrize("heading", ["Quick start", "Tests"])
def test_the_first_block_is_one_command_line(heading: str) -> None:
    language, text = blocks(heading)[0]
    assert language == "sh"
    assert len(text.splitlines()) == 1


def test_the_quick_start_shows_what_the_demo_prints() -> None:
    ran = subprocess.run([sys.executable, "-m", "mturk", "demo"], capture_output=True, text=True, check=True)
    assert texts("Quick start", "text") == [ran.stdout]


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\(([^)#:]+)\)", README))))
def test_a_link_of_the_readme_leads_somewhere(target: str) -> None:
    assert (ROOT / target).exists()


@pytest.mark.parametrize("extra", sorted(set(re.findall(r"mturk\[(\w+)\]", README))))
def test_an_extra_that_the_readme_names_is_there(extra: str) -> None:
    assert re.search(rf"^{extra} =$", (ROOT / "setup.cfg").read_text(), re.MULTILINE)


def test_boto3_talks_to_a_marketplace_as_the_readme_says(tmp_path: Path) -> None:
    from mturk.marketplace import Marketplace

    with Marketplace(tmp_path / "lab.sqlite3") as market:
        environment = {
            "AWS_ENDPOINT_URL_MTURK": market.url,
            "AWS_ACCESS_KEY_ID": market.access_key,
            "AWS_SECRET_ACCESS_KEY": market.secret_key,
            "AWS_DEFAULT_REGION": "us-east-1",
        }
        assert all(f"export {name}=" in "".join(texts("A marketplace for your scripts", "sh")) for name in environment)
        (script,) = texts("A marketplace for your scripts", "python")
        ran = subprocess.run(
            [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True
        )
    assert ran.stdout == "10000.00\n"


def test_the_table_of_errors_names_each_code_with_its_class() -> None:
    from mturk import errors

    table = (ROOT / "docs/errors.md").read_text().split("## By TurkErrorCode")[1]
    rows = re.findall(r"^\| (\S+) \| `(\w+)` \|", table, re.MULTILINE)
    listed = {code.lower(): kind for code, kind in rows}
    assert listed == {code: kind.__name__ for code, kind in errors._BY_TURK_CODE.items()}
