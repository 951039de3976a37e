"""What came in is read beside its rows, written as MTurk's site did, and read again without loss."""

from __future__ import annotations

import csv
import datetime
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas
import pytest

from mturk import Batch, DoesNotExist, Result, Results, ValidationError, tracer
from mturk.marketplace import Marketplace
from tests.batch.conftest import ROWS, MakeBatch

Work = Callable[[Batch, str, list[dict[str, Any]]], None]
HOSTILE = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "'quoted",
    "''=1",
    "\t=1",
    "x;=1+1;y",
    'a "word", and\ntwo lines',
    "naïve 猫",
    "",
    "|",
]


@pytest.fixture
def work(market: Marketplace) -> Work:
    """A worker answers the first HITs of a batch, one after the other."""

    def work(batch: Batch, worker_id: str, answers: list[dict[str, Any]]) -> None:
        worker = market.worker(worker_id)
        for hit, given in zip(batch.hits(), answers, strict=False):
            worker.submit(worker.accept(hit.id), given)

    return work


@pytest.fixture
def batch(make: MakeBatch) -> Batch:
    made = make(assignments=2)
    made.publish()
    return made


def test_submissions_stand_beside_their_rows_in_the_order_of_both(batch: Batch, work: Work) -> None:
    work(batch, "A2BOB", [{"label": "cat"}, {"label": "dog"}])
    work(batch, "A1ADA", [{"label": "dog"}])
    found = list(batch.results())
    assert [result.key for result in found] == ["1", "1", "2"]
    assert [result.row["text"] for result in found] == ["Photo 1", "Photo 1", "Photo 2"]
    assert [found[0].assignment.id, found[1].assignment.id] == sorted(each.assignment.id for each in found[:2])
    assert sorted((result.worker_id, result.answers["label"]) for result in found[:2]) == [
        ("A1ADA", "dog"),
        ("A2BOB", "cat"),
    ]


def test_only_those_in_a_state_may_be_read(batch: Batch, work: Work) -> None:
    work(batch, "A2BOB", [{"label": "cat"}, {"label": "dog"}])
    next(iter(batch.results())).assignment.approve()
    assert [result.key for result in batch.results("Approved")] == ["1"]
    assert [result.key for result in batch.results("Submitted")] == ["2"]


def test_they_are_read_anew_each_time(batch: Batch, work: Work) -> None:
    results = batch.results()
    assert list(results) == []
    work(batch, "A2BOB", [{"label": "cat"}])
    assert len(list(results)) == 1


def test_the_file_is_that_of_the_site(batch: Batch, work: Work, tmp_path: Path) -> None:
    work(batch, "A2BOB", [{"label": "cat", "b": ["y", "z"], "A": "1"}])
    assert batch.results().to_csv(tmp_path / "results.csv") == 1
    content = (tmp_path / "results.csv").read_bytes()
    assert content.count(b"\r\n") == 1
    assert not content.endswith(b"\n")
    header, row = csv.reader(content.decode().split("\r\n"))
    assert header[:7] == ["HITId", "HITTypeId", "Title", "Description", "Keywords", "Reward", "CreationTime"]
    assert header[24:29] == [
        "LifetimeApprovalRate", "Last30DaysApprovalRate", "Last7DaysApprovalRate", "Input.text", "Input.url",
    ]  # fmt: skip
    assert header[29:] == ["Answer.A", "Answer.b", "Answer.label", "Approve", "Reject"]
    assert row[5] == "$0.05"
    assert row[27:] == ["Photo 1", "https://my-lab.org/1.jpg", "1", "y|z", "cat"]


def test_cells_that_a_spreadsheet_would_run_are_defused_and_read_again_as_they_were(
    make: MakeBatch, work: Work, tmp_path: Path
) -> None:
    batch = make([{"text": text, "url": "u"} for text in HOSTILE])
    batch.publish()
    work(batch, "A2BOB", [{"label": text, "more": "x", "x;=1": "y"} for text in HOSTILE])
    batch.results().to_csv(tmp_path / "results.csv")
    with (tmp_path / "results.csv").open(newline="") as file:
        lines = list(file)
    read = [row for separator in ",;" for row in csv.reader(lines, delimiter=separator)]
    assert not any(cell.startswith(tuple("=+-@\t")) for row in read for cell in row)
    back = Results.read_csv(tmp_path / "results.csv")
    assert [result.row["text"] for result in back] == HOSTILE
    assert [result.cells["label"] for result in back] == HOSTILE
    assert {result.cells["x;=1"] for result in back} == {"y"}
    back.to_csv(tmp_path / "again.csv")
    assert (tmp_path / "again.csv").read_bytes() == (tmp_path / "results.csv").read_bytes()


