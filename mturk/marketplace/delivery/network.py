"""What kind of network an IP address is in, by our own list: Python's differs from version to version."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

LOOPBACK = "loopback"
PRIVATE = "private"
PUBLIC = "public"
RESERVED = "reserved"
"""Nothing is ever sent there: no host of anybody's, or one that gives a machine its credentials."""

_LOOPBACK = tuple(map(ip_network, ("127.0.0.0/8", "::1/128")))
_PRIVATE = tuple(map(ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")))
_RESERVED = tuple(
    map(
        ip_network,
        (
            "0.0.0.0/8",  # this network
            "100.64.0.0/10",  # shared by carriers; clouds have metadata services in it
            "168.63.129.16/32",  # a metadata service
            "169.254.0.0/16",  # link-local, with metadata services
            "192.0.0.0/24",  # protocols
            "192.0.2.0/24",  # documentation
            "192.88.99.0/24",  # relays of 6to4
            "198.18.0.0/15",  # measurements
            "198.51.100.0/24",  # documentation
            "203.0.113.0/24",  # documentation
            "224.0.0.0/4",  # multicast
            "240.0.0.0/4",  # never given out, and broadcast
            "2001::/23",  # protocols, Teredo among them
            "2001:db8::/32",  # documentation
            "2002::/16",  # 6to4, which wraps any IPv4 address
            "3fff::/20",  # documentation
            "fd00:ec2::/32",  # metadata services
        ),
    )
)
_UNICAST = IPv6Network("2000::/3")
# How public hosts of IPv4 look where a network has IPv6 only.
_TRANSLATED = IPv6Network("64:ff9b::/96")


def kind_of(text: str) -> str:
    """LOOPBACK, PRIVATE, PUBLIC or RESERVED; a ValueError for what is no address.

    An IPv6 address that stands for an IPv4 one is as good as that; behind a translator only public ones are.
    """
    address = ip_address(text.partition("%")[0])
    if isinstance(address, IPv4Address):
        return _kind(address)
    if address.ipv4_mapped:
        return _kind(address.ipv4_mapped)
    if address in _TRANSLATED:
        return PUBLIC if _kind(IPv4Address(int(address) & 0xFFFF_FFFF)) == PUBLIC else RESERVED
    return _kind(address)


def _kind(address: IPv4Address | IPv6Address) -> str:
    if any(address in network for network in _RESERVED):
        return RESERVED
    if any(address in network for network in _LOOPBACK):
        return LOOPBACK
    if any(address in network for network in _PRIVATE):
        return PRIVATE
    return PUBLIC if address.version == 4 or address in _UNICAST else RESERVED
