"""docs/site.md: its commands and links are there, and its figures are those of the code."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from mturk.cli.program import command
from mturk.marketplace.site import site
from mturk.marketplace.site.pages.external_submit import LARGEST_ANSWERS
from mturk.marketplace.workplace import desk, letter, report

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "site.md").read_text(encoding="utf-8")
SHELL = "\n".join(re.findall(r"^```sh\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)).splitlines()
INLINE = re.findall(r"`(mturk [^`]+)`", PAGE)
SPEECH = re.sub(r"\s+", " ", PAGE)


@pytest.mark.parametrize("line", sorted({line for line in [*SHELL, *INLINE] if line.startswith("mturk ")}))
def test_a_command_that_the_page_shows_is_there(line: str) -> None:
    words = shlex.split(line, comments=True)[1:]
    found: click.Command = command
    while isinstance(found, click.Group) and words and words[0] in found.commands:
        found = found.commands[words.pop(0)]
    assert not isinstance(found, click.Group), line
    given = {word for word in words if word.startswith("--")}
    assert given <= {name for option in found.params for name in (*option.opts, *option.secondary_opts)}


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\(([^)#]+)\)", PAGE))))
def test_a_link_of_the_page_leads_somewhere(target: str) -> None:
    assert (ROOT / "docs" / target).is_file()


@pytest.mark.parametrize(
    "words",
    [
        f"| a form of the site, without files | {site._LARGEST_FORM // 1_000_000} MB, {site._MOST_FIELDS:,} fields |",
        f"| answers of one assignment | {LARGEST_ANSWERS // 1_000_000} MB |",
        f"| HITs in hand | {desk.MOST_HELD} a worker |",
        f"| reports | {report.A_DAY} a worker and day |",
        f"| letters | {letter.A_DAY} a worker and day, {letter.TO_ONE_A_DAY} of them to one requester |",
    ],
)
def test_a_figure_of_the_page_is_that_of_the_code(words: str) -> None:
    assert words in SPEECH


def test_every_option_of_serve_that_is_about_the_site_is_told() -> None:
    serve = command.commands["serve"]
    names = {option.opts[0] for option in serve.params}
    machine = {"--host", "--port", "--deposit", "--fees", "--processes", "--plain-http", "--existing", "--sandbox"}
    leading = {"--redirect", "--redirect-port"}
    limits = {"--rate", "--burst", "--connections", "--per-address", "--refusals", "--quota", "--no-quota"}
    watch = {"--log", "--access-log", "--metrics", "--metrics-for", "--audit-trail"}
    others = {"--query-api"} | machine | leading | limits | watch | {"--allow-private-destinations"}
    assert {name for name in names - others if name not in PAGE} == set()
