"""Where notifications may go, and where not."""

from __future__ import annotations

from ipaddress import ip_network

import pytest

from mturk.marketplace.delivery.destination import (
    Endpoint,
    check_push,
    check_queue,
    endpoint_of,
    endpoint_of_topic,
    region_of_queue,
    region_of_topic,
)
from mturk.marketplace.delivery.network import LOOPBACK, PRIVATE, PUBLIC, RESERVED, kind_of

NO_QUEUES = [
    "not a url",
    "https://sqs.us-east-1.amazonaws.com/",
    "https://sqs.us-east-1.amazonaws.com/123456789012/events.fifo",
    "http://sqs.us-east-1.amazonaws.com/123456789012/events",
    "http://10.0.0.7/123456789012/events",
    "http://localhost.example.org/123456789012/events",
    "http://127.1/123456789012/events",
    "http://[::]/123456789012/events",
    "https://169.254.169.254/latest/meta-data",
    "https://[fe80::1]/1/events",
    "https://[::ffff:169.254.169.254]/1/events",
    "https://0.0.0.0/1/events",
    "https://user:secret@example.org/1/events",
    "https://example.org/1/events?x=1",
    "https://example.org/1/events#x",
    "https://example.org:0/1/events",
    "https://example.org:99999/1/events",
    "https://example.org/1/events\nHost: x",
    "https://exa mple.org/1/events",
    "https:///1/events",
    "file:///etc/passwd",
    "gopher://example.org/1/events",
    "arn:aws:sqs:us-east-1:123456789012:events",
]


@pytest.mark.parametrize("url", NO_QUEUES)
def test_what_is_no_queue_is_refused(url: str) -> None:
    for private in (False, True):
        with pytest.raises(ValueError, match=r"."):
            check_queue(url, private=private)


QUEUES = [
    "https://sqs.eu-west-1.amazonaws.com/123456789012/events",
    "https://eu-west-1.queue.amazonaws.com/123456789012/events",
    "https://queue.lab.example.org:9324/events",
]
QUEUES_INSIDE = [
    "http://localhost:9324/000000000000/events",
    "https://localhost:9324/000000000000/events",
    "http://127.0.0.1:9324/000000000000/events",
    "http://[::1]:9324/000000000000/events",
    "https://10.0.0.7/000000000000/events",
    "https://[fd12::7]/000000000000/events",
]


@pytest.mark.parametrize("url", QUEUES)
def test_a_queue_is_accepted(url: str) -> None:
    check_queue(url, private=False)


@pytest.mark.parametrize("url", QUEUES_INSIDE)
def test_a_queue_inside_is_accepted_where_private_destinations_are_allowed(url: str) -> None:
    check_queue(url, private=True)
    check_push(url, private=True)
    for check in (check_queue, check_push):
        with pytest.raises(ValueError, match="--allow-private-destinations"):
            check(url, private=False)


NO_TOPICS = [
    "https://sqs.us-east-1.amazonaws.com/123456789012/events",
    "arn:aws:sqs:us-east-1:123456789012:events",
    "arn:aws:sns:us-east-1:123456789012:events.fifo",
    "arn:aws:sns:example.org/:123456789012:events",
    "arn:aws:sns:us-east-1:12:events",
]


