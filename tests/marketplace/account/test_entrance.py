"""People come in: by invitation, by password, by a proxy, by a link for a new password."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import Connection, func, select

from mturk.marketplace import MarketplaceError, WorkerError
from mturk.marketplace.account import account_link, person
from mturk.marketplace.account.admission import Entry
from mturk.marketplace.account.entrance import AGREE, Application
from mturk.marketplace.account.invitation import Used
from mturk.marketplace.account.means import Caller
from mturk.marketplace.account.objection import Objection
from mturk.marketplace.account.proof import WrongPassword
from mturk.marketplace.account.slowdown import TooManyTries
from mturk.marketplace.clock import DAY
from mturk.marketplace.database import table as t
from tests.marketplace.account.conftest import AWAY, HOME, PASSWORD, Desk, Open, statements


def test_who_was_invited_becomes_a_worker_and_is_signed_in(desk: Desk) -> None:
    entry = desk.joined(country="US", subdivision="NY", adult=True)
    assert re.fullmatch("A[A-Z0-9]{13}", entry.worker_id)
    mine = desk.sitting(entry)
    assert mine.worker_id == entry.worker_id
    known = desk.own.person(mine)
    assert (known.country, known.subdivision, known.adult) == ("US", "NY", True)


def test_an_invitation_for_a_worker_who_is_known_gives_that_worker_an_account(desk: Desk) -> None:
    desk.market.worker("A1ADA", country="GB")
    assert desk.joined(worker_id="A1ADA", country="GB").worker_id == "A1ADA"


def test_an_invitation_is_good_once(desk: Desk) -> None:
    secret = desk.invited()
    desk.entrance.sign_up(Application(PASSWORD), secret, HOME)
    with pytest.raises(WorkerError, match="used already"):
        desk.entrance.sign_up(Application("another password"), secret, HOME)


def test_an_invitation_has_an_end(desk: Desk) -> None:
    secret = desk.invited()
    desk.pass_time(days=13.9)
    assert desk.entrance.invitation(secret).worker_id is None
    desk.pass_time(days=0.2)
    with pytest.raises(WorkerError, match="has ended"):
        desk.entrance.sign_up(Application(PASSWORD), secret, HOME)


def test_a_thousand_invitations_are_made_by_few_statements(desk: Desk) -> None:
    with statements(desk) as seen:
        secrets = desk.entrance.invite_many(1000, DAY)
    assert len(seen) < 10
    assert len({desk.entrance.invitation(one).future_id for one in (secrets[0], secrets[500], secrets[999])}) == 3


@pytest.mark.parametrize("secret", ["", "x", "x" * 100_000, "' OR 1=1 --", "\ud800", "\0"])
def test_an_invitation_that_nobody_made_is_refused(desk: Desk, secret: str) -> None:
    with pytest.raises(WorkerError, match="not known"):
        desk.entrance.sign_up(Application(PASSWORD), secret, HOME)


def test_a_form_that_was_refused_leaves_the_invitation_good(desk: Desk) -> None:
    secret = desk.invited()
    with pytest.raises(Objection):
        desk.entrance.sign_up(Application("short"), secret, HOME)
    assert desk.entrance.sign_up(Application(PASSWORD), secret, HOME)


@pytest.mark.parametrize(
    ("worker_id", "text"),
    [("A1NOBODY", "There is no worker A1NOBODY"), ("A1ADA", "has an account"), ("A1GONE", "has closed the account")],
)
def test_nobody_is_invited_who_cannot_come(desk: Desk, worker_id: str, text: str) -> None:
    for one in ("A1ADA", "A1GONE"):
        desk.market.worker(one)
        entry = desk.joined(worker_id=one)
    desk.own.close(desk.sitting(entry), PASSWORD, HOME)
    with pytest.raises(MarketplaceError, match=text):
        desk.invited(worker_id)


@pytest.mark.parametrize(
    ("worker_id", "text"),
    [("A1NOBODY", "There is no worker"), ("A1GONE", "has closed the account"), ("A1NEW", "For an invitation")],
)
def test_a_reset_says_why_there_is_no_password_to_set_anew(desk: Desk, worker_id: str, text: str) -> None:
    desk.market.worker("A1NEW")
    desk.market.worker("A1GONE")
    desk.own.close(desk.sitting(desk.joined(worker_id="A1GONE")), PASSWORD, HOME)
    with pytest.raises(MarketplaceError, match=text):
        desk.entrance.reset_link(worker_id)


def test_of_two_invitations_for_one_worker_one_is_good(desk: Desk) -> None:
    desk.market.worker("A1ADA")
    first, second = desk.invited("A1ADA"), desk.invited("A1ADA")
    desk.entrance.sign_up(Application(PASSWORD), second, HOME)
    with pytest.raises(WorkerError, match="used already"):
        desk.entrance.sign_up(Application("another password"), first, HOME)


@pytest.mark.parametrize(
    ("entered", "field", "text"),
    [
        ({"password": "ninechars"}, "password", "at least 10"),
        ({"password": "x" * 1001}, "password", "more than 1,000"),
        ({"password": "aaaaaaaaaaaaaa"}, "password", "more different"),
        ({"password": "Ada@Example.org", "email": "ada@example.org"}, "password", "must not be"),
        ({"password": "a1longerworker"}, "password", "must not be"),
        ({"email": "ada"}, "email", "not an e-mail address"),
        ({"email": "ada@example.org\nBcc: all@example.org"}, "email", "not an e-mail address"),
        ({"country": "Germany"}, "country", "Choose a country"),
        ({"country": "DE", "subdivision": "NY"}, "subdivision", "only asked for in the United States"),
        ({"country": "US", "subdivision": "ZZ"}, "subdivision", "Choose a state"),
    ],
)
def test_what_cannot_be_is_told_at_its_field(desk: Desk, entered: dict[str, str], field: str, text: str) -> None:
    desk.market.worker("A1LONGERWORKER")
    with pytest.raises(Objection, match=text) as caught:
        desk.joined(worker_id="A1LONGERWORKER", **entered)
    assert list(caught.value.faults) == [field]


def confirm(desk: Desk, entry: Entry) -> None:
    """Open the link that was sent to a new address."""
    number, now = desk.sitting(entry).worker, desk.means.now()

    def link(database: Connection) -> str:
        found = person.of_worker(database, number)
        key = found and found.email_key
        return account_link.make(database, "confirmation", number, now, 1000, desk.means.randomness, key)

    desk.own.confirm(desk.means.store.write(link))


def confirmed(desk: Desk, email: str) -> Entry:
    entry = desk.joined(email=email)
    confirm(desk, entry)
    return entry


def test_an_email_address_that_was_confirmed_belongs_to_one_person_however_it_is_written(desk: Desk) -> None:
    confirmed(desk, "Ada@Example.org")
    with pytest.raises(Objection, match="Somebody else") as caught:
        desk.joined(email=" ada@EXAMPLE.ORG ")
    assert list(caught.value.faults) == ["email"]


def test_who_enters_an_email_address_that_is_not_theirs_keeps_its_owner_from_nothing(desk: Desk) -> None:
    stranger = desk.joined(email="ada@example.org")
    owner = confirmed(desk, "ada@example.org")
    assert desk.entrance.sign_in("ada@example.org", PASSWORD, AWAY).worker_id == owner.worker_id
    assert desk.own.person(desk.sitting(stranger)).email is None
    with pytest.raises(WorkerError, match="not good"):
        confirm(desk, stranger)


def test_an_email_address_that_nobody_confirmed_is_no_name_to_sign_in_by(desk: Desk) -> None:
    entry = desk.joined(email="ada@example.org")
    with pytest.raises(WrongPassword):
        desk.entrance.sign_in("ada@example.org", PASSWORD, AWAY)
    confirm(desk, entry)
    assert desk.entrance.sign_in("ada@example.org", PASSWORD, AWAY).worker_id == entry.worker_id


def test_where_nobody_can_confirm_an_email_address_it_is_the_name_of_who_entered_it_first(opened: Open) -> None:
    desk = opened(mail=False)
    stranger = desk.sitting(desk.joined(password="the stranger's own"))
    desk.pass_time(minutes=1)
    owner = desk.joined(email="ada@example.org")
    desk.pass_time(minutes=1)
    desk.own.change_email(stranger, "ada@example.org", "the stranger's own", HOME)
    desk.own.change_email(desk.sitting(owner), "Ada@example.org", PASSWORD, HOME)
    assert desk.entrance.sign_in("ada@example.org", PASSWORD, AWAY).worker_id == owner.worker_id
    with pytest.raises(WrongPassword):
        desk.entrance.sign_in("ada@example.org", "the stranger's own", AWAY)


def test_of_two_who_were_sent_a_link_to_one_address_one_gets_it(desk: Desk) -> None:
    owner = confirmed(desk, "ada@example.org")
    late = desk.joined()
    number = desk.sitting(late).worker
    entered = t.person.update().where(t.person.c.worker == number).values(email_key="ada@example.org")
    desk.means.store.write(lambda database: database.execute(entered))
    with pytest.raises(WorkerError, match="not good"):
        confirm(desk, late)
    assert desk.entrance.sign_in("ada@example.org", PASSWORD, AWAY).worker_id == owner.worker_id


def test_who_tries_addresses_at_the_sign_up_is_slowed_down(desk: Desk) -> None:
    confirmed(desk, "ada@example.org")
    secret = desk.invited()
    for _ in range(10):
        with pytest.raises(Objection):
            desk.entrance.sign_up(Application(PASSWORD, "ada@example.org"), secret, AWAY)
    with pytest.raises(TooManyTries):
        desk.entrance.sign_up(Application(PASSWORD, "free@example.org"), secret, AWAY)
    assert desk.joined(AWAY, email="free@example.org")


def test_who_tries_addresses_in_an_account_is_slowed_down(desk: Desk) -> None:
    confirmed(desk, "ada@example.org")
    mine = desk.sitting(desk.joined())
    for _ in range(10):
        with pytest.raises(Objection, match="Somebody else"):
            desk.own.change_email(mine, "ada@example.org", PASSWORD, HOME)
    with pytest.raises(TooManyTries):
        desk.own.change_email(mine, "free@example.org", PASSWORD, HOME)


def test_who_was_invited_is_not_shut_out_by_others_on_the_same_network(opened: Open) -> None:
    desk = opened(open_door=True)
    confirmed(desk, "ada@example.org")
    for number in range(10):
        with pytest.raises(WrongPassword):
            desk.entrance.sign_in(f"A1NOBODY{number}", PASSWORD, HOME)
        with pytest.raises(Objection):
            desk.entrance.sign_up(Application(PASSWORD, "ada@example.org"), "", HOME)
    with pytest.raises(TooManyTries):
        desk.entrance.sign_up(Application(PASSWORD), "", HOME)
    assert desk.entrance.sign_up(Application(PASSWORD), desk.invited(), HOME)


def test_without_an_invitation_the_door_is_closed_unless_it_was_opened(opened: Open) -> None:
    with pytest.raises(WorkerError, match="not known"):
        opened().entrance.sign_up(Application(PASSWORD), "", HOME)
    assert opened(open_door=True).entrance.sign_up(Application(PASSWORD), "", HOME).worker_id.startswith("A")


def test_an_open_door_lets_a_class_in_and_no_army(opened: Open) -> None:
    desk = opened(open_door=True)
    for _ in range(50):
        desk.entrance.sign_up(Application(PASSWORD), "", HOME)
    with pytest.raises(TooManyTries):
        desk.entrance.sign_up(Application(PASSWORD), "", HOME)
    assert desk.entrance.sign_up(Application(PASSWORD), "", AWAY)
    desk.pass_time(hours=1.1)
    assert desk.entrance.sign_up(Application(PASSWORD), "", HOME)


def test_consent_to_the_terms_is_needed_and_written_down(opened: Open) -> None:
    desk = opened(terms="a" * 64)
    with pytest.raises(Objection, match=AGREE):
        desk.joined()
    entry = desk.joined(agrees=True)
    known = desk.own.person(desk.sitting(entry))
    assert (known.terms, known.terms_time) == ("a" * 64, int(desk.time * 1000))


@pytest.mark.parametrize("write", [str, str.lower, lambda name: f"  {name} ", lambda _: "ADA@example.ORG"])
def test_a_name_may_be_typed_in_several_ways(desk: Desk, write: object) -> None:
    entry = confirmed(desk, "ada@example.org")
    typed = write(entry.worker_id)  # type: ignore[operator]  # a function
    assert desk.entrance.sign_in(typed, PASSWORD, AWAY).worker_id == entry.worker_id


def test_a_password_is_right_in_whatever_form_a_keyboard_writes_it(opened: Open) -> None:
    from mturk.marketplace.account.password import Passwords

    desk = opened(passwords=Passwords())
    entry = desk.joined(password="cafe\u0301 au lait")
    assert desk.entrance.sign_in(entry.worker_id, "caf\u00e9 au lait", AWAY)


@pytest.mark.parametrize("password", ["", "wrong password", PASSWORD + " ", "x" * 100_000, "\ud800"])
def test_a_wrong_password_lets_nobody_in(desk: Desk, password: str) -> None:
    entry = desk.joined()
    with pytest.raises(WrongPassword):
        desk.entrance.sign_in(entry.worker_id, password, AWAY)


def test_several_sign_ins_at_once_are_fine_and_each_has_a_secret_of_its_own(desk: Desk) -> None:
    first = desk.joined()
    second = desk.entrance.sign_in(first.worker_id, PASSWORD, AWAY)
    assert first.sitting != second.sitting
    assert len(desk.own.sittings(desk.sitting(first))) == 2
    assert [one.browser for one in desk.own.sittings(desk.sitting(first))] == [AWAY.browser, HOME.browser]


def test_of_very_many_sittings_the_oldest_end(desk: Desk) -> None:
    first = desk.entrance.enter_as("ada", HOME)
    entries = [desk.entrance.enter_as("ada", HOME) for _ in range(20)]
    assert desk.entrance.sitting(first.sitting) is None
    assert all(desk.entrance.sitting(entry.sitting) for entry in entries)


def test_nobody_is_let_in_without_end(desk: Desk) -> None:
    entries = [desk.entrance.enter_as("ada", HOME) for _ in range(60)]
    with pytest.raises(TooManyTries):
        desk.entrance.enter_as("ada", AWAY)
    assert desk.entrance.sitting(entries[-1].sitting)
    desk.entrance.enter_as("grace", HOME)
    desk.pass_time(minutes=15)
    desk.entrance.enter_as("ada", AWAY)


def test_signing_out_ends_that_sitting_only(desk: Desk) -> None:
    first = desk.joined()
    second = desk.entrance.sign_in(first.worker_id, PASSWORD, AWAY)
    desk.entrance.sign_out(desk.sitting(first))
    assert desk.entrance.sitting(first.sitting) is None
    assert desk.entrance.sitting(second.sitting) is not None


def test_a_sitting_ends_after_a_week_of_silence(desk: Desk) -> None:
    entry = desk.joined()
    desk.pass_time(days=6.9)
    assert desk.entrance.sitting(entry.sitting)
    desk.pass_time(days=6.9)
    assert desk.entrance.sitting(entry.sitting)
    desk.pass_time(days=7.1)
    assert desk.entrance.sitting(entry.sitting) is None


def test_a_sitting_ends_after_a_month_however_busy_it_is(desk: Desk) -> None:
    entry = desk.joined()
    for _ in range(29):
        desk.pass_time(days=1)
        assert desk.entrance.sitting(entry.sitting)
    desk.pass_time(days=1.1)
    assert desk.entrance.sitting(entry.sitting) is None


def test_market_time_ends_no_sitting_and_no_invitation(desk: Desk) -> None:
    entry, secret = desk.joined(), desk.invited()
    desk.market.clock.advance(days=400)
    assert desk.entrance.sitting(entry.sitting)
    assert desk.entrance.invitation(secret)


def test_the_database_has_no_secret_in_it(desk: Desk) -> None:
    secret = desk.invited()
    entry = desk.joined()
    link = desk.entrance.reset_link(entry.worker_id)
    rows = desk.means.store.read(
        lambda database: [
            str(row)
            for table in (t.invitation, t.sitting, t.device, t.account_link, t.attempt)
            for row in database.execute(select(table))
        ]
    )
    assert len(rows) >= 4
    assert [row for row in rows for one in (secret, entry.sitting, entry.device, link) if one in row] == []


def test_whom_a_proxy_names_is_one_worker_for_ever(desk: Desk) -> None:
    first = desk.entrance.enter_as("ada@uni.example", HOME)
    assert re.fullmatch("A[A-Z0-9]{13}", first.worker_id)
    assert desk.entrance.enter_as(" ada@uni.example ", AWAY).worker_id == first.worker_id
    assert desk.entrance.enter_as("bob@uni.example", HOME).worker_id != first.worker_id


@pytest.mark.parametrize("name", ["", "  ", "x" * 256, "ada\nbob", "a\0b"])
def test_a_proxy_cannot_name_what_is_no_name(desk: Desk, name: str) -> None:
    with pytest.raises(WorkerError, match="cannot be used"):
        desk.entrance.enter_as(name, HOME)


def test_whom_a_proxy_names_cannot_sign_in_by_password(desk: Desk) -> None:
    entry = desk.entrance.enter_as("ada", HOME)
    for password in ("", PASSWORD):
        with pytest.raises(WrongPassword):
            desk.entrance.sign_in(entry.worker_id, password, AWAY)


def test_a_link_of_the_operator_sets_a_new_password_once(desk: Desk) -> None:
    entry = desk.joined()
    secret = desk.entrance.reset_link(entry.worker_id)
    assert desk.entrance.whose_reset(secret) == entry.worker_id
    again = desk.entrance.reset(secret, "another fine password", AWAY)
    assert desk.entrance.sitting(entry.sitting) is None
    assert desk.sitting(again).worker_id == entry.worker_id
    with pytest.raises(WrongPassword):
        desk.entrance.sign_in(entry.worker_id, PASSWORD, HOME)
    with pytest.raises(WorkerError, match="not good any more"):
        desk.entrance.reset(secret, "a third fine password", AWAY)


def test_using_one_link_takes_the_others_out_of_use(desk: Desk) -> None:
    entry = desk.joined()
    first, second = (desk.entrance.reset_link(entry.worker_id) for _ in range(2))
    desk.entrance.reset(second, "another fine password", AWAY)
    with pytest.raises(WorkerError, match="not good any more"):
        desk.entrance.reset(first, "a third fine password", AWAY)


def test_a_link_of_the_operator_is_good_for_a_day(desk: Desk) -> None:
    secret = desk.entrance.reset_link(desk.joined().worker_id)
    desk.pass_time(hours=24.1)
    with pytest.raises(WorkerError, match="not good any more"):
        desk.entrance.reset(secret, "another fine password", AWAY)


def test_a_password_that_is_too_short_leaves_the_link_good(desk: Desk) -> None:
    secret = desk.entrance.reset_link(desk.joined().worker_id)
    with pytest.raises(Objection):
        desk.entrance.reset(secret, "short", AWAY)
    assert desk.entrance.reset(secret, "another fine password", AWAY)


def test_there_is_no_link_for_who_has_no_account(desk: Desk) -> None:
    desk.market.worker("A1ADA")
    with pytest.raises(MarketplaceError, match="mturk worker invite A1ADA"):
        desk.entrance.reset_link("A1ADA")


def test_a_secret_of_one_kind_opens_nothing_else(desk: Desk) -> None:
    entry = desk.joined()
    link = desk.entrance.reset_link(entry.worker_id)
    assert desk.entrance.sitting(link) is None
    with pytest.raises(WorkerError):
        desk.own.confirm(link)
    with pytest.raises(WorkerError):
        desk.entrance.whose_reset(entry.sitting)


def test_a_secret_from_outside_is_not_taken_for_a_browser_of_ours(desk: Desk) -> None:
    entry = desk.joined(Caller("203.0.113.7", "chosen-by-somebody-else"))
    assert entry.device != "chosen-by-somebody-else"
    again = desk.entrance.sign_in(entry.worker_id, PASSWORD, Caller("203.0.113.7", entry.device))
    assert again.device == entry.device
    assert again.sitting != entry.sitting


def test_old_invitations_are_forgotten(desk: Desk) -> None:
    desk.invited()
    desk.pass_time(days=200)
    desk.invited()
    count = select(func.count()).select_from(t.invitation)
    assert desk.means.store.read(lambda database: database.execute(count).scalar_one()) == 1


def test_an_invitation_says_the_worker_id_beforehand_and_always_the_same(desk: Desk) -> None:
    secret = desk.invited()
    beforehand = {desk.entrance.invitation(secret).future_id for _ in range(2)}
    assert beforehand == {desk.entrance.sign_up(Application(PASSWORD), secret, HOME).worker_id}


@pytest.mark.parametrize("open_door", [False, True])
def test_the_worker_id_that_the_form_says_is_no_password(opened: Open, open_door: bool) -> None:
    desk = opened(open_door=open_door)
    secret, promised = ("", desk.entrance.promise()) if open_door else (desk.invited(), None)
    own = promised or desk.entrance.invitation(secret).future_id or ""
    with pytest.raises(Objection, match="must not be your worker ID"):
        desk.entrance.sign_up(Application(own.lower()), secret, HOME, promised)


@pytest.mark.parametrize("open_door", [False, True])
def test_who_never_got_the_answer_to_the_sign_up_comes_in_by_sending_it_again(opened: Open, open_door: bool) -> None:
    desk = opened(open_door=open_door)
    secret, promised = ("", desk.entrance.promise()) if open_door else (desk.invited(), None)
    first, second = (desk.entrance.sign_up(Application(PASSWORD), secret, HOME, promised) for _ in range(2))
    assert first.worker_id == second.worker_id == (promised or first.worker_id)
    with pytest.raises(Used) as caught:
        desk.entrance.sign_up(Application("another password"), secret, AWAY, promised)
    assert caught.value.worker_id == first.worker_id


def test_guesses_at_a_used_invitation_are_counted_as_those_at_the_sign_in(desk: Desk) -> None:
    secret = desk.invited()
    desk.entrance.sign_up(Application(PASSWORD), secret, HOME)
    for number in range(10):
        with pytest.raises(Used):
            desk.entrance.sign_up(Application(f"guess number {number}"), secret, AWAY)
    with pytest.raises(TooManyTries):
        desk.entrance.sign_up(Application(PASSWORD), secret, AWAY)


@pytest.mark.parametrize(
    ("entered", "expected"),
    [
        ({}, ("US", "NY", True)),
        ({"country": "US"}, ("US", "NY", True)),
        ({"subdivision": "CA"}, ("US", "CA", True)),
        ({"country": "DE"}, ("DE", None, True)),
        ({"country": "US", "subdivision": "CA", "adult": True}, ("US", "CA", True)),
    ],
)
def test_what_is_left_open_at_the_sign_up_stays_as_the_operator_said(
    desk: Desk, entered: dict[str, Any], expected: tuple[object, ...]
) -> None:
    desk.market.worker("A1ADA", country="US", subdivision="NY", adult=True)
    known = desk.own.person(desk.sitting(desk.joined(worker_id="A1ADA", **entered)))
    assert (known.country, known.subdivision, known.adult) == expected


def test_who_is_here_is_known_though_others_keep_it_from_being_noted(desk: Desk) -> None:
    entry = desk.joined()
    before = desk.sitting(entry).last_seen
    desk.pass_time(hours=2)
    with desk.market._store._turns.taken(together=False, within=None):
        assert desk.sitting(entry).last_seen == before
    assert desk.sitting(entry).last_seen == before  # as it was found; it is noted now
    assert desk.sitting(entry).last_seen > before
