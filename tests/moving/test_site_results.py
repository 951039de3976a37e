"""Tables of results are read row by row, as MTurk's site, spreadsheets and turkle write them."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest

from mturk.errors import ValidationError
from mturk.marketplace.importing import past_thing
from mturk.table.sheet import SheetError
from tests.moving.tables import RESULT, TURKLE, of_kind, problems, read, table


def test_a_row_tells_of_a_type_a_hit_and_an_assignment(tmp_path: Path) -> None:
    things = read(table(tmp_path / "results.csv", RESULT))
    assert [(kind, place) for kind, _, place in things] == [
        ("HITType", "row 1"),
        ("HIT", "row 1"),
        ("Assignment", "row 1"),
    ]
    (kind,), (hit,), (work,) = (of_kind(things, name) for name in ("HITType", "HIT", "Assignment"))
    assert (kind["HITTypeId"], kind["Reward"], kind["AssignmentDurationInSeconds"]) == ("3TYPEOFTHESITE", "0.05", 600)
    assert (hit["HITId"], hit["CreationTime"], hit["MaxAssignments"]) == ("3HITOFTHESITE", 1571363363.0, 3)
    assert hit["Input"] == {"url": "https://example.org/1.jpg"}
    assert (work["AssignmentStatus"], work["SubmitTime"] - work["AcceptTime"]) == ("Approved", 54)
    assert work["Fields"] == {"label": ["cat"]}
    assert "RejectionTime" not in work


def test_rows_of_one_hit_tell_of_it_once(tmp_path: Path) -> None:
    rows = [{**RESULT, "AssignmentId": f"3WORK{n}", "WorkerId": f"A1W{n}"} for n in range(3)]
    things = read(table(tmp_path / "results.csv", *rows))
    assert [kind for kind, _, _ in things] == ["HITType", "HIT", "Assignment", "Assignment", "Assignment"]


def test_rows_may_end_before_the_columns_of_the_decision(tmp_path: Path) -> None:
    path = table(tmp_path / "results.csv", {**RESULT, "Approve": "", "Reject": ""})
    lines = path.read_bytes().removesuffix(b'"",""\r\n').removesuffix(b",")
    path.write_bytes(lines)
    assert problems(read(path)) == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"SubmitTime": "yesterday"}, "'yesterday' is no time"),
        ({"Reward": "five cents"}, "'five cents' is no amount"),
        ({"AssignmentId": ""}, "it has no AssignmentId"),
        ({"HITId": ""}, "it has no HITId"),
        ({"MaxAssignments": "9" * 30}, "too large a number"),
    ],
)
def test_a_row_that_cannot_be_read_is_told_and_the_others_are_read(
    tmp_path: Path, changes: dict[str, str], words: str
) -> None:
    rows = [RESULT, {**RESULT, **changes}, {**RESULT, "AssignmentId": "3LAST"}]
    things = read(table(tmp_path / "results.csv", *rows))
    ((place, error),) = problems(things)
    assert place == "row 2"
    assert words in error
    assert [one["AssignmentId"] for one in of_kind(things, "Assignment")] == ["3WORK", "3LAST"]


def test_a_row_with_too_many_cells_is_told_with_its_line(tmp_path: Path) -> None:
    path = table(tmp_path / "results.csv", RESULT, {**RESULT, "AssignmentId": "3LAST"})
    first, second, third = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([first, f'{second},"a","b"', third]), encoding="utf-8")
    things = read(path)
    assert problems(things) == [("line 2", f"the row has {len(RESULT) + 2} cells, and there are {len(RESULT)} columns")]
    assert [place for kind, _, place in things if kind == "Assignment"] == ["row 2"]


@pytest.mark.parametrize(
    "cell", ["=1+1", "+49", "-3", "@home", "a\r\nb", 'a "b"', "<b>", "猫", "'; DROP TABLE hit; --"]
)
def test_an_answer_comes_as_it_was_typed(tmp_path: Path, cell: str) -> None:
    things = read(table(tmp_path / "results.csv", {**RESULT, "Answer.label": cell}))
    (work,) = of_kind(things, "Assignment")
    assert work["Fields"] == {"label": [cell]}


@pytest.mark.parametrize(
    ("encoding", "given"), [("utf-8-sig", "utf-8-sig"), ("cp1252", "cp1252"), ("utf-16", "utf-16")]
)
def test_a_table_is_read_in_its_encoding(tmp_path: Path, encoding: str, given: str) -> None:
    path = table(tmp_path / "results.csv", {**RESULT, "Answer.label": "Käse"})
    path.write_bytes(path.read_text(encoding="utf-8").encode(encoding))
    (work,) = of_kind(read(path, encoding=given), "Assignment")
    assert work["Fields"] == {"label": ["Käse"]}


def test_work_of_turkle_is_approved_and_has_ids_of_its_own(tmp_path: Path) -> None:
    things = read(table(tmp_path / "results.csv", TURKLE))
    (work,) = of_kind(things, "Assignment")
    (hit,) = of_kind(things, "HIT")
    assert (work["AssignmentStatus"], work["ApprovalTime"]) == ("Approved", work["SubmitTime"])
    assert work["WorkerId"] == "turkle anna"
    assert work["HITId"] == hit["HITId"] == "turkle 4 Thu Oct 17 18:49:23 UTC 2019 17"
    assert work["AssignmentId"].startswith("turkle ")


def test_who_did_not_sign_in_to_turkle_is_nobody_else(tmp_path: Path) -> None:
    rows = [{**TURKLE, "AssignmentId": id_, "WorkerId": "", "Turkle.Username": ""} for id_ in ("31", "32")]
    first, second = of_kind(read(table(tmp_path / "results.csv", *rows)), "Assignment")
    assert first["WorkerId"] != second["WorkerId"]


CUT = {
    "after a cell": (b',"cat",""', b',"cat"', "it ends before Answer.sure"),
    "after the ids": (b'"3LAST",', b'"3LAST"', "it ends before Answer.sure"),
}


@pytest.mark.parametrize("case", CUT)
def test_a_last_row_that_was_cut_off_between_two_cells_does_not_come_as_if_it_were_whole(
    tmp_path: Path, case: str
) -> None:
    path = table(tmp_path / "results.csv", RESULT, {**RESULT, "AssignmentId": "3LAST"})
    whole, mark, (_, end, words) = path.read_bytes(), CUT[case][0], CUT[case]
    path.write_bytes(whole[: whole.rindex(mark)] + end)
    things = read(path)
    assert [(place, words in error) for place, error in problems(things)] == [("row 2", True)]
    assert [one["AssignmentId"] for one in of_kind(things, "Assignment")] == ["3WORK"]


def test_a_table_that_ends_within_a_cell_is_refused_as_a_whole(tmp_path: Path) -> None:
    path = table(tmp_path / "results.csv", RESULT, {**RESULT, "AssignmentId": "3LAST"})
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(SheetError, match="line 3: unexpected end of data"):
        read(path)


def test_short_rows_before_the_last_are_as_spreadsheets_write_them(tmp_path: Path) -> None:
    path = table(tmp_path / "results.csv", RESULT, {**RESULT, "AssignmentId": "3LAST", "WorkerId": "A1BOB"})
    path.write_bytes(path.read_bytes().replace(b',"cat",""\r\n', b',"cat"\r\n', 1))
    assert problems(read(path)) == []


def test_a_row_that_does_not_fit_moves_no_other_to_another_place(tmp_path: Path) -> None:
    path = table(tmp_path / "results.csv", RESULT, RESULT, {**RESULT, "SubmitTime": "soon"}, RESULT)
    lines = path.read_bytes().split(b"\r\n")
    path.write_bytes(b"\r\n".join([*lines[:2], lines[2] + b',"one more"', *lines[3:]]))
    assert [place for place, _ in problems(read(path))] == ["line 3", "row 3"]


def test_a_table_of_a_spreadsheet_with_semicolons_is_read(tmp_path: Path) -> None:
    path = table(tmp_path / "results.csv", {**RESULT, "Answer.label": 'a,b;"c"'})
    lines = path.read_text(encoding="utf-8").replace('","', '";"')
    path.write_text("\ufeff" + lines, encoding="utf-8")
    (work,) = of_kind(read(path), "Assignment")
    assert work["Fields"] == {"label": ['a,b;"c"']}


def test_a_line_that_no_table_has_is_not_taken_into_memory(tmp_path: Path) -> None:
    path = table(tmp_path / "results.csv", RESULT)
    with path.open("ab") as file:
        file.truncate(path.stat().st_size + 70_000_000)  # NUL after NUL, which takes no room on the disk
    tracemalloc.start()
    with pytest.raises(SheetError, match="a line has more than 64,000,000 characters"):
        read(path)
    assert tracemalloc.get_traced_memory()[1] < 300_000_000
    tracemalloc.stop()


def test_results_without_their_ids_are_told_what_is_missing(tmp_path: Path) -> None:
    path = table(tmp_path / "batch.csv", {"Title": "Label", "image": "1.jpg", "Answer.label": "cat"})
    with pytest.raises(ValidationError, match="it has answers, but no AssignmentId, HITId; expected the results"):
        read(path)


@pytest.mark.parametrize(
    ("changes", "known"),
    [
        ({"Title": "Label " * 100}, {"Title": ("Label " * 100)[:128]}),
        ({"AssignmentDurationInSeconds": "0"}, {"AssignmentDurationInSeconds": 3600}),
        ({"AssignmentDurationInSeconds": "360000000"}, {"AssignmentDurationInSeconds": 31_536_000}),
        ({"AssignmentDurationInSeconds": "9" * 5000}, {"AssignmentDurationInSeconds": 31_536_000}),
    ],
)
def test_what_turkle_allows_and_the_service_does_not_keeps_no_work_out(
    tmp_path: Path, changes: dict[str, str], known: dict[str, object]
) -> None:
    things = [past_thing.read(one) for one in read(table(tmp_path / "turkle.csv", {**TURKLE, **changes}))]
    assert [one.kind for one in things] == ["HITType", "HIT", "Assignment"]
    assert {name: things[0].members[name] for name in known} == known
