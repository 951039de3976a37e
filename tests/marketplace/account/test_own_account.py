"""People change what is known of them, take it along, and go."""

from __future__ import annotations

import hashlib
import io
import json
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from mturk.marketplace import File, Marketplace, WorkerError
from mturk.marketplace.account import alias, closure, own_data, person
from mturk.marketplace.account.admission import Entry
from mturk.marketplace.account.means import Caller
from mturk.marketplace.account.objection import Objection
from mturk.marketplace.account.password import Passwords
from mturk.marketplace.account.proof import WrongPassword
from mturk.marketplace.account.slowdown import TooManyTries
from mturk.marketplace.database import table as t
from mturk.marketplace.dispatch import Dispatch
from mturk.marketplace.error import ServiceFault
from tests.marketplace.account.conftest import AWAY, HOME, PASSWORD, Desk, Open, quick_check, quick_hash
from tests.marketplace.sample import file_question, form, hit_arguments

NEW = "another fine password"


def call(desk: Desk, operation: str, **arguments: Any) -> dict[str, Any]:
    """An operation of the API, without a server."""
    dispatch: Dispatch = desk.market._dispatch
    find = lambda database: database.execute(select(t.requester.c.number)).scalars().first()  # noqa: E731
    return dispatch.call(desk.means.store.read(find), operation, arguments)


def exported(desk: Desk, entry: Entry) -> dict[str, Any]:
    file = io.StringIO()
    desk.own.export(desk.sitting(entry), file)
    found: dict[str, Any] = json.loads(file.getvalue())
    return found


def test_where_somebody_lives_can_be_changed(desk: Desk) -> None:
    mine = desk.sitting(desk.joined(country="US", subdivision="NY"))
    desk.own.settle_in(mine, "DE", "", True)
    known = desk.own.person(mine)
    assert (known.country, known.subdivision, known.adult) == ("DE", None, True)
    desk.own.settle_in(mine, "", "", False)
    assert desk.own.person(mine).country is None


def test_a_new_password_ends_all_other_sittings_and_begins_a_new_one(desk: Desk) -> None:
    first = desk.joined()
    second = desk.entrance.sign_in(first.worker_id, PASSWORD, AWAY)
    third = desk.own.change_password(desk.sitting(first), PASSWORD, NEW, HOME)
    assert [desk.entrance.sitting(one.sitting) for one in (first, second)] == [None, None]
    assert desk.sitting(third).worker_id == first.worker_id
    assert desk.entrance.sign_in(first.worker_id, NEW, AWAY)
    with pytest.raises(WrongPassword):
        desk.entrance.sign_in(first.worker_id, PASSWORD, AWAY)


def test_a_new_password_takes_links_for_one_out_of_use(desk: Desk) -> None:
    entry = desk.joined()
    link = desk.entrance.reset_link(entry.worker_id)
    desk.own.change_password(desk.sitting(entry), PASSWORD, NEW, HOME)
    with pytest.raises(WorkerError, match="not good any more"):
        desk.entrance.reset(link, "a third fine password", AWAY)


def test_the_old_password_is_needed_and_guessing_it_is_slowed_down(desk: Desk) -> None:
    mine = desk.sitting(desk.joined())
    for _ in range(10):
        with pytest.raises(Objection, match="not your password"):
            desk.own.change_password(mine, "a wrong password", NEW, AWAY)
    with pytest.raises(TooManyTries):
        desk.own.change_password(mine, PASSWORD, NEW, AWAY)


def test_a_sitting_can_be_ended_from_another(desk: Desk) -> None:
    first = desk.joined()
    second = desk.entrance.sign_in(first.worker_id, PASSWORD, AWAY)
    desk.own.end_sitting(desk.sitting(first), desk.sitting(second).number)
    assert desk.entrance.sitting(second.sitting) is None
    assert desk.entrance.sitting(first.sitting)


