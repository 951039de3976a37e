"""What becomes of a thing that is brought, and what is told of it."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

Outcome = Literal["new", "there", "changed", "refused"]
NEW: Final = "new"
THERE: Final = "there"
CHANGED: Final = "changed"
REFUSED: Final = "refused"


class Remark(NamedTuple):
    """Something that whoever imports should know: where it stands in the source, what it is about, and what is said.

    What was `refused` is not in the marketplace.
    """

    place: str
    thing: str
    words: str
    refused: bool = True

    def __str__(self) -> str:
        return f"{self.place}: {self.thing}: {self.words}"


class Verdict(NamedTuple):
    """What becomes of one thing, and why, where that is worth telling."""

    outcome: Outcome
    words: str = ""


def refused(words: str) -> Verdict:
    """It does not come in."""
    return Verdict(REFUSED, words)


class Importation(NamedTuple):
    """What came in, or would: numbers of things by their kinds."""

    new: dict[str, int]
    there: dict[str, int]
    """What was in the marketplace already, and is the same."""
    changed: dict[str, int]
    """What was in it undecided, and was decided where it came from."""
    refused: int
    """How many things did not come in; each was told."""
    dry_run: bool
    undecided: int
    """How many new assignments were not decided there yet: to decide about them here pays nobody."""
    plan: str
    """What says that it is the same again: it follows from all that was read."""
