"""A marketplace in this process, and boto3 as its client."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from mturk.marketplace import Marketplace
from tests.marketplace.judge import check_answer, check_error
from tests.marketplace.postgresql import PostgreSQL, running
from tests.marketplace.sample import hit_arguments

MASTER_KEY = base64.b64encode(b"32 bytes that only the tests use").decode()
Client = Any
Connect = Callable[..., Client]
Publish = Callable[..., dict[str, Any]]
Work = Callable[..., str]
Refused = Callable[..., dict[str, Any]]


@pytest.fixture(scope="session")
def aws() -> boto3.session.Session:
    return boto3.session.Session()


@pytest.fixture
def connect(aws: boto3.session.Session) -> Iterator[Connect]:
    """Make a boto3 client of a marketplace; each of its answers is held against botocore's model."""
    made = []

    def connect(market: Marketplace, name: str | None = None, attempts: int = 1, **options: Any) -> Client:
        who = market if name is None else market.requester(name)
        settings: dict[str, Any] = {
            "endpoint_url": options.get("endpoint_url") or market.url,
            "region_name": "us-east-1",
            "aws_access_key_id": who.access_key,
            "aws_secret_access_key": who.secret_key,
            # The marketplace has to judge what it is sent, not botocore.
            "config": Config(parameter_validation=False, retries={"total_max_attempts": attempts}),
        }
        client = aws.client("mturk", **{**settings, **options})
        client.meta.events.register("response-received.mturk.*", _judge)
        made.append(client)
        return client

    yield connect
    for client in made:
        client.close()


@pytest.fixture
def connect_queues(aws: boto3.session.Session) -> Iterator[Connect]:
    """Make a boto3 client of a marketplace's queues."""
    made = []

    def connect(market: Marketplace, name: str | None = None, **options: Any) -> Client:
        who = market if name is None else market.requester(name)
        settings: dict[str, Any] = {
            "endpoint_url": options.get("endpoint_url") or market.url,
            "region_name": "eu-west-1",
            "aws_access_key_id": who.access_key,
            "aws_secret_access_key": who.secret_key,
            # The marketplace has to judge what it is sent, not botocore.
            "config": Config(parameter_validation=False, retries={"total_max_attempts": 1}, max_pool_connections=30),
        }
        made.append(aws.client("sqs", **{**settings, **options}))
        return made[-1]

    yield connect
    for client in made:
        client.close()


def _judge(event_name: str, response_dict: dict[str, Any] | None, **_: Any) -> None:
    if response_dict is None:
        return  # nothing came back
    headers = response_dict["headers"]
    assert headers["content-type"] == "application/x-amz-json-1.1"
    assert headers["x-amzn-requestid"]
    if response_dict["status_code"] == 200:
        check_answer(event_name.rpartition(".")[2], response_dict["body"])
    else:
        check_error(response_dict["body"])


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    with running() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[str]:
    """A new database of each kind, for one process."""
    yield from _database(request, ":memory:")


@pytest.fixture(params=["sqlite", "postgresql"])
def shared(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A new database of each kind, which several processes can open and which outlives them."""
    yield from _database(request, str(tmp_path / "lab.sqlite3"))


def _database(request: pytest.FixtureRequest, sqlite: str) -> Iterator[str]:
    if request.param == "sqlite":
        yield sqlite
        return
    # A server's database has no place for a key file beside it; children inherit this.
    request.getfixturevalue("monkeypatch").setenv("MTURK_MARKETPLACE_KEY", MASTER_KEY)
    # Started by the first test that needs it.
    server: PostgreSQL = request.getfixturevalue("postgresql")
    with server.database() as url:
        yield url


@pytest.fixture
def market(database: str) -> Iterator[Marketplace]:
    with Marketplace(database) as market:
        yield market


@pytest.fixture
def client(market: Marketplace, connect: Connect) -> Client:
    return connect(market)


@pytest.fixture
def publish(client: Client) -> Publish:
    """Publish a HIT; arguments replace the sample's."""

    def publish(**changes: Any) -> dict[str, Any]:
        answer: dict[str, Any] = client.create_hit(**hit_arguments(**changes))
        return answer["HIT"]

    return publish


@pytest.fixture
def work(market: Marketplace) -> Work:
    """Let a worker do an assignment of a HIT, and say its id."""

    def work(hit_id: str, worker_id: str = "A1WORKER", **answers: Any) -> str:
        worker = market.worker(worker_id)
        assignment_id = worker.accept(hit_id)
        worker.submit(assignment_id, answers or {"label": "cat"})
        return assignment_id

    return work


@pytest.fixture
def refused() -> Refused:
    """Call what must be refused, and give the error's body as sent."""

    def refused(method: Callable[..., Any], **arguments: Any) -> dict[str, Any]:
        bodies = []
        events = method.__self__.meta.events  # type: ignore[attr-defined]  # boto3's methods are bound
        keep = lambda response_dict, **_: bodies.append(response_dict["body"])  # noqa: E731 - needs a name
        events.register("response-received.mturk.*", keep)
        try:
            with pytest.raises(ClientError):
                method(**arguments)
        finally:
            events.unregister("response-received.mturk.*", keep)
        error: dict[str, Any] = json.loads(bodies[-1])
        return error

    return refused
