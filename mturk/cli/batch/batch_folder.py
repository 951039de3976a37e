"""The folder of a batch, `task.toml`, a page, a table and a journal, and the batch that is in it."""

from __future__ import annotations

import json
import os
import shlex
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import attrs

from mturk.batch import batch_terms, belonging
from mturk.batch.batch import Batch
from mturk.cli.batch import task_settings
from mturk.cli.batch.task_settings import Task
from mturk.connection.connection import Connection
from mturk.connection.endpoint import find_endpoint
from mturk.connection.settings import Settings
from mturk.errors import ConfigurationError, ValidationError
from mturk.journal.journal import Journal
from mturk.model.hit_type import HITType
from mturk.model.terms import Terms
from mturk.parallel.place import place

_NOBODY = "NEW"  # the HIT type of a batch that is only looked at
_NOWHERE = "http://127.0.0.1:9"
RESULTS = "results.csv"
_WRITTEN = ("journal", "journal-journal", "journal-wal", "journal-shm", RESULTS)  # also by SQLite, beside the journal


@attrs.frozen
class BatchFolder:
    """Where a batch lives."""

    path: Path

    @property
    def journal(self) -> Path:
        """What happened so far."""
        return self.path / "journal"

    def command(self, name: str) -> str:
        """What to type."""
        return f"mturk batch {name} {shlex.quote(str(self.path))}"

    def task(self) -> Task:
        """The settings in `task.toml`."""
        if not self.path.is_dir():
            raise ConfigurationError(f"There is no folder {self.path}; to make one: {self.command('new')}")
        self._expect_no_way_out()
        return task_settings.read(self.path / task_settings.FILE)

    def _expect_no_way_out(self) -> None:
        """A folder may be from somebody else, who would have a file of yours written to, or a new one made."""
        for name in _WRITTEN:
            path = self.path / name
            if not self._holds(path):
                raise ConfigurationError(
                    f"{path} is a link that leads out of {self.path}, and would be written to: remove it, or put a "
                    "file in its place"
                )

    def _holds(self, path: Path) -> bool:
        return path.resolve().is_relative_to(self.path.resolve())

    def held(self) -> Journal | None:
        """The journal, if there is one."""
        return Journal(self.journal, new=False) if self.journal.exists() else None

    @contextmanager
    def connected(self, task: Task) -> Iterator[Connection]:
        """A connection to where the task is offered."""
        with Connection(task.place, profile=task.profile, database=self._database(task)) as connection:
            yield connection

    def _database(self, task: Task) -> str | None:
        """The file of the local marketplace: the task's, else the environment's, else where it was when HITs went out.

        So that commands work from whatever folder they are started in.
        """
        if self._place(task) != "local":
            return None
        if task.database is not None:
            return task.database if "://" in task.database else str(self.path / Path(task.database).expanduser())
        held = self.held()
        known = None if held is None else held.fact("database")
        named = os.environ.get("MTURK_DATABASE") or known
        if held is not None and held.has_begun() and not _may_be_there(named or "mturk.sqlite3"):
            raise ConfigurationError(
                f"{self.path} was published on a local marketplace, and there is none in {named or 'mturk.sqlite3'}: "
                "say where its file is with database in task.toml, or with MTURK_DATABASE"
            )
        return named

    def _place(self, task: Task) -> str:
        return find_endpoint(task.place, Settings())

    @contextmanager
    def looked_at(self, task: Task, connection: Connection | None = None) -> Iterator[Batch]:
        """The batch on a copy of its journal, to look at: nothing is written, and no HIT type registered.

        Without a connection it can be checked, and nothing else.
        """
        self._expect_files(task)
        with TemporaryDirectory(prefix="mturk-") as scratch, connection or _nowhere() as used:
            copy = Path(scratch, "journal")
            known = self._copied(copy, task, used)
            hit_type = HITType(known or _NOBODY, connection=used)
            hit_type._set(**Terms.of(**task.terms()).fields())
            self._expect_same_terms(hit_type)
            yield self._batch(task, hit_type, copy)

    def _copied(self, copy: Path, task: Task, connection: Connection) -> str | None:
        """Copy the journal; the HIT type that is in it."""
        held = self.held()
        if held is None:
            return None
        self._expect_same_place(held, self._place(task))
        with closing(sqlite3.connect(self.journal)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
        known: str | None = held.fact("hit_type")
        Journal(copy).note(place=place(connection), hit_type=known or _NOBODY)
        return known

    def publishable(self, task: Task, connection: Connection) -> Batch:
        """The batch with its HIT type. One or two calls, CreateHITType and GetHIT, which cost nothing."""
        self._expect_files(task)
        held = self.held()
        if held is not None and held.has_begun():
            # Another account would have another HIT type, and the task seem to be another one.
            self.opened(connection)
        hit_type = HITType.create(**task.terms(), connection=connection)
        if held is not None:
            self._expect_same_type(held, hit_type, connection)
        made = self._batch(task, hit_type, self.journal)
        if connection.local_market is not None and "://" not in connection.local_market.database:
            Journal(self.journal).note(database=os.path.abspath(connection.local_market.database))
        return made

    def opened(self, connection: Connection) -> Batch:
        """The batch as it was published, without its page and table. One call, GetHIT."""
        held = self.held()
        if held is None or not held.has_begun():
            raise ConfigurationError(f"{self.path} is not published yet: {self.command('publish')}")
        self._expect_same_place(held, place(connection))
        batch = Batch.open(self.journal, connection=connection)
        # Else all would seem to be gone.
        belonging.expect_account(batch.hits())
        return batch

    def _batch(self, task: Task, hit_type: HITType, journal: Path) -> Batch:
        return hit_type.batch(
            self.path / task.rows,
            self.path / task.page,
            journal=journal,
            lifetime=task.lifetime,
            assignments=task.assignments,
            key=task.key,
            annotation=task.annotation,
            split=task.split,
            engine="jinja" if task.engine == "jinja" else "mturk",
            encoding=task.encoding,
        )

    def _expect_files(self, task: Task) -> None:
        for setting, name in (("rows", task.rows), ("page", task.page)):
            path = self.path / name
            # As it is opened later. A folder may be from somebody else, who would have any file here published.
            if not self._holds(path.expanduser()):
                raise ConfigurationError(
                    f"{setting} in task.toml leads to {name}, which is not in {self.path}: what is published "
                    "lies in the folder of the batch. Put a copy there"
                )
            if not path.is_file():
                raise ConfigurationError(f"There is no file {path}; {setting} in task.toml says what it is called")

    def _expect_same_place(self, held: Journal, place: str) -> None:
        known = held.fact("place")
        if held.has_begun() and known != place:
            raise ConfigurationError(
                f"{self.path} was published at {known}, and its task.toml leads to {place}. A folder belongs to one "
                "place: copy task.toml, the page and the table to a new folder for the other one"
            )

    def _expect_same_terms(self, hit_type: HITType) -> None:
        """The task is the one that was published, as far as the journal tells. No call."""
        held = self.held()
        known: dict[str, Any] = (held.fact("terms") if held and held.has_begun() else None) or {}
        now = json.loads(json.dumps(batch_terms.terms(hit_type)))
        changed = [name for name, value in known.items() if now.get(name) != value]
        if changed:
            raise self._other_task(changed)

    def _expect_same_type(self, held: Journal, hit_type: HITType, connection: Connection) -> None:
        if not held.has_begun():
            # Nothing is out, so that the task may still be changed; what keeps workers apart is of the old type.
            lanes = held.fact("lanes") if held.fact("hit_type") == hit_type.id else []
            held.note(hit_type=hit_type.id, place=place(connection), lanes=lanes)
            return
        self._expect_same_terms(hit_type)
        if held.fact("hit_type") != hit_type.id:
            raise self._other_task(["requirements"])

    def _other_task(self, changed: list[str]) -> ValidationError:
        return ValidationError(
            f"{self.path / task_settings.FILE}: {', '.join(changed)} changed since HITs were published; set it back, "
            "or make a new folder for the changed task"
        )


def _nowhere() -> Connection:
    """A connection for what makes no call."""
    return Connection(_NOWHERE, access_key="none", secret_key="none", region="us-east-1")  # noqa: S106 - it is no key


def _may_be_there(database: str) -> bool:
    return "://" in database or os.path.isfile(os.path.expanduser(database))
