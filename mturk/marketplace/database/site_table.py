"""The tables of what workers read and say on the site. `table.py` has them too, so that all are written `t.report`."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, LargeBinary, String, Table, Text, UniqueConstraint

from mturk.marketplace.database.column import ID, NUMBER, metadata, number, reference

# What a worker had in hand and did not hand in. Its assignment is given out again, and belongs to others then.
undone = Table(
    "undone",
    metadata,
    number(),
    reference("worker", "worker"),
    reference("hit", "hit"),
    Column("status", String(16), nullable=False),
    Column("time", BigInteger, nullable=False),
    Index("undone_of_worker", "worker", "time", "status"),
    Index("undone_by_hit", "hit", "worker"),
)

# On whose work a requester has ever decided. It stays when that work is pruned, and is found at once, however much else
# the worker did.
acquaintance = Table(
    "acquaintance",
    metadata,
    Column("worker", NUMBER, ForeignKey("worker.number"), primary_key=True, autoincrement=False),
    Column("requester", NUMBER, ForeignKey("requester.number"), primary_key=True, autoincrement=False),
)

message = Table(
    "message",
    metadata,
    number(),
    reference("requester", "requester"),
    reference("worker", "worker"),
    Column("subject", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("size", BigInteger, nullable=False, comment="what it counts for where a requester's messages have a limit"),
    Column("time", BigInteger, nullable=False),
    Index("message_of_worker", "worker", "time", "number"),
    # What a requester wrote is added up without a look at a text, nor at what others wrote.
    Index("message_of_requester", "requester", "size"),
)

# How far a worker has read what was written, in market time. What was opened since then stands in `opened_notice`.
mailbox = Table(
    "mailbox",
    metadata,
    Column("worker", NUMBER, ForeignKey("worker.number"), primary_key=True),
    Column("read_until", BigInteger, nullable=False),
)

opened_notice = Table(
    "opened_notice",
    metadata,
    Column("worker", NUMBER, ForeignKey("worker.number"), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("subject", NUMBER, primary_key=True, autoincrement=False, comment="a message, a bonus or an assignment"),
)

report = Table(
    "report",
    metadata,
    number(),
    reference("worker", "worker"),
    reference("hit", "hit"),
    Column("reason", String(16), nullable=False),
    Column("text", Text, nullable=False, comment="may be empty"),
    Column("time", BigInteger, nullable=False),
    UniqueConstraint("worker", "hit", name="report_once"),
    Index("report_of_worker", "worker", "time"),
    Index("report_of_hit", "hit"),
)

letter = Table(
    "letter",
    metadata,
    number(),
    reference("worker", "worker"),
    reference("requester", "requester"),
    reference("hit", "hit"),
    Column("text", Text, nullable=False),
    Column("time", BigInteger, nullable=False),
    Index("letter_of_worker", "worker", "time"),
    Index("letter_listed", "requester", "number"),
    Index("letter_of_hit", "hit"),
)

# What the pages of a HIT type would have loaded from other hosts, where they are kept from these.
missing_asset = Table(
    "missing_asset",
    metadata,
    Column("hit_type", NUMBER, ForeignKey("hit_type.number"), primary_key=True),
    Column("address", String(300), primary_key=True),
)

# A file that came with an answer. It goes with its HIT.
upload = Table(
    "upload",
    metadata,
    number(),
    Column("key", ID, nullable=False, unique=True),
    reference("hit", "hit"),
    reference("assignment", "assignment"),
    Column("question", Text, nullable=False),
    Column("name", String(255), nullable=False, comment="as the worker's file was called, made harmless"),
    Column("size", BigInteger, nullable=False),
    Column("secret", String(64), nullable=False, comment="proves that an address of the file was given out"),
    Index("upload_of_assignment", "assignment"),
    Index("upload_of_hit", "hit", "size"),
)

# Beside the upload and not in it, so that files are only read to be sent.
upload_content = Table(
    "upload_content",
    metadata,
    Column("upload", NUMBER, ForeignKey("upload.number"), primary_key=True),
    Column("content", LargeBinary, nullable=False),
)
