"""The embedded marketplaces of this process, one for each database file."""

from __future__ import annotations

import atexit
import os
import threading
from typing import Any

import attrs

from mturk.connection.credentials import Credentials, FixedCredentials
from mturk.errors import ConfigurationError


@attrs.frozen
class LocalMarketplace:
    """A running marketplace: its address and the requester's keys."""

    url: str
    credentials: FixedCredentials
    market: Any = attrs.field(repr=False)


@atexit.register
def _stop_all() -> None:
    """Fold each database's log into its file, so that the file alone holds everything when the program has ended."""
    for (process, _), running in list(_running.items()):
        if process == os.getpid():
            running.market.stop()


_running: dict[tuple[int, str], LocalMarketplace] = {}
_lock = threading.Lock()


def _renew_in_child() -> None:
    global _lock
    _lock = threading.Lock()  # the thread that may have held it is not there to let it go


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_in_child)


def marketplace(database: str | os.PathLike[str]) -> LocalMarketplace:
    """The marketplace on this database, started in the background when it does not run here yet."""
    name = os.path.expanduser(os.fspath(database))
    # A forked child has no server threads: it starts its own on the same file.
    key = (os.getpid(), name if "://" in name or name == ":memory:" else os.path.abspath(name))
    with _lock:
        if key not in _running:
            _running[key] = _start(name)
        return _running[key]


def _start(database: str) -> LocalMarketplace:
    try:
        from mturk.marketplace import Marketplace, MarketplaceError
    except ImportError as error:
        raise ConfigurationError(
            f"The local marketplace needs {error.name}: pip install 'mturk[marketplace]'"
        ) from None
    try:
        market = Marketplace(database=database)
        market.start()
        keys = Credentials(market.access_key, market.secret_key)
    except MarketplaceError as error:
        raise ConfigurationError(f"The local marketplace cannot start: {error}") from error
    return LocalMarketplace(f"{market.url.rstrip('/')}/", FixedCredentials(keys), market)
