"""Where notifications may go: SQS queues, named by their URLs, and SNS topics, named by their ARNs.

A requester chooses the destination, and we send to it from inside the lab's network. So it is https at a public
address. Where whoever runs the marketplace allows that, it may be at a private one too, and plain http on this machine.
Anything else is refused here, or when the connection is made, by the address that the name leads to.
"""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import NamedTuple
from urllib.parse import urlsplit

from mturk.marketplace.delivery.network import LOOPBACK, PRIVATE, PUBLIC, kind_of

_HOST = re.compile(r"[a-z0-9]([a-z0-9._-]*[a-z0-9])?\.?|[0-9a-f:.]+")
_QUEUE_PATH = re.compile(r"(/[A-Za-z0-9_-]+)*/[A-Za-z0-9_-]{1,80}")
_LONGEST_ADDRESS = 1024
_VISIBLE = re.compile(rf"[!-~]{{1,{_LONGEST_ADDRESS}}}")
_TOPIC = re.compile(r"arn:aws(-cn|-us-gov)?:sns:(?P<region>[a-z]{2}(-[a-z]+)+-\d+):\d{12}:[A-Za-z0-9_-]{1,256}")
# Not all names below amazonaws.com: customers of AWS have many of them.
_AWSS = re.compile(
    r"((sqs|sns)(-fips)?\.[a-z0-9-]+|([a-z0-9-]+\.)?queue|vpce-[a-z0-9-]+\.(sqs|sns)\.[a-z0-9-]+\.vpce)"
    r"\.amazonaws\.com(\.cn)?"
)
_PORTS = {"https": 443, "http": 80}


class Endpoint(NamedTuple):
    """A web server that accepts messages."""

    scheme: str
    host: str
    port: int
    private: bool = False
    """Whether it may be this machine, or another one in a private network."""

    @property
    def authority(self) -> str:
        """Host and port, as in a URL and in the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    def may_be_at(self, address: str) -> bool:
        """Whether a message may be sent to this address, to which the host's name resolves."""
        kind = kind_of(address)
        if self.scheme == "http":
            return self.private and kind == LOOPBACK
        # A private link leads to AWS by a private address; the certificate says whether it is AWS.
        return kind == PUBLIC or (self.private and kind in (LOOPBACK, PRIVATE)) or (self.is_awss and kind == PRIVATE)

    @property
    def is_awss(self) -> bool:
        """Whether it is SQS or SNS of AWS, by its name."""
        return _AWSS.fullmatch(self.host) is not None


def endpoint_of(url: str, *, query: bool = False, private: bool = False) -> Endpoint:
    """The server of a URL, which may have a `query` or not; a ValueError says why it has none.

    `private` says whether it may be in a private network.
    """
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        raise ValueError("it is not a URL") from None
    if parts.scheme not in _PORTS or not _HOST.fullmatch(host) or port == 0:
        raise ValueError("it is not an https URL")
    if parts.username is not None or parts.fragment or (parts.query and not query) or re.search(r"\s", url):
        raise ValueError("it has parts that no such URL has")
    return Endpoint(parts.scheme, host, port or _PORTS[parts.scheme], private)


def check_queue(url: str, *, private: bool, anywhere: bool = False) -> None:
    """Raise a ValueError for the URL of a queue that we must not send to.

    With `private` it may be on this machine or in a private network. With `anywhere` any host will do, because the lab
    names another server to send to.
    """
    endpoint = endpoint_of(url, private=private)
    if not _QUEUE_PATH.fullmatch(urlsplit(url).path):
        name = urlsplit(url).path.rpartition("/")[2]
        why = "FIFO queues are not served" if name.endswith(".fifo") else "it does not end in a queue's name"
        raise ValueError(why)
    if not anywhere:
        _check_host(endpoint, "a queue")


def check_push(url: str, *, private: bool) -> Endpoint:
    """The server of an address that events may be pushed to; a ValueError says why they must not.

    Without `private` none of this machine's own servers will do, nor of those around it: they may trust whatever comes
    from here.
    """
    endpoint = endpoint_of(url, query=True, private=private)
    if not _VISIBLE.fullmatch(url):
        raise ValueError(f"it has other characters than an address, or more than {_LONGEST_ADDRESS}")
    _check_host(endpoint, "an address")
    return endpoint


def _check_host(endpoint: Endpoint, thing: str) -> None:
    if not endpoint.private and (endpoint.scheme == "http" or _is_inside(endpoint.host)):
        raise ValueError(
            f"{thing} has to be an https URL at a public address, unless this marketplace is run with "
            "--allow-private-destinations"
        )
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
        return kind_of(host) == LOOPBACK
    return host == "localhost" or host.endswith(".localhost")


def _is_inside(host: str) -> bool:
    return _is_this_machine(host) or (_is_address(host) and kind_of(host) == PRIVATE)


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
