"""What the pages work with: the market's rules, the settings, the real clock, the signing key."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TypeVar, cast

from flask import current_app

from mturk.marketplace.account.entrance import Entrance
from mturk.marketplace.account.own_account import OwnAccount
from mturk.marketplace.call import Context
from mturk.marketplace.clock import SECOND
from mturk.marketplace.dispatch import Dispatch
from mturk.marketplace.error import DatabaseBusy
from mturk.marketplace.frame.shelf import Shelf
from mturk.marketplace.http.throttle import Throttle
from mturk.marketplace.site.signing_key import SigningKey
from mturk.marketplace.site.site_setting import SiteSettings

Result = TypeVar("Result")

FORMS_A_SECOND = 1.0
"""So many forms a worker may send, in each process: most leave a row that stays, and cost the worker nothing."""
FORMS_AT_ONCE = 300
"""So many after a rest: more than people send who accept and return in a hurry."""

_NAME = "mturk"


@dataclass(frozen=True)
class Services:
    """One marketplace, as its pages know it."""

    dispatch: Dispatch
    settings: SiteSettings
    key: SigningKey
    real_time: Callable[[], float]
    """Rules sessions, invitations and sign-in; all else goes by the market's time."""
    upload_limit: int
    """Bytes that a file may have which a worker uploads."""
    entrance: Entrance
    own_account: OwnAccount
    shelf: Shelf = field(default_factory=Shelf)
    """The files of ours that answer for those of other hosts, in task pages."""
    forms: Throttle = field(default_factory=lambda: Throttle(FORMS_A_SECOND, FORMS_AT_ONCE, time.monotonic))
    """Counts the forms of each worker."""

    def now(self) -> int:
        """The real time in milliseconds."""
        return int(self.real_time() * SECOND)


def provide(services: Services) -> dict[str, object]:
    """What goes into `app.extensions`, for `services()` to find."""
    return {_NAME: services}


def services() -> Services:
    """Those of the application that answers now."""
    return cast(Services, current_app.extensions[_NAME])


def do(step: Callable[[Context], Result], *, together: bool = False) -> Result:
    """Change something, in one transaction at one moment of market time; `together` as `Dispatch.run` has it."""
    dispatch = services().dispatch
    return dispatch.run(step, together=together, until=dispatch.until())


def note(step: Callable[[Context], object]) -> None:
    """Change something that can as well stay as it is for now: where others are writing for long, it does."""
    dispatch = services().dispatch
    with suppress(DatabaseBusy):
        dispatch.run(step, until=dispatch.until(), within=dispatch.brief)


def look(step: Callable[[Context], Result]) -> Result:
    """Read something, on one snapshot."""
    dispatch = services().dispatch
    return dispatch.run(step, writes=False, until=dispatch.until())
