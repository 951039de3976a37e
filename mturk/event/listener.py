"""Listeners: which function hears which events."""

from __future__ import annotations

import asyncio
import inspect
import threading
from collections.abc import Awaitable, Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any, TypeAlias

import attrs

from mturk.errors import ValidationError
from mturk.event.event_name import event_types
from mturk.record.record import id_of

if TYPE_CHECKING:
    from mturk.data.enumeration import EventType
    from mturk.event.event import Event
    from mturk.model.hit import HIT
    from mturk.model.hit_type import HITType

    Names: TypeAlias = str | Iterable[str]
    Types: TypeAlias = HITType | str | Iterable[HITType | str] | None
    Hits: TypeAlias = HIT | str | Iterable[HIT | str] | None

Handler = Callable[["Event"], "Awaitable[object] | object"]
_HOW = "write it as `def review(event): …`"


@attrs.frozen(eq=False)
class Listener:
    """A handler, and the events that it wants to hear."""

    handler: Handler
    name: str
    """The handler's name, by which a later try knows that it is done."""
    types: frozenset[EventType] | None
    hit_types: frozenset[str] | None
    hits: frozenset[str] | None
    once: bool

    @property
    def types_of_hits(self) -> bool:
        """Whether it may hear of more than assignments."""
        return self.types is None or not all(one.value.startswith("Assignment") for one in self.types)

    def hears(self, event: Event) -> bool:
        """Whether this event is for it."""
        return (
            (self.types is None or event.type in self.types)
            and (self.hit_types is None or event.hit_type_id in self.hit_types)
            and (self.hits is None or event.hit_id in self.hits)
        )


class Listeners:
    """The handlers of one `Events`, in the order in which they came."""

    def __init__(self) -> None:
        self._all: list[Listener] = []
        self._called: list[Listener] = []  # those that hear once, while they do
        self._lock = threading.Lock()
        self.around: Callable[[], AbstractContextManager[object]] = nullcontext
        """What surrounds the handlers of an event, in their thread."""

    def __bool__(self) -> bool:
        return bool(self._all)

    def __iter__(self) -> Any:
        return iter(tuple(self._all))

    def add(
        self,
        names: Names,
        handler: Handler,
        *,
        hit_type: Types = None,
        hit: Hits = None,
        once: bool = False,
    ) -> Listener:
        """Have a handler hear events from now on; ValidationError if it cannot be called with one."""
        _check(handler)
        with self._lock:
            types, hit_types, hits = event_types(names), _ids("hit_type", hit_type, "HITType"), _ids("hit", hit, "HIT")
            name = self._free_name(_name(handler, types, hit_types, hits))
            listener = Listener(handler, name, types, hit_types, hits, once)
            self._all.append(listener)
        return listener

    def remove(self, names: Names | None = None, handler: Handler | None = None) -> int:
        """Take away the handlers that were added with these names, this handler, or both; how many there were."""
        types = None if names is None else event_types(names)
        with self._lock:
            going = [
                listener
                for listener in [*self._all, *self._called]
                if (names is None or listener.types == types) and (handler is None or listener.handler == handler)
            ]
            self._all = [listener for listener in self._all if listener not in going]
            self._called = [listener for listener in self._called if listener not in going]
        return len(going)

    def take(self, listener: Listener) -> bool:
        """Whether a handler may be called now: always, but one that hears once is taken away and called no more."""
        with self._lock:
            if listener not in self._all:
                return False
            if listener.once:
                self._all.remove(listener)
                self._called.append(listener)
            return True

    def tell(self, event: Event) -> None:
        """Call those that hear the event, here and now; an error ends it."""
        with self.around():
            self._tell(event)

    def _tell(self, event: Event) -> None:
        for listener in tuple(self._all):
            if listener.hears(event) and self.take(listener):
                self.give_back(listener, failed=False)
                result = listener.handler(event)
                if inspect.isawaitable(result):
                    asyncio.run(_awaited(result))

    def give_back(self, listener: Listener, *, failed: bool) -> None:
        """Let one that hears once try again if it failed, unless it was taken away meanwhile."""
        with self._lock:
            if listener in self._called:
                self._called.remove(listener)
                if failed:
                    self._all.append(listener)

    def move_to(self, others: Listeners) -> None:
        """Hand all of them over."""
        with self._lock, others._lock:
            for listener in self._all:
                others._all.append(attrs.evolve(listener, name=others._free_name(listener.name.partition("#")[0])))
            self._all = []

    def renew(self) -> None:
        """Go on in a forked child, where whoever held the lock is not."""
        self._lock = threading.Lock()

    def _free_name(self, plain: str) -> str:
        taken = {listener.name for listener in self._all}
        names = (plain if number == 1 else f"{plain}#{number}" for number in range(1, len(taken) + 2))
        return next(name for name in names if name not in taken)


def _name(handler: Handler, *asked: frozenset[str] | None) -> str:
    """What tells this handler from others, in each process of the program alike."""
    plain = f"{getattr(handler, '__module__', None)}.{getattr(handler, '__qualname__', type(handler).__qualname__)}"
    return " ".join([plain, *(",".join(sorted(one or ())) for one in asked)])


def checked(names: Names, hit_type: Types, hit: Hits) -> Names:
    """The names, kept; what nobody could listen to is refused before the function that a decorator is for is there."""
    kept = names if isinstance(names, str) or not isinstance(names, Iterable) else tuple(names)
    event_types(kept)
    _ids("hit_type", hit_type, "HITType")
    _ids("hit", hit, "HIT")
    return kept


async def _awaited(result: Awaitable[object]) -> None:
    await result


def _check(handler: Handler) -> None:
    if not callable(handler):
        raise ValidationError(f"a handler must be a function that takes an event, not {handler!r}: {_HOW}")
    try:
        signature = inspect.signature(handler)
    except (TypeError, ValueError):
        return  # some built-in functions do not tell
    try:
        signature.bind(object())
    except TypeError:
        name = getattr(handler, "__qualname__", repr(handler))
        raise ValidationError(f"{name}{signature} cannot be called with an event alone: {_HOW}") from None


def _ids(name: str, things: Any, kind: str) -> frozenset[str] | None:
    if things is None:
        return None
    listed = things if isinstance(things, (list, tuple, set, frozenset)) else [things]
    return frozenset(id_of(name, thing, kind) for thing in listed)


EARLY = Listeners()
"""Handlers that were added before there was a connection; the first that is the default takes them over."""
