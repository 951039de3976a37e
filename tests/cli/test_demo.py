"""The demonstration: its figures, its output, its data and its page."""

from __future__ import annotations

import csv
import io
import os
import random
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import attrs
import pytest
from click.testing import CliRunner
from rich.console import Console

import mturk
from mturk import HIT, Assignment, HTMLQuestion
from mturk.cli import demo, program
from mturk.marketplace import Marketplace

PATIENCE = 60


def rows() -> list[dict[str, str]]:
    with open(demo.EXAMPLES / "messages.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@attrs.frozen
class Shown:
    """One run: what it printed, what it called, and what it left behind."""

    text: str
    calls: Counter[str]
    market: Marketplace
    database: Path

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.database)) as connection:
            return connection.execute(sql).fetchall()

    def cents(self, reason: str) -> int:
        """What the ledger moved for a reason."""
        return int(self.query(f"select sum(cents) from transfer where reason = '{reason}'")[0][0])

    @property
    def balance(self) -> Decimal:
        with closing(connection_to(self.market)) as connection:
            return connection.balance().available


def connection_to(market: Marketplace) -> mturk.Connection:
    return mturk.Connection(market.url, access_key=market.access_key, secret_key=market.secret_key)


def show(market: Marketplace, seed: int = program.SEED) -> tuple[str, Counter[str]]:
    out = io.StringIO()
    calls: Counter[str] = Counter()
    with mturk.tracer(lambda call: calls.update([f"{call.operation} {call.outcome}"])):
        demo.run(market, Console(file=out, width=80), random.Random(seed))
    return out.getvalue(), calls


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    database = tmp_path_factory.mktemp("demo") / "demo.sqlite3"
    with Marketplace(database) as market:
        text, calls = show(market)
        yield Shown(text, calls, market, database)


# What is done


def test_each_row_is_published_once(shown: Shown) -> None:
    annotations = [row[0] for row in shown.query("select requester_annotation from hit_content order by hit")]
    assert annotations == [row["id"] for row in rows()]
    assert f"Published {len(rows())} HITs with 3 assignments each, at 0.05 USD." in shown.text


def test_each_hit_is_answered_by_three_different_workers(shown: Shown) -> None:
    assert shown.query("select count(*), count(distinct worker) from assignment group by hit") == [(3, 3)] * len(rows())


def test_no_call_has_to_be_repeated(shown: Shown) -> None:
    assert {name for name in shown.calls if not name.endswith(" 200")} == set()


def test_what_the_majority_says_is_approved_and_only_the_careless_worker_is_rejected(shown: Shown) -> None:
    rejected = shown.query(
        "select distinct worker_id from worker join assignment on worker.number = assignment.worker"
        " where assignment.status = 'Rejected'"
    )
    assert rejected == [(demo.CARELESS,)]
    assert shown.calls["ApproveAssignment 200"] + shown.calls["RejectAssignment 200"] == 3 * len(rows())


def test_each_rejection_tells_its_reason(shown: Shown) -> None:
    feedback = shown.query("select requester_feedback from assignment where status = 'Rejected'")
    assert all("The other workers chose" in text for (text,) in feedback)


def test_one_bonus_is_paid(shown: Shown) -> None:
    assert shown.calls["SendBonus 200"] == 1
    assert shown.cents("bonus") == 50


def test_attentive_workers_disagree_now_and_then_and_are_paid(shown: Shown) -> None:
    lines = [line.split() for line in shown.text.splitlines() if line.startswith(tuple(demo.CARE)) and "USD" in line]
    assert len(lines) == len(demo.CARE)
    assert any(agreed != answers for _, agreed, _, answers, *_ in lines)
    assert all(rejected == "0" for *_, rejected, _bonus, _usd in lines)


def test_the_hits_are_deleted(shown: Shown) -> None:
    assert shown.calls["DeleteHIT 200"] == len(rows())
    with closing(connection_to(shown.market)) as connection:
        assert list(HIT.all(connection=connection)) == []


# What it costs


