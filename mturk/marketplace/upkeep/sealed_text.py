"""Everything in the database that the master key seals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any, Final, NamedTuple

from sqlalchemy import Column, Connection, bindparam, select

from mturk.marketplace.database import table as t
from mturk.marketplace.database.seal import Seal
from mturk.marketplace.delivery import certificate
from mturk.marketplace.people import mail
from mturk.marketplace.site import signing_key

LABELS: Final[dict[Column[str], str | Column[str]]] = {
    t.access_key.c.sealed_secret: t.access_key.c.access_key,
    t.certificate.c.sealed_key: certificate.LABEL,
    t.market.c.sealed_site_key: signing_key.LABEL,
    t.mail.c.sealed_link: mail.SEAL,
}
"""The columns of sealed texts, and the label that each was sealed with: a text, or what stands beside it."""


class SealedText(NamedTuple):
    """A text that is sealed: where it stands, and under which label."""

    column: Column[str]
    row: Any
    """What its row is known by."""
    sealed: str
    label: str

    @property
    def name(self) -> str:
        """What it is, for people."""
        return f"{self.column.table.name} {self.label!r}" if isinstance(LABELS[self.column], Column) else self.label


def all_sealed(database: Connection) -> Iterator[SealedText]:
    """All sealed texts; the secret of a revoked key is forgotten, and so is none."""
    for column, label in LABELS.items():
        row = _row(column)
        query = select(row, column, label) if isinstance(label, Column) else select(row, column)
        for found in database.execute(query.where(column.is_not(None), column != "")):
            yield SealedText(column, found[0], found[1], found[2] if isinstance(label, Column) else label)


def reseal(database: Connection, secrets: Iterable[tuple[SealedText, str]], seal: Seal) -> None:
    """Put in the place of each sealed text, which come column by column, its secret as this seal closes it."""
    for column, some in groupby(secrets, key=lambda pair: pair[0].column):
        statement = (
            column.table.update().where(_row(column) == bindparam("at")).values({column.name: bindparam("anew")})
        )
        database.execute(statement, [{"at": one.row, "anew": seal.close(text, one.label)} for one, text in some])


def _row(column: Column[str]) -> Column[Any]:
    """What the row of a sealed text is known by: its primary key, or where there is one row only the text itself.

    Sealed texts have no index; to look for each by what it is would take the square of their number.
    """
    return next(iter(column.table.primary_key), column)