def test_all_others_can_be_ended_at_once(desk: Desk) -> None:
    first = desk.joined()
    others = [desk.entrance.sign_in(first.worker_id, PASSWORD, AWAY) for _ in range(3)]
    desk.own.end_others(desk.sitting(first))
    assert [desk.entrance.sitting(one.sitting) for one in others] == [None] * 3
    assert desk.entrance.sitting(first.sitting)


def test_nobody_ends_a_sitting_of_somebody_else(desk: Desk) -> None:
    mine, yours = desk.joined(), desk.joined()
    desk.own.end_sitting(desk.sitting(mine), desk.sitting(yours).number)
    assert desk.entrance.sitting(yours.sitting)


def test_who_was_signed_out_in_the_meantime_changes_nothing(desk: Desk) -> None:
    entry = desk.joined()
    mine = desk.sitting(entry)
    desk.entrance.sign_out(mine)
    with pytest.raises(WorkerError, match="not signed in any more"):
        desk.own.settle_in(mine, "DE", "", True)
    with pytest.raises(WorkerError, match="not signed in any more"):
        desk.own.close(mine, PASSWORD, HOME)


def test_a_new_email_address_needs_the_password_and_must_be_confirmed(desk: Desk) -> None:
    mine = desk.sitting(desk.joined(email="old@example.org"))
    with pytest.raises(Objection, match="not your password"):
        desk.own.change_email(mine, "new@example.org", "a wrong password", HOME)
    desk.own.change_email(mine, "new@example.org", PASSWORD, HOME)
    known = desk.own.person(mine)
    assert (known.email, known.email_time) == ("new@example.org", None)


def test_an_email_address_of_somebody_else_is_refused(desk: Desk) -> None:
    number = desk.sitting(desk.joined(email="ada@example.org")).worker
    desk.means.store.write(lambda database: person.confirm_address(database, number, "ada@example.org", 1))
    mine = desk.sitting(desk.joined())
    with pytest.raises(Objection, match="Somebody else"):
        desk.own.change_email(mine, "ADA@example.org", PASSWORD, HOME)


def test_an_email_address_can_be_taken_out(desk: Desk) -> None:
    mine = desk.sitting(desk.joined(email="old@example.org"))
    desk.own.change_email(mine, " ", PASSWORD, HOME)
    assert desk.own.person(mine).email is None
    desk.joined(email="old@example.org")


def test_the_export_has_all_that_is_known_of_a_person_and_nothing_of_others(desk: Desk) -> None:
    mine, yours = desk.joined(email="ada@example.org", country="GB"), desk.joined(email="bob@example.org")
    hit = call(desk, "CreateHIT", **hit_arguments(Title="Which animal?", Reward="0.05", MaxAssignments=2))["HIT"]
    done = {}
    for entry, label in ((mine, "cat"), (yours, "dog")):
        worker = desk.market.worker(entry.worker_id)
        done[entry.worker_id] = worker.accept(hit["HITId"])
        worker.submit(done[entry.worker_id], {"label": label})
        call(desk, "ApproveAssignment", AssignmentId=done[entry.worker_id], RequesterFeedback=f"a fine {label}")
        written = {"WorkerIds": [entry.worker_id], "Subject": "Hello", "MessageText": f"dear {label}"}
        call(desk, "NotifyWorkers", **written)
    bonus = {
        "WorkerId": mine.worker_id,
        "BonusAmount": "0.10",
        "AssignmentId": done[mine.worker_id],
        "Reason": "Thorough",
    }
    call(desk, "SendBonus", **bonus)
    found = exported(desk, mine)
    assert found["account"][0]["email"] == "ada@example.org"
    assert found["worker"][0]["country"] == "GB"
    assert [one["answer"] for one in found["assignments"]] == [{"label": ["cat"]}]
    assert found["assignments"][0]["requester_feedback"] == "a fine cat"
    assert [(one["reason"], one["cents"]) for one in found["payments"]] == [("reward", "0.05"), ("bonus", "0.10")]
    assert [one["reason"] for one in found["bonuses"]] == ["Thorough"]
    assert [one["text"] for one in found["messages"]] == ["dear cat"]
    assert found["sittings"][0]["browser"] == HOME.browser
    text = json.dumps(found)
    for foreign in ("dog", "bob@", yours.worker_id, "password:", "digest", "scrypt"):
        assert foreign not in text


