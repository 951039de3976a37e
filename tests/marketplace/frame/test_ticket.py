"""Signed addresses are read by who wrote them only."""

from __future__ import annotations

import pytest

from mturk.marketplace.frame.ticket import SubmitTicket, TaskTicket, Tickets

KEY = "a key that only the tests use"
TASK = TaskTicket("3HIT", "de", "A1ADA", "3ASSIGNMENT", 1_700_000_000_000)
SUBMIT = SubmitTicket("3ASSIGNMENT", "de", "A1ADA", 1_700_000_000_000)


def test_a_ticket_is_read_as_it_was_written() -> None:
    tickets = Tickets(KEY)
    assert tickets.read_task(tickets.task(TASK)) == TASK
    assert tickets.read_submission(tickets.submission(SUBMIT)) == SUBMIT


def test_a_ticket_is_a_piece_of_a_path() -> None:
    assert all(sign.isalnum() or sign in "-_." for sign in Tickets(KEY).submission(SUBMIT))


def test_a_ticket_to_see_is_none_to_submit() -> None:
    tickets = Tickets(KEY)
    assert tickets.read_submission(tickets.task(TASK)) is None
    assert tickets.read_task(tickets.submission(SUBMIT)) is None


@pytest.mark.parametrize("text", ["", "x", "{0}x", "x{0}", "{1}", "{1}.", "{1}.{1}", ".{0}"])
def test_a_changed_ticket_is_worth_nothing(text: str) -> None:
    tickets = Tickets(KEY)
    written = tickets.submission(SUBMIT)
    assert tickets.read_submission(text.format(written, written.split(".")[0])) is None


def test_a_ticket_of_another_marketplace_is_worth_nothing() -> None:
    assert Tickets("another key").read_submission(Tickets(KEY).submission(SUBMIT)) is None
