"""Whether a journal belongs to the HIT type, the place and the account that it is used with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from itertools import islice
from typing import Any

from mturk.errors import DoesNotExist, ValidationError
from mturk.journal.journal import Journal
from mturk.model.hit import HIT

_LOOKED_FOR = 5  # HITs of which one must be known to the account
_WORDS = {"place": "the connection leads to", "hit_type": "the HIT type is", "key": "the key is"}


def expect_same(journal: Journal, facts: Mapping[str, Any]) -> None:
    """The journal is of this HIT type, place and key, or new."""
    for name, words in _WORDS.items():
        known, value = journal.fact(name), facts[name]
        # Until something is out, rows may be named anew.
        if known is not None and known != value and (name != "key" or journal.has_begun()):
            raise ValidationError(
                f"journal: {journal!r} has {name} {known!r}, and {words} {value!r}; each batch needs a "
                "journal of its own, and the key and connection that it was made with"
            )


def expect_account(hits: Iterable[HIT]) -> None:
    """The first HITs that were published are known to this account. One call, GetHIT, if there are any."""
    first = list(islice(hits, _LOOKED_FOR))
    for hit in first:
        with suppress(DoesNotExist):  # it may be deleted
            hit.refresh()
            return
    if first:
        raise ValidationError(
            f"journal: its first HITs, {first[0].id} and on, are not known here: the keys are those of another "
            "account, or the HITs were deleted; nothing was published"
        )
