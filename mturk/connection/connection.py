"""A connection: where calls go, who signs them, how patient they are, and which one is in force."""

from __future__ import annotations

import os
import random
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timezone
from importlib import import_module
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import urlsplit
from weakref import WeakSet

from attrs import evolve

from mturk.alters_data import alters_data
from mturk.budget import Budget
from mturk.connection import patience as arguments
from mturk.connection.balance import Balance
from mturk.connection.bound import LARGEST
from mturk.connection.clock import SYSTEM, Clock
from mturk.connection.credentials import CredentialSource, FixedCredentials, find_credentials
from mturk.connection.endpoint import PRODUCTION, SANDBOX, find_endpoint, find_region
from mturk.connection.operation import REPEAT, SILENT, Repeat
from mturk.connection.pace import Pace
from mturk.connection.retry import Quota, RetryPolicy, Tries
from mturk.connection.settings import Settings
from mturk.connection.trace import note
from mturk.connection.transport import Service, Transport
from mturk.data import wire
from mturk.errors import ConfigurationError, ServiceError, Throttled, TransportError, ValidationError

if TYPE_CHECKING:
    from mturk.event.events import Events

Timeout = float | tuple[float, float] | tuple[float, float, float]


class Connection:
    """Calls to one service with one account, from any number of threads.

    `where` is "local" (an embedded marketplace on an SQLite file), "sandbox", "production" or the URL of a
    marketplace of your own; without it MTURK_ENDPOINT, AWS_ENDPOINT_URL_MTURK and the profile's endpoint are
    read. Credentials come from the arguments, the environment, AWS's shared files, and with `mturk[aws]` from
    botocore's whole chain. AWS serves MTurk from us-east-1 only; elsewhere `region` comes from the environment or
    the profile. Making a connection sends nothing.

    `timeout` is seconds, (connect, read) or (connect, read, whole): `read` is for each wait for more of an answer,
    `whole` for all of it, five times `read` unless it is given. `max_attempts` counts the tries after faults. Calls
    that are throttled, or that nobody takes where somebody answered before, wait instead, `max_wait` seconds at most.
    `templates` are folders with your own question templates. `question_limit` is the size of a question in bytes that
    the service takes: raise it for a marketplace that allows more than AWS did. `answer_limit` is that of a worker's
    answer that is read, `response_limit` that of whatever the service sends, also once it is decompressed. `verify` is
    a file of certificates to trust in place of the usual ones, or False for none; without it AWS_CA_BUNDLE,
    REQUESTS_CA_BUNDLE and CURL_CA_BUNDLE are read. A `budget` refuses calls before they would spend more.
    """

    def __init__(
        self,
        where: str | None = None,
        *,
        profile: str | None = None,
        access_key: str | None = None,
        secret_key: str | None = None,
        session_token: str | None = None,
        region: str | None = None,
        timeout: Timeout = (10.0, 60.0),
        max_attempts: int = 5,
        max_wait: float = 300.0,
        database: str | os.PathLike[str] | None = None,
        templates: Sequence[str | os.PathLike[str]] = (),
        question_limit: int = 65_535,
        answer_limit: int = 5_000_000,
        response_limit: int = LARGEST,
        verify: bool | str | os.PathLike[str] | None = None,
        budget: Budget | None = None,
        clock: Clock = SYSTEM,
        random: Callable[[], float] = random.random,
    ) -> None:
        settings = Settings(profile=profile)
        place = find_endpoint(where, settings)
        source: CredentialSource
        self.local_market: Any = None
        """The `Marketplace` that runs in this process, of connect("local"); None for a service elsewhere."""
        if place == "local":
            place, source, self.local_market = _open_local(database, settings)
        elif database is not None:
            raise ConfigurationError(f'database= belongs to connect("local"), not to {place}')
        else:
            source = find_credentials(settings, access_key, secret_key, session_token)
        self.url = place
        self.templates = _folders(templates)
        self.question_limit = question_limit
        self.answer_limit = answer_limit
        self.budget = _budget(budget)
        self.clock = clock
        self._credentials = source
        self.region = find_region(region, place, settings)
        self._timeout = arguments.timeout(timeout)
        self._largest = arguments.largest(response_limit)
        self._verify = verify if verify is None or isinstance(verify, bool) else os.path.expanduser(os.fspath(verify))
        self._transport = Transport(
            place, source, region=self.region, timeout=self._timeout, largest=self._largest, verify=self._verify
        )
        self._policy = RetryPolicy(arguments.attempts(max_attempts), arguments.longest_wait(max_wait), clock, random)
        self._pace = Pace(clock)
        self._skew = 0.0
        self._events: Events | None = None
        self._events_source: Callable[[], Events] | None = None
        _all.add(self)

    def __repr__(self) -> str:
        # Credentials that are refreshed would be fetched for it.
        fixed = isinstance(self._credentials, FixedCredentials)
        return f"<Connection {self.url}{f' as {self._credentials.current().access_key}' if fixed else ''}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a connection cannot be pickled, it holds a secret: make one where it is needed")

    @property
    def events(self) -> Events:
        """Who listens on this connection, with the defaults of `mturk.Events`."""
        if self._events_source is not None:
            return self._events_source()
        with _events_lock:
            if self._events is None:
                # By the public name: what happens to HITs is told far above the calls.
                self._events = (_events_maker or import_module("mturk").Events)(self)
            return self._events

    @property
    def is_sandbox(self) -> bool:
        """Whether calls go to AWS's sandbox, whose Masters qualification has an id of its own."""
        return urlsplit(self.url).hostname == urlsplit(SANDBOX).hostname

    @property
    def is_live(self) -> bool:
        """Whether calls go to AWS's production endpoint, where money is spent."""
        return urlsplit(self.url).hostname == urlsplit(PRODUCTION).hostname

    def now(self) -> datetime:
        """The time as the service has it, as far as its answers told."""
        return datetime.fromtimestamp(self.clock.now() + self._skew, timezone.utc)

    @alters_data
    def call(self, operation: str, /, **parameters: object) -> dict[str, Any]:
        """Call an operation by AWS's name with AWS's parameters, and get its answer as a dict.

        This is the way out for what the models do not offer: `connection.call("GetHIT", HITId=…)`. A parameter
        that is None is left out. Faults are retried as far as the operation can be repeated.
        """
        if REPEAT.get(operation) is Repeat.TOKEN and parameters.get("UniqueRequestToken") is None:
            parameters["UniqueRequestToken"] = os.urandom(16).hex()  # what is repeated must not be done twice
        body = wire.write(parameters)
        tries = Tries(operation, self._policy)
        while True:
            if not self._pace.enter(tries.until):
                raise self._out_of_time(operation, tries)
            skew = self._skew
            try:
                members = self._try(operation, body, skew)
            except (TransportError, ServiceError) as error:
                if not self._correct_clock(error, tries, skew):
                    tries.failed(error)
            else:
                tries.succeeded()
                return members

    def balance(self) -> Balance:
        """What the account can spend, and what is held for work on offer. One call, GetAccountBalance."""
        balance: Balance = wire.decoded(Balance, self.call("GetAccountBalance"))
        return balance

    @alters_data
    def close(self) -> None:
        """Stop listening to events, and close the idle connections; the next call opens a new one."""
        if self._events is not None:
            self._events.stop()
        self._transport.close()

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _out_of_time(self, operation: str, tries: Tries) -> Throttled:
        return Throttled(
            f"the connection is throttled, and this call's turn did not come within {self._policy.max_wait:g} seconds",
            operation=operation,
            code="ThrottlingException",
            status=getattr(tries.last, "status", None),
            request_id=getattr(tries.last, "request_id", None),
            maybe_done=tries.maybe_done,
        )

    def _try(self, operation: str, body: bytes, skew: float) -> dict[str, Any]:
        started = self.clock.monotonic()
        throttled = passed = False
        outcome = "no answer"
        try:
            answer = self._transport.send(operation, body, self.clock.now() + skew)
            if not answer.is_by_proxy:
                self._policy.presence.answered()
            outcome = str(answer.status)
            if answer.status != 200:
                error = answer.error()
                throttled = isinstance(error, Throttled)
                passed = not throttled  # what is refused for another cause was let through, too
                outcome = f"{answer.status} {error.turk_code or error.code or ''}".rstrip()
                raise error
            passed = True
            return answer.members(silent=operation in SILENT)
        finally:
            self._pace.leave(started, throttled=throttled, passed=passed)
            note(operation, self.clock.monotonic() - started, outcome)

    def _correct_clock(self, error: TransportError | ServiceError, tries: Tries, skew: float) -> bool:
        if not isinstance(error, ServiceError):
            return False
        # Against the time that this try was signed for: another thread may have corrected the clock meanwhile.
        found = tries.skewed_by(error, self.clock.now() + skew)
        if found is not None:
            self._skew = skew + found
        return found is not None


