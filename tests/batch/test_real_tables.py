"""Tables as requesters have them go in, a crowd works on them, and MTurk's CSV comes out, which reads back equal.

The tables are our own, with what was met in those of others.
"""

from __future__ import annotations

import csv
import io
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from mturk import Batch, HITType, Result, Results
from mturk.marketplace import Crowd, Marketplace

CROWD = Crowd(workers=30, arrivals=300, returns=0.1, abandons=0)
FORMULAS = ("=1+1", "+49 30", "-5", "@name", "'quoted'", "''=1", "\tindented")
FIELDS = """
<input type="hidden" name="start" value=""><textarea name="why"></textarea>
<label><input type="radio" name="{{ tag_id }}-fit" value="yes, of course"> Yes</label>
<label><input type="radio" name="{{ tag_id }}-fit" value="=no"> No</label>
<select name="news event"><option>a|b</option><option value="">Neither</option></select>
<input type="checkbox" name="The victim's." value="nai\N{LATIN SMALL LETTER I WITH DIAERESIS}ve \N{CAT FACE}">"""
CROWD_FORM = f"<crowd-form>{FIELDS}<crowd-slider name='1react.size' max='3'></crowd-slider></crowd-form>"

TABLES: dict[str, list[dict[str, str]]] = {
    "cells of several lines": [{"text": "one\ntwo\r\nthree\n"}, {"text": '\n"said",\n'}],
    "words of many scripts": [{"текст": "Привет", "\u732b": "\u732b\u72ac"}, {"текст": "\N{CAT FACE}", "\u732b": "ñ"}],
    "cells like formulas": [{"text": text, "more": text} for text in FORMULAS],
    "cells of 30 kB": [{"text": "word " * 6_000, "more": "\u732b" * 8_000}],
    "empty cells": [{"text": "", "more": "x"}, {"text": "x", "more": ""}, {"text": " ", "more": ""}],
    "HTML in cells": [{"text": "<b>bold</b> &amp; <br/>", "more": "</p><!-- ]]> -->"}],
    "names with signs": [
        {"sid1-1": "a", "a.b": "b", "news, event": "c", "{{ x }}-fit": "d", "Victim's": "e", "Input.x": "f", "$": "g"}
    ],
    "the results of an earlier task": [
        {"Title": "Read", "text": "x", "Answer.label": "=cat", "Answer.{{ tag_id }}-fit": "", "Approve": "x"},
        {"Title": "Read", "text": "x", "Answer.label": "dog", "Answer.{{ tag_id }}-fit": "3", "Approve": ""},
    ],
    "sixty columns": [{f"step{n}-text": f"{row}.{n}" for n in range(60)} for row in range(3)],
    "names in no order": [{"b10": "1", "B": "2", "b2": "3", "a": "4"}],
    "rows that are equal": [{"text": "x"}] * 3,
}  # fmt: skip
WAYS: dict[str, dict[str, Any]] = {
    "as pandas writes it": {"encoding": "utf-8-sig", "lineterminator": "\n"},
    "as a spreadsheet does": {"encoding": "utf-8", "lineterminator": "\r\n", "delimiter": ";"},
    "as MTurk's site did": {"encoding": "utf-8", "lineterminator": "\r\n", "quoting": csv.QUOTE_ALL},
}


@pytest.fixture
def kind(market: Marketplace, photos: HITType) -> HITType:
    return photos


def written(rows: list[dict[str, str]], path: Path, encoding: str, **dialect: Any) -> Path:
    # A table of one column has no semicolon by which it could be told.
    if len(rows[0]) == 1:
        dialect.pop("delimiter", None)
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]), **dialect)
    writer.writeheader()
    writer.writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def page(columns: list[str], fields: str, path: Path) -> Path:
    path.write_text("".join(f"<p>${{{name}}}</p>" for name in columns) + fields, encoding="utf-8")
    return path


