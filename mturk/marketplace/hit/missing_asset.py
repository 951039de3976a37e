"""What task pages would have loaded from other hosts, where the marketplace keeps them from all of these."""

from __future__ import annotations

import logging
from typing import NamedTuple
from urllib.parse import urlsplit

from sqlalchemy import func, select

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


def note(context: Context, hit_id: str, address: str) -> None:
    """Note an address for the HIT's type, once, and tell it in the log."""
    place, found = _place(address), hit.by_id(context, hit_id)
    if place is None or found is None:
        return
    of_type = t.missing_asset.c.hit_type == found.hit_type
    is_known = select(t.missing_asset).where(of_type, t.missing_asset.c.address == place).exists()
    known, count = context.database.execute(
        select(select(is_known).scalar_subquery(), select(func.count()).where(of_type).scalar_subquery())
    ).one()
    if known or count >= _MOST:
        return
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
