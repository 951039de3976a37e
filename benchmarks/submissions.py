"""What workers hand in, for the benchmarks: five answers in each document, one of them a selection, or a crowd-form."""

from __future__ import annotations

import json
import random
from typing import Any
from xml.sax.saxutils import escape

CREATED = 1565385436.0
HIT_ID = "3ABCDEFGHIJKLMNOPQRSTUVWXYZ012"
_NAMESPACE = "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2005-10-01/QuestionFormAnswers.xsd"
_TEXT = "the picture shows a brown dog & two cats on <grass>, I am not quite sure about it"
_WORDS = _TEXT.split()
_LABELS = ("cat", "dog", "bird", "fish")


def form(number: int) -> str:
    """The document of an ordinary form: four texts and a selection."""
    pick = random.Random(number)
    chosen = pick.sample(_LABELS, pick.randint(1, 3))
    texts = {
        "label": pick.choice(_LABELS),
        "comment": _words(pick),
        "sure": str(pick.randint(1, 5)),
        "why": _words(pick),
    }
    selection = "".join(f"<SelectionIdentifier>{one}</SelectionIdentifier>" for one in chosen)
    return _document(
        *(_answer(name, f"<FreeText>{escape(text)}</FreeText>") for name, text in texts.items()),
        _answer("seen", selection),
    )


def crowd_form(number: int) -> str:
    """The document of a page made of crowd elements: five fields as JSON in one text."""
    pick = random.Random(number)
    box = {"height": pick.randint(9, 400), "label": pick.choice(_LABELS), "left": 17, "top": 9, "width": 220}
    fields = {
        "animal": {"label": pick.choice(_LABELS)},
        "box": {"boundingBoxes": [box], "inputImageProperties": {"height": 768, "width": 1024}},
        "comment": _words(pick),
        "sure": {"no": False, "yes": True},
        "why": _words(pick),
    }
    text = escape(json.dumps([fields], separators=(",", ":")))
    return _document(_answer("taskAnswers", f"<FreeText>{text}</FreeText>"))


def mixed(number: int) -> str:
    """Three forms, then a crowd-form, and so on."""
    return crowd_form(number) if number % 4 == 3 else form(number)


def assignment(number: int, document: str) -> dict[str, Any]:
    """The submission that holds a document, as the service tells it."""
    return {
        "AssignmentId": f"3ASSIGNMENT{number:019d}",
        "WorkerId": f"A2WORKER{number:06d}",
        "HITId": HIT_ID,
        "AssignmentStatus": "Submitted",
        "AutoApprovalTime": CREATED + 259200,
        "AcceptTime": CREATED + number,
        "SubmitTime": CREATED + 60 + number,
        "Deadline": CREATED + 600 + number,
        "Answer": document,
    }


def _words(pick: random.Random) -> str:
    return " ".join(pick.choice(_WORDS) for _ in range(pick.randint(1, 12)))


def _answer(name: str, inside: str) -> str:
    return f"<Answer><QuestionIdentifier>{name}</QuestionIdentifier>{inside}</Answer>"


def _document(*answers: str) -> str:
    return (
        f'<?xml version="1.0" encoding="ASCII"?><QuestionFormAnswers xmlns="{_NAMESPACE}">{"".join(answers)}'
        "</QuestionFormAnswers>"
    )
