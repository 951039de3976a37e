"""The parts of a QuestionForm: `from mturk.question_form import QuestionForm, Question, FreeTextAnswer`."""

from __future__ import annotations

from mturk.question.answer_specification import (
    AnswerFormatRegex,
    Constraints,
    FileUploadAnswer,
    FreeTextAnswer,
    IsNumeric,
    Length,
    OtherSelection,
    Selection,
    SelectionAnswer,
)
from mturk.question.content import (
    ApplicationParameter,
    Binary,
    EmbeddedBinary,
    EmbeddedMimeType,
    Flash,
    FormattedContent,
    JavaApplet,
    List,
    MimeType,
    Text,
    Title,
)
from mturk.question.form import Choice, FreeText, Overview, Question, QuestionForm

__all__ = [
    "AnswerFormatRegex", "ApplicationParameter", "Binary", "Choice", "Constraints", "EmbeddedBinary",
    "EmbeddedMimeType", "FileUploadAnswer", "Flash", "FormattedContent", "FreeText", "FreeTextAnswer",
    "IsNumeric", "JavaApplet", "Length", "List", "MimeType", "OtherSelection", "Overview", "Question",
    "QuestionForm", "Selection", "SelectionAnswer", "Text", "Title",
]  # fmt: skip
