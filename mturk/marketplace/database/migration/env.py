"""What Alembic runs to take steps: in the connection that it is given, or in the database that alembic.ini names."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection, create_engine

from mturk.marketplace.database.table import metadata


def take_steps(connection: Connection) -> None:
    """Take the steps that were asked for, all in one transaction."""
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()


given: Connection | None = context.config.attributes.get("connection")
if given is not None:
    take_steps(given)
else:
    with create_engine(context.config.get_main_option("sqlalchemy.url") or "").begin() as own:
        take_steps(own)
