"""What is the URL of a queue, and what to write instead."""

from __future__ import annotations

import pytest

from mturk.errors import ValidationError
from mturk.event.queue_url import QueueURL


@pytest.mark.parametrize(
    ("url", "region"),
    [
        ("https://sqs.us-east-1.amazonaws.com/123456789012/turk", "us-east-1"),
        ("https://sqs.eu-central-1.amazonaws.com/123456789012/turk", "eu-central-1"),
        ("https://eu-west-3.queue.amazonaws.com/123456789012/turk", "eu-west-3"),
        ("https://queue.amazonaws.com/123456789012/turk", "us-east-1"),
        ("https://sqs.cn-north-1.amazonaws.com.cn/123456789012/turk", "cn-north-1"),
        ("https://cn-north-1.queue.amazonaws.com.cn/123456789012/turk", "cn-north-1"),
        ("https://sqs.us-gov-west-1.amazonaws.com/123456789012/turk", "us-gov-west-1"),
        ("https://sqs-fips.us-west-2.amazonaws.com/123456789012/turk", "us-west-2"),
        ("https://vpce-0a1b-2c3d.sqs.ap-southeast-2.vpce.amazonaws.com/123456789012/turk", "ap-southeast-2"),
        ("https://sqs.eu-north-1.api.aws/123456789012/turk", "eu-north-1"),
        ("http://127.0.0.1:5000/123456789012/turk", "here-1"),
        ("http://localhost:9324/turk", "here-1"),
        ("https://turk.my-lab.org/queue/000000000000/turk", "here-1"),
        ("https://sqs.eu-west-1.amazonaws.com.evil.com/123456789012/turk", "here-1"),
    ],
)
def test_the_region_is_in_the_host_s_name_where_it_is_aws_s(url: str, region: str) -> None:
    assert QueueURL(url).region("here-1") == region
    assert QueueURL(url).name == "turk"


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("arn:aws:sqs:eu-west-1:123456789012:turk", "https://sqs.eu-west-1.amazonaws.com/123456789012/turk"),
        ("arn:aws-cn:sqs:cn-north-1:1:turk", r"https://sqs.cn-north-1.amazonaws.com.cn/1/turk"),
        ("turk", "not an http"),
        ("sqs.us-east-1.amazonaws.com/123456789012/turk", "not an http"),
        ("arn:aws:sns:us-east-1:123456789012:turk", "not an http"),
        ("https://sqs.us-east-1.amazonaws.com", "does not end in a queue's name"),
        ("https://sqs.us-east-1.amazonaws.com/", "does not end in a queue's name"),
        ("https://sqs.us-east-1.amazonaws.com/123456789012/", "does not end in a queue's name"),
        ("https://sqs.us-east-1.amazonaws.com/123456789012/a.b", "does not end in a queue's name"),
        ("https://sqs.us-east-1.amazonaws.com/123456789012/" + "a" * 81, "does not end in a queue's name"),
        ("https://sqs.us-east-1.amazonaws.com/123456789012/turk.fifo", "FIFO"),
        ("https://sqs.us-east-1.amazonaws.com/123456789012/turk?a=b", "query"),
        ("https://sqs.us-east-1.amazonaws.com/123456789012/turk#b", "fragment"),
        ("http://sqs.us-east-1.amazonaws.com/123456789012/turk", "https://"),
        ("https://sqs.us-east-1.amazonaws.com:port/123456789012/turk", "not an http"),
        ("https://sqs.us-east-1.amazonaws.com/123456789012/turk\n", "not an http"),
        ("https://sqs.us-east-1.amazonaws.com /123456789012/turk", "not an http"),
        ("ftp://sqs.us-east-1.amazonaws.com/123456789012/turk", "not an http"),
        ("", "not an http"),
        (None, "not a text"),
        (7, "not a text"),
        (b"https://sqs.us-east-1.amazonaws.com/1/turk", "not a text"),
    ],
)
def test_what_is_no_queue_is_one_error_that_says_what_to_write(value: str, says: str) -> None:
    with pytest.raises(ValidationError, match=says) as caught:
        QueueURL(value)
    assert "https://sqs.us-east-1.amazonaws.com/123456789012/turk" in str(caught.value)


def test_a_password_in_an_address_is_refused_and_not_told() -> None:
    with pytest.raises(ValidationError, match="an @") as caught:
        QueueURL("https://me:secret@turk.my-lab.org/queue/1/turk")
    assert "secret" not in str(caught.value)
