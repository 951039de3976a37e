"""What goes to the driver by itself comes to the same as through SQLAlchemy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, IntegrityError

from mturk.marketplace.database import driver
from mturk.marketplace.database.address import Address
from mturk.marketplace.database.engine import make_engine
from tests.marketplace.postgresql import PostgreSQL

METADATA = sa.MetaData()
THING = sa.Table(
    "thing",
    METADATA,
    sa.Column("number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    sa.Column("name", sa.Text, nullable=False, unique=True),
    sa.Column("note", sa.Text),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("done", sa.Boolean, nullable=False),
    sa.Column("lost", sa.Boolean),
)
NEW = THING.insert()
BY_NAME = sa.select(THING).where(THING.c.name == sa.bindparam("of_name"))
LARGEST = sa.select(THING.c.name, THING.c.done).where(THING.c.size > 10).order_by(THING.c.size.desc()).limit(1)
RESIZE = THING.update().where(THING.c.name == sa.bindparam("of_name")).values(size=THING.c.size + sa.bindparam("by"))
ONE = sa.select(sa.literal_column("1"))
REMOVE = THING.delete().where(THING.c.size < sa.bindparam("least"))

# PostgreSQL has texts without NUL and without halves of pairs.
texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)
things = st.fixed_dictionaries(
    {
        "name": texts,
        "note": st.none() | texts,
        "size": st.integers(-(2**62), 2**62),
        "done": st.booleans(),
        "lost": st.none() | st.booleans(),
    }
)
fresh = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
PLAIN = {"name": "a", "note": None, "size": 1, "done": True, "lost": None}


@pytest.fixture
def open_database(database: str) -> Iterator[Connection]:
    engine = make_engine(Address(database), 5)
    with engine.connect() as connection, connection.begin():
        METADATA.create_all(connection)
        yield connection
    engine.dispose()


def _rows(database: Connection) -> list[Any]:
    return list(database.execute(sa.select(THING).order_by(THING.c.number)))


@fresh
@given(st.lists(things, max_size=5, unique_by=lambda thing: str(thing["name"])))
def test_rows_are_read_as_sqlalchemy_reads_them(open_database: Connection, new: list[dict[str, Any]]) -> None:
    open_database.execute(THING.delete())
    for values in new:
        open_database.execute(NEW, values)
    for values in [*new, {"name": "nobody's name, as it is too long"}]:
        which = {"of_name": values["name"]}
        read, expected = driver.row(open_database, BY_NAME, which), open_database.execute(BY_NAME, which).one_or_none()
        assert repr(read) == repr(None if expected is None else tuple(expected))
    largest = open_database.execute(LARGEST).one_or_none()
    assert driver.row(open_database, LARGEST, {}) == (None if largest is None else tuple(largest))


@fresh
@given(st.lists(things, max_size=5, unique_by=lambda thing: str(thing["name"])), st.data())
def test_rows_are_written_and_counted_as_by_sqlalchemy(
    open_database: Connection, new: list[dict[str, Any]], data: st.DataObject
) -> None:
    open_database.execute(THING.delete())
    numbers = [driver.add(open_database, NEW, values) for values in new]
    written = [{"number": number, **values} for number, values in zip(numbers, new, strict=True)]
    assert [row._asdict() for row in _rows(open_database)] == written
    names = [values["name"] for values in new]
    resize = {"of_name": data.draw(st.sampled_from(["x" * 30, *names])), "by": data.draw(st.integers(-5, 5))}
    remove = {"least": data.draw(st.integers(-100, 100))}
    outcomes = []
    for change in (driver.change, lambda *given: open_database.execute(*given[1:]).rowcount):
        with open_database.begin_nested() as attempt:
            counted = [change(open_database, RESIZE, resize), change(open_database, REMOVE, remove)]
            outcomes.append((counted, _rows(open_database)))
            attempt.rollback()
    assert outcomes[0] == outcomes[1]


def test_the_same_statement_takes_other_columns_each_time(open_database: Connection) -> None:
    driver.change(open_database, NEW, PLAIN)
    without = {name: value for name, value in PLAIN.items() if name not in ("note", "lost")}
    driver.change(open_database, NEW, {**without, "name": "b"})
    assert [row.name for row in _rows(open_database)] == ["a", "b"]


def test_an_error_is_sqlalchemy_s(open_database: Connection) -> None:
    driver.add(open_database, NEW, PLAIN)
    errors = []
    for add in (driver.add, lambda *given: open_database.execute(*given[1:])):
        with pytest.raises(IntegrityError) as caught, open_database.begin_nested():
            add(open_database, NEW, PLAIN)
        errors.append(caught.value)
    ours, theirs = errors
    assert type(ours.orig) is type(theirs.orig)
    assert (ours.statement, ours.connection_invalidated) == (theirs.statement, False)
    assert str(ours.orig) == str(theirs.orig)


def test_an_error_does_not_tell_the_values_of_its_statement(open_database: Connection) -> None:
    secret = {**PLAIN, "note": "a secret word"}
    driver.add(open_database, NEW, secret)
    for add in (driver.add, lambda *given: open_database.execute(*given[1:])):
        with pytest.raises(IntegrityError) as caught, open_database.begin_nested():
            add(open_database, NEW, secret)
        assert "hide_parameters=True" in str(caught.value)
        assert "a secret word" not in str(caught.value)


@pytest.mark.postgresql
def test_a_connection_that_was_lost_is_given_up(postgresql: PostgreSQL) -> None:
    with postgresql.database() as url:
        engine = make_engine(Address(url), 5)
        with engine.connect() as other, engine.connect() as connection:
            number = connection.execute(sa.text("SELECT pg_backend_pid()")).scalar_one()
            other.execute(sa.text("SELECT pg_terminate_backend(:number)"), {"number": number})
            with pytest.raises(DBAPIError) as caught:
                driver.row(connection, ONE, {})
            assert caught.value.connection_invalidated
            connection.rollback()
            assert driver.row(connection, ONE, {}) == (1,)
        engine.dispose()


@pytest.mark.parametrize("event", ["before_cursor_execute", "after_cursor_execute", "before_execute"])
def test_who_listens_to_statements_is_told_as_by_sqlalchemy(open_database: Connection, event: str) -> None:
    told: list[tuple[Any, ...]] = []
    sa.event.listen(open_database.engine, event, lambda *given: told.append(given))
    steps = [(driver.add, NEW, PLAIN), (driver.change, RESIZE, {"of_name": "a", "by": 1})]
    answers = [step(open_database, *given) for step, *given in steps]
    found = driver.row(open_database, BY_NAME, {"of_name": "a"})
    assert len(told) == 3
    assert event == "before_execute" or all(
        given[4] is not None for given in told
    )  # the context, which tracers write on
    assert answers == [1, 1]
    assert found == (1, "a", None, 2, True, None)


def test_an_error_at_a_row_is_sqlalchemy_s(open_database: Connection) -> None:
    wrong = {"sqlite": "abs(-9223372036854775807 - 1)", "postgresql": "1 / 0"}[open_database.dialect.name]
    with pytest.raises(DBAPIError), open_database.begin_nested():
        driver.row(open_database, sa.select(sa.literal_column(wrong)), {})


def test_a_statement_whose_text_depends_on_the_values_is_refused(open_database: Connection) -> None:
    several = sa.select(THING).where(THING.c.name.in_(["a", "b"]))
    with pytest.raises(TypeError, match="the same for all values"):
        driver.row(open_database, several, {})
