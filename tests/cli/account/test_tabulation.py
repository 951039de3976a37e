"""Lists and single things: as plain lines, JSON, CSV, and tables in a terminal."""

from __future__ import annotations

import csv
import io
import json
import os
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import Result

from mturk import HITType, HTMLQuestion
from mturk.cli.account import reach
from mturk.data.formula import defused
from mturk.data.safe_text import harmless, json_line, one_line
from tests.cli.account.conftest import ANSWER, Lab
from tests.judge import ACCESS_KEY, SECRET_KEY, Judge, Refusal
from tests.page import PAGE

Run = Callable[..., Result]
ORDERS = ("\x1b", "\u009b", "\u202e", "\r")
"""What a terminal would obey."""
TWINS = ("label\n", " label", "label\t", "label\u2028", "label\x85", "label\u202e")
"""Names of fields that look like `label`."""


def table(result: Result) -> list[dict[str, str]]:
    """The plain lines, by the names of their columns."""
    assert (result.exit_code, result.stderr) == (0, "")
    head, *lines = [line.split("\t") for line in result.stdout.splitlines()]
    return [dict(zip(head, line, strict=True)) for line in lines]


def objects(result: Result) -> list[dict[str, Any]]:
    assert (result.exit_code, result.stderr) == (0, "")
    return [json.loads(line) for line in result.stdout.splitlines()]


# HITs


def test_hits_are_all_listed_in_a_pipe_with_their_counts(lab: Lab, run: Run) -> None:
    rows = table(run("hits"))
    assert {row["id"] for row in rows} == {hit.id for hit in lab.hits}
    (done,) = [row for row in rows if row["id"] == lab.done.id]
    assert [done[name] for name in ("status", "title", "reward", "available", "pending", "completed")] == (
        ["Reviewable", "Photos", "0.05", "0", "0", "0"]
    )


@pytest.mark.parametrize(
    ("options", "numbers"),
    [
        (["--annotation", "row=2"], {2}),
        (["--annotation", "row="], {0, 1, 2, 3}),
        (["--status", "assignable"], {1, 2, 3}),
        (["--status", "Unassignable"], set()),
        (["--status", "Reviewable"], {0}),
        (["--status", "Reviewable", "--annotation", "row=1"], set()),
    ],
)
def test_hits_are_chosen_by_state_and_annotation(lab: Lab, run: Run, options: list[str], numbers: set[int]) -> None:
    assert {row["id"] for row in table(run("hits", *options))} == {lab.hits[number].id for number in numbers}


def test_hits_are_chosen_by_their_type_in_every_state(lab: Lab, run: Run) -> None:
    for hit in lab.hits[:2]:
        hit.expire()
    of_type = ["--hit-type", lab.hits[0].hit_type_id]
    assert {row["id"] for row in table(run("hits", *of_type))} == {lab.hits[0].id, lab.hits[2].id}
    assert [row["id"] for row in table(run("hits", "--status", "Reviewable", *of_type))] == [lab.hits[0].id]


