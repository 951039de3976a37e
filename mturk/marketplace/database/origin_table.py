"""The table of HITs that were published elsewhere and brought here. `table.py` has it too, as `t.origin`."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, String, Table

from mturk.marketplace.database.column import NUMBER, metadata

origin = Table(
    "origin",
    metadata,
    Column("hit", NUMBER, ForeignKey("hit.number"), primary_key=True),
    Column("source", String(255), nullable=False, comment="the name of the file or of the database"),
    Column("time", BigInteger, nullable=False, comment="when it was brought"),
    Column("digest", String(64), nullable=False, comment="of what must be the same when it comes again"),
)
