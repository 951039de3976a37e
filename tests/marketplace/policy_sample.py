"""Review policies that the tests publish, and their reports as tables."""

from __future__ import annotations

from typing import Any


def known_answers(key: dict[str, list[str]] | None = None, **parameters: object) -> dict[str, Any]:
    """An assignment's policy."""
    entries = [{"Key": name, "Values": values} for name, values in (key or {"label": ["cat"]}).items()]
    answer_key = {"Key": "AnswerKey", "MapEntries": entries}
    return {"PolicyName": "ScoreMyKnownAnswers/2011-09-01", "Parameters": [answer_key, *_texts(parameters)]}


def plurality(questions: list[str] | None = None, threshold: int = 50, **parameters: object) -> dict[str, Any]:
    """A HIT's policy."""
    names = {"Key": "QuestionIds", "Values": questions or ["label"]}
    given = _texts({"QuestionAgreementThreshold": threshold, **parameters})
    return {"PolicyName": "SimplePlurality/2011-09-01", "Parameters": [names, *given]}


def extending(below: int = 101, most: int = 9, seconds: int = 3600, *, of: str = "KnownAnswerScore") -> dict[str, int]:
    """Parameters that make a policy extend its HIT."""
    return {
        f"ExtendIf{of}IsLessThan": below,
        "ExtendMaximumAssignments": most,
        "ExtendMinimumTimeInSeconds": seconds,
    }


def _texts(parameters: dict[str, object]) -> list[dict[str, Any]]:
    return [{"Key": name, "Values": [str(value)]} for name, value in parameters.items()]


def report(client: Any, hit_id: str, level: str, **arguments: Any) -> dict[str, list[dict[str, Any]]]:
    """The whole report of one level."""
    answer = client.list_review_policy_results_for_hit(HITId=hit_id, PolicyLevels=[level], MaxResults=100, **arguments)
    found: dict[str, list[dict[str, Any]]] = answer[f"{level}ReviewReport"]
    return found


def results(client: Any, hit_id: str, level: str) -> list[tuple[Any, ...]]:
    """What a policy found out: subject, question, key, value."""
    found = report(client, hit_id, level)["ReviewResults"]
    return [(one["SubjectId"], one.get("QuestionId"), one["Key"], one["Value"]) for one in found]


def actions(client: Any, hit_id: str, level: str) -> list[tuple[Any, ...]]:
    """What a policy did besides reviewing: name, target, status, code."""
    found = report(client, hit_id, level)["ReviewActions"]
    return [
        (one["ActionName"], one["TargetId"], one["Status"], one.get("ErrorCode"))
        for one in found
        if one["ActionName"] != "review"
    ]
