"""A marketplace's parts, put together: its database, clock and rules, what works in the background, and its server."""

from __future__ import annotations

import random
import socket
from collections.abc import Callable
from functools import partial

from flask import Flask

from mturk.marketplace.account.entrance import Entrance
from mturk.marketplace.account.means import Means
from mturk.marketplace.account.own_account import OwnAccount
from mturk.marketplace.background import Background
from mturk.marketplace.call import Deed, Hear, Settings
from mturk.marketplace.clock import SECOND, Clock
from mturk.marketplace.database.store import Store
from mturk.marketplace.delivery.certificate import Certificate
from mturk.marketplace.delivery.listener import Listeners
from mturk.marketplace.delivery.mail_server import MailServer
from mturk.marketplace.delivery.mailer import Mailer
from mturk.marketplace.dispatch import Dispatch
from mturk.marketplace.error import MarketplaceError
from mturk.marketplace.gate.connection_limit import ConnectionLimits
from mturk.marketplace.http.fault import FaultPlan
from mturk.marketplace.http.server import WAITING, Server
from mturk.marketplace.identifier import Identifiers
from mturk.marketplace.opening import FIRST_REQUESTER, Opening
from mturk.marketplace.queue.waiting_room import WaitingRoom
from mturk.marketplace.routine import LOOK, Routine
from mturk.marketplace.site.language import gettext
from mturk.marketplace.site.signing_key import SigningKey
from mturk.marketplace.site.site_setting import OPEN, SiteSettings
from mturk.marketplace.watch.metrics import Metrics
from mturk.marketplace.watch.trail import Trail
from mturk.marketplace.watch.watch import Watch
from mturk.marketplace.watch.watch_setting import WatchSettings
from mturk.marketplace.web import Web


class Premises:
    """Everything that is there once; `rate` and `burst` throttle each requester, `deposit` is in cents."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        site: SiteSettings,
        faults: FaultPlan,
        watching: WatchSettings,
        *,
        host: str,
        port: int,
        sock: socket.socket | None,
        rate: float | None,
        burst: float | None,
        limits: ConnectionLimits,
        deposit: int,
        master_key: str | None,
        existing: bool,
        sandbox: bool,
        real_time: Callable[[], float],
        randomness: random.Random,
        mail_server: MailServer | None,
    ) -> None:
        self._host, self._port, self._sock = host, port, sock
        self._public = site.public
        self._spares = site.trusts
        self._settings = settings
        self._real_time = real_time
        self._randomness = randomness
        self._identifiers = Identifiers(randomness)
        self.store = store
        self.clock = Clock(self._time, self._add_shift, real_time)
        self.metrics = Metrics() if watching.metrics else None
        trail = Trail(real_time) if watching.audit_trail else None
        watch = Watch(trail, self.metrics) if trail or self.metrics else None
        self.dispatch = Dispatch(store, self.clock, settings, self._identifiers, watch)
        if self.metrics is not None:
            store.waited, store.gave_up = self.metrics.waited, self.metrics.gave_up
        self.opening = Opening(
            store,
            self.clock,
            self.dispatch,
            self._identifiers,
            deposit=deposit,
            master_key=master_key,
            existing=existing,
            sandbox=sandbox,
        )
        self.listeners = Listeners(FIRST_REQUESTER, self._identifiers.document, self._hear)
        self._room = WaitingRoom(WAITING)
        self._certificate = Certificate(store, lambda: self.opening.seal, real_time)
        self._mail_server = mail_server
        self.means = Means(
            store=store,
            dispatch=self.dispatch,
            real_time=real_time,
            randomness=randomness,
            seal=lambda: self.opening.seal,
            key=SigningKey(store, lambda: self.opening.seal).text,
            terms=site.terms.digest if site.terms else None,
            mail=mail_server is not None,
            say=gettext,
        )
        self.entrance = Entrance(self.means, open_door=site.sign_up == OPEN)
        self._web = Web(
            store,
            self.dispatch,
            self.opening,
            self._certificate,
            self._room,
            settings,
            site,
            faults,
            self.entrance,
            OwnAccount(self.means),
            rate=rate,
            burst=burst,
            limits=limits,
            real_time=real_time,
            clock=self.clock,
            watching=watching,
            metrics=self.metrics,
        )
        self._server: Server | None = None
        self._background: Background | None = None
        self._counting: Routine | None = None

    @property
    def is_running(self) -> bool:
        """Whether the server answers."""
        return self._server is not None

    def start(self) -> None:
        """Open the database, which is made if it is new, and serve in the background."""
        if self._server is not None:
            return
        try:
            server = Server(
                self.app(),
                self._host,
                self._port,
                largest=self._web.largest,
                unsigned=self._web.unsigned,
                prefix=self._public.prefix if self._public else "",
                limits=self._web.limits,
                spares=self._spares,
                pages=self._web.front_pages,
                sock=self._sock,
            )
        except MarketplaceError:
            self.stop()
            raise
        self._room.open()
        server.start()
        self._server = server
        self._background = self._make_background()
        self._background.start()
        if self.metrics is not None:
            self._counting = Routine("mturk-connections", partial(_count, server, self.metrics), look=LOOK)
            self._counting.start()

    def stop(self) -> None:
        """Finish what is being answered, and let go of the port and the database."""
        self._room.close()
        if self._counting is not None:
            self._counting.stop()
            self._counting = None
        if self._server is not None:
            self._server.stop()
        if self._background is not None:
            self._background.stop()
        self.listeners.stop()
        self._server = self._background = None
        self.dispatch.write_refused(everything=True)
        self.opening.close()

    def app(self) -> Flask:
        """All that is served, as a WSGI application."""
        self.opening.open()
        return self._web.app()

    def url(self) -> str:
        """The address of the server."""
        return self._running().url

    def socket(self) -> socket.socket:
        """Where the server listens."""
        return self._running().socket

    def public_url(self) -> str:
        """The address for others: that of a proxy in front, or the server's."""
        return self._public.url if self._public else self.url()

    def _running(self) -> Server:
        if self._server is None:
            raise MarketplaceError("The marketplace is not running; call start(), or use it in a with block.")
        return self._server

    def _hear(self, hear: Hear | None) -> None:
        self.dispatch.hear = hear

    def _time(self) -> tuple[int, int]:
        self.opening.open()
        pulse = self.store.pulse()
        return pulse.shift, pulse.reached

    def _add_shift(self, step: int, most: int, is_told: bool) -> bool:
        self.opening.open()
        note = partial(self.dispatch.note, deed=Deed("AdvanceClock", {"Seconds": step / SECOND}))
        is_moved = self.store.add_shift(step, most, note) if is_told else self.store.add_shift(step, most)
        if is_moved and self._background is not None:
            self._background.moved()
        return is_moved

    def _make_background(self) -> Background:
        return Background(
            self.store,
            self.clock,
            self.dispatch,
            self._certificate,
            self._room,
            self._identifiers,
            lambda: self.opening.keys,
            randomness=self._randomness,
            real_time=self._real_time,
            address=self.public_url(),
            private=self._settings.private_destinations,
            mailer=self._make_mailer(),
            note=self._note,
        )

    def _note(self, now: int) -> None:
        self._web.note_uses(now)
        self.dispatch.write_refused()

    def _make_mailer(self) -> Mailer | None:
        if self._mail_server is None:
            return None
        return Mailer(
            self.store,
            self._mail_server,
            site=self.public_url(),
            seal=lambda: self.opening.seal,
            real_time=self._real_time,
            new_id=self._identifiers.document,
        )


def _count(server: Server, metrics: Metrics) -> None:
    metrics.connected(server.held)
