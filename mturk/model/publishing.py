"""What one HIT adds to the terms of its type: the question, how long it is on offer, and to how many workers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Protocol

import attrs

from mturk.budget import spending
from mturk.cost import hit_cost
from mturk.data import limit
from mturk.errors import AlreadyDone, ValidationError
from mturk.model.review import ReviewPolicy
from mturk.model.terms import Terms
from mturk.model.used_token import AskedFor
from mturk.question import question
from mturk.question.layout import Layout
from mturk.record.record import id_of, kind_of

if TYPE_CHECKING:
    from mturk.connection.connection import Connection
    from mturk.model.hit import HIT
    from mturk.model.hit_type import HITType

MOST_ASSIGNMENTS = 1_000_000_000


class HasXML(Protocol):
    """Anything that gives question XML: an HTMLQuestion, ExternalQuestion, QuestionForm, Question."""

    def to_xml(self) -> str:
        """The XML, as it goes to the service."""
        ...


Asked = HasXML | Layout | str
"""What a HIT can be made to ask: a question, a layout, or question XML."""


def request_token(value: str | None) -> str | None:
    """The caller's token; without one the connection makes one for this call."""
    return None if value is None else limit.token(value)


def _lifetime(value: timedelta | int) -> timedelta:
    return timedelta(seconds=limit.seconds("lifetime", value, 30, limit.YEAR))


def _max_assignments(value: int | None) -> int:
    return 1 if value is None else limit.whole("max_assignments", value, 1, MOST_ASSIGNMENTS)


def _annotation(value: str | None) -> str | None:
    if value is None:
        return None
    if not limit.text("requester_annotation", value, 255).isascii():
        raise ValidationError(f"requester_annotation must be ASCII, which the service takes alone, not {value!r}")
    return value


def _policy(offer: Offer, attribute: attrs.Attribute[ReviewPolicy | None], value: object) -> None:
    if value is not None and not isinstance(value, ReviewPolicy):
        raise ValidationError(f"{attribute.name} must be a ReviewPolicy, not {value!r}")


@attrs.frozen
class Offer:
    """One HIT as it is published, each part within the service's limits."""

    question: Asked
    lifetime: timedelta = attrs.field(converter=_lifetime)
    max_assignments: int = attrs.field(default=1, converter=_max_assignments)
    requester_annotation: str | None = attrs.field(default=None, converter=_annotation)
    unique_request_token: str | None = attrs.field(default=None, converter=request_token)
    assignment_review_policy: ReviewPolicy | None = attrs.field(default=None, validator=_policy)
    hit_review_policy: ReviewPolicy | None = attrs.field(default=None, validator=_policy)

    def members(self, connection: Connection) -> dict[str, object]:
        """The offer as the service names it; renders and checks the question."""
        return {
            "LifetimeInSeconds": self.lifetime,
            "MaxAssignments": self.max_assignments,
            "RequesterAnnotation": self.requester_annotation,
            "UniqueRequestToken": self.unique_request_token,
            "AssignmentReviewPolicy": self.assignment_review_policy,
            "HITReviewPolicy": self.hit_review_policy,
            **_question(self.question, connection),
        }


def create_hit(connection: Connection, terms: Terms, offer: Offer) -> HIT:
    """Publish a HIT whose terms are spelled out."""
    members = {**terms.members(connection), **offer.members(connection)}
    try:
        with spending(connection.budget, lambda: terms.cost(offer.max_assignments)):
            return _made(connection.call("CreateHIT", **members), connection)
    except AlreadyDone as error:
        return AskedFor(terms.fields(), offer, members.get("Question")).hit_of(error, connection)


def create_hit_with_hit_type(connection: Connection, hit_type: HITType | str, offer: Offer) -> HIT:
    """Publish a HIT of a type."""
    type_id = id_of("hit_type", hit_type, "HITType")
    members = {"HITTypeId": type_id, **offer.members(connection)}
    try:
        with spending(connection.budget, lambda: _cost_of_type(hit_type, offer.max_assignments)):
            return _made(connection.call("CreateHITWithHITType", **members), connection)
    except AlreadyDone as error:
        return AskedFor({"hit_type_id": type_id}, offer, members.get("Question")).hit_of(error, connection)


def _made(answer: Mapping[str, Any], connection: Connection) -> HIT:
    made: HIT = kind_of("HIT")._of(answer, connection)
    return made


def _cost_of_type(hit_type: HITType | str, assignments: int) -> Decimal:
    if isinstance(hit_type, str) or not hit_type._has("reward"):
        return hit_cost(None, assignments, assignments, None)
    return hit_cost(hit_type.reward, assignments, assignments, hit_type.qualification_requirements)


def _question(asked: Asked, connection: Connection) -> dict[str, object]:
    if isinstance(asked, Layout):
        parameters = [{"Name": name, "Value": text} for name, text in asked.parameters.items()]
        return {"HITLayoutId": asked.id, "HITLayoutParameters": parameters}
    document = question.document(asked, connection.question_limit)
    return {"Question": document}
