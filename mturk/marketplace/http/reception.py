"""Takes connections in, as many as the limits allow, and sends away those that keep others out."""

from __future__ import annotations

import errno
import logging
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.server import TcpWSGIServer
from waitress.task import ThreadedTaskDispatcher

from mturk.marketplace.account.slowdown import network
from mturk.marketplace.gate.connection_limit import ConnectionLimits
from mturk.marketplace.gate.lobby import Lobby, Rank
from mturk.marketplace.gate.poller import Poller
from mturk.marketplace.gate.stock import Stock
from mturk.marketplace.http.channel import Channel
from mturk.marketplace.http.complaint import NO_ROOM, Ending, Pages

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_LOOK = 1.0  # seconds between two looks for those who are late
_LOOK_AT_THE_END = 0.02
_MOST_UNTAKEN = 1_000_000  # bytes of answers, beyond which a connection has no further request answered
_WAITING = 1024  # connections at most that the system holds until they are taken in
_AT_ONCE = 64  # connections that are taken in before others are read from again
_NO_DESCRIPTORS = (errno.EMFILE, errno.ENFILE)

_log = logging.getLogger(__name__)


class BodyLimits(NamedTuple):
    """How many bytes the body of a request to a path may have, and how many from somebody who names no key."""

    largest: Callable[[str], int]
    unsigned: Callable[[str], int]


