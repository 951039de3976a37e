"""The mark that a HIT is being reviewed: UpdateHITReviewStatus."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.marketplace.conftest import Client, Refused


def _status(client: Client, hit_id: str) -> Any:
    return client.get_hit(HITId=hit_id)["HIT"]["HITStatus"]


def test_a_mark_for_review_can_be_set_and_taken_back(
    client: Client, publish: Callable[..., dict[str, Any]], work: Callable[..., str]
) -> None:
    hit_id = publish()["HITId"]
    work(hit_id)
    client.update_hit_review_status(HITId=hit_id)
    assert _status(client, hit_id) == "Reviewing"
    client.update_hit_review_status(HITId=hit_id, Revert=True)
    assert _status(client, hit_id) == "Reviewable"


@pytest.mark.parametrize(
    ("marked", "revert", "state", "allowed"),
    [
        (False, True, "Reviewable", "Reviewing"),
        (True, False, "Reviewing", "Reviewable"),
    ],
)
def test_marking_is_not_a_toggle(
    client: Client,
    publish: Callable[..., dict[str, Any]],
    work: Callable[..., str],
    refused: Refused,
    marked: bool,
    revert: bool,
    state: str,
    allowed: str,
) -> None:
    hit_id = publish()["HITId"]
    work(hit_id)
    if marked:
        client.update_hit_review_status(HITId=hit_id)
    error = refused(client.update_hit_review_status, HITId=hit_id, Revert=revert)
    assert error["TurkErrorCode"] == "AWS.MechanicalTurk.InvalidHITState"
    assert error["Message"].startswith(
        f"This HIT is currently in the state '{state}'. This operation can be called with a status of: {allowed} ("
    )
