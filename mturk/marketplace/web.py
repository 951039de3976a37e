"""All that a marketplace serves as one WSGI application: its API, its queues, its topics' pages, and its site."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from flask import Blueprint, Flask

from mturk.marketplace.account.entrance import Entrance
from mturk.marketplace.account.own_account import OwnAccount
from mturk.marketplace.call import Settings
from mturk.marketplace.clock import Clock
from mturk.marketplace.database.store import Store
from mturk.marketplace.delivery.certificate import Certificate
from mturk.marketplace.dispatch import OPERATIONS, Dispatch
from mturk.marketplace.gate.connection_limit import ConnectionLimits
from mturk.marketplace.gate.stock import SMALL
from mturk.marketplace.http import refused_call
from mturk.marketplace.http.api import Api
from mturk.marketplace.http.app import body_limit, make_app, old_body_limit
from mturk.marketplace.http.complaint import Page
from mturk.marketplace.http.fault import FaultPlan
from mturk.marketplace.http.health_page import health_pages
from mturk.marketplace.http.key_ring import KeyRing
from mturk.marketplace.http.old_api import OldApi
from mturk.marketplace.http.queue_api import QueueApi
from mturk.marketplace.http.stranger import Strangers
from mturk.marketplace.http.throttle import Throttle
from mturk.marketplace.http.topic_page import topic_pages
from mturk.marketplace.http.upload_page import upload_pages
from mturk.marketplace.opening import Opening
from mturk.marketplace.query.old_operation import OLD_OPERATIONS
from mturk.marketplace.query.query_dispatch import QueryDispatch
from mturk.marketplace.queue.queue_operation import QUEUE_OPERATIONS, RECEIVE
from mturk.marketplace.queue.waiting_room import WaitingRoom
from mturk.marketplace.site.door import Door, is_of_site
from mturk.marketplace.site.front_page import FrontPages
from mturk.marketplace.site.intake import largest_body
from mturk.marketplace.site.pages.directory import all_pages
from mturk.marketplace.site.pages.external_submit import LARGEST_ANSWERS
from mturk.marketplace.site.service import Services
from mturk.marketplace.site.signing_key import SigningKey
from mturk.marketplace.site.site import make_site
from mturk.marketplace.site.site_setting import SiteSettings
from mturk.marketplace.watch.arrival import Arrival
from mturk.marketplace.watch.metrics import Metrics
from mturk.marketplace.watch.watch_setting import WatchSettings


class Web:
    """Makes the application; `rate` and `burst` throttle each requester, `address` is where others reach it."""

    def __init__(
        self,
        store: Store,
        dispatch: Dispatch,
        opening: Opening,
        certificate: Certificate,
        room: WaitingRoom,
        settings: Settings,
        site: SiteSettings,
        faults: FaultPlan,
        entrance: Entrance,
        own_account: OwnAccount,
        *,
        rate: float | None,
        burst: float | None,
        limits: ConnectionLimits,
        real_time: Callable[[], float],
        clock: Clock,
        watching: WatchSettings,
        metrics: Metrics | None,
    ) -> None:
        self._clock = clock
        self._watching = watching
        self._metrics = metrics
        self._store = store
        self._dispatch = dispatch
        self._certificate = certificate
        self._settings = settings
        self._site = site
        self._front_pages: FrontPages | None = None
        # The largest body of all is taken even from one address.
        self.limits = replace(limits, bodies=max(limits.bodies, 4 * self._largest_of_site()))
        strangers = Strangers(limits.refusals, time.monotonic)
        key = SigningKey(store, lambda: opening.seal)
        self._services = Services(dispatch, site, key, real_time, settings.upload_limit, entrance, own_account)
        ring = KeyRing(store, lambda: opening.keys)
        self.note_uses = ring.note_uses
        """Has it noted, at a market time, which access keys have signed calls."""
        throttle = Throttle(rate, burst, time.monotonic)
        self._api = Api(
            store,
            dispatch,
            ring,
            throttle,
            faults,
            strangers,
            real_time=real_time,
            sleep=time.sleep,
            strict=settings.strict,
            public=site.public,
        )
        self._old = OldApi(
            store,
            QueryDispatch(dispatch),
            ring,
            throttle,
            faults,
            strangers,
            refused=partial(refused_call.tell, dispatch),
            answers=settings.query_api,
            real_time=real_time,
            sleep=time.sleep,
            public=site.public,
        )
        self._queues = QueueApi(
            store,
            room,
            opening.find_key,
            ring,
            Throttle(rate, burst, time.monotonic),
            strangers,
            note=dispatch.note,
            refused=partial(refused_call.tell, dispatch),
            real_time=real_time,
            strict=settings.strict,
            public=site.public,
            meter=settings.meter,
        )

    def largest(self, path: str) -> int:
        """How many bytes the body of a request to that path may have."""
        if is_of_site(path, self._site.public):
            return self._largest_of_site()
        return body_limit(self._settings.question_limit)

    def unsigned(self, path: str) -> int:
        """The same where nobody has signed in the head: there is little to send to the API but calls."""
        if is_of_site(path, self._site.public):
            return self.largest(path)
        return max(SMALL, old_body_limit(self._settings.question_limit)) if self._settings.query_api else SMALL

    def front_pages(self, path: str, languages: str, status: int) -> Page | None:
        """What a browser is shown of a request that was refused in front of the application; None for all else."""
        return self._front_pages(path, languages, status) if self._front_pages else None

    def _largest_of_site(self) -> int:
        return max(largest_body(self._settings.upload_limit), LARGEST_ANSWERS)

    def app(self) -> Flask:
        """The application; the database is open by now."""
        pages = topic_pages(self._store, self._certificate), upload_pages(self._dispatch), self._health_pages()
        app = make_app(self._api, self._queues, self._old, *pages, question_limit=self._settings.question_limit)
        site = make_site(self._services, all_pages())
        app.extensions["mturk.site"] = site
        self._front_pages = FrontPages(site, self._site.public)
        door = Door(site.wsgi_app, app.wsgi_app, self._site)
        operations = {*OPERATIONS, *OLD_OPERATIONS, *QUEUE_OPERATIONS, RECEIVE}
        reception = Arrival(door, operations, metrics=self._metrics, access_log=self._watching.access_log)
        app.wsgi_app = reception  # type: ignore[method-assign]  # as Flask says
        return app

    def _health_pages(self) -> Blueprint:
        is_proxy_known = bool(self._site.trusted_proxies)
        where = self._store, self._clock, self._watching, self._metrics, self._site.public
        return health_pages(*where, is_proxy_known=is_proxy_known)
