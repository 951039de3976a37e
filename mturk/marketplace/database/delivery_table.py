"""The tables of what is told to others: events and where they go, queues and topics of the marketplace's own.

`table.py` has them too, so that all are written `t.outlet`. Queues live by the real clock, all else by the market's.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from mturk.marketplace.database.column import ID, NUMBER, count, metadata, number, reference

# One destination of one requester's notifications. Only its `holder` sends to it, until `lease` ends.
outlet = Table(
    "outlet",
    metadata,
    number(),
    reference("requester", "requester"),
    Column("transport", String(8), nullable=False, comment="SQS, SNS, REST; or of this marketplace: queue, topic"),
    Column("destination", String(1024), nullable=False, comment="a URL or an ARN; of this marketplace a name"),
    Column("document", String(40), comment="the EventDocId of what is being sent"),
    Column("due", BigInteger, nullable=False, server_default="0", comment="no try before this time"),
    Column("failing_since", BigInteger),
    count("attempts"),
    Column("holder", String(40)),
    Column("lease", BigInteger, nullable=False, server_default="0", comment="in real time"),
    UniqueConstraint("requester", "transport", "destination", name="outlet_of_requester"),
)

notification_setting = Table(
    "notification_setting",
    metadata,
    Column("hit_type", NUMBER, ForeignKey("hit_type.number"), primary_key=True),
    reference("outlet", "outlet"),
    Column("event_types", Text, nullable=False, comment="JSON"),
    Column("version", String(16), nullable=False),
    Column("active", Boolean, nullable=False),
)

# The outbox: what happened and was not yet told. A row goes when its destination has it.
event = Table(
    "event",
    metadata,
    number(),
    reference("outlet", "outlet"),
    Column("event_type", String(32), nullable=False),
    Column("time", BigInteger, nullable=False),
    Column("hit_type_id", ID, nullable=False),
    Column("hit_id", ID, nullable=False),
    Column("assignment_id", ID),
    Column("document", String(40), comment="the EventDocId it is sent under"),
    Index("event_waiting", "outlet", "number"),
    Index("event_document", "document"),
)

queue = Table(
    "queue",
    metadata,
    number(),
    reference("requester", "requester"),
    Column("name", String(80), nullable=False),
    Column("attributes", Text, nullable=False, comment="JSON: those that were set"),
    Column("creation_time", BigInteger, nullable=False),
    Column("change_time", BigInteger, nullable=False),
    UniqueConstraint("requester", "name", name="queue_of_requester"),
)

queue_message = Table(
    "queue_message",
    metadata,
    number(),
    reference("queue", "queue"),
    Column("message_id", String(36), nullable=False),
    Column("body", Text, nullable=False),
    Column("attributes", Text, comment="JSON: what its sender added"),
    Column("sender", ID, nullable=False),
    Column("sent", BigInteger, nullable=False),
    Column("visible_at", BigInteger, nullable=False, comment="nobody receives it before"),
    count("received"),
    Column("first_received", BigInteger),
    Column("receipt", String(32), comment="given to who received it last"),
    Column("source", String(255), comment="the ARN of the queue that gave it up"),
    Index("queue_message_visible", "queue", "visible_at", "number"),
    Index("queue_message_old", "queue", "sent"),
)

topic = Table(
    "topic",
    metadata,
    number(),
    reference("requester", "requester"),
    Column("name", String(64), nullable=False, comment="made from the address"),
    Column("address", String(1024), nullable=False),
    Column("state", String(16), nullable=False),
    Column("token", String(64), nullable=False, comment="which only that address is told"),
    Column("asked", BigInteger, nullable=False, comment="since when the address is asked to confirm"),
    UniqueConstraint("requester", "name", name="topic_of_requester"),
)

# One row: what pushed messages are signed with.
certificate = Table(
    "certificate",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("pem", Text, nullable=False),
    Column("sealed_key", Text, nullable=False, comment="encrypted by a key that is kept elsewhere"),
)
