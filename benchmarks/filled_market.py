"""Marketplaces that were at work for a while: what is in them, and how many of it, by numbers that say what each is.

The first requester has nine tenths of everything, half of it in one large group; ten others have the rest. Of ten HITs
that were worked on six are open, two wait for a review (one is marked), one is decided and was reviewed by policies,
one was disposed of. Besides, each group has a HIT that nobody has touched, and there is a survey that every worker has
answered. What is made once by ordinary calls is copied by bulk insert (`copied_rows.py`), so that rows are such as the
marketplace writes; `market.audit()` finds nothing wrong with them.
"""

from __future__ import annotations

import hashlib
from typing import Any, NamedTuple

import sqlalchemy as sa
from empty_database import MASTER_KEY
from published_hit import FORM, FORM_HIT, HTML, SCHEMAS

from mturk.marketplace import Marketplace
from mturk.marketplace.database import table as t
from mturk.marketplace.hit.assignment import ACCEPTED, APPROVED, REJECTED, RETURNED, SUBMITTED
from mturk.marketplace.hit.hit import ASSIGNABLE, DISPOSED, REVIEWABLE, REVIEWING

Row = dict[str, Any]


class Size(NamedTuple):
    """How much there is of everything; `worked_on` counts the HITs that were, beside the survey."""

    worked_on: int
    workers: int
    groups: int

    @property
    def hits(self) -> range:
        """The numbers of all HITs that are copied: those that were worked on, then a new one in each group."""
        return range(MADE + 1, MADE + 1 + self.worked_on + self.groups)

    def is_new(self, hit: int) -> bool:
        return hit > MADE + self.worked_on

    def kind(self, hit: int) -> tuple[str, tuple[str, ...]]:
        """The status of a HIT, and of its assignments."""
        return (ASSIGNABLE, ()) if self.is_new(hit) else KINDS[hit % 10]

    def hit_type(self, hit: int) -> int:
        if self.is_new(hit):
            return hit - MADE - self.worked_on
        return 1 if hit % 2 == 0 else 2 + hit // 2 % (self.groups - 1)

    def requester(self, hit: int) -> int:
        return requester(self.hit_type(hit))

    def __str__(self) -> str:
        assignments, hits = self.worked_on * EACH + self.workers, len(self.hits) + MADE
        return f"{assignments:,} assignments, {self.workers:,} workers, {self.groups:,} open groups, {hits:,} HITs"


EACH = 5
"""Assignments of a HIT that were given out."""
SMALL = Size(180, 100, 100)
LARGE = Size(180_000, 100_000, 10_000)
MADE = 3
"""HITs that are there before the copies: a survey, a plain one and a reviewed one."""
BLOCKED = 20
"""Every so many workers one is blocked by the first requester."""
DAY = 86_400_000
DEPOSIT = 10_000_000
FIRST, OTHERS = 1, 10
"""The number of the first requester, and how many there are besides."""
PRICE = 5
SURVEYED = 500_000

CHOICES = FORM.replace("<FreeTextAnswer/>", (
    "<SelectionAnswer><StyleSuggestion>radiobutton</StyleSuggestion><Selections>"
    "<Selection><SelectionIdentifier>cat</SelectionIdentifier><Text>A cat</Text></Selection>"
    "<Selection><SelectionIdentifier>dog</SelectionIdentifier><Text>A dog</Text></Selection>"
    "</Selections></SelectionAnswer>"
))  # fmt: skip
ANSWER_KEY = (
    f'<AnswerKey xmlns="{SCHEMAS}/2005-10-01/AnswerKey.xsd"><Question><QuestionIdentifier>label</QuestionIdentifier>'
    "<AnswerOption><SelectionIdentifier>cat</SelectionIdentifier><AnswerScore>1</AnswerScore></AnswerOption>"
    "</Question></AnswerKey>"
)
SYSTEM = "000000000000000000L0"
"""What all types require: a share of approved work, which everybody here has."""
TERMS: Row = {
    **{name: FORM_HIT[name] for name in ("Title", "Description", "Keywords", "Reward", "AssignmentDurationInSeconds")},
    "QualificationRequirements": [
        {"QualificationTypeId": SYSTEM, "Comparator": "GreaterThanOrEqualTo", "IntegerValues": [0]}
    ],
}
HIT: Row = {"LifetimeInSeconds": 86_400 * 100, "MaxAssignments": 20, "Question": HTML}
REVIEWED: Row = {
    "AssignmentReviewPolicy": {
        "PolicyName": "ScoreMyKnownAnswers/2011-09-01",
        "Parameters": [{"Key": "AnswerKey", "MapEntries": [{"Key": "label", "Values": ["cat"]}]}],
    },
    "HITReviewPolicy": {
        "PolicyName": "SimplePlurality/2011-09-01",
        "Parameters": [
            {"Key": "QuestionIds", "Values": ["label"]},
            {"Key": "QuestionAgreementThreshold", "Values": ["50"]},
        ],
    },
}
RARE = "zebrafish"
"""A word that one open group and one qualification type have."""

