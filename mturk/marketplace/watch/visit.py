"""Who asks in the request that is being answered: known to whatever happens in it, in the thread that answers it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar, Token

REQUEST_ID = "x-amzn-RequestId"
"""The header of an answer by which a caller can name the request."""


class Visit:
    """One request to the server, from its arrival to its answer; what is known of it grows on the way."""

    # Most of it stays unknown of most requests, and each request makes one of these.
    is_relayed = False
    """Whether it says of itself that somebody handed it on whom nobody said to trust."""
    place = ""
    """Which page it is, by the rule for its path."""
    path = ""
    """The path itself, without what opens anything."""
    operation = ""
    """The operation that is called, where the request's head does not name it."""
    requester: int | None = None
    access_key: str | None = None
    worker_id: str | None = None
    code = ""
    """The code of the error that it is answered with."""

    def __init__(self, address: str = "") -> None:
        self.id = str(uuid.uuid4())
        self.address = address
        """The client's address on the network, as far as it can be believed."""

    def __repr__(self) -> str:
        return f"<Visit {self.id} from {self.address}>"


_here: ContextVar[Visit | None] = ContextVar("mturk_visit", default=None)


def current() -> Visit | None:
    """The request that is being answered here; None where nobody's is."""
    return _here.get()


def whose() -> tuple[str | None, int | str | None]:
    """From which address somebody asks here, and who of those there, as far as that is known; None for nobody."""
    here = _here.get()
    return (None, None) if here is None else (here.address, here.requester or here.worker_id)


def request_id() -> str:
    """The id of the request that is being answered here, or a new one."""
    here = _here.get()
    return str(uuid.uuid4()) if here is None else here.id


def arrive(visit: Visit) -> Token[Visit | None]:
    """Answer this request from now on."""
    return _here.set(visit)


def leave(token: Token[Visit | None]) -> None:
    """Go back to what was answered before `arrive`."""
    _here.reset(token)


@contextmanager
def during(visit: Visit) -> Iterator[Visit]:
    """Answer a request for as long as the block lasts."""
    token = arrive(visit)
    try:
        yield visit
    finally:
        leave(token)


def by_requester(number: int, access_key: str) -> None:
    """Note that it is this requester who asks."""
    here = _here.get()
    if here is not None:
        here.requester, here.access_key = number, access_key


def calls(operation: str) -> None:
    """Note which operation is called."""
    here = _here.get()
    if here is not None:
        here.operation = operation


def by_worker(worker_id: str) -> None:
    """Note that it is this worker who asks."""
    here = _here.get()
    if here is not None:
        here.worker_id = worker_id


def refused(code: str) -> None:
    """Note with which error the request is answered."""
    here = _here.get()
    if here is not None:
        here.code = code


def at(place: str, path: str) -> None:
    """Note which page it is."""
    here = _here.get()
    if here is not None:
        here.place, here.path = place, path


def came_from(address: str, *, is_relayed: bool) -> None:
    """Note the client's address, and whether it claims one that is not believed."""
    here = _here.get()
    if here is not None:
        here.address, here.is_relayed = address, is_relayed
