"""`mturk simulate`: what it publishes, plays and says."""

from __future__ import annotations

import re
from pathlib import Path

from click.testing import CliRunner, Result

from mturk.cli.program import command
from mturk.marketplace import Marketplace


def simulate(database: Path, *arguments: str) -> Result:
    result = CliRunner().invoke(command, ["simulate", "--database", str(database), *arguments], prog_name="mturk")
    assert (result.exit_code, result.stderr) == (0, "")
    return result


def test_published_hits_are_done_and_the_books_are_right(database: Path) -> None:
    said = simulate(database, "--hits", "3", "--hours", "2").stdout
    assert "Published 3 HITs for 3 workers each." in said
    assert re.search(r"They accepted \d+ HITs: submitted 9, ", said)
    market = Marketplace(database, existing=True)
    assert market.audit() == []
    market.stop()


def test_a_crowd_is_as_it_is_told_to_be(database: Path) -> None:
    said = simulate(database, "--hits", "2", "--hours", "1", "--returns", "1", "--abandons", "0").stdout
    assert re.search(r"submitted 0, returned [1-9]\d*, abandoned 0,", said)


def test_the_same_seed_does_the_same(tmp_path: Path) -> None:
    first, second, other = (
        simulate(tmp_path / f"{number}.sqlite3", "--hits", "3", "--hours", "1", "--seed", seed).stdout.splitlines()[2:]
        for number, seed in enumerate(("5", "5", "6"))
    )
    assert first == second != other


def test_what_is_on_offer_already_is_done(database: Path) -> None:
    simulate(database, "--hits", "2", "--hours", "0.01")
    said = simulate(database, "--hours", "0.9").stdout
    assert "Published" not in said
    assert re.search(r"submitted [1-6],", said)
