"""HITs that were published without the batch become its own, and are not published again."""

from __future__ import annotations

from pathlib import Path

import boto3
import pytest

from mturk import HIT, Batch, Connection, HITType, HTMLQuestion, Layout, ValidationError
from mturk.marketplace import Marketplace, WorkerError
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


def ids(batch: Batch) -> dict[tuple[str, int], str | None]:
    return {(piece.key, piece.part): piece.hit_id for piece in batch.rows()}


@pytest.mark.parametrize("annotation", [None, "{batch} {row} {part}", "mine"])
def test_a_lost_journal_of_rows_with_several_hits_is_made_again(
    make: MakeBatch, service: Connection, tmp_path: Path, annotation: str | None
) -> None:
    lost = make(ROWS[:3], assignments=12, split=True, annotation=annotation)
    lost.publish(limit=4)
    (tmp_path / "photos.journal").unlink()
    batch = make(ROWS[:3], assignments=12, split=True, annotation=annotation)
    assert batch.adopt(HIT.all(connection=service)) == 4
    assert {place: hit_id for place, hit_id in ids(batch).items() if hit_id} == {
        place: hit_id for place, hit_id in ids(lost).items() if hit_id
    }
    assert batch.publish().published == 2
    assert HIT.all(connection=service).count() == 6
    assert len({hit.hit_type_id for hit in HIT.all(connection=service)}) == 2


def test_workers_of_a_lost_batch_do_not_find_the_other_parts_of_rows_either(
    make: MakeBatch, market: Marketplace, service: Connection, tmp_path: Path
) -> None:
    lost = make(ROWS[:2], assignments=12, split=True)
    lost.publish(limit=2)
    worker = market.worker("A1ADA")
    worker.submit(worker.accept(str(ids(lost)["1", 0])), {"label": "cat"})
    (tmp_path / "photos.journal").unlink()
    batch = make(ROWS[:2], assignments=12, split=True)
    batch.adopt(HIT.all(connection=service))
    batch.publish()
    for place in (("1", 1), ("2", 1)):
        with pytest.raises(WorkerError, match="ualif"):
            worker.accept(str(ids(batch)[place]))
    worker.accept(str(ids(batch)["2", 0]))


def test_no_hits_for_rows_of_several_are_told(make: MakeBatch, photos: HITType, tmp_path: Path) -> None:
    make(assignments=12, split=True).publish()
    (tmp_path / "photos.journal").unlink()
    with pytest.raises(ValidationError, match=r"no HITs were given.*HIT\.all"):
        make(assignments=12, split=True).adopt(photos.hits())


def test_a_lost_batch_of_a_layout_is_known_by_its_annotations(
    make: MakeBatch, market: Marketplace, photos: HITType, tmp_path: Path
) -> None:
    layout = Layout(market.layout("Label", "<p>${text} ${url}</p><input name='label'>"))
    lost = make(question=layout)
    lost.publish(limit=3)
    (tmp_path / "photos.journal").unlink()
    batch = make(question=layout)
    assert batch.adopt(photos.hits()) == 3
    assert ids(batch) == ids(lost)


@pytest.mark.parametrize("order", [1, -1])
def test_equal_hits_are_for_the_rows_that_their_annotations_name(
    make: MakeBatch, photos: HITType, tmp_path: Path, order: int
) -> None:
    rows = [{"id": "a", "text": "same", "url": "u"}, {"id": "b", "text": "same", "url": "u"}]
    lost = make(rows, key="id")
    lost.publish()
    (tmp_path / "photos.journal").unlink()
    batch = make(rows[::order], key="id")
    assert batch.adopt(photos.hits()) == 2
    assert ids(batch) == ids(lost)


def test_of_two_batches_nothing_is_adopted(make: MakeBatch, photos: HITType, tmp_path: Path) -> None:
    for name in ("first", "second"):
        make(journal=tmp_path / name).publish()
    batch = make()
    before = batch.id
    with pytest.raises(ValidationError, match="for no row that is not published yet"):
        batch.adopt(photos.hits())
    assert (batch.id, set(ids(batch).values())) == (before, {None})


def test_a_batch_that_takes_nothing_in_keeps_its_id(make: MakeBatch, photos: HITType, tmp_path: Path) -> None:
    make(ROWS[:3], journal=tmp_path / "other").publish()
    batch = make(ROWS[:1])
    before = batch.id
    with pytest.raises(ValidationError, match="nothing was adopted"):
        batch.adopt(photos.hits())
    assert batch.id == before


def test_what_was_sent_for_the_lost_journal_is_not_sent_again(
    make: MakeBatch, service: Connection, photos: HITType, tmp_path: Path
) -> None:
    lost = make()
    lost.publish()
    (tmp_path / "photos.journal").unlink()
    batch = make()
    # A list that lags behind has only the first three.
    assert batch.adopt([HIT.get(str(piece.hit_id), connection=service) for piece in list(lost.rows())[:3]]) == 3
    batch.publish()
    assert HIT.all(connection=service).count() == 5
    assert ids(batch) == ids(lost)


def test_results_show_the_annotation_that_an_adopted_hit_has(
    make: MakeBatch, market: Marketplace, photos: HITType
) -> None:
    hit = photos.create_hit(HTMLQuestion(PAGE), 600, requester_annotation="by hand")
    batch = make(annotation="photos {row}")
    batch.adopt([hit], {hit.id: "2"})
    worker = market.worker("A1ADA")
    worker.submit(worker.accept(hit.id), {"label": "cat"})
    assert [result.fields()["RequesterAnnotation"] for result in batch.results()] == ["by hand"]
