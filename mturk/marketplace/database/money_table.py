"""The tables of money: the accounts, and what was moved between them, in cents."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, String, Table

from mturk.marketplace.database.column import NUMBER as _NUMBER
from mturk.marketplace.database.column import metadata as metadata
from mturk.marketplace.database.column import number as _number

account = Table(
    "account",
    metadata,
    Column("kind", String(16), primary_key=True),
    Column("owner", _NUMBER, primary_key=True, comment="a requester or a worker; 0 is the marketplace"),
    Column("balance", BigInteger, nullable=False),
    CheckConstraint("balance >= 0 OR kind = 'outside'", name="account_balance"),
)

transfer = Table(
    "transfer",
    metadata,
    _number(),
    Column("time", BigInteger, nullable=False),
    Column("reason", String(16), nullable=False),
    Column("from_kind", String(16), nullable=False),
    Column("from_owner", _NUMBER, nullable=False),
    Column("to_kind", String(16), nullable=False),
    Column("to_owner", _NUMBER, nullable=False),
    Column("cents", BigInteger, nullable=False),
    Column("hit", _NUMBER),
    Column("assignment", _NUMBER),
    Index("transfer_to", "to_kind", "to_owner", "time", "from_owner", "cents"),
)
