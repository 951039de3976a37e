"""The tables of who did what, and of what was brought from where.

Both stand in `table.py` too, so that they are written `t.audit_entry` and `t.origin`. To the audit trail rows are only
ever added: the database itself refuses to change one. Rows can go only when they are older than the time that
`market.trail_start` says: to prune is to move that first. Requesters are meant by number and workers by id, without
references, so that nothing waits for who adds a row.
"""

from __future__ import annotations

from sqlalchemy import DDL, BigInteger, Column, ForeignKey, Index, String, Table, Text, event

from mturk.marketplace.database.column import ID, NUMBER, metadata, number, only

audit_entry = Table(
    "audit_entry",
    metadata,
    number(),
    Column("time", BigInteger, nullable=False, comment="in real time"),
    Column("market_time", BigInteger, nullable=False),
    Column("actor", String(16), nullable=False, comment="requester, worker, operator, nobody"),
    Column("requester", NUMBER),
    Column("access_key", ID),
    Column("worker_id", ID),
    Column("operator", String(255), comment="of the machine's users"),
    Column("address", String(255), nullable=False, comment="on the network; of an operator the machine"),
    Column("operation", String(64), nullable=False),
    Column("subjects", Text, nullable=False, comment="JSON: ids by their names"),
    Column("result", String(64), nullable=False),
    Column("request_id", String(64)),
    Index("audit_entry_time", "time"),
    only("audit_entry_of_worker", "worker_id", "number", where="worker_id IS NOT NULL"),
)

# HITs that were published elsewhere and brought here.
origin = Table(
    "origin",
    metadata,
    Column("hit", NUMBER, ForeignKey("hit.number"), primary_key=True),
    Column("source", String(255), nullable=False, comment="the name of the file or of the database"),
    Column("time", BigInteger, nullable=False, comment="when it was brought"),
    Column("digest", String(64), nullable=False, comment="of what must be the same when it comes again"),
)

_SQLITE = (
    """CREATE TRIGGER audit_entry_stays BEFORE UPDATE ON audit_entry
    BEGIN SELECT RAISE(ABORT, 'the audit trail is only added to'); END""",
    """CREATE TRIGGER audit_entry_is_kept BEFORE DELETE ON audit_entry
    WHEN OLD.time >= (SELECT trail_start FROM market)
    BEGIN SELECT RAISE(ABORT, 'the audit trail is kept from market.trail_start on'); END""",
)
_POSTGRESQL = (
    """CREATE FUNCTION audit_entry_stays() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        start bigint;
    BEGIN
        IF TG_OP = 'DELETE' THEN
            EXECUTE format('SELECT trail_start FROM %%I.market', TG_TABLE_SCHEMA) INTO start;
            IF OLD.time < start THEN RETURN OLD; END IF;
        END IF;
        RAISE EXCEPTION 'the audit trail is only added to, and kept from market.trail_start on';
    END $$""",
    """CREATE TRIGGER audit_entry_stays BEFORE UPDATE OR DELETE ON audit_entry
    FOR EACH ROW EXECUTE FUNCTION audit_entry_stays()""",
    """CREATE TRIGGER audit_entry_is_not_emptied BEFORE TRUNCATE ON audit_entry
    FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_stays()""",
)
for _dialect, _statements in (("sqlite", _SQLITE), ("postgresql", _POSTGRESQL)):
    for _statement in _statements:
        _ddl = DDL(_statement)  # type: ignore[no-untyped-call]  # it has no types
        event.listen(audit_entry, "after_create", _ddl.execute_if(dialect=_dialect))
