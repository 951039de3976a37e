"""A request on its way in: its head is checked strictly, and its body kept only as far as its sender may send one."""

from __future__ import annotations

import re
import time
from copy import copy
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from waitress.parser import HTTPRequestParser, ParsingError
from waitress.utilities import BadRequest, RequestHeaderFieldsTooLarge

from mturk.marketplace.account.slowdown import network
from mturk.marketplace.gate.framing import FramingError, checked
from mturk.marketplace.gate.stock import SMALL
from mturk.marketplace.http.complaint import Busy, TooManyCookies, Unsigned
from mturk.marketplace.signature import ALGORITHM

if TYPE_CHECKING:
    from mturk.marketplace.http.channel import Channel

_PIECE = 512  # of a chunked body that is looked at in one go: each chunk in it has the rest copied
_LONGEST_LINE = 1024  # of a chunk's size and what else stands there
_LONGEST_TRAILER = 8192
_COOKIES = re.compile(rb"\ncookie:[^\r\n]*", re.IGNORECASE)


class Request(HTTPRequestParser):
    """What has come of a request on a channel."""

    adj: Any

    def __init__(self, channel: Channel) -> None:
        super().__init__(channel.adj)
        self.began = time.monotonic()
        self._channel = channel
        self._held = 0
        self.party = channel.payer
        """Whose it is: a network, of which a trusted proxy tells the address; None where it tells none."""

    def parse_header(self, header_plus: bytes) -> None:
        try:
            super().parse_header(checked(header_plus))
        except (FramingError, ValueError) as error:  # ValueError is what urllib says of http://[
            raise ParsingError(str(error)) from None
        told = self.headers.get("X_FORWARDED_FOR", "").rpartition(",")[2].strip()
        if self.party is None and told:
            self.party = network(told)
        limits = self._channel.server.body_limits
        largest = limits.largest(self.path)
        if not _names_a_key(self.headers.get("AUTHORIZATION", "")):
            unsigned = min(largest, limits.unsigned(self.path))
            if unsigned < self.content_length <= largest:
                self.error = Unsigned("")
                self.completed = True
            elif self.chunked:
                largest = unsigned
        self.adj = _limited(self.adj, largest)

    def received(self, data: bytes) -> int:
        taken: int = super().received(data[:_PIECE] if self.chunked else data)
        if isinstance(self.error, RequestHeaderFieldsTooLarge) and self._is_for_cookies(self.header_plus + data):
            self.error = TooManyCookies()
        if self.body_rcv is not None:
            self._hold()
        if self.chunked and not self.completed:
            self._check_lines()
        if self.completed:
            # Who waits to be told to send a body is told what is wrong instead.
            self.expect_continue = False
            self._channel.asked += not self.empty
        return taken

    def close(self) -> None:
        super().close()
        held, self._held = self._held, 0
        self._channel.server.stock.remove(self.party, held)

    def _hold(self) -> None:
        more = self.body_bytes_received - self._held
        self._held += more
        has_room = self._channel.server.stock.add(self.party, more) if more else True
        if not has_room and self._held > SMALL and self.error is None:
            self.error = Busy("")
            self.completed = True

    def _is_for_cookies(self, head: bytes) -> bool:
        """Whether half of what a head may have is cookies. A web page can make an address long, and nothing else."""
        most: int = self.adj.max_request_header_size
        return 2 * sum(map(len, _COOKIES.findall(head))) > most

    def _check_lines(self) -> None:
        if len(self.body_rcv.control_line) > _LONGEST_LINE or len(self.body_rcv.trailer) > _LONGEST_TRAILER:
            self.error = BadRequest("A line between two chunks is too long.")
            self.completed = True


def _names_a_key(authorization: str) -> bool:
    return authorization.startswith(f"{ALGORITHM} ") and "Credential=" in authorization


@lru_cache(maxsize=64)
def _limited(settings: Any, largest: int) -> Any:
    limited = copy(settings)
    limited.max_request_body_size = largest + 1  # the first size that is refused
    return limited
