"""The URL of a queue: what is one, which server has the queue, and for which region its calls are signed."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import attrs

from mturk.errors import ValidationError

_NAME = re.compile(r"[A-Za-z0-9_-]{1,80}")
_ARN = re.compile(r"arn:aws[a-z-]*:sqs:([a-z0-9-]+):(\d+):([A-Za-z0-9_.-]+)")
_AMAZON = re.compile(r"(?:.*\.)?(?:amazonaws\.com(?:\.cn)?|api\.aws)")
_REGION = re.compile(r"(?:^|\.)([a-z]{2,3}(?:-[a-z]+)+-\d+)\.")
_EXAMPLE = "https://sqs.us-east-1.amazonaws.com/123456789012/turk"
_PORTS = {"http": 80, "https": 443}


@attrs.frozen
class QueueURL:
    """The URL of a standard queue, on AWS or on another server that speaks SQS's protocol."""

    text: str = attrs.field()

    @text.validator
    def _check(self, attribute: object, value: object) -> None:
        problem = _problem(value)
        if problem:
            raise ValidationError(f"{_shown(value)} is no queue: {problem} Write the queue's URL, such as {_EXAMPLE}.")

    def __str__(self) -> str:
        return self.text

    @property
    def name(self) -> str:
        """The queue's name, the last part of the path."""
        return urlsplit(self.text).path.rpartition("/")[2]

    @property
    def origin(self) -> tuple[str, str, int]:
        """The server: scheme, host and port."""
        return origin(self.text)

    @property
    def server(self) -> str:
        """The address of the server."""
        parts = urlsplit(self.text)
        return f"{parts.scheme}://{parts.netloc}/"

    @property
    def is_amazon(self) -> bool:
        """Whether the queue is on AWS."""
        return _AMAZON.fullmatch(self.origin[1]) is not None

    def region(self, default: str) -> str:
        """The region in the host's name, or the default where it names none."""
        host = self.origin[1]
        if not self.is_amazon:
            return default
        found = _REGION.search(host)
        # The oldest queues, from when there was one region.
        return found[1] if found else "us-east-1" if host == "queue.amazonaws.com" else default


def origin(url: str) -> tuple[str, str, int]:
    """Scheme, host and port of a URL, with one name for this machine."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    return parts.scheme, "127.0.0.1" if host == "localhost" else host, parts.port or _PORTS[parts.scheme]


def _problem(value: object) -> str | None:
    """What is wrong with a queue's URL."""
    if not isinstance(value, str):
        return "it is not a text."
    arn = _ARN.fullmatch(value)
    if arn:
        suffix = ".cn" if arn[1].startswith("cn-") else ""
        return f"this is its ARN; its URL is https://sqs.{arn[1]}.amazonaws.com{suffix}/{arn[2]}/{arn[3]}."
    try:
        parts = urlsplit(value)
        usable = parts.scheme in _PORTS and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if not usable or not (value.isascii() and value.isprintable()) or re.search(r"[\s\\]", value):
        return "it is not an http(s) address."
    return _problem_of_parts(value)


def _problem_of_parts(value: str) -> str | None:
    parts = urlsplit(value)
    name = parts.path.rpartition("/")[2]
    if "@" in parts.netloc:
        return "it holds a user or a password (an @)."
    if parts.query or parts.fragment:
        return "it holds a query or a fragment."
    if name.endswith(".fifo"):
        return "MTurk sends to standard queues only, not to FIFO queues."
    if not _NAME.fullmatch(name):
        return "its path does not end in a queue's name."
    if parts.scheme == "http" and _AMAZON.fullmatch(parts.hostname or ""):
        return "AWS's queues are at https://."
    return None


def _shown(value: object) -> str:
    # A password in a URL must not get into an error's text.
    return repr(re.sub(r"//[^/]*@", "//…@", value)) if isinstance(value, str) else repr(value)
