"""The marketplace itself: its database, its clock, its people, and the server that answers its API."""

from __future__ import annotations

import os
import random
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from flask import Flask

from mturk.marketplace import setting
from mturk.marketplace.actor import Queue, Requester, Topic, Worker
from mturk.marketplace.administration import Administration
from mturk.marketplace.alters_data import alters_data
from mturk.marketplace.call import Settings
from mturk.marketplace.clock import SECOND
from mturk.marketplace.database.store import Store
from mturk.marketplace.delivery.listener import Listening
from mturk.marketplace.delivery.mail_server import VARIABLE, MailServer
from mturk.marketplace.error import MarketplaceError, SettingError
from mturk.marketplace.gate.connection_limit import ConnectionLimits
from mturk.marketplace.http.fault import Fault, FaultPlan
from mturk.marketplace.http.public_address import PublicAddress
from mturk.marketplace.opening import FIRST_REQUESTER, expect_usual
from mturk.marketplace.people import ledger, requester, worker
from mturk.marketplace.people.requester import Key
from mturk.marketplace.premises import Premises
from mturk.marketplace.quota import NONE, Meter, Quota
from mturk.marketplace.simulation.crowd import Crowd
from mturk.marketplace.simulation.simulation import Simulation, Tally
from mturk.marketplace.site.site_setting import SiteSettings
from mturk.marketplace.watch import visit
from mturk.marketplace.watch.watch_setting import WatchSettings

_LONGEST_INVITATION = timedelta(days=365)


