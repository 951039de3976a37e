"""The public address: where clients reach a marketplace that is behind a proxy, and what they sign."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple
from urllib.parse import urlsplit

from mturk.marketplace.error import SettingError
from mturk.marketplace.signature import SignedRequest

_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\]")
_PREFIX = re.compile(r"(/[A-Za-z0-9._~-]+)*")
_PORTS = {"https": 443, "http": 80}
# What paths of the marketplace begin with. Below such a prefix nobody could tell whether a proxy took it away.
_OWN = frozenset({"health", "metrics", "mturk", "pass", "queue", "sns", "upload", "worker"})


class PublicAddress(NamedTuple):
    """A URL without a slash at its end, and the Host header and the path that belong to it."""

    url: str
    host: str
    prefix: str

    @classmethod
    def of(cls, url: str) -> PublicAddress:
        """Read the setting `public_url`."""
        try:
            parts = urlsplit(url)
            host, port = parts.hostname or "", parts.port
        except (AttributeError, TypeError, ValueError):
            raise _refusal(url) from None
        host = f"[{host}]" if ":" in host else host
        prefix = parts.path.rstrip("/")
        if parts.scheme not in _PORTS or not _HOST.fullmatch(host) or not _PREFIX.fullmatch(prefix):
            raise _refusal(url)
        if parts.username is not None or parts.query or parts.fragment or port == 0:
            raise _refusal(url)
        if f"{prefix}/".split("/")[1] in _OWN:
            raise SettingError(
                f"public_url is {url!r}, but paths of the marketplace itself begin so. Take another name."
            )
        authority = host if port in (None, _PORTS[parts.scheme]) else f"{host}:{port}"
        return cls(f"{parts.scheme}://{authority}{prefix}", authority, prefix)

    def versions(self, request: SignedRequest) -> Iterator[SignedRequest]:
        """What a client may have signed of a request: sent to this address, or to the server without its prefix."""
        headers = {**request.headers, "host": self.host}
        inner = request.path.removeprefix(self.prefix) or "/"
        yield replace(request, headers=headers, path=f"{self.prefix}{inner}")
        if inner == "/":
            # Of an endpoint with a path some SDKs ask for it as it stands, others with a slash at its end.
            yield replace(request, headers=headers, path=self.prefix or "/")
        yield replace(request, path=inner)


def _refusal(url: object) -> SettingError:
    return SettingError(f"public_url is such as https://turk.my-lab.org or https://my-lab.org/turk, not {url!r}.")
