"""The tables of the people behind worker ids: how they sign in, what they agreed to, and mail that waits for them.

`table.py` has them too, so that all are written `t.person`. They live by the real clock, in milliseconds; what opens
something is kept as a digest only.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
    true,
)

from mturk.marketplace.database.column import NUMBER, count, metadata, number, reference

_DIGEST = String(64)
_CONFIRMED = text("email_time IS NOT NULL")
_WITH_LINK = text("sealed_link IS NOT NULL")

# Where the person lives and whether they are of age stand in `worker`, as requirements ask for that.
person = Table(
    "person",
    metadata,
    Column("worker", NUMBER, ForeignKey("worker.number"), primary_key=True, autoincrement=False),
    Column("email", String(254)),
    Column("email_key", String(254), comment="the e-mail address in its normal form"),
    Column("email_entry_time", BigInteger, comment="when the address was entered"),
    Column("email_time", BigInteger, comment="when its owner confirmed the address"),
    Column("mailed", Boolean, nullable=False, server_default=true(), comment="wants messages by e-mail too"),
    Column(
        "mail_token", String(64), nullable=False, unique=True, comment="with which mail is ended; no more than that"
    ),
    Column("password", Text, comment="hashed; empty where somebody else signs people in"),
    Column("creation_time", BigInteger, nullable=False),
    Column("terms", _DIGEST, comment="of the operator's terms that the person agreed to"),
    Column("terms_time", BigInteger),
    Index("person_of_email", "email_key"),
    # Whoever enters an address that is not theirs does not keep its owner from it.
    Index("person_of_confirmed_email", "email_key", unique=True, sqlite_where=_CONFIRMED, postgresql_where=_CONFIRMED),
)

# All that is left of somebody who closed the account, beside the work and what was paid for it.
closed_account = Table(
    "closed_account",
    metadata,
    Column("worker", NUMBER, ForeignKey("worker.number"), primary_key=True, autoincrement=False),
    Column("time", BigInteger, nullable=False),
)

# The names under which a proxy signs people in. The digest stays when a person goes, so that nobody comes back as new.
alias = Table(
    "alias",
    metadata,
    Column("digest", _DIGEST, primary_key=True),
    Column("name", String(255)),
    reference("worker", "worker"),
    Index("alias_of_worker", "worker"),
    Index("alias_by_name", "name"),
)

invitation = Table(
    "invitation",
    metadata,
    number(),
    Column("digest", _DIGEST, nullable=False, unique=True),
    reference("worker", "worker", nullable=True),
    Column("promised", String(64), comment="the id of the worker that it makes, if it is for none that is known"),
    Column("creation_time", BigInteger, nullable=False),
    Column("end", BigInteger, nullable=False),
    Column("used", Boolean, nullable=False, server_default=false()),
    Index("invitation_of_worker", "worker"),
)

# What is sent to a person to be opened once: a new password, the confirmation of an e-mail address.
account_link = Table(
    "account_link",
    metadata,
    Column("digest", _DIGEST, primary_key=True),
    Column("kind", String(16), nullable=False),
    reference("worker", "worker", nullable=True),
    Column("email_key", String(254), comment="the address that is confirmed by it"),
    Column("end", BigInteger, nullable=False),
    Index("account_link_of_worker", "worker", "kind"),
)

sitting = Table(
    "sitting",
    metadata,
    number(),
    Column("digest", _DIGEST, nullable=False, unique=True),
    reference("worker", "worker"),
    Column("start", BigInteger, nullable=False),
    Column("last_seen", BigInteger, nullable=False),
    Column("browser", String(255), nullable=False, comment="as it calls itself"),
    Index("sitting_of_worker", "worker"),
)

# The browsers in which somebody was signed in before.
device = Table(
    "device",
    metadata,
    number(),
    Column("digest", _DIGEST, nullable=False),
    reference("worker", "worker"),
    Column("time", BigInteger, nullable=False),
    UniqueConstraint("digest", "worker", name="device_of_worker"),
    Index("device_listed", "worker", "number"),
)

# What was tried and is counted for a while, so that nobody can try without end.
attempt = Table(
    "attempt",
    metadata,
    number(),
    Column("subject", _DIGEST, nullable=False),
    Column("time", BigInteger, nullable=False),
    Index("attempt_of_subject", "subject", "time"),
    Index("attempt_time", "time"),
)

# Mail that waits. To whom it goes, and whether they still want it, is looked up when it is sent.
mail = Table(
    "mail",
    metadata,
    number(),
    # Empty where somebody asked for mail who is not known here, which must look the same from outside.
    reference("worker", "worker", nullable=True),
    reference("sender", "requester", nullable=True),  # of a message; links come from the site
    Column("kind", String(16), nullable=False),
    Column("email_key", String(254), comment="the address it is for, if not whatever is confirmed then"),
    Column("subject", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("sealed_link", Text, comment="what opens something, encrypted by a key that is kept elsewhere"),
    Column("due", BigInteger, nullable=False, comment="no try before this time"),
    Column("end", BigInteger, nullable=False, comment="it is given up then"),
    count("attempts"),
    Column("holder", String(40)),
    Index("mail_due", "due", "number"),
    Index("mail_with_link_due", "due", "number", sqlite_where=_WITH_LINK, postgresql_where=_WITH_LINK),
    Index("mail_of_worker", "worker"),
    Index("mail_of_sender_due", "sender", "due", "number"),
)
