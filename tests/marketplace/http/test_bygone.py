"""Programs that speak the API before this one: they read in their own form where to go."""

from __future__ import annotations

import urllib.parse
import urllib.request
from xml.etree import ElementTree

import pytest

from mturk.marketplace import Marketplace

CALL = {"Service": "AWSMechanicalTurkRequester", "Operation": "GetAccountBalance", "Version": "2014-08-15"}


def ask(market: Marketplace, fields: dict[str, str], method: str) -> tuple[str, ElementTree.Element]:
    query = urllib.parse.urlencode(fields)
    url, body = (f"{market.url}/?{query}", None) if method == "GET" else (market.url, query.encode())
    with urllib.request.urlopen(urllib.request.Request(url, body, method=method)) as answer:
        return answer.headers["content-type"], ElementTree.fromstring(answer.read())


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_old_call_is_answered_with_an_error_of_its_own_api_that_names_the_page(
    market: Marketplace, method: str
) -> None:
    kind, root = ask(market, CALL, method)
    assert kind.startswith("text/xml")
    assert root.tag == "GetAccountBalanceResponse"
    assert root.findtext("OperationRequest/RequestId")
    code = root.findtext("OperationRequest/Errors/Error/Code")
    assert code == "AWS.MechanicalTurk.OperationNoLongerSupported"
    assert "docs/from-node.md" in str(root.findtext("OperationRequest/Errors/Error/Message"))


@pytest.mark.parametrize("operation", ["", "<b>", "é", "Get Balance"])
def test_an_operation_that_is_no_name_does_not_get_into_the_xml(market: Marketplace, operation: str) -> None:
    assert ask(market, {**CALL, "Operation": operation}, "GET")[1].tag == "Response"


def test_another_query_gets_the_usual_page(market: Marketplace) -> None:
    with urllib.request.urlopen(f"{market.url}/?Service=AWSOther") as answer:
        assert answer.read().startswith(b"This is a marketplace for human work.")
