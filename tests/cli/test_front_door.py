"""`mturk serve`: how much callers may take of it, and that its end leaves nobody without an answer."""

from __future__ import annotations

import http.client
import resource
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
import click
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from mturk.cli.front_door import options
from mturk.marketplace import Quota
from tests.cli.test_program import PATIENCE, Serving, run, serving

CALLERS = 6


def client(server: Serving, **other: str) -> boto3.client:
    keys = {
        "aws_access_key_id": server.exports["AWS_ACCESS_KEY_ID"],
        "aws_secret_access_key": server.exports["AWS_SECRET_ACCESS_KEY"],
    }
    config = Config(retries={"total_max_attempts": 1})
    where = {"endpoint_url": server.facts["Address"], "region_name": "us-east-1"}
    return boto3.client("mturk", **where, **{**keys, **other}, config=config)


def place(server: Serving) -> tuple[str, int]:
    parts = urlsplit(server.facts["Address"])
    return str(parts.hostname), int(parts.port or 0)


def test_a_requester_has_the_rate_that_was_said(tmp_path: Path) -> None:
    with serving(tmp_path / "lab.sqlite3", "--rate", "0.001", "--burst", "2") as server:
        caller = client(server)
        for _ in range(2):
            assert caller.get_account_balance()["AvailableBalance"] == "10000.00"
        with pytest.raises(ClientError, match="ThrottlingException"):
            caller.get_account_balance()
        caller.close()


def test_an_address_has_so_many_refusals_as_were_said(tmp_path: Path) -> None:
    with serving(tmp_path / "lab.sqlite3", "--refusals", "2") as server:
        guesser = client(server, aws_secret_access_key="wrong")
        for _ in range(2):
            with pytest.raises(ClientError, match="InvalidSignatureException"):
                guesser.get_account_balance()
        with pytest.raises(ClientError, match="ThrottlingException"):
            guesser.get_account_balance()
        guesser.close()


def test_serve_may_open_the_files_that_its_connections_need(tmp_path: Path) -> None:
    few = ["sh", "-c", 'ulimit -Sn 300; exec "$@"', "sh", sys.executable, "-m", "mturk", "serve", "--port", "0"]
    arguments = [*few, "--database", str(tmp_path / "lab.sqlite3"), "--connections", "200"]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        server = Serving(process)
        soft, _ = resource.prlimit(process.pid, resource.RLIMIT_NOFILE)
        server.end(signal.SIGTERM)
    assert soft == 800


@pytest.mark.parametrize("processes", ["1", "2"])
def test_a_requester_keeps_as_much_as_was_said(tmp_path: Path, processes: str) -> None:
    options = ["--quota", "qualification_types=1", "--quota", "hit_types=none", "--processes", processes]
    with serving(tmp_path / "lab.sqlite3", *options) as server:
        caller = client(server)
        new = {"Description": "Skilled", "QualificationTypeStatus": "Active"}
        caller.create_qualification_type(Name="a", **new)
        with pytest.raises(ClientError, match="as much here as you may: 1 qualification types"):
            caller.create_qualification_type(Name="b", **new)
        caller.close()


@pytest.mark.parametrize(
    ("size", "most"),
    [("0", 0), ("1500", 1500), ("20kB", 20_000), ("3MB", 3_000_000), ("2TB", 2 * 10**12), ("none", None)],
)
@pytest.mark.parametrize("name", [field.name for field in fields(Quota)])
def test_a_quota_is_read_as_its_name_and_size(name: str, size: str, most: int | None) -> None:
    read: list[dict[str, Any]] = []

    @click.command()
    @options
    def told(quota: dict[str, Any], **_: Any) -> None:
        read.append(quota)

    told.main(["--quota", f"{name}={size}"], standalone_mode=False)
    assert read == [{"quota": Quota(**{name: most})}]


@pytest.mark.parametrize(("options", "answered"), [((), False), (("--query-api",), True)])
def test_old_programs_are_answered_if_that_was_said(tmp_path: Path, options: tuple[str, ...], answered: bool) -> None:
    with serving(tmp_path / "lab.sqlite3", *options) as server:
        line = http.client.HTTPConnection(*place(server), timeout=PATIENCE)
        line.request("GET", "/?Service=AWSMechanicalTurkRequester&Operation=GetHIT&AWSAccessKeyId=AKIANOBODY")
        told = line.getresponse().read().decode()
        line.close()
    assert ("AWS.MissingParameters" in told, "mturk serve --query-api" in told) == (answered, not answered)


@pytest.mark.parametrize("option", ["--connections", "--per-address"])
def test_so_many_connections_are_held_as_were_said(tmp_path: Path, option: str) -> None:
    with serving(tmp_path / "lab.sqlite3", option, "3") as server:
        lines = [socket.create_connection(place(server), PATIENCE) for _ in range(4)]
        assert lines[0].recv(1) == b""
        lines[3].setblocking(False)
        with pytest.raises(BlockingIOError):
            lines[3].recv(1)
        for line in lines:
            line.close()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--burst", "5"], "--burst is how many calls may come at once with --rate, which is missing."),
        (["--rate", "0"], "Invalid value for '--rate': 0.0 is not in the range x>0."),
        (["--rate", "nan"], "rate is more than 0, not nan."),
        (["--quota", "pages=3"], "'pages' is nothing that has a quota. There are: question_bytes, "),
        (["--quota", "queues"], "'' is no size. Write queues=20000000, queues=20MB, or queues=none."),
        (["--quota", "queues=-1"], "'-1' is no size."),
        (["--quota", "queues=1GiB"], "'1GiB' is no size."),
        (["--quota", "queues=1", "--no-quota"], "--no-quota is no limit of any kind, and --quota is one."),
        (["--connections", "0"], "Invalid value for '--connections': 0 is not in the range x>=1."),
        (["--per-address", "many"], "Invalid value for '--per-address': 'many' is not a valid integer"),
    ],
)
def test_a_limit_that_cannot_be_is_refused(options: list[str], told: str) -> None:
    done = run("serve", "--database", ":memory:", *options)
    assert done.exit_code == 2
    assert told in done.stderr


class Caller:
    """Asks again and again on connections that it keeps, until nobody listens any more."""

    def __init__(self, host: str, port: int) -> None:
        self.line = http.client.HTTPConnection(host, port, timeout=PATIENCE)
        self.answers = 0

    def ask(self) -> int:
        while True:
            if self.line.sock is None:
                try:
                    self.line.connect()
                except (ConnectionRefusedError, ConnectionResetError):  # nothing was sent yet
                    return self.answers
            self.line.request("GET", "/")
            with self.line.getresponse() as reply:
                assert reply.status == 200
                reply.read()
            self.answers += 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("processes", ["1", "2"])
def test_a_signal_leaves_no_request_without_an_answer(tmp_path: Path, processes: str, number: signal.Signals) -> None:
    with serving(tmp_path / "lab.sqlite3", "--processes", processes) as server:
        callers = [Caller(*place(server)) for _ in range(CALLERS)]
        with ThreadPoolExecutor(CALLERS) as pool:
            asking = [pool.submit(caller.ask) for caller in callers]
            while not all(caller.answers > 20 for caller in callers):
                assert not any(one.done() for one in asking)
                time.sleep(0.01)  # between two looks
            ended = server.end(number)
            assert all(one.result() > 20 for one in asking)
        assert ended == (0, "")
