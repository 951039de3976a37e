"""Exchanges that go through a SOCKS proxy; importing them needs PySocks, as using such a proxy does."""

from __future__ import annotations

from urllib3.contrib.socks import SOCKSConnection, SOCKSHTTPSConnection

from mturk.connection.exchange import Exchange, SafeExchange


class SocksExchange(Exchange, SOCKSConnection):
    """A connection without TLS, through a SOCKS proxy."""


class SafeSocksExchange(SafeExchange, SOCKSHTTPSConnection):
    """A connection with TLS, through a SOCKS proxy."""


EXCHANGES: dict[object, type[Exchange]] = {SOCKSConnection: SocksExchange, SOCKSHTTPSConnection: SafeSocksExchange}
