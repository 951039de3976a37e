"""docs/deploy.md: its configurations of nginx and Caddy are run as they stand, with other names and ports."""

from __future__ import annotations

import configparser
import json
import re
import signal
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import boto3
import pytest
import requests

import mturk
from mturk.connection.clock import Clock
from mturk.marketplace import Marketplace
from tests.cli.test_program import serving
from tests.docs.proxy import BELOW_A_PATH, OWN_HOST, PROXIES, Front, block, certify, free_port, running
from tests.page import PAGE

pytestmark = pytest.mark.system

TRIES_IN_VAIN = 8  # more than a call is tried after other faults


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a certificate for localhost."""
    return certify(tmp_path_factory.mktemp("certificate"))


@pytest.mark.parametrize(("number", "path"), [(OWN_HOST, ""), (BELOW_A_PATH, "/turk")], ids=["host", "path"])
@pytest.mark.parametrize("name", PROXIES)
def test_clients_reach_a_marketplace_behind_a_proxy(
    tmp_path: Path, certificate: Path, monkeypatch: pytest.MonkeyPatch, name: str, number: int, path: str
) -> None:
    port = free_port()
    url = f"https://localhost:{port}{path}"
    trust = str(certificate / "fullchain.pem")
    monkeypatch.setenv("AWS_CA_BUNDLE", trust)
    with Marketplace(public_url=url) as market:
        front = Front(tmp_path, certificate, port, market.url.removeprefix("http://"), number)
        with running(name, front):
            keys = {"access_key": market.access_key, "secret_key": market.secret_key}
            with mturk.Connection(url, **keys) as connection:
                assert connection.balance().available == 10_000
            client = boto3.client(
                "mturk",
                endpoint_url=url,
                region_name="us-east-1",
                aws_access_key_id=market.access_key,
                aws_secret_access_key=market.secret_key,
                verify=trust,
            )
            assert client.get_account_balance()["AvailableBalance"] == "10000.00"
            client.close()


@pytest.mark.parametrize("name", PROXIES)
def test_who_has_too_many_cookies_for_the_proxy_is_told_to_forget_them(
    tmp_path: Path, certificate: Path, name: str
) -> None:
    """And nobody else, as a page elsewhere could make of anybody who follows its link."""
    port = free_port()
    url = f"https://localhost:{port}"
    with Marketplace(public_url=url) as market:
        front = Front(tmp_path, certificate, port, market.url.removeprefix("http://"))
        with running(name, front):

            def told(path: str, cookies: int) -> tuple[int, str | None]:
                headers = {"Cookie": "x" * cookies}
                answer = requests.get(f"{url}{path}", headers=headers, verify=str(certificate / "fullchain.pem"))
                return answer.status_code, answer.headers.get("Clear-Site-Data")

            assert told("/worker/sign-in", 40_000) == (431, '"cookies"')
            for path in ("/worker/sign-in", f"/worker/sign-in?{'x' * 9_000}", "/%zz"):
                assert told(path, 10)[1] is None


@pytest.mark.parametrize("name", PROXIES)
def test_a_restart_behind_a_proxy_costs_no_call(
    tmp_path: Path, certificate: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    port, behind, database = free_port(), free_port(), tmp_path / "lab.sqlite3"
    url = f"https://localhost:{port}"
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate / "fullchain.pem"))
    waits: list[float] = []
    with ExitStack() as stack:
        market = stack.enter_context(Marketplace(database, port=behind, public_url=url))
        stack.enter_context(running(name, Front(tmp_path, certificate, port, f"127.0.0.1:{behind}")))

        def sleep(_: float) -> None:
            waits.append(1)
            if len(waits) == TRIES_IN_VAIN:
                stack.enter_context(Marketplace(database, port=behind, public_url=url)).url  # noqa: B018 - it starts

        keys = {"access_key": market.access_key, "secret_key": market.secret_key}
        clock = Clock(sleep=sleep)
        with mturk.Connection(url, **keys, clock=clock) as connection:
            kind = mturk.HITType.create("Look", "Look at it", "0.10", 600, connection=connection)
            market.stop()
            hit = kind.create_hit(mturk.HTMLQuestion(PAGE), max_assignments=3, lifetime=3600)
            assert len(waits) == TRIES_IN_VAIN
            assert [one.id for one in mturk.HIT.all(connection=connection)] == [hit.id]


def unit(folder: Path) -> Path:
    """The page's unit, with a program that is there."""
    text = block("systemd", 0).replace("/opt/mturk/bin/mturk", f"{sys.executable} -m mturk")
    found = folder / "mturk.service"
    found.write_text(text)
    return found


def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    said = subprocess.run(["systemd-analyze", "verify", unit(tmp_path)], capture_output=True, text=True, check=False)
    assert (said.returncode, [line for line in said.stderr.splitlines() if "mturk.service" in line]) == (0, [])


def test_the_unit_leaves_the_marketplace_little_that_it_could_do_to_the_machine(tmp_path: Path) -> None:
    command = ["systemd-analyze", "security", "--offline=true", "--threshold=30", unit(tmp_path)]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stdout[-300:]


def options_of_the_unit() -> list[str]:
    line = re.search(r"^ExecStart=\S+ serve (.*)$", block("systemd", 0), re.MULTILINE)
    assert line
    return line[1].split()


def options_of_the_container(*behind: str) -> list[str]:
    text = block("dockerfile", 0)
    entry, usual = (json.loads(found) for found in re.findall(r"^(?:ENTRYPOINT|CMD) (.*)$", text, re.MULTILINE))
    assert entry[:2] == ["mturk", "serve"]
    return [*entry[2:], *(behind or usual)]


BEHIND_THE_PROXY = ("--database", "x", "--public-url", "https://turk.my-lab.org", "--trusted-proxy", "172.18.0.0/16")


@pytest.mark.parametrize(
    "options",
    [options_of_the_unit(), options_of_the_container(), options_of_the_container(*BEHIND_THE_PROXY)],
    ids=["unit", "container", "container behind a proxy"],
)
def test_the_marketplace_starts_with_the_options_of_the_page(tmp_path: Path, options: list[str]) -> None:
    place = options.index("--database")
    with serving(tmp_path / "lab.sqlite3", *options[:place], *options[place + 2 :]) as server:
        assert server.facts["Address"].startswith(("http://", "https://turk.my-lab.org"))
        assert server.end(signal.SIGTERM)[0] == 0


def test_what_the_container_installs_is_there_to_be_installed() -> None:
    (extras,) = re.findall(r"'mturk\[(.*)\]'", block("dockerfile", 0))
    settings = configparser.ConfigParser()
    settings.read(Path(__file__).parents[2] / "setup.cfg")
    assert set(extras.split(",")) <= set(settings["options.extras_require"])
