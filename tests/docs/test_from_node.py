"""Where the Node module had another way, that way works or its error names today's: see docs/from-node.md."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mturk import HIT, Connection, Notification, ValidationError
from mturk import requirements as req
from tests.judge import Judge, full_answer


@pytest.mark.parametrize(
    "ask",
    [
        lambda c: HIT.search(sort_property="CreationTime", connection=c),  # type: ignore[arg-type]
        lambda c: HIT.get_reviewable(sort_direction="Ascending", connection=c),  # type: ignore[arg-type]
        lambda c: HIT("3HIT", connection=c).get_assignments(sort_property="SubmitTime"),  # type: ignore[arg-type]
    ],
)
def test_a_sort_option_is_refused_and_today_s_way_named(
    connection: Connection, judge: Judge, ask: Callable[[Connection], object]
) -> None:
    with pytest.raises(ValidationError, match=r"the service sorts no more.*sorted\(hits, key="):
        ask(connection)
    assert judge.calls == []


def test_a_search_without_sorting_lists_all_hits(connection: Connection, judge: Judge) -> None:
    judge.answer("ListHITs", full_answer("ListHITs", 2))
    assert len(HIT.search(connection=connection)[:2]) == 2


@pytest.mark.parametrize("gone", [req.categorization_masters, req.photo_moderation_masters])
def test_the_special_masters_say_what_to_write_today(gone: req.SystemQualification) -> None:
    with pytest.raises(ValidationError, match=r"is no more.*masters\.exists\(\)"):
        gone.exists()


@pytest.mark.parametrize("transport", ["SOAP", "REST"])
def test_the_old_transports_of_notifications_name_those_there_are(transport: str) -> None:
    with pytest.raises(ValidationError, match="one of Email, SQS, SNS"):
        Notification("https://queue", transport, ["HITReviewable"])


@pytest.mark.parametrize(("annotation", "read"), [(None, None), ('{"row": 7}', {"row": 7})])
def test_an_annotation_is_read_as_json_beside_its_text(annotation: str | None, read: object) -> None:
    hit = HIT._read({"HITId": "3HIT", "RequesterAnnotation": annotation}, None)
    assert (hit.requester_annotation, hit.annotation_json) == (annotation, read)


def test_an_annotation_that_is_no_json_is_left_alone_until_it_is_read_as_such() -> None:
    hit = HIT._read({"HITId": "3HIT", "RequesterAnnotation": "BatchId:7"}, None)
    assert hit.requester_annotation == "BatchId:7"
    with pytest.raises(ValueError, match="Expecting value"):
        _ = hit.annotation_json
