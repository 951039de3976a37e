"""Files that come with workers' answers: kept with their HIT, and handed out to who was told their address.

They are in the database, so that an answer and its files are there together or not at all. Nobody looks into them: a
name is made harmless, a type is never believed, and nothing is unpacked.
"""

from __future__ import annotations

import hmac
import re
import secrets
import time
import unicodedata
from collections.abc import Mapping
from hashlib import sha256
from typing import NamedTuple, cast

from sqlalchemy import bindparam, exists, select

from mturk.marketplace.call import Context
from mturk.marketplace.clock import SECOND
from mturk.marketplace.database import table as t
from mturk.marketplace.document.answer import File, StoredFile, Value
from mturk.marketplace.document.constraint import bytes_in_words
from mturk.marketplace.error import WorkerError

_GOOD_FOR = 60 * SECOND
_TURN = 0.1
"""Seconds after which what is left of a HIT's files is left to the next step: there may be gigabytes."""
_AT_ONCE = 10_000_000
"""Bytes of files that are deleted by one statement, or a single file."""
_MOST_AT_ONCE = 100
_LONGEST_NAME = 100
_NOT_IN_NAMES = re.compile(r'[<>:"|?*/\\]')


class Upload(NamedTuple):
    """A file that came with the answer to a question."""

    number: int
    key: str
    hit: int
    assignment: int
    question: str
    name: str
    size: int
    secret: str

    def __repr__(self) -> str:
        return f"<Upload {self.key} {self.name!r}>"


class Download(NamedTuple):
    """A file as it is sent."""

    name: str
    content: bytes


_OF_ANSWER = select(t.upload).where(
    t.upload.c.assignment == bindparam("of_assignment"), t.upload.c.question == bindparam("of_question")
)
_BY_KEY = select(t.upload).where(
    t.upload.c.key == bindparam("of_key"), exists().where(t.hit.c.number == t.upload.c.hit, ~t.hit.c.disposed)
)
_CONTENT = select(t.upload_content.c.content).where(t.upload_content.c.upload == bindparam("of_upload"))
_SOME_OF_HIT = (
    select(t.upload.c.number, t.upload.c.size).where(t.upload.c.hit == bindparam("of_hit")).limit(_MOST_AT_ONCE)
)


def new(context: Context, answers: Mapping[str, Value]) -> dict[str, tuple[str, File]]:
    """The files among the answers, each with the key that it is going to have."""
    files = {question: value for question, value in answers.items() if isinstance(value, File)}
    for question, file in files.items():
        if file.size > context.settings.upload_limit:
            most = bytes_in_words(context.settings.upload_limit)
            raise WorkerError(
                "The file for %(question)s is too large: it may have %(limit)s at most.",
                question=repr(question),
                limit=most,
            )
        if not file.size:
            raise WorkerError("The file for %(question)s is empty.", question=repr(question))
    return {question: (context.new_id(), file) for question, file in files.items()}


def stored(uploads: Mapping[str, tuple[str, File]]) -> dict[str, StoredFile]:
    """What an answer says of these files."""
    return {question: StoredFile(key, file.size) for question, (key, file) in uploads.items()}


def keep(context: Context, hit: int, assignment: int, uploads: Mapping[str, tuple[str, File]]) -> None:
    """Keep the files of an answer, by the numbers of its HIT and of its assignment."""
    for question, (key, file) in uploads.items():
        values = {
            "key": key,
            "hit": hit,
            "assignment": assignment,
            "question": question,
            "name": harmless_name(file.name),
            "size": file.size,
            "secret": secrets.token_hex(32),
        }
        number = t.add_row(context.database, t.upload, values)
        context.database.execute(t.upload_content.insert(), {"upload": number, "content": file.content})


def forget(context: Context, hit: int) -> bool:
    """Delete files of a HIT for a moment, and say whether those were all."""
    end = time.monotonic() + _TURN
    while some := _some(context, hit):
        context.database.execute(t.upload_content.delete().where(t.upload_content.c.upload.in_(some)))
        context.database.execute(t.upload.delete().where(t.upload.c.number.in_(some)))
        if time.monotonic() > end:
            return False
    return True


def _some(context: Context, hit: int) -> list[int]:
    some: list[int] = []
    room = _AT_ONCE
    for number, size in context.database.execute(_SOME_OF_HIT, {"of_hit": hit}).all():
        room -= size
        if some and room < 0:
            break
        some.append(number)
    return some


def of_answer(context: Context, assignment: int, question: str) -> Upload | None:
    """The file that came with the answer to a question of an assignment."""
    found = context.database.execute(_OF_ANSWER, {"of_assignment": assignment, "of_question": question})
    return cast("Upload | None", found.one_or_none())


def path(context: Context, upload_row: Upload) -> str:
    """Where the file can be had from now on for a minute, below the marketplace's address."""
    ends = context.now + _GOOD_FOR
    return f"/upload/{upload_row.key}?ends={ends}&signature={_signature(upload_row, ends)}"


def handed_out(context: Context, key: str, ends: int, signature: str) -> Download | None:
    """The file that was promised until then; None where it was not, where that is over, or where it is gone."""
    upload_row = cast("Upload | None", context.database.execute(_BY_KEY, {"of_key": key}).one_or_none())
    if upload_row is None or not hmac.compare_digest(_signature(upload_row, ends), signature) or context.now >= ends:
        return None
    content = context.database.execute(_CONTENT, {"of_upload": upload_row.number}).scalar_one()
    return Download(upload_row.name, bytes(content))


def harmless_name(name: str) -> str:
    """A file's name without a path, and without what terminals, shells or file systems read as something else."""
    last = re.split(r"[/\\]", name)[-1]
    # Also marks that turn the direction of writing, by which "gpj.exe" looks like "exe.jpg".
    seen = "".join(" " if unicodedata.category(one)[0] in "CZ" else one for one in last)
    plain = " ".join(_NOT_IN_NAMES.sub("_", seen).split()).strip(". ").lstrip("-~")
    stem, dot, ending = plain.rpartition(".")
    if len(plain) > _LONGEST_NAME and stem and len(ending) < _LONGEST_NAME // 2:
        plain = stem[: _LONGEST_NAME - len(ending) - 1] + dot + ending
    return plain[:_LONGEST_NAME] or "file"


def _signature(upload_row: Upload, ends: int) -> str:
    return hmac.digest(upload_row.secret.encode(), f"{upload_row.key} {ends}".encode(), sha256).hex()