@pytest.mark.parametrize("arn", NO_TOPICS)
def test_what_is_no_topic_is_refused(arn: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        region_of_topic(arn)


def test_any_host_will_do_where_the_lab_names_the_server() -> None:
    check_queue("http://queues:9324/000000000000/events", private=False, anywhere=True)
    with pytest.raises(ValueError, match="not an https URL"):
        check_queue("file:///000000000000/events", private=False, anywhere=True)


def test_a_topic_is_reached_in_its_region() -> None:
    assert endpoint_of_topic("arn:aws:sns:eu-west-1:123456789012:x").authority == "sns.eu-west-1.amazonaws.com"
    found = endpoint_of_topic("arn:aws-cn:sns:cn-north-1:123456789012:x")
    assert found.authority == "sns.cn-north-1.amazonaws.com.cn"


REGIONS = [
    ("sqs.eu-west-1.amazonaws.com", "eu-west-1"),
    ("eu-west-1.queue.amazonaws.com", "eu-west-1"),
    ("sqs.cn-north-1.amazonaws.com.cn", "cn-north-1"),
    ("queue.lab.example.org", "us-east-1"),
    ("localhost", "us-east-1"),
]


@pytest.mark.parametrize(("host", "region"), REGIONS)
def test_the_region_of_a_queue_is_read_from_its_host(host: str, region: str) -> None:
    assert region_of_queue(host, "us-east-1") == region


AUTHORITIES = [
    ("https://example.org/1/q", "example.org"),
    ("https://example.org:443/1/q", "example.org"),
    ("https://EXAMPLE.org:8443/1/q", "example.org:8443"),
    ("http://[::1]:9324/1/q", "[::1]:9324"),
]


@pytest.mark.parametrize(("url", "authority"), AUTHORITIES)
def test_a_server_is_named_as_in_its_url(url: str, authority: str) -> None:
    assert endpoint_of(url).authority == authority


ADDRESSES = [
    ("https", "93.184.216.34", True, True),
    ("https", "2606:2800:220:1::1", True, True),
    ("https", "10.0.0.7", False, True),
    ("https", "127.0.0.1", False, True),
    ("https", "::ffff:10.0.0.7", False, True),
    ("https", "fd12::7", False, True),
    ("https", "169.254.169.254", False, False),
    ("https", "::ffff:169.254.169.254", False, False),
    ("https", "fe80::1%eth0", False, False),
    ("http", "127.0.0.1", False, True),
    ("http", "::1", False, True),
    ("http", "::ffff:127.0.0.1", False, True),
    ("http", "10.0.0.7", False, False),
    ("http", "93.184.216.34", False, False),
    ("http", "169.254.169.254", False, False),
]


@pytest.mark.parametrize(("scheme", "address", "usually", "private"), ADDRESSES)
def test_the_address_behind_a_name_is_looked_at_too(scheme: str, address: str, usually: bool, private: bool) -> None:
    assert Endpoint(scheme, "example.org", 1).may_be_at(address) is usually
    assert Endpoint(scheme, "example.org", 1, private=True).may_be_at(address) is private


def test_a_private_link_to_aws_is_no_private_destination() -> None:
    assert endpoint_of("https://sqs.eu-west-1.amazonaws.com/1/q").may_be_at("10.0.0.7")
    assert not endpoint_of("https://sqs.eu-west-1.amazonaws.com/1/q").may_be_at("127.0.0.1")
    assert not endpoint_of("https://sqs.eu-west-1.amazonaws.com/1/q").may_be_at("169.254.169.254")


NETWORKS = [
    ("127.0.0.0/8", LOOPBACK),
    ("::1/128", LOOPBACK),
    ("10.0.0.0/8", PRIVATE),
    ("172.16.0.0/12", PRIVATE),
    ("192.168.0.0/16", PRIVATE),
    ("fc00::/8", PRIVATE),
    ("fd12::/16", PRIVATE),
    ("::ffff:127.0.0.0/104", LOOPBACK),
    ("::ffff:10.0.0.0/104", PRIVATE),
    ("1.0.0.0/8", PUBLIC),
    ("172.32.0.0/12", PUBLIC),
    ("192.0.1.0/24", PUBLIC),
    ("223.0.0.0/8", PUBLIC),
    ("2600::/16", PUBLIC),
    ("64:ff9b::8.8.8.0/120", PUBLIC),
    ("0.0.0.0/8", RESERVED),
    ("100.64.0.0/10", RESERVED),
    ("168.63.129.16/32", RESERVED),
    ("169.254.0.0/16", RESERVED),
    ("192.0.0.0/24", RESERVED),
    ("192.0.2.0/24", RESERVED),
    ("192.88.99.0/24", RESERVED),
    ("198.18.0.0/15", RESERVED),
    ("198.51.100.0/24", RESERVED),
    ("203.0.113.0/24", RESERVED),
    ("224.0.0.0/4", RESERVED),
    ("240.0.0.0/4", RESERVED),
    ("255.255.255.255/32", RESERVED),
    ("::/128", RESERVED),
    ("::127.0.0.1/128", RESERVED),
    ("::ffff:169.254.0.0/112", RESERVED),
    ("64:ff9b::10.0.0.0/104", RESERVED),
    ("64:ff9b::127.0.0.1/128", RESERVED),
    ("64:ff9b:1::/48", RESERVED),
    ("100::/64", RESERVED),
    ("2001::/32", RESERVED),
    ("2001:db8::/32", RESERVED),
    ("2002:7f00:1::/48", RESERVED),
    ("3fff::/20", RESERVED),
    ("5f00::/16", RESERVED),
    ("fd00:ec2::254/128", RESERVED),
    ("fe80::/10", RESERVED),
    ("fec0::/10", RESERVED),
    ("ff00::/8", RESERVED),
]


@pytest.mark.parametrize(("network", "kind"), NETWORKS)
def test_a_network_is_of_one_kind_from_its_first_address_to_its_last(network: str, kind: str) -> None:
    found = ip_network(network)
    assert {kind_of(str(found[0])), kind_of(str(found[-1]))} == {kind}


AWSS = [
    ("https://sqs.eu-west-1.amazonaws.com/1/q", True),
    ("https://sqs-fips.us-east-1.amazonaws.com/1/q", True),
    ("https://queue.amazonaws.com/1/q", True),
    ("https://eu-west-1.queue.amazonaws.com/1/q", True),
    ("https://sqs.cn-north-1.amazonaws.com.cn/1/q", True),
    ("https://vpce-0a1b-c2d3.sqs.us-east-1.vpce.amazonaws.com/1/q", True),
    ("https://sns.us-east-1.amazonaws.com/", True),
    ("https://sqs.eu-west-1.amazonaws.com.example.org/1/q", False),
    ("https://sqs.eu-west-1.amazonaws.com.cn.example.org/1/q", False),
    ("https://sqs.eu-west-1.example.org/amazonaws.com/q", False),
    ("https://sqs-eu-west-1-amazonaws.com/1/q", False),
    ("https://ec2-52-1-2-3.compute-1.amazonaws.com/1/q", False),
    ("https://abc.execute-api.us-east-1.amazonaws.com/1/q", False),
    ("https://sqs.us-east-1.elb.amazonaws.com/1/q", False),
    ("https://localhost/1/q", False),
]


@pytest.mark.parametrize(("url", "is_awss"), AWSS)
def test_aws_is_known_by_the_whole_name_of_its_service(url: str, is_awss: bool) -> None:
    assert endpoint_of(url).is_awss is is_awss
