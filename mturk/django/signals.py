"""Django signals for events: `assignment_submitted`, `hit_reviewable` … and `event` for all of them.

    @receiver(assignment_submitted, sender=photos)
    def review(sender, event, **more):
        event.assignment.approve()

`sender` is the id of the HIT type; a receiver that names one, as a record or an id, is told of that type's events
alone. Receivers are called by `send`: one that raises makes the event come again after a pause, for all of its
receivers, so what they do should be safe to repeat, as the verbs of mturk are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import connections
from django.dispatch import Signal

from mturk.data.enumeration import EventType
from mturk.record.record import id_of

if TYPE_CHECKING:
    from mturk.event.event import Event


class EventSignal(Signal):
    """A signal of events, whose senders are HIT types: records, or equal ids."""

    def __init__(self) -> None:
        super().__init__()
        # Django tells senders apart by identity, and equal texts need not be the same text.
        self._ids: dict[str, str] = {}
        self._names_nobody = False

    def connect(
        self, receiver: Callable[..., Any], sender: Any = None, weak: bool = True, dispatch_uid: Any = None
    ) -> None:
        """As of any signal; `sender` is a HIT type or its id, and without it all events are told."""
        wanted = self._sender(sender)
        self._names_nobody |= wanted is None
        super().connect(receiver, wanted, weak, dispatch_uid)
        for hook in _hooks:
            hook(wanted if isinstance(wanted, str) else None)

    def disconnect(self, receiver: Any = None, sender: Any = None, dispatch_uid: Any = None) -> bool:
        """As of any signal."""
        return bool(super().disconnect(receiver, self._sender(sender), dispatch_uid))

    def tell(self, event: Event) -> None:
        """Call the receivers; the first error ends it."""
        app = apps.get_app_config("mturk")
        type_id = event.hit_type_id
        self.send(sender=app if type_id is None else self._ids.get(type_id, type_id), event=event)

    @property
    def hears_all(self) -> bool:
        """Whether a receiver wants the events of whatever HIT type."""
        return bool(self.receivers) and self._names_nobody

    def senders(self) -> tuple[str, ...]:
        """The HIT types that receivers have named."""
        return tuple(self._ids)

    def _sender(self, sender: Any) -> Any:
        if sender is None or sender is apps.get_app_config("mturk"):
            return sender
        found = id_of("sender", sender, "HITType")
        return self._ids.setdefault(found, found)


event = EventSignal()
assignment_accepted = EventSignal()
assignment_abandoned = EventSignal()
assignment_returned = EventSignal()
assignment_submitted = EventSignal()
assignment_rejected = EventSignal()
assignment_approved = EventSignal()
hit_created = EventSignal()
hit_expired = EventSignal()
hit_reviewable = EventSignal()
hit_extended = EventSignal()
hit_disposed = EventSignal()
ping = EventSignal()

BY_TYPE = {
    EventType.ASSIGNMENT_ACCEPTED: assignment_accepted,
    EventType.ASSIGNMENT_ABANDONED: assignment_abandoned,
    EventType.ASSIGNMENT_RETURNED: assignment_returned,
    EventType.ASSIGNMENT_SUBMITTED: assignment_submitted,
    EventType.ASSIGNMENT_REJECTED: assignment_rejected,
    EventType.ASSIGNMENT_APPROVED: assignment_approved,
    EventType.HIT_CREATED: hit_created,
    EventType.HIT_EXPIRED: hit_expired,
    EventType.HIT_REVIEWABLE: hit_reviewable,
    EventType.HIT_EXTENDED: hit_extended,
    EventType.HIT_DISPOSED: hit_disposed,
    EventType.PING: ping,
}

OF_SUBMISSIONS = (assignment_submitted, assignment_approved, assignment_rejected)
"""What a poll tells only of what is watched."""

Hook = Callable[["str | None"], object]
_hooks: list[Hook] = []


def when_wanted(hook: Hook) -> None:
    """Call this for each receiver, now and later, with the id of the HIT type that it names, or None.

    A process in which nobody wants to know must not use events up that another waits for.
    """
    _hooks.append(hook)
    for signal in (event, *BY_TYPE.values()):
        if signal.receivers:
            for type_id in (None, *signal.senders()):
                hook(type_id)


def relay(told: Event) -> None:
    """Hand an event over to the receivers of its signal, then to those of `event`."""
    signal = BY_TYPE.get(told.type)  # type: ignore[call-overload]  # a word that is new to us has no signal
    if signal is not None:
        signal.tell(told)
    event.tell(told)


@contextmanager
def fresh_connections() -> Iterator[None]:
    """Put database connections away that are too old, or broken, before and after an event.

    Handlers have threads of their own, where no request begins or ends; Django does the same around a request.
    """
    _put_old_connections_away()
    try:
        yield
    finally:
        _put_old_connections_away()


def _put_old_connections_away() -> None:
    for database in connections.all(initialized_only=True):
        if not database.in_atomic_block:  # as in a test that sends an event within its own transaction
            database.close_if_unusable_or_obsolete()
