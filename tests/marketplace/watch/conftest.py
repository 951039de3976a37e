"""A marketplace that nobody runs, and requests that are answered in this thread."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from werkzeug.test import TestResponse

from mturk.marketplace import Marketplace
from mturk.marketplace.signature import SignedRequest, sign


class Desk:
    """A marketplace, and who sends requests to it from the address 203.0.113.7."""

    def __init__(self, database: str, **options: Any) -> None:
        self.market = Marketplace(database, **options)
        self.pages = self.market.app.test_client()
        self.keys = self.market.access_key, self.market.secret_key

    def ask(self, path: str, method: str = "GET", **options: Any) -> TestResponse:
        """A page."""
        origin = {"REMOTE_ADDR": options.pop("address", "203.0.113.7")}
        return self.pages.open(path, method=method, environ_base=origin, buffered=True, **options)

    def call(self, operation: str, service: str = "MTurkRequesterServiceV20170117", **members: Any) -> TestResponse:
        """A call of the API, or of a queue."""
        address = members.pop("address", "203.0.113.7")
        queue = service == "AmazonSQS"
        headers = {
            "host": "localhost",
            "x-amz-date": time.strftime("%Y%m%dT%H%M%SZ", time.gmtime()),
            "x-amz-target": f"{service}.{operation}",
        }
        body = json.dumps(members).encode()
        signed = sign(SignedRequest(headers, body), *self.keys, "us-east-1", "sqs" if queue else "mturk-requester")
        return self.ask("/", "POST", address=address, data=body, headers={**headers, "authorization": signed})


Open = Callable[..., Desk]


@pytest.fixture
def opened(database: str) -> Iterator[Open]:
    """Make a desk on the database."""
    made: list[Desk] = []

    def make(**options: Any) -> Desk:
        made.append(Desk(database, **options))
        return made[-1]

    yield make
    for desk in made:
        desk.market.stop()
