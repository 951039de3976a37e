"""Layouts: pages with `${placeholders}` that a requester keeps here and fills by CreateHIT."""

from __future__ import annotations

import re
from typing import NamedTuple, cast

from sqlalchemy import select

from mturk.marketplace.call import Call, Context
from mturk.marketplace.database import table as t
from mturk.marketplace.document.parser import expect_size
from mturk.marketplace.document.schema import BASE
from mturk.marketplace.error import ParameterValidationError, RequestError
from mturk.marketplace.people.requester import name_of

LayoutParameter = dict[str, str]

_PLACEHOLDER = re.compile(r"\$\{([^{}]+)\}")


class Layout(NamedTuple):
    """A requester's page."""

    number: int
    requester: int
    layout_id: str
    name: str
    html: str


def make(context: Context, requester: int, name: str, html: str) -> str:
    """Keep a page, and say its id; the same page under the same name is the same layout."""
    kept = (t.layout.c.requester == requester, t.layout.c.name == name)
    for row in context.database.execute(select(t.layout).where(*kept)):
        if row.html == html:
            return str(row.layout_id)
    layout_id = context.new_id()
    values = {"requester": requester, "layout_id": layout_id, "name": name, "html": html}
    t.add_row(context.database, t.layout, values)
    context.note("AddLayout", Requester=name_of(context.database, requester), HITLayoutId=layout_id)
    return layout_id


def fill(call: Call, layout_id: str, parameters: list[LayoutParameter]) -> str:
    """The caller's layout as a question, with the values put in as they are."""
    html = _mine(call, layout_id).html
    values: dict[str, str] = {}
    for one in parameters:
        if one["Name"] in values:
            raise ParameterValidationError.of("HITLayoutParameters", one["Name"], "It is given twice.")
        values[one["Name"]] = one["Value"]
    names = dict.fromkeys(_PLACEHOLDER.findall(html))
    missing = [name for name in names if name not in values]
    if missing:
        text = (
            "Your request is missing required parameters. Required parameters include HITLayoutParameter. "
            f"Missing parameter names: {', '.join(missing)}"
        )
        raise ParameterValidationError("HITLayoutParameters", text)
    for name in values:
        if name not in names:
            raise ParameterValidationError.of("HITLayoutParameters", name, "The layout has no such placeholder.")
    # Before it is put together: a page may have a value a thousand times.
    expect_size("Question", sum(len(values[name]) for name in _PLACEHOLDER.findall(html)), call.settings.question_limit)
    return _question(_PLACEHOLDER.sub(lambda found: values[found[1]], html))


def _mine(call: Call, layout_id: str) -> Layout:
    query = select(t.layout).where(t.layout.c.layout_id == layout_id, t.layout.c.requester == call.requester)
    found = cast("Layout | None", call.database.execute(query).one_or_none())
    if found is None:
        raise RequestError("HITLayoutDoesNotExist", f"Hit layout {layout_id} does not exist.")
    return found


def _question(html: str) -> str:
    # The end of a CDATA section cannot stand inside of one.
    page = html.replace("]]>", "]]]]><![CDATA[>")
    return (
        f'<HTMLQuestion xmlns="{BASE}2011-11-11/HTMLQuestion.xsd"><HTMLContent><![CDATA[{page}]]></HTMLContent>'
        "<FrameHeight>0</FrameHeight></HTMLQuestion>"
    )