def test_formulas_may_be_kept(batch: Batch, work: Work, tmp_path: Path) -> None:
    work(batch, "A2BOB", [{"label": "=1+1"}])
    batch.results().to_csv(tmp_path / "results.csv", formulas="keep")
    assert '"=1+1"' in (tmp_path / "results.csv").read_text()
    mistake: Any = "drop"
    with pytest.raises(ValidationError, match="formulas: 'drop'; expected 'quote' or 'keep'"):
        batch.results().to_csv(tmp_path / "other.csv", formulas=mistake)
    assert not (tmp_path / "other.csv").exists()


def test_a_crowd_form_has_a_column_for_each_leaf(make: MakeBatch, work: Work, tmp_path: Path) -> None:
    page = tmp_path / "crowd.html"
    loader = '<script src="https://assets.crowd.aws/crowd-html-elements.js"></script>'
    page.write_text(f"{loader}<crowd-form>${{text}} ${{url}}<crowd-input name='x'></crowd-input></crowd-form>")
    batch = make(question=page)
    batch.publish()
    sent = '[{"sentiment":{"label":"good"},"age":{"option_1":true,"option_2":false},"boxes":[{"x":1}],"none":{}}]'
    work(batch, "A2BOB", [{"taskAnswers": sent}])
    (result,) = batch.results()
    assert result.cells == {
        "sentiment.label": "good",
        "age.option_1": "true",
        "age.option_2": "false",
        "boxes": '[{"x": 1}]',
        "none": "{}",
    }


def test_records_have_all_columns_with_values(batch: Batch, work: Work) -> None:
    work(batch, "A2BOB", [{"label": "cat"}, {"other": "dog"}])
    first, second = batch.results().to_records()
    assert (first["Answer.label"], first["Answer.other"], second["Answer.other"]) == ("cat", None, "dog")
    assert first["Reward"] == Decimal("0.05")
    assert isinstance(first["SubmitTime"], datetime.datetime)
    assert first["MaxAssignments"] == 2


def test_a_data_frame_has_numbers_and_times(batch: Batch, work: Work) -> None:
    work(batch, "A2BOB", [{"label": "cat"}, {"label": "dog"}])
    frame = batch.results().to_pandas()
    assert list(frame["Answer.label"]) == ["cat", "dog"]
    assert frame["Reward"].sum() == pytest.approx(0.1)
    assert pandas.api.types.is_datetime64_any_dtype(frame["SubmitTime"])
    assert list(batch.results("Rejected").to_pandas().columns) == list(frame.columns)[:27]


def test_the_first_few_are_a_table(batch: Batch, work: Work) -> None:
    work(batch, "A2BOB", [{"label": "cat"}])
    assert repr(batch.results().show()).splitlines()[0].split() == [
        "WorkerId", "AssignmentStatus", "WorkTimeInSeconds", "Input.text", "Input.url", "Answer.label",
    ]  # fmt: skip


def test_a_file_of_the_site_is_read_though_its_rows_are_short(tmp_path: Path) -> None:
    (tmp_path / "site.csv").write_bytes(
        b'"HITId","AssignmentId","WorkerId","AssignmentStatus","Reward","AcceptTime","SubmitTime","Input.url",'
        b'"Answer.label","Approve","Reject"\r\n"3HIT","3ASSIGNMENT","A1ADA","Submitted","$0.01",'
        b'"Thu Oct 17 18:59:03 PDT 2019","Thu Oct 17 18:59:57 PDT 2019","u","a|b"'
    )
    (result,) = Results.read_csv(tmp_path / "site.csv")
    assert (result.hit.id, result.assignment.id, result.worker_id) == ("3HIT", "3ASSIGNMENT", "A1ADA")
    assert (result.hit.reward, result.row, result.cells) == (Decimal("0.01"), {"url": "u"}, {"label": "a|b"})
    assert result.work_time == datetime.timedelta(seconds=54)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("HITId\n3HIT\n", "row 1: it has no AssignmentId"),
        ("HITId,AssignmentId\n,3A\n", "row 1: it has no HITId"),
        ("HITId,AssignmentId,SubmitTime\n3HIT,3A,soon\n", "row 1: 'soon' is no time"),
        ("HITId,AssignmentId\n3HIT,no id\n", "row 1: id"),
    ],
)
def test_a_file_that_is_no_results_says_where(tmp_path: Path, content: str, words: str) -> None:
    (tmp_path / "results.csv").write_text(content)
    with pytest.raises(ValidationError, match=words):
        list(Results.read_csv(tmp_path / "results.csv"))


