"""What a value of a page to start from may be: a text, labels, an address, a number, yes or no.

Every kind gives back the value as the template needs it, or adds to the problems what is wrong with it.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from numbers import Real
from typing import Any
from urllib.parse import urlsplit

Kind = Callable[[str, Any, list[str]], Any]

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")


@dataclass(frozen=True)
class Value:
    """What kind a value is, in words too, and whether the page needs it."""

    kind: Kind
    words: str
    is_needed: bool = False


def refuse(problems: list[str], name: str, value: object, expected: str) -> None:
    """Add that the value is not what is expected."""
    problems.append(f"{name}: {shown(value)}; expected {expected}")


def shown(value: object) -> str:
    """The value on one line that is not too long."""
    line = " ".join(repr(value).split())
    return line if len(line) <= 80 else f"{line[:60]}… ({len(line)} characters)"


def words_of(value: Any) -> str | None:
    """The text that a value is, or a number written out; None if it is neither."""
    if isinstance(value, str):
        return value if hasattr(value, "__html__") else str.__str__(value)
    if is_number(value) or hasattr(value, "casefold"):  # a translation stands for a text until it is read
        return str(value)
    return None


def is_number(value: object) -> bool:
    """Whether the value is a number, and neither NaN nor infinite."""
    if isinstance(value, bool) or not isinstance(value, Real | Decimal):
        return False
    try:
        return isinstance(value, int) or math.isfinite(value)
    except (ValueError, OverflowError):  # a signalling NaN; a fraction beyond all floats
        return False


def text(name: str, value: Any, problems: list[str]) -> Any:
    """A text, which may be empty."""
    words = words_of(value)
    if words is None:
        refuse(problems, name, value, "a text")
    return words


def filled(name: str, value: Any, problems: list[str]) -> Any:
    """A text that says something."""
    words = words_of(value)
    if words is None or not words.strip():
        refuse(problems, name, value, "a text" if words is None else "a text that is not empty")
    return words


def flag(name: str, value: Any, problems: list[str]) -> Any:
    """True or False."""
    if not isinstance(value, Hashable) or value not in (True, False):
        refuse(problems, name, value, "True or False")
        return None
    return bool(value)


def number(name: str, value: Any, problems: list[str]) -> Any:
    """A number that is not infinite."""
    if not is_number(value):
        refuse(problems, name, value, "a number")
        return None
    if value == int(value):
        return int(value)
    return value if isinstance(value, Decimal) else float(value)


def whole(name: str, value: Any, problems: list[str]) -> Any:
    """A whole number."""
    if not is_number(value) or value != int(value):
        refuse(problems, name, value, "a whole number")
        return None
    return int(value)


def language(name: str, value: Any, problems: list[str]) -> Any:
    """The tag of a language, as HTML has it."""
    if not isinstance(value, str) or not _LANGUAGE.fullmatch(value):
        refuse(problems, name, value, "the tag of a language, such as 'de' or 'pt-BR'")
    return value


def paragraphs(name: str, value: Any, problems: list[str]) -> Any:
    """One text, or a list of texts."""
    if words_of(value) is not None:
        return [filled(name, value, problems)]
    return [filled(f"{name}[{at}]", item, problems) for at, item in enumerate(items(name, value, problems, "texts"))]


def labels(name: str, value: Any, problems: list[str]) -> Any:
    """A list of texts, no two the same."""
    found = []
    for at, item in enumerate(items(name, value, problems, "texts")):
        if _is_text(f"{name}[{at}]", item, problems, "a text"):
            found.append(_plain(item))
    _refuse_twice(name, found, problems)
    return found


def choices(name: str, value: Any, problems: list[str]) -> Any:
    """A list of texts, or of pairs of a value and a text; a mapping has such pairs."""
    given = list(value.items()) if isinstance(value, Mapping) else value
    found: list[Any] = []
    for at, item in enumerate(items(name, given, problems, "texts, or of pairs of a value and a text")):
        place = f"{name}[{at}]"
        if isinstance(item, list | tuple) and len(item) == 2:
            found.append(_pair(place, item, problems))
        elif _is_text(place, item, problems, "a text, or a pair of a value and a text"):
            found.append(_plain(item))
    pairs = [item if isinstance(item, tuple) else (item, item) for item in found]
    values_twice = _refuse_twice(name, [value for value, _ in pairs], problems)
    _refuse_twice(name, [words for _, words in pairs if words not in values_twice], problems)
    return found


def items(name: str, value: Any, problems: list[str], of: str, *, may_be_empty: bool = False) -> list[Any]:
    """What is in a list, or in anything else that goes by one after the other; a text or a mapping is none."""
    found = None if isinstance(value, bytes | Mapping) or words_of(value) is not None else _listed(value)
    if found is None or not (found or may_be_empty):
        refuse(problems, name, value, f"a list of {of}" + ("" if found is None else ", at least one"))
    return found or []


def address(medium: str) -> Kind:
    """The address of a picture or a recording: on the web, relative to the page, or the file itself as data:."""

    def check(name: str, value: Any, problems: list[str]) -> Any:
        url = str(value)
        is_text = isinstance(value, str) or hasattr(value, "casefold")
        # Other libraries' objects for addresses are taken where there is no doubt what they are.
        if not (_is_address(url, medium) if is_text else url.startswith(("https://", "http://"))):
            refuse(problems, name, value, "an address: https://…, http://…, or one relative to the page")
        return words_of(value) if is_text else url

    return check


def _is_address(url: str, medium: str) -> bool:
    if not url or url != url.strip() or re.search("[\x00-\x1f\x7f]", url):
        return False
    scheme = _SCHEME.match(url)
    if scheme is None:
        return True
    if scheme[1].lower() not in ("https", "http"):
        return url.lower().startswith(f"data:{medium}/")
    try:
        return bool(urlsplit(url).hostname)
    except ValueError:
        return False


def _listed(value: Any) -> list[Any] | None:
    try:
        return list(value)
    except TypeError:
        return None


def _is_text(name: str, value: Any, problems: list[str], expected: str) -> bool:
    is_text = isinstance(value, str) or hasattr(value, "casefold")
    if not is_text or not str(value).strip():
        refuse(problems, name, value, expected)
        return False
    return True


def _plain(value: Any) -> str:
    return str.__str__(value) if isinstance(value, str) else str(value)


def _pair(name: str, pair: Any, problems: list[str]) -> tuple[Any, Any]:
    value = filled(f"{name}[0]", pair[0], problems)
    return (None if value is None else _plain(value), filled(f"{name}[1]", pair[1], problems))


def _refuse_twice(name: str, values: list[Any], problems: list[str]) -> list[Any]:
    twice = [value for value, times in Counter(values).items() if times > 1 and value is not None]
    problems.extend(f"{name}: {shown(value)} is there more than once; expected each once" for value in twice)
    return twice
