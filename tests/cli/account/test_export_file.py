"""`mturk export`: all of it, each thing once, in a file that is whole or not there."""

from __future__ import annotations

import io
import json
import os
import signal
import stat
import subprocess
import sys
import tracemalloc
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from mturk import Connection, HITType, HTMLQuestion, QualificationType, SimplePlurality
from mturk.cli.account.export_file import Meter, write
from tests.cli.account.conftest import ANSWER, Lab
from tests.cli.account.test_tabulation import point_to
from tests.judge import Judge, Members, Raw, Refusal
from tests.page import PAGE

Run = Callable[..., Result]
PATIENCE = 60


def read(path: Path) -> list[tuple[str, dict[str, Any]]]:
    return [(each["kind"], each["record"]) for each in map(json.loads, path.read_text(encoding="utf-8").splitlines())]


def of_kind(path: Path, kind: str) -> list[dict[str, Any]]:
    return [record for each, record in read(path) if each == kind]


@pytest.fixture
def full(lab: Lab) -> Lab:
    """Beside the rest a bonus, a HIT that was reviewed by a policy, and a request."""
    (submitted,) = lab.done.assignments()
    submitted.pay_bonus("1.00", "Good")
    policy = SimplePlurality(["label"], 50)
    kind = HITType.create("Policy", "Say what is in it", "0.05", 600)
    hit = kind.create_hit(HTMLQuestion(PAGE), 3600, hit_review_policy=policy)
    worker = lab.market.worker("A3EVE")
    worker.submit(worker.accept(hit.id), {"label": "cat"})
    worker.request_qualification(lab.panel.id)
    return lab


def test_everything_is_in_the_file_once(full: Lab, run: Run, tmp_path: Path) -> None:
    file = tmp_path / "account.jsonl"
    said = run("export", str(file))
    assert (said.exit_code, said.stdout) == (0, "")
    assert Counter(kind for kind, _ in read(file)) == {
        "Export": 1,
        "HITType": 3,
        "HIT": 5,
        "Assignment": 2,
        "BonusPayment": 1,
        "ReviewResults": 1,
        "QualificationType": 1,
        "Qualification": 2,
        "QualificationRequest": 1,
        "WorkerBlock": 1,
        "Balance": 1,
        "End": 1,
    }


def test_a_hit_has_its_question_and_a_submission_its_answers(full: Lab, run: Run, tmp_path: Path) -> None:
    file = tmp_path / "account.jsonl"
    run("export", str(file))
    assert all(hit["question_xml"].startswith("<HTMLQuestion") for hit in of_kind(file, "HIT"))
    (done,) = [each for each in of_kind(file, "Assignment") if each["id"] == full.assignment_id]
    assert (done["answers.label"], done["hit_id"], done["worker_id"]) == (ANSWER, full.done.id, "A1ADA")
    assert "<FreeText>" in done["answer_xml"]


def test_a_hits_type_stands_before_it(full: Lab, run: Run, tmp_path: Path) -> None:
    file = tmp_path / "account.jsonl"
    run("export", str(file))
    told: set[str] = set()
    for kind, record in read(file):
        if kind == "HITType":
            told.add(record["id"])
        assert kind != "HIT" or record["hit_type_id"] in told


def test_the_first_line_says_what_when_and_where_from_and_the_last_what_there_is(
    lab: Lab, run: Run, tmp_path: Path
) -> None:
    file = tmp_path / "account.jsonl"
    run("export", str(file))
    (first, head), *_, (last, end) = read(file)
    assert (first, head["url"], head["without"], last) == ("Export", lab.connection.url, [], "End")
    assert head["time"].endswith("+00:00")
    assert (end["counts"]["HIT"], end["unread"]) == (4, 0)
    text = file.read_text()
    assert lab.market.access_key not in text
    assert lab.market.secret_key not in text


def test_the_file_can_be_read_by_its_owner_alone_and_nothing_stays_beside_it(
    lab: Lab, run: Run, tmp_path: Path
) -> None:
    old = os.umask(0)
    try:
        run("export", str(tmp_path / "account.jsonl"))
    finally:
        os.umask(old)
    assert os.listdir(tmp_path) == ["account.jsonl"]
    assert stat.S_IMODE((tmp_path / "account.jsonl").stat().st_mode) == 0o600


