"""Databases of psiTurk and Dallinger are read as they are, and nothing in them is changed."""

from __future__ import annotations

import hashlib
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from mturk.errors import ValidationError
from mturk.moving import source
from mturk.moving.psiturk_study import WHOLE
from tests.moving.tables import PSITURK, dallinger, database, of_kind, participant, problems, psiturk, read, recruited


def test_a_participant_of_psiturk_becomes_an_assignment_and_a_bonus(tmp_path: Path) -> None:
    things = read(psiturk(tmp_path / "participants.db", participant()))
    assert problems(things) == []
    (hit,), (work,), (bonus,) = (of_kind(things, name) for name in ("HIT", "Assignment", "BonusPayment"))
    assert (hit["HITId"], hit["MaxAssignments"], hit["CreationTime"]) == ("3HITOFPSITURK", 1, 1571338743.123456)
    assert (work["AssignmentId"], work["WorkerId"], work["AssignmentStatus"]) == ("3WORK", "A1ADA", "Approved")
    assert (work["AcceptTime"], work["SubmitTime"]) == (1571338743.123456, 1571339400.0)
    assert work["Fields"] == {"age": ["33"], "rating": ["4"], WHOLE: [participant()["datastring"]]}
    assert (bonus["BonusAmount"], bonus["GrantTime"]) == ("0.50", 1571339400.0)


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (0, []), (1, []), (2, []), (6, []),
        (3, ["Submitted"]), (4, ["Submitted"]), (5, ["Approved"]), (7, ["Approved"]),
    ],
)  # fmt: skip
def test_who_did_not_hand_in_comes_as_a_worker_only(tmp_path: Path, status: int, told: list[str]) -> None:
    things = read(psiturk(tmp_path / "participants.db", participant(status=status)))
    assert [one["AssignmentStatus"] for one in of_kind(things, "Assignment")] == told
    assert of_kind(things, "Worker") == [{"WorkerId": "A1ADA"}]
    assert len(of_kind(things, "BonusPayment")) == (status == 7)


def test_what_was_done_to_try_an_experiment_is_told_and_left_out(tmp_path: Path) -> None:
    path = psiturk(tmp_path / "participants.db", participant(hitid="debugX", mode="debug"), participant(workerid="A1B"))
    things = read(path)
    assert [error for _, error in problems(things)] == ["it was done to try the experiment (debug)"]
    assert [one["WorkerId"] for one in of_kind(things, "Assignment")] == ["A1B"]


def test_ids_of_other_platforms_are_marked_as_such(tmp_path: Path) -> None:
    other = participant(workerid="5f3e", hitid="study-1", assignmentid="session 9")
    (work,) = of_kind(read(psiturk(tmp_path / "participants.db", other)), "Assignment")
    assert (work["WorkerId"], work["HITId"], work["AssignmentId"]) == (
        "worker 5f3e",
        "psiturk study-1",
        "psiturk session 9",
    )


@pytest.mark.parametrize("datastring", ["{", "[]", '"text"', None, "[" * 100_000])
def test_what_an_experiment_recorded_is_kept_even_where_it_is_no_json(tmp_path: Path, datastring: str | None) -> None:
    (work,) = of_kind(read(psiturk(tmp_path / "p.db", participant(datastring=datastring))), "Assignment")
    assert work["Fields"] == ({WHOLE: [datastring]} if datastring else {})


def test_a_participant_who_cannot_be_read_is_told(tmp_path: Path) -> None:
    path = psiturk(tmp_path / "p.db", participant(endhit="soon"), participant(workerid="A1ZOE"))
    things = read(path)
    assert problems(things)[0][0] == "participant 1"
    assert "'soon' is no time" in problems(things)[0][1]
    assert len(of_kind(things, "Assignment")) == 1


def test_an_older_table_of_another_name_is_found(tmp_path: Path) -> None:
    older = PSITURK.format(table="turkdemo").replace("mode VARCHAR(128), ", "")
    row = {name: value for name, value in participant().items() if name != "mode"}
    path = database(tmp_path / "p.db", [older], {"turkdemo": [row]})
    assert len(of_kind(read(path), "Assignment")) == 1


