"""Publishing asks first and says what it costs; asking more people asks nobody twice."""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import subprocess
import sys
from decimal import Decimal
from itertools import count
from pathlib import Path

import pytest

from mturk.batch.batch_estimate import BatchEstimate
from mturk.cli.batch import publish_command
from mturk.connection.trace import Attempt, tracer
from tests.cli.batch.conftest import Bench


def at_a_terminal(folder: Path, name: str, typed: str | None) -> tuple[int, str]:
    """The exit status, and what a terminal shows, where this is typed at the question, or Ctrl-C is pressed."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "mturk", "batch", name, str(folder)], stdin=theirs, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    shown, is_asked, patience = "", False, 24
    while patience and (part := read(ours)) is not None:
        shown, patience = shown + part, 24 if part else patience - 1
        if "[y/N]" not in shown or (is_asked and (part or typed)):
            continue
        is_asked = True
        if typed:
            os.write(ours, typed.encode())
        else:
            # One that comes while the line is being opened is heard with the next only: again, if nothing follows.
            process.send_signal(signal.SIGINT)
    os.close(ours)
    return process.wait(timeout=60), shown


def read(terminal: int) -> str | None:
    """What is shown next, nothing if that takes long; None at the end."""
    ready, _, _ = select.select([terminal], [], [], 5)
    try:
        return (os.read(terminal, 4096).decode(errors="replace") or None) if ready else ""
    except OSError:  # how Linux says that nobody holds the other end any more
        return None


def test_at_a_terminal_the_cost_is_shown_and_asked_about(bench: Bench) -> None:
    status, shown = at_a_terminal(bench.folder, "publish", "n\n")
    assert (status, f"Publish 3 HITs for 0.54 USD at {bench.market.url}? [y/N]" in shown) == (3, True)
    assert "mturk: nothing was done" in shown
    assert bench.annotations() == {}
    status, shown = at_a_terminal(bench.folder, "publish", "y\n")
    assert (status, "3 of 3 HITs are published now" in shown) == (0, True)
    assert sum(bench.annotations().values()) == 3
    status, shown = at_a_terminal(bench.folder, "close", "y\n")
    assert (status, "3 HITs taken off the market." in shown) == (0, True)


def test_ctrl_c_at_the_question_does_nothing(bench: Bench) -> None:
    status, shown = at_a_terminal(bench.folder, "publish", None)
    assert status == 3
    assert "Traceback" not in shown
    assert bench.annotations() == {}


def test_on_the_live_service_the_question_repeats_the_estimate() -> None:
    found = BatchEstimate(3, 3, 9, Decimal("0.45"), Decimal("0.09"), Decimal(0), Decimal(0), Decimal("12.50"))
    asked = publish_command._question(found, 1, Decimal("0.18"), is_live=True)
    assert asked == (
        "Publish 1 HIT for 0.18 USD of real money on the live service? The whole batch is 0.54 USD for 9 assignments, "
        "the balance 12.50 USD. Publish?"
    )


@pytest.mark.parametrize(("most", "cost"), [("1", "0.18"), ("2", "0.36")])
def test_the_most_is_what_is_published(bench: Bench, most: str, cost: str) -> None:
    told = bench.done("publish", "--yes", "--limit", most)
    assert (told["published_now"], told["cost"]) == (int(most), cost)


@pytest.mark.parametrize("most", ["0", "-1", "few"])
def test_a_limit_that_is_none_is_told(bench: Bench, most: str) -> None:
    assert "Invalid value for '--limit'" in bench.failed(2, "publish", "--yes", "--limit", most)


def test_when_all_is_published_nothing_is_asked(bench: Bench) -> None:
    bench.done("publish", "--yes")
    assert "All HITs are published." in bench.run("publish", "--yes").stdout


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        ("0,10", "Invalid value for '--bonus': it must be a plain amount"),
        ("much", "plain amount"),
        ("0.005", "whole number"),
    ],
)
def test_a_reserve_that_is_no_amount_is_told(bench: Bench, amount: str, said: str) -> None:
    assert said in bench.failed(2, "estimate", "--bonus", amount)


def test_many_assignments_may_be_split(bench: Bench) -> None:
    bench.set("assignments = 3", "assignments = 12")
    assert (bench.done("estimate")["hits"], bench.done("estimate")["split_saves"]) == (3, "0.36")
    bench.set("# split = true", "split = true")
    assert bench.done("publish", "--yes")["published"] == 6


MORE = ("--below", "1", "--field", "label", "--assignments", "2", "--yes")


def test_more_people_are_asked_where_workers_disagree(bench: Bench) -> None:
    bench.rows(2)
    bench.done("publish", "--yes")
    bench.work({"A1ADA": "payment", "A2BOB": "payment", "A3EVE": "product"})
    told = bench.done("more", "--below", "0.7", "--field", "label", "--assignments", "2", "--yes")
    assert (told["rows"], told["added"], told["cost"]) == (["m1", "m2"], 2, "0.24")
    again = bench.done("more", "--below", "0.7", "--field", "label", "--assignments", "2", "--yes")
    assert (again["added"], again["waiting"]) == (0, 2)
    assert bench.done("status")["available"] == 4
    bench.work({"A4DAN": "payment", "A5FAY": "payment"})
    assert bench.done("more", "--below", "0.7", "--field", "label", "--assignments", "2", "--yes")["rows"] == []


def test_two_thirds_is_not_below_two_thirds(bench: Bench) -> None:
    bench.done("publish", "--yes")
    bench.work({"A1ADA": "payment", "A2BOB": "payment", "A3EVE": "product"})
    result = bench.run("more", "--below", "2/3", "--field", "label", "--assignments", "1", "--yes")
    assert (result.exit_code, "below 0.67: nobody more is asked" in result.stdout) == (0, True)


def test_a_field_that_nobody_answered_is_told(bench: Bench) -> None:
    bench.done("publish", "--yes")
    bench.work({"A1ADA": "payment"})
    options = ("--below", "1", "--field", "lable", "--assignments", "2", "--yes")
    assert "lable" in bench.failed(1, "more", *options)
    assert bench.done("status")["assignments"] == 9


def test_where_the_money_ends_publish_goes_on(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    poor = bench.market.add_requester("poor", "0.54")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", poor.access_key)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", poor.secret_key)
    bench.done("publish", "--yes")
    bench.work({"A1ADA": "payment", "A2BOB": "payment", "A3EVE": "product"})
    assert f"run mturk batch publish {bench.folder} to go on" in bench.failed(3, "more", *MORE)
    poor.deposit("1")
    assert bench.done("publish", "--yes")["added"] == 3
    assert bench.done("status")["available"] == 6
    assert str(poor.balance().available) == "0.64"


@pytest.mark.parametrize(
    ("below", "said"),
    [("2/0", "is no share"), ("half", "is no share"), ("1.5", "from 0 to 1"), ("-1", "is no share"), ("nan", "is no")],
)
def test_a_share_that_is_none_is_told(bench: Bench, below: str, said: str) -> None:
    options = ("--below", below, "--field", "label", "--assignments", "2", "--yes")
    assert said in bench.failed(2, "more", *options)


def test_without_a_terminal_nobody_is_asked(bench: Bench) -> None:
    bench.done("publish", "--yes")
    bench.work({"A1ADA": "payment", "A2BOB": "payment", "A3EVE": "product"})
    assert "say --yes to go on" in bench.failed(2, "more", *MORE[:-1])
    assert bench.done("status")["assignments"] == 9


def test_a_page_that_is_gone_stops_no_one(bench: Bench) -> None:
    bench.done("publish", "--yes")
    (bench.folder / "page.html").unlink()
    (bench.folder / "rows.csv").unlink()
    bench.work({"A1ADA": "payment", "A2BOB": "payment", "A3EVE": "product"})
    assert bench.done("more", *MORE)["added"] == 3


def test_ctrl_c_while_closing_says_how_many_are_off_the_market(bench: Bench) -> None:
    bench.rows(40)
    bench.done("publish", "--yes")
    ended = count(1)

    def stop(attempt: Attempt) -> None:
        if attempt.operation == "UpdateExpirationForHIT" and next(ended) == 20:
            raise KeyboardInterrupt

    with tracer(stop):
        result = bench.run("close", "--yes", "--json")
    told = json.loads(result.stdout)
    assert result.exit_code == 3
    assert 1 <= told["closed"] < 40
    assert "taken off the market, or more; run it again to go on" in told["error"]
