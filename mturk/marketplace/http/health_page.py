"""Whether a marketplace is well, for who keeps it running: `/health/live`, `/health/ready`, `/metrics`.

None of them tells a secret, or of anybody. `/metrics` tells how much goes on, so it is for this machine alone, and for
networks that the owner names: who comes by a proxy that nobody said to trust could be anybody, and is refused.
"""

from __future__ import annotations

from functools import partial

from flask import Blueprint, Response, abort, request

from mturk.marketplace.clock import Clock
from mturk.marketplace.database.store import Store, pulse
from mturk.marketplace.http.public_address import PublicAddress
from mturk.marketplace.watch import visit
from mturk.marketplace.watch.glance import Glance
from mturk.marketplace.watch.level import levels
from mturk.marketplace.watch.metrics import Metrics
from mturk.marketplace.watch.watch_setting import WatchSettings

_NOT_FOUND, _UNAVAILABLE = 404, 503
_RETRY_AFTER = "5"
_FRESH = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


def health_pages(
    store: Store,
    clock: Clock,
    settings: WatchSettings,
    metrics: Metrics | None,
    public: PublicAddress | None,
    *,
    is_proxy_known: bool,
) -> Blueprint:
    """The pages; those of metrics only where there are some."""
    pages = Blueprint("health", __name__)
    ready = Glance(partial(store.read, pulse))

    @pages.get("/health/live")
    def is_live() -> Response:
        return Response("live\n", headers=_FRESH, mimetype="text/plain")

    @pages.get("/health/ready")
    def is_ready() -> Response:
        if ready() is None:
            headers = {**_FRESH, "Retry-After": _RETRY_AFTER}
            return Response("not ready\n", _UNAVAILABLE, headers, mimetype="text/plain")
        return Response("ready\n", headers=_FRESH, mimetype="text/plain")

    if metrics is not None:
        seen = Glance(partial(levels, store, clock))

        @pages.get("/metrics")
        def tell() -> Response:
            here = visit.current()
            # Behind a proxy that is not named all come from its address, which as a rule is this machine's.
            hidden = public is not None and not is_proxy_known and request.host == public.host
            if here is None or here.is_relayed or hidden or not settings.may_read(here.address):
                abort(_NOT_FOUND)
            text, kind = metrics.text(lambda: seen() or {"database_up": 0.0})
            return Response(text, headers=_FRESH, content_type=kind)

    return pages
