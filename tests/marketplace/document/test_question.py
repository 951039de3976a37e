"""Which documents are accepted as questions."""

from __future__ import annotations

import time

import pytest

from mturk.marketplace import Marketplace
from mturk.marketplace.document.question import check_question
from mturk.marketplace.error import ParameterValidationError
from tests.marketplace.conftest import Client, Connect, Refused
from tests.marketplace.sample import (
    BASE,
    external_question,
    form,
    hit_arguments,
    html_question,
    selection_question,
    text_question,
)


def _check(xml: str, *, limit: int = 65_535, strict: bool = False) -> None:
    check_question(xml, limit=limit, strict=strict)


GOOD = [
    html_question(),
    html_question("no doctype, sloppy <b>HTML"),
    '<?xml version="1.0" encoding="UTF-8"?>\n<!-- hello -->' + html_question(),
    '<?xml version="1.0" encoding="UTF-16"?>' + html_question("Grüße"),
    external_question("https://example.com/task?a=1&amp;b=2"),
    form(text_question("a"), selection_question("b", "x", "y")),
    form(text_question("a")).replace("2017-11-06", "2005-10-01"),
    html_question()
    .replace("HTMLQuestion xmlns", "h:HTMLQuestion xmlns:h")
    .replace("</HTMLQuestion", "</h:HTMLQuestion")
    .replace("<HTMLContent", "<h:HTMLContent")
    .replace("</HTMLContent", "</h:HTMLContent")
    .replace("<FrameHeight", "<h:FrameHeight")
    .replace("</FrameHeight", "</h:FrameHeight"),
]


@pytest.mark.parametrize("xml", GOOD)
def test_well_formed_documents_of_a_known_kind_are_accepted(xml: str) -> None:
    _check(xml)


BILLION_LAUGHS = (
    '<!DOCTYPE x [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    + "]>"
    + html_question("&a11;")
)
BAD = {
    "not XML": "just a text",
    "not closed": html_question()[:-5],
    "unknown root": "<Question/>",
    "no namespace": "<HTMLQuestion><HTMLContent>x</HTMLContent><FrameHeight>0</FrameHeight></HTMLQuestion>",
    "wrong namespace": html_question().replace("2011-11-11", "2005-10-01"),
    "answer document": f'<QuestionFormAnswers xmlns="{BASE}/2005-10-01/QuestionFormAnswers.xsd"/>',
    "no frame height": html_question().replace("<FrameHeight>0</FrameHeight>", ""),
    "no number": html_question().replace(">0<", ">tall<"),
    "no content": html_question(""),
    "two contents": html_question().replace("<FrameHeight>", "<HTMLContent>x</HTMLContent><FrameHeight>"),
    "empty form": form(),
    "same identifier twice": form(text_question("a"), text_question("a")),
    "no identifier": form(text_question("")),
    "no way to answer": form(text_question("a").replace("<FreeTextAnswer/>", "")),
    "control character": html_question("\x0b"),
    "unknown entity": html_question().replace("<![CDATA[", "&nbsp;<![CDATA["),
    "prefix without a namespace": html_question().replace("FrameHeight>", "h:FrameHeight>"),
    "doctype": "<!DOCTYPE x>" + html_question(),
    "entities": BILLION_LAUGHS,
    "outside entity": '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>' + html_question("&e;"),
    "deep nesting": "<a>" * 20_000 + "</a>" * 20_000,
    "deep nesting, not closed": "<a>" * 60_000,
}


@pytest.mark.parametrize("xml", BAD.values(), ids=BAD)
def test_other_documents_are_refused_at_once(xml: str) -> None:
    begin = time.process_time()
    with pytest.raises(ParameterValidationError, match="error parsing the XML") as caught:
        _check(xml, limit=10**6)
    assert caught.value.parameter == "Question"
    assert time.process_time() - begin < 0.5


def test_the_limit_on_size_counts_bytes() -> None:
    beside = len(html_question("").encode())
    _check(html_question("ä" * 30_000))
    _check(html_question("x" * (65_535 - beside)))
    for content in ("x" * (65_536 - beside), "ä" * 33_000):
        with pytest.raises(ParameterValidationError, match="maximum length of 65535"):
            _check(html_question(content))


def test_a_lab_can_raise_the_limit_on_size(connect: Connect) -> None:
    big = html_question("x" * 500_000)
    with Marketplace(question_limit=600_000) as market:
        client = connect(market)
        made = client.create_hit(**hit_arguments(Question=big))["HIT"]
        assert client.get_hit(HITId=made["HITId"])["HIT"]["Question"] == big


def test_a_question_that_was_accepted_is_judged_anew_under_other_settings() -> None:
    question = external_question("http://localhost/task")
    _check(question)
    for other in ({"strict": True}, {"limit": 10}):
        with pytest.raises(ParameterValidationError):
            _check(question, **other)
    _check(question)


@pytest.mark.parametrize(
    "url",
    ["http://localhost:5000/x", "http://127.0.0.1/", "http://[::1]/", "http://10.1.2.3/a", "http://192.168.0.7:80/"],
)
def test_plain_http_is_for_private_addresses_and_not_for_a_strict_marketplace(url: str) -> None:
    _check(external_question(url))
    with pytest.raises(ParameterValidationError, match="HTTPS protocol"):
        _check(external_question(url), strict=True)


@pytest.mark.parametrize(
    "url",
    ["http://example.com/", "http://8.8.8.8/", "ftp://example.com/", "javascript:alert(1)", "task.html", "https:///x"],
)
def test_other_addresses_must_use_https(url: str) -> None:
    with pytest.raises(ParameterValidationError) as caught:
        _check(external_question(url))
    assert caught.value.parameter == "ExternalURL"


@pytest.mark.parametrize(
    "place",
    [
        "a.b;report-uri x",
        "a.b;sandbox",
        "a.b,x",
        "a.b x",
        "u:p@a.b",
        "a.b:99999",
        "a..b",
        "a.b\\c",
        "'self'",
    ],
)
def test_an_address_has_a_host_and_nothing_else_in_front_of_its_path(place: str) -> None:
    with pytest.raises(ParameterValidationError) as caught:
        _check(external_question(f"https://{place}/x"))
    assert caught.value.parameter == "ExternalURL"


@pytest.mark.parametrize("place", ["a.b", "a-1.b_c:8443", "[2001:db8::1]", "münchen.example", "a.b."])
def test_an_address_may_have_any_host(place: str) -> None:
    _check(external_question(f"https://{place}/x"))


def test_an_address_does_not_carry_what_the_site_adds() -> None:
    with pytest.raises(ParameterValidationError, match="assignmentId"):
        _check(external_question("https://example.com/?assignmentId=1"))


def test_a_refused_document_is_a_parameter_validation_error_on_the_wire(client: Client, refused: Refused) -> None:
    error = refused(client.create_hit, **hit_arguments(Question="<oops"))
    assert error["__type"] == "ParameterValidationError"
    assert error["TurkErrorCode"] == "AWS.MechanicalTurk.InvalidParameterValue"
    assert error["Parameter"] == "Question"


@pytest.mark.parametrize("xml", [GOOD[3], html_question("\r\n tabs\t ]]]]><![CDATA[> 世界 🎈")])
def test_a_question_is_given_back_as_it_was_sent(client: Client, xml: str) -> None:
    made = client.create_hit(**hit_arguments(Question=xml))["HIT"]
    assert client.get_hit(HITId=made["HITId"])["HIT"]["Question"] == xml
