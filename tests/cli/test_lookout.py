"""`mturk serve`: its log, its metrics from all processes together, and its audit trail."""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from mturk.marketplace import Marketplace, MarketplaceError, keep_log
from tests.cli.test_program import PATIENCE, Serving, serving
from tests.marketplace.sample import hit_arguments


def client(server: Serving) -> boto3.client:
    keys = server.exports
    return boto3.client(
        "mturk",
        endpoint_url=server.facts["Address"],
        region_name="us-east-1",
        aws_access_key_id=keys["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=keys["AWS_SECRET_ACCESS_KEY"],
        config=Config(retries={"total_max_attempts": 1}),
    )


def published(server: Serving, number: int) -> None:
    """Publish so many HITs, each by a connection of its own, as they come to any of the processes."""
    for _ in range(number):
        with closing(client(server)) as caller:
            caller.create_hit(**hit_arguments())


def counted(server: Serving) -> float:
    """How many HITs the metrics say were published."""
    with urllib.request.urlopen(f"{server.facts['Address']}/metrics") as answer:
        told = answer.read().decode()
    found = re.search(r'^mturk_calls_total\{code="OK",operation="CreateHIT"\} (.+)$', told, re.M)
    return float(found[1]) if found else 0


@pytest.fixture
def two(database: Path) -> Iterator[Serving]:
    with serving(database, "--processes", "2", "--metrics") as server:
        yield server


def test_whichever_process_is_asked_tells_the_metrics_of_all(two: Serving) -> None:
    published(two, 12)
    assert [counted(two) for _ in range(8)] == [12] * 8


def test_what_a_process_counted_stays_when_it_is_killed(two: Serving) -> None:
    published(two, 12)
    children = Path(f"/proc/{two.process.pid}/task/{two.process.pid}/children").read_text().split()
    others = [int(pid) for pid in children if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()]
    for pid in others:
        os.kill(pid, signal.SIGKILL)
    end = time.monotonic() + PATIENCE
    while any(Path(f"/proc/{pid}").exists() for pid in others):
        assert time.monotonic() < end
        time.sleep(0.05)  # between two looks
    assert counted(two) == 12


@pytest.mark.parametrize("options", [(), ("--log", "text")])
def test_the_access_log_is_lines_with_time_level_and_request(database: Path, options: tuple[str, ...]) -> None:
    with serving(database, "--access-log", *options) as server:
        with urllib.request.urlopen(f"{server.facts['Address']}/worker/sign-in?next=a-secret") as answer:
            request_id = answer.headers["x-amzn-RequestId"]
        _, errors = server.end(signal.SIGTERM)
    (line,) = errors.splitlines()
    start = rf"\d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{{3}}Z INFO {request_id} mturk\.access: "
    assert re.match(
        rf"{start}method=GET path=/worker/sign-in status=200 bytes=\d+ ms=[\d.]+ address=127\.0\.0\.1$", line
    )


def test_as_json_each_line_is_an_object(database: Path) -> None:
    with serving(database, "--access-log", "--log", "json") as server:
        published(server, 2)
        _, errors = server.end(signal.SIGTERM)
    lines = [json.loads(line) for line in errors.splitlines()]
    assert [(one["operation"], one["status"], one["level"]) for one in lines] == [("CreateHIT", 200, "INFO")] * 2
    assert len({one["request_id"] for one in lines}) == 2


def test_a_hundred_failures_of_one_kind_are_one_error_and_a_count_without_values(database: Path) -> None:
    with serving(database) as server, closing(client(server)) as caller:
        with closing(sqlite3.connect(database, isolation_level=None)) as other:
            other.execute("DROP TABLE hit_content")
        for _ in range(100):
            with pytest.raises(ClientError):
                caller.create_hit(**hit_arguments(RequesterAnnotation="a secret word"))
        _, errors = server.end(signal.SIGTERM)
    told = [line for line in errors.splitlines() if not line.startswith("    ")]
    assert len(told) == 2
    assert "(and 99 more within 60 seconds)" in told[1]
    assert "no such table: hit_content" in errors
    assert "a secret word" not in errors


@pytest.mark.parametrize(("options", "kept"), [((), True), (("--no-audit-trail",), False)])
def test_the_trail_is_kept_unless_it_is_switched_off(database: Path, options: tuple[str, ...], kept: bool) -> None:
    with serving(database, *options) as server:
        published(server, 1)
        server.end(signal.SIGTERM)
    market = Marketplace(database, existing=True)
    found = [entry.address for entry in market.trail(operation="CreateHIT")]
    market.stop()
    assert found == (["127.0.0.1"] if kept else [])


def test_a_log_of_no_known_form_is_refused() -> None:
    with pytest.raises(MarketplaceError, match='"text" or "json"'):
        keep_log("xml")
