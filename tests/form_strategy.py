"""Forms and keys of every shape, for property tests."""

from __future__ import annotations

from hypothesis import strategies as st

from mturk import answer_key
from mturk.question_form import (
    AnswerFormatRegex,
    ApplicationParameter,
    Binary,
    Constraints,
    EmbeddedBinary,
    EmbeddedMimeType,
    FileUploadAnswer,
    Flash,
    FormattedContent,
    FreeTextAnswer,
    IsNumeric,
    JavaApplet,
    Length,
    List,
    MimeType,
    Overview,
    Question,
    QuestionForm,
    Selection,
    SelectionAnswer,
    Text,
    Title,
)

TEXT = st.text(
    st.characters(codec="utf-8", exclude_characters="\ufffe\uffff", exclude_categories=["Cs", "Cc"])
    | st.sampled_from("\t\n\r<>&\"']]>{}%")
)
URL = st.sampled_from(["https://x.org/a?b=1&c=2", "http://x.org/%20'", "https://x.org/\u00e4"])
INT = st.integers(-(2**31), 2**31 - 1)
XHTML = st.sampled_from(
    ["", "<p>x</p>", "x &lt; y &amp; <b>z</b>\r\n]]&gt;", '<a href="http://x.org/?a=1&amp;b=2">t</a>']
)
parameters = st.lists(st.builds(ApplicationParameter, TEXT, TEXT), max_size=2)
texts = st.builds(Text, TEXT)
formatted = st.builds(FormattedContent, XHTML)
binaries = st.builds(
    Binary, st.builds(MimeType, st.sampled_from(["image", "audio", "video"]), st.none() | TEXT), URL, TEXT
)
embedded = st.builds(EmbeddedBinary, st.builds(EmbeddedMimeType, TEXT, TEXT), URL, TEXT, TEXT, TEXT, parameters)
lists = st.builds(List, st.lists(TEXT, min_size=1, max_size=3))
shown = st.one_of(st.builds(Title, TEXT), texts, lists, binaries, embedded, formatted)
withdrawn = st.builds(JavaApplet, URL, TEXT, TEXT, TEXT, parameters) | st.builds(Flash, URL, TEXT, TEXT, parameters)


def ordered(numbers: st.SearchStrategy[int]) -> st.SearchStrategy[list[int | None]]:
    both = st.tuples(numbers, numbers).map(sorted)
    return both | numbers.map(lambda low: [low, None]) | numbers.map(lambda high: [None, high]) | st.just([None, None])


constraints = st.builds(
    Constraints,
    st.none() | ordered(INT).map(lambda both: IsNumeric(*both)),
    st.none() | ordered(st.integers(1, 10**6)).map(lambda both: Length(*both)),
    st.lists(st.builds(AnswerFormatRegex, TEXT, st.none() | TEXT, st.none() | TEXT), max_size=2),
)
free_texts = st.builds(FreeTextAnswer, st.none() | constraints, st.none() | TEXT, st.none() | st.integers(1, 99))
file_uploads = st.tuples(st.integers(1, 2 * 10**9), st.integers(1, 2 * 10**9)).map(
    lambda both: FileUploadAnswer(max(both), min(both))
)


@st.composite
def selection_answers(draw: st.DrawFn) -> SelectionAnswer:
    names = draw(st.lists(TEXT, min_size=1, max_size=4, unique=True))
    selections = [Selection(name, draw(st.one_of(texts, formatted, binaries))) for name in names]
    least = draw(st.none() | st.integers(0, len(names)))
    most = draw(st.none() | st.integers(max(1, 1 if least is None else least), 9))
    if most is None and least is not None and least > 1:
        most = least
    styles = ["checkbox", "list", "combobox", "multichooser"] + ([] if (most or 1) > 1 else ["radiobutton", "dropdown"])
    return SelectionAnswer(
        selections,
        min_selection_count=least,
        max_selection_count=most,
        style_suggestion=draw(st.none() | st.sampled_from(styles)),
        other_selection=draw(st.none() | free_texts),
    )


@st.composite
def forms(draw: st.DrawFn) -> QuestionForm:
    version = draw(st.sampled_from(["2017-11-06", "2005-10-01"]))
    old = version == "2005-10-01"
    content = st.lists(shown | withdrawn if old else shown, min_size=1, max_size=3)
    answers = st.one_of(free_texts, selection_answers(), *([file_uploads] if old else []))
    names = draw(st.lists(TEXT, min_size=1, max_size=4, unique=True))
    parts: list[Overview | Question] = []
    for name in names:
        if draw(st.booleans()):
            parts.append(Overview(draw(content)))
        shows, asks, heading, needed = (
            draw(one) for one in (content, answers, st.none() | TEXT, st.none() | st.booleans())
        )
        parts.append(Question(name, shows, asks, display_name=heading, is_required=needed))
    return QuestionForm(parts, version=version)


options = st.builds(answer_key.AnswerOption, st.lists(TEXT, min_size=1, max_size=3), INT)
mappings = st.one_of(
    st.none(),
    st.builds(answer_key.PercentageMapping, INT),
    st.builds(answer_key.ScaleMapping, st.floats(allow_nan=False, allow_infinity=False)),
    st.builds(
        answer_key.RangeMapping,
        st.tuples(INT, INT, INT).map(lambda three: [answer_key.SummedScoreRange(*sorted(three[:2]), three[2])]),
        INT,
    ),
)
keys = st.builds(
    answer_key.AnswerKey,
    st.lists(
        st.builds(answer_key.Question, TEXT, st.lists(options, min_size=1, max_size=3), st.none() | INT),
        min_size=1,
        max_size=3,
    ),
    mappings,
)
