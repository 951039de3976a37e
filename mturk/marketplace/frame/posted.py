"""What a task page posted, as names and values in their order, however its form was written."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from werkzeug.exceptions import HTTPException
from werkzeug.http import parse_options_header
from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder, NeedData

from mturk.marketplace.error import WorkerError

MOST_FIELDS = 10_000
_URL_ENCODED, _MULTIPART, _PLAIN = "application/x-www-form-urlencoded", "multipart/form-data", "text/plain"
_CHARSET = "_charset_"
# The encodings that browsers send, under the names that Python has for them. Others would let a page choose a decoder
# that is none (zip, punycode).
_ENCODINGS = frozenset(
    (
        *("ascii", "utf-8", "gb18030", "gbk", "gb2312", "big5", "euc_jp", "iso2022_jp", "shift_jis", "euc_kr"),
        *("koi8-r", "koi8-u", "cp866", "cp874", "mac-roman", "mac-cyrillic"),
        *(f"cp{number}" for number in range(1250, 1259)),
        *(f"iso8859-{number}" for number in range(1, 17)),
    )
)
# Browsers mean the larger set by these names.
_MEANT = {"ascii": "cp1252", "iso8859-1": "cp1252", "iso8859-9": "cp1254"}


class UnreadablePost(WorkerError):
    """What was posted is not what forms post; the text is for the worker."""


class Posted(NamedTuple):
    """A field as it was posted."""

    name: str
    value: str


class _Raw(NamedTuple):
    name: bytes
    value: bytes


def read_post(body: bytes, content_type: str) -> list[Posted]:
    """The fields of a form that was posted. Of a file its name is kept, as forms send it that are not multipart."""
    kind, options = parse_options_header(content_type)
    if kind == _URL_ENCODED or (not kind and not body):
        fields = _url_encoded(body)
    elif kind == _PLAIN:
        fields = _plain(body)
    elif kind == _MULTIPART and options.get("boundary"):
        fields = _multipart(body, options["boundary"])
    else:
        raise UnreadablePost("These answers were sent in a way that cannot be read. Send them by a form.")
    return _decoded(fields, options.get("charset", ""))


def read_query(query: bytes) -> list[Posted]:
    """The fields of a form that was sent by GET."""
    return _decoded(_url_encoded(query), "")


def grouped(fields: list[Posted]) -> dict[str, list[str]]:
    """All values of each name, both in the order in which they were sent."""
    found: dict[str, list[str]] = {}
    for field in fields:
        found.setdefault(field.name, []).append(field.value)
    return found


def _url_encoded(body: bytes) -> list[_Raw]:
    pieces = [piece for piece in body.split(b"&", MOST_FIELDS) if piece]
    return [_Raw(_unquoted(name), _unquoted(value)) for name, _, value in (piece.partition(b"=") for piece in pieces)]


def _unquoted(text: bytes) -> bytes:
    return unquote_to_bytes(text.replace(b"+", b" "))


def _plain(body: bytes) -> list[_Raw]:
    lines = [line for line in body.split(b"\r\n", MOST_FIELDS) if line]
    return [_Raw(name, value) for name, _, value in (line.partition(b"=") for line in lines)]


def _multipart(body: bytes, boundary: str) -> list[_Raw]:
    try:
        return list(_parts(body, boundary.encode("latin-1")))
    except (ValueError, HTTPException):
        raise UnreadablePost("These answers did not arrive whole. Please send them again.") from None


def _parts(body: bytes, boundary: bytes) -> Iterator[_Raw]:
    decoder = MultipartDecoder(boundary, max_parts=MOST_FIELDS)
    decoder.receive_data(body)
    decoder.receive_data(None)
    name, is_field = b"", False
    value: list[bytes | bytearray] = []
    while not isinstance(event := decoder.next_event(), (Epilogue, NeedData)):
        if isinstance(event, Field):
            name, value, is_field = (event.name or "").encode(), [], True
        elif isinstance(event, File):
            is_field = False
            yield _Raw((event.name or "").encode(), event.filename.encode())
        elif isinstance(event, Data) and is_field:
            value.append(event.data)
            if not event.more_data:
                yield _Raw(name, b"".join(value))


def _decoded(fields: list[_Raw], said: str) -> list[Posted]:
    if len(fields) > MOST_FIELDS:
        raise UnreadablePost("These are too many answers: 10,000 can be sent at once.")
    label = next((field.value.decode("ascii", "replace") for field in fields if field.name == _CHARSET.encode()), said)
    encoding = _encoding(label)
    return [
        Posted(field.name.decode(encoding, "replace"), field.value.decode(encoding, "replace"))
        for field in fields
        if field.name != _CHARSET.encode()
    ]


def _encoding(label: str) -> str:
    try:
        name = codecs.lookup(label.strip()).name
    except (LookupError, ValueError):
        return "utf-8"
    return _MEANT.get(name, name) if name in _ENCODINGS else "utf-8"
