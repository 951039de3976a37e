"""Regular expressions of requesters, tried on what workers entered.

They are hostile until shown otherwise: one line of them can keep an ordinary engine busy for years. So they are given
to RE2, whose time grows with the length of the text and whose memory is bounded. What RE2 cannot do (a look ahead in
the middle, a look behind, a reference back) is not judged here: the worker's browser does, as on MTurk, where nobody
else did. A browser gives up on an expression that takes too long.

Nor is judged what browsers read in another way than RE2: they count halves of characters beyond the first 65,536, have
more ends of lines, and know fewer kinds of groups.
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
# All searches that one expression is made of share this memory.
_MEMORY = 1 << 17
_MOST_PARTS = 8
# Units of effort: an instruction of a program at one byte of a text is one, which takes 5 ns at the worst. The others
# are what it takes to read a character of an expression, to compile an instruction, and to find it is too large.
_MOST_EFFORT = 30_000_000
_PER_CHARACTER = 100
_PER_INSTRUCTION = 200
_TOO_LARGE = 2_000_000
# One piece of an expression as browsers write it: an escape, a class, the beginning of a group, or a character.
_PIECE = re.compile(r"\\u[0-9A-Fa-f]{4}|\\x[0-9A-Fa-f]{2}|\\c[A-Za-z]|\\.|\(\?(?:<?[=!])|[\[\]()|]|.", re.DOTALL)
_AHEAD = ("(?=", "(?!")
_OPENING = ("(", *_AHEAD, "(?<=", "(?<!")
# In JavaScript a blank is any blank of Unicode, and so is \S what is none.
_BLANKS = r"\t\n\v\f\r \x{a0}\x{feff}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}"
BLANKS = re.sub(r"\\x\{(\w+)\}", lambda found: rf"\u{int(found[1], 16):04x}", _BLANKS)
"""What browsers take for blanks, as Python writes it in a class."""
_BLANK_SIGNS = "".join(re.findall(f"[{BLANKS}]", "".join(map(chr, range(0x10000)))))
# Beyond this, browsers ignore case by other rules.
_LATIN = "\xff"
_MANY_LATIN = re.compile(r"\\u(?!00)")
_BASIC = "\uffff"
_LINE_SEPARATORS = re.compile("[\u2028\u2029]")
_OF_ONE_CHARACTER = re.compile(r"[.{]|\[\^|\\[SDWB]")
_A_CLASS = re.compile(r"\[[^\]]*\]")
_PLAIN_ESCAPE = re.compile(r"\\[^SDWBu]")
_REPEATED = ("*", "+", "?", "{")
_PLACES = ("^", "$", r"\b", r"\B")
_CLASSES = (r"\d", r"\D", r"\w", r"\W", r"\s")


class _Unknown(Exception):
    """RE2 cannot tell."""


class _Part(NamedTuple):
    """One search, and whether it has to find something."""

    expression: str
    found: bool


class _Compiled(NamedTuple):
    """An expression as searches, each with whether it has to find something; None where RE2 cannot tell."""

    parts: tuple[tuple[re2._Regexp, bool], ...] | None
    size: int
    effort: int
    """What it takes to make it."""


class Effort:
    """How much work the expressions of one form may be, all together; it ends after some tenths of a second."""

    def __init__(self) -> None:
        self._left = _MOST_EFFORT

    def spend(self, units: int) -> bool:
        """Take from what is left, and say whether that was enough."""
        self._left -= units
        return self._left >= 0

    @property
    def is_over(self) -> bool:
        """Whether nothing more is tried."""
        return self._left < 0


def matches(expression: str, flags: str, text: str, effort: Effort | None = None) -> bool | None:
    """Whether a JavaScript expression is found in the text; None where that cannot be told here."""
    effort = effort or Effort()
    if effort.is_over or len(text) > _LONGEST_TEXT or len(expression) > _LONGEST:
        return None
    known = "".join(sorted({_FLAGS[flag] for flag in flags if flag in _FLAGS}))
    if _reads_otherwise(expression, known, text):
        return None
    compiled = _compiled(expression, known)
    size = len(text.encode("utf-8", "surrogatepass"))
    # The same is asked for what is still known, so that the answer does not hang on what was tried before.
    if not effort.spend(compiled.effort + compiled.size * size) or compiled.parts is None:
        return None
    try:
        return all((part.search(text) is not None) == found for part, found in compiled.parts)
    except UnicodeEncodeError:
        return None


def trimmed(text: str) -> str:
    """A text without the blanks around it, as browsers trim it."""
    # By no expression: from each blank within a text that would look at all behind it, while nobody is answered.
    return text.strip(_BLANK_SIGNS)


def _reads_otherwise(expression: str, flags: str, text: str) -> bool:
    """Whether a browser may read the expression, or the text, in another way than RE2."""
    most = max(text, default="")
    if "i" in flags and (max(text + expression, default="") > _LATIN or _MANY_LATIN.search(expression)):
        return True
    bare = _PLAIN_ESCAPE.sub("", expression)
    if _LINE_SEPARATORS.search(text) and ("m" in flags or "." in _A_CLASS.sub("", bare)):
        return True
    if r"\B" in bare and not text.isascii():
        return True  # RE2 finds one between the bytes of a character
    if max(expression, default="") > _BASIC and any(piece in bare for piece in ("[", *_REPEATED)):
        return True
    if most <= _BASIC:
        return False
    has_far_class = "[" in bare and (not bare.isascii() or "\\u" in bare)
    return has_far_class or _OF_ONE_CHARACTER.search(bare) is not None


@lru_cache(maxsize=128)
def _compiled(expression: str, flags: str) -> _Compiled:
    reading = _PER_CHARACTER * len(expression)
    before = f"(?{flags})" if flags else ""
    try:
        split = list(_split(expression)) if "m" not in flags else [_Part(expression, True)]
        if len(split) > _MOST_PARTS:
            raise _Unknown
        options = _options(len(split))
        parts = tuple((re2.compile(before + _translated(part.expression), options), part.found) for part in split)
    except (_Unknown, UnicodeEncodeError):
        return _Compiled(None, 0, reading)
    except re2.error:
        return _Compiled(None, 0, reading + _TOO_LARGE)
    size = sum(part.programsize for part, _ in parts)
    return _Compiled(parts, size, reading + _PER_INSTRUCTION * size)


@lru_cache
def _options(parts: int) -> re2.Options:
    options = re2.Options()
    options.log_errors = False
    options.never_capture = True
    options.max_mem = _MEMORY // parts
    return options


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
    if pieces[begin : begin + 1] and pieces[begin] in _REPEATED:
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
    pieces = _PIECE.findall(expression)
    for place, piece in enumerate(pieces):
        after = pieces[place + 1 : place + 3]
        if piece in _OPENING[1:]:
            raise _Unknown
        if in_class and piece == "]" and written[-1] in ("[", "^") and "[" in written[-2:]:
            raise _Unknown  # in browsers a class of nothing, or of everything
        if _is_odd_range(pieces[:place], piece, after) if in_class else _is_odd(piece, after):
            raise _Unknown
        if len(piece) > 1 and piece[0] == "\\":
            written.append(_escape(piece, in_class=in_class))
        else:
            written.append(r"\[" if in_class and piece == "[" else piece)
        in_class = piece != "]" if in_class else piece == "["
    return "".join(written)


def _is_odd(piece: str, after: list[str]) -> bool:
    """Whether this is a kind of group that browsers know not, or a place that is repeated."""
    if piece == "(" and after[:1] == ["?"]:
        return after[1:] != [":"]
    return piece in _PLACES and after[:1] != [] and after[0] in _REPEATED


def _is_odd_range(before: list[str], piece: str, after: list[str]) -> bool:
    """Whether a class has a range from or to what is more than a character; browsers read a hyphen in it."""
    if piece == r"\s" and before[-1:] == ["-"] and before[-2:-1] not in (["["], ["^"]):
        return True
    return piece in _CLASSES and after[:1] == ["-"] and (piece == r"\s" or after[1:] == ["-"]) and after[1:] != ["]"]


def _escape(piece: str, *, in_class: bool) -> str:
    letter = piece[1]
    if letter == "u" and len(piece) == 6:
        if 0xD800 <= int(piece[2:], 16) <= 0xDFFF:
            raise _Unknown  # half a character
        return rf"\x{{{piece[2:]}}}"
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
    if letter in "dDwWbBtnvfr" or not letter.isalnum() or (letter == "x" and len(piece) == 4):
        return piece
    raise _Unknown  # a reference back, or an escape that browsers and RE2 read differently
