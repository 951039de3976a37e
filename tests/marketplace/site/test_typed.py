"""What somebody typed is not lost when they have to sign in first, or to agree to terms."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from lxml import html

from mturk.marketplace import Marketplace, MarketplaceError
from mturk.marketplace.database import table as t
from mturk.marketplace.dispatch import Dispatch
from mturk.marketplace.error import ServiceFault
from tests.marketplace.conftest import Client, Connect
from tests.marketplace.sample import form, graded_type_arguments, hit_arguments, text_question
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


NAMES = ("next", "hit_id", "link", "csrf_token", "accept_next")
ALIKE = {name: f"my {name}" for name in NAMES}


def filled_in(page: str) -> dict[str, str]:
    """What is shown to be copied, by the names of the fields."""
    found = html.fromstring(page)
    areas = {one.get("id"): one.text.removeprefix("\n") for one in found.xpath("//textarea[@readonly]")}
    return {label.text: areas[label.get("for")] for label in found.xpath("//label[starts-with(@for, 'typed-')]")}


@pytest.mark.parametrize("path", [WORK, TEST])
def test_an_answer_is_shown_whatever_its_question_is_called_and_stands_in_no_address(
    market: Marketplace, path: str
) -> None:
    body = [("csrf_token", "of the page"), *ALIKE.items()]
    answer = market.app.test_client().post(path, data="&".join(f"{name}={value}" for name, value in body), headers=SENT)
    assert filled_in(answer.text) == ALIKE
    assert [link for link in html.fromstring(answer.text).xpath("//@href | //@value") if "my" in link] == []


SENT = {"Content-Type": "application/x-www-form-urlencoded"}


def test_what_a_page_sends_by_itself_is_not_shown(market: Marketplace) -> None:
    typed = {"csrf_token": "old", "hit_id": "3HIT", "next": "/worker/queue", "text": "Hello"}
    answer = market.app.test_client().post("/worker/letters/new", data=typed)
    assert filled_in(answer.text) == {"text": "Hello"}
    assert "/worker/letters/new?hit_id%3D3HIT%26next%3D%252Fworker%252Fqueue" in answer.text


@pytest.mark.parametrize(("path", "status"), [(WORK, 413), ("/worker/sign-in", 413), ("/", 400)])
def test_a_form_of_very_many_fields_is_not_read(market: Marketplace, path: str, status: int) -> None:
    answer = market.app.test_client().post(path, data="a=b&" * 249_000, headers=SENT)
    assert (answer.status_code, len(answer.data) < 20_000) == (status, True)


def test_where_files_are_taken_a_form_without_them_has_the_size_of_any_other(market: Marketplace) -> None:
    visitor = market.app.test_client()
    assert visitor.post(WORK, data="a=" + "b" * 999_998, headers=SENT).status_code == 403
    assert visitor.post(WORK, data="a=" + "b" * 999_999, headers=SENT).status_code == 413


def test_of_many_fields_the_first_are_shown(market: Marketplace) -> None:
    visitor = market.app.test_client()
    answer = visitor.post(WORK, data="&".join(f"a{number}=b" for number in range(19_000)), headers=SENT)
    assert answer.status_code == 403
    assert list(filled_in(answer.text)) == [f"a{number}" for number in range(1_000)]
    parts = "".join(
        f'--B\r\nContent-Disposition: form-data; name="a"; filename="f{n}"\r\n\r\n\r\n' for n in range(3_000)
    )
    answer = visitor.post(WORK, data=f"{parts}--B--\r\n", content_type="multipart/form-data; boundary=B")
    assert answer.status_code == 403
    assert answer.text.count("has to be chosen again") == 1_000


LETTER = {"hit_id": "3GONE", "text": "Is it open to learners?", "reason": "broken"}


@each_form
@pytest.mark.parametrize("token", ["old", "good"])
def test_what_was_typed_about_something_that_is_gone_is_not_lost(market: Marketplace, path: str, token: str) -> None:
    visitor = signed_in_at(market, "A1ADA")
    agree(market)
    if token == "good":
        token = token_of(visitor)
    answer = visitor.post(path, data={"csrf_token": token, **LETTER})
    assert answer.status_code == 404
    assert filled_in(answer.text)["text"] == LETTER["text"]


class Busy:
    """The market's dispatch, at which nothing can be changed, or nothing be done at all."""

    def __init__(self, dispatch: Dispatch, error: Exception, *, reads: bool) -> None:
        self._dispatch, self._error, self._reads = dispatch, error, reads

    def __getattr__(self, name: str) -> Any:
        return getattr(self._dispatch, name)

    def run(self, step: Any, *, writes: bool = True, **how: Any) -> Any:
        if writes or not self._reads:
            raise self._error
        return self._dispatch.run(step, writes=writes, **how)


@contextmanager
def busy(visitor: FlaskClient, error: Exception, *, reads: bool) -> Iterator[None]:
    known = visitor.application.extensions["mturk.site"].extensions
    services = known["mturk"]
    known["mturk"] = replace(services, dispatch=Busy(services.dispatch, error, reads=reads))
    yield
    known["mturk"] = services


FORMS = {"work": {"street": "Main Street"}, "test": {"street": "Main Street"}, "letter": LETTER, "report": LETTER}


def form_of(kind: str, market: Marketplace, client: Client, visitor: FlaskClient) -> tuple[str, dict[str, str]]:
    """The address of a form of that kind, and what its page sends by itself."""
    if kind == "work":
        return accepted(market, client, visitor), {}
    if kind == "test":
        made = client.create_qualification_type(**graded_type_arguments(Test=FORM, AnswerKey=None))
        path = f"/worker/qualifications/{made['QualificationType']['QualificationTypeId']}"
        post(visitor, f"{path}/begin")
        return f"{path}/test", {}
    hit = client.create_hit(**hit_arguments(Question=FORM))["HIT"]
    return {"letter": "/worker/letters/new", "report": "/worker/report"}[kind], {"hit_id": hit["HITId"]}


@pytest.mark.parametrize("error", [ServiceFault(), MarketplaceError("locked")])
@pytest.mark.parametrize("reads", [True, False])
@pytest.mark.parametrize("kind", FORMS)
def test_what_cannot_be_taken_while_the_database_is_busy_is_not_lost(
    market: Marketplace, client: Client, kind: str, reads: bool, error: Exception
) -> None:
    visitor = signed_in_at(market, "A1ADA")
    agree(market)
    path, given = form_of(kind, market, client, visitor)
    entered = {**FORMS[kind], **given}
    token = token_of(visitor, "/worker/terms")
    with busy(visitor, error, reads=reads):
        answer = visitor.post(path, data={"csrf_token": token, **entered})
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "The marketplace is busy." in answer.text
    shown = html.fromstring(answer.text).xpath("//main//textarea/text() | //main//input/@value")
    assert (entered.get("street") or entered["text"]) in [text.removeprefix("\n") for text in shown]
    assert visitor.post(path, data={"csrf_token": token, **entered}).status_code == 302


@pytest.mark.parametrize("kind", ["work", "test"])
def test_a_form_that_had_expired_is_not_lost_either_when_its_time_is_over(
    market: Marketplace, client: Client, kind: str
) -> None:
    visitor = signed_in_at(market, "A1ADA")
    agree(market)
    path, _ = form_of(kind, market, client, visitor)
    market.clock.advance(days=2)
    answer = visitor.post(path, data={"csrf_token": "old", "street": "Main Street"})
    assert answer.status_code == 409
    assert 'value="Main Street"' in answer.text
