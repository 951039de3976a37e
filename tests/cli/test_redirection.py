"""`mturk serve --redirect`, `mturk redirect` and `mturk run`: old programs on a marketplace, and what they are told."""

from __future__ import annotations

import os
import signal
import socket
import socketserver
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from mturk.cli import redirection
from mturk.marketplace import Marketplace
from mturk.redirect.aws_host import HOSTS
from tests.cli.test_program import PATIENCE, Serving, program_without, run, serving

OLD_SCRIPT = """
import boto3
print(boto3.client("mturk", region_name="us-east-1").get_account_balance()["AvailableBalance"])
"""


@pytest.fixture
def market() -> Iterator[Marketplace]:
    with Marketplace() as market:
        yield market


def outside(**more: str) -> dict[str, str]:
    """An environment that leads nowhere."""
    return {**{name: value for name, value in os.environ.items() if not name.upper().endswith("_PROXY")}, **more}


def keys(market: Marketplace) -> dict[str, str]:
    return outside(AWS_ACCESS_KEY_ID=market.access_key, AWS_SECRET_ACCESS_KEY=market.secret_key)


def ran(*command: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=PATIENCE)


def mturk(*arguments: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return ran(sys.executable, "-m", "mturk", *arguments, env=env)


@contextmanager
def redirecting(folder: Path, *options: str, env: dict[str, str] | None = None) -> Iterator[Serving]:
    command = [sys.executable, "-m", "mturk", "redirect", "--port", "0", "--folder", str(folder), *options]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env or outside()
    ) as process:
        try:
            yield Serving(process)
        finally:
            process.kill()


# mturk serve --redirect


def test_an_old_script_runs_with_the_lines_that_serve_prints(tmp_path: Path) -> None:
    with serving(tmp_path / "lab.sqlite3", "--redirect", "--redirect-port", "0", "--deposit", "7.00") as server:
        exports = server.exports
        exports.pop("AWS_ENDPOINT_URL_MTURK")
        done = ran(sys.executable, "-c", OLD_SCRIPT, env=outside(**exports))
        assert (done.stdout, done.stderr) == ("7.00\n", "")
        _, told = server.end(signal.SIGTERM)
    assert f"mturk: Calls to {', '.join(HOSTS)} are led to {server.facts['Address']}" in told
    made = {path.name for path in (tmp_path / "lab.sqlite3.redirect").iterdir()}
    assert made == {"authority.pem", "roots.pem", "lead_node.cjs", "boto.cfg", "boto_plugins"}


