"""What workers can do, and what the site refuses them."""

from __future__ import annotations

from typing import Any

import pytest

from mturk.marketplace import Marketplace, Worker, WorkerError
from mturk.marketplace.hit import work
from tests.marketplace.asked import asked_by_this_thread
from tests.marketplace.conftest import Client, Connect, Publish, Work
from tests.marketplace.sample import form, hit_arguments, text_question


def test_the_same_assignment_id_is_given_out_again_after_a_return(market: Marketplace, publish: Publish) -> None:
    hit_id = publish()["HITId"]
    first, second = market.worker("A1"), market.worker("A2")
    assignment_id = first.accept(hit_id)
    first.return_assignment(assignment_id)
    assert second.accept(hit_id) == assignment_id


def test_the_same_assignment_id_is_given_out_again_after_it_was_abandoned(
    client: Client, market: Marketplace, publish: Publish
) -> None:
    hit_id = publish(AssignmentDurationInSeconds=60)["HITId"]
    assignment_id = market.worker("A1").accept(hit_id)
    market.clock.advance(minutes=1)
    second = market.worker("A2")
    assert second.accept(hit_id) == assignment_id
    second.submit(assignment_id, {"a": "b"})
    assert client.get_assignment(AssignmentId=assignment_id)["Assignment"]["WorkerId"] == "A2"


def test_a_worker_who_returned_a_hit_can_accept_it_again(market: Marketplace, publish: Publish) -> None:
    hit_id = publish()["HITId"]
    worker = market.worker("A1")
    worker.return_assignment(worker.accept(hit_id))
    worker.submit(worker.accept(hit_id), {"a": "b"})


def test_there_are_no_more_assignments_than_were_published(market: Marketplace, publish: Publish) -> None:
    hit_id = publish(MaxAssignments=2)["HITId"]
    accepted = {market.worker(f"A{number}").accept(hit_id) for number in range(2)}
    assert len(accepted) == 2
    with pytest.raises(WorkerError, match="no more available"):
        market.worker("A3").accept(hit_id)


@pytest.mark.parametrize(("submitted", "words"), [(False, "already accepted"), (True, "already completed")])
def test_a_worker_does_a_hit_only_once(market: Marketplace, publish: Publish, submitted: bool, words: str) -> None:
    hit_id = publish(MaxAssignments=2)["HITId"]
    worker = market.worker("A1")
    assignment_id = worker.accept(hit_id)
    if submitted:
        worker.submit(assignment_id, {"a": "b"})
    with pytest.raises(WorkerError, match=words):
        worker.accept(hit_id)


def test_an_expired_hit_cannot_be_accepted(market: Marketplace, publish: Publish) -> None:
    hit_id = publish(LifetimeInSeconds=60)["HITId"]
    market.clock.advance(minutes=1)
    with pytest.raises(WorkerError, match="expired"):
        market.worker("A1").accept(hit_id)


def test_a_deleted_or_unknown_hit_cannot_be_accepted(client: Client, market: Marketplace, publish: Publish) -> None:
    hit_id = publish(LifetimeInSeconds=60)["HITId"]
    market.clock.advance(minutes=1)
    client.delete_hit(HITId=hit_id)
    for gone in (hit_id, "3NOSUCHHIT"):
        with pytest.raises(WorkerError, match="There is no HIT"):
            market.worker("A1").accept(gone)


@pytest.mark.parametrize("step", ["submit", "return"])
def test_work_is_taken_back_when_its_time_is_over(market: Marketplace, publish: Publish, step: str) -> None:
    worker = market.worker("A1")
    assignment_id = worker.accept(publish(AssignmentDurationInSeconds=60)["HITId"])
    market.clock.advance(minutes=1)
    with pytest.raises(WorkerError, match="not working on"):
        _do(worker, step, assignment_id)


@pytest.mark.parametrize("step", ["submit", "return"])
def test_submitted_work_is_out_of_the_workers_hands(market: Marketplace, publish: Publish, step: str) -> None:
    worker = market.worker("A1")
    assignment_id = worker.accept(publish()["HITId"])
    worker.submit(assignment_id, {"a": "b"})
    with pytest.raises(WorkerError, match="already submitted"):
        _do(worker, step, assignment_id)


@pytest.mark.parametrize("step", ["submit", "return"])
def test_nobody_finishes_the_work_of_others(client: Client, market: Marketplace, publish: Publish, step: str) -> None:
    hit_id = publish()["HITId"]
    assignment_id = market.worker("A1").accept(hit_id)
    with pytest.raises(WorkerError, match="not working on"):
        _do(market.worker("A2"), step, assignment_id)
    assert client.get_hit(HITId=hit_id)["HIT"]["NumberOfAssignmentsPending"] == 1


