"""docs/moving/: the programs that a page shows are those that the tests run, and its commands are there."""

from __future__ import annotations

import csv
import re
import shlex
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import click
import pytest

import mturk
from mturk.cli.program import command
from mturk.marketplace import Marketplace
from tests.third_party.study import PROGRAMS, Study

PAGES = Path(__file__).parents[2] / "docs" / "moving"
# A page of docs/moving/, and the folder of examples/moving/ whose programs it shows.
SHOWN = {
    "boto3": "boto3",
    "boto2": "boto2",
    "aws-cli": "aws-cli",
    "larry": "larry",
    "psiturk": "psiturk",
    "dallinger": "dallinger",
    "mephisto": "mephisto",
    "otree": "otree",
    "amti": "amti",
    "pymturkr": "pymturkr",
    "turkle": "turkle",
    "web-site": "web_site",
}
Begun = Callable[[str], Study]


@pytest.fixture
def begun(tmp_path: Path) -> Iterator[Begun]:
    """Begin a study of ours on a marketplace of its own."""
    with ExitStack() as stack:
        yield lambda page: Study(stack.enter_context(Marketplace()), page, tmp_path / page)


def text(page: str) -> str:
    return (PAGES / f"{page}.md").read_text()


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text(page), re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("page", SHOWN)
def test_every_program_that_a_page_shows_is_one_that_is_run(page: str) -> None:
    kept = {path.read_text() for path in (PROGRAMS / SHOWN[page]).iterdir() if path.is_file()}
    shown = [block for language in ("python", "r", "csv") for block in blocks(page, language)]
    assert [block for block in shown if block not in kept] == []
    assert (PROGRAMS / SHOWN[page] / "after.py").read_text() in shown


@pytest.mark.parametrize("page", [page for page in SHOWN if page != "web-site"])
def test_a_page_shows_the_whole_program_of_before(page: str) -> None:
    (program,) = (PROGRAMS / SHOWN[page]).glob("before.*")
    language = {".py": "python", ".sh": "sh", ".R": "r"}[program.suffix]
    assert program.read_text() in blocks(page, language)


@pytest.mark.parametrize("page", ["boto3", "boto2", "aws-cli", "larry"])
def test_every_verb_of_ours_that_a_table_shows_is_there(page: str) -> None:
    rows = text(page).partition("## Your line, and ours")[2].splitlines()
    table = "".join(row.split("|", 2)[2] for row in rows if row.startswith("|"))
    for kind, verb in re.findall(r"`([A-Z]\w+)\.(\w+)\(", table):
        assert hasattr(getattr(mturk, kind), verb), f"{kind}.{verb}"
    for name, verb in re.findall(r"`(hit_type|hit|assignment|qualification_type|batch)\.(\w+)\(", table):
        kind = {"hit": "HIT"}.get(name, name.title().replace("_", "").replace("Hit", "HIT"))
        assert hasattr(getattr(mturk, kind), verb), f"{kind}.{verb}"


# What the tables of frameworks call our things.
CALLED = {
    "work": mturk.Assignment,
    "assignment": mturk.Assignment,
    "hit": mturk.HIT,
    "hit_type": mturk.HITType,
    "my_type": mturk.QualificationType,
    "panel": mturk.QualificationType,
    "batch": mturk.Batch,
    "market": Marketplace,
}


@pytest.mark.parametrize("page", [page for page in SHOWN if page not in ("boto3", "boto2", "aws-cli", "larry")])
def test_every_verb_of_ours_that_the_page_of_a_framework_names_is_there(page: str) -> None:
    inline = " ".join(re.findall(r"`([^`\n]+)`", text(page)))
    named = re.findall(rf"(?<![\w.])({'|'.join(CALLED)})\.(\w+)\(", inline)
    assert len(named) >= 5
    assert [f"{name}.{verb}" for name, verb in named if not hasattr(CALLED[name], verb)] == []
    classes = re.findall(r"(?<![\w.])([A-Z]\w+)(?:\(id\))?\.([a-z]\w+)\(", inline)
    ours = [(kind, verb) for kind, verb in classes if kind in mturk.__all__]
    assert [f"{kind}.{verb}" for kind, verb in ours if not hasattr(getattr(mturk, kind), verb)] == []


