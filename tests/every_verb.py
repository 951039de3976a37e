"""Every verb of the SDK as a typed script would use it; read by the type checker, never run."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from decimal import Decimal

from typing_extensions import assert_type

import mturk
from mturk import (
    HIT,
    Aggregation,
    Agreement,
    Applied,
    Assignment,
    AssignmentStatus,
    Balance,
    Batch,
    BatchEstimate,
    BatchReport,
    BatchStatus,
    BonusPayment,
    Budget,
    Collection,
    Connection,
    Estimate,
    ExternalQuestion,
    GoldAnswers,
    HITStatus,
    HITType,
    HTMLQuestion,
    Layout,
    Locale,
    Notification,
    NotifyFailure,
    OncePerWorker,
    OpenWork,
    Page,
    Plan,
    Price,
    Qualification,
    QualificationRequest,
    QualificationRequirement,
    QualificationType,
    Question,
    Reliability,
    Results,
    ReviewResults,
    ScoreMyKnownAnswers,
    SimplePlurality,
    Step,
    Tally,
    Worker,
    WorkerBlock,
    WorkerQuality,
    WorkerTable,
)
from mturk import requirements as req

DAY = timedelta(days=1)


def connections() -> None:
    connection = mturk.connect("https://turk.my-lab.org", access_key="A", secret_key="s", budget=Budget("50"))
    assert_type(connection, Connection)
    assert_type(connection.balance(), Balance)
    assert_type(connection.balance().available, Decimal)
    with mturk.using(connection) as used, mturk.tracer(print):
        assert_type(used, Connection)


def hit_types() -> None:
    kind = HITType.create(
        "title", "description", Price("0.05"), timedelta(minutes=10), keywords=["a"],
        qualification_requirements=[req.percent_approved >= 95, req.locale.is_in("US"), req.masters.exists()],
    )  # fmt: skip
    assert_type(kind, HITType)
    assert_type(kind.reward, "Decimal")
    assert_type(kind.estimate(assignments=3), Estimate)
    assert_type(kind.hits(), Collection[HIT])
    assert_type(kind.reviewable(), Collection[HIT])
    assert_type(kind.once_per_worker(), OncePerWorker)
    assert_type(HITType.from_file("task.toml"), HITType)
    tell = Notification("https://sqs.us-east-1.amazonaws.com/1/q", "SQS", ["HITReviewable"])
    tell.send_test("Ping")
    kind.set_notification(tell, active=True)
    assert_type(kind.create_hit(ExternalQuestion("https://my-lab.org/", 600), DAY, max_assignments=3), HIT)


def hits(kind: HITType) -> None:
    page = HTMLQuestion.from_template("mturk/survey.html", consent="yes", questions=[])
    policy = SimplePlurality(["label"], 50)
    known = ScoreMyKnownAnswers({"label": "cat"}, approve_if_known_answer_score_is_at_least=80)
    made = HIT.create(
        page, DAY, title="t", description="d", reward=0.05, assignment_duration=600,
        assignment_review_policy=known, hit_review_policy=policy,
    )  # fmt: skip
    assert_type(made, HIT)
    assert_type(HIT.create(Layout("3ABC", photo="u"), DAY, hit_type=kind), HIT)
    assert_type(HIT.create(Question("page.xml", photo="u"), DAY, hit_type=kind.id), HIT)
    hit = HIT.get("3ABC")
    assert_type(hit.status, "HITStatus")
    assert_type(hit.expiration, "datetime")
    assert_type(hit.assignments_pending, "int")
    assert_type(hit.qualification_requirements, "tuple[QualificationRequirement, ...]")
    assert_type(HIT.all(), Collection[HIT])
    assert_type(HIT.all()[:10], list[HIT])
    assert_type(HIT.all()[0], HIT)
    assert_type(HIT.reviewable(kind), Collection[HIT])
    assert_type(HIT.get_reviewable(kind), Page[HIT])
    assert_type(hit.hit_type, HITType)
    assert_type(hit.assignments(status="Submitted"), Collection[Assignment])
    assert_type(hit.assignments().first(), "Assignment | None")
    assert_type(hit.assignments().count(), int)
    assert_type(hit.get_assignments().next_page(), "Page[Assignment] | None")
    assert_type(hit.bonuses(), Collection[BonusPayment])
    assert_type(hit.review_results(), ReviewResults)
    assert_type(hit.close(undecided="approve"), OpenWork)
    assert_type(HIT.delete_all([hit], confirm=1), int)
    hit.add_assignments(2)
    hit.extend(until=datetime.now(timezone.utc) + DAY)
    hit.expire()
    hit.mark_reviewing()
    hit.mark_reviewable()
    hit.change_type(kind)
    hit.wait_until_reviewable(timedelta(minutes=5))
    hit.refresh()
    hit.delete()


def assignments(hit: HIT) -> None:
    for assignment in hit.assignments(status=[AssignmentStatus.SUBMITTED, "Rejected"]):
        assert_type(assignment, Assignment)
        assert_type(assignment.worker, Worker)
        assert_type(assignment.hit, HIT)
        assert_type(assignment.submit_time, "datetime")
        assignment.approve("thanks", override_rejection=True)
        assignment.reject("why")
        assert_type(assignment.pay_bonus("0.10", "good"), bool)
        assert_type(assignment.bonuses(), Collection[BonusPayment])
        assert_type(assignment.file_upload_url("photo"), str)
    assert_type(Assignment.approve_all(hit.assignments(), "Thanks"), int)
    assert_type(Assignment.reject_all(hit.assignments(), "why", confirm=3), int)


def workers(kind: QualificationType) -> None:
    worker = Worker("A2EXAMPLE")
    worker.block("spam")
    worker.unblock()
    worker.notify("subject", "message")
    worker.grant(kind, 80, notify=False)
    worker.revoke(kind)
    assert_type(worker.score(kind), Qualification)
    assert_type(worker.pay_bonus("1", "good", assignment="3ABC"), bool)
    assert_type(worker.compensate("1.50", "the page broke"), HIT)
    assert_type(Worker.blocked(), Collection[WorkerBlock])
    assert_type(Worker.notify_all([worker, "A3"], "subject", "message"), list[NotifyFailure])
    assert_type(Worker.block_all(["A1"], "spam", confirm=1), int)


def batches() -> None:
    kind = HITType.create("Label", "Say what it is", "0.05", 600)
    batch = kind.batch("photos.csv", "label.html", journal="photos.journal", lifetime=timedelta(days=1), key="url")
    assert_type(batch, Batch)
    assert_type(Batch.open("photos.journal"), Batch)
    assert_type(batch.check(), BatchReport)
    assert_type(batch.estimate(bonus="0.10"), BatchEstimate)
    assert_type(batch.publish(threads=4, limit=3), Tally)
    assert_type(batch.more(["p1"], assignments=2), Tally)
    assert_type(batch.mark(), int)
    assert_type(batch.wait(timeout=60), BatchStatus)
    assert_type(batch.publish(progress=lambda tally: print(tally.left)), Tally)
    assert_type(batch.hits(), Iterator[HIT])
    results = batch.results("Submitted")
    assert_type(results, Results)
    assert_type(results.to_csv("results.csv", formulas="keep"), int)
    agreement = results.agreement("label")
    assert_type(agreement, Agreement)
    assert_type(agreement.below(2 / 3), tuple[str, ...])
    assert_type(results.agreement(lambda result: result.cells["label"].lower()).mean, float | None)
    assert_type(results.aggregate("label", method="dawid_skene"), Aggregation)
    assert_type(results.reliability("label", level="ordinal"), Reliability)
    assert_type(results.gold("label", gold="truth"), GoldAnswers)
    assert_type(results.workers("label", gold="truth")["A1"], WorkerQuality)
    assert_type(results.workers(), WorkerTable)
    results.plot(field="label").savefig("quality.png")
    assert_type(batch.status(), BatchStatus)
    assert_type(batch.close(), int)
    assert_type(batch.adopt(kind.hits(), {"3ABC": "p1"}), int)
    plan = batch.review(accept=lambda result: result.worker_id == "A1", reject=lambda result: "No answer")
    assert_type(plan, Plan)
    assert_type(plan.apply(confirm=3), Applied)
    assert_type(batch.review_from("reviewed.csv"), Plan)
    for step in batch.pay_bonuses({"A1ADA": "1.50"}, reason="Careful"):
        assert_type(step, Step)
    for result in Results.read_csv("results.csv"):
        assert_type(result.worker_id, str)


def qualifications() -> None:
    kind = QualificationType.ensure("Has done it", "Took part before")
    assert_type(kind, QualificationType)
    assert_type(kind >= 80, QualificationRequirement)
    assert_type(kind.is_in(1, 2).guarding("PreviewAndAccept"), QualificationRequirement)
    assert_type(req.locale == Locale("US", "NY"), QualificationRequirement)
    assert_type(QualificationType.create("n", "d", auto_granted=True), QualificationType)
    assert_type(QualificationType.search("n"), Collection[QualificationType])
    assert_type(kind.qualifications(), Collection[Qualification])
    assert_type(kind.hits(), Collection[HIT])
    kind.update(description="d")
    for request in kind.requests():
        assert_type(request, QualificationRequest)
        request.accept(80)
        request.reject("no")
    assert_type(QualificationRequest.all(), Collection[QualificationRequest])
    kind.delete()


def told(status: HITStatus | None) -> bool:
    return status == "Assignable"
