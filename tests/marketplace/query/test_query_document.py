"""Answers in old XML: money, times and flags as they were, and nothing that breaks a document."""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import Element, fromstring, tostring

import pytest

from mturk.marketplace.query import query_document
from mturk.marketplace.query.query_error import Told


def result(answer: dict[str, Any], name: str = "SomeResult") -> Element:
    root = fromstring(query_document.success("Some", name, [answer], "id"))
    assert (root.tag, root.findtext("OperationRequest/RequestId")) == ("SomeResponse", "id")
    return root[1]


def inner(answer: dict[str, Any]) -> str:
    return "".join(tostring(child, encoding="unicode") for child in result(answer)[1:])


@pytest.mark.parametrize(
    ("answer", "written"),
    [
        (
            {"Reward": "1234.50"},
            "<Reward><Amount>1234.50</Amount><CurrencyCode>USD</CurrencyCode>"
            "<FormattedPrice>$1,234.50</FormattedPrice></Reward>",
        ),
        ({"CreationTime": 1565385436.5}, "<CreationTime>2019-08-09T21:17:16Z</CreationTime>"),
        ({"AutoGranted": True, "IsRequestable": False},
         "<AutoGranted>true</AutoGranted><IsRequestable>false</IsRequestable>"),
        ({"Qualifications": [{"WorkerId": "A1"}]}, "<Qualification><SubjectId>A1</SubjectId></Qualification>"),
        ({"BonusPayments": [{"WorkerId": "A1"}]}, "<BonusPayment><WorkerId>A1</WorkerId></BonusPayment>"),
        ({"ReviewActions": [{"TargetId": "3A"}]}, "<ReviewAction><ObjectId>3A</ObjectId></ReviewAction>"),
        ({"IntegerValues": [1, 2]}, "<IntegerValue>1</IntegerValue><IntegerValue>2</IntegerValue>"),
        ({"HITs": [], "NextToken": "t", "ActionsGuarded": "Accept"}, ""),
    ],
    ids=["money", "time", "flags", "subject", "worker", "object", "list", "newer"],
)  # fmt: skip
def test_a_member_is_written_as_it_was(answer: dict[str, Any], written: str) -> None:
    assert inner(answer) == written


@pytest.mark.parametrize(
    ("text", "read"),
    [("<b>&", "<b>&"), ("a\r\nb\rc", "a\r\nb\rc"), ("\x00\x1b\ud800\uffff", "\ufffd" * 4), ("🐈", "🐈")],
)
def test_a_text_arrives_whole_or_as_characters_that_xml_has(text: str, read: str) -> None:
    assert result({"Answer": text}).findtext("Answer") == read


@pytest.mark.parametrize(("in_front", "place"), [(True, "OperationRequest"), (False, "SomeResult/Request")])
def test_an_error_stands_where_the_call_was_refused(in_front: bool, place: str) -> None:
    told = Told("AWS.Code", "What <happened>", "HITId", in_front=in_front)
    root = fromstring(query_document.failure("Some", "SomeResult", told, "id", "7"))
    error = root.find(f"{place}/Errors/Error")
    assert error is not None
    assert [error.findtext(name) for name in ("Code", "Message", "Data/Value")] == [
        "AWS.Code",
        "What <happened> (7)",
        "HITId",
    ]
    assert root.findtext("SomeResult/Request/IsValid") == (None if in_front else "False")
