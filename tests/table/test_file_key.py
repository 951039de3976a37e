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