def transport_for(
    connection: Connection,
    service: Service,
    url: str,
    *,
    region: str,
    patience: float,
    credentials: CredentialSource | None = None,
) -> Transport:
    """A way to another service with the keys of a connection, or other ones; `patience` is for an answer, in seconds.

    Only with its own keys go the certificates that the connection trusts.
    """
    verify = connection._verify if credentials is None else None
    timeout = arguments.timeout((connection._timeout[0], patience))
    signer, largest = credentials or connection._credentials, connection._largest
    return Transport(url, signer, service=service, region=region, timeout=timeout, largest=largest, verify=verify)


def _budget(value: Budget | None) -> Budget | None:
    if value is not None and not isinstance(value, Budget):
        raise ValidationError(f"budget must be a Budget, such as Budget({value!r})")
    return value


def _folders(value: Sequence[str | os.PathLike[str]]) -> tuple[str | os.PathLike[str], ...]:
    if isinstance(value, (str, os.PathLike)):
        raise ValidationError(f"templates must be a list of folders, not {value!r}")
    return tuple(os.path.expanduser(folder) for folder in value)


def _open_local(database: str | os.PathLike[str] | None, settings: Settings) -> tuple[str, FixedCredentials, Any]:
    from mturk.connection.local import marketplace

    local = marketplace(database or settings.environ.get("MTURK_DATABASE") or "mturk.sqlite3")
    return local.url, local.credentials, local.market


