"""The frame that shows a HIT's page, an HTMLQuestion or an ExternalQuestion: its address, and what it may do.

A page in it never shares an origin with the site. Where there is a task host, each requester's pages have a label of
their own below it; otherwise they are sandboxed into an origin that is nobody's, which has no storage and no cookies.
"""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import SplitResult, urlencode, urlsplit

from flask import request

from mturk.marketplace.document.question import QuestionDocument
from mturk.marketplace.frame.ticket import SubmitTicket, TaskTicket, Tickets
from mturk.marketplace.hit.hit import HIT
from mturk.marketplace.site.door import AT_TASK_HOST
from mturk.marketplace.site.language import language
from mturk.marketplace.site.service import services

NAME = "task"
"""The name of the frame's window."""
NOT_ACCEPTED = "ASSIGNMENT_ID_NOT_AVAILABLE"
"""What stands for the assignment's id in a preview."""
_SANDBOX = "allow-scripts allow-forms allow-modals allow-popups allow-popups-to-escape-sandbox allow-downloads"
_OWN_ORIGIN = "allow-same-origin"
_PORTS = {"http": 80, "https": 443}


class Frame(NamedTuple):
    """What an `<iframe>` says: `src`, `sandbox`, `height` (0 is as high as there is room), and for `frame-src`."""

    address: str
    sandbox: str
    height: int
    sources: tuple[str, ...]
    """The origins that may be shown in it: for `allow("frame-src", *frame.sources)`."""


class InHand(NamedTuple):
    """An assignment that a worker has accepted, and when that was."""

    assignment_id: str
    worker_id: str
    accept_time: int


def task_frame(hit: HIT, worker_id: str, work: InHand | None = None) -> Frame:
    """The frame for a HIT whose question is a page, in a worker's preview or at work on an assignment."""
    question = QuestionDocument(hit.question)
    query = _query(hit, work)
    if question.url:
        return _external(question, query)
    ticket = tickets().task(_ticket(hit, worker_id, work))
    origin = task_origin(hit.requester)
    # The site's own path, where the task pages have no host of their own.
    base = origin or request.script_root
    address = f"{base}/mturk/task/{ticket}?{urlencode(query)}"
    return Frame(address, sandbox(), question.frame_height, (origin or "'self'",))


def sandbox() -> str:
    """What task pages may do."""
    return f"{_SANDBOX} {_OWN_ORIGIN}" if services().settings.task_host else _SANDBOX


def tickets() -> Tickets:
    """Those of this marketplace."""
    return Tickets(services().key.text())


def site_root() -> str:
    """Where the site is for who looks at it now, without a slash at its end."""
    public = services().settings.public
    return request.root_url.rstrip("/") if public is None else public.url


def own_root() -> str:
    """Where this very page is, as its browser knows it, without a slash at its end."""
    return request.root_url.rstrip("/") if is_task_host() else site_root()


def origin_of(address: str) -> str:
    """The scheme, the host and the port of an address."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def task_origin(requester: int) -> str | None:
    """Where a requester's pages are, if they have a host of their own."""
    below = services().settings.task_host
    return f"{urlsplit(site_root()).scheme}://r{requester}.{below}" if below else None


def is_task_host() -> bool:
    """Whether what is asked for now is asked for at the task host or below it."""
    return bool(request.environ.get(AT_TASK_HOST))


def submit_root(ticket: SubmitTicket) -> str:
    """The `turkSubmitTo` of an assignment in hand: its path is the right to submit it once."""
    return f"{site_root()}/pass/{tickets().submission(ticket)}"


def missing_address(hit: HIT) -> str:
    """Where a browser tells what the site's page of a HIT was kept from loading, below this host."""
    ticket = TaskTicket(hit.hit_id, language(), "", "", services().now())
    return f"{request.script_root}/mturk/missing/{tickets().task(ticket)}"


def _query(hit: HIT, work: InHand | None) -> dict[str, str]:
    if work is None:
        return {"assignmentId": NOT_ACCEPTED, "hitId": hit.hit_id}
    ticket = SubmitTicket(work.assignment_id, language(), work.worker_id, work.accept_time)
    return {
        "assignmentId": work.assignment_id,
        "hitId": hit.hit_id,
        "workerId": work.worker_id,
        "turkSubmitTo": submit_root(ticket),
    }


def _ticket(hit: HIT, worker_id: str, work: InHand | None) -> TaskTicket:
    if work is None:
        return TaskTicket(hit.hit_id, language(), worker_id, "", services().now())
    return TaskTicket(hit.hit_id, language(), worker_id, work.assignment_id, work.accept_time)


def _external(question: QuestionDocument, query: dict[str, str]) -> Frame:
    parts = urlsplit(question.url)
    both = "&".join(filter(None, (parts.query, urlencode(query))))
    # In the origin of the site a page with scripts could take its own sandbox away.
    flags = _SANDBOX if _is_ours(parts) else f"{_SANDBOX} {_OWN_ORIGIN}"
    sources = _own_source(parts)
    if not services().settings.offline:
        # It may lead on to others, as where its workers sign in.
        sources = ("https:", *(source for source in sources if not source.startswith("https:")))
    # Its form leads to us.
    return Frame(parts._replace(query=both).geturl(), flags, question.frame_height, ("'self'", *sources))


def _own_source(parts: SplitResult) -> tuple[str, ...]:
    """The origin of the page itself, which may come without TLS from a host of the lab's own."""
    host = parts.hostname or ""
    # It becomes a part of a header, where other signs would add rules of their own.
    if parts.scheme not in _PORTS or not re.fullmatch(r"[0-9a-z.:-]+", host):
        return ()
    port = "" if parts.port is None else f":{parts.port}"
    return (f"{parts.scheme}://[{host}]{port}" if ":" in host else f"{parts.scheme}://{host}{port}",)


def _is_ours(parts: SplitResult) -> bool:
    site, below = urlsplit(site_root()), services().settings.task_host
    host = (parts.hostname or "").lower()
    is_site = (host, _port(parts)) == (site.hostname, _port(site))
    return is_site or (below is not None and f".{host}".endswith(f".{below.partition(':')[0]}"))


def _port(parts: SplitResult) -> int | None:
    return parts.port or _PORTS.get(parts.scheme)