class Reception(TcpWSGIServer):
    """waitress' server with a loop and rules of its own. All but `add_task` is for the one thread that runs `work`."""

    def __init__(
        self,
        application: WSGIApplication,
        listening: socket.socket,
        adj: Adjustments,
        dispatchers: Callable[[Channel], ThreadedTaskDispatcher],
        limits: ConnectionLimits,
        body_limits: BodyLimits,
        spares: Callable[[str], bool],
        pages: Pages,
    ) -> None:
        self.pages = pages
        self.members: dict[int, Any] = {}
        self.body_limits = body_limits
        self.stock = Stock(limits.bodies)
        self.is_ending = False
        self._limits = limits
        self._spares = spares
        self._dispatchers = dispatchers
        self._lobby: Lobby[Channel] = Lobby()
        self._poller = Poller()
        self._busy: set[Channel] = set()
        self._next_look = 0.0
        self._cannot_open = False
        self._thread: int | None = None
        place = (listening.family, listening.type, listening.proto, listening.getsockname())
        # Its own threads are not used.
        super().__init__(
            application, self.members, True, listening, dispatcher=object(), adj=adj, sockinfo=place, bind_socket=False
        )
        self._poller.watch(self.trigger, reads=True)

    @property
    def is_own_thread(self) -> bool:
        """Whether this is the thread that may close connections."""
        return self._thread == threading.get_ident()

    @property
    def held(self) -> int:
        """How many connections there are."""
        return len(self._lobby)

    def add_task(self, task: Channel) -> None:
        """Have a request answered, now or when its client has taken the answers before it."""
        task.queued()
        self._answer(task)

    def _answer(self, task: Channel) -> None:
        # Who put it off is waited for by `_settle`: the trigger is pulled when an answer is done. The server's own
        # thread may find it put off at once; so that is not asked again here, or the request would be answered twice.
        is_put_off = task.total_outbufs_len > _MOST_UNTAKEN
        task.is_put_off = is_put_off
        if not is_put_off:
            self._dispatchers(task).add_task(task)

    def work(self, longest: float = _LOOK) -> None:
        """Wait for what comes, and do what is to be done for it."""
        self._thread = threading.get_ident()
        # These are changed by other threads, which pull the trigger when they have done so.
        for channel in sorted(self._busy, key=lambda one: one.heard):  # who was answered first has waited longest
            self._settle(channel)
        if not self.is_ending:
            self._poller.watch(self, reads=not self._cannot_open and self._can_take())
        for member in self._poller.wait(longest):
            if isinstance(member, Channel):
                self._settle(member)
        if time.monotonic() >= self._next_look:
            self._look()

    def readable(self) -> bool:
        return True  # what waitress does here as well, `work` does

    def handle_accept(self) -> None:
        for _ in range(_AT_ONCE):
            if not self._take_one():
                return

    def handle_error(self) -> None:
        # waitress would not listen any more after that.
        _log.exception("a connection could not be taken in")

    def left(self, channel: Channel) -> None:
        """A connection is being closed."""
        self._poller.forget(channel)
        self._lobby.leave(channel)
        self._busy.discard(channel)

    def drain(self, queues: Iterable[ThreadedTaskDispatcher], *, turn: float, finish: float) -> None:
        """Take nobody in any more, and see that everybody gets an answer.

        What waits for its turn gets it within `turn` seconds, or is refused then. What is being answered, and sent, has
        `finish` seconds.
        """
        began = time.monotonic()
        for _ in range(_WAITING):  # and no more, since others may come as fast as these are taken in
            if not self._take_one():
                break
        self._poller.forget(self)
        wasyncore.dispatcher.close(self)  # without the trigger, which other threads still pull
        # From now on answers end their connections. Earlier, whose was ended could come back before nobody listens.
        self.is_ending = True
        self.work(0)  # what was sent before
        while len(self._lobby):
            passed = time.monotonic() - began
            if passed >= self._limits.farewell:
                self._send_home(also_begun=passed >= turn)
            if passed >= turn:
                _refuse(queues)
            if passed >= finish:
                break
            self.work(_LOOK_AT_THE_END)

    def close(self) -> None:
        """Cut all that is left."""
        for member in tuple(self.members.values()):
            if isinstance(member, Channel):
                member.dismiss()
        self.trigger.close()
        self._poller.close()

    def _settle(self, channel: Channel) -> None:
        if channel._fileno is None:
            return
        if channel.answered != channel.asked:
            channel.answered = channel.asked
            self._lobby.move(channel, None)  # it has sent a request since, however soon that was answered
        if channel.is_put_off:
            self._answer(channel)
        rank = channel.rank
        self._lobby.move(channel, rank)
        if rank is None:
            self._busy.add(channel)
        else:
            self._busy.discard(channel)
        writes = channel.writable()
        if rank is not None or writes:
            self._poller.watch(channel, reads=channel.readable(), writes=writes)

    def _take_one(self) -> bool:
        """Take a connection in, if there is one and place for it."""
        if not self._can_take():
            return False
        try:
            taken = self.accept()
        except OSError as error:
            self._no_more(error)
            return False
        if taken is None:
            return False
        try:
            self._welcome(*taken)
        except OSError:
            taken[0].close()  # the client is gone already
        except Exception:
            taken[0].close()
            raise
        return True

    def _can_take(self) -> bool:
        return len(self._lobby) < self._limits.connections or self._lobby.longest() is not None

    def _welcome(self, connection: socket.socket, address: Any) -> None:
        whose = network(address[0])
        is_spared = self._spares(address[0])
        if not is_spared and self._lobby.number(whose) >= self._limits.per_address and not self._make_place(whose):
            _send_away(connection)
            return
        if len(self._lobby) >= self._limits.connections:
            self._make_place()
        self.set_socket_options(connection)
        channel = Channel(self, connection, address, None if is_spared else whose)
        self._lobby.enter(channel, whose)
        self._settle(channel)

    def _make_place(self, whose: str | None = None) -> bool:
        last = self._lobby.longest(whose)
        if last is not None:
            last.dismiss(NO_ROOM)
        return last is not None

    def _no_more(self, error: OSError) -> None:
        """A connection could not be taken in; the system may have lent what it has, or the client be gone."""
        if error.errno in _NO_DESCRIPTORS and not self._make_place():
            self._cannot_open = True  # until the next look

    def _look(self) -> None:
        now = time.monotonic()
        self._next_look = now + _LOOK
        for channel in tuple(self.active_channels.values()):
            if channel.is_late(now, self._limits):
                channel.dismiss()
        self._cut_off_who_takes_no_answers()
        self._cannot_open = False

    def _cut_off_who_takes_no_answers(self) -> None:
        # Each is sooner or later, but until then they lie in memory and in files, for hundreds of connections.
        left = {one: one.total_outbufs_len for one in tuple(self.active_channels.values()) if one.payer is not None}
        held: Counter[str] = Counter()
        for channel, size in left.items():
            held[channel.payer] += size
        for channel in sorted(left, key=lambda one: left[one], reverse=True):
            if held.total() <= self._limits.answers:
                return
            if held[channel.payer] == max(held.values()):
                held[channel.payer] -= left[channel]
                channel.dismiss()

    def _send_home(self, *, also_begun: bool) -> None:
        """Close what waits for nothing, and perhaps what has sent a part of a request."""
        for channel in tuple(self.active_channels.values()):
            is_done = channel.request is None and not channel.is_lingering
            if channel.rank in (Rank.NEW, Rank.IDLE) and (is_done or also_begun):
                channel.dismiss(NO_ROOM)


def _refuse(queues: Iterable[ThreadedTaskDispatcher]) -> None:
    """Tell all who still wait for their turn that they will not have one."""
    for dispatcher in queues:
        with dispatcher.lock:
            waiting = list(dispatcher.queue)
            dispatcher.queue.clear()
        for channel in waiting:
            channel.requests[0].error = Ending("")
            channel.service()


def _send_away(connection: socket.socket) -> None:
    with connection:
        connection.setblocking(False)
        with suppress(OSError):  # the client is gone
            connection.send(NO_ROOM.written())
