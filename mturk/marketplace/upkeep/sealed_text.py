"""Everything in the database that the master key seals."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from sqlalchemy import Column, Connection, select

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
    sealed: str
    label: str

    @property
    def name(self) -> str:
        """What it is, for people."""
        return f"{self.column.table.name} {self.label!r}" if isinstance(LABELS[self.column], Column) else self.label


def all_sealed(database: Connection) -> Iterator[SealedText]:
    """All sealed texts; the secret of a revoked key is forgotten, and so is none."""
    for column, label in LABELS.items():
        query = select(column, label) if isinstance(label, Column) else select(column)
        for row in database.execute(query.where(column.is_not(None), column != "")):
            yield SealedText(column, row[0], row[1] if isinstance(label, Column) else label)


def reseal(database: Connection, one: SealedText, secret: str, seal: Seal) -> None:
    """Put in the place of a sealed text the same secret, as this seal closes it."""
    sealed = seal.close(secret, one.label)
    # No two texts are sealed alike, so that each is known by itself.
    database.execute(one.column.table.update().where(one.column == one.sealed).values({one.column.name: sealed}))
