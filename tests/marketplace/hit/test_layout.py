"""Layouts: made by the marketplace's owner, filled by CreateHIT."""

from __future__ import annotations

import tracemalloc
from typing import Any

import pytest

from mturk.marketplace import Marketplace
from tests.marketplace.conftest import Client, Connect, Publish, Refused, Work
from tests.marketplace.sample import hit_arguments, html_question, type_arguments

PAGE = '<!DOCTYPE html><form><img src="${photo}" alt="${what is it}"><input name="label">${photo} $5 ${}</form>'
VALUES = {"photo": "https://my-lab.org/1.jpg", "what is it": "a &amp; b ]]> ${photo}"}
FILLED = (
    '<!DOCTYPE html><form><img src="https://my-lab.org/1.jpg" alt="a &amp; b ]]> ${photo}"><input name="label">'
    "https://my-lab.org/1.jpg $5 ${}</form>"
)


def _parameters(**values: str) -> list[dict[str, str]]:
    return [{"Name": name, "Value": value} for name, value in values.items()]


def _arguments(layout_id: str, parameters: list[dict[str, str]]) -> dict[str, Any]:
    return hit_arguments(Question=None, HITLayoutId=layout_id, HITLayoutParameters=parameters)


def test_a_layout_is_filled_with_the_values_as_they_are(
    client: Client, market: Marketplace, publish: Publish, work: Work
) -> None:
    layout_id = market.layout("Photos", PAGE)
    hit = publish(Question=None, HITLayoutId=layout_id, HITLayoutParameters=_parameters(**VALUES))
    assert hit["HITLayoutId"] == layout_id
    assert hit["Question"] == html_question(FILLED.replace("]]>", "]]]]><![CDATA[>"))
    assert work(hit["HITId"])
    assert client.get_hit(HITId=hit["HITId"])["HIT"]["HITLayoutId"] == layout_id


def test_a_hit_of_a_known_type_takes_a_layout_too(client: Client, market: Marketplace) -> None:
    layout_id = market.layout("Plain", "<!DOCTYPE html><form></form>")
    made = client.create_hit_type(**type_arguments())["HITTypeId"]
    hit = client.create_hit_with_hit_type(HITTypeId=made, LifetimeInSeconds=60, HITLayoutId=layout_id)["HIT"]
    assert (hit["HITLayoutId"], hit["Question"]) == (layout_id, html_question())


def test_a_hit_without_a_layout_has_no_layout_id(publish: Publish) -> None:
    assert "HITLayoutId" not in publish()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (_parameters(photo="x"), "Missing parameter names: what is it"),
        ([], "Missing parameter names: photo, what is it"),
        (_parameters(**VALUES, Photo="x"), 'The value "Photo" is not valid'),
        ([*_parameters(**VALUES), *_parameters(photo="y")], 'The value "photo" is not valid'),
    ],
)
def test_missing_and_unknown_parameters_are_refused(
    client: Client, market: Marketplace, refused: Refused, given: list[dict[str, str]], said: str
) -> None:
    error = refused(client.create_hit, **_arguments(market.layout("Photos", PAGE), given))
    assert (error["__type"], error["Parameter"]) == ("ParameterValidationError", "HITLayoutParameters")
    assert said in error["Message"]
    assert client.list_hits()["HITs"] == []


def test_parameters_need_a_layout(client: Client, refused: Refused) -> None:
    error = refused(client.create_hit, **hit_arguments(HITLayoutParameters=_parameters(photo="x")))
    assert error["Parameter"] == "HITLayoutParameters"


def test_somebody_elses_layout_does_not_exist(
    client: Client, market: Marketplace, connect: Connect, refused: Refused
) -> None:
    layout_id = market.requester("somebody else").layout("Plain", "<!DOCTYPE html><form></form>")
    error = refused(client.create_hit, **_arguments(layout_id, []))
    assert error["TurkErrorCode"] == "AWS.MechanicalTurk.HITLayoutDoesNotExist"
    assert connect(market, "somebody else").create_hit(**_arguments(layout_id, []))["HIT"]["HITLayoutId"] == layout_id


def test_the_same_page_under_the_same_name_keeps_its_id(market: Marketplace) -> None:
    one = market.layout("Photos", PAGE)
    assert market.layout("Photos", PAGE) == one
    assert len({one, market.layout("Photos", PAGE + " "), market.layout("Other", PAGE)}) == 3


def test_the_filled_page_counts_for_the_limit(client: Client, market: Marketplace, refused: Refused) -> None:
    layout_id = market.layout("Photos", PAGE)
    large = _parameters(**{**VALUES, "photo": "x" * 65_536})
    assert refused(client.create_hit, **_arguments(layout_id, large))["Parameter"] == "Question"


def test_a_page_that_would_be_too_large_is_not_put_together(
    client: Client, market: Marketplace, refused: Refused
) -> None:
    layout_id = market.layout("Many", "${photo}" * 200)
    arguments = _arguments(layout_id, _parameters(photo="x" * 500_000))
    tracemalloc.start()
    error = refused(client.create_hit, **arguments)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert error["Parameter"] == "Question"
    assert most < 50_000_000