def test_of_several_tables_one_must_be_named(tmp_path: Path) -> None:
    row = participant()
    path = database(tmp_path / "p.db", [PSITURK.format(table="a"), PSITURK.format(table="b")], {"a": [], "b": [row]})
    with pytest.raises(ValidationError, match=r"several tables have participants \(a, b\); name one: --table"):
        read(path)
    assert len(of_kind(read(path, table="b"), "Assignment")) == 1
    with pytest.raises(ValidationError, match="there is no table 'c' of participants"):
        read(path, table="c")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"status": "approved", "base_pay": 1.5}, "Approved"),
        ({"status": "rejected"}, "Rejected"),
        ({"status": "submitted"}, "Submitted"),
        ({"status": "bad_data", "base_pay": 1.5}, "Approved"),
        ({"status": "overrecruited"}, "Submitted"),
        ({"status": "working"}, None),
        ({"status": "returned"}, None),
        ({"status": "abandoned"}, None),
    ],
)
def test_the_states_of_dallinger_become_those_of_the_service(
    tmp_path: Path, changes: dict[str, Any], told: str | None
) -> None:
    things = read(dallinger(tmp_path / "d.db", recruited(1, **changes)))
    assert [one["AssignmentStatus"] for one in of_kind(things, "Assignment")] == ([told] if told else [])
    assert of_kind(things, "Worker") == [{"WorkerId": "A1DALLINGER1"}]


def test_participants_of_dallinger_come_with_their_answers_and_bonuses(tmp_path: Path) -> None:
    questions = [
        {"id": 1, "participant_id": 1, "number": 1, "question": "engagement", "response": "6"},
        {"id": 2, "participant_id": 1, "number": 2, "question": "engagement", "response": "7"},
        {"id": 3, "participant_id": 2, "number": 1, "question": "difficulty", "response": "1"},
    ]
    rows = [recruited(1, "approved", base_pay=1.5, bonus=0.25), recruited(2, "approved", base_pay=1.5)]
    things = read(dallinger(tmp_path / "d.db", *rows, questions=questions))
    assert [one["Fields"] for one in of_kind(things, "Assignment")] == [
        {"engagement": ["6", "7"]},
        {"difficulty": ["1"]},
    ]
    assert [one["BonusAmount"] for one in of_kind(things, "BonusPayment")] == ["0.25"]
    assert [one["Reward"] for one in of_kind(things, "HITType")] == ["1.50"]
    assert [one["MaxAssignments"] for one in of_kind(things, "HIT")] == [2]


@pytest.mark.parametrize("amount", ["NaN", "sNaN", "Infinity", "much"])
def test_a_payment_that_is_no_amount_is_told_and_keeps_nothing_else_back(tmp_path: Path, amount: str) -> None:
    rows = [recruited(1, "approved", base_pay=amount, bonus=0.25), recruited(2, "approved", base_pay=1.5)]
    things = read(dallinger(tmp_path / "d.db", *rows))
    assert [one["Reward"] for one in of_kind(things, "HITType")] == ["1.50"]
    assert {"WorkerId": "A1DALLINGER2"} in of_kind(things, "Worker")


@pytest.mark.parametrize("changes", [{"mode": "debug"}, {"recruiter_id": "bots:mturk"}])
def test_bots_and_trials_of_dallinger_are_told_and_left_out(tmp_path: Path, changes: dict[str, str]) -> None:
    things = read(dallinger(tmp_path / "d.db", recruited(1, "approved", **changes)))
    assert [kind for kind, _, _ in things] == ["Unread"]


def test_a_database_that_is_read_is_the_same_afterwards(tmp_path: Path) -> None:
    path = psiturk(tmp_path / "participants.db", participant())
    before = hashlib.sha256(path.read_bytes()).hexdigest(), sorted(tmp_path.iterdir())
    read(path)
    read(f"sqlite:///{path}")
    assert (hashlib.sha256(path.read_bytes()).hexdigest(), sorted(tmp_path.iterdir())) == before