_OPEN = (APPROVED, APPROVED, APPROVED, SUBMITTED, ACCEPTED)
# What became of a HIT, and of its five assignments, by the last digit of its number.
KINDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    *((ASSIGNABLE, _OPEN) for _ in range(5)),
    (ASSIGNABLE, (APPROVED, APPROVED, APPROVED, APPROVED, RETURNED)),
    (REVIEWABLE, (SUBMITTED,) * EACH),
    (REVIEWING, (SUBMITTED,) * EACH),
    (REVIEWABLE, (APPROVED, APPROVED, APPROVED, APPROVED, REJECTED)),
    (DISPOSED, (APPROVED,) * EACH),
)
POLICIES = 8
"""The kind whose HITs have review policies."""


def id_of(of: str, number: int) -> str:
    """The id of a row, which is in no order, as the marketplace's own are."""
    return "3" + hashlib.sha256(f"{of} {number}".encode()).hexdigest()[:29].upper()


def worker_id(number: int) -> str:
    return f"A{number:013}"


def open_market(database: str) -> Marketplace:
    return Marketplace(database, deposit=DEPOSIT, master_key=MASTER_KEY)


def make_originals(market: Marketplace) -> None:
    """Make one of each by the usual ways."""
    call, worker = market._dispatch.call, market.worker(worker_id(1))
    for number in range(OTHERS):
        market.requester(f"Lab {number}")
    described = {"Description": "Works with care", "QualificationTypeStatus": "Active"}
    by_test = {"Test": CHOICES, "TestDurationInSeconds": 600, "AnswerKey": ANSWER_KEY, "RetryDelayInSeconds": 0}
    careful, _tested, asked, narrow = (
        call(FIRST, "CreateQualificationType", {"Name": title, **described, **more})["QualificationType"][
            "QualificationTypeId"
        ]
        for title, more in (("Careful", {}), ("Tested", by_test), ("Asked", {"RetryDelayInSeconds": 0}), ("Narrow", {}))
    )
    worker.request_qualification(asked)
    call(FIRST, "AssociateQualificationWithWorker", {"QualificationTypeId": careful, "WorkerId": worker.id})
    hits = [
        call(FIRST, "CreateHIT", {**TERMS, **HIT, **more})["HIT"]["HITId"]
        for more in ({"MaxAssignments": SURVEYED}, {}, {**REVIEWED, "MaxAssignments": 1})
    ]
    for required in (careful, narrow):
        more = {"QualificationTypeId": required, "Comparator": "Exists"}
        both = [*TERMS["QualificationRequirements"], more]
        call(FIRST, "CreateHITType", {**TERMS, "QualificationRequirements": both})
    done = [worker.accept(hit) for hit in hits]
    for assignment in done:
        worker.submit(assignment, {"label": "cat", "comment": "It sits on a chair and sleeps. " * 5})
    call(FIRST, "ApproveAssignment", {"AssignmentId": done[1]})
    query = sa.select(t.hit_type.c.hit_type_id).order_by(t.hit_type.c.number)
    types = market._store.read(lambda database: database.execute(query).scalars().all())
    for old in (True, False):
        specification = {
            "Destination": f"https://sqs.us-east-1.amazonaws.com/123456789012/{'old' if old else 'new'}",
            "Transport": "SQS",
            "Version": "2014-08-15",
            "EventTypes": ["HITReviewable"],
        }
        call(FIRST, "UpdateNotificationSettings", {"HITTypeId": types[old], "Notification": specification})


def requester(hit_type: int) -> int:
    """Whose type it is."""
    return FIRST if hit_type % 10 else FIRST + 1 + hit_type // 10 % OTHERS
