"""What the owner of a marketplace decides about its site, checked."""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mturk.marketplace.error import SettingError
from mturk.marketplace.http.public_address import PublicAddress
from mturk.marketplace.site.terms import Terms, read_terms

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

INVITE, OPEN, HEADER = "invite", "open", "header"
"""Who can have an account: those who were invited, everybody, or those whom a proxy in front names in a header."""
_DEFAULT_HEADER = "X-Remote-User"
_HEADER_NAME = re.compile("[A-Za-z0-9-]+")
_HOST = re.compile(r"(?=.{1,200}$)[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?")

_END_OF_HOST = re.compile(r"\.?(:[0-9]*)?\Z")


@dataclass(frozen=True)
class SiteSettings:
    """How the site is reached, who may sign up, and what task pages may do."""

    public: PublicAddress | None = None
    """The address that workers use; None where they use that of the server itself."""
    task_host: str | None = None
    """Below this name each requester's pages have a host of their own; None gives them an opaque origin."""
    sign_up: str = INVITE
    header: str = _DEFAULT_HEADER
    """The header that names who is signed in, where `sign_up` is "header"."""
    trusted_proxies: tuple[Network, ...] = ()
    terms: Terms | None = None
    """What who signs up consents to."""
    offline: bool = False
    """Whether task pages are kept from all other hosts."""

    @classmethod
    def of(
        cls,
        *,
        public: PublicAddress | None = None,
        task_host: str | None = None,
        sign_up: str = INVITE,
        trusted_proxies: Sequence[str] = (),
        terms: str | os.PathLike[str] | None = None,
        offline: bool = False,
    ) -> SiteSettings:
        """Check what was given; `sign_up` may name the header, as in "header:X-Remote-User"."""
        mode, _, header = sign_up.partition(":")
        if mode not in (INVITE, OPEN, HEADER) or (header and mode != HEADER):
            raise SettingError(f'sign_up is "invite", "open", "header" or "header:X-Remote-User", not {sign_up!r}.')
        if header and not _HEADER_NAME.fullmatch(header):
            raise SettingError(f"{header!r} is not the name of a header.")
        proxies = tuple(_network(one) for one in trusted_proxies)
        if mode == HEADER and not proxies:
            raise SettingError('sign_up="header" needs trusted_proxies: everybody else could send the header too.')
        if task_host is not None and public is None:
            raise SettingError("task_host needs public_url: at a task host nothing else says where the site is.")
        found = cls(
            public=public,
            task_host=None if task_host is None else _host(task_host),
            sign_up=mode,
            header=header or _DEFAULT_HEADER,
            trusted_proxies=proxies,
            terms=None if terms is None else read_terms(Path(terms)),
            offline=bool(offline),
        )
        if public is not None and found.is_task_host(public.host):
            raise SettingError(f"task_host is {task_host!r}, where the site itself is. Take a name beside it.")
        return found

    def is_task_host(self, host: str) -> bool:
        """Whether a Host header names the task host, or a host below it; at any port, since cookies know none."""
        if self.task_host is None:
            return False
        name, below = _name(host), _name(self.task_host)
        return name == below or name.endswith(f".{below}")

    def trusts(self, address: str) -> bool:
        """Whether what this peer says of others is believed."""
        if not self.trusted_proxies:
            return False
        try:
            peer = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(peer in network for network in self.trusted_proxies)


def _network(text: str) -> Network:
    try:
        return ipaddress.ip_network(text)
    except ValueError:
        raise SettingError(
            f"A trusted proxy is an address or a network, such as 127.0.0.1 or 10.0.0.0/8, not {text!r}."
        ) from None


def _name(host: str) -> str:
    """The name in a Host header: without a port, and without the dot that may end it."""
    return _END_OF_HOST.sub("", host.lower())


def _host(text: str) -> str:
    if not _HOST.fullmatch(text.lower()):
        raise SettingError(f"task_host is a name with or without a port, such as lab-tasks.org, not {text!r}.")
    return text.lower()
