"""The pages that a newcomer reads first are true, and the small examples of others: errors, keys."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import mturk
from mturk import ExternalQuestion, HITType
from mturk.marketplace import Marketplace

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


def texts(page: str, heading: str, language: str) -> list[str]:
    """The fenced blocks of a language under a heading of a page."""
    section = (DOCS / page).read_text().split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    return re.findall(rf"```{language}\n(.*?)```", section, re.DOTALL)


@pytest.mark.parametrize(("page", "heading"), [("index.md", "In a script"), ("concepts.md", "From work to money")])
def test_a_script_prints_what_the_page_shows(page: str, heading: str, tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text("\n".join(texts(page, heading, "python")))
    ran = subprocess.run([sys.executable, "script.py"], cwd=tmp_path, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout == "".join(texts(page, heading, "text"))


def test_the_quick_start_shows_what_the_demo_prints() -> None:
    ran = subprocess.run([sys.executable, "-m", "mturk", "demo"], capture_output=True, text=True, check=True)
    assert texts("index.md", "Quick start", "text") == [ran.stdout]


def test_start_and_readme_begin_with_the_same_command() -> None:
    readme = (ROOT / "README.md").read_text().split("\n## Quick start\n", 1)[1]
    (command,) = texts("index.md", "Quick start", "sh")
    assert readme.split("```sh\n", 1)[1].startswith(command)


def test_the_batch_of_the_start_runs_and_again_goes_on(tmp_path: Path) -> None:
    (tmp_path / "photos.csv").write_text("url\nu1\nu2\n")
    (tmp_path / "label.html").write_text('<img src="${url}"><input name="label">')
    (tmp_path / "script.py").write_text("".join(texts("index.md", "A table of rows", "python")))
    for _ in range(2):
        ran = subprocess.run([sys.executable, "script.py"], cwd=tmp_path, capture_output=True, text=True)
        assert ran.returncode == 0, ran.stderr
        assert "total                  0.36 USD" in ran.stdout
    assert "held already           0.36 USD" in ran.stdout


def test_boto3_talks_to_a_marketplace_as_its_page_says(tmp_path: Path) -> None:
    text = (DOCS / "marketplace.md").read_text()
    with Marketplace(tmp_path / "lab.sqlite3") as market:
        environment = {
            "AWS_ENDPOINT_URL_MTURK": market.url,
            "AWS_ACCESS_KEY_ID": market.access_key,
            "AWS_SECRET_ACCESS_KEY": market.secret_key,
            "AWS_DEFAULT_REGION": "us-east-1",
        }
        assert [name for name in environment if f"export {name}=" not in text] == []
        (script,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
        ran = subprocess.run(
            [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True
        )
    assert ran.stdout == "10000.00\n"


def test_every_extra_is_on_the_page_about_installing() -> None:
    settings = (ROOT / "setup.cfg").read_text().split("[options.extras_require]", 1)[1].split("\n[", 1)[0]
    extras = set(re.findall(r"^(\w+) =$", settings, re.MULTILINE))
    assert extras == set(re.findall(r"`mturk\[(\w+)\]`", (DOCS / "installing.md").read_text()))


def block(page: str) -> str:
    """The one example of a page."""
    (found,) = re.findall(r"```python\n(.*?)```", (DOCS / page).read_text(), re.DOTALL)
    return found


def test_the_example_of_errors_tells_the_states(capsys: pytest.CaptureFixture[str]) -> None:
    with (
        Marketplace() as market,
        mturk.Connection(market.url, access_key=market.access_key, secret_key=market.secret_key) as connection,
    ):
        photos = HITType.create("Label a photo", "Say what is in it", "0.05", 600, connection=connection)
        hit = photos.create_hit(ExternalQuestion("https://my-lab.org/task"), 3600)
        exec(compile(block("errors.md"), "errors.md", "exec"), {"hit": hit, "mturk": mturk})  # as the page has it
    assert capsys.readouterr().out.startswith("Assignable (")


def test_the_example_of_keys_runs() -> None:
    with Marketplace() as market:
        lost = market.requester("other").access_key
        source = block("security.md").replace("AKIA…", lost)
        exec(compile(source, "security.md", "exec"), {"market": market})  # as the page has it
        assert lost not in [key.access_key for key in market.access_keys() if not key.revoked]