def test_the_cost_is_that_of_the_ledger_to_the_cent(shown: Shown) -> None:
    rewards, bonus, fees = (Decimal(shown.cents(reason)) / 100 for reason in ("reward", "bonus", "fee"))
    total = rewards + bonus + fees
    assert f"It cost {total} USD: {rewards:.2f} rewards, {bonus:.2f} bonus, {fees:.2f} fees." in shown.text
    assert shown.market.audit() == []


def test_the_cost_is_what_the_balance_lost(shown: Shown) -> None:
    assert f"The balance was 10000.00 USD, and is {shown.balance} USD." in shown.text
    assert f"It cost {Decimal('10000.00') - shown.balance} USD" in shown.text


def test_without_fees_it_costs_rewards_and_bonus() -> None:
    with Marketplace(fees=0) as market:
        assert " 0.50 bonus, 0.00 fees." in show(market)[0]


# Again, and otherwise


def test_it_shows_the_same_each_time(shown: Shown) -> None:
    with Marketplace() as market:
        assert show(market)[0] == shown.text


@pytest.mark.parametrize("seed", range(100, 103))
def test_any_chance_of_the_workers_is_got_through(seed: int) -> None:
    with Marketplace() as market:
        text, _ = show(market, seed)
        assert f"Deleted {len(rows())} HITs." in text
        assert market.audit() == []


def test_a_kept_database_can_be_used_again(database: Path) -> None:
    for before, after in (("10000.00", "9995.56"), ("9995.56", "9991.12")):
        result = CliRunner().invoke(program.command, ["demo", "--database", str(database)])
        assert result.exit_code == 0
        assert f"The balance was {before} USD, and is {after} USD." in result.stdout
        assert result.stdout.endswith(f"The marketplace is kept: mturk serve --database {database}\n")


def test_the_connection_in_force_is_left_as_it_was() -> None:
    with Marketplace() as market:
        show(market)
    with pytest.raises(mturk.ConfigurationError):
        mturk.current()


# What it shows


def piped(folder: Path | None = None, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "mturk", "demo"],
        cwd=folder,
        capture_output=True,
        timeout=PATIENCE,
        env={**os.environ, **environment},
    )


def test_it_takes_less_than_ten_seconds(tmp_path: Path) -> None:
    before = os.times()
    done = piped(TMPDIR=str(tmp_path))
    after = os.times()
    assert (done.returncode, done.stderr) == (0, b"")
    # The time of the processor: the clock on the wall also runs for the tests beside this one.
    assert after.children_user + after.children_system - before.children_user - before.children_system < 10


def test_it_leaves_no_files_behind(tmp_path: Path) -> None:
    here = tmp_path / "here"
    here.mkdir()
    done = piped(here, TMPDIR=str(tmp_path))
    assert done.returncode == 0
    assert list(tmp_path.rglob("*")) == [here]


def test_in_a_file_it_is_plain_text_of_a_fixed_width(shown: Shown) -> None:
    done = piped(COLUMNS="40", FORCE_COLOR="1", PYTHONIOENCODING="utf-8")
    text = done.stdout.decode()
    assert text == shown.text
    assert all(line == line.rstrip() and len(line) <= 80 for line in text.splitlines())
    assert all(character.isprintable() or character == "\n" for character in text)