def test_a_refused_submission_leaves_the_work_open(market: Marketplace, publish: Publish) -> None:
    worker = market.worker("A1")
    assignment_id = worker.accept(publish()["HITId"])
    with pytest.raises(WorkerError):
        worker.submit(assignment_id, {})
    worker.submit(assignment_id, {"a": "b"})


def test_what_a_form_demands_is_judged_before_others_have_to_wait(market: Marketplace, publish: Publish) -> None:
    question = form(text_question("q", '<AnswerFormatRegex regex="^a$"/>'))
    worker = market.worker("A1")
    assignment_id = worker.accept(publish(Question=question)["HITId"])
    with pytest.raises(WorkerError, match="is refused"):
        worker.submit(assignment_id, {"q": "b"})
    market._dispatch.run(lambda context: work.submit(context, "A1", assignment_id, {"q": "b"}))


def _do(worker: Worker, step: str, assignment_id: str) -> None:
    if step == "submit":
        worker.submit(assignment_id, {"a": "b"})
    else:
        worker.return_assignment(assignment_id)


@pytest.mark.parametrize("bad", ["", "B123", "a123", "A" * 65, "A1 2"])
def test_a_worker_id_has_the_services_form(market: Marketplace, bad: str) -> None:
    with pytest.raises(ValueError, match="worker's id"):
        market.worker(bad)


def test_workers_are_the_same_for_all_requesters(
    client: Client, market: Marketplace, connect: Connect, publish: Publish
) -> None:
    other = connect(market, "somebody else").create_hit(**hit_arguments())["HIT"]["HITId"]
    worker = market.worker("A1")
    assert worker.accept(publish()["HITId"]) != worker.accept(other)


MASTERS = "2F1QJWKUDD8XADTFD2Q0G6UTO95ALH"
SANDBOX_MASTERS = "2ARFPLSP75KLA8M8DH1HTEQVJT3SY6"
ADULT = "00000000000000000060"
LOCALE = "00000000000000000071"
APPROVED = "00000000000000000040"
PERCENT = "000000000000000000L0"


def _needs(kind: str, comparator: str, *values: Any) -> dict[str, Any]:
    requirement = {"QualificationTypeId": kind, "Comparator": comparator}
    if kind == LOCALE:
        locales = [dict(zip(("Country", "Subdivision"), value.split("-"), strict=False)) for value in values]
        return requirement | {"LocaleValues": locales}
    return requirement | ({"IntegerValues": list(values)} if values else {})


QUALIFIED = [
    (_needs(MASTERS, "Exists"), {}, False),
    (_needs(MASTERS, "Exists"), {"masters": True}, True),
    (_needs(SANDBOX_MASTERS, "Exists"), {"masters": True}, True),
    (_needs(MASTERS, "DoesNotExist"), {"masters": True}, False),
    (_needs(ADULT, "EqualTo", 1), {}, False),
    (_needs(ADULT, "EqualTo", 1), {"adult": True}, True),
    (_needs(LOCALE, "EqualTo", "DE"), {"country": "DE"}, True),
    (_needs(LOCALE, "EqualTo", "DE"), {"country": "FR"}, False),
    (_needs(LOCALE, "EqualTo", "DE"), {}, False),
    (_needs(LOCALE, "NotEqualTo", "DE"), {"country": "FR"}, True),
    (_needs(LOCALE, "NotEqualTo", "DE"), {"country": "DE"}, False),
    (_needs(LOCALE, "NotEqualTo", "DE"), {}, False),
    (_needs(LOCALE, "In", "GB", "US-NY"), {"country": "GB"}, True),
    (_needs(LOCALE, "In", "GB", "US-NY"), {"country": "US", "subdivision": "NY"}, True),
    (_needs(LOCALE, "In", "GB", "US-NY"), {"country": "US", "subdivision": "WA"}, False),
    (_needs(LOCALE, "NotIn", "GB", "US-NY"), {"country": "US", "subdivision": "WA"}, True),
    (_needs(LOCALE, "EqualTo", "US"), {"country": "US", "subdivision": "WA"}, True),
    (_needs(APPROVED, "GreaterThan", 0), {}, False),
    (_needs(APPROVED, "EqualTo", 0), {}, True),
    (_needs(APPROVED, "In", 0, 5), {}, True),
    (_needs(APPROVED, "NotIn", 0, 5), {}, False),
    (_needs(PERCENT, "GreaterThanOrEqualTo", 95), {}, True),
]


