"""In a file of results, submissions of one row have one key, though no column is for it."""

from __future__ import annotations

import pytest

from mturk.table.file_key import FileKeys


@pytest.mark.parametrize(
    ("annotation", "key"),
    [
        ("batch=abc;row=p1;part=1", "p1"),
        ("batch=abc;row=a;part=2;row=b;part=3", "a;part=2;row=b"),
        ("batch=abc;row=;part=1", ""),
        ("batch=abc;row=caf\\xe9;part=1", "3HIT"),
        ("batch=abc;row=p1;part=1~0123456789abcdef", "3HIT"),
        ("BatchId:3805321;OriginalHitTemplateId:928390811;", "3HIT"),
        ("", "3HIT"),
        (None, "3HIT"),
    ],
)
def test_the_key_is_the_one_in_the_annotation_else_the_hit(annotation: str | None, key: str) -> None:
    assert FileKeys().key_of({"HITId": "3HIT", "RequesterAnnotation": annotation}) == key


def test_rows_of_several_batches_are_not_mixed() -> None:
    keys = FileKeys()
    found = [
        keys.key_of({"HITId": f"3HIT{number}", "RequesterAnnotation": f"batch={batch};row=1;part=1"})
        for number, batch in enumerate("abab")
    ]
    assert found == ["1", "3HIT1", "1", "3HIT3"]


@pytest.mark.parametrize(
    ("inputs", "key"),
    [
        ({"Input.id": "café"}, "café"),
        ({"Input.id": "caf\\xe9"}, "caf\\xe9"),
        ({"Input.id": "café", "Input.name": "caf\\xe9"}, "3HIT"),
        ({"Input.id": "coffee"}, "3HIT"),
    ],
)
def test_a_key_that_is_not_ascii_is_found_among_the_cells(inputs: dict[str, str], key: str) -> None:
    cells = {"HITId": "3HIT", "RequesterAnnotation": "batch=abc;row=caf\\xe9;part=1", **inputs}
    assert FileKeys().key_of(cells) == key


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([("3A", "T1", "mine", "u"), ("3B", "T2", "mine", "u"), ("3A", "T1", "mine", "u")], ["3A", "3A", "3A"]),
        ([("3A", "T1", "mine", "u"), ("3B", "T1", "mine", "u"), ("3C", "T2", "mine", "u")], ["3A", "3B", "3A"]),
        ([("3A", "T1", "mine", "u"), ("3B", "T2", "mine", "v")], ["3A", "3B"]),
        ([("3A", "T1", "mine", "u"), ("3B", "T2", "other", "u")], ["3A", "3B"]),
        ([("3A", "T1", "", "u"), ("3B", "T2", "", "u")], ["3A", "3B"]),
        ([("3A", "T1", "BatchId:1;", "u"), ("3B", "T2", "BatchId:1;", "u")], ["3A", "3B"]),
    ],
    ids=["one row", "equal rows", "other input", "other annotation", "no annotation", "the site's"],
)
def test_with_an_annotation_of_its_own_a_row_is_known_by_its_input(
    lines: list[tuple[str, ...]], expected: list[str]
) -> None:
    names = ("HITId", "HITTypeId", "RequesterAnnotation", "Input.url")
    key_of = FileKeys().key_of
    assert [key_of(dict(zip(names, line, strict=True))) for line in lines] == expected
