"""What a browser would send of a page with a form, without one."""

from __future__ import annotations

from typing import Any

from lxml import html
from werkzeug.datastructures import MultiDict

Page = Any


def parse(drawn: str) -> Page:
    """The page around a drawn form."""
    page = html.document_fromstring(f"<!doctype html><form>{drawn}</form>")
    for field in page.iter("textarea"):
        # Browsers drop the first line's end, which this parser keeps.
        field.text = (field.text or "").removeprefix("\n")
    return page


def fill(page: Page, entered: dict[str, Any]) -> None:
    """Write texts, and choose among what is offered, by the names of fields."""
    for name, value in entered.items():
        if isinstance(value, str):
            _write(page, name, value)
        else:
            for one in value:
                _choose(page, name, one)


def sent(page: Page) -> MultiDict[str, str]:
    """The fields as they are posted: with the line ends of the web."""
    fields = [field for field in page.forms[0].iter("input", "select", "textarea") if "disabled" not in field.attrib]
    return MultiDict((field.get("name"), _posted(value)) for field in fields for value in _values(field))


def _values(field: Any) -> list[str]:
    if field.get("type") == "file":
        return []
    if field.get("type") in ("radio", "checkbox"):
        # The parser's own reading takes an empty value for none.
        return [field.get("value")] if field.checked else []
    return [] if field.value is None else [field.value]


def named(page: Page, name: str) -> list[Any]:
    """The fields of that name."""
    return [field for field in page.forms[0].iter("input", "select", "textarea") if field.get("name") == name]


def _write(page: Page, name: str, text: str) -> None:
    (field,) = named(page, name)
    field.value = text


def _choose(page: Page, name: str, value: str) -> None:
    for field in named(page, name):
        if field.tag == "select":
            assert value in field.value_options
            field.value = value
            return
        if field.get("value") == value:
            field.checked = True
            return
    raise AssertionError(f"{name} has no choice {value!r}")


def _posted(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\n", "\r\n")
