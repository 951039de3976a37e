"""The site of a marketplace, and people who are signed in at it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection
from werkzeug.test import TestResponse

from mturk.marketplace import Marketplace
from mturk.marketplace.account import person
from mturk.marketplace.account.admission import let_in
from mturk.marketplace.account.means import Caller
from mturk.marketplace.people import worker

SignedIn = Callable[..., FlaskClient]
_TOKEN = re.compile('name="csrf_token" value="([^"]+)"')


@pytest.fixture
def signed_in(market: Marketplace) -> SignedIn:
    """Make a visitor of the site who is signed in as this worker, registered if unknown."""

    def sign_in(worker_id: str = "A1ADA", **facts: object) -> FlaskClient:
        market.worker(worker_id, **facts)  # type: ignore[arg-type]  # the test says what it knows
        return signed_in_at(market, worker_id)

    return sign_in


def signed_in_at(market: Marketplace, worker_id: str) -> FlaskClient:
    """A visitor of the site who is signed in as this worker."""
    app = market.app
    site = app.extensions["mturk.site"]
    client = app.test_client()
    signed = site.session_interface.get_signing_serializer(site).dumps({"sitting": sitting_of(market, worker_id)})
    client.set_cookie("mturk-session", signed)
    return client


def sitting_of(market: Marketplace, worker_id: str) -> str:
    """Let the person behind a worker in, who is made if there is none, without a password, which takes its time."""
    means = market._premises.entrance._means

    def let_in_by_hand(database: Connection) -> str:
        found = worker.find(database, worker_id)
        assert found
        if not person.is_taken(database, found.number):
            person.add(database, found.number, means.now(), means.randomness, password=None)
        return let_in(means, database, found.number, worker_id, Caller("127.0.0.1")).sitting

    return means.store.write(let_in_by_hand)


def token_of(client: FlaskClient, path: str = "/worker/") -> str:
    """What a form of this page sends to prove that it comes from there."""
    found = _TOKEN.search(client.get(path).text)
    assert found, f"{path} has no form"
    return found[1]


def post(client: FlaskClient, path: str, *, page: str = "/worker/", **fields: object) -> TestResponse:
    """Send a form of the site as a browser does that has this page open."""
    return client.post(path, data={"csrf_token": token_of(client, page), **fields})
