"""What one HIT adds to the terms of its type: the question, how long it is on offer, and to how many workers."""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING

from mturk.data import limit
from mturk.errors import AlreadyDone, DoesNotExist, ValidationError
from mturk.model.review import ReviewPolicy
from mturk.question import question
from mturk.question.html_question import HTMLQuestion
from mturk.question.layout import Layout
from mturk.record.record import related

if TYPE_CHECKING:
    from mturk.connection.connection import Connection
    from mturk.model.hit import HIT

# A script may make the form.
_CAN_SUBMIT = re.compile("<(form|crowd-form|script)", re.IGNORECASE)

MOST_ASSIGNMENTS = 1_000_000_000


def offer(
    connection: Connection,
    asked: object,
    lifetime: timedelta | int,
    max_assignments: int,
    requester_annotation: str | None,
    unique_request_token: str | None,
    assignment_review_policy: ReviewPolicy | None,
    hit_review_policy: ReviewPolicy | None,
) -> dict[str, object]:
    """The offer as the service names it, each part within its limits."""
    note = requester_annotation
    return {
        "LifetimeInSeconds": limit.seconds("lifetime", lifetime, 30, limit.YEAR),
        "MaxAssignments": limit.whole("max_assignments", max_assignments, 1, MOST_ASSIGNMENTS),
        "RequesterAnnotation": None if note is None else limit.text("requester_annotation", note, 255),
        "UniqueRequestToken": request_token(unique_request_token),
        "AssignmentReviewPolicy": _policy("assignment_review_policy", assignment_review_policy),
        "HITReviewPolicy": _policy("hit_review_policy", hit_review_policy),
        **_question(asked, connection),
    }


def offered_before(error: AlreadyDone, connection: Connection, own: Mapping[str, object], hit_type: object) -> HIT:
    """The HIT that a token made before; the error itself where that is evidently another HIT than was asked for."""
    if error.hit_id is None:
        raise error
    made: HIT = related("HIT", error.hit_id, connection)
    if error.maybe_done:
        # Our own try, whose answer was lost. A HIT this young may not be found yet: it loads when it is read.
        with suppress(DoesNotExist):
            made.refresh()
        return made
    made.refresh()
    other_type = hit_type is not None and made.hit_type_id != getattr(hit_type, "id", hit_type)
    other_question = "Question" in own and made.question_xml is not None and made.question_xml != own["Question"]
    if other_type or other_question:
        error.message += " It is of another type, or asks another question: each HIT needs a token of its own."
        raise error
    return made


def request_token(value: str | None) -> str | None:
    """The caller's token; without one the connection makes one for this call."""
    return None if value is None else limit.token(value)


def _policy(name: str, value: ReviewPolicy | None) -> ReviewPolicy | None:
    if value is not None and not isinstance(value, ReviewPolicy):
        raise ValidationError(f"{name} must be a ReviewPolicy, not {value!r}")
    return value


def _question(asked: object, connection: Connection) -> dict[str, object]:
    if isinstance(asked, Layout):
        parameters = [{"Name": name, "Value": text} for name, text in asked.parameters.items()]
        return {"HITLayoutId": asked.id, "HITLayoutParameters": parameters}
    document = question.document(asked, connection.question_limit)
    if isinstance(asked, HTMLQuestion) and not _CAN_SUBMIT.search(asked.html):
        warnings.warn("this page has no form, so that nobody can submit it; see question.validate()", stacklevel=4)
    return {"Question": document}
