"""Where the Node module had another way, that way works or its error names today's: see docs/from-node.md."""

from __future__ import annotations

import pytest

from mturk import HIT, Connection, Notification, ValidationError
from tests.judge import Judge, full_answer


def test_a_search_without_sorting_lists_all_hits(connection: Connection, judge: Judge) -> None:
    judge.answer("ListHITs", full_answer("ListHITs", 2))
    assert len(HIT.search(connection=connection)[:2]) == 2


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
