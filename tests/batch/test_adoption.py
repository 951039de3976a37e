"""HITs that were published without the batch become its own, and are not published again."""

from __future__ import annotations

from pathlib import Path

import boto3
import pytest

from mturk import HIT, Connection, HITType, HTMLQuestion, ValidationError
from mturk.marketplace import Marketplace
from tests.batch.conftest import ROWS, MakeBatch
from tests.page import PAGE


def test_a_lost_journal_is_made_again_out_of_the_hits(
    make: MakeBatch, photos: HITType, service: Connection, tmp_path: Path
) -> None:
    make(annotation="photos {row}").publish(limit=3)
    (tmp_path / "photos.journal").unlink()
    batch = make(annotation="photos {row}")
    assert batch.adopt(photos.hits()) == 3
    assert batch.publish().published == 2
    assert HIT.all(connection=service).count() == 5
    assert [f"Photo {number}" in str(hit.question_xml) for number, hit in enumerate(batch.hits(), 1)] == [True] * 5


def test_hits_that_boto3_published_are_known_by_their_questions(
    make: MakeBatch, photos: HITType, market: Marketplace
) -> None:
    batch = make(question=lambda row: HTMLQuestion(PAGE.replace("label", row["text"])))
    client = boto3.client(
        "mturk",
        endpoint_url=market.url,
        region_name="us-east-1",
        aws_access_key_id=market.access_key,
        aws_secret_access_key=market.secret_key,
    )
    for row in ROWS[1:3]:
        question = HTMLQuestion(PAGE.replace("label", row["text"])).to_xml()
        client.create_hit_with_hit_type(HITTypeId=photos.id, LifetimeInSeconds=600, Question=question, MaxAssignments=4)
    client.close()
    assert batch.adopt(photos.hits()) == 2
    assert [(row.key, row.assignments) for row in batch.rows() if row.state == "published"] == [("2", 4), ("3", 4)]
    assert batch.publish().published == 3


def test_a_hit_for_no_row_is_told_and_nothing_is_adopted(make: MakeBatch, photos: HITType) -> None:
    stranger = photos.create_hit(HTMLQuestion(PAGE), 600)
    batch = make()
    with pytest.raises(ValidationError, match=rf"{stranger.id} is for no row .*rows="):
        batch.adopt([stranger])
    assert not list(batch.hits())
    assert batch.adopt([stranger], {stranger.id: "2"}) == 1
    assert [hit.id for hit in batch.hits()] == [stranger.id]
    assert batch.adopt([stranger]) == 0


def test_a_hit_of_another_type_is_told(make: MakeBatch, service: Connection) -> None:
    other = HITType.create("Another", "…", "0.05", 600, connection=service).create_hit(HTMLQuestion(PAGE), 600)
    with pytest.raises(ValidationError, match=f"{other.id} is of another HIT type"):
        make().adopt([other])


def test_equal_hits_are_for_a_row_each(make: MakeBatch, photos: HITType) -> None:
    page = HTMLQuestion(PAGE)
    hits = [photos.create_hit(page, 600) for _ in range(2)]
    batch = make([{"text": "a"}, {"text": "a"}], lambda row: page)
    assert batch.adopt(hits) == 2
    assert {hit.id for hit in batch.hits()} == {hit.id for hit in hits}