class Marketplace(Administration):
    """A marketplace that speaks the Mechanical Turk Requester API.

        with Marketplace("lab.sqlite3") as market:
            client = boto3.client(
                "mturk", endpoint_url=market.url, region_name="us-east-1",
                aws_access_key_id=market.access_key, aws_secret_access_key=market.secret_key,
            )

    `database` is a path, a URL, or ":memory:". `deposit` is what a new requester begins with; `fees=0` charges no
    fees. With `sandbox` a new database becomes one: each balance is 10,000.00 always, nothing is spent, there are no
    fees, and each worker id is taken. `rate` and `burst` throttle each requester, `limits` what strangers take, and
    `quota` is how much each requester may keep, None without limits; `faults` and `eventual` (seconds) bring the
    troubles of a real service. `strict` requires HTTPS for every ExternalQuestion, and has every x-amz-* header signed.
    `query_api` answers programs for the API before 2017, whose signatures are safe behind TLS only. Events go to this
    machine and to private networks unless `allow_private_destinations` is False, or None with `strict`.
    `port=0` takes a free port; in place of host and port, `sock` is a socket that listens already, such as the
    `socket` of another process's marketplace on the same database. Behind a proxy, `public_url` is the address that
    clients use, and sign. `name_hold` keeps the name of a deleted qualification type taken, as the real service may
    for `timedelta(hours=48)`. With `existing` no new database is made.
    Workers come to `site_url`. `sign_up` says who can: who was invited ("invite"), everybody ("open"), or whom one of
    the `trusted_proxies` names in a header ("header:X-Remote-User"). `terms` is the file that they consent to. `smtp`
    is the mail server that e-mail goes out by, as MTURK_SMTP_URL may say too:
    "smtp+starttls://user:password@mail.my-lab.org?from=turk@my-lab.org". Below `task_host`, which needs `public_url`,
    each requester's pages get a host of their own; `offline` keeps them from all others. A file that a worker uploads
    may have `upload_limit` bytes.
    `metrics` has them at `/metrics`, for this machine, or with `metrics=["10.0.0.0/8"]` for networks too. `access_log`
    tells of each request to the logger "mturk.access", and `audit_trail` keeps in the database who did what: `trail`.
    `master_key` seals the secret keys in the database; without it that is the key file beside an SQLite file (made
    with it), or what MTURK_MARKETPLACE_KEY says.
    """

    def __init__(
        self,
        database: str | os.PathLike[str] = ":memory:",
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        sock: socket.socket | None = None,
        deposit: str | int | Decimal = "10000.00",
        fees: bool | int = True,
        sandbox: bool = False,
        rate: float | None = None,
        burst: float | None = None,
        limits: ConnectionLimits | None = None,
        faults: Sequence[Fault] = (),
        eventual: float = 0,
        strict: bool = False,
        query_api: bool = False,
        allow_private_destinations: bool | None = None,
        quota: Quota | None = Quota(),  # noqa: B008 - it is frozen
        public_url: str | None = None,
        task_host: str | None = None,
        sign_up: str = "invite",
        trusted_proxies: Sequence[str] = (),
        terms: str | os.PathLike[str] | None = None,
        offline: bool = False,
        smtp: str | None = None,
        question_limit: int = 65_535,
        upload_limit: int = 10_000_000,
        name_hold: timedelta = timedelta(0),
        metrics: bool | Sequence[str] = False,
        access_log: bool = False,
        audit_trail: bool = False,
        existing: bool = False,
        master_key: str | None = None,
        real_time: Callable[[], float] = time.time,
        randomness: random.Random | None = None,
    ) -> None:
        if fees not in (0, 1):
            raise SettingError(f"fees is True for MTurk's fees or 0 for none, not {fees!r}.")
        self._deposit = setting.cents("deposit", deposit)
        if sandbox:
            expect_usual(self._deposit, name_hold)
        self._real_time = real_time
        smtp = smtp or os.environ.get(VARIABLE)
        mail_server = MailServer(smtp) if smtp else None
        public = None if public_url is None else PublicAddress.of(public_url)
        self._premises = Premises(
            Store(database, whose=visit.whose),
            Settings(
                fees=bool(fees),
                strict=strict,
                query_api=query_api,
                private_destinations=not strict if allow_private_destinations is None else allow_private_destinations,
                question_limit=int(setting.least("question_limit", question_limit, 1)),
                upload_limit=int(setting.least("upload_limit", upload_limit, 1)),
                eventual=round(setting.least("eventual", eventual, 0) * SECOND),
                name_hold=setting.milliseconds("name_hold", name_hold),
                mail=mail_server is not None,
                meter=Meter(quota or NONE),
                own_queues=bool(os.environ.get("AWS_ENDPOINT_URL_SQS")),
            ),
            SiteSettings.of(
                public=public,
                task_host=task_host,
                sign_up=sign_up,
                trusted_proxies=trusted_proxies,
                terms=terms,
                offline=offline,
            ),
            FaultPlan(faults),
            WatchSettings.of(metrics, access_log=access_log, audit_trail=audit_trail),
            host=host,
            port=port,
            sock=sock,
            rate=rate,
            burst=burst,
            limits=limits or ConnectionLimits(),
            deposit=self._deposit,
            master_key=master_key,
            existing=existing,
            sandbox=sandbox,
            real_time=real_time,
            randomness=randomness or random.SystemRandom(),
            mail_server=mail_server,
        )
        premises = self._premises
        super().__init__(premises.store, premises.dispatch, premises.opening, premises.means)
        self.clock = self._premises.clock

    def __repr__(self) -> str:
        return f"<Marketplace {self.url if self._premises.is_running else 'not running'} {self._store!r}>"

    def __enter__(self) -> Marketplace:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @alters_data
    def start(self) -> None:
        """Open the database, which is made if it is new, and serve the API in the background."""
        self._premises.start()

    @alters_data
    def stop(self) -> None:
        """Finish what is being answered, and let go of the port and the database."""
        self._premises.stop()

    @property
    def app(self) -> Flask:
        """The marketplace as a WSGI application, to be hosted by a server of your own."""
        return self._premises.app()

    @property
    def database(self) -> str:
        """The database's file or URL, without a password."""
        return self._store.name

    @property
    def is_new(self) -> bool:
        """Whether the database was made here, and not by another program or an earlier one."""
        self._opening.open()
        return self._opening.is_new

    @property
    def url(self) -> str:
        """The address of the API, for `endpoint_url=`."""
        return self._premises.url()

    @property
    def socket(self) -> socket.socket:
        """The socket at which it listens: other processes that are given it as `sock=` answer there, too."""
        return self._premises.socket()

    @property
    def public_url(self) -> str:
        """The address of the API for others: the setting, where a proxy stands in front, else `url`."""
        return self._premises.public_url()

    @property
    def site_url(self) -> str:
        """The address at which workers find HITs and do them."""
        return f"{self.public_url}/worker/"

    @property
    def access_key(self) -> str:
        """The access key of the first requester."""
        return self.requester(FIRST_REQUESTER).access_key

    @property
    def secret_key(self) -> str:
        """The secret key of the first requester."""
        return self.requester(FIRST_REQUESTER).secret_key

    @alters_data
    def requester(self, name: str) -> Requester:
        """The requester with that name, made if there is none, with a key pair and a deposit of its own.

        The pair is the oldest that was not revoked, or a new one where all were.
        """
        self._opening.open()
        return self._requester(name, self._deposit)

    @alters_data
    def add_requester(self, name: str, deposit: str | int | Decimal | None = None) -> Requester:
        """Make a requester; refused where there is one of that name already."""
        self._opening.open()
        if self._store.read(lambda database: requester.find(database, name)) is not None:
            raise MarketplaceError(f"There is a requester {name!r} already.")
        if deposit is not None and self.is_sandbox:
            raise MarketplaceError(ledger.NO_DEPOSITS)
        return self._requester(name, self._deposit if deposit is None else setting.cents("deposit", deposit))

    @alters_data
    def layout(self, name: str, html: str) -> str:
        """Keep a page with `${placeholders}` for the first requester: see `Requester.layout`."""
        return self.requester(FIRST_REQUESTER).layout(name, html)

    @alters_data
    def queue(self, name: str) -> Queue:
        """The first requester's queue of that name, made if there is none: see `Requester.queue`."""
        return self.requester(FIRST_REQUESTER).queue(name)

    @alters_data
    def topic(self, address: str) -> Topic:
        """The first requester's topic that is pushed to an address, made if there is none: see `Requester.topic`."""
        return self.requester(FIRST_REQUESTER).topic(address)

    @alters_data
    def listen(self, callback: Callable[[str], Any]) -> Listening:
        """Have every event of the first requester's HITs told in this process, until `.stop()` of the result.

            with market.listen(print):
                ...

        The callback gets each message as the text that a queue gets, in the order in which things happened, soon after
        they are on disk; no notification need be set. It is called in a thread of its own and may call the API. What it
        raises is logged. Only what this process does is told, and nothing is kept for later: a queue does both.
        """
        return self._premises.listeners.add(callback)

    def requesters(self) -> list[str]:
        """The names of all requesters."""
        self._opening.open()
        return self._store.read(requester.names)

    def access_keys(self) -> list[Key]:
        """All requesters' key pairs without their secrets, revoked ones too."""
        self._opening.open()
        return self._store.read(requester.listed)

    @alters_data
    def revoke_key(self, access_key: str) -> None:
        """Take a key pair out of use, at once and permanently."""
        self._opening.open()
        self._dispatch.run(lambda context: requester.revoke(context, access_key))

    @alters_data
    def worker(
        self,
        id: str | None = None,
        country: str | None = None,
        subdivision: str | None = None,
        adult: bool | None = None,
        masters: bool | None = None,
        premium: Mapping[str, int] | None = None,
        *,
        alias: str | None = None,
    ) -> Worker:
        """The worker with that id, registered if unknown; each fact that is given replaces the earlier one.

        In place of an id an `alias` can be given, the name that somebody has elsewhere: `worker(alias="anna@lab.org")`
        is always the same worker, whose id was made at the first time. Who is signed in under that name by a trusted
        proxy is that worker, too. It has up to 255 printable characters and no comma.
        `masters=False` takes Masters away; None leaves it as it is, which for a new worker is False. `premium` has
        values by the ids of premium qualification types, all of them: {} takes them away.
        """
        self._opening.open()
        if id is not None and alias is None:
            known = id
        elif alias is not None and id is None:
            known = self._premises.entrance.known_as(alias)
        else:
            raise ValueError(
                "A worker is named by an id or by an alias: worker('A1ADA'), worker(alias='anna@lab.org')."
            )
        self._dispatch.run(
            lambda context: worker.register(
                context, known, country=country, subdivision=subdivision, adult=adult, masters=masters, premium=premium
            )
        )
        return Worker(self._dispatch, known)

    @alters_data
    def block_worker(self, id: str, *, blocked: bool = True) -> None:
        """Keep a worker from all work here, or let them again; refused where there is none of that id."""
        self._opening.open()
        self._dispatch.run(lambda context: worker.block(context, id, blocked=blocked))

    @alters_data
    def invite(self, worker_id: str | None = None, expires: timedelta = timedelta(days=14)) -> str:
        """Make a link with which one person signs up at the site, once and until it expires, and say its address.

        With `worker_id` it is for that worker, who is registered and has no account at the site yet; else the person
        becomes a new worker. It is good for a year at most.
        """
        life = setting.milliseconds("expires", expires, _LONGEST_INVITATION)
        self._opening.open()
        return f"{self.site_url}sign-up?invitation={self._premises.entrance.invite(worker_id, life)}"

    @alters_data
    def invite_many(self, count: int, expires: timedelta = timedelta(days=14)) -> list[str]:
        """Make links for so many new workers, all of them or none, and say their addresses: see `invite`."""
        life, page = setting.milliseconds("expires", expires, _LONGEST_INVITATION), f"{self.site_url}sign-up"
        self._opening.open()
        secrets = self._premises.entrance.invite_many(int(setting.least("count", count, 1)), life)
        return [f"{page}?invitation={secret}" for secret in secrets]

    @alters_data
    def sign_in_link(self, worker_id: str) -> str:
        """Make a link that signs a worker in without a password, once and within ten minutes, and say its address."""
        self._opening.open()
        return f"{self.site_url}enter?link={self._premises.entrance.entry_link(worker_id)}"

    @alters_data
    def reset(self, worker_id: str) -> str:
        """Make a link with which a worker sets a new password, once and within a day, and say its address."""
        self._opening.open()
        return f"{self.site_url}reset?link={self._premises.entrance.reset_link(worker_id)}"

    @alters_data
    def simulate(
        self, crowd: Crowd | None = None, *, days: float = 0, hours: float = 0, minutes: float = 0, seed: int = 1
    ) -> Tally:
        """Let made-up workers do what is on offer for that long in market time, and say how much they did.

        The clock is moved on, so that this takes a moment. The same seed is the same run.
        """
        self._opening.open()
        try:
            length = timedelta(days=days, hours=hours, minutes=minutes)
        except (OverflowError, ValueError):
            raise SettingError("A simulation takes no such time.") from None
        self.note("Simulate", {"Seconds": length // timedelta(seconds=1), "Seed": seed})
        return Simulation(self._dispatch, self.clock, crowd or Crowd(), seed).run(length)

    def _requester(self, name: str, deposit: int) -> Requester:
        pair = self._opening.pair(name, deposit)
        return Requester(self._dispatch, self._opening.keys, name, pair, self._premises.public_url, self._real_time)
