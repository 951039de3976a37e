"""The tables of the marketplace; those of what is told to others, of the people behind worker ids, of what workers look
for and say, and of who did what stand in files of their own beside, and are named here too.

Rows are known inside by their `number` and outside by their id. Times are milliseconds, money is cents.
A change here needs a step that brings older databases to it, and a new `VERSION`: see `migration/__init__.py`.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    ForeignKey,
    Index,
    Insert,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

from mturk.marketplace.database import driver
from mturk.marketplace.database.account_table import account_link as account_link
from mturk.marketplace.database.account_table import alias as alias
from mturk.marketplace.database.account_table import attempt as attempt
from mturk.marketplace.database.account_table import closed_account as closed_account
from mturk.marketplace.database.account_table import device as device
from mturk.marketplace.database.account_table import invitation as invitation
from mturk.marketplace.database.account_table import mail as mail
from mturk.marketplace.database.account_table import person as person
from mturk.marketplace.database.account_table import sitting as sitting
from mturk.marketplace.database.audit_table import audit_entry as audit_entry
from mturk.marketplace.database.audit_table import origin as origin
from mturk.marketplace.database.column import ID as _ID
from mturk.marketplace.database.column import NUMBER as _NUMBER
from mturk.marketplace.database.column import count as _count
from mturk.marketplace.database.column import metadata as metadata
from mturk.marketplace.database.column import number as _number
from mturk.marketplace.database.column import only as _only
from mturk.marketplace.database.column import reference as _reference
from mturk.marketplace.database.delivery_table import certificate as certificate
from mturk.marketplace.database.delivery_table import event as event
from mturk.marketplace.database.delivery_table import notification_setting as notification_setting
from mturk.marketplace.database.delivery_table import outlet as outlet
from mturk.marketplace.database.delivery_table import queue as queue
from mturk.marketplace.database.delivery_table import queue_message as queue_message
from mturk.marketplace.database.delivery_table import topic as topic
from mturk.marketplace.database.money_table import account as account
from mturk.marketplace.database.money_table import transfer as transfer
from mturk.marketplace.database.offer_table import hit_group as hit_group
from mturk.marketplace.database.offer_table import hit_group_words as hit_group_words
from mturk.marketplace.database.site_table import acquaintance as acquaintance
from mturk.marketplace.database.site_table import letter as letter
from mturk.marketplace.database.site_table import mailbox as mailbox
from mturk.marketplace.database.site_table import message as message
from mturk.marketplace.database.site_table import missing_asset as missing_asset
from mturk.marketplace.database.site_table import opened_notice as opened_notice
from mturk.marketplace.database.site_table import report as report
from mturk.marketplace.database.site_table import undone as undone
from mturk.marketplace.database.site_table import upload as upload
from mturk.marketplace.database.site_table import upload_content as upload_content

VERSION = "0001"
"""The last step in the folder `migration`."""

market = Table(
    "market",
    metadata,
    Column("shift", BigInteger, nullable=False, comment="how far market time runs ahead of real time"),
    Column("reached", BigInteger, nullable=False, comment="a market time that has passed, noted now and then"),
    Column("sealed_site_key", String(255), comment="what the site signs with, encrypted by a key kept elsewhere"),
    Column("trail_start", BigInteger, nullable=False, server_default="0", comment="what is older may be pruned"),
    Column("sandbox", Boolean, nullable=False, server_default=false(), comment="nothing is spent here"),
)

requester = Table(
    "requester",
    metadata,
    _number(),
    Column("name", String(255), nullable=False, unique=True),
    Column("customer_id", _ID, nullable=False, unique=True),
    Column("creation_time", BigInteger, nullable=False),
)

access_key = Table(
    "access_key",
    metadata,
    Column("access_key", _ID, primary_key=True),
    _reference("requester", "requester"),
    Column("sealed_secret", String(255), nullable=False, comment="encrypted by a key that is kept elsewhere"),
    Column("creation_time", BigInteger, nullable=False),
    Column("revocation_time", BigInteger),
    Column("end_time", BigInteger, comment="it is refused from then on"),
    Column("last_use", BigInteger, comment="the beginning of the day on which it last signed a call"),
    Index("access_key_requester", "requester"),
)

hit_type = Table(
    "hit_type",
    metadata,
    _number(),
    _reference("requester", "requester"),
    Column("hit_type_id", _ID, nullable=False, unique=True),
    Column("hit_group_id", _ID, nullable=False, unique=True),
    Column("title", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("keywords", Text),
    Column("reward", BigInteger, nullable=False),
    Column("assignment_duration", BigInteger, nullable=False, comment="seconds"),
    Column("auto_approval_delay", BigInteger, nullable=False, comment="seconds"),
    Column("requirements", Text, nullable=False, comment="JSON, complete with defaults"),
    Column("digest", String(64), nullable=False, comment="of all values that make it this type"),
    UniqueConstraint("requester", "digest", name="hit_type_values"),
)

# What types require, to be searched by; `hit_type.requirements` has it in full.
hit_type_requirement = Table(
    "hit_type_requirement",
    metadata,
    Column("hit_type", _NUMBER, ForeignKey("hit_type.number"), primary_key=True),
    Column("qualification_type_id", _ID, primary_key=True, comment="of a system type too"),
    Index("hit_type_requirement_by_qualification", "qualification_type_id", "hit_type"),
)

hit = Table(
    "hit",
    metadata,
    _number(),
    Column("hit_id", _ID, nullable=False, unique=True),
    _reference("requester", "requester"),
    _reference("hit_type", "hit_type"),
    Column("status", String(16), nullable=False),
    Column("status_time", BigInteger, nullable=False),
    Column("creation_time", BigInteger, nullable=False),
    Column("expiration", BigInteger, nullable=False),
    Column("expired", Boolean, nullable=False, server_default=false()),
    Column("ended", Boolean, nullable=False, server_default=false(), comment="its requester cut its time short"),
    Column("disposed", Boolean, nullable=False, server_default=false()),
    Column("max_assignments", BigInteger, nullable=False),
    _count("pending"),
    _count("submitted"),
    _count("approved"),
    _count("rejected"),
    Column("fee", BigInteger, nullable=False, comment="for one assignment"),
    Column("size", BigInteger, nullable=False, server_default="0", comment="bytes of its content"),
    Column("gathered", BigInteger, nullable=False, server_default="0", comment="bytes of answers, and reports on them"),
    Index("hit_listed", "requester", "disposed", "number"),
    Index("hit_by_status", "requester", "status", "number"),
    Index("hit_by_type", "hit_type", "status", "number"),
    Index("hit_listed_by_type", "hit_type", "disposed", "number"),
)

# Beside the hit and not in it: a row is written whole at every change, and a question may have 64 KB.
hit_content = Table(
    "hit_content",
    metadata,
    Column("hit", _NUMBER, ForeignKey("hit.number"), primary_key=True),
    Column("question", Text, nullable=False),
    Column("requester_annotation", Text),
    Column("assignment_review_policy", Text, comment="JSON"),
    Column("hit_review_policy", Text, comment="JSON"),
    Column("layout_id", _ID, comment="of the layout that the question was made from"),
)

layout = Table(
    "layout",
    metadata,
    _number(),
    _reference("requester", "requester"),
    Column("layout_id", _ID, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("html", Text, nullable=False),
    Index("layout_of_requester", "requester"),
)

worker = Table(
    "worker",
    metadata,
    _number(),
    Column("worker_id", _ID, nullable=False, unique=True),
    Column("country", String(2)),
    Column("subdivision", String(2)),
    Column("adult", Boolean, nullable=False),
    Column("masters", Boolean, nullable=False),
    Column("premium", Text, comment="JSON: values by the ids of premium types"),
    Column("blocked", Boolean, nullable=False, server_default=false(), comment="by the marketplace, from all work"),
    Column("creation_time", BigInteger, nullable=False),
    _count("accepted"),
    _count("returned"),
    _count("abandoned"),
    _count("submitted"),
    _count("approved"),
    _count("rejected"),
)

assignment = Table(
    "assignment",
    metadata,
    _number(),
    Column("assignment_id", _ID, nullable=False, unique=True),
    _reference("hit", "hit"),
    # Empty while the assignment waits to be given out again.
    _reference("worker", "worker", nullable=True),
    Column("status", String(16), nullable=False),
    Column("accept_time", BigInteger),
    Column("deadline", BigInteger),
    Column("submit_time", BigInteger),
    Column("auto_approval_time", BigInteger),
    Column("approval_time", BigInteger),
    Column("rejection_time", BigInteger),
    Column("requester_feedback", Text),
    Column("answer", Text),
    Column("elsewhere", Boolean, nullable=False, server_default=false(), comment="it was done and is paid elsewhere"),
    UniqueConstraint("hit", "worker", name="assignment_once_per_worker"),
    Index("assignment_listed", "hit", "submit_time", "number"),
    Index("assignment_by_status", "hit", "status"),
    # The HIT stands at its end so that which HITs somebody has had, and whose, is found without their answers.
    Index("assignment_by_worker", "worker", "status", "submit_time", "number", "hit"),
    # Few assignments are rejected, and few approved with words: these are what a worker is told.
    _only("assignment_rejected", "worker", "rejection_time", "number", where="rejection_time IS NOT NULL"),
    _only(
        "assignment_praised",
        "worker",
        "approval_time",
        "number",
        where="approval_time IS NOT NULL AND requester_feedback IS NOT NULL",
    ),
)

bonus = Table(
    "bonus",
    metadata,
    _number(),
    _reference("requester", "requester"),
    _reference("hit", "hit"),
    _reference("assignment", "assignment"),
    _reference("worker", "worker"),
    Column("cents", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("grant_time", BigInteger, nullable=False),
    Column("elsewhere", Boolean, nullable=False, server_default=false(), comment="it was paid elsewhere"),
    Index("bonus_by_hit", "hit", "number"),
    Index("bonus_by_assignment", "assignment", "number"),
    Index("bonus_of_worker", "worker", "grant_time", "number"),
)

qualification_type = Table(
    "qualification_type",
    metadata,
    _number(),
    _reference("requester", "requester"),
    Column("qualification_type_id", _ID, nullable=False, unique=True),
    Column("name", String(255), nullable=False),
    Column("taken_name", String(255), comment="the name, until it can be used again after deletion"),
    Column("description", Text, nullable=False),
    Column("keywords", Text),
    Column("words", Text, nullable=False, comment="name, keywords and description in small letters"),
    Column("status", String(16), nullable=False),
    Column("test", Text),
    Column("test_duration", BigInteger, comment="seconds"),
    Column("answer_key", Text),
    Column("retry_delay", BigInteger, comment="seconds; empty if workers can ask only once"),
    Column("auto_granted", Boolean, nullable=False, server_default=false()),
    Column("auto_granted_value", Integer),
    Column("creation_time", BigInteger, nullable=False),
    UniqueConstraint("requester", "taken_name", name="qualification_type_name"),
    Index("qualification_type_listed", "requester", "status", "number"),
)

qualification = Table(
    "qualification",
    metadata,
    _number(),
    _reference("qualification_type", "qualification_type"),
    _reference("worker", "worker"),
    Column("value", Integer, nullable=False),
    Column("status", String(16), nullable=False),
    Column("grant_time", BigInteger, nullable=False),
    Column("reason", Text, comment="why it was revoked"),
    UniqueConstraint("worker", "qualification_type", name="qualification_once_per_worker"),
    Index("qualification_listed", "qualification_type", "status", "number"),
)

qualification_request = Table(
    "qualification_request",
    metadata,
    _number(),
    Column("qualification_request_id", _ID, nullable=False, unique=True),
    _reference("requester", "requester"),
    _reference("qualification_type", "qualification_type"),
    _reference("worker", "worker"),
    Column("status", String(16), nullable=False),
    Column("start_time", BigInteger, nullable=False),
    Column("deadline", BigInteger, comment="for the answers to the test"),
    Column("submit_time", BigInteger),
    # As they were when the worker began: the requester may change them at any time.
    Column("test", Text),
    Column("answer_key", Text),
    Column("answer", Text),
    Column("reason", Text, comment="why it was rejected"),
    Index("qualification_request_listed", "requester", "status", "submit_time", "number"),
    Index("qualification_request_by_type", "qualification_type", "status", "submit_time", "number"),
    Index("qualification_request_by_worker", "worker", "qualification_type", "number"),
)

review_entry = Table(
    "review_entry",
    metadata,
    _number(),
    _reference("hit", "hit"),
    Column("level", String(16), nullable=False),
    Column("action_id", _ID, nullable=False),
    Column("subject_type", String(16), nullable=False),
    Column("subject_id", _ID, nullable=False),
    Column("question", Text),
    Column("key", String(64), nullable=False, comment="of a finding; of an action its name"),
    Column("value", Text, nullable=False, comment="of a finding; of an action what became of it"),
    Column("status", String(16), comment="of actions only"),
    Column("error_code", String(64)),
    Column("time", BigInteger, nullable=False),
    Index("review_entry_listed", "hit", "number"),
)

worker_block = Table(
    "worker_block",
    metadata,
    _number(),
    _reference("requester", "requester"),
    _reference("worker", "worker"),
    Column("reason", Text, nullable=False),
    UniqueConstraint("requester", "worker", name="worker_block_once"),
    Index("worker_block_listed", "requester", "number"),
)

request_token = Table(
    "request_token",
    metadata,
    Column("requester", _NUMBER, ForeignKey("requester.number"), primary_key=True),
    Column("operation", String(64), primary_key=True),
    Column("token", String(64), primary_key=True),
    Column("subject", _ID, nullable=False, comment="the id that the repeated call is told"),
    Column("time", BigInteger, nullable=False),
    Index("request_token_time", "time"),
)

agenda = Table(
    "agenda",
    metadata,
    Column("kind", String(16), primary_key=True),
    Column("subject", _NUMBER, primary_key=True),
    Column("time", BigInteger, nullable=False),
    Index("agenda_due", "time", "kind", "subject"),
)


def add_row(database: Connection, table: Table, values: dict[str, Any]) -> int:
    """Add a row to a table whose rows are numbered, and say its number."""
    return driver.add(database, _insertion(table), values)


# Made once, because a statement that is made for each call takes as long as its execution.
@cache
def _insertion(table: Table) -> Insert:
    return table.insert()
