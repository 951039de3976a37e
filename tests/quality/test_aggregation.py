"""Labels out of votes: each method finds what is there, and the same votes always give the same labels."""

from __future__ import annotations

import csv
import random
import sys
from pathlib import Path
from typing import Any, get_args

import numpy
import pandas
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mturk import Aggregation, ConfigurationError, ValidationError
from mturk.quality.aggregation import Method
from mturk.quality.crowd_model import crowd_kit, frame
from mturk.quality.vote import Vote, Votes

METHODS: tuple[Method, ...] = get_args(Method)
MODELS = METHODS[1:]
LABELS = ["cat", "dog", "eel"]
SOME_VOTES = st.lists(
    st.builds(Vote, st.sampled_from("123"), st.sampled_from("ABCD"), st.sampled_from("cde")), min_size=1
)


def crowd(rows: int = 60, careful: int = 4, careless: int = 2) -> tuple[Votes, dict[str, str]]:
    """Votes of workers who are mostly right, and of others who say what comes to mind; and the truth."""
    chance = random.Random(7)
    truth = {f"p{row}": chance.choice(LABELS) for row in range(rows)}
    votes = Votes()
    for item, right in truth.items():
        for number in range(careful):
            votes.add(item, f"A{number}", right if chance.random() < 0.9 else chance.choice(LABELS))
        for number in range(careless):
            votes.add(item, f"AX{number}", chance.choice(LABELS))
    return votes, truth


@pytest.mark.parametrize("method", METHODS)
def test_each_method_finds_what_careful_workers_say(method: Method) -> None:
    votes, truth = crowd()
    labels = Aggregation(votes, method)
    assert list(labels) == list(truth)
    assert sum(labels[item] == right for item, right in truth.items()) >= 57
    assert all(0.3 < labels.confidence[item] <= 1 for item in labels)
    assert set(labels.votes.values()) == {6}


@pytest.mark.parametrize("method", METHODS)
def test_each_method_tells_careful_workers_from_careless_ones(method: Method) -> None:
    skills = Aggregation(crowd()[0], method).skills
    assert list(skills) == ["A0", "A1", "A2", "A3", "AX0", "AX1"]
    assert min(skills[f"A{number}"] for number in range(4)) > max(skills["AX0"], skills["AX1"])


def test_skills_of_dawid_and_skene_are_the_share_that_a_worker_gets_right() -> None:
    votes = Votes()
    for row in range(10):
        for worker in ("A1", "A2", "A3"):
            votes.add(f"p{row}", worker, "cat" if row < 5 else "dog")
        votes.add(f"p{row}", "A4", "cat")
    assert Aggregation(votes, "dawid_skene").skills == pytest.approx({"A1": 1, "A2": 1, "A3": 1, "A4": 0.5}, abs=1e-6)


@pytest.mark.parametrize("method", MODELS)
def test_the_order_of_votes_and_others_random_numbers_change_nothing(method: Method) -> None:
    votes = list(crowd(rows=8, careful=2)[0])
    first = Aggregation(Votes(votes), method)
    random.Random(3).shuffle(votes)
    numpy.random.seed(3)
    second = Aggregation(Votes(votes), method)
    assert dict(first) == dict(second)
    assert dict(first.confidence) == dict(second.confidence)
    assert dict(first.skills) == dict(second.skills)
    assert set(first.tied) == set(second.tied)


@pytest.mark.parametrize("method", METHODS[:-1])
@settings(max_examples=10, deadline=None)
@given(votes=SOME_VOTES)
def test_every_row_with_a_vote_gets_a_label_that_somebody_gave(method: Method, votes: list[Vote]) -> None:
    labels = Aggregation(Votes(votes), method)
    assert list(labels) == list(dict.fromkeys(vote.item for vote in votes))
    assert set(labels.values()) <= {vote.answer for vote in votes}
    assert all(0 < each <= 1 for each in labels.confidence.values())


@settings(max_examples=30, deadline=None)
@given(votes=SOME_VOTES)
def test_the_majority_is_that_of_crowd_kit(votes: list[Vote]) -> None:
    # It drops what a worker says of an item a second time.
    held = Votes({(vote.item, vote.worker): vote for vote in votes}.values())
    ours = Aggregation(held)
    with crowd_kit("aggregation", "the test") as library:
        theirs = library.MajorityVote().fit(frame(held))
    items, workers, answers = sorted(held.items), sorted(held.workers), sorted(held.answers)
    labels = {items[item]: answers[label] for item, label in theirs.labels_.items()}
    assert all(ours[item] == labels[item] for item in ours if item not in ours.tied)
    if not ours.tied:
        assert ours.skills == pytest.approx({workers[worker]: skill for worker, skill in theirs.skills_.items()})
    assert ours.confidence == pytest.approx({items[item]: each for item, each in theirs.probas_.max(axis=1).items()})


@pytest.mark.parametrize("method", METHODS[:-1])  # mace starts by chance, and ends a little beside
def test_a_tie_gives_the_first_in_the_order_of_the_texts_and_is_told(method: Method) -> None:
    votes = Votes([Vote("p1", "A1", "dog"), Vote("p1", "A2", "cat")])
    labels = Aggregation(votes, method)
    assert (dict(labels), labels.tied) == ({"p1": "cat"}, ("p1",))
    assert labels.confidence["p1"] == pytest.approx(0.5)


