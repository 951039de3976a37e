"""What was done elsewhere is here as it was, once."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from mturk.marketplace import Marketplace, MarketplaceError, WorkerError, prune
from mturk.marketplace.database import table as t
from mturk.marketplace.document.answer import entered
from tests.marketplace.conftest import Client, Connect, Publish, Refused, Work
from tests.marketplace.importing.history import (
    APPROVED,
    COUNTED,
    HIT_ID,
    OCTOBER,
    REJECTED,
    SUBMITTED,
    TYPE_ID,
    assignment,
    bonus,
    hit,
    hit_type,
    refusals,
    rows,
    study,
    take_in,
    work_of,
)
from tests.marketplace.sample import hit_arguments, html_question, qualification_type_arguments, type_arguments


def test_everything_comes_in_once_however_often_it_is_brought(market: Marketplace) -> None:
    first, told = take_in(market, *study())
    assert (first.new, first.there, first.refused) == (COUNTED, {}, 0)
    before = rows(market)
    again, _ = take_in(market, *study())
    assert (again.new, again.there, again.changed, again.refused) == ({}, COUNTED, {}, 0)
    assert rows(market) == before
    assert [one.refused for one in told] == [False]


def test_a_dry_run_says_the_same_and_changes_nothing(market: Marketplace) -> None:
    market.requester("requester")
    before = rows(market)
    done, _ = take_in(market, *study(), dry_run=True, mark="Did it")
    assert done.new == {**COUNTED, "QualificationType": 1, "Qualification": 3}
    assert done.dry_run
    assert rows(market) == before


def test_a_hit_is_told_as_it_was_and_is_closed(market: Marketplace, client: Client) -> None:
    take_in(market, *study())
    found = client.get_hit(HITId=HIT_ID)["HIT"]
    assert (found["HITTypeId"], found["Title"], found["Reward"]) == (TYPE_ID, "Label a photo", "0.05")
    assert (found["CreationTime"].timestamp(), found["Expiration"].timestamp()) == (OCTOBER, OCTOBER + 3600)
    assert (found["MaxAssignments"], found["RequesterAnnotation"]) == (3, "BatchId:1;")
    assert (found["HITStatus"], found["NumberOfAssignmentsAvailable"]) == ("Reviewable", 0)
    assert found["NumberOfAssignmentsCompleted"] == 2
    assert "https://example.org/?a=1&amp;b=&lt;2&gt;" in found["Question"]


def test_assignments_are_told_as_they_were(market: Marketplace, client: Client) -> None:
    take_in(market, *study())
    found = work_of(client)
    assert {id_: (one["WorkerId"], one["AssignmentStatus"]) for id_, one in found.items()} == {
        APPROVED: ("A1ADA", "Approved"),
        REJECTED: ("A1BOB", "Rejected"),
        SUBMITTED: ("A1EVE", "Submitted"),
    }
    assert found[APPROVED]["AcceptTime"].timestamp() == OCTOBER + 60
    assert found[APPROVED]["SubmitTime"].timestamp() == OCTOBER + 120
    assert found[APPROVED]["ApprovalTime"].timestamp() == OCTOBER + 200
    assert found[REJECTED]["RejectionTime"].timestamp() == OCTOBER + 200
    assert found[REJECTED]["RequesterFeedback"] == "It is a dog"
    assert entered(found[APPROVED]["Answer"]) == {"label": {"cat"}}
    assert client.get_assignment(AssignmentId=APPROVED)["HIT"]["HITId"] == HIT_ID
    (paid,) = client.list_bonus_payments(HITId=HIT_ID)["BonusPayments"]
    assert (paid["BonusAmount"], paid["Reason"], paid["GrantTime"].timestamp()) == ("0.50", "Quick", OCTOBER + 300)


def test_the_record_of_a_worker_counts_what_was_done_elsewhere(market: Marketplace) -> None:
    take_in(market, *study())
    found = market._store.read(lambda database: database.execute(select(t.worker)).all())
    told = {row.worker_id: (row.submitted, row.approved, row.rejected) for row in found}
    assert told == {"A1ADA": (1, 1, 0), "A1BOB": (1, 0, 1), "A1EVE": (1, 0, 0)}


def test_whose_work_was_decided_on_elsewhere_can_be_written_to(market: Marketplace, client: Client) -> None:
    take_in(market, *study())
    told = client.notify_workers(Subject="Hello", MessageText="More", WorkerIds=["A1ADA", "A1BOB", "A1EVE"])
    assert [failure["WorkerId"] for failure in told["NotifyWorkersFailureStatuses"]] == ["A1EVE"]


def test_the_same_workers_are_kept_out_of_a_hit_that_goes_on(market: Marketplace, client: Client) -> None:
    take_in(market, hit_type(), hit(Question=html_question(), MaxAssignments=4), *study()[2:5])
    client.update_expiration_for_hit(HITId=HIT_ID, ExpireAt=market.clock.now() + timedelta(hours=1))
    with pytest.raises(WorkerError):
        market.worker("A1ADA").accept(HIT_ID)
    new = market.worker("A1NEW")
    new.submit(new.accept(HIT_ID), {"label": "dog"})
    assert market.audit() == []
    assert client.get_account_balance()["AvailableBalance"] == str(Decimal("10000.00") - Decimal("0.06"))


def test_a_longer_file_adds_the_rest(market: Marketplace, client: Client) -> None:
    take_in(market, *study()[:3])
    more = [assignment(f"3LATER{n}", f"A1LATER{n}", "Approved") for n in range(4)]
    done, _ = take_in(market, *study(), *more)
    assert done.new == {"Worker": 6, "Assignment": 6, "BonusPayment": 1}
    assert done.there == {"Worker": 1, "HITType": 1, "HIT": 1, "Assignment": 1}
    assert client.get_hit(HITId=HIT_ID)["HIT"]["MaxAssignments"] == 7


@pytest.mark.parametrize(("status", "when"), [("Approved", "ApprovalTime"), ("Rejected", "RejectionTime")])
def test_a_decision_that_was_made_elsewhere_meanwhile_comes_in(
    market: Marketplace, client: Client, status: str, when: str
) -> None:
    take_in(market, *study())
    decided = assignment(SUBMITTED, "A1EVE", status, **{when: OCTOBER + 500}, RequesterFeedback="Fine")
    done, _ = take_in(market, hit_type(), hit(), decided)
    assert (done.changed, done.refused) == ({"Assignment": 1}, 0)
    found = client.get_assignment(AssignmentId=SUBMITTED)
    assert found["Assignment"]["AssignmentStatus"] == status
    assert found["Assignment"][when].timestamp() == OCTOBER + 500
    assert found["HIT"]["NumberOfAssignmentsCompleted"] == 3
    market.clock.advance(days=100)
    assert client.get_assignment(AssignmentId=SUBMITTED)["Assignment"]["AssignmentStatus"] == status


def test_an_older_file_undoes_no_decision(market: Marketplace, client: Client) -> None:
    take_in(market, *study())
    client.reject_assignment(AssignmentId=SUBMITTED, RequesterFeedback="No")
    done, _ = take_in(market, *study())
    assert (done.changed, done.refused) == ({}, 0)
    assert client.get_assignment(AssignmentId=SUBMITTED)["Assignment"]["AssignmentStatus"] == "Rejected"


CONFLICTS = {
    "an assignment with other answers": (assignment(APPROVED, "A1ADA", "Approved", Fields={"label": ["dog"]}), "other"),
    "an assignment of another worker": (assignment(APPROVED, "A1ZOE", "Approved"), "other content"),
    "an assignment of another time": (assignment(APPROVED, "A1ADA", "Approved", SubmitTime=OCTOBER + 999), "other"),
    "an assignment decided otherwise": (assignment(APPROVED, "A1ADA", "Rejected"), "Approved here and Rejected there"),
    "a second assignment of a worker": (assignment("3SECOND", "A1ADA", "Approved"), "another assignment of this HIT"),
    "a type with another reward": (hit_type(Reward="5.00"), "other values"),
    "a HIT of another type": (hit(HITTypeId="3OTHERTYPE"), "another one"),
    "a bonus for somebody else": (bonus(WorkerId="A1BOB"), "another one"),
}


@pytest.mark.parametrize("conflict", CONFLICTS)
def test_what_is_here_with_other_content_is_told_and_stays(market: Marketplace, conflict: str) -> None:
    take_in(market, *study())
    thing, words = CONFLICTS[conflict]
    brought = [hit_type(), hit(), assignment(APPROVED, "A1ADA", "Approved"), thing]
    whole = [one for one in brought if (one[0], one[1].get("AssignmentId")) != (thing[0], thing[1].get("AssignmentId"))]
    more = [hit_type(HITTypeId="3OTHERTYPE")] if "another type" in conflict else []
    before = market._store.read(lambda database: database.execute(select(t.assignment)).all())
    done, told = take_in(market, *more, *whole, thing)
    assert done.refused >= 1
    assert words in refusals(told)[0]
    assert market._store.read(lambda database: database.execute(select(t.assignment)).all()) == before


def test_a_hit_that_was_published_here_is_not_added_to(
    market: Marketplace, client: Client, publish: Publish, work: Work
) -> None:
    mine = publish(MaxAssignments=5)
    known = work(mine["HITId"], "A1ADA")
    given = client.get_assignment(AssignmentId=known)["Assignment"]
    here = {"HITId": mine["HITId"], "HITTypeId": mine["HITTypeId"]}
    same = {"AcceptTime": given["AcceptTime"].timestamp(), "SubmitTime": given["SubmitTime"].timestamp()}
    done, told = take_in(
        market,
        ("HITType", {**type_arguments(), "HITTypeId": mine["HITTypeId"], "AutoApprovalDelayInSeconds": 2_592_000}, "1"),
        ("HIT", here, "1"),
        assignment(known, "A1ADA", "Submitted", HITId=mine["HITId"], **same),
        assignment("3FOREIGN", "A1BOB", "Approved", HITId=mine["HITId"]),
    )
    assert done.there == {"Worker": 1, "HITType": 1, "HIT": 1, "Assignment": 1}
    assert refusals(told) == ["its HIT was published here, and has no such work"]
    assert client.get_hit(HITId=mine["HITId"])["HIT"]["NumberOfAssignmentsAvailable"] == 4


def test_what_belongs_to_another_requester_is_neither_shown_nor_touched(market: Marketplace, connect: Connect) -> None:
    take_in(market, *study())
    market.requester("others")
    before = rows(market)
    done, told = take_in(market, *study(), requester="others")
    assert done.new == {}
    assert done.there == {"Worker": 3}
    assert rows(market) == before
    assert not any("A1" in words for words in refusals(told))


def test_without_such_a_requester_nothing_is_read(market: Marketplace) -> None:
    def things() -> Any:
        raise AssertionError("it was read")
        yield

    with pytest.raises(MarketplaceError, match="There is no requester 'nobody'"):
        market.take_in(things(), requester="nobody")


def test_everybody_in_it_is_marked_once(market: Marketplace, client: Client, refused: Refused) -> None:
    take_in(market, *study(), ("Worker", {"WorkerId": "A1QUIT"}, "row 7"), mark="Did study 1")
    take_in(market, *study(), mark="Did study 1")
    (kind,) = client.list_qualification_types(Query="Did study 1", MustBeRequestable=False, MustBeOwnedByCaller=True)[
        "QualificationTypes"
    ]
    type_id = kind["QualificationTypeId"]
    marked = client.list_workers_with_qualification_type(QualificationTypeId=type_id)["Qualifications"]
    assert {one["WorkerId"]: one["IntegerValue"] for one in marked} == dict.fromkeys(
        ("A1ADA", "A1BOB", "A1EVE", "A1QUIT"), 1
    )
    unmarked = {"QualificationTypeId": type_id, "Comparator": "DoesNotExist"}
    new = client.create_hit(**hit_arguments(QualificationRequirements=[unmarked]))["HIT"]
    with pytest.raises(WorkerError):
        market.worker("A1QUIT").accept(new["HITId"])
    assert market.worker("A1NEW").accept(new["HITId"])


def test_qualifications_and_blocks_come_in_and_scores_here_stay(market: Marketplace, client: Client) -> None:
    mine = client.create_qualification_type(**qualification_type_arguments())["QualificationType"]
    market.worker("A1ADA")
    client.associate_qualification_with_worker(
        QualificationTypeId=mine["QualificationTypeId"], WorkerId="A1ADA", IntegerValue=7
    )
    done, told = take_in(
        market,
        ("QualificationType", {"Name": "Knows cats"}, "columns"),
        ("QualificationType", {"Name": "Knows dogs", "QualificationTypeId": "3DOGS"}, "line 1"),
        ("Qualification", {"Name": "Knows cats", "WorkerId": "A1ADA", "IntegerValue": 9}, "row 1"),
        ("Qualification", {"Name": "Knows cats", "WorkerId": "A1BOB", "IntegerValue": 8}, "row 2"),
        ("Qualification", {"QualificationTypeId": "3DOGS", "WorkerId": "A1BOB", "Status": "Revoked"}, "row 3"),
        ("Qualification", {"QualificationTypeId": "3BIRDS", "WorkerId": "A1BOB"}, "row 4"),
        ("WorkerBlock", {"WorkerId": "A1EVE", "Reason": "Spam"}, "row 5"),
    )
    assert done.new == {"Worker": 2, "WorkerBlock": 1, "QualificationType": 1, "Qualification": 2}
    assert [words[:40] for words in refusals(told)] == [
        "A1ADA has it here as Granted with 7, whi",
        "its type is not here",
    ]
    score = client.get_qualification_score(QualificationTypeId=mine["QualificationTypeId"], WorkerId="A1BOB")
    assert score["Qualification"]["IntegerValue"] == 8
    assert client.list_worker_blocks()["WorkerBlocks"] == [{"WorkerId": "A1EVE", "Reason": "Spam"}]


def test_the_same_values_lead_to_the_type_that_was_brought_with_its_requirements(
    market: Marketplace, client: Client
) -> None:
    take_in(market, hit_type(QualificationRequirements=[]))
    made = client.create_hit_type(
        Title="Label a photo",
        Description="Say what is in it",
        Keywords="photo, label",
        Reward="0.05",
        AssignmentDurationInSeconds=600,
        AutoApprovalDelayInSeconds=86_400,
    )
    assert made["HITTypeId"] == TYPE_ID


def test_where_requirements_are_not_told_a_type_is_not_taken_for_one_without(
    market: Marketplace, client: Client
) -> None:
    take_in(market, hit_type())
    found = client.create_hit_type(**{name: value for name, value in hit_type()[1].items() if name != "HITTypeId"})
    assert found["HITTypeId"] != TYPE_ID


def test_a_question_that_no_worker_could_be_shown_is_replaced(market: Marketplace, client: Client) -> None:
    _, told = take_in(market, hit_type(QualificationRequirements=[]), hit(Question="<HTMLQuestion>"))
    assert "it comes without its question" in told[0].words
    assert not told[0].refused
    assert "Its question is not known here" in client.get_hit(HITId=HIT_ID)["HIT"]["Question"]


def test_work_that_lies_in_the_future_does_not_come_in(market: Marketplace) -> None:
    later = market.clock.now().timestamp() + 3600
    done, told = take_in(market, hit_type(), hit(), assignment("3LATER", "A1ADA", "Submitted", SubmitTime=later))
    assert done.new == {"Worker": 1, "HITType": 1, "HIT": 1}
    assert refusals(told) == ["it was submitted in the future, by the clock of the marketplace"]


def test_what_belongs_to_a_refused_thing_is_refused_too(market: Marketplace) -> None:
    done, told = take_in(market, hit_type(Title="x" * 129), *study()[1:])
    assert done.new == {"Worker": 3}
    assert refusals(told)[1:] == [
        "its HIT type is not here",
        *["its HIT did not come in"] * 3,
        "its assignment did not come in",
    ]


def test_a_hit_that_was_deleted_here_stays_deleted(market: Marketplace, client: Client) -> None:
    take_in(market, *study()[:3])
    client.delete_hit(HITId=HIT_ID)
    done, told = take_in(market, *study())
    assert set(refusals(told)[:2]) == {"its HIT was deleted here"}
    assert done.there["Assignment"] == 1
    assert client.get_hit(HITId=HIT_ID)["HIT"]["HITStatus"] == "Disposed"


def test_what_was_brought_can_be_pruned(shared: str, connect: Connect) -> None:
    with Marketplace(shared) as market:
        client = connect(market)
        take_in(market, *study()[:3])
        client.delete_hit(HITId=HIT_ID)
        client.create_hit(**hit_arguments())
        last = client.create_hit(**hit_arguments())["HIT"]["HITId"]
        market.worker("A1ADA").accept(last)
        market.clock.advance(days=100)
        done = prune(shared, timedelta(days=60), dry_run=False, pause=lambda _: None)
        assert done.rows["hit"] == 1
        assert rows(market)["origin"] == 0


def test_many_things_come_in_several_transactions(market: Marketplace, client: Client) -> None:
    many = [assignment(f"3MANY{n}", f"A1MANY{n}", "Approved") for n in range(450)]
    done, _ = take_in(market, hit_type(), hit(), *many)
    assert done.new["Assignment"] == done.new["Worker"] == 450
    assert client.get_hit(HITId=HIT_ID)["HIT"]["NumberOfAssignmentsCompleted"] == 450


def test_an_import_is_in_the_audit_trail(shared: str) -> None:
    with Marketplace(shared, audit_trail=True) as market:
        take_in(market, *study(), source="results.csv")
        entries = list(market.trail(operation="Import"))
    assert [one.subjects for one in entries] == [{"Requester": "requester", "Source": "results.csv"}]


def test_a_type_of_the_systems_is_nobodys_own(market: Marketplace, client: Client) -> None:
    adult = "00000000000000000060"
    before = client.get_qualification_type(QualificationTypeId=adult)["QualificationType"]
    kind = ("QualificationType", {"QualificationTypeId": adult, "Name": "Mine"}, "line 1")
    _, told = take_in(market, kind)
    assert refusals(told) == ["it is one of the system's own, which are here"]
    assert client.get_qualification_type(QualificationTypeId=adult)["QualificationType"] == before
    assert client.list_qualification_types(MustBeRequestable=False, Query="Mine")["QualificationTypes"] == []