def test_a_database_is_not_made_where_there_is_none(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="there is no such file"):
        read(f"sqlite:///{tmp_path / 'missing.db'}")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://turk:s3cret@127.0.0.1:1/lab",
        "postgresql://turk:s3cret@[:1/lab",
        "postgresql://turk:s3cret@127.0.0.1:port/lab",
        "postgresql://turk@127.0.0.1:1/lab?password=s3cret",
        "nosuch+driver://turk:s3cret@127.0.0.1/lab?sslpassword=s3cret",
    ],
)
def test_a_password_is_in_no_message(url: str) -> None:
    with pytest.raises(ValidationError) as caught:
        read(url)
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("postgresql://turk:s3cret@host/lab", "postgresql://turk:***@host/lab"),
        ("postgresql://turk@host/lab?password=s3cret&sslmode=require", "postgresql://turk@host/lab"),
    ],
)
def test_a_password_is_not_in_the_name_of_a_database(url: str, name: str) -> None:
    assert source.name_of(url) == name


def test_a_bonus_whose_amount_psiturk_does_not_keep_is_told(tmp_path: Path) -> None:
    things = read(psiturk(tmp_path / "p.db", participant(bonus=0)))
    assert problems(things) == [("participant 1", "it was paid, and psiTurk does not keep how much")]
    assert [one["AssignmentStatus"] for one in of_kind(things, "Assignment")] == ["Approved"]


def test_work_that_ended_before_it_began_by_another_clock_comes_in(tmp_path: Path) -> None:
    late = participant(endhit="2019-10-17 18:59:00")
    (work,) = of_kind(read(psiturk(tmp_path / "p.db", late)), "Assignment")
    assert work["AcceptTime"] == work["SubmitTime"]
    late = recruited(1, "approved", end_time="2019-10-17 18:59:00")
    (work,) = of_kind(read(dallinger(tmp_path / "d.db", late)), "Assignment")
    assert work["AcceptTime"] == work["SubmitTime"]


def test_a_hit_is_of_the_same_type_whoever_joins_it_later(tmp_path: Path) -> None:
    first = participant(workerid="A1ZOE")
    others = participant(codeversion="0.9", mode="debug"), participant(workerid="A1BOB", codeversion="0.8")
    before = of_kind(read(psiturk(tmp_path / "before.db", first)), "HIT")
    after = of_kind(read(psiturk(tmp_path / "after.db", *others, first)), "HIT")
    assert [(one["HITId"], one["HITTypeId"]) for one in before] == [(one["HITId"], one["HITTypeId"]) for one in after]
    assert [one["MaxAssignments"] for one in after] == [2]


def test_what_experiments_recorded_is_read_some_at_a_time(tmp_path: Path) -> None:
    large = "x" * 1_000_000
    rows = (participant(workerid=f"A1{number}", datastring=large) for number in range(40))
    path = psiturk(tmp_path / "participants.db", *rows)
    tracemalloc.start()
    try:
        assert sum(kind == "Assignment" for kind, _, _ in source.things(str(path))) == 40
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 25_000_000


def test_a_row_is_not_sorted_with_all_that_it_holds(tmp_path: Path) -> None:
    people = (recruited(number, "submitted") for number in (10, 9))
    things = read(dallinger(tmp_path / "dallinger.db", *people))
    assert [one["AssignmentId"] for one in of_kind(things, "Assignment")] == ["3WORK9", "3WORK10"]


def test_of_a_cell_no_more_is_read_than_a_marketplace_takes(tmp_path: Path) -> None:
    path = psiturk(tmp_path / "participants.db", participant(datastring="x" * 20_000_000))
    (work,) = of_kind(read(path), "Assignment")
    assert len(work["Fields"][WHOLE][0]) == 16_000_001


def test_what_a_column_computes_is_not_read(tmp_path: Path) -> None:
    endless = "datastring TEXT GENERATED ALWAYS AS (printf('%.900000000c', 'x')) VIRTUAL"
    made = PSITURK.format(table="assignments").replace("datastring TEXT(4294967295)", endless)
    path = database(tmp_path / "participants.db", [made], {})
    with pytest.raises(ValidationError, match="neither psiTurk nor Dallinger"):
        read(path)