@pytest.mark.parametrize(("requirement", "facts", "qualified"), QUALIFIED)
def test_only_qualified_workers_can_accept(
    market: Marketplace, publish: Publish, requirement: dict[str, Any], facts: dict[str, Any], qualified: bool
) -> None:
    hit_id = publish(QualificationRequirements=[requirement])["HITId"]
    worker = market.worker("A1", **facts)
    if qualified:
        assert worker.accept(hit_id)
    else:
        with pytest.raises(WorkerError, match="Qualifications"):
            worker.accept(hit_id)


def test_all_requirements_must_be_met(market: Marketplace, publish: Publish) -> None:
    both = [_needs(LOCALE, "EqualTo", "US"), _needs(ADULT, "EqualTo", 1)]
    hit_id = publish(QualificationRequirements=both)["HITId"]
    with pytest.raises(WorkerError):
        market.worker("A1", country="US").accept(hit_id)
    assert market.worker("A2", country="US", adult=True).accept(hit_id)


def test_approved_work_counts_for_the_worker(client: Client, market: Marketplace, publish: Publish, work: Work) -> None:
    needed = publish(QualificationRequirements=[_needs(APPROVED, "GreaterThanOrEqualTo", 2)])["HITId"]
    worker = market.worker("A1WORKER")
    client.reject_assignment(AssignmentId=work(publish()["HITId"]), RequesterFeedback="no")
    client.approve_assignment(AssignmentId=work(publish()["HITId"]))
    with pytest.raises(WorkerError):
        worker.accept(needed)
    client.approve_assignment(AssignmentId=work(publish()["HITId"]))
    assert worker.accept(needed)


def test_the_percentage_counts_from_a_hundred_submissions_on(market: Marketplace, connect: Connect) -> None:
    with Marketplace(fees=0) as market:
        client = connect(market)
        worker = market.worker("A1")
        needed = [_needs(PERCENT, "GreaterThan", 50)]
        for number in range(100):
            hit_id = client.create_hit(**hit_arguments(QualificationRequirements=needed))["HIT"]["HITId"]
            assignment_id = worker.accept(hit_id)
            worker.submit(assignment_id, {"a": "b"})
            if number % 2:
                client.approve_assignment(AssignmentId=assignment_id)
            else:
                client.reject_assignment(AssignmentId=assignment_id, RequesterFeedback="no")
        hit_id = client.create_hit(**hit_arguments(QualificationRequirements=needed))["HIT"]["HITId"]
        with pytest.raises(WorkerError, match="Qualifications"):
            worker.accept(hit_id)


def test_facts_about_a_worker_can_be_told_later(market: Marketplace, publish: Publish) -> None:
    hit_id = publish(QualificationRequirements=[_needs(ADULT, "EqualTo", 1)])["HITId"]
    market.worker("A1")
    assert market.worker("A1", adult=True).accept(hit_id)
    assert market.worker("A1").id == "A1"


def test_accepting_and_submitting_take_twelve_statements(database: str) -> None:
    market = Marketplace(database)
    number = market.requester("lab")._number
    hit_id = market._dispatch.call(number, "CreateHIT", hit_arguments(MaxAssignments=3))["HIT"]["HITId"]
    worker = market.worker("A1")
    asked = asked_by_this_thread(market)
    worker.submit(worker.accept(hit_id), {"label": "cat"})
    market.stop()
    # On PostgreSQL each of the two also waits for its turn, and locks the HIT before it reads it.
    own = [text for text in asked if "pg_advisory" not in text and " FOR NO KEY UPDATE" not in text]
    assert len(own) == 12, own


@pytest.mark.parametrize("own", [True, False])
def test_answers_that_are_refused_can_be_mended(market: Marketplace, publish: Publish, own: bool) -> None:
    hit_id = publish(Question=form(text_question("label", required=True)))["HITId"]
    worker = market.worker("A1")
    assignment_id = worker.accept(hit_id)
    submitting = worker if own else market.worker("A1")
    with pytest.raises(WorkerError, match="must be answered"):
        submitting.submit(assignment_id, {})
    submitting.submit(assignment_id, {"label": "cat"})


def test_an_assignment_accepted_before_another_can_be_submitted_after_it(market: Marketplace, publish: Publish) -> None:
    worker = market.worker("A1")
    first, second = (worker.accept(publish(Question=form(text_question(name)))["HITId"]) for name in "ab")
    worker.submit(first, {"a": "1"})
    worker.submit(second, {"b": "2"})


def test_that_the_time_is_over_is_said_before_what_is_wrong_with_the_answers(
    market: Marketplace, publish: Publish
) -> None:
    worker = market.worker("A1")
    assignment_id = worker.accept(
        publish(Question=form(text_question("label")), AssignmentDurationInSeconds=60)["HITId"]
    )
    market.clock.advance(minutes=2)
    with pytest.raises(WorkerError, match="its time may be over"):
        worker.submit(assignment_id, {"nothing": "x"})
