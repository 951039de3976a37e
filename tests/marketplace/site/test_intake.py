"""How much the pages take: files where files are asked for, and little elsewhere."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from mturk.marketplace import Marketplace
from tests.marketplace.conftest import Client, Connect
from tests.marketplace.sample import file_question, form, hit_arguments, text_question
from tests.marketplace.site.conftest import SignedIn, token_of

LIMIT = 400_000
FORM = form(file_question("photo", 1_000_000), text_question("why"), day="2005-10-01")


@pytest.fixture
def market() -> Iterator[Marketplace]:
    with Marketplace(upload_limit=LIMIT) as market:
        yield market


@pytest.fixture
def client(market: Marketplace, connect: Connect) -> Client:
    return connect(market)


@pytest.fixture
def visitor(signed_in: SignedIn) -> FlaskClient:
    return signed_in("A1ADA")


@pytest.fixture
def address(market: Marketplace, client: Client, visitor: FlaskClient) -> str:
    """Where the answers go of a HIT that asks for a file."""
    hit = client.create_hit(**hit_arguments(Question=FORM))["HIT"]
    return f"/worker/assignments/{market.worker('A1ADA').accept(hit['HITId'])}"


def send(visitor: FlaskClient, address: str, content: bytes, name: str = "photo.jpg", **headers: str) -> Any:
    photo = FileStorage(BytesIO(content), name)
    boundary, body = encode_multipart({"csrf_token": token_of(visitor, address), "photo": photo, "why": "because"})
    content_type = f"multipart/form-data; boundary={boundary}"
    return visitor.post(address, data=body, content_type=content_type, headers=headers)


def stored(market: Marketplace, client: Client, address: str) -> bytes:
    assignment_id = address.rpartition("/")[2]
    url = client.get_file_upload_url(AssignmentId=assignment_id, QuestionIdentifier="photo")["FileUploadURL"]
    with market.app.test_client().get(url.removeprefix(market.url)) as answer:
        return bytes(answer.data)


def test_a_file_as_large_as_may_be_is_kept(
    market: Marketplace, client: Client, visitor: FlaskClient, address: str
) -> None:
    assert send(visitor, address, b"x" * LIMIT).status_code == 302
    assert stored(market, client, address) == b"x" * LIMIT


def test_a_file_that_is_too_large_is_told_at_its_field(visitor: FlaskClient, address: str) -> None:
    answer = send(visitor, address, b"x" * (LIMIT + 1))
    assert answer.status_code == 422
    assert "This file is too large: it may have 400 kB at most." in answer.text
    assert "Choose the file photo.jpg again" in answer.text
    assert 'value="because"' in answer.text


def test_what_is_larger_than_all_files_could_be_is_not_read(visitor: FlaskClient, address: str) -> None:
    answer = send(visitor, address, b"x" * (5 * LIMIT + 1_000_000))
    assert answer.status_code == 413
    assert "More was sent than this page takes." in answer.text


def test_elsewhere_a_megabyte_is_too_much(visitor: FlaskClient, address: str) -> None:
    answer = visitor.post(f"{address}/return", data={"csrf_token": token_of(visitor, address), "x": "x" * 1_000_000})
    assert answer.status_code == 413


def test_an_empty_file_is_refused(visitor: FlaskClient, address: str) -> None:
    answer = send(visitor, address, b"")
    assert answer.status_code == 422
    assert "This file is empty." in answer.text


def test_what_is_packed_stays_packed(market: Marketplace, client: Client, visitor: FlaskClient, address: str) -> None:
    bomb = gzip.compress(b"\0" * 50_000_000)
    assert send(visitor, address, bomb, "bomb.gz", **{"Accept-Encoding": "gzip"}).status_code == 302
    assert stored(market, client, address) == bomb


def test_the_name_of_a_file_is_text_on_the_page(visitor: FlaskClient, address: str) -> None:
    answer = send(visitor, address, b"x" * (LIMIT + 1), "<script>alert(1)</script>'\".svg")
    assert answer.status_code == 422
    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;" in answer.text
