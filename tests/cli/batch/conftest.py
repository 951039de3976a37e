"""A marketplace, and a folder whose task leads to it."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from mturk import HIT, Connection
from mturk.cli.program import command
from mturk.marketplace import Marketplace


class Bench:
    """A batch folder at a marketplace, and what the command line does with it."""

    def __init__(self, market: Marketplace, folder: Path) -> None:
        self.market, self.folder = market, folder

    def run(self, name: str, *arguments: str) -> Result:
        """One command on the folder."""
        return CliRunner().invoke(command, ["batch", name, str(self.folder), *arguments], prog_name="mturk")

    def done(self, name: str, *arguments: str) -> dict[str, Any]:
        """What a command that succeeds tells scripts."""
        result = self.run(name, "--json", *arguments)
        assert (result.exit_code, result.exception) == (0, None), result.stderr
        facts: dict[str, Any] = json.loads(result.stdout)
        return facts

    def failed(self, status: int, name: str, *arguments: str) -> str:
        """What a command that does not succeed says."""
        result = self.run(name, *arguments)
        assert result.exit_code == status, result.output
        assert isinstance(result.exception, SystemExit)
        return str(result.stderr)

    def set(self, old: str, new: str) -> None:
        """Change `task.toml`."""
        path = self.folder / "task.toml"
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))

    def rows(self, number: int) -> None:
        """Fill the table anew."""
        lines = [f"m{at},Message {at}" for at in range(1, number + 1)]
        (self.folder / "rows.csv").write_text("\n".join(["id,message", *lines, ""]))

    def connection(self) -> Connection:
        """A connection of the account that the commands use."""
        return Connection(self.market.url)

    def annotations(self) -> dict[str, int]:
        """How many HITs there are of each row."""
        found: dict[str, int] = {}
        with self.connection() as connection:
            for hit in _hits(connection):
                found[str(hit.requester_annotation)] = found.get(str(hit.requester_annotation), 0) + 1
        return found

    def work(self, answers: dict[str, str]) -> None:
        """Let workers, each with their answer, do every HIT."""
        with self.connection() as connection:
            hits = [hit.id for hit in _hits(connection)]
        for worker_id, label in answers.items():
            worker = self.market.worker(worker_id)
            for hit_id in hits:
                worker.submit(worker.accept(hit_id), {"label": label})

    def mark(self, marks: dict[str, tuple[str, str]], file: Path | None = None) -> Path:
        """Fill Approve and Reject of each worker's rows in the results file."""
        path = file or self.folder / "results.csv"
        with path.open(newline="", encoding="utf-8") as lines:
            reader = csv.DictReader(lines)
            names, rows = list(reader.fieldnames or ()), list(reader)
        for row in rows:
            row["Approve"], row["Reject"] = marks.get(row["WorkerId"], ("", ""))
        with path.open("w", newline="", encoding="utf-8") as lines:
            writer = csv.DictWriter(lines, names)
            writer.writeheader()
            writer.writerows(rows)
        return path

    def statuses(self) -> list[str]:
        """The states of all submissions, sorted."""
        with self.connection() as connection:
            found = [str(work.status.value) for hit in _hits(connection) for work in hit.assignments()]
        return sorted(found)


def _hits(connection: Connection) -> list[HIT]:
    return list(HIT.all(connection=connection))


@pytest.fixture
def market() -> Iterator[Marketplace]:
    with Marketplace() as running:
        yield running


@pytest.fixture
def bench(market: Marketplace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """The example's folder, whose task leads to a marketplace that runs."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", market.access_key)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", market.secret_key)
    made = Bench(market, tmp_path / "messages")
    assert made.run("new").exit_code == 0
    made.set('place = "local"', f'place = "{market.url}"')
    made.set('# annotation = "messages {row}"', 'annotation = "{row}"')
    return made
