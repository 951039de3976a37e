"""moto's server with a queue, and a connection whose keys are not for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from mturk import Connection
from tests.event import moto as motos


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    with motos.serving() as url:
        yield url


@pytest.fixture
def sqs(moto: str) -> Iterator[Any]:
    with motos.client("sqs", moto) as client:
        yield client


@pytest.fixture
def queue_url(sqs: Any) -> str:
    url: str = sqs.create_queue(QueueName=motos.new_name())["QueueUrl"]
    return url


@pytest.fixture
def chain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys where AWS's tools look for them."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", motos.KEYS["aws_access_key_id"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", motos.KEYS["aws_secret_access_key"])


@pytest.fixture
def turk(connect: Callable[..., Connection]) -> Connection:
    """A connection to somewhere else."""
    return connect("http://127.0.0.1:9/")
