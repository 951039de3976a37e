"""Amazon's hosts that programs for Mechanical Turk call: those that are led to a marketplace, and no others."""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import ip_address

HOSTS = (
    "mturk-requester.us-east-1.amazonaws.com",
    "mturk-requester-sandbox.us-east-1.amazonaws.com",
    "www.mturk.com",
    "workersandbox.mturk.com",
    "requester.mturk.com",
    # The API before 2017.
    "mechanicalturk.amazonaws.com",
    "mechanicalturk.sandbox.amazonaws.com",
)


def normal(host: str) -> str:
    """The one way to write a host's name: names are the same in any case, and with a dot at the end."""
    return host.lower().removesuffix(".")


def is_led(host: str) -> bool:
    """Whether calls to this host are led to a marketplace."""
    return normal(host) in HOSTS


def entries(no_proxy: str) -> list[str]:
    """The entries of a NO_PROXY."""
    return [entry for entry in re.split(r"[,\s]+", no_proxy) if entry]


def bypassing(no_proxy: Iterable[str]) -> list[str]:
    """The entries of a NO_PROXY by which calls to one of Amazon's hosts would pass the redirect by."""
    return [entry for entry in no_proxy if any(covers(entry, host) for host in HOSTS)]


def covers(entry: str, host: str) -> bool:
    """Whether an entry of a NO_PROXY is for this host: for its whole name, or for the end of it."""
    name = normal(entry.rpartition(":")[0] if re.search(r":\d+$", entry) else entry).lstrip("*.")
    # `*` and `.` stand for all hosts.
    return not name or normal(host) == name or normal(host).endswith(f".{name}")


def is_this_machine(host: str) -> bool:
    """Whether a host is this machine by its name alone."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return normal(host) == "localhost" or normal(host).endswith(".localhost")
