"""Fields that are stored as an id and read as a record."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest
from django import forms
from django.contrib.auth.models import User
from django.core import serializers
from django.core.exceptions import ValidationError
from django.db import connection as database
from django.db.migrations.writer import MigrationWriter
from django.db.models import F, Max
from django.test import Client

import mturk
from mturk import HIT, Assignment, Connection, HITType, QualificationType, Worker
from mturk.django import HITField, WorkerField
from tests.django.lab.models import Photo
from tests.judge import Judge

RECORDS = {
    "hit": HIT("3HIT"),
    "photos": HITType("3TYPE"),
    "assignment": Assignment("3ASSIGNMENT"),
    "worker": Worker("A1WORKER"),
    "skill": QualificationType("3SKILL"),
}


@pytest.fixture
def photo(db: None) -> Photo:
    return Photo.objects.create(**RECORDS)


@pytest.mark.parametrize(("name", "record"), RECORDS.items())
def test_what_was_stored_as_an_id_is_read_as_the_record(photo: Photo, name: str, record: Any) -> None:
    read = Photo.objects.get()
    assert getattr(read, name) == record
    assert type(getattr(read, name)) is type(record)


def test_the_database_holds_the_bare_id(photo: Photo) -> None:
    with database.cursor() as cursor:
        cursor.execute("SELECT hit, worker FROM lab_photo")
        assert cursor.fetchall() == [("3HIT", "A1WORKER")]


def test_an_id_that_is_assigned_is_read_as_the_record_at_once() -> None:
    assert Photo(hit="3HIT").hit == HIT("3HIT")


def test_reading_makes_no_call(photo: Photo, judge: Judge, default: Connection) -> None:
    read = Photo.objects.get()
    assert (read.hit.id, repr(read.worker)) == ("3HIT", "<Worker A1WORKER>")
    assert judge.arrived == 0


def test_the_record_belongs_to_the_connection_in_force(photo: Photo, default: Connection, connect: Any) -> None:
    other = connect("http://127.0.0.1:1/")
    assert Photo.objects.get().hit.connection is default
    with mturk.using(other):
        assert Photo.objects.get().hit.connection is other


@pytest.mark.parametrize("given", [HIT("3HIT"), "3HIT"])
def test_a_look_up_takes_a_record_or_an_id(photo: Photo, given: Any) -> None:
    for condition in ({"hit": given}, {"hit__in": [given, "3OTHER"]}, {"hit__exact": given}):
        assert Photo.objects.filter(**condition).get() == photo
        assert not Photo.objects.exclude(**condition).exists()


def test_a_look_up_by_a_part_of_the_id_works_as_with_any_text(photo: Photo) -> None:
    assert Photo.objects.filter(hit__startswith="3H", worker__contains="WORK", hit__iexact="3hit").get() == photo


def test_a_look_up_by_what_is_no_id_finds_nothing(photo: Photo) -> None:
    assert not Photo.objects.filter(hit="'; --").exists()


def test_a_look_up_by_a_record_of_another_kind_is_refused(db: None) -> None:
    with pytest.raises(mturk.ValidationError, match="hit must be a HIT or its id"):
        Photo.objects.filter(hit=Worker("A1")).exists()


@pytest.mark.parametrize("nothing", [None, ""])
def test_nothing_is_none(db: None, nothing: Any) -> None:
    made = Photo.objects.create(hit=nothing, assignment=nothing)
    assert (made.hit, made.assignment) == (None, None)
    read = Photo.objects.get(hit=None)
    assert (read.hit, read.assignment) == (None, None)
    read.save()


def test_two_rows_without_a_hit_do_not_collide(db: None) -> None:
    Photo.objects.bulk_create([Photo(), Photo()])
    Photo(assignment="3A").full_clean()
    assert Photo.objects.filter(hit__isnull=True).count() == 2


@pytest.mark.parametrize("wrong", ["3 HIT", "<script>", "3" * 65, Worker("A1"), 3])
def test_what_is_no_id_is_neither_valid_nor_stored(db: None, wrong: Any) -> None:
    made = Photo(hit=wrong)
    with pytest.raises(ValidationError) as caught:
        made.full_clean()
    assert list(caught.value.message_dict) == ["hit"]
    with pytest.raises((mturk.ValidationError, TypeError)):
        made.save()


def test_the_ids_of_workers_are_held_to_their_own_form() -> None:
    with pytest.raises(ValidationError, match="worker"):
        Photo(worker="3HIT").full_clean(validate_unique=False)


def test_bulk_create_and_update_take_records_ids_and_expressions(db: None) -> None:
    Photo.objects.bulk_create([Photo(hit="3A", assignment="3X"), Photo(hit=HIT("3B"), assignment="3Y")])
    Photo.objects.filter(hit="3A").update(worker=Worker("A1"))
    Photo.objects.filter(hit="3B").update(worker="A2")
    Photo.objects.update(photos=F("assignment"))
    assert [(row.worker.id, row.photos.id) for row in Photo.objects.order_by("hit")] == [("A1", "3X"), ("A2", "3Y")]


def test_an_expression_that_is_assigned_goes_to_the_database(photo: Photo) -> None:
    photo.photos = F("hit")
    photo.save()
    photo.refresh_from_db()
    assert photo.photos == HITType("3HIT")


def test_values_and_aggregates_give_records(photo: Photo) -> None:
    assert Photo.objects.values_list("hit", flat=True).get() == HIT("3HIT")
    assert Photo.objects.aggregate(last=Max("hit"))["last"] == HIT("3HIT")


def test_a_deferred_field_loads_when_it_is_read(photo: Photo) -> None:
    read = Photo.objects.defer("hit").get()
    assert "hit" not in read.__dict__
    assert read.hit == HIT("3HIT")
    del read.hit
    assert read.hit == HIT("3HIT")


def test_an_instance_can_be_pickled_and_copied(photo: Photo, default: Connection) -> None:
    read = Photo.objects.get()
    for again in (pickle.loads(pickle.dumps(read)), copy.deepcopy(read)):
        assert (again.hit, again.skill) == (HIT("3HIT"), QualificationType("3SKILL"))
    assert b"SECRET" not in pickle.dumps(read)


@pytest.mark.parametrize("form", ["json", "xml", "jsonl"])
def test_a_dump_holds_ids_and_loads_again(photo: Photo, form: str) -> None:
    bare = Photo.objects.create()
    dumped = serializers.serialize(form, [photo, bare])
    assert "3HIT" in dumped
    assert "<HIT" not in dumped
    Photo.objects.all().delete()
    for each in serializers.deserialize(form, dumped):
        each.save()
    assert Photo.objects.get(pk=photo.pk).hit == HIT("3HIT")
    assert Photo.objects.get(pk=bare.pk).hit is None


def test_a_migration_names_the_field_by_the_door() -> None:
    field = HITField(null=True)
    field.set_attributes_from_name("hit")
    assert field.deconstruct() == ("hit", "mturk.django.HITField", [], {"null": True})
    text, imports = MigrationWriter.serialize(WorkerField(max_length=80))
    assert (text, imports) == ("mturk.django.WorkerField(max_length=80)", {"import mturk.django"})


def test_a_field_of_ones_own_keeps_its_own_name() -> None:
    class PhotoField(HITField):
        pass

    assert PhotoField().deconstruct()[1].endswith("PhotoField")


def test_a_form_is_a_text_field_of_the_id(photo: Photo) -> None:
    form = forms.modelform_factory(Photo, fields=["hit", "worker"])
    assert 'value="3HIT"' in form(instance=photo).as_p()
    assert not form({"hit": "3HIT", "worker": "A1WORKER"}, instance=photo).has_changed()
    wrong = form({"hit": "no id", "worker": ""}, instance=photo)
    assert wrong.errors["hit"] == ["id must be 1 to 64 capital letters and digits, not 'no id'"]
    right = form({"hit": " 3NEW ", "worker": ""}, instance=photo)
    assert right.is_valid(), right.errors
    right.save()
    assert (Photo.objects.get().hit, Photo.objects.get().worker) == (HIT("3NEW"), None)


def test_a_form_finds_a_hit_that_is_there_already(photo: Photo) -> None:
    form = forms.modelform_factory(Photo, fields=["hit"])({"hit": "3HIT"})
    assert "already exists" in str(form.errors["hit"])


def test_the_admin_edits_ids(photo: Photo, client: Client) -> None:
    client.force_login(User.objects.create_superuser("lab"))
    page = f"/admin/lab/photo/{photo.pk}/change/"
    assert b'value="3HIT"' in client.get(page).content
    answer = client.post(page, {"hit": "3NEW", "assignment": "3X", "photos": "", "worker": "", "skill": ""})
    assert answer.status_code == 302
    assert Photo.objects.get().hit == HIT("3NEW")
    assert b"capital letters and digits" in client.post(page, {"hit": "x y", "assignment": "3X"}).content


@pytest.fixture
def client() -> Client:
    return Client()
