"""The tables of what workers look for: each group of HITs, how many can be accepted, and the words it is found by.

They repeat what stands in `hit`, `hit_type` and `requester`, so that a page of groups costs the same however many HITs
there are. See `group_count.py` for who keeps them.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ColumnElement, ForeignKey, Index, Table, Text, literal_column

from mturk.marketplace.database.column import NUMBER, metadata, reference

# Written out, because SQLite uses such an index only where a query says the same without a parameter.
_OPEN: ColumnElement[bool] = literal_column("hits") > literal_column("0")

hit_group = Table(
    "hit_group",
    metadata,
    Column("hit_type", NUMBER, ForeignKey("hit_type.number"), primary_key=True, autoincrement=False),
    reference("requester", "requester"),
    Column("reward", BigInteger, nullable=False),
    Column("hits", BigInteger, nullable=False, server_default="0", comment="that can be accepted"),
    Column("newest", BigInteger, nullable=False, server_default="0", comment="when a HIT last came to the group"),
    *(
        Index(f"hit_group_by_{order}", order, "hit_type", sqlite_where=_OPEN, postgresql_where=_OPEN)
        for order in ("newest", "reward", "hits")
    ),
)

# Beside the group and not in it: a row is written whole at every change.
hit_group_words = Table(
    "hit_group_words",
    metadata,
    Column("hit_type", NUMBER, ForeignKey("hit_type.number"), primary_key=True, autoincrement=False),
    Column("words", Text, nullable=False, comment="title, keywords, description and requester in small letters"),
)
