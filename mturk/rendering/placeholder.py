"""Fills `${name}` in templates that were written for MTurk's own site.

A name with a value is filled wherever it stands, once, and as it is: that is what the site did. What has no
value is left alone where it is the page's own code (a template literal or a comment of a script, a template for
a browser framework, an expression); everywhere else it is reported, for it would be published as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from mturk import doubt
from mturk.errors import ValidationError

_PLACEHOLDER = re.compile(r"\$\{([^{}\r\n]{1,200})\}")
_NAME = re.compile(r"[^\W\d][\w-]*")  # anything else, such as ${item.price * 2}, is an expression
_SCRIPT = re.compile(r"<script\b([^>]*)(?:>|\Z)", re.IGNORECASE)
_SCRIPT_END = re.compile("</script", re.IGNORECASE)
_TYPE = re.compile(r"""\btype\s*=\s*(?:["']\s*)?([^"'\s>]+)""", re.IGNORECASE)
_JAVASCRIPT = ("module", "text/javascript", "application/javascript", "text/ecmascript", "application/json")
_CODE = re.compile(r"""(?P<comment>//[^\n]*)|(?P<long>/\*)|(?P<quote>['"])|(?P<open>\{)|(?P<close>\})|(?P<tick>`)""")
_QUOTED = {quote: re.compile(rf"(?:\\.|[^{quote}\\\n])*", re.DOTALL) for quote in "'\""}
_LITERAL = re.compile(r"\\.|(?P<open>\$\{)|(?P<tick>`)", re.DOTALL)


def fill(source: str, values: Mapping[str, object], name: str) -> str:
    """The template with its values; `name` is what messages call it."""
    # A file from a spreadsheet often begins with a byte order mark, which ends up in its first column's name.
    given = {key.lstrip("\ufeff"): value for key, value in values.items() if value is not None}
    missing = [one for one in wanted(source) if one not in given]
    used = places(source)
    unused = [one for one in given if one not in used]
    if missing:
        also = f"; it has no place for {', '.join(unused)}" if unused else ""
        raise ValidationError(f"{name}: no value for {', '.join(missing)}{also}")
    if unused:
        doubt.warn(f"{name} has no place for {', '.join(unused)}")

    def value_of(found: re.Match[str]) -> str:
        return str(given[found.group(1)]) if found.group(1) in given else found.group()

    return _PLACEHOLDER.sub(value_of, source)


def each(source: str) -> Iterator[re.Match[str]]:
    """Each place in the template, also in the page's own code; its group 1 is the name."""
    return _PLACEHOLDER.finditer(source)


@lru_cache(maxsize=8)
def places(source: str) -> frozenset[str]:
    """All names that have a place in the template, also in the page's own code."""
    return frozenset(found.group(1) for found in each(source))


@lru_cache(maxsize=8)
def wanted(source: str) -> tuple[str, ...]:
    """The names that the template needs a value for, each once, in order."""
    own = set(_own_code(source))
    names = (
        found.group(1)
        for found in _PLACEHOLDER.finditer(source)
        if found.start() not in own and _NAME.fullmatch(found.group(1))
    )
    return tuple(dict.fromkeys(names))


def _own_code(source: str) -> Iterator[int]:
    """Where a `${` is the page's own code."""
    at = 0
    # Where nothing ends one script, nothing ends a later one.
    while (script := _SCRIPT.search(source, at)) and (stop := _SCRIPT_END.search(source, script.end())):
        at = stop.end()
        kind = _TYPE.search(script.group(1))
        if kind is None or kind.group(1).lower() in _JAVASCRIPT:
            yield from _in_literals(source, script.end(), stop.start())
        else:  # a template for a framework in the browser
            yield from (found.start() for found in _PLACEHOLDER.finditer(source, script.end(), stop.start()))


def _in_literals(source: str, start: int, end: int) -> Iterator[int]:
    """Where a `${` stands in a template literal, `like ${this}`, which may hold code with further ones."""
    within: list[str] = []  # of what is open: "`" a literal, "{" a block of code
    ends = _Ends(source, end)
    at = start
    while True:
        literal = bool(within) and within[-1] == "`"
        found = (_LITERAL if literal else _CODE).search(source, at, end)
        if found is None:
            return
        at = found.end()
        if found.lastgroup in ("comment", "long"):
            at = at if found.lastgroup == "comment" else ends.of_comment(at)
            yield from (one.start() for one in _PLACEHOLDER.finditer(source, found.start(), at))
        elif found.lastgroup == "quote":
            at = ends.of_text(found[0], at)
        elif found.lastgroup == "open":
            if literal:
                yield found.start()
            within.append("{")
        elif found.lastgroup == "tick" and not literal:
            within.append("`")
        elif found.lastgroup is not None and within:
            within.pop()


class _Ends:
    """Where long comments and quoted texts of a script end; what has no end is none, and is looked for once."""

    def __init__(self, source: str, end: int) -> None:
        self._source = source
        self._end = end
        self._endless = {"*": end, "'": 0, '"': 0}

    def of_comment(self, at: int) -> int:
        """Behind the end of a comment whose inside begins there, or that place."""
        found = self._source.find("*/", at, self._end) if self._endless["*"] else -1
        if found < 0:
            self._endless["*"] = 0
        return at if found < 0 else found + 2

    def of_text(self, quote: str, at: int) -> int:
        """Behind the end of a quoted text that begins there, or that place."""
        if at <= self._endless[quote]:
            return at  # a quote before it had no end up to there, so this one has none
        found = _QUOTED[quote].match(self._source, at, self._end)
        stop = found.end() if found else at
        if self._source[stop : min(stop + 1, self._end)] == quote:
            return stop + 1
        self._endless[quote] = stop
        return at
