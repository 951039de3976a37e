"""What task pages would have loaded from other hosts, where the marketplace keeps them from all of these."""

from __future__ import annotations

import logging
from typing import NamedTuple
from urllib.parse import urlsplit

from sqlalchemy import bindparam, select, tuple_

from mturk.marketplace.call import Context
from mturk.marketplace.database import table as t
from mturk.marketplace.hit import hit
from mturk.marketplace.paged_list import PAGE, page

_LOG = logging.getLogger(__name__)
_MOST = 50  # for one HIT type: a page may ask for as many as it likes
_LONGEST = 300


class MissingAsset(NamedTuple):
    """An address that the pages of a HIT type were kept from."""

    hit_type_id: str
    title: str
    address: str


Place = tuple[int, str]
"""Where a page ends: the number of the HIT type and the address of its last line."""

_KEY = t.missing_asset.c.hit_type, t.missing_asset.c.address
_LISTED = (
    select(*_KEY, t.hit_type.c.hit_type_id, t.hit_type.c.title)
    .join(t.hit_type, t.hit_type.c.number == t.missing_asset.c.hit_type)
    .where(tuple_(*_KEY) > tuple_(bindparam("hit_type"), bindparam("address")))
    .order_by(*_KEY)
    .limit(PAGE + 1)
)


def is_new(context: Context, hit_id: str, address: str) -> bool:
    """Whether this address is to be noted for the HIT's type: it is none that is known, and there are not too many."""
    place, found = _place(address), hit.by_id(context, hit_id)
    if place is None or found is None:
        return False
    of_type = select(t.missing_asset.c.address).where(t.missing_asset.c.hit_type == found.hit_type)
    known = context.database.execute(of_type).scalars().all()
    return place not in known and len(known) < _MOST


def note(context: Context, hit_id: str, address: str) -> None:
    """Note an address for the HIT's type, once, and tell it in the log."""
    if not is_new(context, hit_id, address):
        return
    found, place = hit.by_id(context, hit_id), _place(address)
    assert found  # noqa: S101 - or it were not new
    context.database.execute(t.missing_asset.insert(), {"hit_type": found.hit_type, "address": place})
    _LOG.warning("The pages of the HIT type %s could not load %s (offline).", found.hit_type_id, place)


def listed(context: Context, after: Place | None = None) -> tuple[list[MissingAsset], Place | None]:
    """A page of all that is noted, by HIT type, from where the last page ended, and where this one does."""
    hit_type, address = after or (0, "")
    found = context.database.execute(_LISTED, {"hit_type": hit_type, "address": address}).all()
    rows, end = page(found, lambda row: (int(row.hit_type), str(row.address)))
    return [MissingAsset(row.hit_type_id, row.title, row.address) for row in rows], end


def _place(address: str) -> str | None:
    """The address without its query, which may tell of a worker."""
    # Before it is split, which takes the square of the length of a host that is none.
    if not address.isascii():
        return None
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    host = parts.netloc.rpartition("@")[2]
    place = f"{parts.scheme}://{host}{parts.path}"
    is_fine = parts.scheme in ("http", "https") and host and place.isprintable()
    return place if is_fine and len(place) <= _LONGEST else None
