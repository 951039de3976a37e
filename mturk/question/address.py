"""Which addresses of web pages may go without https: those that never leave the house."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit


def split(url: str) -> SplitResult | None:
    """The address in its parts, or None if it is no address of a web page."""
    try:
        parts = urlsplit(url)
        _ = parts.port  # a port that is no number is found out only when it is asked for
    except ValueError:
        return None
    return parts if parts.scheme in ("http", "https") and parts.hostname else None


def is_near(host: str) -> bool:
    """Whether the host is this machine, or in a private network."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        found = ip_address(host)
    except ValueError:
        return False
    return found.is_loopback or (found.is_private and not found.is_unspecified)
