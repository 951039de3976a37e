"""A requester with work that is on offer, work that came in, a panel and a blocked worker."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import attrs
import pytest
from click.testing import CliRunner, Result

from mturk import HIT, Connection, HITType, HTMLQuestion, QualificationType, Worker, using
from mturk.cli.program import command
from mturk.marketplace import Marketplace
from tests.page import PAGE

ANSWER = "=1+1\u009b31m\u202e\nsecond line"
"""What a hostile worker types: a formula, an order to the terminal, a turn of direction, a line end."""
REASON = "Answers \u009b31m at random"


@attrs.frozen
class Lab:
    """What there is."""

    market: Marketplace
    connection: Connection
    hits: list[HIT]
    done: HIT
    assignment_id: str
    panel: QualificationType


@pytest.fixture
def lab(monkeypatch: pytest.MonkeyPatch) -> Iterator[Lab]:
    with Marketplace() as market:
        monkeypatch.setenv("MTURK_ENDPOINT", market.url)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", market.access_key)
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", market.secret_key)
        with Connection() as connection, using(connection):
            yield _filled(market, connection)


def _filled(market: Marketplace, connection: Connection) -> Lab:
    kinds = [HITType.create(title, "Say what is in it", "0.05", timedelta(minutes=10)) for title in ("Photos", "Texts")]
    page = HTMLQuestion(PAGE)
    hits = [kinds[number % 2].create_hit(page, 3600, requester_annotation=f"row={number}") for number in range(4)]
    worker = market.worker("A1ADA")
    market.worker("A2BOB")
    assignment_id = worker.accept(hits[0].id)
    worker.submit(assignment_id, {"label": ANSWER})
    panel = QualificationType.create("Panel", "Took part")
    panel.grant("A1ADA", 80)
    panel.grant("A2BOB")
    panel.revoke("A2BOB")
    Worker("A2BOB").block(REASON)
    return Lab(market, connection, hits, hits[0], assignment_id, panel)


@pytest.fixture
def run() -> Callable[..., Result]:
    """Run a command, and get what it said and its exit status."""
    return lambda *arguments: CliRunner().invoke(command, arguments, prog_name="mturk")
