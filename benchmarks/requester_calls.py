"""What requesters send: all 39 operations, some in several ways, each to a random place of a filled marketplace.

A step makes ready what it needs, yields the call that is measured, and tidies up after it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from filled_market import FIRST, HIT, RARE, SYSTEM, TERMS
from filled_place import Act, Members, Place, Steps, after

from mturk.marketplace.clock import SECOND
from mturk.marketplace.database import table as t

SQS = {
    "Destination": "https://sqs.us-east-1.amazonaws.com/123456789012/new",
    "Transport": "SQS",
    "Version": "2014-08-15",
    "EventTypes": ["HITReviewable"],
}
_REQUESTABLE = {"MustBeRequestable": True}


def _type(place: Place) -> Members:
    described = {"Description": "Works with care", "QualificationTypeStatus": "Active"}
    return {"Name": place.new("Skill"), **described}


def _survey_page(place: Place) -> Members:
    statuses = ("Approved", "Rejected", "Submitted")
    number = place.somewhere(t.worker)
    key = place.market._store.read(
        lambda database: database.execute(
            t.assignment.select().where(t.assignment.c.hit == 1, t.assignment.c.worker == number)
        ).one()
    )
    token = after(("assignments", place.survey, *statuses), key.submit_time, key.number)
    return {"HITId": place.survey, "NextToken": token}


# What is sent, by the operation and, where it is sent in several ways, which that is.
CALLS: dict[str, Callable[[Place], Members]] = {
    "AcceptQualificationRequest": lambda it: {"QualificationRequestId": it.take("request"), "IntegerValue": 80},
    "ApproveAssignment": lambda it: {"AssignmentId": it.take("submitted assignment")},
    "AssociateQualificationWithWorker": lambda it: {"QualificationTypeId": it.narrow, "WorkerId": it.worker_id()},
    "CreateAdditionalAssignmentsForHIT": lambda it: {"HITId": it.any("open HIT"), "NumberOfAdditionalAssignments": 1},
    "CreateHIT": lambda it: {**TERMS, **HIT, "UniqueRequestToken": it.new("token")},
    "CreateHITType": lambda it: {**TERMS, "Title": it.new("Label a photo")},
    "CreateHITWithHITType": lambda it: {"HITTypeId": it.any("HIT type"), **HIT},
    "CreateQualificationType": _type,
    "DeleteHIT": lambda it: {"HITId": it.take("decided HIT")},
    "GetAccountBalance": lambda _: {},
    "GetAssignment": lambda it: {"AssignmentId": it.any("approved assignment")},
    "GetFileUploadURL": lambda it: {"AssignmentId": it.any("assignment with a file"), "QuestionIdentifier": "photo"},
    "GetHIT": lambda it: {"HITId": it.any("HIT")},
    "GetQualificationScore": lambda it: {"QualificationTypeId": it.careful, "WorkerId": it.worker_id()},
    "GetQualificationType": lambda it: {"QualificationTypeId": it.tested},
    "ListAssignmentsForHIT": lambda it: {"HITId": it.any("HIT")},
    "ListAssignmentsForHIT, a page of the survey": _survey_page,
    "ListBonusPayments": lambda it: {"HITId": it.any("HIT with a bonus")},
    "ListBonusPayments, of an assignment": lambda it: {"AssignmentId": it.any("assignment with a bonus")},
    "ListHITs": lambda _: {},
    "ListHITs, a page in the middle": lambda it: {"NextToken": after(("HITs", FIRST), it.somewhere(t.hit))},
    "ListHITsForQualificationType, which most have": lambda _: {"QualificationTypeId": SYSTEM},
    "ListHITsForQualificationType, which few have": lambda it: {"QualificationTypeId": it.narrow},
    "ListHITsForQualificationType, which none has": lambda it: {"QualificationTypeId": it.tested},
    "ListQualificationRequests": lambda _: {},
    "ListQualificationRequests, of a type": lambda it: {"QualificationTypeId": it.asked},
    "ListQualificationTypes": lambda _: _REQUESTABLE,
    "ListQualificationTypes, with a word of one": lambda _: {**_REQUESTABLE, "Query": RARE},
    "ListReviewPolicyResultsForHIT": lambda it: {"HITId": it.any("reviewed HIT")},
    "ListReviewableHITs": lambda _: {},
    "ListReviewableHITs, a page in the middle": lambda it: {
        "NextToken": after(("reviewable", FIRST, None, "Reviewable"), it.somewhere(t.hit)),
    },
    "ListReviewableHITs, of a type": lambda it: {"HITTypeId": it.any("HIT type")},
    "ListReviewableHITs, Reviewing": lambda _: {"Status": "Reviewing"},
    "ListWorkerBlocks": lambda _: {"MaxResults": 5},
    "ListWorkersWithQualificationType": lambda it: {"QualificationTypeId": it.careful},
    "ListWorkersWithQualificationType, which few have": lambda it: {"QualificationTypeId": it.narrow},
    "ListWorkersWithQualificationType, a page in the middle": lambda it: {
        "QualificationTypeId": it.careful,
        "NextToken": after(("workers", it.careful, "Granted"), it.somewhere(t.worker)),
    },
    "NotifyWorkers, a hundred": lambda it: {
        "Subject": "More work",
        "MessageText": "There is a new batch.",
        "WorkerIds": [it.worker_id() for _ in range(100)],
    },
    "RejectAssignment": lambda it: {"AssignmentId": it.take("submitted assignment"), "RequesterFeedback": "No cat"},
    "RejectQualificationRequest": lambda it: {"QualificationRequestId": it.take("request"), "Reason": "No room"},
    "SendTestEventNotification": lambda _: {"Notification": SQS, "TestEventType": "HITReviewable"},
    "UpdateExpirationForHIT": lambda it: {
        "HITId": it.any("open HIT"),
        "ExpireAt": it.now() // SECOND + 86_400 * 300,
    },
    "UpdateNotificationSettings": lambda it: {"HITTypeId": it.any("HIT type"), "Notification": SQS},
    "UpdateQualificationType": lambda it: {"QualificationTypeId": it.careful, "Description": it.new("Careful")},
}


def _create_block(place: Place) -> Iterator[Act]:
    who = place.worker_id()
    yield from place.calling("CreateWorkerBlock", WorkerId=who, Reason="Spam")
    place.call("DeleteWorkerBlock", WorkerId=who)


def _delete_block(place: Place) -> Iterator[Act]:
    who = place.worker_id()
    place.call("CreateWorkerBlock", WorkerId=who, Reason="Spam")
    yield from place.calling("DeleteWorkerBlock", WorkerId=who)


def _delete_type(place: Place) -> Iterator[Act]:
    made = place.call("CreateQualificationType", **_type(place))["QualificationType"]["QualificationTypeId"]
    for _ in range(5):
        place.worker().request_qualification(made)
    yield from place.calling("DeleteQualificationType", QualificationTypeId=made)
    place.market._dispatch.catch_up()


def _disassociate(place: Place) -> Iterator[Act]:
    both = {"QualificationTypeId": place.careful, "WorkerId": place.worker_id()}
    yield from place.calling("DisassociateQualificationFromWorker", **both, Reason="No more")
    place.call("AssociateQualificationWithWorker", **both, SendNotification=False)


def _send_bonus(place: Place) -> Iterator[Act]:
    assignment = place.any("approved assignment")
    who = place.call("GetAssignment", AssignmentId=assignment)["Assignment"]["WorkerId"]
    token = place.new("token")
    paid = {"BonusAmount": "0.10", "Reason": "Well done", "UniqueRequestToken": token}
    yield from place.calling("SendBonus", AssignmentId=assignment, WorkerId=who, **paid)


def _mark(place: Place) -> Iterator[Act]:
    hit = place.any("Reviewable HIT")
    yield from place.calling("UpdateHITReviewStatus", HITId=hit)
    place.call("UpdateHITReviewStatus", HITId=hit, Revert=True)


def _change_type(place: Place) -> Iterator[Act]:
    hit, other = place.take("untouched HIT"), place.any("HIT type")
    yield from place.calling("UpdateHITTypeOfHIT", HITId=hit, HITTypeId=other)


OTHERS: Steps = {
    "CreateWorkerBlock": _create_block,
    "DeleteWorkerBlock": _delete_block,
    "DeleteQualificationType": _delete_type,
    "DisassociateQualificationFromWorker": _disassociate,
    "SendBonus": _send_bonus,
    "UpdateHITReviewStatus": _mark,
    "UpdateHITTypeOfHIT": _change_type,
}


def _step(name: str, place: Place) -> Iterator[Act]:
    yield from place.calling(name.partition(",")[0], **CALLS[name](place))


_ALL: Steps = {**{name: partial(_step, name) for name in CALLS}, **OTHERS}
STEPS: Steps = {name: _ALL[name] for name in sorted(_ALL)}
"""By what each is called in the table."""
