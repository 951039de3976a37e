"""Applying review policies: to each submission, and to a HIT whenever it becomes Reviewable.

That happens in the transaction that causes it, so that nobody sees the one without the other.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from functools import partial

from sqlalchemy import Connection, select

from mturk.marketplace.call import Context
from mturk.marketplace.clock import SECOND
from mturk.marketplace.database import ending, group_count, lock
from mturk.marketplace.database import table as t
from mturk.marketplace.database.row import known
from mturk.marketplace.document.answer import entered
from mturk.marketplace.error import RequestError
from mturk.marketplace.hit import assignment, decision, extension, hit, review_score
from mturk.marketplace.hit.assignment import APPROVED, REJECTED, SUBMITTED, Assignment, Work
from mturk.marketplace.hit.hit import ASSIGNABLE, HIT, REVIEWABLE, UNASSIGNABLE
from mturk.marketplace.hit.review_policy import Extension, KnownAnswers, Plurality, known_answers, plurality
from mturk.marketplace.hit.review_result import (
    CANCELLED,
    EXTEND,
    FAILED,
    REVIEW,
    SUCCEEDED,
    Outcome,
    Report,
    Subject,
    done_in_vain,
)
from mturk.marketplace.people import ledger

_MOST_IN_VAIN = 3
"""So often a HIT is extended while nobody comes: else one could be extended each minute, for ever. Then it is compared
once more, and not again: each time is told in full."""


def prepare(context: Context, hit_row: HIT) -> None:
    """Lock what reviews of the HIT may change, before anything else is changed."""
    if hit_row.assignment_review_policy is not None or hit_row.hit_review_policy is not None:
        ending.catch_up(context.database)  # a review reads what was changed before it, and may undo a part
        hold(context.database, [hit_row.number])


def hold(database: Connection, hits: Collection[int], assignments: Collection[int] = ()) -> None:
    """Lock what reviews of HITs may change, and what decisions about some assignments will."""
    content = t.hit_content.c
    policies = content.assignment_review_policy.is_not(None) | content.hit_review_policy.is_not(None)
    reviewed = select(content.hit).where(content.hit.in_(hits), policies)
    # Apart: for either of two conditions PostgreSQL reads through all assignments that there are.
    of_hits = select(t.assignment.c.worker).where(t.assignment.c.hit.in_(reviewed))
    others = select(t.assignment.c.worker).where(t.assignment.c.number.in_(assignments))
    lock.hold(database, t.worker, t.worker.c.number.in_(of_hits.union_all(others)))
    requesters = select(t.hit.c.requester).where(t.hit.c.number.in_(hits))
    lock.hold(database, t.account, t.account.c.kind.in_(ledger.OF_REQUESTERS), t.account.c.owner.in_(requesters))


def submitted(context: Context, hit_row: HIT, number: int) -> None:
    """Apply the HIT's assignment review policy to an assignment that was just submitted."""
    policy = known_answers(json.loads(known(hit_row.assignment_review_policy)))
    assignment_row = assignment.by_number(context, number)
    subject = Subject("Assignment", assignment_row.assignment_id)
    score = review_score.score(policy, entered(known(assignment_row.answer)))
    report = Report(context, hit_row.number, "Assignment")
    report.reviewed(subject, f"{score.number} of {len(score.correct)} known answers are correct")
    for question, correct in score.correct.items():
        report.found(subject, "KnownAnswerCorrect", int(correct), question)
    report.found(subject, "KnownAnswerScore", score.percent)
    if policy.approve_from is not None and score.percent >= policy.approve_from:
        report.did("approve", subject, _approve(context, assignment_row, policy.approve_reason))
    if policy.reject_below is not None and score.percent < policy.reject_below:
        report.did("reject", subject, _reject(context, assignment_row, policy.reject_reason))
    _extend_below(context, hit_row, report, policy.extension, score.percent)
    hit.gather(context, hit_row, report.write())
    after = hit.by_number(context, hit_row.number)
    if after.status == REVIEWABLE:
        hit.tell_done(context, after)


def settled(context: Context, before: HIT) -> None:
    """Apply the HIT's own policy if it has just become Reviewable; `before` is how it was."""
    if before.hit_review_policy is None or before.status not in (ASSIGNABLE, UNASSIGNABLE):
        return
    hit_row = hit.by_number(context, before.number)
    if hit_row.status == REVIEWABLE:
        _compare(context, hit_row, plurality(json.loads(before.hit_review_policy)))


