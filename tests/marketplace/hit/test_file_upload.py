"""Files that come with answers, and GetFileUploadURL."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from sqlalchemy import select

import mturk
from mturk import Assignment, UploadedFile
from mturk.marketplace import File, Marketplace, WorkerError
from mturk.marketplace.database.table import upload
from mturk.marketplace.hit.upload import harmless_name
from tests.marketplace.conftest import Client, Connect, Publish, Refused, Work
from tests.marketplace.sample import (
    file_question,
    form,
    hit_arguments,
    html_question,
    qualification_type_arguments,
    text_question,
)

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
FORM = form(file_question("photo", 5000), file_question("more", 5000), text_question("why"), day="2005-10-01")
PAGE = b"<!doctype html><script>alert(document.cookie)</script>"


@pytest.fixture
def submitted(market: Marketplace, publish: Publish) -> str:
    """An assignment that came with a file."""
    worker = market.worker("A1")
    assignment_id = worker.accept(publish(Question=FORM)["HITId"])
    worker.submit(assignment_id, {"photo": File("../ca\nt.html", PAGE)})
    return assignment_id


@pytest.fixture
def address(client: Client, submitted: str) -> Any:
    return client.get_file_upload_url(AssignmentId=submitted, QuestionIdentifier="photo")["FileUploadURL"]


def kept(market: Marketplace) -> list[str]:
    """The keys of all files that are there."""
    return market._store.read(lambda database: list(database.execute(select(upload.c.key)).scalars()))


def fetch(address: str) -> requests.Response:
    return requests.get(address, timeout=20)


def test_a_file_comes_with_the_answers_of_the_sdk(market: Marketplace, submitted: str) -> None:
    connection = mturk.Connection(market.url, access_key=market.access_key, secret_key=market.secret_key)
    with mturk.using(connection):
        assignment = Assignment.get(submitted)
        file = assignment.answers["photo"]
        assert isinstance(file, UploadedFile)
        assert file.size == len(PAGE)
        assert "more" not in assignment.answers
        assert fetch(assignment.file_upload_url("photo")).content == PAGE


def test_a_file_is_sent_to_be_saved_and_not_to_be_shown(address: str) -> None:
    answer = fetch(address)
    assert answer.headers["Content-Disposition"] == "attachment; filename=\"ca t.html\"; filename*=UTF-8''ca%20t.html"
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"


def test_an_address_is_good_for_a_minute(market: Marketplace, address: str) -> None:
    market.clock.advance(seconds=58)
    assert fetch(address).status_code == 200
    market.clock.advance(seconds=2)
    answer = fetch(address)
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "text/plain; charset=utf-8")
    assert "GetFileUploadURL gives another one" in answer.text


@pytest.mark.parametrize(
    ("part", "instead"),
    [
        ("signature=", "signature=0"),
        ("signature=", "signature=%C3%A9"),
        ("signature=", "no="),
        ("ends=", "ends=9"),
        ("ends=", "ends=%D9%A3"),
        ("ends=", "ends=9999999999999999999999"),
        ("ends=", "ends=-"),
        ("/upload/3", "/upload/4"),
        ("/upload/3", "/upload/%00"),
    ],
)
def test_an_address_that_was_not_given_out_leads_nowhere(address: str, part: str, instead: str) -> None:
    assert part in address
    assert fetch(address.replace(part, instead)).status_code == 404


def test_an_address_is_of_no_use_for_another_file(client: Client, market: Marketplace, publish: Publish) -> None:
    worker = market.worker("A1")
    assignment_id = worker.accept(publish(Question=FORM)["HITId"])
    worker.submit(assignment_id, {"photo": File("a", b"a"), "more": File("b", b"b")})
    one, other = (
        client.get_file_upload_url(AssignmentId=assignment_id, QuestionIdentifier=name)["FileUploadURL"]
        for name in ("photo", "more")
    )
    assert (fetch(one).content, fetch(other).content) == (b"a", b"b")
    query, path = urlsplit(one).query, urlsplit(other).path
    assert parse_qs(query)["signature"] != parse_qs(urlsplit(other).query)["signature"]
    assert fetch(f"{market.url}{path}?{query}").status_code == 404


def test_files_go_with_their_hit(client: Client, submitted: str, address: str) -> None:
    hit_id = client.get_assignment(AssignmentId=submitted)["HIT"]["HITId"]
    client.approve_assignment(AssignmentId=submitted)
    assert fetch(address).status_code == 200
    client.delete_hit(HITId=hit_id)
    assert fetch(address).status_code == 404


def test_a_file_that_comes_after_its_hit_was_disposed_of_is_not_kept(
    client: Client, market: Marketplace, publish: Publish
) -> None:
    made = client.create_qualification_type(**qualification_type_arguments())["QualificationType"]
    type_id = made["QualificationTypeId"]
    worker = market.worker("A1")
    client.associate_qualification_with_worker(QualificationTypeId=type_id, WorkerId="A1")
    needed = [{"QualificationTypeId": type_id, "Comparator": "Exists"}]
    assignment_id = worker.accept(publish(Question=FORM, QualificationRequirements=needed)["HITId"])
    client.delete_qualification_type(QualificationTypeId=type_id)
    market.clock.advance(seconds=1)
    worker.submit(assignment_id, {"photo": File("cat.html", PAGE)})
    assert kept(market) == []


def test_behind_a_proxy_the_address_is_the_public_one(connect: Connect) -> None:
    with Marketplace(public_url="https://turk.example.org/lab") as market:
        client = connect(market)
        worker = market.worker("A1")
        assignment_id = worker.accept(client.create_hit(**hit_arguments(Question=FORM))["HIT"]["HITId"])
        worker.submit(assignment_id, {"photo": File("a", b"a")})
        answer = client.get_file_upload_url(AssignmentId=assignment_id, QuestionIdentifier="photo")
        assert answer["FileUploadURL"].startswith("https://turk.example.org/lab/upload/")
        assert fetch(answer["FileUploadURL"].replace("https://turk.example.org/lab", market.url)).content == b"a"


@pytest.fixture
def narrow(connect: Connect) -> Iterator[tuple[Marketplace, str]]:
    """A marketplace that takes files of ten bytes, and a HIT of it."""
    with Marketplace(upload_limit=10) as market:
        hit = connect(market).create_hit(**hit_arguments(Question=FORM, MaxAssignments=600))["HIT"]
        yield market, hit["HITId"]


def test_a_file_may_be_as_large_as_the_marketplace_says(narrow: tuple[Marketplace, str]) -> None:
    market, hit_id = narrow
    worker = market.worker("A1")
    assignment_id = worker.accept(hit_id)
    with pytest.raises(WorkerError, match="'photo' is too large: it may have 10 B at most"):
        worker.submit(assignment_id, {"photo": File("a", b"12345678901")})
    with pytest.raises(WorkerError, match="'photo' is empty"):
        worker.submit(assignment_id, {"photo": File("a", b"")})
    worker.submit(assignment_id, {"photo": File("a", b"1234567890")})


def test_a_hit_takes_the_files_of_all_who_work_on_it(narrow: tuple[Marketplace, str]) -> None:
    market, hit_id = narrow
    files = {"photo": File("a", b"1234567890"), "more": File("b", b"1234567890")}
    for number in range(60):
        worker = market.worker(f"A{number}FULL")
        worker.submit(worker.accept(hit_id), files)
    assert len(kept(market)) == 120


def test_others_write_while_the_files_of_a_hit_go(
    narrow: tuple[Marketplace, str], connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mturk.marketplace.hit.upload._TURN", 0)
    monkeypatch.setattr("mturk.marketplace.hit.upload._AT_ONCE", 10)
    market, hit_id = narrow
    client = connect(market)
    for number in range(20):
        worker = market.worker(f"A{number}")
        assignment_id = worker.accept(hit_id)
        worker.submit(assignment_id, {"photo": File("a", b"1234567890")})
    wanted = {"AssignmentId": assignment_id, "QuestionIdentifier": "photo"}
    address = client.get_file_upload_url(**wanted)["FileUploadURL"]
    for one in client.list_assignments_for_hit(HITId=hit_id, MaxResults=100)["Assignments"]:
        client.approve_assignment(AssignmentId=one["AssignmentId"])
    client.update_expiration_for_hit(HITId=hit_id, ExpireAt=EPOCH)
    client.delete_hit(HITId=hit_id)
    # Each takes a step, and a tenth of a second lies between two of them.
    assert len(kept(market)) > 0
    assert fetch(address).status_code == 404
    assert market.audit() == []
    market.clock.advance(seconds=3)
    client.list_hits()
    assert kept(market) == []


@pytest.mark.parametrize(
    ("question", "answers", "words"),
    [
        (FORM, {"why": File("a", b"a")}, "takes one text"),
        (FORM, {"photo": "a.jpg"}, "takes one file"),
        (html_question(), {"x": File("a", b"a")}, "takes no file"),
        (html_question("<crowd-form></crowd-form>"), {"x": File("a", b"a")}, "takes no file"),
    ],
)
def test_files_are_for_questions_that_ask_for_them(
    market: Marketplace, publish: Publish, question: str, answers: Any, words: str
) -> None:
    worker = market.worker("A1")
    assignment_id = worker.accept(publish(Question=question)["HITId"])
    with pytest.raises(WorkerError, match=words):
        worker.submit(assignment_id, answers)


@pytest.mark.parametrize("name", ["label", "why", "more", "'--"])
def test_an_answer_that_is_no_file_has_no_address(client: Client, submitted: str, refused: Refused, name: str) -> None:
    error = refused(client.get_file_upload_url, AssignmentId=submitted, QuestionIdentifier=name)
    assert (error["__type"], error["Parameter"]) == ("ParameterValidationError", "QuestionIdentifier")
    assert error["Message"].startswith(f'The value "{name}" is not valid for the parameter QuestionIdentifier. ')


def test_the_assignment_must_be_ones_own(
    client: Client, market: Marketplace, connect: Connect, submitted: str, refused: Refused
) -> None:
    other = connect(market, "somebody else")
    for asked, name in ((other, submitted), (client, "3NOSUCH")):
        error = refused(asked.get_file_upload_url, AssignmentId=name, QuestionIdentifier="photo")
        assert error["TurkErrorCode"] == "AWS.MechanicalTurk.AssignmentDoesNotExist"


def test_the_assignment_must_be_submitted(
    client: Client, market: Marketplace, publish: Publish, refused: Refused
) -> None:
    assignment_id = market.worker("A1").accept(publish()["HITId"])
    error = refused(client.get_file_upload_url, AssignmentId=assignment_id, QuestionIdentifier="label")
    assert error["TurkErrorCode"] == "AWS.MechanicalTurk.InvalidAssignmentState"


@pytest.mark.parametrize(
    ("name", "harmless"),
    [
        ("cat.jpg", "cat.jpg"),
        ("Grüße 世界.png", "Grüße 世界.png"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\cat.jpg", "cat.jpg"),
        ("\u202egpj.exe", "gpj.exe"),
        ('a"b<c>:|?*\r\n\x1b[31m\0.txt', "a_b_c_____ [31m .txt"),
        (".htaccess", "htaccess"),
        ("-rf", "rf"),
        ("~root", "root"),
        ("a" * 300 + ".jpeg", "a" * 95 + ".jpeg"),
        ("a." + "b" * 300, "a." + "b" * 98),
        ("..", "file"),
        ("\ud800", "file"),
        ("", "file"),
    ],
)
def test_the_name_of_a_file_is_made_harmless(name: str, harmless: str) -> None:
    assert harmless_name(name) == harmless


def test_what_is_in_a_file_is_in_no_repr() -> None:
    assert repr(File("a.txt", b"secret")) == "File(name='a.txt')"


def test_a_page_still_has_no_files(client: Client, publish: Publish, work: Work, refused: Refused) -> None:
    assignment_id = work(publish()["HITId"])
    error = refused(client.get_file_upload_url, AssignmentId=assignment_id, QuestionIdentifier="label")
    assert error["Parameter"] == "QuestionIdentifier"
