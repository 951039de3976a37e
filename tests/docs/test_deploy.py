"""docs/deploy.md: its configurations of nginx and Caddy are run as they stand, with other names and ports."""

from __future__ import annotations

import configparser
import datetime
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from pathlib import Path

import boto3
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

import mturk
from mturk.marketplace import Marketplace
from tests.cli.test_program import serving

DOCUMENT = (Path(__file__).parents[2] / "docs" / "deploy.md").read_text()
PATIENCE = 20
OWN_HOST, BELOW_A_PATH = 0, 1

pytestmark = pytest.mark.system


def block(language: str, number: int) -> str:
    return re.findall(rf"```{language}\n(.*?)```", DOCUMENT, re.DOTALL)[number]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for localhost, and its key beside it."""
    folder = tmp_path_factory.mktemp("certificate")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.timezone.utc)
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(names, critical=False)
        .sign(key, hashes.SHA256())
    )
    unsealed = serialization.NoEncryption()
    kind = serialization.PrivateFormat.PKCS8
    (folder / "fullchain.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "privkey.pem").write_bytes(key.private_bytes(serialization.Encoding.PEM, kind, unsealed))
    return folder


def nginx(folder: Path, certificate: Path, port: int, backend: str, number: int) -> list[str]:
    """The command that runs nginx with a configuration of the page."""
    server = block("nginx", OWN_HOST)
    if number == BELOW_A_PATH:
        server = re.sub(r"    location .*?\n    }\n", lambda _: block("nginx", BELOW_A_PATH), server, flags=re.DOTALL)
    server = server.replace("listen 443", f"listen 127.0.0.1:{port}").replace("turk.my-lab.org", "localhost")
    server = server.replace("/etc/letsencrypt/live/localhost", str(certificate)).replace("127.0.0.1:8017", backend)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    paths = "".join(f"{kind}_temp_path {folder / kind};\n" for kind in kinds)
    user = "user root;\n" if os.geteuid() == 0 else ""
    text = f"{user}daemon off;\npid {folder / 'pid'};\nevents {{}}\nhttp {{\naccess_log off;\n{paths}{server}}}\n"
    (folder / "nginx.conf").write_text(text)
    found = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin") or "nginx"  # Debian's, which users lack
    return [found, "-e", "stderr", "-p", str(folder), "-c", str(folder / "nginx.conf")]


def caddy(folder: Path, certificate: Path, port: int, backend: str, number: int) -> list[str]:
    """The command that runs Caddy with a configuration of the page."""
    site = re.sub(r"^\S+ {", f"https://localhost:{port} {{", block("caddy", number)).replace("127.0.0.1:8017", backend)
    keys = f"    tls {certificate / 'fullchain.pem'} {certificate / 'privkey.pem'}\n"
    head, _, rest = site.partition("\n")
    (folder / "Caddyfile").write_text(f"{{\n    admin off\n    auto_https off\n}}\n{head}\n{keys}{rest}")
    return ["caddy", "run", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile")]


PROXIES = {"nginx": nginx, "caddy": caddy}


@contextmanager
def running(command: list[str], folder: Path, port: int) -> Iterator[None]:
    homes = {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    with subprocess.Popen(command, env={**os.environ, **homes}, stderr=subprocess.PIPE, text=True) as process:
        try:
            end = time.monotonic() + PATIENCE
            while not listens(port):
                assert process.poll() is None, process.communicate()[1]
                assert time.monotonic() < end, "it does not listen"
                time.sleep(0.02)
            yield
        finally:
            process.terminate()
            process.communicate(timeout=PATIENCE)


def listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


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
        command = PROXIES[name](tmp_path, certificate, port, market.url.removeprefix("http://"), number)
        with running(command, tmp_path, port):
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
