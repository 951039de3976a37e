"""Review policies as requesters write them: their parameters, and what is accepted in each.

A policy comes as a name and a list of parameters whose values are all texts. It is read twice by the same
functions: when a HIT is published, to refuse what cannot be meant, and whenever it is applied.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from mturk.marketplace.document.answer import Values, values_of
from mturk.marketplace.error import ParameterValidationError
from mturk.marketplace.request.rules import FEEDBACK, YEAR
from mturk.marketplace.request.shape import Finding

KNOWN_ANSWERS = "ScoreMyKnownAnswers/2011-09-01"
PLURALITY = "SimplePlurality/2011-09-01"

Policy = Mapping[str, Any]
_ANY = 2**31 - 1
_MOST_QUESTIONS = 15
_MOST_KNOWN = 1_000
_LONGEST_IDENTIFIER = 255


@dataclass(frozen=True)
class Extension:
    """To let one more worker work if a score is below `below`, up to `most` assignments in all."""

    below: int
    most: int
    seconds: int


@dataclass(frozen=True)
class KnownAnswers:
    """ScoreMyKnownAnswers: each submission is held against answers that the requester knows."""

    key: Mapping[str, Values]
    approve_from: int | None
    approve_reason: str | None
    reject_below: int | None
    reject_reason: str | None
    extension: Extension | None


@dataclass(frozen=True)
class Plurality:
    """SimplePlurality: what the workers of a HIT answered is held against each other."""

    questions: tuple[str, ...]
    threshold: int
    disregard_rejected: bool
    disregard_below: int | None
    approve_from: int | None
    reject_below: int | None
    reject_reason: str | None
    extension: Extension | None


def known_answers(policy: Policy) -> KnownAnswers:
    """An assignment's policy, or a refusal that names the parameter that is wrong."""
    given = _read("AssignmentReviewPolicy", policy, KNOWN_ANSWERS, _OF_KNOWN_ANSWERS, "AnswerKey")
    below = given.get("ExtendIfKnownAnswerScoreIsLessThan")
    most, seconds = given.get("ExtendMaximumAssignments", 5), given.get("ExtendMinimumTimeInSeconds", 0)
    return KnownAnswers(
        key=given["AnswerKey"],
        approve_from=given.get("ApproveIfKnownAnswerScoreIsAtLeast"),
        approve_reason=given.get("ApproveReason"),
        reject_below=given.get("RejectIfKnownAnswerScoreIsLessThan"),
        reject_reason=given.get("RejectReason"),
        extension=None if below is None else Extension(below, most, seconds),
    )


def plurality(policy: Policy) -> Plurality:
    """A HIT's policy, or a refusal that names the parameter that is wrong."""
    needed = ("QuestionIds", "QuestionAgreementThreshold")
    given = _read("HITReviewPolicy", policy, PLURALITY, _OF_PLURALITY, *needed)
    below = given.get("ExtendIfHITAgreementScoreIsLessThan")
    if below is not None:
        _need(PLURALITY, given, "ExtendMaximumAssignments", "ExtendMinimumTimeInSeconds")
    return Plurality(
        questions=given["QuestionIds"],
        threshold=given["QuestionAgreementThreshold"],
        disregard_rejected=given.get("DisregardAssignmentIfRejected", False),
        disregard_below=given.get("DisregardAssignmentIfKnownAnswerScoreIsLessThan"),
        approve_from=given.get("ApproveIfWorkerAgreementScoreIsAtLeast"),
        reject_below=given.get("RejectIfWorkerAgreementScoreIsLessThan"),
        reject_reason=given.get("RejectReason"),
        extension=None
        if below is None
        else Extension(below, given["ExtendMaximumAssignments"], given["ExtendMinimumTimeInSeconds"]),
    )


# What was published before there were these limits is applied all the same.
def check_known_answers(policy: Policy) -> None:
    """Refuse an assignment's policy that cannot be meant, or that would be told at too great a length each time."""
    if len(known_answers(policy).key) > _MOST_KNOWN:
        raise ParameterValidationError("AnswerKey", f"The parameter AnswerKey takes {_MOST_KNOWN} questions at most.")


def check_plurality(policy: Policy) -> None:
    """Refuse a HIT's policy in the same way."""
    for identifier in plurality(policy).questions:
        _expect_identifier("QuestionIds", identifier)


class _Kind(Protocol):
    """Reads one parameter of a policy, or refuses it."""

    def read(self, name: str, given: Mapping[str, Any]) -> Any: ...


@dataclass(frozen=True)
class _Number:
    least: int
    most: int

    def read(self, name: str, given: Mapping[str, Any]) -> int:
        text = _only_value(name, given)
        if not re.fullmatch("[0-9]{1,10}", text) or not self.least <= int(text) <= self.most:
            reason = f"The value must be a whole number between {self.least} and {self.most}."
            raise ParameterValidationError.of(name, text, reason)
        return int(text)


