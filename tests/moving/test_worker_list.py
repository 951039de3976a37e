"""The list of workers of MTurk's requester site tells who has which qualification, and who is blocked."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.moving.tables import of_kind, problems, read, table

ROW = {
    "Worker ID": "A1ADA",
    "Number of HITs approved or rejected - Lifetime": "36",
    "CURRENT-Good Tagger": "",
    "UPDATE-Good Tagger": "",
    "CURRENT BlockStatus": "",
    "UPDATE BlockStatus": "",
    "BlockReason": "",
}


@pytest.mark.parametrize(
    ("current", "update", "told"),
    [
        ("80", "", [("Granted", 80)]),
        ("80", "95", [("Granted", 95)]),
        ("", "7", [("Granted", 7)]),
        ("80", "Revoke", [("Revoked", 80)]),
        ("", "revoke", []),
        ("", "", []),
    ],
)
def test_what_the_requester_wants_comes_before_what_is_there(
    tmp_path: Path, current: str, update: str, told: list[tuple[str, int]]
) -> None:
    row = {**ROW, "CURRENT-Good Tagger": current, "UPDATE-Good Tagger": update}
    things = read(table(tmp_path / "User_1_workers.csv", row))
    assert of_kind(things, "QualificationType") == [{"Name": "Good Tagger"}]
    assert of_kind(things, "Worker") == [{"WorkerId": "A1ADA"}]
    found = of_kind(things, "Qualification")
    assert [(one["Status"], one["IntegerValue"]) for one in found] == told


@pytest.mark.parametrize(
    ("current", "update", "is_blocked"),
    [
        ("Blocked", "", True),
        ("", "Block", True),
        ("Never Blocked", "block", True),
        ("Blocked", "Unblock", False),
        ("Never Blocked", "", False),
        ("Unblocked", "", False),
    ],
)
@pytest.mark.parametrize("sign", ["-", " "])
def test_who_is_blocked_is_told(tmp_path: Path, current: str, update: str, is_blocked: bool, sign: str) -> None:
    row = {name.replace(" BlockStatus", f"{sign}BlockStatus"): cell for name, cell in ROW.items()}
    row |= {f"CURRENT{sign}BlockStatus": current, f"UPDATE{sign}BlockStatus": update, "BlockReason": "Spam"}
    things = read(table(tmp_path / "User_1_workers.csv", row))
    assert of_kind(things, "WorkerBlock") == ([{"WorkerId": "A1ADA", "Reason": "Spam"}] if is_blocked else [])
    assert of_kind(things, "QualificationType") == [{"Name": "Good Tagger"}]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"UPDATE-Good Tagger": "very"}, "'very' is no score"),
        ({"UPDATE BlockStatus": "perhaps"}, "no word for whether a worker is blocked"),
        ({"Worker ID": ""}, "it has no worker id"),
    ],
)
def test_a_cell_that_cannot_be_read_is_told_and_the_next_row_is_read(
    tmp_path: Path, changes: dict[str, str], words: str
) -> None:
    things = read(table(tmp_path / "User_1_workers.csv", {**ROW, **changes}, {**ROW, "Worker ID": "A1BOB"}))
    ((place, error),) = problems(things)
    assert place == "row 1"
    assert words in error
    assert {"WorkerId": "A1BOB"} in of_kind(things, "Worker")
