"""The other side of an ExternalQuestion: what your own site is asked for, and where it sends the worker back to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from attrs import field, frozen

from mturk.errors import ValidationError
from mturk.question import address
from mturk.rendering import template
from mturk.rendering.rendering import Folder

PREVIEW = "ASSIGNMENT_ID_NOT_AVAILABLE"
HOSTS = ("www.mturk.com", "workersandbox.mturk.com")
_SUBMIT = "/mturk/externalSubmit"
_LONGEST = 2_000  # characters of a turkSubmitTo
# No segment begins with a dot, which might lead elsewhere.
_RIGHT = re.compile(r"(?:/[A-Za-z0-9_~-][A-Za-z0-9_.~-]*)*/pass/[A-Za-z0-9_-][A-Za-z0-9_.-]*", re.ASCII)


@frozen
class TaskRequest:
    """A worker's request for a task page, from the query of its address.

    `submit_url` is where the page's form has to post to; it is None in a preview that does not say. Flask passes
    `request.args`, Django `request.GET`.

        >>> task = TaskRequest.from_query({
        ...     "assignmentId": "3X", "hitId": "3H", "workerId": "A1", "turkSubmitTo": "https://www.mturk.com"})
        >>> task.submit_url
        'https://www.mturk.com/mturk/externalSubmit'
    """

    assignment_id: str | None
    hit_id: str | None
    worker_id: str | None
    submit_url: str | None = field(default=None)

    @property
    def is_preview(self) -> bool:
        """Whether the worker only looks: nothing is accepted yet, and nothing can be submitted."""
        return self.assignment_id is None

    @classmethod
    def from_query(cls, args: Mapping[str, Any], *, allowed_hosts: Iterable[str] = ()) -> TaskRequest:
        """Read the query; ValidationError if it would send the worker's answers to a host that is not allowed.

        MTurk's own two hosts are always allowed; name that of your marketplace, with its port if it has one, or
        give its address: `allowed_hosts=["turk.my-lab.org", "http://127.0.0.1:8017"]`.
        """
        assignment_id = _value(args, "assignmentId")
        if assignment_id == PREVIEW:
            assignment_id = None
        place = _value(args, "turkSubmitTo")
        if place is None and assignment_id is not None:
            raise ValidationError("turkSubmitTo: missing; expected the address of the site that sent the worker")
        submit_url = None if place is None else _submit_url(place, {*HOSTS, *_allowed(allowed_hosts)})
        return cls(assignment_id, _value(args, "hitId"), _value(args, "workerId"), submit_url)

    def render(self, path: Folder, values: Mapping[str, Any] | None = None, /, **more_values: Any) -> str:
        """The page of a template that knows this request as `task`; it may extend `mturk/external_form.html`."""
        return template.fill(path, {**(values or {}), **more_values, "task": self}, xml=False)


def _value(args: Mapping[str, Any], name: str) -> str | None:
    """The one value; None if there is none, or an empty one."""
    value = args.get(name)
    if isinstance(value, list | tuple):  # as urllib.parse.parse_qs gives them
        value = value[0] if value else None
    return str(value) if value else None


def _allowed(hosts: Iterable[str]) -> set[str]:
    given = [hosts] if isinstance(hosts, str) else hosts
    return {host.rpartition("://")[2].partition("/")[0].lower() for host in given}


def _submit_url(place: str, allowed: set[str]) -> str:
    # No parser's leniency decides where answers go: nothing but scheme, host and port may be there, and for a
    # marketplace of one's own the right to submit, which is a path.
    try:
        if len(place) > _LONGEST:
            raise ValueError("splitting takes the square of the length of a host that is none")
        parts = urlsplit(place.rstrip("/"))
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError as error:
        raise ValidationError(f"turkSubmitTo: {place[:80]!r} is no address") from error
    origin = _host(host) if port is None else f"{_host(host)}:{port}"
    path = parts.path if _RIGHT.fullmatch(parts.path) and origin not in HOSTS else ""
    plain = [f"{scheme}://{origin}{path}".lower() for scheme in ("https", "http")]
    if place.rstrip("/").lower() not in plain or origin not in allowed:
        raise ValidationError(f"turkSubmitTo: {place[:80]!r} is not allowed; expected " + ", ".join(sorted(allowed)))
    if parts.scheme == "http" and not address.is_near(host):
        raise ValidationError(f"turkSubmitTo: {place[:80]!r}; expected https")
    return f"{parts.scheme}://{origin}{path}{_SUBMIT}"


def _host(host: str) -> str:
    return f"[{host}]" if ":" in host else host
