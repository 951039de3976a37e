"""Addresses as logs may have them: the page that was asked for, with ids, and with nothing that opens anything.

Rights stand in paths (to see a task, to submit it, to end mail, to fetch a file), and links in queries. So of a path
only those parts are told that are known for ids, and of a query nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

from flask import Response, request

from mturk.marketplace.watch import visit

UNKNOWN: Final = "unknown"
"""What pages are called that are not there: their paths are whatever somebody typed."""
_IDS: Final = frozenset({"assignment_id", "group_id", "type_id"})
_GAP = re.compile(r"<(?:[^:<>]+:)?([^<>]+)>")
_LONGEST = 64


def remember() -> None:
    """Note which page is asked for; to be called by an application before each request."""
    if request.url_rule is not None:
        visit.at(request.url_rule.rule, filled(request.url_rule.rule, request.view_args or {}))


def name(answer: Response) -> Response:
    """Let an answer say the id of its request, if it does not yet; to be called by an application after each."""
    answer.headers.setdefault(visit.REQUEST_ID, visit.request_id())
    return answer


def filled(rule: str, values: Mapping[str, Any]) -> str:
    """The path of a page by its rule, with the ids in it."""

    def fill(gap: re.Match[str]) -> str:
        name = gap[1]
        return quote(str(values[name])[:_LONGEST], safe="") if name in _IDS and name in values else f"<{name}>"

    return _GAP.sub(fill, rule)
