"""Serves the sample app with two worker processes, as one would in earnest."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import requests

ROOT = Path(__file__).parents[2]
PASSWORD = "open sesame"
SOON = 30.0


def wait_until(is_so: Callable[[], object], what: str) -> None:
    """Wait until something is so; fail by its name if it does not come."""
    deadline = time.monotonic() + SOON
    while not is_so():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


class Operator:
    """A person with the password in a browser, who presses buttons of the sample app."""

    def __init__(self, url: str, password: str = PASSWORD) -> None:
        self.url = url
        self._session = requests.Session()
        self._session.auth = ("operator", password)

    def look(self) -> requests.Response:
        """Open the page."""
        return self._session.get(f"{self.url}/operator/", timeout=SOON)

    def press(self, path: str, **fields: str) -> requests.Response:
        """Post one of the page's forms, with its token, and look at what comes back."""
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.look().text)
        assert token is not None
        fields["csrf_token"] = token[1]
        return self._session.post(f"{self.url}/operator/{path}", fields, timeout=SOON)

    def close(self) -> None:
        """Close the browser."""
        self._session.close()


@contextmanager
def gunicorn(listening: socket.socket, environment: Mapping[str, str], log: Path) -> Iterator[None]:
    """The sample app in two worker processes, which answer at this socket."""
    number = listening.fileno()
    with log.open("wb") as output:
        command = ["gunicorn", "--workers", "2", "--bind", f"fd://{number}", "tests.flask.counted_app:app"]
        server = subprocess.Popen(
            [sys.executable, "-m", *command],
            cwd=ROOT,
            env={**os.environ, **environment},
            pass_fds=[number],
            stdout=output,
            stderr=output,
        )
        try:
            wait_until(lambda: log.read_text().count("Booting worker") == 2, "gunicorn does not start its workers")
            yield
        finally:
            server.send_signal(signal.SIGTERM)
            assert server.wait(SOON) == 0, log.read_text()


@contextmanager
def command(environment: Mapping[str, str], *words: str) -> Iterator[subprocess.Popen[str]]:
    """`flask mturk …` of the sample app in a process of its own, ended by SIGTERM."""
    program = subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "tests.flask.counted_app", "mturk", *words],
        cwd=ROOT,
        env={**os.environ, **environment},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        assert program.stdout is not None
        assert "until Ctrl-C" in program.stdout.readline()
        yield program
    finally:
        program.terminate()
        said, errors = program.communicate(timeout=SOON)
        assert program.returncode == 0, said + errors