@pytest.mark.parametrize("page", SHOWN)
def test_a_command_that_a_page_shows_is_there(page: str) -> None:
    shell = "".join(blocks(page, "sh")).splitlines()
    lines = [line for line in [*shell, *re.findall(r"`(mturk [^`]+)`", text(page))] if line.startswith("mturk ")]
    for line in lines:
        words = shlex.split(line.replace("…", ""), comments=True)[1:]
        found: click.Command = command
        while isinstance(found, click.Group) and words and words[0] in found.commands:
            found = found.commands[words.pop(0)]
        ours = words[: words.index("--")] if "--" in words else words
        given = {word for word in ours if word.startswith("--")}
        assert given <= {name for option in found.params for name in (*option.opts, *option.secondary_opts)}, line
        assert found is not command, line


def test_a_batch_of_amtis_files_is_what_they_say(begun: Begun) -> None:
    study = begun("amti")
    study.ours("after.py", "publish")
    hits = study.hits()
    study.take_part(A1ADA={"about": "animal"}, A2BOB={"about": "animal"}, A3EVE={"about": "thing"})
    study.ours("after.py", "review")
    assert {(hit["Title"], hit["Reward"], hit["MaxAssignments"], hit["lifetime"]) for hit in hits} == {
        ("Sort words", "0.05", 3, 86400)
    }
    assert [word for word in ("otter", "lamp") for hit in hits if f"the word {word} about" in str(hit)] == [
        "otter",
        "lamp",
    ]
    outcome = study.outcome(hits)
    assert {status for _, status in outcome.decisions} == {"Approved"}
    assert outcome.money == ("9999.64", "0.00")


def test_a_study_of_pymturkr_pays_and_rejects_as_it_did_in_r(begun: Begun) -> None:
    study = begun("pymturkr")
    study.ours("after.py", "publish")
    hits = study.hits()
    study.take_part(A1ADA={"mood": "glad"}, A2BOB={"mood": "glad"}, A3EVE={"mood": "sad"})
    study.ours("after.py", "review")
    outcome = study.outcome(hits)
    assert outcome.decisions == [("A1ADA", "Approved"), ("A2BOB", "Approved"), ("A3EVE", "Rejected")]
    assert outcome.bonuses == [("A1ADA", "0.02", "A good eye"), ("A2BOB", "0.02", "A good eye")]
    assert outcome.money == ("9999.82", "0.00")


def test_a_project_of_the_web_site_goes_from_table_to_table(begun: Begun) -> None:
    study = begun("web_site")
    assert "2 of 2 HITs are published now; 0.36 USD" in study.ours("after.py", "publish")
    hits = study.hits()
    study.take_part(A1ADA={"mood.label": "glad"}, A2BOB={"mood.label": "glad"}, A3EVE={"mood.label": "sad"})
    study.ours("after.py", "results")
    _mark(study.folder / "results.csv")
    study.ours("after.py", "review")
    decided = ["Approved"] * 4 + ["Rejected"] * 2
    assert [status for _, status in study.outcome(hits).decisions] == decided


def _mark(path: Path) -> None:
    """Put a mark at each line, as with a spreadsheet."""
    with path.open(newline="") as results:
        lines = list(csv.DictReader(results))
    assert {line["Input.text"] for line in lines} == {"What a beautiful morning!", "It rains, and rains."}
    for line in lines:
        good = line["Answer.mood.label"] == "glad"
        line.update({"Approve": "x"} if good else {"Reject": "Both are glad ones"})
    with path.open("w", newline="") as results:
        writer = csv.DictWriter(results, list(lines[0]))
        writer.writeheader()
        writer.writerows(lines)
