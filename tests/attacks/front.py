"""What may stand before an arena: nothing, another process, nginx; and PostgreSQL behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from mturk.marketplace import ConnectionLimits, Marketplace, Quota
from tests.attacks.arena import Arena
from tests.cli.test_program import serving
from tests.docs.proxy import Front, certify, free_port, running
from tests.marketplace.conftest import MASTER_KEY

PLACES = {"connections": 150, "per_address": 100, "refusals": 10}
SETTINGS: dict[str, Any] = {
    "limits": ConnectionLimits(**PLACES),
    "allow_private_destinations": False,
    "quota": Quota(queues=3, question_bytes=3_000_000),
    "upload_limit": 100_000,
}


@contextmanager
def embedded(database: str, **settings: Any) -> Iterator[Arena]:
    """In this process."""
    url = f"http://127.0.0.1:{free_port()}"
    port = int(url.rpartition(":")[2])
    with Marketplace(database, port=port, public_url=url, **{**SETTINGS, **settings}) as market:
        yield Arena(market, url)


@contextmanager
def served(folder: Path) -> Iterator[Arena]:
    """By `mturk serve`; its owner, who looks on, has the same database open."""
    url, database = f"http://127.0.0.1:{free_port()}", folder / "lab.sqlite3"
    options = ["--port", url.rpartition(":")[2], "--public-url", url, "--upload-limit", "100000", "--refusals", "10"]
    options += ["--connections", "150", "--per-address", "100", "--trusted-proxy", "192.0.2.1"]
    with serving(database, *options):
        market = Marketplace(database, public_url=url, **SETTINGS)
        try:
            yield Arena(market, url)
        finally:
            market.stop()


@contextmanager
def behind_nginx(folder: Path) -> Iterator[Arena]:
    """Behind nginx, as docs/deploy.md has it."""
    certificate, port = certify(folder), free_port()
    url = f"https://localhost:{port}"
    settings = {**SETTINGS, "public_url": url, "trusted_proxies": ["127.0.0.1"]}
    with ExitStack() as stack:
        market = stack.enter_context(Marketplace(folder / "lab.sqlite3", **settings))
        front = Front(folder, certificate, port, market.url.removeprefix("http://"), hurry=10)
        stack.enter_context(running("nginx", front))
        yield Arena(market, url, str(certificate / "fullchain.pem"))


@contextmanager
def on_postgresql(request: pytest.FixtureRequest) -> Iterator[Arena]:
    """In this process, on PostgreSQL."""
    server = request.getfixturevalue("postgresql")
    with server.database() as database, embedded(database, master_key=MASTER_KEY) as arena:
        yield arena


FRONTS: dict[str, Callable[[Path, pytest.FixtureRequest], Any]] = {
    "embedded": lambda folder, _: embedded(str(folder / "lab.sqlite3")),
    "impatient": lambda folder, _: embedded(str(folder / "lab.sqlite3"), limits=ConnectionLimits(**PLACES, head=2)),
    "served": lambda folder, _: served(folder),
    "postgresql": lambda _, request: on_postgresql(request),
    "nginx": lambda folder, _: behind_nginx(folder),
}