def _compare(context: Context, hit_row: HIT, policy: Plurality) -> None:
    if done_in_vain(context, hit_row.number, REVIEW) > _MOST_IN_VAIN:
        return
    written = hit_row.assignment_review_policy
    key = None if written is None else known_answers(json.loads(written))
    every, work = 0, []
    for assignment_row in assignment.handed_in(context, hit_row.number):
        every += 1
        whole = entered(known(assignment_row.answer))
        if _counts(policy, key, assignment_row, whole):
            # No more than is compared: a thousand workers' answers may have gigabytes.
            work.append((assignment_row._replace(answer=None), review_score.compared(policy, whole)))
    if not every:
        # Nobody came, so there is nothing to compare and nobody to replace.
        return
    comparison = review_score.compare(policy, [answers for _, answers in work])
    subject = Subject("HIT", hit_row.hit_id)
    report = Report(context, hit_row.number, "HIT")
    agreed = f"{comparison.number} of {len(policy.questions)} questions have an agreed answer"
    report.reviewed(subject, f"{len(work)} of {every} assignments compared; {agreed}")
    for question, answer in comparison.agreed.items():
        report.found(subject, "AgreedAnswerFound", "false" if answer is None else "true", question)
        if answer is not None:
            report.found(subject, "AgreedAnswer", "|".join(sorted(answer.answer)), question)
            report.found(subject, "AnswerAgreementScore", answer.percent, question)
    report.found(subject, "HitAgreementScore", comparison.percent)
    for assignment_row, answers in work:
        _judge(context, policy, comparison, report, assignment_row, answers)
    _extend_below(context, hit_row, report, policy.extension, comparison.percent)
    hit.gather(context, hit_row, report.write())


def _judge(
    context: Context,
    policy: Plurality,
    comparison: review_score.Comparison,
    report: Report,
    assignment_row: Assignment,
    answers: review_score.Compared,
) -> None:
    percent = comparison.worker_percent(answers)
    if percent is None:
        # Without an agreed answer nobody is right or wrong.
        return
    subject = Subject("Assignment", assignment_row.assignment_id)
    correct = comparison.with_majority(answers)
    report.found(subject, "WorkerAgreementScore", percent)
    report.found(subject, "PluralityAnswersCorrect", correct)
    report.found(subject, "PluralityAnswersIncorrect", comparison.number - correct)
    if policy.approve_from is not None and percent >= policy.approve_from:
        report.did("approve", subject, _approve(context, assignment_row, None))
    if policy.reject_below is not None and percent < policy.reject_below:
        report.did("reject", subject, _reject(context, assignment_row, policy.reject_reason))


def _counts(
    policy: Plurality, key: KnownAnswers | None, assignment_row: Assignment, answers: review_score.Answers
) -> bool:
    if policy.disregard_rejected and assignment_row.status == REJECTED:
        return False
    if policy.disregard_below is None or key is None:
        return True
    return review_score.score(key, answers).percent >= policy.disregard_below


def _approve(context: Context, assignment_row: Assignment, reason: str | None) -> Outcome:
    return _decide(context, assignment_row.number, APPROVED, partial(decision.approve, feedback=reason))


def _reject(context: Context, assignment_row: Assignment, reason: str | None) -> Outcome:
    return _decide(context, assignment_row.number, REJECTED, partial(decision.reject, feedback=reason))


def _decide(context: Context, number: int, status: str, step: Callable[[Context, Work], None]) -> Outcome:
    # Read again, for what else the review did.
    assignment_row = assignment.by_number(context, number)
    if assignment_row.status == status:
        return Outcome(SUCCEEDED, f"Already {status.lower()}")
    try:
        assignment.expect(assignment_row, SUBMITTED)
    except RequestError as refusal:
        return _failed(refusal)
    step(context, Work(assignment_row, hit.by_number(context, assignment_row.hit)))
    return Outcome(SUCCEEDED, status)


def _extend_below(context: Context, hit_row: HIT, report: Report, policy: Extension | None, percent: int) -> None:
    if policy is not None and percent < policy.below:
        report.did(EXTEND, Subject("HIT", hit_row.hit_id), _extend(context, hit_row.number, policy))


def _extend(context: Context, number: int, policy: Extension) -> Outcome:
    hit_row = hit.by_number(context, number)
    if hit_row.max_assignments >= policy.most:
        return Outcome(SUCCEEDED, f"Already {hit_row.max_assignments} assignments")
    if hit_row.ended or hit_row.disposed:
        return Outcome(CANCELLED, "The requester has ended the HIT")
    if done_in_vain(context, number, EXTEND) >= _MOST_IN_VAIN:
        return Outcome(CANCELLED, f"Nobody has submitted work since it was extended {_MOST_IN_VAIN} times")
    if hit_row.expired and not policy.seconds:
        text = f"HIT {hit_row.hit_id} has expired, and its policy gives no more time."
        return _failed(RequestError("InvalidHITState", text))
    try:
        # If the money is not enough, everything that was changed so far is undone.
        with group_count.attempt(context.database):
            extension.extend(context, hit_row, 1, context.now + policy.seconds * SECOND)
    except RequestError as refusal:
        return _failed(refusal)
    return Outcome(SUCCEEDED, f"Extended to {hit_row.max_assignments + 1} assignments")


def _failed(refusal: RequestError) -> Outcome:
    return Outcome(FAILED, refusal.message, f"AWS.MechanicalTurk.{refusal.code}")