def test_it_can_be_written_in_ascii() -> None:
    done = piped(PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.isascii()


def test_it_says_who_the_workers_are(shown: Shown) -> None:
    assert shown.text.startswith("A marketplace runs inside this program, which also plays the workers.\n")


def test_each_message_is_shown_with_its_label_and_agreement(shown: Shown) -> None:
    lines = [line for line in shown.text.splitlines() if line.endswith(" of 3")]
    assert len(lines) == len(rows())
    for line, row in zip(lines, rows(), strict=True):
        assert line[:30] == row["message"][:30]
        *_, label, votes, _of, _all = line.split()
        assert label in demo.LABELS if int(votes) > 1 else label == "(undecided)"


def test_on_a_terminal_there_is_a_progress_bar() -> None:
    out = io.StringIO()
    with Marketplace() as market:
        demo.run(market, Console(file=out, force_terminal=True, width=80), random.Random(program.SEED))
    for what in ("Publishing", "Working", "Reading", "Reviewing", "Deleting"):
        assert f"{what} " in out.getvalue()
    assert "24/24" in out.getvalue()


# The script's own rules


def assignment(worker_id: str, label: str) -> Assignment:
    answer = (
        '<QuestionFormAnswers xmlns="http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2005-10-01/'
        'QuestionFormAnswers.xsd"><Answer><QuestionIdentifier>label</QuestionIdentifier>'
        f"<FreeText>{label}</FreeText></Answer></QuestionFormAnswers>"
    )
    members = {"AssignmentId": f"3{worker_id}{label}", "WorkerId": worker_id, "Answer": answer}
    return Assignment._read(members, None)


def submitted(*labels: str) -> Sequence[Assignment]:
    return [assignment(f"A{number}", label) for number, label in enumerate(labels)]


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (("cat", "cat", "cat"), ("cat", 3)),
        (("dog", "cat", "cat"), ("cat", 2)),
        (("dog", "cat", "cow"), (None, 1)),
        (("dog", "cat"), (None, 1)),
    ],
)
def test_a_majority_is_more_than_half(labels: tuple[str, ...], expected: tuple[str | None, int]) -> None:
    assert demo.majority(submitted(*labels)) == expected


def test_a_hit_without_majority_counts_for_nobody() -> None:
    submissions = {HIT("3A"): submitted("cat", "cat", "dog"), HIT("3B"): submitted("cat", "dog", "cow")}
    records = demo.compare(submissions)
    assert {name: (each.agreed, each.answers) for name, each in records.items()} == {
        "A0": (1, 1),
        "A1": (1, 1),
        "A2": (0, 1),
    }


def test_who_was_never_compared_is_not_careless() -> None:
    score = demo.Score()
    assert not score.careless
    assert score.agreement == 0


def test_who_is_right_half_of_the_time_is_not_careless() -> None:
    assert not demo.Score(answers=4, agreed=2).careless
    assert demo.Score(answers=4, agreed=1).careless


def test_what_cannot_be_deleted_is_said() -> None:
    with Marketplace() as market, closing(connection_to(market)) as connection, mturk.using(connection):
        (hit,) = demo.publish(rows()[:1])
        demo.work(market, [hit], {"m01": "delivery"}, random.Random(1))
        with pytest.raises(mturk.InvalidState, match="3 submissions undecided"):
            demo.clean_up([hit])


# The data and the page


def test_the_data_are_twenty_or_more_different_messages_with_known_labels() -> None:
    data = rows()
    assert len(data) >= 20
    assert len({row["id"] for row in data}) == len({row["message"] for row in data}) == len(data)
    assert {row["label"] for row in data} == set(demo.LABELS)


class Page(HTMLParser):
    """The tags of a page, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def page(message: str = "Where is my parcel?") -> HTMLQuestion:
    return HTMLQuestion.from_template(demo.EXAMPLES / "label_message.html", message=message, labels=demo.LABELS)


def test_the_page_is_one_that_the_service_takes() -> None:
    page().validate()


def test_a_message_with_markup_is_text_on_the_page() -> None:
    message = "<script>alert('1')</script> & \"more\""
    shown = Page(page(message).html)
    assert message in shown.text
    assert len(shown.all("script")) == 1


def test_the_page_posts_the_assignment_and_one_label() -> None:
    shown = Page(page().html)
    (form,) = shown.all("form")
    assert form["method"] == "post"
    assert str(form["action"]).endswith("/mturk/externalSubmit")
    hidden, *choices = shown.all("input")
    assert (hidden["type"], hidden["name"]) == ("hidden", "assignmentId")
    assert [choice["value"] for choice in choices] == list(demo.LABELS)
    assert all(choice["name"] == "label" and "required" in choice for choice in choices)


def test_the_page_can_be_used_on_a_phone_and_by_ear() -> None:
    shown = Page(page().html)
    assert shown.all("html") == [{"lang": "en"}]
    assert {"name": "viewport", "content": "width=device-width, initial-scale=1"} in shown.all("meta")
    assert len(shown.all("label")) == len(demo.LABELS)
    assert len(shown.all("fieldset")) == len(shown.all("legend")) == len(shown.all("h1")) == 1
