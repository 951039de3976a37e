"""What a task page posted, as names and values in their order, however its form was written."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from encodings import normalize_encoding
from encodings.aliases import aliases
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from werkzeug.exceptions import HTTPException, RequestEntityTooLarge
from werkzeug.http import parse_options_header
from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder, NeedData

from mturk.marketplace.error import WorkerError

MOST_FIELDS = 10_000
_AT_ONCE = 65_536  # bytes
_MOST_EUROS = 10_000
"""In one value; each takes as long as a hundred other characters."""
_URL_ENCODED, _MULTIPART, _PLAIN = "application/x-www-form-urlencoded", "multipart/form-data", "text/plain"
_CHARSET = "_charset_"
# The encodings of the Encoding Standard by what Python calls them, and the one or ones of Python's that know all that
# browsers mean by it. Others would let a page choose a decoder that is none (zip, punycode).
_ENCODINGS = {
    "utf-8": ("utf-8",),
    **{f"cp{number}": (f"cp{number}",) for number in (866, 874, 932, 949, *range(1250, 1259))},
    **{f"iso8859-{number}": (f"iso8859-{number}",) for number in (*range(2, 9), 10, 13, 14, 15, 16)},
    **{
        name: (name,)
        for name in ("big5hkscs", "gb18030", "iso2022_jp", "koi8-r", "koi8-u", "mac-roman", "mac-cyrillic")
    },
    "ascii": ("cp1252",),
    "iso8859-1": ("cp1252",),
    "iso8859-9": ("cp1254",),
    "iso8859-11": ("cp874",),
    "tis-620": ("cp874",),
    "shift_jis": ("cp932",),
    "euc_jp": ("euc_jp", "euc_jis_2004"),
    "euc_kr": ("cp949",),
    "big5": ("big5hkscs",),
    "gb2312": ("gb18030",),
    "gbk": ("gb18030",),
}
# Names of the standard that Python does not know.
_ALIASES = {
    **dict.fromkeys(("iso-8859-8-i", "iso-8859-8-e", "csiso88598i", "logical", "visual"), "iso8859-8"),
    **dict.fromkeys(("windows-874", "dos-874"), "cp874"),
    **dict.fromkeys(("x-mac-cyrillic", "x-mac-ukrainian"), "mac-cyrillic"),
    **dict.fromkeys(("mac", "x-mac-roman", "csmacintosh"), "mac-roman"),
    **dict.fromkeys(("windows-949", "ks_c_5601-1989", "ksc5601"), "cp949"),
    **dict.fromkeys(("x-sjis", "ms932", "windows-31j"), "cp932"),
    **dict.fromkeys(("x-gbk", "gb_2312-80", "csiso58gb231280"), "gb18030"),
    **dict.fromkeys(("x-x-big5", "cn-big5"), "big5hkscs"),
    **{f"x-cp125{digit}": f"cp125{digit}" for digit in range(9)},
    "x-euc-jp": "euc_jp",
    "dos-866": "cp866",
    "koi": "koi8-r",
    "koi8-ru": "koi8-u",
}
# Of no other one Python is asked: it keeps each name that it was asked for, also of megabytes.
_NAMES = frozenset({*aliases, *aliases.values(), *map(normalize_encoding, _ENCODINGS)})
# Where a page does not say its encoding. Pages of old times had this one, and few texts in it are UTF-8 by chance.
_UNSAID = ("utf-8", "cp1252")


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
    pieces = _pieces(body, b"&")
    return [_Raw(_unquoted(name), _unquoted(value)) for name, _, value in (piece.partition(b"=") for piece in pieces)]


def _unquoted(text: bytes) -> bytes:
    plain = text.replace(b"+", b" ")
    return b"".join(map(unquote_to_bytes, _shorter(plain))) if len(plain) > _AT_ONCE else unquote_to_bytes(plain)


def _shorter(text: bytes) -> Iterator[bytes]:
    """The text in pieces, none of which ends within an escape: unquoting takes fifty times what is unquoted."""
    start = 0
    while start < len(text):
        end = start + _AT_ONCE
        escape = text.find(b"%", end - 2, end)
        end = end if escape < 0 else escape
        yield text[start:end]
        start = end


def _plain(body: bytes) -> list[_Raw]:
    lines = _pieces(body, b"\r\n")
    return [_Raw(name, value) for name, _, value in (line.partition(b"=") for line in lines)]


def _pieces(body: bytes, mark: bytes) -> Iterator[bytes]:
    """What stands between the marks, without what is empty; so many only that they are seen to be too many."""
    start = found = 0
    while start < len(body) and found <= MOST_FIELDS:
        end = body.find(mark, start)
        end = len(body) if end < 0 else end
        if end > start:
            found += 1
            yield body[start:end]
        start = end + len(mark)


def _multipart(body: bytes, boundary: str) -> list[_Raw]:
    try:
        return list(_parts(body, boundary.encode("latin-1")))
    except RequestEntityTooLarge:
        raise _too_many() from None
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


def _too_many() -> UnreadablePost:
    return UnreadablePost("These are too many answers: 10,000 can be sent at once.")


def _decoded(fields: list[_Raw], said: str) -> list[Posted]:
    if len(fields) > MOST_FIELDS:
        raise _too_many()
    label = next((field.value.decode("ascii", "replace") for field in fields if field.name == _CHARSET.encode()), said)
    encoding = _encoding(label, fields)
    return [
        Posted(_text(field.name, encoding), _text(field.value, encoding))
        for field in fields
        if field.name != _CHARSET.encode()
    ]


def _text(content: bytes, encoding: str) -> str:
    text = content.decode(encoding, "replace")
    odd = text.count("\N{REPLACEMENT CHARACTER}") if encoding == "gb18030" else 0
    return content.decode(encoding, _EURO) if 0 < odd <= _MOST_EUROS else text


def _encoding(label: str, fields: list[_Raw]) -> str:
    """The encoding of that label, or what the fields themselves look like."""
    *tried, last = _known(label.strip().lower())
    return next((name for name in tried if all(_fits(name, text) for field in fields for text in field)), last)


def _fits(encoding: str, content: bytes) -> bool:
    try:
        content.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _known(label: str) -> tuple[str, ...]:
    name = normalize_encoding(_ALIASES.get(label, label))
    if name not in _NAMES:
        return _UNSAID
    try:
        return _ENCODINGS.get(codecs.lookup(name).name, _UNSAID)
    except LookupError:  # an encoding of another system
        return _UNSAID


def _euro(error: UnicodeError) -> tuple[str, int]:
    # GBK has a sign more than Python knows, at a place that begins nothing else.
    if not isinstance(error, UnicodeDecodeError):
        raise error
    if error.object[error.start] == _EURO_SIGN:
        return "\N{EURO SIGN}", error.start + 1
    return "\N{REPLACEMENT CHARACTER}", error.end


_EURO, _EURO_SIGN = "mturk.gbk-euro", 0x80
codecs.register_error(_EURO, _euro)