class _Letter:
    def read(self, name: str, given: Mapping[str, Any]) -> bool:
        text = _only_value(name, given)
        if text not in ("T", "F"):
            raise ParameterValidationError.of(name, text, "The value must be T or F.")
        return text == "T"


class _Reason:
    def read(self, name: str, given: Mapping[str, Any]) -> str:
        # It becomes the feedback on an assignment, so it has the limits of one.
        finding = Finding()
        text = FEEDBACK.read(_only_value(name, given), name, name, finding)
        refusal = finding.refusal()
        if refusal:
            raise refusal
        return text


class _Identifiers:
    def read(self, name: str, given: Mapping[str, Any]) -> tuple[str, ...]:
        values = _values(name, given)
        # Documented as one text with commas, sent by most clients as a list.
        parts = values[0].split(",") if len(values) == 1 else values
        identifiers = tuple(dict.fromkeys(part.strip() for part in parts))
        if not 1 <= len(identifiers) <= _MOST_QUESTIONS or not all(identifiers):
            reason = f"Name 1 to {_MOST_QUESTIONS} questions."
            raise ParameterValidationError.of(name, ",".join(values), reason)
        return identifiers


class _Key:
    def read(self, name: str, given: Mapping[str, Any]) -> dict[str, Values]:
        entries = given.get("MapEntries") or []
        if given.get("Values") or not entries:
            raise ParameterValidationError(name, f"The parameter {name} takes MapEntries, at least one, and no Values.")
        key: dict[str, Values] = {}
        for entry in entries:
            identifier = entry.get("Key", "")
            _expect_identifier(name, identifier)
            if identifier in key:
                raise ParameterValidationError.of(name, identifier, "The question stands in it twice.")
            key[identifier] = values_of(entry.get("Values") or [])
        return key


_PERCENT = _Number(0, 101)
_SECONDS = _Number(60, YEAR)
_OF_KNOWN_ANSWERS: Mapping[str, _Kind] = {
    "AnswerKey": _Key(),
    "ApproveIfKnownAnswerScoreIsAtLeast": _PERCENT,
    "ApproveReason": _Reason(),
    "RejectIfKnownAnswerScoreIsLessThan": _PERCENT,
    "RejectReason": _Reason(),
    "ExtendIfKnownAnswerScoreIsLessThan": _PERCENT,
    "ExtendMaximumAssignments": _Number(2, 25),
    "ExtendMinimumTimeInSeconds": _SECONDS,
}
_OF_PLURALITY: Mapping[str, _Kind] = {
    "QuestionIds": _Identifiers(),
    "QuestionAgreementThreshold": _Number(0, _ANY),
    "DisregardAssignmentIfRejected": _Letter(),
    "DisregardAssignmentIfKnownAnswerScoreIsLessThan": _Number(0, _ANY),
    "ExtendIfHITAgreementScoreIsLessThan": _Number(1, 100),
    "ExtendMaximumAssignments": _Number(1, _ANY),
    "ExtendMinimumTimeInSeconds": _SECONDS,
    "ApproveIfWorkerAgreementScoreIsAtLeast": _Number(0, _ANY),
    "RejectIfWorkerAgreementScoreIsLessThan": _Number(0, _ANY),
    "RejectReason": _Reason(),
}
# The service's own example spells it so.
_OTHER_SPELLINGS = {"QuestionIDs": "QuestionIds"}


def _read(member: str, policy: Policy, name: str, kinds: Mapping[str, _Kind], *needed: str) -> dict[str, Any]:
    if policy["PolicyName"] != name:
        raise ParameterValidationError.of(member, policy["PolicyName"], f"The policy there is for it is {name}.")
    read: dict[str, Any] = {}
    for given in policy.get("Parameters") or []:
        key = _OTHER_SPELLINGS.get(given.get("Key", ""), given.get("Key", ""))
        if key not in kinds:
            raise ParameterValidationError.of(member, key, f"{name} takes {', '.join(kinds)}.")
        if key in read:
            raise ParameterValidationError.of(member, key, "The parameter is given twice.")
        read[key] = kinds[key].read(key, given)
    _need(name, read, *needed)
    return read


def _need(policy: str, given: Mapping[str, Any], *names: str) -> None:
    for name in names:
        if name not in given:
            raise ParameterValidationError(name, f"{policy} needs the parameter {name} here.")


def _expect_identifier(name: str, identifier: str) -> None:
    if not identifier or len(identifier.encode()) > _LONGEST_IDENTIFIER:
        reason = f"A question's identifier has 1 to {_LONGEST_IDENTIFIER} bytes."
        raise ParameterValidationError.of(name, identifier, reason)


def _values(name: str, given: Mapping[str, Any]) -> list[str]:
    values: list[str] = given.get("Values") or []
    if given.get("MapEntries") or not values:
        raise ParameterValidationError(name, f"The parameter {name} takes Values and no MapEntries.")
    return values


def _only_value(name: str, given: Mapping[str, Any]) -> str:
    values = _values(name, given)
    if len(values) != 1:
        raise ParameterValidationError.of(name, ",".join(values), "It takes exactly one value.")
    return values[0]
