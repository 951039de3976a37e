"""A template that names a verb does not call it: Django calls whatever needs no argument, unless it alters data."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

import pytest
from django.template import Context, Engine

import mturk
from mturk import HIT, Assignment, Connection, HITType, QualificationRequest, QualificationType, Worker
from tests.judge import Judge

# What only reads, computes or renders; a template may call it.
READS = {
    "aggregate", "agreement",
    "all", "assignments", "balance", "batch", "below", "blocked", "bonuses", "columns", "count", "current",
    "does_not_exist", "estimate", "exists", "fields", "file_upload_url", "first", "from_element", "from_query",
    "from_string", "from_template", "from_xml", "get", "get_assignments", "get_reviewable", "getlist", "gold",
    "guarding",
    "hits", "index", "is_in", "items", "judgement", "keys", "next_page", "not_in", "now", "of", "open", "page",
    "pages", "pay_bonuses", "plot", "prefetch", "rows", "status", "problems", "qualifications", "read", "read_csv",
    "refresh", "reliability", "render",
    "requests", "results", "review", "review_from", "review_results", "reviewable", "score", "search", "show",
    "summary", "to_dict", "to_json", "to_pandas", "to_records", "to_xml", "transport", "validate", "values",
    "wait_until_reviewable", "where", "workers",
}  # fmt: skip


def public_classes() -> list[type]:
    return [kind for name in mturk.__all__ if isinstance(kind := getattr(mturk, name), type)]


def verbs() -> Iterator[tuple[str, Any]]:
    for kind in public_classes():
        if issubclass(kind, (BaseException, str)):
            continue
        for name in dir(kind):
            member = inspect.getattr_static(kind, name)
            function = getattr(member, "__func__", member)
            if not name.startswith("_") and callable(function) and not isinstance(function, type):
                yield f"{kind.__name__}.{name}", function


@pytest.mark.parametrize(("name", "function"), [pytest.param(*each, id=each[0]) for each in verbs()])
def test_each_public_verb_alters_data_or_is_known_to_read(name: str, function: Any) -> None:
    method = name.partition(".")[2]
    inherited = method in dir(tuple) and name.startswith("Selected.")
    assert inherited or getattr(function, "alters_data", False) != (method in READS), name


def fill(template: str, **values: object) -> str:
    return Engine().from_string(template).render(Context(values))


@pytest.mark.parametrize(
    ("kind", "verb"),
    [
        (Assignment, "approve"),
        (HIT, "close"),
        (HIT, "delete"),
        (HIT, "expire"),
        (HIT, "mark_reviewing"),
        (HITType, "once_per_worker"),
        (QualificationRequest, "accept"),
        (QualificationRequest, "reject"),
        (QualificationType, "update"),
        (QualificationType, "delete"),
        (Worker, "unblock"),
    ],
)
def test_a_django_template_calls_no_verb(kind: Any, verb: str, judge: Judge, connection: Connection) -> None:
    assert fill(f"[{{{{ it.{verb} }}}}]", it=kind("A3X", connection=connection)) == "[]"
    assert judge.arrived == 0


def test_a_django_template_still_reads(judge: Judge, connection: Connection) -> None:
    judge.answer("ListAssignmentsForHIT", {"Assignments": [{"AssignmentId": "3A", "WorkerId": "A1"}]})
    hit = HIT("3X", connection=connection)
    assert fill("{% for a in hit.assignments %}{{ a.worker_id }}{% endfor %}", hit=hit) == "A1"
