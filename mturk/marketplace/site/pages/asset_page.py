"""The files that task pages load from here: our own, and those of packages. A browser keeps them for a year."""

from __future__ import annotations

from http import HTTPStatus
from pathlib import Path

from flask import Blueprint, Response, abort, request, send_file, send_from_directory

from mturk.marketplace.frame.joined_script import JOINED, JoinedScript
from mturk.marketplace.frame.shelf import STATIC, static_version
from mturk.marketplace.site.service import services
from mturk.marketplace.site.visitor import open_to_all

_YEAR = 31_536_000


def asset_pages() -> Blueprint:
    """Where they are served."""
    pages = Blueprint("assets", __name__)

    @pages.get("/mturk/static/<version>/<path:name>")
    @open_to_all
    def own(version: str, name: str) -> Response:
        found = _joined(JOINED[name]) if name in JOINED else send_from_directory(STATIC, name)
        answer = _open_to_frames(found)
        if version != static_version():
            answer.headers["Cache-Control"] = "no-cache"
        return answer

    @pages.get("/mturk/asset/<path:name>")
    @open_to_all
    def packaged(name: str) -> Response:
        path: Path = services().shelf.file(name) or abort(HTTPStatus.NOT_FOUND)
        return _open_to_frames(send_file(path))

    return pages


def _joined(script: JoinedScript) -> Response:
    takes_gzip = request.accept_encodings.quality("gzip") > 0
    answer = Response(script.packed if takes_gzip else script.text, mimetype="text/javascript")
    answer.headers["Vary"] = "Accept-Encoding"
    if takes_gzip:
        answer.headers["Content-Encoding"] = "gzip"
    return answer


def _open_to_frames(answer: Response) -> Response:
    # The frame's origin is another one, also for the fonts of a style sheet.
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    # Looked at by itself, a drawing is a page.
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["Cache-Control"] = f"public, max-age={_YEAR}, immutable"
    return answer