def test_the_export_names_the_files_that_one_uploaded(desk: Desk) -> None:
    mine, yours = desk.joined(), desk.joined()
    asked = form(file_question("photo", 1000), day="2005-10-01")
    hit = call(desk, "CreateHIT", **hit_arguments(Question=asked, MaxAssignments=2))["HIT"]
    for entry, name in ((mine, "cat.jpg"), (yours, "dog.jpg")):
        worker = desk.market.worker(entry.worker_id)
        worker.submit(worker.accept(hit["HITId"]), {"photo": File(name, b"12345")})
    (file,) = exported(desk, mine)["files"]
    assert (file["question"], file["name"], file["size"]) == ("photo", "cat.jpg", 5)


class Nowhere(io.TextIOBase):
    """A file that keeps nothing."""

    def write(self, text: str) -> int:
        return len(text)


def test_large_answers_are_taken_along_some_at_a_time(desk: Desk) -> None:
    mine = desk.joined()
    worker = desk.market.worker(mine.worker_id)
    for _ in range(40):
        hit = call(desk, "CreateHIT", **hit_arguments(Reward="0.05"))["HIT"]
        worker.submit(worker.accept(hit["HITId"]), {"label": "x" * 1_000_000})
    tracemalloc.start()
    try:
        desk.own.export(desk.sitting(mine), Nowhere())  # type: ignore[arg-type]  # a TextIO is more than is asked for
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert most < 25_000_000


class Meanwhile(io.StringIO):
    """A file at whose first line something else is done."""

    def __init__(self, act: Callable[[], object]) -> None:
        super().__init__()
        self._act: Callable[[], object] | None = act

    def write(self, text: str) -> int:
        act, self._act = self._act, None
        if act is not None:
            act()
        return super().write(text)


def test_nobody_takes_their_data_along_twice_at_the_same_time(desk: Desk) -> None:
    mine = desk.sitting(desk.joined())

    def again() -> None:
        with pytest.raises(ServiceFault):
            desk.own.export(mine, io.StringIO())

    desk.own.export(mine, Meanwhile(again))
    desk.own.export(mine, io.StringIO())


def test_nobody_takes_their_data_along_more_than_five_times_in_an_hour(desk: Desk) -> None:
    mine, other = desk.sitting(desk.joined()), desk.sitting(desk.joined())
    for _ in range(5):
        desk.own.export(mine, io.StringIO())
    with pytest.raises(TooManyTries):
        desk.own.export(mine, io.StringIO())
    desk.own.export(other, io.StringIO())
    desk.pass_time(hours=1)
    desk.own.export(mine, io.StringIO())


def test_two_people_take_their_data_along_at_the_same_time_and_no_more(desk: Desk) -> None:
    mine = desk.sitting(desk.joined())
    desk.own._exporting.update({-1, -2})  # two others, who are at it
    with pytest.raises(ServiceFault):
        desk.own.export(mine, io.StringIO())
    desk.own._exporting.remove(-1)
    desk.own.export(mine, io.StringIO())


def knowing_workers() -> set[str]:
    """The tables that refer to a worker."""
    return {
        table.name
        for table in t.metadata.tables.values()
        if any(key.target_fullname == "worker.number" for key in table.foreign_keys)
    }


def test_every_table_that_knows_workers_is_told_or_left_out_on_purpose() -> None:
    assert set(own_data.TOLD) | own_data.UNTOLD == knowing_workers() | {"worker", "transfer", "upload", "audit_entry"}


def test_every_table_that_knows_workers_goes_or_stays_on_purpose() -> None:
    gone = {table.name for table in closure.GONE}
    assert gone | closure.KEPT == knowing_workers() | {"worker"}
    assert not gone & closure.KEPT


