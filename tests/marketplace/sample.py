"""Documents and arguments that the tests publish."""

from __future__ import annotations

from typing import Any

BASE = "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas"


def html_question(content: str = "<!DOCTYPE html><form></form>") -> str:
    """A web page as a question."""
    return (
        f'<HTMLQuestion xmlns="{BASE}/2011-11-11/HTMLQuestion.xsd"><HTMLContent><![CDATA[{content}]]>'
        "</HTMLContent><FrameHeight>0</FrameHeight></HTMLQuestion>"
    )


def external_question(url: str) -> str:
    """An address as a question."""
    return (
        f'<ExternalQuestion xmlns="{BASE}/2006-07-14/ExternalQuestion.xsd">'
        f"<ExternalURL>{url}</ExternalURL><FrameHeight>400</FrameHeight></ExternalQuestion>"
    )


def form(*questions: str, day: str = "2017-11-06") -> str:
    """A QuestionForm of these questions."""
    return f'<QuestionForm xmlns="{BASE}/{day}/QuestionForm.xsd">{"".join(questions)}</QuestionForm>'


def text_question(identifier: str, constraints: str = "", *, more: str = "", required: bool = False) -> str:
    """A question of a form that asks for a text."""
    demanded = f"<Constraints>{constraints}</Constraints>" if constraints else ""
    answer = f"<FreeTextAnswer>{demanded}{more}</FreeTextAnswer>" if demanded or more else "<FreeTextAnswer/>"
    return _question(identifier, answer, required)


def file_question(identifier: str, largest: int = 1000, smallest: int = 1, *, required: bool = False) -> str:
    """A question of a form of 2005-10-01 that asks for a file."""
    sizes = f"<MaxFileSizeInBytes>{largest}</MaxFileSizeInBytes><MinFileSizeInBytes>{smallest}</MinFileSizeInBytes>"
    return _question(identifier, f"<FileUploadAnswer>{sizes}</FileUploadAnswer>", required)


def selection_question(
    identifier: str,
    *choices: str,
    most: int = 1,
    least: int | None = None,
    style: str = "",
    other: bool | str = False,
    required: bool = False,
) -> str:
    """A question of a form with choices; `other` may be what stands in the OtherSelection."""
    selections = "".join(
        f"<Selection><SelectionIdentifier>{choice}</SelectionIdentifier><Text>{choice}</Text></Selection>"
        for choice in choices
    )
    own = f"<OtherSelection>{'' if other is True else other}</OtherSelection>" if other else ""
    fewest = "" if least is None else f"<MinSelectionCount>{least}</MinSelectionCount>"
    drawn = f"<StyleSuggestion>{style}</StyleSuggestion>" if style else ""
    answer = (
        f"<SelectionAnswer>{fewest}<MaxSelectionCount>{most}</MaxSelectionCount>{drawn}"
        f"<Selections>{selections}{own}</Selections></SelectionAnswer>"
    )
    return _question(identifier, answer, required)


def _question(identifier: str, answer: str, required: bool) -> str:
    return (
        f"<Question><QuestionIdentifier>{identifier}</QuestionIdentifier>"
        f"<IsRequired>{str(required).lower()}</IsRequired><QuestionContent><Text>?</Text></QuestionContent>"
        f"<AnswerSpecification>{answer}</AnswerSpecification></Question>"
    )


def type_arguments(**changes: Any) -> dict[str, Any]:
    """What CreateHITType needs."""
    arguments: dict[str, Any] = {
        "Title": "Label a photo",
        "Description": "Say what is in the picture",
        "Reward": "0.05",
        "AssignmentDurationInSeconds": 600,
    }
    return _changed(arguments, changes)


def hit_arguments(**changes: Any) -> dict[str, Any]:
    """What CreateHIT needs."""
    return _changed({**type_arguments(), "LifetimeInSeconds": 3600, "Question": html_question()}, changes)


def qualification_type_arguments(**changes: Any) -> dict[str, Any]:
    """What CreateQualificationType needs."""
    arguments = {
        "Name": "Knows cats",
        "Description": "Can tell cats from dogs",
        "QualificationTypeStatus": "Active",
    }
    return _changed(arguments, changes)


TEST = form(
    selection_question("sound", "meow", "woof", "moo"),
    selection_question("cats", "lion", "tiger", "wolf", most=3),
)
"""A qualification test."""


def answer_key(*questions: str, mapping: str = "") -> str:
    """An AnswerKey of these questions."""
    if mapping:
        mapping = f"<QualificationValueMapping>{mapping}</QualificationValueMapping>"
    return f'<AnswerKey xmlns="{BASE}/2005-10-01/AnswerKey.xsd">{"".join(questions)}{mapping}</AnswerKey>'


def graded(identifier: str, *options: tuple[int, str], default: int | None = None) -> str:
    """A question of an AnswerKey: scores, and the selections (split by blanks) that earn them."""
    worth = "".join(
        f"<AnswerOption>{_selected(names)}{_element('AnswerScore', score)}</AnswerOption>" for score, names in options
    )
    rest = "" if default is None else _element("DefaultScore", default)
    return _element("Question", _element("QuestionIdentifier", identifier) + worth + rest)


def _selected(names: str) -> str:
    return "".join(_element("SelectionIdentifier", name) for name in names.split())


def _element(name: str, content: object) -> str:
    return f"<{name}>{content}</{name}>"


KEY = answer_key(graded("sound", (1, "meow")), graded("cats", (2, "lion tiger"), (1, "lion"), (1, "tiger")))
"""Grades TEST with 0 to 3."""


def graded_type_arguments(**changes: Any) -> dict[str, Any]:
    """What CreateQualificationType needs for a type whose test is graded by itself."""
    tested = {"Test": TEST, "TestDurationInSeconds": 600, "AnswerKey": KEY}
    return qualification_type_arguments(**_changed(tested, changes))


def _changed(arguments: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    # None takes an argument away.
    return {name: value for name, value in {**arguments, **changes}.items() if value is not None}
