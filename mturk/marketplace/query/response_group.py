"""Response groups: how much of a HIT an answer of the old API shows."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from mturk.marketplace.call import Answer

MINIMAL, DETAIL, QUESTION, SUMMARY = "Minimal", "HITDetail", "HITQuestion", "HITAssignmentSummary"
WHOLE = (MINIMAL, DETAIL, QUESTION)

_OF_MINIMAL = {"HITId", "HITTypeId"}
_OF_OTHERS = {
    "Question": QUESTION,
    "NumberOfAssignmentsPending": SUMMARY,
    "NumberOfAssignmentsAvailable": SUMMARY,
    "NumberOfAssignmentsCompleted": SUMMARY,
}


def shown(answer: Answer, groups: Collection[str]) -> Answer:
    """An answer with so much of its HITs as these groups have; what names them is always there."""
    return {name: _shown(name, value, groups) for name, value in answer.items()}


def _shown(name: str, value: Any, groups: Collection[str]) -> Any:
    if name == "HIT":
        return dict(_some(value, groups))
    if name == "HITs":
        return [dict(_some(hit, groups)) for hit in value]
    return value


def _some(hit: Answer, groups: Collection[str]) -> Iterable[tuple[str, Any]]:
    return ((name, hit[name]) for name in hit if name in _OF_MINIMAL or _OF_OTHERS.get(name, DETAIL) in groups)
