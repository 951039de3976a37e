"""Who may vouch for a message: AWS's hosts for SNS, and the servers that a program names itself.

The addresses come from messages that nobody has verified yet. So an address is taken apart only if it is written in the
plainest way; what different programs might read in different ways is no address at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Protocol

import attrs

from mturk.errors import ConfigurationError
from mturk.question.address import is_near

_ADDRESS = re.compile(
    r"(?P<scheme>https?)://(?P<host>[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9a-f:.]+\])(?::(?P<port>[1-9]\d{0,4}))?"
    r"(?P<path>(?:/[A-Za-z0-9_.~-]*)*)(?P<query>\?[A-Za-z0-9_.~%&=+:/?@!$'()*,;-]*)?"
)
# A region. AWS's own validators take any name, among them those of S3, below which anybody may keep a file.
_AWS_HOST = re.compile(r"sns\.[a-z]{2,}(?:-[a-z]+)+-[0-9]+\.amazonaws\.com(\.cn)?")
# An empty name, or one that goes up or nowhere: servers take these in different ways.
_TURNS = re.compile(r"/(?:\.{0,2}/|\.{1,2}$)")
_PORTS = {"https": 443, "http": 80}


@attrs.frozen
class Address:
    """An address of the web in its parts."""

    scheme: str
    host: str
    port: int | None
    path: str
    query: str

    @property
    def origin(self) -> tuple[str, str, int]:
        """Scheme, host and port, the usual port where none is written."""
        return self.scheme, self.host.lower(), self.port or _PORTS[self.scheme]

    @property
    def segments(self) -> list[str]:
        """The names between the slashes of the path."""
        return [name for name in self.path.split("/") if name]


def address(text: str) -> Address | None:
    """The address that is plainly written so, or None."""
    found = _ADDRESS.fullmatch(text) if len(text) <= 2_000 and text.isascii() else None
    if found is None or ".." in found["host"] or _TURNS.search(found["path"]):
        return None
    port = int(found["port"]) if found["port"] else None
    if port is not None and port > 65_535:
        return None
    return Address(found["scheme"], found["host"], port, found["path"], found["query"] or "")


class Origin(Protocol):
    """A server that may vouch for messages."""

    def has_certificate(self, at: Address) -> bool:
        """Whether a certificate at this address is the server's own."""
        ...

    def has_subscription(self, at: Address) -> bool:
        """Whether the server confirms subscriptions at this address."""
        ...


@attrs.frozen
class AmazonOrigin:
    """AWS's hosts for SNS, by https and nothing else; that their https certificates are valid is the trust."""

    def has_certificate(self, at: Address) -> bool:
        return self._has(at) and at.path.endswith(".pem") and not at.query

    def has_subscription(self, at: Address) -> bool:
        return self._has(at)

    def _has(self, at: Address) -> bool:
        return at.scheme == "https" and at.port is None and _AWS_HOST.fullmatch(at.host) is not None


@attrs.frozen
class OwnOrigin:
    """A server of one's own, below the address that the program gave."""

    prefix: Address

    def has_certificate(self, at: Address) -> bool:
        names = self.prefix.segments
        return at.origin == self.prefix.origin and not at.query and at.segments[: len(names)] == names

    def has_subscription(self, at: Address) -> bool:
        return at.origin == self.prefix.origin


AMAZON = AmazonOrigin()


def origins(certificates: str | Iterable[str]) -> Sequence[Origin]:
    """AWS and the servers at these addresses; a ConfigurationError names the address that cannot be trusted."""
    prefixes = [certificates] if isinstance(certificates, str) else list(certificates)
    return AMAZON, *(_own(prefix) for prefix in prefixes)


def _own(prefix: object) -> OwnOrigin:
    found = address(prefix) if isinstance(prefix, str) else None
    if found is None or found.query:
        raise ConfigurationError(
            f"{prefix!r} is no address that certificates can be below. Write certificates=["
            '"https://turk.my-lab.org/sns/"], the address of your own marketplace.'
        )
    if found.scheme == "http" and not is_near(found.host.strip("[]").lower()):
        raise ConfigurationError(
            f"Anybody on the way can change a certificate that comes from {prefix} without https. Write https://; "
            "http:// is for this machine and private addresses (127.0.0.1, 10.0.0.7)."
        )
    return OwnOrigin(found)
