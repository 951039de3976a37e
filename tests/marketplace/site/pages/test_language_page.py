"""Everybody chooses a language, and comes back to the page that was open."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from mturk.marketplace import Marketplace
from tests.marketplace.site.conftest import SignedIn, post, signed_in_at


def way_back_of(page: str) -> str:
    """Where the choice of a language leads back to, as the foot of the page says."""
    return unescape(re.findall('name="next" value="([^"]*)"', page)[-1])


def is_german(client: FlaskClient, path: str) -> bool:
    return '<html lang="de"' in client.get(path).text


def test_a_language_is_chosen_by_who_is_not_signed_in(market: Marketplace) -> None:
    client = market.app.test_client()
    answer = post(
        client, "/worker/language", page="/worker/sign-in", language="de", next="/worker/sign-in?next=/worker/"
    )
    assert answer.location == "/worker/sign-in?next=/worker/"
    assert is_german(client, "/worker/sign-in")


def test_a_language_is_chosen_before_the_terms_are_agreed_to(tmp_path: Path) -> None:
    path = tmp_path / "terms.txt"
    path.write_text("Be kind.")
    with Marketplace(terms=path) as market:
        market.worker("A1ADA")
        client = signed_in_at(market, "A1ADA")
        answer = post(client, "/worker/language", page="/worker/terms", language="de", next="/worker/terms")
        assert answer.location == "/worker/terms"
        assert is_german(client, "/worker/terms")


@pytest.mark.parametrize(
    ("path", "fields", "back"),
    [
        ("/worker/account/data", {"country": "??"}, "/worker/account"),
        ("/worker/accept-next", {"csrf_token": ""}, "/worker/"),
        ("/worker/groups/3NOTHERE/accept", {}, "/worker/groups/3NOTHERE"),
        ("/worker/forgotten-password", {"csrf_token": ""}, "/worker/forgotten-password"),
    ],
)
def test_after_a_refused_form_the_way_back_leads_to_a_page(
    signed_in: SignedIn, path: str, fields: dict[str, str], back: str
) -> None:
    answer = post(signed_in(), path, **fields)
    assert answer.status_code >= 400
    assert way_back_of(answer.text) == back


def test_after_a_refused_form_the_invitation_is_still_in_the_address(market: Marketplace) -> None:
    client = market.app.test_client()
    path = "/worker/" + market.invite().partition("/worker/")[2]
    answer = post(client, "/worker/sign-up", page=path, invitation=path.partition("=")[2], password="short")
    assert answer.status_code == 400
    assert way_back_of(answer.text) == path
    assert client.get(way_back_of(answer.text)).status_code == 200


def test_a_form_that_is_too_large_is_refused_in_a_page_all_the_same(signed_in: SignedIn) -> None:
    answer = signed_in().post("/worker/account/data", data={"country": "x" * 2_000_000})
    assert answer.status_code == 413
    assert way_back_of(answer.text) == "/worker/account"
