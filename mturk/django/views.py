"""The receiver: what SNS, or a marketplace of your own, posts of events."""

from __future__ import annotations

import logging

from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from mturk.django import conf, process
from mturk.errors import ConfigurationError, ForgedMessage, MTurkError, TransportError, UnreadableMessage

LARGEST = 1_000_000
"""Bytes of a message: SNS sends 256 KiB at most."""

logger = logging.getLogger("mturk.django")

_STATUS: dict[type[MTurkError], int] = {ForgedMessage: 403, UnreadableMessage: 400, TransportError: 503}


@csrf_exempt  # SNS has no cookie; the signature of the message proves where it comes from
@require_POST
def receive(request: HttpRequest) -> HttpResponse:
    """Take one message: 200 once its events are safe in the mark, which is before they are handled.

    413 for more than 1 MB, 403 for a message that does not prove its origin, 400 for one that cannot be read, 503 for
    one that cannot be checked just now, so that it comes again, or while the site's settings are wrong, which is
    logged as an error. No body is ever logged.
    """
    try:
        body = request.read(LARGEST + 1)
    except UnreadablePostError:
        return _refused(400)
    if len(body) > LARGEST:
        return _refused(413)
    try:
        process.events().receive(body, request.headers, raw=conf.option("RAW", False))
    except ConfigurationError as error:
        logger.error("A message to %s cannot be checked: %s", request.path, error)
        return _refused(503)
    except (ForgedMessage, UnreadableMessage, TransportError) as error:
        logger.info("A message to %s was refused: %s", request.path, type(error).__name__)
        return _refused(next(status for kind, status in _STATUS.items() if isinstance(error, kind)))
    return HttpResponse(status=200)


def _refused(status: int) -> HttpResponse:
    return HttpResponse(status=status)
