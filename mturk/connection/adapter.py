"""requests' adapter for one endpoint: all that this package touches of requests' private parts.

Read against requests 2.33.0 and 2.34.2: `HTTPAdapter.send` asks for the pool (`get_connection_with_tls_context`), the
path (`request_url`) and the response (`build_response`) at each request, and `Response._content` holds the body once it
was read. tests/connection/test_adapter.py fails as soon as a later version differs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import requests
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from urllib3 import BaseHTTPResponse
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import ConnectionPool, HTTPConnectionPool

from mturk import late
from mturk.connection.bound import Bounds
from mturk.connection.exchange import Exchange, Received, SafeExchange

if TYPE_CHECKING:
    from mturk.connection import compression
else:
    compression = late.module("mturk.connection.compression")

_MOST_IDLE = 64  # connections that are kept open, for as many threads
_EXCHANGES: dict[object, type[Exchange]] = {HTTPConnection: Exchange, HTTPSConnection: SafeExchange}


class Headers(CaseInsensitiveDict[str]):
    """The headers of one request, found whatever their case."""

    def copy(self) -> Headers:
        """The same: urllib3 adds a proxy's headers to a copy, and these belong to no other request."""
        return self


class Adapter(HTTPAdapter):
    """Sends to one endpoint: finds its pool and path once, reads each answer at once, keeps no cookies.

    OutOfBounds is raised of an answer that is too large or does not end.
    """

    _pool: ConnectionPool | None = None
    _target: str | None = None

    def __init__(self, bounds: Bounds) -> None:
        super().__init__(pool_maxsize=_MOST_IDLE)
        self._bounds = bounds

    def get_connection_with_tls_context(self, *args: Any, **options: Any) -> ConnectionPool:
        if self._pool is None:
            self._pool = super().get_connection_with_tls_context(*args, **options)
        _exchange(self._pool, self._bounds)
        return self._pool

    def request_url(self, *args: Any, **options: Any) -> str:
        if self._target is None:
            self._target = super().request_url(*args, **options)
        return self._target

    def close(self) -> None:
        if self._pool is not None:
            self._pool.close()  # clearing urllib3's manager drops its pools and leaves their sockets open
        super().close()

    def build_response(self, req: requests.PreparedRequest, resp: BaseHTTPResponse) -> requests.Response:
        response = requests.Response()
        response.status_code = resp.status
        response.headers = resp.headers  # type: ignore[assignment]  # as case-blind as requests' own, and not copied
        if isinstance(resp, Received):
            resp.release_conn()
            content = resp.content
        else:
            content = _read(resp, self._bounds)
        if "Content-Encoding" in resp.headers:
            content = compression.plain(content, resp.headers, self._bounds)
        response._content = content
        response.request = req
        response.url = req.url or ""
        return response


def _exchange(pool: ConnectionPool, bounds: Bounds) -> None:
    """Have the pool make connections of ours, as long as it would make urllib3's.

    Others stay: those that a library such as vcrpy puts in place of urllib3's for a while.
    """
    if isinstance(pool, HTTPConnectionPool):
        usual = type(pool).ConnectionCls
        ours = _EXCHANGES.get(usual) or _through_socks(usual)
        pool.ConnectionCls = ours or usual
        if ours is None:
            pool.conn_kw.pop("bounds", None)
        else:
            pool.conn_kw["bounds"] = bounds


def _through_socks(usual: type) -> type[Exchange] | None:
    if usual.__module__ != "urllib3.contrib.socks":
        return None
    from mturk.connection import socks_exchange

    return socks_exchange.EXCHANGES.get(usual)


def _read(response: BaseHTTPResponse, bounds: Bounds) -> bytes:
    """The body of an answer that another library holds."""
    content: bytes = response.read(bounds.largest + 1, decode_content=False)
    if len(content) > bounds.largest:
        raise bounds.too_large()
    return content
