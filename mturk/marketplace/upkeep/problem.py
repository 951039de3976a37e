"""Something that is wrong with a marketplace: what, where, and what to do about it."""

from __future__ import annotations

from typing import NamedTuple


class Problem(NamedTuple):
    """Something that is wrong with a marketplace; as a text it is one line."""

    where: str
    what: str
    remedy: str
    is_damage: bool = False
    """Whether nothing can be done with the database, or with what this is about, until it is right."""

    def __str__(self) -> str:
        return f"{self.where}: {self.what}. {self.remedy}."


RESTORE = "Restore a copy (docs/upkeep.md), or report it with the output of mturk check"
