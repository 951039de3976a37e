"""Where notifications may go, and where not."""

from __future__ import annotations

import pytest

from mturk.marketplace.delivery.destination import (
    Endpoint,
    check_queue,
    endpoint_of,
    endpoint_of_topic,
    region_of_queue,
    region_of_topic,
)

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
    with pytest.raises(ValueError, match=r"."):
        check_queue(url)


QUEUES = [
    "https://sqs.eu-west-1.amazonaws.com/123456789012/events",
    "https://eu-west-1.queue.amazonaws.com/123456789012/events",
    "https://queue.lab.example.org:9324/events",
    "http://localhost:9324/000000000000/events",
    "http://127.0.0.1:9324/000000000000/events",
    "http://[::1]:9324/000000000000/events",
]


@pytest.mark.parametrize("url", QUEUES)
def test_a_queue_is_accepted(url: str) -> None:
    check_queue(url)


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
    check_queue("http://queues:9324/000000000000/events", anywhere=True)
    with pytest.raises(ValueError, match="not an https URL"):
        check_queue("file:///000000000000/events", anywhere=True)


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
    ("https", "93.184.216.34", True),
    ("https", "10.0.0.7", True),
    ("https", "127.0.0.1", True),
    ("https", "169.254.169.254", False),
    ("https", "::ffff:169.254.169.254", False),
    ("https", "fe80::1%eth0", False),
    ("https", "0.0.0.0", False),
    ("https", "224.0.0.1", False),
    ("http", "127.0.0.1", True),
    ("http", "::1", True),
    ("http", "::ffff:127.0.0.1", True),
    ("http", "10.0.0.7", False),
    ("http", "93.184.216.34", False),
    ("http", "169.254.169.254", False),
]


@pytest.mark.parametrize(("scheme", "address", "allowed"), ADDRESSES)
def test_the_address_behind_a_name_is_looked_at_too(scheme: str, address: str, allowed: bool) -> None:
    assert Endpoint(scheme, "example.org", 1).may_be_at(address) is allowed
