"""Databases that another version made: brought up to date in place, or refused with what to do."""

from __future__ import annotations

import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect

from mturk.marketplace import Marketplace, MarketplaceError
from mturk.marketplace.database.address import Address
from mturk.marketplace.database.store import Store
from mturk.marketplace.database.table import VERSION, metadata
from mturk.marketplace.database.upgrade import MARK, TODAY, Steps
from tests.marketplace.conftest import Connect
from tests.marketplace.sample import hit_arguments

# A step such as a later version may bring: a new column, a table made anew (which SQLite needs for most changes
# and which others refer to), and rows changed.
LATER = """
import sqlalchemy as sa
from alembic import op
revision = "9999"
down_revision = %r
def upgrade():
    with op.batch_alter_table("hit", recreate="auto") as hit:
        hit.add_column(sa.Column("colour", sa.String(16), nullable=False, server_default="green"))
        hit.alter_column("status", type_=sa.String(32), existing_type=sa.String(16), existing_nullable=False)
    op.execute("UPDATE hit SET colour = 'blue' WHERE colour = 'green'")
"""
OPEN = """
import sys
from pathlib import Path
from mturk.marketplace.database.store import Store
from mturk.marketplace.database.upgrade import Steps
Store(sys.argv[1], steps=Steps(Path(sys.argv[2]), "9999")).prepare(print)
"""


@pytest.fixture
def later(tmp_path: Path) -> Steps:
    """The steps of a later version."""
    folder = tmp_path / "migration"
    shutil.copytree(TODAY.folder, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "versions" / "step_9999.py").write_text(LATER % VERSION)
    return Steps(folder, "9999")


@pytest.fixture
def hit(shared: str, connect: Connect) -> dict[str, Any]:
    """A HIT in a database of today's form."""
    with Marketplace(shared) as market:
        hit = connect(market).create_hit(**hit_arguments())["HIT"]
        market.worker("A1").accept(hit["HITId"])
    return hit


def _ask(database: str, query: str) -> list[Any] | None:
    engine = create_engine(Address(database).with_driver)
    try:
        with engine.begin() as connection:
            answer = connection.exec_driver_sql(query)
            return answer.all() if answer.returns_rows else None
    finally:
        engine.dispose()


def _differences(database: str) -> list[Any]:
    engine = create_engine(Address(database).with_driver)
    try:
        with engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_server_default": True})
            return compare_metadata(context, metadata)
    finally:
        engine.dispose()


def test_the_last_step_is_the_version_of_the_tables() -> None:
    folder = ScriptDirectory(str(TODAY.folder))
    assert folder.get_heads() == [VERSION]
    assert folder.get_bases() == ["0001"]


def test_all_steps_together_make_the_same_tables_as_a_new_database(shared: str) -> None:
    engine = create_engine(Address(shared).with_driver)
    with engine.begin() as connection:
        TODAY.take(connection)
    engine.dispose()
    assert _differences(shared) == []
    assert _ask(shared, f"SELECT * FROM {MARK}") == [(VERSION,)]


def test_a_new_database_has_the_tables_of_the_metadata(shared: str) -> None:
    with Marketplace(shared):
        pass
    assert _differences(shared) == []
    assert _ask(shared, f"SELECT * FROM {MARK}") == [(VERSION,)]


def test_an_older_database_is_brought_up_to_date_with_all_that_is_in_it(
    hit: dict[str, Any], shared: str, later: Steps
) -> None:
    store = Store(shared, steps=later)
    store.prepare(pytest.fail)
    store.close()
    assert _ask(shared, "SELECT hit_id, status, colour FROM hit") == [(hit["HITId"], "Unassignable", "blue")]
    assert len(_ask(shared, "SELECT * FROM assignment JOIN hit ON hit.number = assignment.hit")) == 1
    assert _ask(shared, f"SELECT * FROM {MARK}") == [("9999",)]


def test_sqlite_looks_at_references_again_after_an_upgrade(hit: dict[str, Any], shared: str, later: Steps) -> None:
    store = Store(shared, steps=later)
    store.prepare(pytest.fail)
    try:
        with pytest.raises(Exception, match=r"(?i)foreign key"):
            store.write(lambda database: database.exec_driver_sql("DELETE FROM hit"))
    finally:
        store.close()


def test_several_processes_that_begin_at_once_upgrade_once(hit: dict[str, Any], shared: str, later: Steps) -> None:
    command = [sys.executable, "-c", OPEN, shared, str(later.folder)]
    with ThreadPoolExecutor(3) as threads:
        ran = list(threads.map(lambda _: subprocess.run(command, capture_output=True, text=True), range(3)))
    assert [(one.returncode, one.stderr) for one in ran] == [(0, "")] * 3
    assert _ask(shared, "SELECT hit_id, colour FROM hit") == [(hit["HITId"], "blue")]


def test_an_upgrade_that_fails_changes_nothing(hit: dict[str, Any], shared: str, later: Steps) -> None:
    step = later.folder / "versions" / "step_9999.py"
    step.write_text(step.read_text() + "    op.execute('UPDATE nowhere SET x = 1')\n")
    store = Store(shared, steps=later)
    with pytest.raises(MarketplaceError, match="nowhere"):
        store.prepare(pytest.fail)
    store.close()
    assert _ask(shared, f"SELECT * FROM {MARK}") == [(VERSION,)]
    assert _differences(shared) == []
    with Marketplace(shared) as market:
        assert market.audit() == []


def test_a_newer_database_is_refused_with_what_to_do(hit: dict[str, Any], shared: str) -> None:
    _ask(shared, f"UPDATE {MARK} SET version_num = '9999'")
    with pytest.raises(MarketplaceError, match=r"newer mturk \(its form is 9999, ours \d+\)\. Install that version"):
        Marketplace(shared).start()


def test_a_database_from_before_the_first_release_is_refused(hit: dict[str, Any], shared: str) -> None:
    _ask(shared, f"DROP TABLE {MARK}")
    with pytest.raises(MarketplaceError, match=r"older than mturk's first release\. Name another database\."):
        Marketplace(shared).start()


def test_a_database_of_somebody_else_is_left_alone(shared: str) -> None:
    _ask(shared, "CREATE TABLE recipes (name VARCHAR(9))")
    _ask(shared, "CREATE TABLE alembic_version (version_num VARCHAR(32))")
    with pytest.raises(MarketplaceError, match=r"holds other data\. Name a database of its own\."):
        Marketplace(shared).start()
    engine = create_engine(Address(shared).with_driver)
    assert sorted(inspect(engine).get_table_names()) == ["alembic_version", "recipes"]
    engine.dispose()