def test_closing_needs_the_password(desk: Desk) -> None:
    entry = desk.joined()
    with pytest.raises(Objection, match="not your password"):
        desk.own.close(desk.sitting(entry), "a wrong password", HOME)
    assert desk.entrance.sitting(entry.sitting)


def test_whom_a_proxy_names_closes_by_the_worker_id(desk: Desk) -> None:
    entry = desk.entrance.enter_as("ada", HOME)
    with pytest.raises(Objection, match="Type your worker ID"):
        desk.own.close(desk.sitting(entry), "yes", HOME)
    desk.own.close(desk.sitting(entry), entry.worker_id, HOME)
    with pytest.raises(WorkerError, match="was closed"):
        desk.entrance.enter_as("ada", AWAY)


def test_nothing_about_the_person_is_left_in_the_database_after_closing(desk: Desk) -> None:
    entry = desk.joined(
        Caller("203.0.113.7", "", "A-strange-browser/1"), email="ada@example.org", country="US", subdivision="NY"
    )
    named = desk.entrance.enter_as("ada.lovelace", HOME)
    hit = call(desk, "CreateHIT", **hit_arguments(Reward="0.05"))["HIT"]
    worker = desk.market.worker(entry.worker_id)
    assignment_id = worker.accept(hit["HITId"])
    worker.submit(assignment_id, {"label": "cat"})
    call(desk, "ApproveAssignment", AssignmentId=assignment_id)
    call(desk, "NotifyWorkers", WorkerIds=[entry.worker_id], Subject="A strange subject", MessageText="Dear Ada")
    desk.entrance.reset_link(entry.worker_id)
    desk.own.close(desk.sitting(entry), PASSWORD, HOME)
    desk.own.close(desk.sitting(named), named.worker_id, HOME)
    left = "\n".join(
        desk.means.store.read(
            lambda database: [
                str(row) for table in t.metadata.sorted_tables for row in database.execute(select(table)).all()
            ]
        )
    )
    for gone in ("ada@", "lovelace", "strange", "Dear Ada", PASSWORD, "'NY'", "'US'"):
        assert gone not in left
    assert entry.worker_id in left
    assert "cat" in left
    assert desk.market.audit() == []


def test_what_was_paid_stays_in_the_ledger(desk: Desk) -> None:
    entry = desk.joined()
    hit = call(desk, "CreateHIT", **hit_arguments(Reward="0.05"))["HIT"]
    worker = desk.market.worker(entry.worker_id)
    assignment_id = worker.accept(hit["HITId"])
    worker.submit(assignment_id, {"label": "cat"})
    desk.own.close(desk.sitting(entry), PASSWORD, HOME)
    call(desk, "ApproveAssignment", AssignmentId=assignment_id)
    since = desk.market.clock.now().replace(year=2020)
    assert [(one.worker_id, str(one.total)) for one in desk.market.payouts(since)] == [(entry.worker_id, "0.05")]


def test_work_in_hand_is_returned_first(desk: Desk) -> None:
    entry = desk.joined()
    hits = [call(desk, "CreateHIT", **hit_arguments(Title=f"HIT {number}"))["HIT"]["HITId"] for number in range(3)]
    worker = desk.market.worker(entry.worker_id)
    for hit_id in hits:
        worker.accept(hit_id)
    desk.own.close(desk.sitting(entry), PASSWORD, HOME)
    for hit_id in hits:
        assert call(desk, "GetHIT", HITId=hit_id)["HIT"]["HITStatus"] == "Assignable"
        desk.market.worker("A1OTHER").accept(hit_id)
    assert desk.market.audit() == []


