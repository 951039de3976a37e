"""A study that a program publishes and reviews on a marketplace, and what is there in the end."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree

from mturk import HIT, Connection, QualificationType
from mturk.marketplace import Marketplace

TESTS = Path(__file__).parent
PROGRAMS = TESTS.parents[1] / "examples" / "moving"
PATIENCE = 120
# What differs from one run to the next.
OF_THE_RUN = {"HITId", "HITTypeId", "HITGroupId", "CreationTime", "Expiration", "Question", "QualificationRequirements"}


class Outcome(NamedTuple):
    """What is on the marketplace when a study is over."""

    hits: list[dict[str, Any]]
    decisions: list[tuple[str, str]]
    bonuses: list[tuple[str, str, str]]
    holders: dict[str, dict[str, int | None]]
    money: tuple[str, str]


class Study:
    """A marketplace, and a folder with a copy of the programs of one page."""

    def __init__(self, market: Marketplace, page: str, folder: Path) -> None:
        self.market = market
        self.page = page
        self.home = folder
        self.folder = folder / page
        shutil.copytree(PROGRAMS / page, self.folder)
        (folder / ".mephisto").mkdir()  # which Mephisto makes for each of its users
        (folder / ".mephisto" / "config.yml").write_text("core: {}\n")
        self.connection = Connection(market.url, access_key=market.access_key, secret_key=market.secret_key)
        self._types: dict[str, str] = {}

    def led(self, *words: str) -> str:
        """Run a program of others with `mturk run`, which is all that leads it here."""
        return self._ran([sys.executable, "-m", "mturk", "run", "--to", self.market.url, "--", *self._theirs(words)])

    def apart(self, *words: str) -> str:
        """Run a program of others that calls nobody."""
        return self._ran(self._theirs(words))

    def ours(self, *words: str) -> str:
        """Run a program of ours, which is told where the marketplace is."""
        return self._ran([sys.executable, *words])

    def take_part(self, **answers: dict[str, Any]) -> None:
        """Have people from the United States do what is on offer; each gives the answers that stand at their id."""
        for hit in HIT.all(connection=self.connection):
            for name, given in answers.items():
                worker = self.market.worker(name, country="US")
                worker.submit(worker.accept(hit.id), given)

    def hits(self) -> list[dict[str, Any]]:
        """All HITs, without what differs from one run to the next."""
        named = {kind.id: kind.name for kind in QualificationType.search(mine=True, connection=self.connection)}
        found = [_described(hit, named) for hit in self.connection.call("ListHITs")["HITs"]]
        return sorted(found, key=str)

    def outcome(self, hits: list[dict[str, Any]]) -> Outcome:
        """What became of the HITs that were published."""
        work = [one for hit in HIT.all(connection=self.connection) for one in hit.assignments()]
        kinds = QualificationType.search(mine=True, connection=self.connection)
        balance = self.connection.balance()
        return Outcome(
            hits,
            sorted((one.worker_id, str(one.status)) for one in work),
            sorted((paid.worker_id, str(paid.amount), paid.reason) for one in work for paid in one.bonuses()),
            {kind.name: {held.worker_id: held.score for held in kind.qualifications()} for kind in kinds},
            (str(balance.available), str(balance.on_hold)),
        )

    def _theirs(self, words: tuple[str, ...]) -> list[str]:
        return [str(TESTS / self.page / ".venv" / "bin" / "python"), *words]

    def _ran(self, command: list[str]) -> str:
        kept = {name: value for name, value in os.environ.items() if not name.upper().endswith("_PROXY")}
        own = {
            "AWS_ACCESS_KEY_ID": self.market.access_key,
            "AWS_SECRET_ACCESS_KEY": self.market.secret_key,
            "MTURK_ENDPOINT": self.market.url,
            "HOME": str(self.home),
            "PYTHONPATH": os.pathsep.join([str(self.folder), str(TESTS / self.page / "alone")]),
        }
        done = subprocess.run(
            command, cwd=self.folder, env={**kept, **own}, capture_output=True, text=True, timeout=PATIENCE
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


def _described(hit: dict[str, Any], named: dict[str, str]) -> dict[str, Any]:
    stays = {name: value for name, value in hit.items() if name not in OF_THE_RUN}
    required = [
        {**one, "QualificationTypeId": named.get(one["QualificationTypeId"], one["QualificationTypeId"])}
        for one in hit["QualificationRequirements"]
    ]
    question = [(node.tag, (node.text or "").strip()) for node in ElementTree.fromstring(hit["Question"]).iter()]
    return {
        **stays,
        "Keywords": [word.strip() for word in hit["Keywords"].split(",")],
        "required": sorted(required, key=str),
        "question": question,
        "lifetime": round(hit["Expiration"] - hit["CreationTime"]),
    }
