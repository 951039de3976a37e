"""Forms of every kind, what a person enters in them, and what the requester's SDK reads."""

from __future__ import annotations

from typing import Any, NamedTuple

from mturk import Selected
from mturk.question_form import (
    AnswerFormatRegex,
    Binary,
    Constraints,
    FileUploadAnswer,
    FormattedContent,
    FreeTextAnswer,
    IsNumeric,
    Length,
    MimeType,
    Overview,
    Question,
    QuestionForm,
    Selection,
    SelectionAnswer,
    Text,
)

UPLOAD_LIMIT = 10_000
PETS = [Selection(name, Text(f"A {name}")) for name in ("cat", "dog", "fox")]
ODD = [Selection("a b", "One"), Selection('"<&\'>"', "Two"), Selection("", "Three"), Selection(".", "Four")]
DRAWN = [
    Selection("formatted", FormattedContent("<b>A</b> cat")),
    Selection("binary", Binary(MimeType("image", "png"), "https://x.org/cat.png", "A black cat")),
]


class Case(NamedTuple):
    """A question, what is entered in it by the names of fields, and the answer that is read."""

    asked: Any
    entered: dict[str, Any]
    read: Any
    name: str = "q"


def _selection(style: str | None = None, most: int = 1, **more: Any) -> SelectionAnswer:
    return SelectionAnswer(PETS, style_suggestion=style, max_selection_count=most, **more)


CASES: dict[str, Case] = {
    "a line": Case(FreeTextAnswer(), {"q": 'a <b> & "c" é \U0001f408'}, 'a <b> & "c" é \U0001f408'),
    "a line left empty": Case(FreeTextAnswer(), {}, ""),
    "several lines": Case(FreeTextAnswer(number_of_lines_suggestion=4), {"q": "\na\n b \n"}, "\r\na\r\n b \r\n"),
    "a default": Case(FreeTextAnswer(default_text=' "so"'), {}, ' "so"'),
    "lines by default": Case(FreeTextAnswer(None, "\n a\n</textarea>", 3), {}, "\r\n a\r\n</textarea>"),
    "a default that is changed": Case(FreeTextAnswer(default_text="so"), {"q": "no"}, "no"),
    "a number": Case(FreeTextAnswer(Constraints(IsNumeric(-1, 9))), {"q": "-0.5"}, "-0.5"),
    "a text of some length": Case(FreeTextAnswer(Constraints(None, Length(2, 4))), {"q": "abcd"}, "abcd"),
    "a text of some format": Case(
        FreeTextAnswer(Constraints(None, None, [AnswerFormatRegex("^[a-z]+$", "Letters.", "i")])),
        {"q": "Abc"},
        "Abc",
    ),
    "radio buttons": Case(_selection("radiobutton"), {"q": ["dog"]}, Selected(["dog"])),
    "no style": Case(_selection(), {"q": ["dog"]}, Selected(["dog"])),
    "nothing chosen": Case(_selection("radiobutton", min_selection_count=0), {}, Selected()),
    "a dropdown": Case(_selection("dropdown"), {"q": ["fox"]}, Selected(["fox"])),
    "a dropdown left alone": Case(_selection("dropdown"), {}, Selected()),
    "a list": Case(_selection("list"), {"q": ["fox"]}, Selected(["fox"])),
    "a combobox": Case(_selection("combobox"), {"q": ["fox"]}, Selected(["fox"])),
    "one checkbox": Case(_selection("checkbox"), {"q": ["cat"]}, Selected(["cat"])),
    "checkboxes": Case(_selection("checkbox", 2), {"q": ["cat", "fox"]}, Selected(["cat", "fox"])),
    "a list of several": Case(_selection("list", 3), {"q": ["cat", "dog", "fox"]}, Selected(["cat", "dog", "fox"])),
    "a combobox of several": Case(_selection("combobox", 2), {"q": ["cat", "dog"]}, Selected(["cat", "dog"])),
    "a multichooser": Case(_selection("multichooser", 2), {"q": ["cat", "dog"]}, Selected(["cat", "dog"])),
    "one's own by a radio button": Case(
        _selection("radiobutton", other_selection=FreeTextAnswer()),
        {"q": ["."], "q.other": "an owl"},
        Selected(other="an owl"),
    ),
    "one's own, only written": Case(
        _selection("radiobutton", other_selection=FreeTextAnswer()), {"q.other": "an owl"}, Selected(other="an owl")
    ),
    "one's own in lines": Case(
        _selection("checkbox", 2, other_selection=FreeTextAnswer(number_of_lines_suggestion=2)),
        {"q": ["cat", "."], "q.other": "an owl"},
        Selected(["cat"], "an owl"),
    ),
    "one's own of a dropdown": Case(
        _selection("dropdown", other_selection=FreeTextAnswer()),
        {"q": ["."], "q.other": "an owl"},
        Selected(other="an owl"),
    ),
    "one's own left as it was": Case(
        _selection("radiobutton", other_selection=FreeTextAnswer(default_text="An animal")),
        {"q": ["cat"]},
        Selected(["cat"]),
    ),
    "lines of one's own left as they were": Case(
        _selection("radiobutton", other_selection=FreeTextAnswer(None, "first\nsecond", 3)),
        {"q": ["cat"]},
        Selected(["cat"]),
    ),
    "lines of one's own left as they were, and nothing chosen": Case(
        _selection("radiobutton", other_selection=FreeTextAnswer(None, "first\nsecond")), {}, Selected()
    ),
    "lines by default in one line": Case(FreeTextAnswer(default_text="a\nb"), {}, "a\r\nb"),
    "one's own as it was": Case(
        _selection("checkbox", 2, other_selection=FreeTextAnswer(default_text="An animal")),
        {"q": ["."]},
        Selected(other="An animal"),
    ),
    "pictures and XHTML": Case(
        SelectionAnswer(DRAWN, max_selection_count=2), {"q": ["formatted", "binary"]}, Selected(["formatted", "binary"])
    ),
    "pictures in a dropdown": Case(
        SelectionAnswer(DRAWN, style_suggestion="dropdown"), {"q": ["binary"]}, Selected(["binary"])
    ),
    "odd identifiers": Case(
        SelectionAnswer(ODD, max_selection_count=5, other_selection=FreeTextAnswer()),
        {"q": ["a b", '"<&\'>"', "", ".", "..."], "q.other": "x"},
        Selected(["a b", '"<&\'>"', "", "."], "x"),
    ),
    "an odd name": Case(FreeTextAnswer(), {'q "<&\'>" ü': "x"}, "x", name='q "<&\'>" ü'),
    "a name of the site's own": Case(FreeTextAnswer(), {"csrf_token": "x"}, "x", name="csrf_token"),
}


def form_of(case: Case) -> str:
    """A form that asks only this."""
    version = "2005-10-01" if isinstance(case.asked, FileUploadAnswer) else "2017-11-06"
    form = QuestionForm(Overview("About pets"), Question(case.name, "What is it?", case.asked), version=version)
    xml: str = form.to_xml()
    return xml
