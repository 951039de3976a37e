"""What a transaction ends with: changes that nothing in it waits for, sent to the database in one go with its end.

On PostgreSQL each statement is a way there and back, on which rows that many others want stay locked. What is done
together with others (`Store.write`) goes this way only once for all that is put off to its end. Elsewhere nothing is.
"""

from __future__ import annotations

from sqlalchemy import Connection, Delete, Insert, Update

from mturk.marketplace.database import driver
from mturk.marketplace.database.driver import Values

_PUT_OFF = "mturk.put off"

Changes = list[tuple[Insert | Update | Delete, Values]]


def begin(database: Connection, *, puts_off: bool) -> None:
    """Begin a transaction that may put changes off or not, whatever an earlier one has left behind."""
    database.info.pop(_PUT_OFF, None)
    if puts_off and not driver.is_watched(database):
        database.info[_PUT_OFF] = []


def change(database: Connection, statement: Insert | Update | Delete, values: Values) -> None:
    """Change what a statement says, which the rest of this transaction does not read, by its end."""
    changes: Changes | None = database.info.get(_PUT_OFF)
    if changes is None:
        driver.change(database, statement, values)
    else:
        changes.append((statement, values))


def puts_off(database: Connection) -> bool:
    """Whether changes are put off in this transaction."""
    return _PUT_OFF in database.info


def catch_up(database: Connection) -> None:
    """Do what was put off, because it is read from here on, and put nothing off any more."""
    changes: Changes = database.info.pop(_PUT_OFF, [])
    for statement, values in changes:
        driver.change(database, statement, values)


def write(database: Connection) -> None:
    """Do what was put off, and commit; without any the transaction ends as usual."""
    changes: Changes = database.info.pop(_PUT_OFF, [])
    if changes:
        driver.commit_all(database, changes)
