"""What the owner of a marketplace wants to know of it, checked."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass

from mturk.marketplace.error import SettingError

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True)
class WatchSettings:
    """Whether there are metrics, and for whom; whether requests and deeds are written down."""

    metrics: bool = False
    readers: tuple[Network, ...] = ()
    """Who may read the metrics beside this machine."""
    access_log: bool = False
    audit_trail: bool = False

    @classmethod
    def of(cls, metrics: bool | Sequence[str], *, access_log: bool, audit_trail: bool) -> WatchSettings:
        """Check what was given; `metrics` may name networks that may read them."""
        if isinstance(metrics, str):
            raise SettingError(f"metrics is True, False, or a list of networks, not {metrics!r}.")
        readers = () if isinstance(metrics, bool) else tuple(_network(one) for one in metrics)
        return cls(bool(metrics), readers, bool(access_log), bool(audit_trail))

    def may_read(self, address: str) -> bool:
        """Whether who comes from there may read the metrics."""
        try:
            peer = ipaddress.ip_address(address.partition("%")[0])
        except ValueError:
            return False
        if isinstance(peer, ipaddress.IPv6Address) and peer.ipv4_mapped:
            peer = peer.ipv4_mapped
        return peer.is_loopback or any(peer in network for network in self.readers)


def _network(text: str) -> Network:
    try:
        return ipaddress.ip_network(text)
    except ValueError:
        raise SettingError(
            f"metrics names addresses or networks that may read them, such as 10.0.0.0/8, not {text!r}."
        ) from None
