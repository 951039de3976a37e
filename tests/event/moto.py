"""moto's server, and boto3's clients of it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from moto.server import ThreadedMotoServer

KEYS = {"aws_access_key_id": "AKIATEST", "aws_secret_access_key": "secret", "region_name": "us-east-1"}


@contextmanager
def serving() -> Iterator[str]:
    """The address of moto's server."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@contextmanager
def client(service: str, url: str) -> Iterator[Any]:
    """boto3's client for a service at moto's server."""
    made = boto3.client(service, endpoint_url=url, **KEYS)
    yield made
    made.close()


def new_name() -> str:
    return f"q{uuid.uuid4().hex}"
