"""What workers write to requesters."""

from __future__ import annotations

import pytest

from mturk.marketplace import Letter, Marketplace, WorkerError
from mturk.marketplace.error import NotThere, TooOften
from mturk.marketplace.workplace import letter
from tests.marketplace.conftest import Connect, Publish, Work
from tests.marketplace.sample import hit_arguments


def test_the_requester_reads_who_writes_about_what(market: Marketplace, publish: Publish, work: Work) -> None:
    hit = publish(Title="Name a cat")
    assignment_id = work(hit["HITId"], "A1ADA")
    market.worker("A1ADA").write(hit["HITId"], "Why was it rejected?\nIt was a cat.")
    (told,) = market.requester("requester").letters()
    assert told == Letter(
        market.clock.now(), "A1ADA", "Why was it rejected?\nIt was a cat.", hit["HITId"], "Name a cat", assignment_id
    )


def test_who_only_looked_has_no_assignment_in_the_letter(market: Marketplace, publish: Publish) -> None:
    market.worker("A1ADA").write(publish()["HITId"], "Is it open to learners?")
    assert [one.assignment_id for one in market.requester("requester").letters()] == [None]


def test_a_requester_reads_only_its_own_letters(market: Marketplace, connect: Connect, publish: Publish) -> None:
    other = connect(market, "linguists").create_hit(**hit_arguments())["HIT"]["HITId"]
    ada = market.worker("A1ADA")
    ada.write(publish()["HITId"], "to the first")
    ada.write(other, "to the second")
    assert [one.text for one in market.requester("linguists").letters()] == ["to the second"]
    assert [one.text for one in market.requester("requester").letters()] == ["to the first"]


def test_letters_from_a_moment_on_are_listed_alone(market: Marketplace, publish: Publish) -> None:
    ada, hit_id = market.worker("A1ADA"), publish(LifetimeInSeconds=90_000)["HITId"]
    ada.write(hit_id, "first")
    later = market.clock.advance(hours=1)
    ada.write(hit_id, "second")
    assert [one.text for one in market.requester("requester").letters(later)] == ["second"]


def test_texts_that_are_hostile_to_a_terminal_come_clean(market: Marketplace, publish: Publish) -> None:
    market.worker("A1ADA").write(publish(Title="a\u202eb")["HITId"], "\x1b[2J\u2066gone\x00")
    (told,) = market.requester("requester").letters()
    assert (told.title, told.text) == ("ab", "[2Jgone")


@pytest.mark.parametrize(
    ("text", "refusal"), [("", "Write something"), (" \u200b\n", "Write something"), ("x" * 2001, "too long")]
)
def test_a_letter_that_says_nothing_or_too_much_is_refused(
    market: Marketplace, publish: Publish, text: str, refusal: str
) -> None:
    with pytest.raises(WorkerError, match=refusal):
        market.worker("A1ADA").write(publish()["HITId"], text)


def test_a_hit_that_is_not_there_has_nobody_to_write_to(market: Marketplace) -> None:
    with pytest.raises(NotThere):
        market.worker("A1ADA").write("3NOTHING", "Hello?")


def test_a_requester_gets_few_letters_a_day_from_one_worker(market: Marketplace, publish: Publish) -> None:
    hit_id = publish(LifetimeInSeconds=200_000)["HITId"]
    ada = market.worker("A1ADA")
    for _ in range(letter.TO_ONE_A_DAY):
        ada.write(hit_id, "Hello")
    with pytest.raises(TooOften, match="come back tomorrow"):
        ada.write(hit_id, "Hello")
    market.worker("A2BEN").write(hit_id, "Hello")
    market.clock.advance(days=1, seconds=1)
    ada.write(hit_id, "Hello")


def test_a_worker_writes_so_many_letters_a_day(market: Marketplace, connect: Connect) -> None:
    ada = market.worker("A1ADA")
    hits = [connect(market, f"lab {n}").create_hit(**hit_arguments())["HIT"]["HITId"] for n in range(letter.A_DAY + 1)]
    for hit_id in hits[:-1]:
        ada.write(hit_id, "Hello")
    with pytest.raises(TooOften):
        ada.write(hits[-1], "Hello")