# Sockets and locks of a parent are of no use in a forked child: a thread that held a lock is not there to let it go.
_all: WeakSet[Connection] = WeakSet()


def _renew_in_child() -> None:
    global _default_lock, _events_lock
    _default_lock, _events_lock = threading.Lock(), threading.Lock()
    for connection in list(_all):
        connection._transport.renew()
        connection._pace = Pace(connection.clock)
        connection._policy = evolve(connection._policy, quota=Quota())


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_in_child)

_default: Connection | None = None
_default_maker: Callable[[], Connection] | None = None
_events_maker: Callable[[Connection], Events] | None = None
_default_lock = threading.Lock()
_events_lock = threading.Lock()
Source = Callable[[], "Connection | None"]
_in_force: ContextVar[Connection | Source | None] = ContextVar("mturk connection", default=None)


def connect(
    where: str | None = None,
    *,
    profile: str | None = None,
    access_key: str | None = None,
    secret_key: str | None = None,
    session_token: str | None = None,
    region: str | None = None,
    timeout: Timeout = (10.0, 60.0),
    max_attempts: int = 5,
    max_wait: float = 300.0,
    database: str | os.PathLike[str] | None = None,
    templates: Sequence[str | os.PathLike[str]] = (),
    question_limit: int = 65_535,
    answer_limit: int = 5_000_000,
    response_limit: int = LARGEST,
    verify: bool | str | os.PathLike[str] | None = None,
    budget: Budget | None = None,
) -> Connection:
    """Make the connection that this process uses from now on; the arguments are those of `Connection`."""
    global _default
    _default = None  # if this fails, nobody goes on with an earlier connection by mistake
    connection = Connection(
        where,
        profile=profile,
        access_key=access_key,
        secret_key=secret_key,
        session_token=session_token,
        region=region,
        timeout=timeout,
        max_attempts=max_attempts,
        max_wait=max_wait,
        database=database,
        templates=templates,
        question_limit=question_limit,
        answer_limit=answer_limit,
        response_limit=response_limit,
        verify=verify,
        budget=budget,
    )
    _default = connection
    return connection


@contextmanager
def using(connection: Connection) -> Iterator[Connection]:
    """Use another connection while the block runs, in this thread or task only."""
    token = _in_force.set(connection)
    try:
        yield connection
    finally:
        _in_force.reset(token)


@contextmanager
def by_default(connection: Connection | None) -> Iterator[None]:
    """Put another connection in force for all threads while the block runs, whatever is connected meanwhile."""
    global _default, _default_maker, _events_maker
    before = _default, _default_maker, _events_maker
    _default, _default_maker, _events_maker = connection, None, None
    try:
        yield
    finally:
        _default, _default_maker, _events_maker = before


def make_by(connection: Callable[[], Connection] | None, events: Callable[[Connection], Events]) -> None:
    """Have a framework's settings make the default, unless somebody calls `connect`, and the events of connections."""
    global _default_maker, _events_maker
    _default_maker, _events_maker = connection, events


def take_over(holder: Connection | Source | None) -> Connection | Source | None:
    """Put a connection in force, or what gives one when it is first needed; the result is what was, to be put back."""
    before = _in_force.get()
    _in_force.set(holder)
    return before


def existing() -> Connection | None:
    """The connection in force, if there is one yet."""
    try:
        return _held() or _default
    except ConfigurationError:
        return None  # whoever cannot do without asks `current`, which says why there is none


def current() -> Connection:
    """The connection in force; made by a framework's settings or from the environment where nobody called `connect`."""
    global _default
    connection = _held() or _default
    if connection is None:
        with _default_lock:
            connection = _default or (_default_maker or Connection)()
            _default = _default or connection
    return connection


def _held() -> Connection | None:
    holder = _in_force.get()
    return holder() if callable(holder) else holder
