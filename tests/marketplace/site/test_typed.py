"""What somebody typed is not lost when they have to sign in first, or to agree to terms."""

from __future__ import annotations

from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from mturk.marketplace import Marketplace
from mturk.marketplace.database import table as t
from tests.marketplace.conftest import Client, Connect
from tests.marketplace.sample import form, hit_arguments, text_question
from tests.marketplace.site.conftest import post, signed_in_at, token_of

FORM = form(text_question("street", required=True))
TYPED = {"street": "Main <b> Street", "text": "It is broken\nhere", "hit_id": "3HIT"}
WORK, TEST = "/worker/assignments/3NO", "/worker/qualifications/3NO/test"
BACK = {WORK: WORK, TEST: TEST, "/worker/report": "/worker/report?hit_id%3D3HIT"}
each_form = pytest.mark.parametrize("path", [WORK, TEST, "/worker/report", "/worker/letters/new"])


@pytest.fixture
def terms(tmp_path: Path) -> Path:
    path = tmp_path / "terms.md"
    path.write_text("Be kind.")
    return path


@pytest.fixture
def market(terms: Path) -> Iterator[Marketplace]:
    with Marketplace(":memory:", terms=terms) as market:
        market.worker("A1ADA")
        yield market


@pytest.fixture
def client(market: Marketplace, connect: Connect) -> Client:
    return connect(market)


def end_sittings(market: Marketplace) -> None:
    market._premises.store.write(lambda database: database.execute(t.sitting.delete()))


def agree(market: Marketplace) -> None:
    agreed = t.person.update().values(terms=market._premises.entrance._means.terms)
    market._premises.store.write(lambda database: database.execute(agreed))


def shown(page: str) -> str:
    return unescape(page).replace("&#39;", "'")


@each_form
@pytest.mark.parametrize("how", ["ended", "signed out elsewhere"])
def test_who_is_signed_out_finds_what_they_typed_and_the_way_back(market: Marketplace, path: str, how: str) -> None:
    visitor = signed_in_at(market, "A1ADA")
    token = token_of(visitor, "/worker/terms")
    end_sittings(market) if how == "ended" else visitor.delete_cookie("mturk-session")
    answer = visitor.post(path, data={"csrf_token": token, **TYPED})
    assert answer.status_code == 403
    assert "Main &lt;b&gt; Street" in answer.text
    assert "It is broken\nhere" in answer.text
    assert ">csrf_token<" not in answer.text
    assert f"/worker/sign-in?next={BACK.get(path, '/worker/letters/new?hit_id%3D3HIT')}" in shown(answer.text)


@pytest.mark.parametrize("path", [TEST, "/worker/report", "/worker/letters/new"])
def test_who_has_to_agree_to_terms_finds_what_they_typed(market: Marketplace, path: str) -> None:
    visitor = signed_in_at(market, "A1ADA")
    answer = post(visitor, path, page="/worker/terms", **TYPED)
    assert answer.status_code == 403
    assert "It is broken\nhere" in answer.text
    assert f"/worker/terms?next={path}" in shown(answer.text)


def accepted(market: Marketplace, client: Client, visitor: FlaskClient) -> str:
    hits = [client.create_hit(**hit_arguments(Question=FORM, UniqueRequestToken=one))["HIT"] for one in "ab"]
    path = f"/worker/groups/{hits[0]['HITGroupId']}"
    return str(post(visitor, f"{path}/accept", hit_id=hits[0]["HITId"], accept_next="on").location)


def test_a_hit_in_hand_is_finished_before_new_terms_are_asked_for(market: Marketplace, client: Client) -> None:
    visitor = signed_in_at(market, "A1ADA")
    agree(market)
    path = accepted(market, client, visitor)
    change = t.person.update().values(terms="older")
    market._premises.store.write(lambda database: database.execute(change))
    assert visitor.get("/worker/").location == "/worker/terms?next=/worker/"
    assert visitor.get(f"{path}/time").get_json()["in_hand"]
    answer = post(visitor, path, page=path, street="Main Street")
    assert (answer.status_code, answer.location) == (302, path)
    assert "Submitted" in visitor.get(path).text
    assert "data-goes-on" not in visitor.get(path).text


def test_a_report_whose_form_expired_comes_back_as_it_was_typed(market: Marketplace, client: Client) -> None:
    visitor = signed_in_at(market, "A1ADA")
    agree(market)
    hit = client.create_hit(**hit_arguments(Question=FORM))["HIT"]
    answer = visitor.post("/worker/report", data={"csrf_token": "old", "hit_id": hit["HITId"], "text": "It is broken"})
    assert answer.status_code == 400
    assert "It is broken</textarea>" in answer.text
