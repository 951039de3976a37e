"""Where notifications may go: SQS queues, named by their URLs, and SNS topics, named by their ARNs.

A requester chooses the destination, and we send to it from inside the lab's network. So it is https, or plain http to
this machine; anything else, and every address where clouds give credentials to their machines (the metadata services),
is refused here or when the connection is made.
"""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import NamedTuple
from urllib.parse import urlsplit

_HOST = re.compile(r"[a-z0-9]([a-z0-9._-]*[a-z0-9])?\.?|[0-9a-f:.]+")
_QUEUE_PATH = re.compile(r"(/[A-Za-z0-9_-]+)*/[A-Za-z0-9_-]{1,80}")
_LONGEST_ADDRESS = 1024
_VISIBLE = re.compile(rf"[!-~]{{1,{_LONGEST_ADDRESS}}}")
_TOPIC = re.compile(r"arn:aws(-cn|-us-gov)?:sns:(?P<region>[a-z]{2}(-[a-z]+)+-\d+):\d{12}:[A-Za-z0-9_-]{1,256}")
_METADATA = frozenset(map(ip_address, ("fd00:ec2::254", "fd00:ec2::23", "168.63.129.16", "100.100.100.200")))
# IPv6 networks whose addresses end in an IPv4 address: the old form, and that of NAT64.
_TRANSLATED = (IPv6Network("::/96"), IPv6Network("64:ff9b::/96"))
_PORTS = {"https": 443, "http": 80}


class Endpoint(NamedTuple):
    """A web server that accepts messages."""

    scheme: str
    host: str
    port: int
    elsewhere: bool = False
    """Whether it must not be this machine."""

    @property
    def authority(self) -> str:
        """Host and port, as in a URL and in the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    def may_be_at(self, address: str) -> bool:
        """Whether a message may be sent to this address, to which the host's name resolves."""
        found = ip_address(address.partition("%")[0])
        found = (_embedded(found) if isinstance(found, IPv6Address) else None) or found
        if self.elsewhere and found.is_loopback:
            return False
        if self.scheme == "http":
            return found.is_loopback
        # Metadata services are at link-local addresses, and at these few others.
        unfit = found.is_link_local or found.is_multicast or found.is_unspecified
        return not unfit and found not in _METADATA


def _embedded(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that an IPv6 address stands for, if any."""
    if address.ipv4_mapped or address.sixtofour:
        return address.ipv4_mapped or address.sixtofour
    if int(address) > 1 and any(address in network for network in _TRANSLATED):
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return None


def endpoint_of(url: str, *, query: bool = False) -> Endpoint:
    """The server of a URL, which may have a `query` or not; a ValueError says why it has none."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        raise ValueError("it is not a URL") from None
    if parts.scheme not in _PORTS or not _HOST.fullmatch(host) or port == 0:
        raise ValueError("it is not an https URL")
    if parts.username is not None or parts.fragment or (parts.query and not query) or re.search(r"\s", url):
        raise ValueError("it has parts that no such URL has")
    return Endpoint(parts.scheme, host, port or _PORTS[parts.scheme])


def check_queue(url: str, *, anywhere: bool = False) -> None:
    """Raise a ValueError for the URL of a queue that we must not send to.

    With `anywhere` any host will do, because the lab names another server to send to.
    """
    endpoint = endpoint_of(url)
    if not _QUEUE_PATH.fullmatch(urlsplit(url).path):
        name = urlsplit(url).path.rpartition("/")[2]
        why = "FIFO queues are not served" if name.endswith(".fifo") else "it does not end in a queue's name"
        raise ValueError(why)
    if not anywhere:
        _check_host(endpoint, "a queue")


def check_push(url: str, *, elsewhere: bool = False) -> Endpoint:
    """The server of an address that events may be pushed to; a ValueError says why they must not.

    With `elsewhere` none of this machine's own servers will do: they may trust whatever comes from here.
    """
    endpoint = endpoint_of(url, query=True)._replace(elsewhere=elsewhere)
    if not _VISIBLE.fullmatch(url):
        raise ValueError(f"it has other characters than an address, or more than {_LONGEST_ADDRESS}")
    _check_host(endpoint, "an address")
    return endpoint


def _check_host(endpoint: Endpoint, thing: str) -> None:
    if endpoint.elsewhere and (endpoint.scheme == "http" or _is_this_machine(endpoint.host)):
        raise ValueError(f"{thing} has to be an https URL of another machine here")
    if endpoint.scheme == "http" and not _is_this_machine(endpoint.host):
        raise ValueError(f"only {thing} on this machine may have a plain http URL")
    if _is_address(endpoint.host) and not endpoint.may_be_at(endpoint.host):
        raise ValueError("nothing may be sent to its host")


def region_of_topic(arn: str) -> str:
    """The region of a topic; a ValueError says why it has none."""
    found = _TOPIC.fullmatch(arn)
    if found:
        return found["region"]
    raise ValueError("FIFO topics are not served" if arn.endswith(".fifo") else "it is not the ARN of a topic")


def region_of_queue(host: str, default: str) -> str:
    """The region of a queue's host, or the default where the name does not tell."""
    found = re.fullmatch(r"(?:sqs\.)?([a-z]{2}(?:-[a-z]+)+-\d+)(?:\.queue)?\.amazonaws\.com(?:\.cn)?", host)
    return found[1] if found else default


def endpoint_of_topic(arn: str) -> Endpoint:
    """The server where AWS accepts messages for a topic."""
    region = region_of_topic(arn)
    return Endpoint("https", f"sns.{region}.amazonaws.com{'.cn' if region.startswith('cn-') else ''}", 443)


def _is_this_machine(host: str) -> bool:
    if _is_address(host):
        return Endpoint("http", host, 80).may_be_at(host)
    return host == "localhost" or host.endswith(".localhost")


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
