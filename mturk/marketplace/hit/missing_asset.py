"""What task pages would have loaded from other hosts, where the marketplace keeps them from all of these."""

from __future__ import annotations

import logging
from typing import NamedTuple
from urllib.parse import urlsplit

from sqlalchemy import select

from mturk.marketplace.call import Context
from mturk.marketplace.database import table as t
from mturk.marketplace.hit import hit

_LOG = logging.getLogger(__name__)
_MOST = 50  # for one HIT type: a page may ask for as many as it likes
_LONGEST = 300


class MissingAsset(NamedTuple):
    """An address that the pages of a HIT type were kept from."""

    hit_type_id: str
    title: str
    address: str


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


def listed(context: Context) -> list[MissingAsset]:
    """All that is noted, by HIT type."""
    query = (
        select(t.hit_type.c.hit_type_id, t.hit_type.c.title, t.missing_asset.c.address)
        .join(t.hit_type, t.hit_type.c.number == t.missing_asset.c.hit_type)
        .order_by(t.missing_asset.c.hit_type, t.missing_asset.c.address)
    )
    return [MissingAsset(*row) for row in context.database.execute(query)]


def _place(address: str) -> str | None:
    """The address without its query, which may tell of a worker."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    host = parts.netloc.rpartition("@")[2]
    place = f"{parts.scheme}://{host}{parts.path}"
    is_fine = parts.scheme in ("http", "https") and host and place.isprintable() and place.isascii()
    return place if is_fine and len(place) <= _LONGEST else None
