"""Reading XML that others wrote."""

from __future__ import annotations

import pytest

from mturk.errors import ValidationError
from mturk.question import element


def test_an_element_knows_its_children_its_text_and_its_line() -> None:
    root = element.parse('<a xmlns="urn:x"\n b="c">t<!-- -->\n<d>1</d><d/>u<e/></a>')
    assert (root.name, root.namespace, root.attributes, root.line) == ("a", "urn:x", {"b": "c"}, 1)
    assert root.text == "t\nu"
    assert [(child.name, child.line) for child in root.children] == [("d", 3), ("d", 3), ("e", 3)]
    assert len(list(root.all("d"))) == 2
    assert root.child("none") is None


@pytest.mark.parametrize(
    ("xml", "found"),
    [
        ("<!DOCTYPE a><a/>", True),
        ("\ufeff<?xml version='1.0'?>\n<!-- x --><?pi?> <!DOCTYPE a><a/>", True),
        ("<a>&lt;!DOCTYPE b></a>", False),
        ("<a><![CDATA[<!DOCTYPE html>]]></a>", False),
        ("<!-- <!DOCTYPE a> --><a/>", False),
        ("<a b='<!DOCTYPE'/>", False),
        ("<a/>", False),
    ],
)
def test_a_document_type_is_told_from_the_same_letters_in_a_text(xml: str, found: bool) -> None:
    assert element.has_doctype(xml) is found


def test_the_parser_itself_refuses_a_document_type_too() -> None:
    with pytest.raises(ValidationError, match="document type"):
        element.run(b"<!DOCTYPE a><a/>")


@pytest.mark.parametrize("check", [element.parse, element.inspect])
def test_nesting_is_refused_where_it_begins_to_be_too_deep(check: object) -> None:
    assert callable(check)
    check("<a>" * 64 + "</a>" * 64)
    with pytest.raises(ValidationError, match="more than 64 levels"):
        check("<a>" * 65 + "</a>" * 65)


def test_many_elements_side_by_side_are_not_deep() -> None:
    element.inspect("<a>" + "<b><c/></b>" * 10_000 + "</a>", depth=3)


@pytest.mark.parametrize(
    ("xml", "place"), [("<a><b></a>", "line 1, column 9"), ("<a>\n  &x;</a>", "line 2, column 3"), ("", "line 1")]
)
def test_what_is_no_xml_is_named_with_its_place(xml: str, place: str) -> None:
    with pytest.raises(ValidationError, match=f"^{place}.*: not XML: "):
        element.parse(xml)