def worked_on(kind: HITType, market: Marketplace, table: Path, page: Path, folder: Path) -> Batch:
    batch = kind.batch(table, page, journal=folder / "journal", assignments=2, lifetime=86_400)
    assert batch.check(), batch.check()
    batch.publish()
    market.simulate(CROWD, hours=3)
    return batch


def told(result: Result) -> dict[str, Any]:
    """What a file tells of a submission: times to the second; an empty cell tells nothing."""
    fields = result.fields().items()
    return {
        name: cell.replace(microsecond=0) if isinstance(cell, datetime) else cell for name, cell in fields if cell != ""
    }


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", TABLES)
def test_a_table_goes_in_and_comes_out_as_mturks_csv_that_reads_back_equal(
    kind: HITType, market: Marketplace, tmp_path: Path, name: str, way: str
) -> None:
    rows = TABLES[name]
    table = written(rows, tmp_path / "rows.csv", **WAYS[way])
    batch = worked_on(kind, market, table, page(list(rows[0]), FIELDS, tmp_path / "page.html"), tmp_path)
    live, out = list(batch.results()), tmp_path / "results.csv"
    assert [result.row for result in live] == [row for row in rows for _ in range(2)]
    assert batch.results().to_csv(out) == 2 * len(rows)
    assert [told(result) for result in Results.read_csv(out)] == [told(result) for result in live]
    assert [result.row for result in Results.read_csv(out)] == [result.row for result in live]
    Results.read_csv(out).to_csv(tmp_path / "again.csv")
    assert (tmp_path / "again.csv").read_bytes() == out.read_bytes()


@pytest.mark.parametrize("name", TABLES)
def test_the_file_is_read_by_others_as_it_was_meant(
    kind: HITType, market: Marketplace, tmp_path: Path, name: str
) -> None:
    rows = TABLES[name]
    table = written(rows, tmp_path / "rows.csv", "utf-8-sig")
    batch = worked_on(kind, market, table, page(list(rows[0]), FIELDS, tmp_path / "page.html"), tmp_path)
    batch.results().to_csv(tmp_path / "results.csv", formulas="keep")
    with (tmp_path / "results.csv").open(encoding="utf-8", newline="") as file:
        found = list(csv.DictReader(file))
    assert [{name: each[f"Input.{name}"] for name in rows[0]} for each in found] == [row for row in rows for _ in "12"]
    assert [name for name in found[0] if name.startswith("Input.")] == [f"Input.{name}" for name in rows[0]]


def test_what_a_crowd_form_sends_comes_out_leaf_by_leaf(kind: HITType, market: Marketplace, tmp_path: Path) -> None:
    rows = [{"text": f"Photo {number}"} for number in range(5)]
    table = written(rows, tmp_path / "rows.csv", "utf-8-sig")
    batch = worked_on(kind, market, table, page(["text"], CROWD_FORM, tmp_path / "page.html"), tmp_path)
    batch.results().to_csv(tmp_path / "results.csv")
    found = list(Results.read_csv(tmp_path / "results.csv"))
    assert len(found) == 10
    for result in found:
        fits = [result.cells["{{ tag_id }}-fit.yes, of course"], result.cells["{{ tag_id }}-fit.=no"]]
        assert sorted(fits) == ["false", "true"]
        assert result.cells["1react.size"] in ("0", "1", "2", "3")
        assert result.cells["The victim's..nai\N{LATIN SMALL LETTER I WITH DIAERESIS}ve \N{CAT FACE}"] == "true"
        assert "start" not in result.cells


def test_a_table_in_another_encoding_comes_out_in_utf_8(kind: HITType, market: Marketplace, tmp_path: Path) -> None:
    table = written([{"text": "naïve café €"}], tmp_path / "rows.csv", "cp1252")
    place = page(["text"], FIELDS, tmp_path / "page.html")
    batch = kind.batch(table, place, journal=tmp_path / "journal", lifetime=86_400, encoding="cp1252")
    batch.publish()
    market.simulate(CROWD, hours=3)
    batch.results().to_csv(tmp_path / "results.csv")
    (result,) = Results.read_csv(tmp_path / "results.csv")
    assert result.row == {"text": "naïve café €"}
