"""Whether a journal belongs to the HIT type, the place and the account that it is used with."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

from mturk.errors import DoesNotExist, ValidationError
from mturk.journal.journal import Journal
from mturk.model.hit import HIT

_LOOKED_FOR = 5  # first and last HITs that are asked for one by one
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
    """Some HIT that was published is known to this account, if there are any.

    One call as a rule, GetHIT. Where the first few HITs are not known, the last few are looked at, then the account's
    list: one call for each 100, ListHITs.
    """
    published = iter(hits)
    first = list(islice(published, _LOOKED_FOR))
    if not first or any(map(_is_known, first)):
        return
    ids = {hit.id for hit in first}
    last = deque[HIT](maxlen=_LOOKED_FOR)
    for hit in published:
        ids.add(hit.id)
        last.append(hit)
    # Those of long ago are not known any more, even by GetHIT.
    if any(map(_is_known, last)) or any(hit.id in ids for hit in HIT.all(connection=first[0].connection)):
        return
    raise ValidationError(
        f"journal: its HITs, {first[0].id} and on, are not known here: the keys are those of another account, or all "
        "the HITs were deleted; nothing was published. For more rows after that make another journal, without the "
        "rows that are done"
    )


def _is_known(hit: HIT) -> bool:
    try:
        hit.refresh()
    except DoesNotExist:
        return False
    return True
