"""Reads the ordinary kind of answer document, texts in answers, at once; all others are left to xmltodict."""

from __future__ import annotations

from typing import NoReturn
from xml.parsers.expat import ExpatError, ParserCreate

Texts = str | None | list[str | None]
"""What is in an element: a text, nothing, or several where there are several of its name."""


class _Unusual(Exception):
    """There is more to the document than texts in answers."""


def read(xml: str) -> list[dict[str, Texts]] | None:
    """The answers, each as xmltodict would give it without blanks in between; None if the document is not ordinary.

    Takes a quarter of xmltodict's time. What is broken is not ordinary either.
    """
    answers: list[dict[str, Texts]] = []
    pieces: list[str] = []
    level = 0

    def start(name: str, _attributes: object) -> None:
        nonlocal level
        level += 1
        if pieces:
            _expect_blank(pieces)
        if level == 3:
            return
        if level == 2 and name == "Answer":
            answers.append({})
        elif level != 1 or name != "QuestionFormAnswers":
            raise _Unusual

    def end(name: str) -> None:
        nonlocal level
        if level == 3:
            answer, text = answers[-1], "".join(pieces) or None
            pieces.clear()
            if name not in answer:
                answer[name] = text
            else:
                repeat(answer, name, text)
        elif pieces:
            _expect_blank(pieces)
        level -= 1

    parser = ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = pieces.append
    parser.StartDoctypeDeclHandler = _refuse
    try:
        parser.Parse(xml.encode(), True)
    except (_Unusual, ExpatError, UnicodeEncodeError):
        return None
    return answers


def repeat(answer: dict[str, Texts], name: str, text: str | None) -> None:
    """One more text of a name that the answer has; in its place, since there may be 100,000 of them."""
    before = answer[name]
    if isinstance(before, list):
        before.append(text)
    else:
        answer[name] = [before, text]


def _expect_blank(pieces: list[str]) -> None:
    if not "".join(pieces).isspace():
        raise _Unusual
    pieces.clear()


def _refuse(*_declared: object) -> NoReturn:
    raise _Unusual
