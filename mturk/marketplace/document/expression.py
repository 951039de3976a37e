"""Regular expressions of requesters, tried on what workers entered.

They are hostile until shown otherwise: one line of them can keep an ordinary engine busy for years. So they are given
to RE2, whose time grows with the length of the text and whose memory is bounded. What RE2 cannot do (a look ahead in
the middle, a look behind, a reference back) is not judged here: the worker's browser does, as on MTurk, where nobody
else did. A browser gives up on an expression that takes too long.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import re2

_LONGEST = 2_000
_LONGEST_TEXT = 10_000
_FLAGS = {"i": "i", "m": "m", "s": "s"}
_MEMORY = 1 << 17
# One piece of an expression as browsers write it: an escape, a class, the beginning of a group, or a character.
_PIECE = re.compile(r"\\u\{[0-9A-Fa-f]{1,6}\}|\\u[0-9A-Fa-f]{4}|\\c[A-Za-z]|\\.|\(\?(?:<?[=!])|[\[\]()|]|.", re.DOTALL)
_AHEAD = ("(?=", "(?!")
_OPENING = ("(", *_AHEAD, "(?<=", "(?<!")
# In JavaScript a blank is any blank of Unicode, and so is \S what is none.
_BLANKS = r"\t\n\v\f\r \x{a0}\x{feff}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}"
_OPTIONS = re2.Options()
_OPTIONS.log_errors = False
_OPTIONS.max_mem = _MEMORY


class _Unknown(Exception):
    """RE2 cannot tell."""


class _Part(NamedTuple):
    """One search, and whether it has to find something."""

    expression: str
    found: bool


def matches(expression: str, flags: str, text: str) -> bool | None:
    """Whether a JavaScript expression is found in the text; None where that cannot be told here."""
    if len(text) > _LONGEST_TEXT:
        return None
    try:
        return all((part.search(text) is not None) == found for part, found in _parts(expression, flags))
    except (_Unknown, UnicodeEncodeError):
        return None


@lru_cache(maxsize=64)
def _parts(expression: str, flags: str) -> tuple[tuple[re2._Regexp, bool], ...]:
    if len(expression) > _LONGEST:
        raise _Unknown
    known = "".join(sorted({_FLAGS[flag] for flag in flags if flag in _FLAGS}))
    before = f"(?{known})" if known else ""
    try:
        return tuple(
            (re2.compile(before + _translated(part.expression), _OPTIONS), part.found)
            for part in (_split(expression) if "m" not in known else [_Part(expression, True)])
        )
    except re2.error:
        raise _Unknown from None


def _split(expression: str) -> Iterator[_Part]:
    """The expression as searches without a look ahead: those at its very beginning are searches of their own.

    That holds where the beginning is that of the text, and not of some line.
    """
    pieces = _PIECE.findall(expression)
    if pieces[:1] != ["^"] or pieces[1:2] not in ([_AHEAD[0]], [_AHEAD[1]]) or _has_choice(pieces):
        yield _Part(expression, True)
        return
    begin = 1
    while begin < len(pieces) and pieces[begin] in _AHEAD:
        end = _end(pieces, begin)
        yield _Part(f"^(?:{''.join(pieces[begin + 1 : end])})", pieces[begin] == _AHEAD[0])
        begin = end + 1
    if pieces[begin : begin + 1] and pieces[begin] in ("*", "+", "?", "{"):
        raise _Unknown
    yield _Part("^" + "".join(pieces[begin:]), True)


def _end(pieces: list[str], begin: int) -> int:
    """Where the group ends that begins there."""
    depth = 0
    for place, piece, inside in _depths(pieces):
        depth = inside if place == begin else depth
        if place > begin and piece == ")" and inside == depth - 1:
            return place
    raise _Unknown


def _has_choice(pieces: list[str]) -> bool:
    return any(piece == "|" and not depth for _, piece, depth in _depths(pieces))


def _depths(pieces: list[str]) -> Iterator[tuple[int, str, int]]:
    """Each piece with its place and how deep in groups it stands; what is in a class is passed over."""
    depth, in_class = 0, False
    for place, piece in enumerate(pieces):
        if in_class:
            in_class = piece != "]"
            continue
        in_class = piece == "["
        depth += (piece in _OPENING) - (piece == ")")
        yield place, piece, depth


def _translated(expression: str) -> str:
    """The expression as RE2 writes it."""
    written: list[str] = []
    in_class = False
    for piece in _PIECE.findall(expression):
        if piece in _OPENING[1:]:
            raise _Unknown
        if in_class and piece == "]" and written[-1] in ("[", "^") and "[" in written[-2:]:
            raise _Unknown  # in browsers a class of nothing, or of everything
        if len(piece) > 1 and piece[0] == "\\":
            written.append(_escape(piece, in_class=in_class))
        else:
            written.append(r"\[" if in_class and piece == "[" else piece)
        in_class = piece != "]" if in_class else piece == "["
    return "".join(written)


def _escape(piece: str, *, in_class: bool) -> str:
    letter = piece[1]
    if letter == "u" and len(piece) > 2:
        return rf"\x{{{piece[2:].strip('{}')}}}"
    if letter == "c" and len(piece) == 3:
        return rf"\x{{{ord(piece[2]) % 32:x}}}"
    if letter == "s":
        return _BLANKS if in_class else f"[{_BLANKS}]"
    if letter == "S":
        if in_class:
            raise _Unknown
        return f"[^{_BLANKS}]"
    if letter == "b" and in_class:
        return r"\x08"
    if letter in "dDwWbBtnvfrx" or not letter.isalnum():
        return piece
    raise _Unknown  # a reference back, or an escape that browsers and RE2 read differently
