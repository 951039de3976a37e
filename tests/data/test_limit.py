"""What is within the service's limits passes in its wire form; all else names argument, value and limit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from mturk import ValidationError
from mturk.data import limit
from mturk.data.enumeration import HITStatus

UTC = timezone.utc


@pytest.mark.parametrize(
    ("check", "value", "sent"),
    [
        (lambda v: limit.text("title", v, 5), "12345", "12345"),
        (lambda v: limit.text("title", v, 5), "", ""),
        (lambda v: limit.text("title", v), "ümläut 🐈 \t\n\r" * 1000, "ümläut 🐈 \t\n\r" * 1000),
        (lambda v: limit.whole("n", v, 1, 3), 1, 1),
        (lambda v: limit.whole("n", v, 1, 3), 3, 3),
        (lambda v: limit.seconds("d", v, 30, 60), timedelta(minutes=1), 60),
        (lambda v: limit.seconds("d", v, 30, 60), 30, 30),
        (lambda v: limit.moment("at", v), datetime(2030, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)),
        (lambda v: limit.identifier("id", v), "3A" * 32, "3A" * 32),
        (lambda v: limit.worker_id("id", v), "A1", "A1"),
        (lambda v: limit.choice("status", v, HITStatus), "Reviewing", HITStatus.REVIEWING),
        (lambda v: limit.choice("status", v, HITStatus), HITStatus.REVIEWING, HITStatus.REVIEWING),
        (limit.keywords, "a, b,c", "a, b,c"),
        (limit.keywords, ["a", " b ", "c d"], "a,b,c d"),
        (limit.keywords, [], ""),
        (limit.keywords, iter(["a", "b"]), "a,b"),
        (limit.keywords, "k" * 1000, "k" * 1000),
        (limit.token, "t" * 64, "t" * 64),
        (limit.page_size, 100, 100),
        (limit.page_size, 1, 1),
    ],
)
def test_a_value_within_its_limits_passes(check: Callable[[Any], Any], value: Any, sent: Any) -> None:
    assert check(value) == sent


@pytest.mark.parametrize(
    ("check", "value", "words"),
    [
        (lambda v: limit.text("title", v, 5), "123456", "title has 6 characters, the limit is 5: '123456'"),
        (lambda v: limit.text("title", v, 5), 7, "title must be a str, not 7"),
        (lambda v: limit.text("title", v, 5), b"x", "title must be a str, not b'x'"),
        (lambda v: limit.text("title", v, 5), None, "title must be a str, not None"),
        (lambda v: limit.text("title", v, 5, 1), "", "title must have at least 1 character, it is empty"),
        (lambda v: limit.text("title", v), "a\x00b", r"title holds the character '\\x00' at position 1"),
        (lambda v: limit.text("title", v), "\x1f", r"title holds the character '\\x1f' at position 0"),
        (lambda v: limit.text("title", v), "\ud83d", r"title holds the character '\\ud83d' at position 0"),
        (lambda v: limit.whole("n", v, 1, 3), 0, "n must be from 1 to 3, not 0"),
        (lambda v: limit.whole("n", v, 1, 3), 4, "n must be from 1 to 3, not 4"),
        (lambda v: limit.whole("n", v, 0, 3), True, "n must be an int, not True"),
        (lambda v: limit.whole("n", v, 0, 3), 1.0, "n must be an int, not 1.0"),
        (lambda v: limit.whole("n", v, 0, 3), "1", "n must be an int, not '1'"),
        (lambda v: limit.seconds("d", v, 30, 60), 29, r"d must be from 30 to 60 seconds \(0:01:00\), not 29"),
        (lambda v: limit.seconds("d", v, 30, 60), 61, r"d must be from 30 to 60 seconds \(0:01:00\), not 61"),
        (lambda v: limit.seconds("d", v, 30, 60), timedelta(0), "d must be from 30 to 60 seconds"),
        (lambda v: limit.seconds("d", v, 30, 60), timedelta(seconds=40, milliseconds=1), "d must be whole seconds"),
        (lambda v: limit.seconds("d", v, 0, 60), True, "d must be a timedelta or an int of seconds, not True"),
        (lambda v: limit.seconds("d", v, 30, 60), 40.0, "d must be a timedelta or an int of seconds, not 40.0"),
        (lambda v: limit.seconds("d", v, 30, 60), "40", "d must be a timedelta or an int of seconds, not '40'"),
        (lambda v: limit.moment("at", v), datetime(2030, 1, 1), "at must say its time zone"),
        (lambda v: limit.moment("at", v), 1.5e9, "at must be a datetime, not 1500000000.0"),
        (lambda v: limit.moment("at", v), "2030", "at must be a datetime, not '2030'"),
        (lambda v: limit.identifier("id", v), "", "id must be 1 to 64 capital letters and digits, not ''"),
        (lambda v: limit.identifier("id", v), "3a", "not '3a'"),
        (lambda v: limit.identifier("id", v), "3A\n", r"not '3A\\n'"),
        (lambda v: limit.identifier("id", v), "3" * 65, "not '3"),
        (lambda v: limit.identifier("id", v), 3, "not 3"),
        (lambda v: limit.worker_id("worker", v), "B1", "worker must be an A and up to 63 capital letters and digits"),
        (lambda v: limit.worker_id("worker", v), "A" * 65, "worker must be"),
        (lambda v: limit.worker_id("worker", v), None, "not None"),
        (lambda v: limit.choice("status", v, HITStatus), "reviewing", "status must be one of Assignable, Unassign"),
        (lambda v: limit.choice("status", v, HITStatus), None, "not None"),
        (limit.keywords, "k" * 1001, "keywords has 1001 characters, the limit is 1000"),
        (limit.keywords, ["k" * 500, "k" * 500], "keywords has 1001 characters, the limit is 1000"),
        (limit.keywords, ["a,b"], "a keyword must be a text without a comma, not 'a,b'"),
        (limit.keywords, ["a", " "], "a keyword must be a text without a comma, not ''"),
        (limit.keywords, ["a", 7], "keywords must be a str, not 7"),
        (limit.keywords, 7, "keywords must be"),
        (limit.token, "", "unique_request_token must have at least 1 character"),
        (limit.token, "t" * 65, "unique_request_token has 65 characters, the limit is 64"),
        (limit.page_size, 0, "page_size must be from 1 to 100, not 0"),
        (limit.page_size, 101, "page_size must be from 1 to 100, not 101"),
    ],
)
def test_a_value_outside_its_limits_is_named_with_them(check: Callable[[Any], Any], value: Any, words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        check(value)


def test_a_long_value_is_shown_in_part() -> None:
    with pytest.raises(ValidationError) as caught:
        limit.text("title", "x" * 10_000, 128)
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize("title", ["a\uffff", "a\ufffe", "\ud800"])
def test_what_no_xml_can_carry_is_refused_where_it_stands(title: str) -> None:
    with pytest.raises(ValidationError, match=r"title holds the character .* at position"):
        limit.text("title", title)
