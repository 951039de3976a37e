"""Where requesters fetch files that workers uploaded. What is in them is hostile, so a browser may only save it."""

from __future__ import annotations

from urllib.parse import quote

from flask import Blueprint, Response, request

from mturk.marketplace.dispatch import Dispatch
from mturk.marketplace.hit import upload

_NOTHING = (
    "There is no such file, or its address has ended: it is good for a minute. GetFileUploadURL gives another one.\n"
)
_NOT_FOUND = 404
_LONGEST_TIME = 18
_CAUTION = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def upload_pages(dispatch: Dispatch) -> Blueprint:
    """The files, which need no key but an address that was given out."""
    pages = Blueprint("uploads", __name__)

    @pages.get("/upload/<key>")
    def download(key: str) -> Response:
        ends, signature = request.args.get("ends", ""), request.args.get("signature", "")
        found = None
        if ends.isascii() and ends.isdigit() and len(ends) <= _LONGEST_TIME and signature.isascii():
            found = dispatch.run(
                lambda context: upload.handed_out(context, key, int(ends), signature),
                writes=False,
                until=dispatch.until(),
            )
        if found is None:
            return Response(_NOTHING, _NOT_FOUND, _CAUTION, mimetype="text/plain")
        # Both spellings: the first is for programs that know no other, and has what all of them can read.
        plain = found.name.encode("ascii", "replace").decode().replace("?", "_")
        disposition = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(found.name, safe='')}"
        headers = {**_CAUTION, "Content-Disposition": disposition}
        return Response(found.content, headers=headers, mimetype="application/octet-stream")

    return pages