@pytest.mark.parametrize("name", ["account.jsonl", "account.jsonl.part"])
def test_a_file_that_is_there_is_replaced_only_if_that_is_said(lab: Lab, run: Run, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("mine")
    file = tmp_path / "account.jsonl"
    refused = run("export", str(file))
    assert (refused.exit_code, (tmp_path / name).read_text()) == (2, "mine")
    assert f"{name} is there already" in refused.stderr
    assert run("export", str(file), "--overwrite").exit_code == 0
    assert len(of_kind(file, "HIT")) == 4
    assert os.listdir(tmp_path) == ["account.jsonl"]


@pytest.mark.parametrize("fault", [["--endpoint", "http://127.0.0.1:9"], ["--endpoint", "sandbx"]])
def test_where_nothing_can_be_read_nothing_is_left_and_nothing_taken_away(
    lab: Lab, run: Run, tmp_path: Path, fault: list[str]
) -> None:
    (tmp_path / "account.jsonl").write_text("mine")
    said = run("export", str(tmp_path / "account.jsonl"), "--overwrite", *fault)
    assert said.exit_code in (1, 2)
    assert (os.listdir(tmp_path), (tmp_path / "account.jsonl").read_text()) == (["account.jsonl"], "mine")


@pytest.mark.parametrize(
    ("left_out", "kind"),
    [("bonuses", "BonusPayment"), ("reviews", "ReviewResults"), ("requests", "QualificationRequest")],
)
def test_what_is_left_out_is_not_asked_for_and_is_told(
    full: Lab, run: Run, tmp_path: Path, left_out: str, kind: str
) -> None:
    file = tmp_path / "account.jsonl"
    assert run("export", str(file), "--without", left_out).exit_code == 0
    assert of_kind(file, kind) == []
    assert of_kind(file, "Export")[0]["without"] == [left_out]


# Troubles


class Account:
    """A service with so many HITs, which fails where it is told to."""

    def __init__(self, hits: int, page: int = 100) -> None:
        self._hits, self._page = hits, page
        self.faults: dict[str, Any] = {}
        self.asked = 0
        self.at_call: Callable[[int], None] = lambda number: None

    def __call__(self, operation: str, body: Members) -> Any:
        self.asked += 1
        self.at_call(self.asked)
        fault = self.faults.get(body.get("HITId", operation))
        if fault is not None:
            return fault
        if operation == "ListHITs":
            return self._listed(int(body.get("NextToken", 0)), min(self._page, body["MaxResults"]))
        if operation == "ListReviewPolicyResultsForHIT":
            return {"HITId": body["HITId"]}
        if operation == "GetAccountBalance":
            return {"AvailableBalance": "1.00"}
        return {}

    def _listed(self, start: int, size: int) -> Members:
        end = min(start + size, self._hits)
        hits = [
            {
                "HITId": f"3HIT{number}", "HITTypeId": "3TYPE", "HITGroupId": "3GROUP", "CreationTime": 1_700_000_000,
                "Title": "Label", "Description": "Label it", "Question": "<HTMLQuestion/>", "HITStatus": "Reviewable",
                "MaxAssignments": 1, "Reward": "0.05", "AutoApprovalDelayInSeconds": 60, "Expiration": 1_700_000_000,
                "AssignmentDurationInSeconds": 60, "HITReviewStatus": "NotReviewed", "NumberOfAssignmentsPending": 0,
                "NumberOfAssignmentsAvailable": 1, "NumberOfAssignmentsCompleted": 0,
            }
            for number in range(start, end)
        ]  # fmt: skip
        return {"HITs": hits, **({"NextToken": str(end)} if end < self._hits else {})}


@pytest.fixture
def account(judge: Judge, monkeypatch: pytest.MonkeyPatch) -> Account:
    point_to(judge, monkeypatch)
    service = Account(12, 5)
    judge.answer_with(service)
    return service


def test_what_cannot_be_read_is_told_and_the_rest_goes_on(account: Account, run: Run, tmp_path: Path) -> None:
    account.faults["3HIT7"] = Refusal(message="Hit 3HIT7 does not exist.", turk_code="HITDoesNotExist")
    file = tmp_path / "account.jsonl"
    said = run("export", str(file), "--without", "reviews", "--without", "bonuses")
    assert said.exit_code == 1
    assert "Not read: Assignment of HIT 3HIT7" in said.stderr
    assert len(of_kind(file, "HIT")) == 12
    (unread,) = of_kind(file, "Unread")
    assert (unread["kind"], unread["of"]) == ("Assignment", "of HIT 3HIT7")
    assert "Hit 3HIT7 does not exist" in unread["error"]
    assert of_kind(file, "End")[0]["unread"] == 1


def test_a_right_that_is_missing_costs_its_own_kind_alone(account: Account, run: Run, tmp_path: Path) -> None:
    account.faults["ListWorkerBlocks"] = Refusal("AccessDeniedException", "not authorized")
    file = tmp_path / "account.jsonl"
    assert run("export", str(file)).exit_code == 1
    assert [each["kind"] for each in of_kind(file, "Unread")] == ["WorkerBlock"]
    assert len(of_kind(file, "Balance")) == 1


def test_a_question_that_the_list_does_not_tell_is_asked_for(account: Account, judge: Judge, tmp_path: Path) -> None:
    judge.answer("GetHIT", {"HIT": {**account._listed(0, 1)["HITs"][0], "Question": "<QuestionForm/>"}})
    account._hits = 1
    listed = account._listed(0, 1)
    del listed["HITs"][0]["Question"]
    account.faults["ListHITs"] = listed
    lines = io.StringIO()
    with Connection() as connection:
        write(lines, connection, frozenset(), 1, Meter(io.StringIO()))
    (hit,) = [each["record"] for each in map(json.loads, lines.getvalue().splitlines()) if each["kind"] == "HIT"]
    assert hit["question_xml"] == "<QuestionForm/>"


def test_a_connection_that_is_lost_leaves_a_part_and_status_3(
    account: Account, run: Run, tmp_path: Path, judge: Judge
) -> None:
    account.faults["3HIT7"] = Raw(b"no json", status=200)
    file = tmp_path / "account.jsonl"
    said = run("export", str(file), "--threads", "1")
    assert said.exit_code == 3
    assert "7 HIT in" in said.stderr
    assert f"{file} is not written; --overwrite begins anew" in said.stderr
    assert os.listdir(tmp_path) == ["account.jsonl.part"]
    part = tmp_path / "account.jsonl.part"
    assert [each["id"] for each in of_kind(part, "HIT")] == [f"3HIT{number}" for number in range(7)]
    assert of_kind(part, "End") == []
    assert stat.S_IMODE(part.stat().st_mode) == 0o600


def test_a_file_that_came_meanwhile_stays(account: Account, run: Run, tmp_path: Path, judge: Judge) -> None:
    file = tmp_path / "account.jsonl"
    judge.after_arrival = lambda: file.write_text("another's") if judge.operations[1:] else None
    said = run("export", str(file))
    assert said.exit_code == 2
    assert "came up meanwhile" in said.stderr
    assert file.read_text() == "another's"
    assert len(of_kind(tmp_path / "account.jsonl.part", "End")) == 1


@pytest.fixture
def whole_list(judge: Judge, account: Account) -> Account:
    """An account whose HITs are listed in one call, so that no call is under way but the one that is answered."""
    service = Account(100)
    judge.answer_with(service)
    return service


def exporting(file: Path) -> subprocess.Popen[str]:
    arguments = [sys.executable, "-m", "mturk", "export", str(file), "--threads", "1"]
    return subprocess.Popen(arguments, stderr=subprocess.PIPE, text=True)


def test_ctrl_c_leaves_a_part_says_so_and_ends_with_3(whole_list: Account, tmp_path: Path) -> None:
    with exporting(tmp_path / "account.jsonl") as process:
        whole_list.at_call = lambda number: process.send_signal(signal.SIGINT) if number == 15 else None
        _, errors = process.communicate(timeout=PATIENCE)
    assert (process.returncode, errors.count("\n")) == (3, 1)
    assert "it was stopped; so far" in errors
    assert os.listdir(tmp_path) == ["account.jsonl.part"]


def test_an_export_that_is_killed_leaves_no_half_file_under_the_name(whole_list: Account, tmp_path: Path) -> None:
    with exporting(tmp_path / "account.jsonl") as process:
        whole_list.at_call = lambda number: process.kill() if number == 15 else None
        process.communicate(timeout=PATIENCE)
    assert process.returncode == -signal.SIGKILL
    assert os.listdir(tmp_path) == ["account.jsonl.part"]


def test_memory_stays_flat_however_many_hits_there_are(judge: Judge, monkeypatch: pytest.MonkeyPatch) -> None:
    point_to(judge, monkeypatch)
    peaks = []
    for number in (300, 1200):
        judge.answer_with(Account(number))
        peaks.append(_peak(judge))
        judge.forget()
    assert peaks[1] < 2 * peaks[0]


def _peak(judge: Judge) -> int:
    """How much memory an export takes at most, without what the judge remembers."""
    judge.after_arrival = judge.calls.clear
    with Connection() as connection, open(os.devnull, "w") as nowhere:
        tracemalloc.start()
        try:
            write(nowhere, connection, frozenset(["reviews", "bonuses"]), 2, Meter(io.StringIO()))
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()


# Progress


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_log_gets_a_line_a_minute() -> None:
    file, times = io.StringIO(), iter([0.0, 1.0, 59.0, 61.0, 62.0])
    meter = Meter(file, lambda: next(times))
    for kind in ("HIT", "HIT", "Assignment", "HIT"):
        meter.count(kind)
    meter.end()
    assert file.getvalue() == "2 HIT, 1 Assignment\n"


def test_a_terminal_gets_one_line_that_is_written_over() -> None:
    file, times = Screen(), iter([0.0, 0.1, 1.0])
    meter = Meter(file, lambda: next(times))
    meter.count("HIT")
    meter.count("HIT")
    meter.end()
    assert file.getvalue() == "\r2 HIT\r\x1b[K"


def test_a_type_without_hits_is_still_there(lab: Lab, run: Run, tmp_path: Path) -> None:
    QualificationType.create("Second", "Another one")
    run("export", str(tmp_path / "account.jsonl"))
    assert {each["name"] for each in of_kind(tmp_path / "account.jsonl", "QualificationType")} == {"Panel", "Second"}
