"""Votes are kept as they came, and counted."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mturk.quality.vote import Vote, Votes

NAMES = st.sampled_from(["", "a", "b", "ä", "a|b"])


@given(st.lists(st.builds(Vote, NAMES, NAMES, NAMES)))
def test_votes_come_out_as_they_went_in(given: list[Vote]) -> None:
    votes = Votes(given)
    assert list(votes) == given
    assert len(votes) == len(given)
    assert votes.items == list(dict.fromkeys(vote.item for vote in given))
    assert votes.workers == list(dict.fromkeys(vote.worker for vote in given))
    assert votes.answers == list(dict.fromkeys(vote.answer for vote in given))


def test_the_commonest_answer_is_counted_first_and_equals_by_their_texts() -> None:
    votes = Votes([Vote("1", "A", "dog"), Vote("1", "B", "cat"), Vote("2", "A", "cat"), Vote("1", "C", "eel")])
    votes.add("1", "D", "eel")
    assert [list(each.items()) for each in votes.counts().values()] == [
        [("eel", 2), ("cat", 1), ("dog", 1)],
        [("cat", 1)],
    ]


def test_of_a_worker_the_first_vote_for_an_item_may_be_taken() -> None:
    votes = Votes()
    for item, worker, answer in [("1", "A", "cat"), ("1", "A", "dog"), ("1", "B", "dog"), ("2", "A", "dog")]:
        votes.add_first(item, worker, answer)
    assert list(votes) == [Vote("1", "A", "cat"), Vote("1", "B", "dog"), Vote("2", "A", "dog")]