def test_reviewable_hits_are_asked_for_as_such(judge: Judge, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    point_to(judge, monkeypatch)
    judge.answer("ListReviewableHITs", {"HITs": []})
    assert run("hits", "--status", "Reviewing", "--hit-type", "3TYPE").exit_code == 0
    (body,) = judge.bodies("ListReviewableHITs")
    assert (body["Status"], body["HITTypeId"], judge.operations) == ("Reviewing", "3TYPE", ["ListReviewableHITs"])


def test_a_limit_asks_for_no_more_than_it_shows(judge: Judge, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    point_to(judge, monkeypatch)
    of_hits = [{"HITId": f"3HIT{number}", "HITStatus": "Assignable"} for number in range(100)]
    judge.answer("ListHITs", {"HITs": of_hits, "NextToken": "more"})
    assert len(run("hits", "--limit", "3", "--json").stdout.splitlines()) == 3
    assert judge.operations == ["ListHITs"]


def test_json_is_an_object_a_line_with_all_fields(lab: Lab, run: Run) -> None:
    found = objects(run("hits", "--json", "--annotation", "row=1"))
    assert [(each["id"], each["hit_type_id"], each["assignment_duration"]) for each in found] == [
        (lab.hits[1].id, lab.hits[1].hit_type_id, 600)
    ]


def test_one_hit_is_shown_with_its_fields_and_in_json_with_its_question(lab: Lab, run: Run) -> None:
    shown = dict(line.split("\t") for line in run("hits", "show", lab.done.id).stdout.splitlines())
    assert (shown["id"], shown["title"], shown["assignment_duration"]) == (lab.done.id, "Photos", "0:10:00")
    assert "question_xml" not in shown
    (found,) = objects(run("hits", "show", lab.done.id, "--json"))
    assert found["question_xml"].startswith("<HTMLQuestion")


# Submissions


def test_submissions_are_listed_with_their_answers_on_one_line(lab: Lab, run: Run) -> None:
    (row,) = table(run("assignments", lab.done.id))
    assert (row["id"], row["worker_id"], row["status"]) == (lab.assignment_id, "A1ADA", "Submitted")
    assert row["answers.label"] == "=1+1\ufffd31m\ufffd second line"


@pytest.mark.parametrize(("status", "number"), [("Submitted", 1), ("approved", 0)])
def test_submissions_are_chosen_by_their_state(lab: Lab, run: Run, status: str, number: int) -> None:
    assert len(table(run("assignments", lab.done.id, "--status", status))) == number


def test_answers_in_json_are_the_workers_own_and_give_a_terminal_no_orders(lab: Lab, run: Run) -> None:
    said = run("assignments", lab.done.id, "--json")
    assert [each["answers.label"] for each in objects(said)] == [ANSWER]
    assert not any(order in said.stdout for order in ORDERS)


def test_a_csv_file_has_all_fields_no_formulas_and_only_its_owner_reads_it(lab: Lab, run: Run, tmp_path: Path) -> None:
    file = tmp_path / "answers.csv"
    said = run("assignments", lab.done.id, "--csv", str(file))
    assert (said.exit_code, said.stdout, said.stderr) == (0, "", "Wrote 1 assignments.\n")
    with file.open(encoding="utf-8", newline="") as lines:
        (row,) = csv.DictReader(lines)
    assert (row["answers.label"], row["hit_id"]) == (f"'{ANSWER}", lab.done.id)
    assert row["submit_time"].endswith("+00:00")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert os.listdir(tmp_path) == ["answers.csv"]


def test_a_line_end_in_an_answer_begins_no_row_of_a_csv_file(lab: Lab, run: Run, tmp_path: Path) -> None:
    eve = lab.market.worker("A3EVE")
    answers = {"a": "x\r3FORGED", "b": "A1ADA", "c": "two\r\nlines\n"}
    eve.submit(eve.accept(lab.hits[1].id), answers)
    run("assignments", lab.hits[1].id, "--csv", str(tmp_path / "answers.csv"))
    written = (tmp_path / "answers.csv").read_bytes().decode()
    (row,) = csv.DictReader(io.StringIO(written, newline=""))
    assert {name: row[f"answers.{name}"] for name in answers} == answers
    assert written.count("\r\n") == 1  # its rows end in line feeds


def test_the_name_of_a_field_begins_no_line_in_a_pipe(lab: Lab, run: Run) -> None:
    eve = lab.market.worker("A3EVE")
    eve.submit(eve.accept(lab.hits[1].id), {"x\n3FORGED\tA1ADA\tSubmitted\u009b": "good work"})
    (row,) = table(run("assignments", lab.hits[1].id))
    assert row[r'"answers.x\n3FORGED\tA1ADA\tSubmitted\u009b"'] == "good work"


def test_a_field_whose_name_looks_like_another_ones_is_a_column_of_its_own(lab: Lab, run: Run) -> None:
    hit = HITType(lab.hits[1].hit_type_id).create_hit(HTMLQuestion(PAGE), 3600, max_assignments=2)
    for worker_id, twins in (("A2BEN", ()), ("A3EVE", TWINS)):
        worker = lab.market.worker(worker_id)
        worker.submit(worker.accept(hit.id), {"label": "cat", **dict.fromkeys(twins, "dog")})
    plain = table(run("assignments", hit.id))
    written = io.StringIO(run("assignments", hit.id, "--csv", "-").stdout, newline="")
    rows = list(csv.DictReader(written))
    # Of equal columns a reader by names takes the last: all others would have answered nothing.
    assert [row["answers.label"] for row in (*plain, *rows)] == ["cat"] * 4
    assert [rows[-1][f"answers.{name}"] for name in TWINS] == ["dog"] * len(TWINS)


def test_csv_on_stdout_gives_a_terminal_no_orders(lab: Lab) -> None:
    said = in_a_terminal("assignments", lab.done.id, "--csv", "-")
    assert not any(order in said for order in ORDERS)
    assert [row["worker_id"] for row in csv.DictReader(io.StringIO(said.partition("Wrote")[0]))] == ["A1ADA"]


def test_a_file_that_is_there_stays_unless_that_is_said(lab: Lab, run: Run, tmp_path: Path) -> None:
    file = tmp_path / "hits.csv"
    file.write_text("mine")
    refused = run("hits", "--csv", str(file))
    assert (refused.exit_code, file.read_text()) == (2, "mine")
    assert "is there already: name another file, or say --overwrite" in refused.stderr
    assert run("hits", "--csv", str(file), "--overwrite").exit_code == 0
    assert len(file.read_text().splitlines()) == 1 + len(lab.hits)


# Workers


def test_workers_alone_lists_the_blocked_in_one_call(lab: Lab, run: Run) -> None:
    assert table(run("workers")) == [{"worker_id": "A2BOB", "reason": "Answers \ufffd31m at random"}]


@pytest.mark.parametrize("by", ["--hit", "--hit-type"])
def test_who_worked_is_listed_with_what_was_decided(lab: Lab, run: Run, by: str) -> None:
    next(iter(lab.done.assignments())).approve()
    (row,) = table(run("workers", by, lab.done.id if by == "--hit" else lab.done.hit_type_id))
    assert [row[name] for name in ("worker_id", "submitted", "approved", "rejected")] == ["A1ADA", "1", "1", "0"]


def test_a_hit_that_is_named_twice_counts_once(lab: Lab, run: Run) -> None:
    (row,) = table(run("workers", "--hit", lab.done.id, "--hit", lab.done.id))
    assert row["submitted"] == "1"


def test_one_worker_is_shown_with_block_and_qualifications(lab: Lab, run: Run) -> None:
    shown = dict(line.split("\t") for line in run("workers", "show", "A1ADA").stdout.splitlines())
    assert shown == {"id": "A1ADA", "blocked": "False", "qualifications": "Panel: 80"}
    (found,) = objects(run("workers", "show", "A2BOB", "--json"))
    assert found["blocked"] is True
    assert [(each["name"], each["status"]) for each in found["qualifications"]] in ([], [("Panel", "Revoked")])


def test_help_tells_requesters_from_who_runs_a_marketplace(run: Run) -> None:
    assert "by mturk worker." in " ".join(run("workers", "--help").stdout.split())
    assert "is mturk workers." in " ".join(run("worker", "--help").stdout.split())


# Qualifications, balance


def test_own_qualification_types_are_listed(lab: Lab, run: Run) -> None:
    assert [(row["id"], row["name"]) for row in table(run("qualifications"))] == [(lab.panel.id, "Panel")]
    assert table(run("qualifications", "--query", "nothing")) == []


@pytest.mark.parametrize(("options", "who"), [([], ["A1ADA"]), (["--revoked"], ["A2BOB"])])
def test_who_has_a_qualification_is_listed(lab: Lab, run: Run, options: list[str], who: list[str]) -> None:
    assert [row["worker_id"] for row in table(run("qualifications", "show", lab.panel.id, *options))] == who


def test_a_score_below_zero_is_no_formula(lab: Lab, run: Run) -> None:
    lab.panel.grant("A1ADA", -5)
    (row,) = csv.DictReader(io.StringIO(run("qualifications", "show", lab.panel.id, "--csv", "-").stdout))
    assert row["score"] == "-5"


def test_the_balance_is_said_with_its_place(lab: Lab, run: Run) -> None:
    assert run("balance").stdout == f"{lab.connection.balance()} at {lab.connection.url}\n"
    (found,) = objects(run("balance", "--json"))
    assert (found["available"], found["currency"]) == (str(lab.connection.balance().available), "USD")


# A terminal


def in_a_terminal(*arguments: str, columns: int = 100) -> str:
    """What a person sees."""
    ours, theirs = os.openpty()
    environment = {**os.environ, "COLUMNS": str(columns), "TERM": "xterm"}
    with subprocess.Popen([sys.executable, "-m", "mturk", *arguments], stdout=theirs, stderr=theirs, env=environment):
        os.close(theirs)
        seen = b""
        try:
            while some := os.read(ours, 65_536):
                seen += some
        except OSError:  # how Linux says that the other end is closed
            pass
    os.close(ours)
    return seen.decode().replace("\r\n", "\n")


def test_a_terminal_gets_a_table_whose_ids_can_be_copied(lab: Lab) -> None:
    seen = in_a_terminal("hits", columns=80)
    assert all(hit.id in seen for hit in lab.hits)
    assert "expiration" not in seen
    assert "expiration" in in_a_terminal("hits", columns=200)


def test_a_terminal_is_given_no_orders_by_what_a_worker_wrote(lab: Lab) -> None:
    seen = in_a_terminal("assignments", lab.done.id, columns=200)
    assert "=1+1\ufffd31m\ufffd second line" in seen
    assert not any(order in seen for order in ("\u009b", "\u202e"))


def test_a_terminal_is_given_no_orders_by_what_a_worker_calls_a_field(lab: Lab) -> None:
    eve = lab.market.worker("A3EVE")
    eve.submit(eve.accept(lab.hits[1].id), {"a\u009b31m\u202e": "good work"})
    seen = in_a_terminal("assignments", lab.hits[1].id, columns=200)
    assert r"answers.a\u009b31m\u202e" in seen
    assert not any(order in seen for order in ("\u009b", "\u202e"))


def test_a_terminal_is_told_that_there_may_be_more(lab: Lab) -> None:
    assert "These are the first 2 HITs; there may be more: --limit N." in in_a_terminal("hits", "--limit", "2")
    assert "there may be more" not in in_a_terminal("hits")


def test_a_terminal_is_told_of_nothing(lab: Lab) -> None:
    assert in_a_terminal("assignments", lab.hits[1].id) == "There are no assignments.\n"


# Mistakes


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["hits", "show", "3NOSUCH"], 1, "Hit 3NOSUCH does not exist"),
        (["assignments", "3NOSUCH"], 1, "does not exist"),
        (["hits", "show", "no id"], 2, "id"),
        (["hits", "--json", "--csv", "-"], 2, "--json or --csv, not both"),
        (["hits", "--limit", "2", "show", "3ABC"], 2, "Options stand after the command"),
        (["hits", "--status", "done"], 2, "Invalid value for '--status'"),
        (["hits", "--csv", "no/such/folder.csv"], 2, "there is no folder no/such"),
        (["hits", "--csv", "."], 2, "is a folder"),
        (["balance", "--endpoint", "sandbx"], 2, "did you mean 'sandbox'"),
        (["balance", "--profile", "nobody"], 2, "could not load credentials"),
        (["balance", "--endpoint", "local"], 2, "There is no marketplace in mturk.sqlite3"),
        (["balance", "--database", "lab.sqlite3"], 2, "database= belongs to"),
        (["balance", "--endpoint", "http://127.0.0.1:9"], 1, "no connection"),
    ],
)
def test_a_mistake_is_one_line_and_a_status(
    lab: Lab,
    run: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    status: int,
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run(*arguments)
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (status, "", 1)
    assert said in result.stderr
    assert os.listdir(tmp_path) == []


def test_no_command_shows_the_secret_key(lab: Lab, run: Run) -> None:
    for arguments in (["balance"], ["hits"], ["workers"], ["doctor", "--online"], ["balance", "--endpoint", "sandbx"]):
        result = run(*arguments)
        assert lab.market.secret_key not in result.stdout + result.stderr


def test_what_a_service_says_gives_a_terminal_no_orders(
    judge: Judge, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    point_to(judge, monkeypatch)
    judge.answer("GetAccountBalance", Refusal(message="no\x1b[31m\u202e money"))
    said = run("balance")
    assert (said.exit_code, said.stderr.count("\n")) == (1, 1)
    assert not any(order in said.stderr for order in ORDERS)


def test_a_reader_that_has_enough_is_no_mistake(lab: Lab) -> None:
    command = f"{sys.executable} -m mturk hits --json | head -c 1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, env=dict(os.environ))
    assert (done.stdout, done.stderr) == ("{", "")


def test_a_terminal_without_the_letters_is_told_what_to_set(lab: Lab) -> None:
    HITType.create("日本", "Say what is in it", "0.05", 600).create_hit(HTMLQuestion(PAGE), 3600)
    done = subprocess.run(
        [sys.executable, "-m", "mturk", "hits"],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONIOENCODING": "latin-1"},
    )
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "set PYTHONIOENCODING=utf-8" in done.stderr


@pytest.mark.parametrize(
    ("text", "line"),
    [("a\n b\t c", "a b c"), ("a\x1b[31mb", "a\ufffd[31mb"), ("\ud800", "\ufffd"), ("a\u200db", "a\u200db")],
)
def test_a_text_is_shown_on_one_line_without_orders(text: str, line: str) -> None:
    assert one_line(text) == line


def test_a_text_that_keeps_its_lines_gives_no_orders_either() -> None:
    assert harmless("a\tb\nc\x1b") == "a b\nc\ufffd"


@pytest.mark.parametrize("text", ["\u009b", "\ud800", "\u202e", "\x7f", "é"])
def test_json_without_orders_means_the_same(text: str) -> None:
    line = json_line(json.dumps({"text": text}, ensure_ascii=False))
    assert json.loads(line) == {"text": text}
    assert line.encode()
    assert not any(order in line for order in ORDERS)


@pytest.mark.parametrize("cell", ["=1", "+1", "-1", "@A1", "'1", "\uff1d1", "\tA1"])
def test_a_formula_is_defused(cell: str) -> None:
    assert defused(cell) == f"'{cell}"


def test_what_is_no_formula_stays() -> None:
    assert defused("1 = 1") == "1 = 1"


def point_to(judge: Judge, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let commands go to the judge; its time is the machine's, as theirs is."""
    judge.now = time.time
    monkeypatch.setenv("MTURK_ENDPOINT", judge.url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", ACCESS_KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET_KEY)


def test_ctrl_c_before_the_first_line_is_told_as_a_stop(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(click.exceptions.Exit) as ended, reach.calling():
        raise KeyboardInterrupt
    assert ended.value.exit_code == 3
    assert capsys.readouterr().err == "mturk: stopped; call it again\n"
