"""What stands in the address of a task page is read by who wrote it only."""

from __future__ import annotations

from base64 import urlsafe_b64decode

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
    tickets = Tickets(KEY)
    for text in (tickets.submission(SUBMIT), tickets.task(TASK)):
        assert all(sign.isalnum() or sign in "-_." for sign in text)


def test_a_ticket_to_see_is_none_to_submit() -> None:
    tickets = Tickets(KEY)
    assert tickets.read_submission(tickets.task(TASK)) is None
    assert tickets.read_task(tickets.submission(SUBMIT)) is None


@pytest.mark.parametrize("text", ["", "x", "{0}x", "x{0}", "{1}", "{1}.", "{1}.{1}", ".{0}"])
def test_a_changed_ticket_is_worth_nothing(text: str) -> None:
    tickets = Tickets(KEY)
    written = tickets.submission(SUBMIT)
    assert tickets.read_submission(text.format(written, written.split(".")[0])) is None


@pytest.mark.parametrize("text", ["", "x", "xxxx", "ü", "{0}xxxx", "xxxx{0}", "{1}"])
def test_a_changed_ticket_to_see_is_worth_nothing(text: str) -> None:
    tickets = Tickets(KEY)
    written = tickets.task(TASK)
    assert tickets.read_task(text.format(written, written[:-4])) is None


@pytest.mark.parametrize("sign", [";", "*", "'", " "])
def test_a_ticket_to_see_has_no_other_signs_in_it(sign: str) -> None:
    tickets = Tickets(KEY)
    written = tickets.task(TASK)
    assert tickets.read_task(f"{written[:40]}{sign}{written[40:]}") is None
    assert tickets.read_task(f"{written}{sign}") is None


def test_a_ticket_of_another_marketplace_is_worth_nothing() -> None:
    assert Tickets("another key").read_submission(Tickets(KEY).submission(SUBMIT)) is None
    assert Tickets("another key").read_task(Tickets(KEY).task(TASK)) is None


def test_a_ticket_to_see_tells_nobody_who_looks_nor_that_it_is_the_same_one() -> None:
    tickets = Tickets(KEY)
    written = [tickets.task(TASK._replace(worker_id=who, assignment_id="")) for who in ("A1ADA", "A1ADA", "A" * 64)]
    assert len(set(written)) == 3
    assert len({len(text) for text in written}) == 1
    assert not any(b"A1ADA" in urlsafe_b64decode(text) for text in written)