def test_a_closed_account_opens_in_no_way(desk: Desk) -> None:
    entry = desk.joined(email="ada@example.org")
    link, elsewhere = desk.entrance.reset_link(entry.worker_id), desk.entrance.sign_in(entry.worker_id, PASSWORD, AWAY)
    hit = call(desk, "CreateHIT", **hit_arguments())["HIT"]
    desk.own.close(desk.sitting(entry), PASSWORD, HOME)
    assert desk.entrance.sitting(elsewhere.sitting) is None
    for name in (entry.worker_id, "ada@example.org"):
        with pytest.raises(WrongPassword):
            desk.entrance.sign_in(name, PASSWORD, HOME)
    with pytest.raises(WorkerError):
        desk.entrance.reset(link, NEW, HOME)
    with pytest.raises(WorkerError, match="suspended"):
        desk.market.worker(entry.worker_id).accept(hit["HITId"])
    failures = call(desk, "NotifyWorkers", WorkerIds=[entry.worker_id], Subject="S", MessageText="T")
    assert len(failures["NotifyWorkersFailureStatuses"]) == 1


def test_who_closed_the_account_may_come_anew_under_the_same_address(desk: Desk) -> None:
    entry = desk.joined(email="ada@example.org")
    desk.own.close(desk.sitting(entry), PASSWORD, HOME)
    assert desk.joined(email="ada@example.org").worker_id != entry.worker_id


def test_a_password_that_was_changed_while_it_was_checked_lets_nobody_in(desk: Desk) -> None:
    from mturk.marketplace.account import proof

    entry = desk.joined()
    given = proof.prove(desk.means, entry.worker_id, PASSWORD, AWAY)
    desk.own.change_password(desk.sitting(entry), PASSWORD, NEW, HOME)
    with pytest.raises(WrongPassword):
        desk.means.store.write(lambda database: proof.accept(database, given))


def test_the_market_names_where_somebody_signs_up_and_sets_a_new_password() -> None:
    with Marketplace() as market:
        market.worker("A1ADA")
        assert market.invite("A1ADA").startswith(f"{market.url}/worker/sign-up?invitation=")
        with pytest.raises(Exception, match="has no account"):
            market.reset("A1ADA")


def test_what_is_known_of_a_person_is_not_told_by_its_repr(desk: Desk) -> None:
    entry = desk.joined(email="ada@example.org")
    mine = desk.sitting(entry)
    shown = f"{entry!r} {mine!r} {desk.own.person(mine)!r} {desk.entrance.invitation(desk.invited())!r} {desk.means!r}"
    assert entry.worker_id in shown
    for secret in (PASSWORD, entry.sitting, entry.device, "ada@", mine.digest, desk.own.person(mine).mail_token):
        assert secret not in shown


def letters(desk: Desk) -> int:
    """How much mail waits to be sent."""
    return desk.means.store.read(
        lambda database: database.execute(select(func.count()).select_from(t.mail)).scalar_one()
    )


def test_an_account_asks_a_few_times_an_hour_for_confirmation(desk: Desk) -> None:
    mine = desk.sitting(desk.joined())
    for number in range(3):
        desk.own.change_email(mine, f"victim+{number}@third.example", PASSWORD, HOME)
    with pytest.raises(TooManyTries):
        desk.own.change_email(mine, "victim+4@third.example", PASSWORD, AWAY)
    with pytest.raises(TooManyTries):
        desk.own.ask_again(mine, AWAY)
    assert desk.own.person(mine).email == "victim+2@third.example"
    desk.pass_time(hours=1)
    desk.own.change_email(mine, "own@example.org", PASSWORD, HOME)
    assert desk.own.person(mine).email == "own@example.org"


def letters_after(desk: Desk, number: int, networks: int) -> int:
    """How much is sent to one address, which so many enter from so many places of the network."""
    for each in range(number):
        mine = desk.sitting(desk.joined(Caller(f"198.51.100.{each % networks}"), email="victim@third.example"))
        desk.own.change_email(mine, "", PASSWORD, HOME)
    return letters(desk)


def test_an_address_is_asked_a_few_times_an_hour_whoever_asks(desk: Desk) -> None:
    assert letters_after(desk, 20, networks=20) == 12