def test_the_lines_are_good_after_the_next_start_too(tmp_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = str(free.getsockname()[1])
    lines = []
    for _ in range(2):
        with serving(tmp_path / "lab.sqlite3", "--redirect", "--redirect-port", port) as server:
            lines.append({name: server.exports[name] for name in ("HTTPS_PROXY", "AWS_CA_BUNDLE")})
            server.end(signal.SIGTERM)
    assert lines[0] == lines[1]


def test_without_the_option_nothing_is_led(tmp_path: Path) -> None:
    with serving(tmp_path / "lab.sqlite3") as server:
        assert "HTTPS_PROXY" not in server.exports
    assert not (tmp_path / "lab.sqlite3.redirect").exists()


# mturk redirect


def test_an_old_script_runs_on_a_marketplace_elsewhere(tmp_path: Path, market: Marketplace) -> None:
    with redirecting(tmp_path, "--to", market.url) as proxy:
        done = ran(sys.executable, "-c", OLD_SCRIPT, env={**keys(market), **proxy.exports})
    assert (done.stdout, done.stderr) == ("10000.00\n", "")


def test_an_entry_of_no_proxy_by_which_calls_would_go_to_amazon_is_told(tmp_path: Path, market: Marketplace) -> None:
    with redirecting(tmp_path, "--to", market.url, env=outside(NO_PROXY="lab.example,.amazonaws.com")) as proxy:
        assert proxy.exports["NO_PROXY"] == "lab.example,127.0.0.1,localhost,::1"
        _, told = proxy.end(signal.SIGTERM)
    assert "mturk: NO_PROXY names .amazonaws.com, by which calls would go to Amazon itself: that is left out." in told


def test_a_way_that_is_not_encrypted_is_told(tmp_path: Path) -> None:
    with redirecting(tmp_path, "--to", "http://turk.example:8017") as proxy:
        _, told = proxy.end(signal.SIGTERM)
    assert "mturk: What goes to http://turk.example:8017 is not encrypted on its way." in told


def test_who_is_killed_in_the_middle_of_a_call_ends_it_and_no_try_goes_elsewhere(
    tmp_path: Path, market: Marketplace
) -> None:
    with (
        closing(socket.create_server(("127.0.0.1", 0))) as silent,
        redirecting(tmp_path, "--to", f"http://127.0.0.1:{silent.getsockname()[1]}") as proxy,
        subprocess.Popen(
            [sys.executable, "-c", OLD_SCRIPT],
            env={**keys(market), **proxy.exports, "AWS_MAX_ATTEMPTS": "2"},
            stderr=subprocess.PIPE,
            text=True,
        ) as script,
    ):
        came, _ = silent.accept()
        with came:
            assert came.recv(1024).startswith(b"POST / HTTP/1.1\r\nHost: mturk-requester.us-east-1.amazonaws.com\r\n")
            proxy.process.kill()
            _, told = script.communicate(timeout=PATIENCE)
    assert script.returncode == 1
    assert "ProxyConnectionError" in told


@pytest.mark.parametrize("port", ["-1", "65536", "x"])
def test_a_port_that_is_none_is_refused(port: str) -> None:
    assert run("redirect", "--port", port).exit_code == 2


# mturk run


def test_one_program_runs_on_the_marketplace(market: Marketplace) -> None:
    done = mturk("run", "--to", market.url, "--", sys.executable, "-c", OLD_SCRIPT, env=keys(market))
    assert (done.returncode, done.stdout) == (0, "10000.00\n")
    assert done.stderr.startswith(f"mturk: Calls to {HOSTS[0]}, ")


@pytest.mark.parametrize("name", ["AWS_ENDPOINT_URL_MTURK", "MTURK_ENDPOINT"])
def test_the_marketplace_is_the_one_that_the_environment_names(market: Marketplace, name: str) -> None:
    done = mturk("run", "--", sys.executable, "-c", OLD_SCRIPT, env={**keys(market), name: market.url})
    assert (done.returncode, done.stdout) == (0, "10000.00\n"), done.stderr


@pytest.mark.parametrize("named", ["sandbox", "local", "", f"https://{HOSTS[1]}"])
def test_what_names_no_marketplace_of_ones_own_is_not_asked(named: str) -> None:
    environment = {"MTURK_ENDPOINT": named, "AWS_ENDPOINT_URL_MTURK": "http://127.0.0.1:1"}
    done = mturk("run", "--", sys.executable, "-c", "", env=outside(**environment))
    assert "No marketplace answers at http://127.0.0.1:1 " in done.stderr


def test_options_of_the_program_are_its_own(market: Marketplace) -> None:
    script = "import sys; print(sys.argv[1:])"
    done = mturk("run", "--to", market.url, sys.executable, "-c", script, "--to", "-h", "--", "x", env=outside())
    assert done.stdout == "['--to', '-h', '--', 'x']\n"


def test_the_packages_of_a_marketplace_are_needed_where_it_is(market: Marketplace) -> None:
    printing = sys.executable, "-c", "print('ran')"
    done = program_without(["flask", "sqlalchemy", "waitress"], "run", "--to", market.url, *printing)
    assert (done.returncode, done.stdout) == (0, "ran\n"), done.stderr


def test_its_exit_status_is_that_of_the_program(market: Marketplace) -> None:
    assert mturk("run", "--to", market.url, sys.executable, "-c", "exit(7)", env=outside()).returncode == 7


def test_a_program_that_a_signal_ended_has_the_status_of_a_shell(market: Marketplace) -> None:
    script = "import os; os.kill(os.getpid(), 9)"
    assert mturk("run", "--to", market.url, sys.executable, "-c", script, env=outside()).returncode == 137


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 5), (signal.SIGINT, 0)])
def test_sigterm_is_handed_on_and_ctrl_c_is_the_programs(
    market: Marketplace, number: signal.Signals, status: int
) -> None:
    script = "import signal; signal.signal(15, lambda *_: exit(5)); print('here', flush=True); input()"
    command = [sys.executable, "-m", "mturk", "run", "--to", market.url, sys.executable, "-c", script]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, env=outside()) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "here\n"
        process.send_signal(number)  # to this one alone: a terminal would send Ctrl-C to the program itself
        if number == signal.SIGINT:
            process.communicate("go on\n", timeout=PATIENCE)
        assert process.wait(PATIENCE) == status


def test_sigterm_that_comes_while_the_program_is_started_is_handed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    class Ended(subprocess.Popen[bytes]):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            os.kill(os.getpid(), signal.SIGTERM)
            super().__init__(*arguments, **options)

    monkeypatch.setattr(subprocess, "Popen", Ended)
    assert redirection._run(["sleep", "20"], outside()) == 128 + signal.SIGTERM


def test_nothing_of_it_stays_on_the_disk(market: Marketplace, tmp_path: Path) -> None:
    script = "import os; print(os.environ['SSL_CERT_FILE'])"
    env = outside(TMPDIR=str(tmp_path))
    file = Path(mturk("run", "--to", market.url, sys.executable, "-c", script, env=env).stdout.strip())
    assert file.is_relative_to(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_program_that_there_is_not_is_told(market: Marketplace) -> None:
    done = mturk("run", "--to", market.url, "no-such-program", env=outside())
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].endswith("No such file or directory: 'no-such-program'")


def test_a_marketplace_that_is_away_is_told_before_the_program_runs(tmp_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as gone:
        address = f"http://127.0.0.1:{gone.getsockname()[1]}"
    found = run("run", "--to", address, "touch", str(tmp_path / "made"))
    assert found.exit_code == 2
    assert f"No marketplace answers at {address}" in found.stderr
    assert "Start one (mturk serve), or say where it is: --to" in found.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_marketplace_behind_the_proxy_of_the_environment_is_looked_for_by_that_proxy() -> None:
    class Proxy(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            asked.append(self.rfile.readline())
            self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")

    asked: list[bytes] = []
    with socketserver.TCPServer(("127.0.0.1", 0), Proxy) as proxy:
        thread = threading.Thread(target=proxy.serve_forever, args=(0.05,))
        thread.start()
        try:
            env = outside(HTTPS_PROXY=f"http://127.0.0.1:{proxy.server_address[1]}", NO_PROXY="")
            done = mturk("run", "--to", "http://turk.invalid", sys.executable, "-c", "print('ran')", env=env)
        finally:
            proxy.shutdown()
            thread.join()
    assert (done.stdout, asked) == ("ran\n", [b"CONNECT turk.invalid:80 HTTP/1.1\r\n"])
