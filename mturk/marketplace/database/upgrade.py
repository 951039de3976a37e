"""The upgrade of a database that an older version made, by the migration steps in the folder `migration`."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Column, Connection, MetaData, String, Table, select

from mturk.marketplace.database.table import VERSION
from mturk.marketplace.error import MarketplaceError

MARK = "alembic_version"
"""The table, in Alembic's own form, with the last step that a database has seen."""

_mark = Table(MARK, MetaData(), Column("version_num", String(32), primary_key=True))


class Steps(NamedTuple):
    """The migration steps to a form of the database: their folder, and the number of the last."""

    folder: Path
    last: str

    def take(self, connection: Connection) -> None:
        """Run all steps that are left, in the connection's transaction."""
        # Imported here because that takes a while, and is rarely needed.
        from alembic import command
        from alembic.config import Config

        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(self.folder).replace("%", "%%"))
        command.upgrade(config, "head")


TODAY = Steps(Path(__file__).with_name("migration"), VERSION)


def stamp(connection: Connection, steps: Steps) -> None:
    """Mark a new database as one of the newest form."""
    _mark.create(connection)
    connection.execute(_mark.insert(), {"version_num": steps.last})


def version(connection: Connection) -> str | None:
    """The last step that the database has seen."""
    made: str | None = connection.execute(select(_mark.c.version_num)).scalar_one_or_none()
    return made


def too_new(name: str, made: str | None, steps: Steps) -> MarketplaceError:
    """The refusal of a database that a newer version has made."""
    return MarketplaceError(
        f"{name} was made by a newer mturk (its form is {made}, ours {steps.last}). "
        "Install that version (pip install --upgrade mturk), or name another database."
    )


def bring_up(connection: Connection, steps: Steps, name: str) -> bool:
    """Run the steps that the database has not seen yet; returns whether there were any."""
    made = version(connection)
    if made == steps.last:
        return False
    # The steps are numbered, so a step that we do not know is a later one.
    if made is None or made > steps.last:
        raise too_new(name, made, steps)
    steps.take(connection)
    return True
