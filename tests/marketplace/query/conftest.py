"""A marketplace that answers programs of before 2017, and one of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from mturk.marketplace import Marketplace
from tests.marketplace.query.old_program import OldProgram
from tests.marketplace.sample import html_question

Publish = Callable[..., str]
HIT: dict[str, Any] = {
    "Title": "Label a photo",
    "Description": "Say what is in the picture",
    "Reward.1.Amount": "0.05",
    "Reward.1.CurrencyCode": "USD",
    "AssignmentDurationInSeconds": "600",
    "LifetimeInSeconds": "3600",
    "MaxAssignments": "2",
    "Question": html_question(),
}


@pytest.fixture
def market(database: str) -> Iterator[Marketplace]:
    with Marketplace(database, query_api=True, audit_trail=True) as market:
        yield market


@pytest.fixture
def program(market: Marketplace) -> OldProgram:
    return OldProgram(market)


@pytest.fixture
def publish_old(program: OldProgram) -> Publish:
    """Publish a HIT, and say its id."""

    def publish(**changes: Any) -> str:
        return str(program.call("CreateHIT", {**HIT, **changes}).findtext("HITId"))

    return publish
