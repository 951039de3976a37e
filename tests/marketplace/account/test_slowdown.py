"""Guessing is slowed down, per account and per address; its owner always has a way in; nobody learns who is here."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from sqlalchemy import func, select

from mturk.marketplace.account.means import Caller
from mturk.marketplace.account.password import Passwords
from mturk.marketplace.account.proof import WrongPassword
from mturk.marketplace.account.slowdown import TooManyTries, network
from mturk.marketplace.database import table as t
from tests.marketplace.account.conftest import HOME, PASSWORD, Desk, Open, statements


def fail(desk: Desk, name: str, caller: Caller, times: int = 1) -> None:
    for _ in range(times):
        with pytest.raises(WrongPassword):
            desk.entrance.sign_in(name, "a wrong password", caller)


def from_address(number: int, device: str = "") -> Caller:
    return Caller(f"198.51.100.{number}", device)


def test_after_ten_failures_an_account_is_closed_to_all_addresses(desk: Desk) -> None:
    name = desk.joined().worker_id
    for number in range(10):
        fail(desk, name, from_address(number))
    with pytest.raises(TooManyTries) as caught:
        desk.entrance.sign_in(name, PASSWORD, from_address(99))
    assert 0 < caught.value.seconds <= 900


def test_worker_id_and_email_address_are_counted_together_and_nobody_is_told(desk: Desk) -> None:
    name = desk.joined(email="ada@example.org").worker_id
    confirm_all(desk)
    for number in range(5):
        fail(desk, name, from_address(number))
        fail(desk, "ada@example.org", from_address(100 + number))
    for typed in (name, "ADA@example.org"):
        with pytest.raises(WrongPassword):
            desk.entrance.sign_in(typed, PASSWORD, from_address(99))
    desk.pass_time(minutes=15)
    assert desk.entrance.sign_in(name, PASSWORD, from_address(99))


@pytest.mark.parametrize("typed", ["ada@example.org", "bob@example.org", "nobody@example.org"])
def test_failures_with_a_worker_id_do_not_tell_which_email_address_is_the_same_persons(desk: Desk, typed: str) -> None:
    name = desk.joined(email="ada@example.org").worker_id
    desk.joined(email="bob@example.org")
    confirm_all(desk)
    for number in range(10):
        fail(desk, name, from_address(number))
    for number in range(10):
        fail(desk, typed, from_address(100 + number))
    with pytest.raises(TooManyTries):
        desk.entrance.sign_in(typed, PASSWORD, from_address(99))


@pytest.mark.parametrize("typed", ["ada@example.org", "nobody@example.org"])
def test_letters_asked_for_by_worker_id_do_not_tell_whose_an_email_address_is(desk: Desk, typed: str) -> None:
    entry = desk.joined(email="ada@example.org")
    confirm_all(desk)
    for _ in range(3):
        desk.entrance.ask_for_reset(entry.worker_id, HOME)
    before = letters(desk)
    for _ in range(3):
        desk.entrance.ask_for_reset(typed, HOME)
    assert [row for row in letters(desk) if row.worker is not None] == [row for row in before if row.worker is not None]
    with pytest.raises(TooManyTries):
        desk.entrance.ask_for_reset(typed, HOME)


def confirm_all(desk: Desk) -> None:
    confirm = t.person.update().values(email_time=1)
    desk.means.store.write(lambda database: database.execute(confirm))


def letters(desk: Desk) -> Sequence[Any]:
    """The mail that waits, and for whom."""
    query = select(t.mail.c.number, t.mail.c.worker).where(t.mail.c.kind == "reset")
    return desk.means.store.read(lambda database: database.execute(query).all())


def test_after_ten_failures_an_address_is_closed_to_all_accounts(desk: Desk) -> None:
    name = desk.joined().worker_id
    for number in range(10):
        fail(desk, f"A1NOBODY{number}", from_address(1))
    with pytest.raises(TooManyTries):
        desk.entrance.sign_in(name, PASSWORD, from_address(1))
    assert desk.entrance.sign_in(name, PASSWORD, from_address(2))


def test_after_fifteen_minutes_it_is_open_again(desk: Desk) -> None:
    name = desk.joined().worker_id
    fail(desk, name, from_address(1), 10)
    desk.pass_time(minutes=14)
    with pytest.raises(TooManyTries) as caught:
        desk.entrance.sign_in(name, PASSWORD, from_address(1))
    assert caught.value.seconds == 60
    desk.pass_time(seconds=caught.value.seconds)
    assert desk.entrance.sign_in(name, PASSWORD, from_address(1))


def test_what_is_refused_at_once_is_not_counted(desk: Desk) -> None:
    name = desk.joined().worker_id
    fail(desk, name, from_address(1), 10)
    desk.pass_time(minutes=14)
    for _ in range(20):
        with pytest.raises(TooManyTries):
            desk.entrance.sign_in(name, PASSWORD, from_address(1))
    desk.pass_time(minutes=1)
    assert desk.entrance.sign_in(name, PASSWORD, from_address(1))


def test_who_signs_in_often_is_not_slowed_down(desk: Desk) -> None:
    name = desk.joined().worker_id
    for _ in range(30):
        desk.entrance.sign_in(name, PASSWORD, HOME)


def test_signing_in_to_an_account_of_ones_own_buys_no_further_guesses(desk: Desk) -> None:
    name, own = desk.joined().worker_id, desk.joined().worker_id
    fail(desk, name, from_address(1), 9)
    desk.entrance.sign_in(own, PASSWORD, from_address(1))
    fail(desk, name, from_address(1))
    with pytest.raises(TooManyTries):
        desk.entrance.sign_in(own, PASSWORD, from_address(1))


def test_nobody_can_shut_the_owner_out_of_a_browser_that_is_known(desk: Desk) -> None:
    entry = desk.joined()
    for number in range(10):
        fail(desk, entry.worker_id, from_address(number))
    assert desk.entrance.sign_in(entry.worker_id, PASSWORD, from_address(1, entry.device))


def test_in_a_browser_that_is_known_there_are_ten_guesses_too(desk: Desk) -> None:
    entry = desk.joined()
    for number in range(10):
        fail(desk, entry.worker_id, from_address(number, entry.device))
    for device in (entry.device, ""):
        with pytest.raises(TooManyTries):
            desk.entrance.sign_in(entry.worker_id, PASSWORD, from_address(99, device))


def test_a_browser_that_is_known_for_one_account_is_not_for_another(desk: Desk) -> None:
    mine, yours = desk.joined(), desk.joined()
    for number in range(10):
        fail(desk, yours.worker_id, from_address(number, mine.device))
    with pytest.raises(TooManyTries):
        desk.entrance.sign_in(yours.worker_id, PASSWORD, from_address(99, mine.device))


def test_a_link_for_a_new_password_opens_an_account_that_others_fail_at(desk: Desk) -> None:
    name = desk.joined().worker_id
    fail(desk, name, from_address(1), 10)
    entry = desk.entrance.reset(desk.entrance.reset_link(name), "another fine password", from_address(1))
    assert desk.entrance.sign_in(name, "another fine password", from_address(1, entry.device))


def test_failures_are_counted_in_all_processes_together(shared: str, opened: Open) -> None:
    here = opened(shared)
    name = here.joined().worker_id
    there = opened(shared)
    for desk in (here, there):
        for number in range(5):
            fail(desk, name, from_address(number))
    with pytest.raises(TooManyTries):
        there.entrance.sign_in(name, PASSWORD, from_address(99))


def test_many_guesses_at_once_are_no_more_than_ten(opened: Open) -> None:
    from concurrent.futures import ThreadPoolExecutor

    desk = opened()
    name = desk.joined().worker_id
    desk.hashed.clear()

    def guess(number: int) -> type[Exception]:
        try:
            desk.entrance.sign_in(name, f"guess number {number}", from_address(number))
        except (WrongPassword, TooManyTries) as error:
            return type(error)
        raise AssertionError

    with ThreadPoolExecutor(16) as pool:
        outcomes = list(pool.map(guess, range(60)))
    assert outcomes.count(WrongPassword) == 10
    assert len(desk.hashed) == 10


def test_what_was_tried_long_ago_is_forgotten(desk: Desk) -> None:
    for number in range(5):
        fail(desk, f"A1NOBODY{number}", from_address(number))
    desk.pass_time(hours=2)
    fail(desk, "A1NOBODY", from_address(1))
    count = select(func.count()).select_from(t.attempt)
    assert desk.means.store.read(lambda database: database.execute(count).scalar_one()) == 3


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", "unknown"),
        ("not an address", "unknown"),
    ],
)
def test_a_household_is_one_address(address: str, expected: str) -> None:
    assert network(address) == expected


_COMPARED = re.compile(r"IS NULL|= (\?|%\(\w+\)s(::\w+)?)")
Ask = Callable[[Desk, str], None]


def sign_in_wrongly(desk: Desk, name: str) -> None:
    fail(desk, name, HOME)


def ask_for_reset(desk: Desk, name: str) -> None:
    desk.entrance.ask_for_reset(name, HOME)


@pytest.mark.parametrize("ask", [sign_in_wrongly, ask_for_reset])
@pytest.mark.parametrize("nobody", ["A1NOBODYATALL1", "nobody@example.org", "unconfirmed@example.org", "A1NOACCOUNT"])
def test_a_name_that_nobody_has_costs_the_same_work(desk: Desk, ask: Ask, nobody: str) -> None:
    entry = desk.joined(email="ada@example.org")
    desk.joined(email="unconfirmed@example.org")
    desk.market.worker("A1NOACCOUNT")
    number = desk.sitting(entry).worker
    confirm = t.person.update().where(t.person.c.worker == number).values(email_time=1)
    desk.means.store.write(lambda database: database.execute(confirm))
    desk.hashed.clear()
    with statements(desk) as for_somebody:
        ask(desk, "ada@example.org" if "@" in nobody else entry.worker_id)
    hashes = len(desk.hashed)
    desk.hashed.clear()
    with statements(desk) as for_nobody:
        ask(desk, nobody)
    assert len(desk.hashed) == hashes
    assert [_COMPARED.sub("= ?", one) for one in for_nobody] == [_COMPARED.sub("= ?", one) for one in for_somebody]


def test_a_name_that_nobody_has_is_checked_with_a_hash_of_full_effort() -> None:
    checked: list[str] = []

    def check(stored: str, password: str) -> bool:
        checked.append(stored)
        return True

    assert not Passwords(check=check).match(None, PASSWORD)
    assert checked[0].split("$")[0] == Passwords().hash(PASSWORD).split("$")[0]
    assert [len(part) for part in checked[0].split("$")] == [len(part) for part in Passwords().hash("x").split("$")]
