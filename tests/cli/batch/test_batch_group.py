"""`mturk batch`, the whole way: a folder is checked, published, worked on, reviewed and paid, and safe to stop."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mturk.journal.journal import Journal
from mturk.marketplace import Marketplace
from tests.batch.relay import relay
from tests.cli.batch.conftest import Bench

PATIENCE = 60  # seconds until a program that does not end has failed


def started(folder: Path, *arguments: str, cwd: Path | None = None) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "mturk", "batch", arguments[0], str(folder), *arguments[1:]],
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=PATIENCE)
    return process.returncode, out, err


def published(folder: Path) -> int:
    """How many HITs are out, as the journal has it."""
    path = folder / "journal"
    return Journal(path, new=False).counts().get("published", (0, 0))[0] if path.exists() else 0


def test_a_folder_is_seen_through_from_the_example_to_paid_work(bench: Bench, tmp_path: Path) -> None:
    assert bench.done("check")["errors"] == []
    estimate = bench.done("estimate", "--bonus", "0.10")
    assert (estimate["total"], estimate["bonuses"], estimate["balance_after"]) == ("1.62", "1.08", "9998.38")
    assert bench.done("publish", "--yes", "--limit", "1")["left"] == 2
    assert bench.done("publish", "--yes")["published_now"] == 2
    assert bench.annotations() == {"m1": 1, "m2": 1, "m3": 1}

    bench.work({"A1ADA": "payment", "A2BOB": "payment", "A3EVE": "product"})
    assert bench.done("watch")["submitted"] == 9
    assert bench.done("results")["submissions"] == 9
    bench.mark({"A1ADA": ("x", ""), "A2BOB": ("x", ""), "A3EVE": ("", "It is not about the product.")})
    plan = bench.done("review", "--yes")
    assert (plan["approve"], plan["reject"], plan["done"], plan["cost"]) == (6, 3, 9, "0.00")
    assert {each["worker"]: each["rejected"] for each in plan["workers"]} == {
        "A1ADA": "0%",
        "A2BOB": "0%",
        "A3EVE": "100%",
    }
    assert bench.statuses() == ["Approved"] * 6 + ["Rejected"] * 3

    bonuses = tmp_path / "bonuses.csv"
    bonuses.write_text("worker_id,amount\nA1ADA,1.50\n")
    paid = bench.done("bonus", "--from", str(bonuses), "--reason", "Careful", "--yes")
    assert (paid["done"], paid["cost"]) == (1, "1.80")
    assert bench.done("bonus", "--from", str(bonuses), "--reason", "Careful", "--yes")["done"] == 0
    assert bench.done("results")["submissions"] == 9
    assert bench.done("status")["decided"] == 9
    assert bench.done("close", "--yes")["closed"] == 3
    with bench.connection() as connection:
        balance = connection.balance()
    # Six rewards with fees, the bonus with its fee; what was held for rejected work is free again.
    assert str(balance.available) == "9997.84"


def test_what_is_published_is_read_reviewed_and_closed_without_the_page_and_the_table(bench: Bench) -> None:
    bench.done("publish", "--yes")
    (bench.folder / "rows.csv").unlink()
    (bench.folder / "page.html").unlink()
    bench.work({"A1ADA": "payment"})
    assert bench.done("status")["submitted"] == 3
    assert bench.done("results")["submissions"] == 3
    with (bench.folder / "results.csv").open(newline="") as lines:
        assert next(csv.DictReader(lines))["Input.id"] == "m1"
    assert bench.done("review", "--approve-all", "--yes")["approve"] == 3
    assert bench.done("close", "--yes")["closed"] == 3


def test_a_folder_may_be_moved(bench: Bench) -> None:
    bench.done("publish", "--yes", "--limit", "1")
    bench.folder = bench.folder.rename(bench.folder.with_name("elsewhere"))
    assert bench.done("status")["assignments"] == 3
    assert bench.done("publish", "--yes")["published"] == 3


def test_where_the_money_ends_publishing_stops_and_goes_on_after_a_deposit(
    bench: Bench, market: Marketplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    poor = market.add_requester("poor", "0.40")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", poor.access_key)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", poor.secret_key)
    result = bench.run("publish", "--yes", "--json")
    facts = json.loads(result.stdout)
    assert (result.exit_code, facts["exit"], facts["published"], facts["left"]) == (3, 3, 2, 1)
    assert f"deposit, and run mturk batch publish {bench.folder} to go on" in facts["error"]
    assert "missing" in result.stderr
    poor.deposit("0.14")
    facts = bench.done("publish", "--yes")
    assert (facts["published_now"], facts["published"], facts["balance_after"]) == (1, 3, "0.00")


def test_where_the_money_ends_bonuses_stop_and_go_on_after_a_deposit(
    bench: Bench, market: Marketplace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    poor = market.add_requester("poor", "1.60")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", poor.access_key)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", poor.secret_key)
    bench.done("publish", "--yes")
    bench.work({"A1ADA": "account", "A2BOB": "payment"})
    bonuses = tmp_path / "bonuses.csv"
    bonuses.write_text("worker_id,amount,reason\nA1ADA,0.50,Careful\nA2BOB,0.50,Careful\n")
    result = bench.run("bonus", "--from", str(bonuses), "--yes", "--json")
    assert result.exit_code == 3
    assert any("are missing" in note for note in json.loads(result.stdout)["notes"])
    assert "run it again to go on" in result.stderr
    poor.deposit("5")
    bench.done("bonus", "--from", str(bonuses), "--yes")
    assert bench.done("bonus", "--from", str(bonuses), "--yes")["notes"] == ["2 bonuses are paid already"]
    assert str(poor.balance().available) == "4.86"  # of 6.60: 0.54 are held, and 1.20 paid


def test_ctrl_c_stops_publishing_and_a_second_run_ends_it_with_each_row_once(bench: Bench) -> None:
    bench.rows(200)
    with relay(bench.market.url) as way:
        way.throttles = 0.3
        bench.set(bench.market.url, way.url)
        process = started(bench.folder, "publish", "--yes", "--json")
        while not published(bench.folder):
            assert process.poll() is None
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        status, out, err = ended(process)
        facts = json.loads(out)
        assert (status, facts["exit"]) == (3, 3), err
        assert 0 < facts["published"] < 200
        assert facts["published"] + facts["left"] == 200
        assert f"run mturk batch publish {bench.folder} to go on" in err
        assert "Traceback" not in err
        way.throttles = 0.0
        assert bench.done("publish", "--yes")["published"] == 200
    assert sorted(bench.annotations().values()) == [1] * 200


def test_two_commands_at_once_publish_each_row_once(bench: Bench) -> None:
    bench.rows(60)
    both = [started(bench.folder, "publish", "--yes", "--json") for _ in range(2)]
    told = [ended(process) for process in both]
    assert [status for status, _, _ in told] == [0, 0], told
    assert bench.done("publish", "--yes")["published"] == 60
    assert sorted(bench.annotations().values()) == [1] * 60


def test_two_commands_at_once_pay_each_bonus_once(bench: Bench, tmp_path: Path) -> None:
    bench.done("publish", "--yes")
    bench.work({"A1ADA": "account", "A2BOB": "payment"})
    bonuses = tmp_path / "bonuses.csv"
    bonuses.write_text("worker_id,amount,reason\nA1ADA,1.00,Careful\nA2BOB,1.00,Careful\n")
    both = [started(bench.folder, "bonus", "--from", str(bonuses), "--yes") for _ in range(2)]
    told = [ended(process) for process in both]
    assert [status for status, _, _ in told] == [0, 0], told
    with bench.connection() as connection:
        assert str(connection.balance().available) == "9997.06"  # 0.54 held, and 2.40 paid


def test_a_batch_on_the_local_marketplace_is_found_from_any_folder(tmp_path: Path) -> None:
    home, away = tmp_path / "home", tmp_path / "away"
    home.mkdir()
    away.mkdir()
    assert ended(started(Path("messages"), "new", cwd=home))[0] == 0
    assert ended(started(Path("messages"), "publish", "--yes", cwd=home))[0] == 0
    assert (home / "mturk.sqlite3").is_file()
    status, out, err = ended(started(home / "messages", "status", "--json", cwd=away))
    assert (status, json.loads(out)["on_offer"]) == (0, 3), err
    assert ended(started(home / "messages", "publish", "--yes", cwd=away))[0] == 0
    assert list(away.iterdir()) == []


def test_a_local_marketplace_that_is_gone_is_told_and_none_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MTURK_DATABASE", str(tmp_path / "lab.sqlite3"))
    assert ended(started(tmp_path / "messages", "new"))[0] == 0
    assert ended(started(tmp_path / "messages", "publish", "--yes"))[0] == 0
    monkeypatch.setenv("MTURK_DATABASE", str(tmp_path / "typo.sqlite3"))
    status, out, err = ended(started(tmp_path / "messages", "close", "--yes"))
    assert (status, out) == (2, "")
    assert "there is none in" in err
    assert not (tmp_path / "typo.sqlite3").exists()


def test_the_database_of_a_local_marketplace_may_be_beside_the_task(tmp_path: Path) -> None:
    folder = tmp_path / "messages"
    assert ended(started(folder, "new"))[0] == 0
    task = folder / "task.toml"
    task.write_text(task.read_text().replace('# database = "mturk.sqlite3"', 'database = "lab.sqlite3"'))
    assert ended(started(folder, "publish", "--yes", cwd=tmp_path))[0] == 0
    assert (folder / "lab.sqlite3").is_file()
    assert not (tmp_path / "mturk.sqlite3").exists()


def test_a_lost_connection_is_told_and_can_go_on(bench: Bench) -> None:
    bench.done("publish", "--yes", "--limit", "1")
    bench.market.stop()
    assert "127.0.0.1" in bench.failed(3, "status")


def test_a_terminal_without_the_letters_is_told_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ended(started(tmp_path / "messages", "new"))[0] == 0
    (tmp_path / "messages" / "rows.csv").write_text("id,message\ngröße,\n", encoding="utf-8")
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    status, out, err = ended(started(tmp_path / "messages", "check"))
    assert (status, err) == (0, "")
    assert "row gr\\xf6\\xdfe: message is empty" in out


def completed(words: str, folder: Path) -> list[str]:
    """What bash is offered for the last of these words."""
    ran = subprocess.run(
        [sys.executable, "-m", "mturk"],
        cwd=folder,
        env={
            **os.environ,
            "_MTURK_COMPLETE": "bash_complete",
            "COMP_WORDS": words,
            "COMP_CWORD": str(words.count(" ")),
        },
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.splitlines()


def test_the_shell_completes_commands_options_and_folders(tmp_path: Path) -> None:
    assert completed("mturk batch st", tmp_path) == ["plain,status"]
    assert "plain,--limit" in completed("mturk batch publish photos --", tmp_path)
    assert completed("mturk batch publish ph", tmp_path) == ["dir,ph"]
    assert completed("mturk batch review photos --from re", tmp_path) == ["file,re"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_has_a_script_for_completion(shell: str, tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "mturk"],
        env={**os.environ, "_MTURK_COMPLETE": f"{shell}_source"},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    # click looks for a bash that is new enough; where there is none the script is made all the same.
    assert "_MTURK_COMPLETE=" in ran.stdout
    assert f"{shell}_complete" in ran.stdout