@pytest.mark.parametrize("method", METHODS)
def test_where_all_say_the_same_that_is_it(method: Method) -> None:
    labels = Aggregation(Votes([Vote("p1", "A1", "cat"), Vote("p2", "A1", "cat")]), method)
    assert (dict(labels), dict(labels.confidence), labels.tied) == (
        {"p1": "cat", "p2": "cat"},
        {"p1": 1.0, "p2": 1.0},
        (),
    )


@pytest.mark.parametrize("method", METHODS)
def test_one_worker_is_believed(method: Method) -> None:
    labels = Aggregation(Votes([Vote("p1", "A1", "cat"), Vote("p2", "A1", "dog")]), method)
    assert dict(labels) == {"p1": "cat", "p2": "dog"}
    assert list(labels.skills) == ["A1"]


@pytest.mark.parametrize("method", METHODS)
def test_of_no_votes_there_are_no_labels(method: Method) -> None:
    labels = Aggregation(Votes(), method)
    assert (dict(labels), dict(labels.skills), labels.to_records()) == ({}, {}, [])


@pytest.mark.parametrize("method", METHODS)
def test_answers_may_be_called_like_columns_of_the_library(method: Method) -> None:
    names = ["task", "worker", "label", "variable", "posterior"]
    votes = Votes(
        Vote(f"p{number}", worker, name) for number, name in enumerate(names) for worker in ("A1", "A2", "A3")
    )
    assert list(Aggregation(votes, method).values()) == names


def test_an_unknown_method_is_refused() -> None:
    mistake: Any = "mode"
    with pytest.raises(ValidationError, match="method: 'mode'; expected one of majority, dawid_skene"):
        Aggregation(Votes(), mistake)


def test_a_model_of_free_text_is_refused_before_memory_ends() -> None:
    votes = Votes(Vote(f"p{number}", "A1", f"text {number}") for number in range(10_000))
    with pytest.raises(ValidationError, match="10,000 different ones in 10,000 votes are too many"):
        Aggregation(votes, "dawid_skene")
    assert len(Aggregation(votes)) == 10_000


def test_where_a_model_comes_to_no_numbers_it_says_so() -> None:
    votes = Votes(Vote("p1", f"A{number}", LABELS[number % 7 % 3]) for number in range(900))
    with pytest.raises(ValidationError, match="method: 'mace' comes to no numbers for these votes"):
        Aggregation(votes, "mace")


def test_a_missing_library_is_named_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "crowdkit.aggregation", None)
    votes = crowd()[0]
    assert Aggregation(votes).method == "majority"
    with pytest.raises(ConfigurationError, match=r"method='glad' needs crowd-kit: pip install 'mturk\[aggregate\]'"):
        Aggregation(votes, "glad")


def test_it_is_a_table_a_frame_and_records() -> None:
    labels = Aggregation(
        Votes([Vote("p1", "A1", "dog"), Vote("p1", "A2", "cat"), Vote("p2", "A2", "cat")]), field="label"
    )
    assert str(labels).splitlines() == [
        "<Aggregation of label by majority: 2 rows, 2 workers, 1 tied>",
        "row  label  confidence  votes",
        "p1   cat    0.50        2",
        "p2   cat    1.00        1",
    ]
    assert labels.to_records()[0] == {"row": "p1", "label": "cat", "confidence": 0.5, "votes": 2}
    pandas.testing.assert_frame_equal(labels.to_pandas(), pandas.DataFrame(labels.to_records()))
    assert list(Aggregation(Votes()).to_pandas().columns) == ["row", "label", "confidence", "votes"]


@pytest.mark.parametrize("formulas", ["quote", "keep"])
def test_a_file_of_labels_runs_nothing_in_a_spreadsheet_unless_that_is_asked_for(tmp_path: Path, formulas: Any) -> None:
    votes = Votes([Vote("=1", "A1", "@SUM(A1)"), Vote("p2", "A1", 'a "b",\nc')])
    assert Aggregation(votes).to_csv(tmp_path / "labels.csv", formulas=formulas) == 2
    with (tmp_path / "labels.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    sign = "'" if formulas == "quote" else ""
    assert rows == [
        ["row", "label", "confidence", "votes"],
        [f"{sign}=1", f"{sign}@SUM(A1)", "1.0", "1"],
        ["p2", 'a "b",\nc', "1.0", "1"],
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["labels.csv"]


def test_a_file_is_written_only_where_there_is_a_folder_and_with_a_known_word(tmp_path: Path) -> None:
    mistake: Any = "drop"
    with pytest.raises(ValidationError, match=r"labels\.csv: there is no folder .*nowhere"):
        Aggregation(Votes()).to_csv(tmp_path / "nowhere" / "labels.csv")
    with pytest.raises(ValidationError, match="formulas: 'drop'"):
        Aggregation(Votes()).to_csv(tmp_path / "labels.csv", formulas=mistake)
    assert list(tmp_path.iterdir()) == []