def test_who_enters_an_address_again_and_again_keeps_its_owner_from_no_letter(desk: Desk) -> None:
    sent = letters_after(desk, 5, networks=1)
    desk.joined(Caller("203.0.113.99"), email="victim@third.example")
    assert (sent, letters(desk)) == (3, 4)


def test_a_place_on_the_network_has_so_much_sent_however_many_sign_up(desk: Desk) -> None:
    for number in range(32):
        assert desk.joined(email=f"a{number}@third.example").worker_id
    assert letters(desk) == 30


def test_a_worker_has_twenty_sittings_at_most(desk: Desk) -> None:
    entry = desk.joined()
    for _ in range(25):
        desk.entrance.sign_in(entry.worker_id, PASSWORD, HOME)
    last = desk.sitting(desk.entrance.sign_in(entry.worker_id, PASSWORD, HOME))
    assert len(desk.own.sittings(last)) == 20


@pytest.mark.parametrize("how", ["changed", "reset"])
def test_with_a_new_password_only_the_present_browser_is_known(desk: Desk, how: str) -> None:
    entry = desk.joined(Caller("203.0.113.7", "", "of a thief"))
    if how == "changed":
        again = desk.own.change_password(desk.sitting(entry), PASSWORD, NEW, HOME)
    else:
        again = desk.entrance.reset(desk.entrance.reset_link(entry.worker_id), NEW, AWAY)
    for number in range(10):
        with pytest.raises(WrongPassword):
            desk.entrance.sign_in(entry.worker_id, PASSWORD, Caller(f"198.51.100.{number}"))
    with pytest.raises(TooManyTries):
        desk.entrance.sign_in(entry.worker_id, NEW, Caller("198.51.100.99", entry.device))
    assert desk.entrance.sign_in(entry.worker_id, NEW, Caller("198.51.100.98", again.device))


def test_nobody_has_a_password_hashed_who_does_not_know_the_old_one(opened: Open) -> None:
    made: list[str] = []

    def make(password: str) -> str:
        made.append(password)
        return quick_hash(password)

    desk = opened(passwords=Passwords(make, quick_check))
    mine = desk.sitting(desk.joined())
    with pytest.raises(Objection, match="not your password"):
        desk.own.change_password(mine, "a wrong password", NEW, HOME)
    assert made == [PASSWORD]


def test_requesters_keep_the_files_and_not_their_names(desk: Desk) -> None:
    entry = desk.joined()
    asked = form(file_question("photo", 1000), day="2005-10-01")
    hit = call(desk, "CreateHIT", **hit_arguments(Question=asked))["HIT"]
    worker = desk.market.worker(entry.worker_id)
    worker.submit(worker.accept(hit["HITId"]), {"photo": File("Ada Lovelace.jpg", b"12345")})
    desk.own.close(desk.sitting(entry), PASSWORD, HOME)
    read = select(t.upload.c.name, t.upload_content.c.content).join(t.upload_content)
    assert [tuple(row) for row in desk.means.store.read(lambda database: database.execute(read).all())] == [
        ("file", b"12345")
    ]


def test_what_is_left_of_a_name_can_not_be_found_by_trying_names(desk: Desk) -> None:
    entry = desk.entrance.enter_as("ada", HOME)
    desk.own.close(desk.sitting(entry), entry.worker_id, HOME)
    (left,) = desk.means.store.read(lambda database: database.execute(select(t.alias)).all())
    assert left.name is None
    assert left.digest != alias.digest_of("ada", "another key")
    assert left.digest not in (hashlib.sha256(one).hexdigest() for one in (b"ada", b"alias\0ada"))


def test_whom_a_proxy_names_stays_the_same_worker_when_the_key_of_the_site_is_lost(opened: Open) -> None:
    key = ["one"]
    desk = opened(key=lambda: key[0])
    first = desk.entrance.enter_as("ada", HOME).worker_id
    key[0] = "another"
    assert [desk.entrance.enter_as("ada", HOME).worker_id for _ in range(2)] == [first, first]
