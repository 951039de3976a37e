"""How much of a form that is not multipart is read: Werkzeug sets a limit for the others only."""

from __future__ import annotations

from io import BytesIO
from typing import IO, TYPE_CHECKING

from flask import Request
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser

if TYPE_CHECKING:
    from werkzeug.datastructures import FileStorage, MultiDict

_URL_ENCODED = "application/x-www-form-urlencoded"


class LimitedFormParser(FormDataParser):
    """Counts the bytes and the fields of a form before it makes anything of them."""

    def parse(
        self, stream: IO[bytes], mimetype: str, content_length: int | None, options: dict[str, str] | None = None
    ) -> tuple[IO[bytes], MultiDict[str, str], MultiDict[str, FileStorage]]:
        """The fields and files of a request."""
        if mimetype == _URL_ENCODED:
            stream = BytesIO(self._checked(stream, content_length or 0))
        return super().parse(stream, mimetype, content_length, options)

    def _checked(self, stream: IO[bytes], announced: int) -> bytes:
        most, parts = self.max_form_memory_size, self.max_form_parts
        if most is not None and announced > most:
            raise RequestEntityTooLarge
        body = stream.read()
        if (most is not None and len(body) > most) or (parts is not None and body.count(b"&") >= parts):
            raise RequestEntityTooLarge
        return body


class FormRequest(Request):
    """A request whose form has a limit, however it was sent."""

    form_data_parser_class = LimitedFormParser