def test_a_file_that_is_there_stays_whole_until_the_new_one_is(batch: Batch, work: Work, tmp_path: Path) -> None:
    work(batch, "A2BOB", [{"label": "cat"}, {"label": "dog"}])
    first, second = batch.results()
    broken = Broken(second.key, second.row, second.hit, second.assignment)
    (tmp_path / "results.csv").write_text("precious")
    with pytest.raises(ConnectionError):
        Results(lambda: iter([first, broken])).to_csv(tmp_path / "results.csv")
    assert (tmp_path / "results.csv").read_text() == "precious"


class Broken(Result):
    """One whose columns cannot be told when they are needed."""

    def fields(self) -> dict[str, Any]:
        raise ConnectionError


def test_a_folder_that_is_not_there_is_told(batch: Batch, tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match=r"results\.csv: there is no folder .*nowhere"):
        batch.results().to_csv(tmp_path / "nowhere" / "results.csv")


def test_the_row_of_a_key_is_kept(make: MakeBatch, work: Work) -> None:
    batch = make(key="url")
    batch.publish()
    work(batch, "A2BOB", [{"label": "cat"}])
    (result,) = batch.results()
    assert (result.key, result.row) == ("https://my-lab.org/1.jpg", ROWS[0])


def test_a_notebook_shows_the_first_few_as_they_were_read_last_and_makes_no_call(
    batch: Batch, work: Work, tmp_path: Path
) -> None:
    work(batch, "A2BOB", [{"label": "<b>cat</b>"}, {"label": "dog"}])
    results, told = batch.results(), list[str]()
    with tracer(lambda attempt: told.append(attempt.operation)):
        assert "iterate over it" in results._repr_html_()
    assert told == []
    results.to_csv(tmp_path / "results.csv")
    with tracer(lambda attempt: told.append(attempt.operation)):
        shown = results._repr_html_()
    assert told == []
    assert "<td>&lt;b&gt;cat&lt;/b&gt;</td>" in shown
    assert "<td>dog</td>" in shown
    assert shown == results.show()._repr_html_()


def test_submissions_for_deleted_hits_are_passed_over_and_told(batch: Batch, work: Work) -> None:
    work(batch, "A2BOB", [{"label": "cat"}, {"label": "dog"}])
    first = next(batch.hits())
    batch.review(accept=True).apply()
    first.close()
    with pytest.warns(UserWarning, match="deleted HITs, .* any more: 1 of the batch's 5") as told:
        assert [result.key for result in batch.results()] == ["2"]
    assert [Path(each.filename).name for each in told] == ["test_results.py"]
    with pytest.warns(UserWarning, match="deleted HITs"):
        plan = batch.pay_bonuses({"A2BOB": "1.00"}, reason="Good")
    assert repr(plan).startswith("<Plan: 1 bonus>")


def test_a_batch_whose_hits_are_all_deleted_is_an_error(make: MakeBatch) -> None:
    batch = make(ROWS[:1])
    batch.publish()
    next(batch.hits()).close()
    with pytest.raises(DoesNotExist):
        list(batch.results())


@pytest.mark.parametrize(
    ("key", "annotation"), [("Größe", None), ("a\\b", None), ("a", "photos {row}"), ("a", "photos")]
)
def test_hits_of_one_row_are_one_row_in_a_file(
    make: MakeBatch, market: Marketplace, tmp_path: Path, key: str, annotation: str | None
) -> None:
    batch = make(
        [{**ROWS[0], "id": key}, ROWS[1] | {"id": "b"}], key="id", annotation=annotation, assignments=10, split=True
    )
    batch.publish()
    for number, hit in enumerate(batch.hits()):
        worker = market.worker(f"A{number}")
        worker.submit(worker.accept(hit.id), {"label": f"label {number}"})
    batch.results().to_csv(tmp_path / "results.csv")
    found = dict(Results.read_csv(tmp_path / "results.csv").agreement("label"))
    assert list(found.values()) == list(dict(batch.results().agreement("label")).values()) == [0.5, 0.5]
    assert annotation is not None or list(found) == [key, "b"]
