"""Widgets that work on a text: parts of it labelled, responses ranked, questions written."""

from __future__ import annotations

from typing import Any

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from tests.marketplace.frame.crowd.conftest import Desk

LABELS = "[{'label': 'person', 'shortDisplayName': 'per', 'fullDisplayName': 'Person'}, 'place']"
TEXT = "Ada 😀 met Bob in London."
WORDS = "crowd-entity-annotation >> .words"


def annotation(text: str = TEXT, more: str = "", inside: str = "") -> str:
    return (
        f'<crowd-entity-annotation name="found" header="Who is where?" text="{text}" labels="{LABELS}" {more}>'
        f"{inside}</crowd-entity-annotation>"
    )


def entity(label: str, start: int, end: int) -> dict[str, Any]:
    return {"endOffset": end, "label": label, "startOffset": start}


class Reader:
    """A text to put labels on; it stands outside of a form, and has one of its own."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def open(self, *args: str, **more: str) -> None:
        self.desk.open(annotation(*args, **more), form="")

    def select(self, start: int, end: int) -> None:
        """Select by places as the browser counts them."""
        script = "arguments[0].focus(); arguments[0].setSelectionRange(arguments[1], arguments[2])"
        self.desk.run(script, self.desk.find(WORDS), start, end)

    def label(self, start: int, end: int, key: str = "1") -> None:
        self.select(start, end)
        self.desk.keys(key)

    def press(self, part: str) -> None:
        self.desk.click(f"crowd-entity-annotation >> {part}")

    def message(self) -> str:
        return self.desk.find("crowd-entity-annotation >> #message").text

    def entities(self) -> Any:
        self.press("crowd-button")
        return self.desk.answers()["found"]["entities"]


@pytest.fixture
def reader(desk: Desk) -> Reader:
    return Reader(desk)


def test_labelled_parts_are_posted_by_their_places(reader: Reader) -> None:
    """Which count Unicode characters: a face is one; in the order of the text."""
    reader.open()
    reader.label(18, 24, "2")
    reader.label(0, 3)
    reader.label(11, 14)
    assert reader.entities() == [entity("person", 0, 3), entity("person", 10, 13), entity("place", 17, 23)]


def test_a_part_is_selected_by_keys_and_labelled_by_a_click(reader: Reader) -> None:
    """The selection stays when the pointer leaves the text."""
    reader.open()
    reader.select(0, 0)
    keys = ActionChains(reader.desk.browser, duration=0)
    keys.key_down(Keys.SHIFT).send_keys(Keys.ARROW_RIGHT * 3).key_up(Keys.SHIFT).perform()
    reader.press("#labels li:last-child button")
    assert reader.entities() == [entity("place", 0, 3)]


def test_a_part_is_selected_with_the_mouse(reader: Reader) -> None:
    """A double click takes a word."""
    reader.open("Ada met Bob.")
    words = reader.desk.find(WORDS)
    x, y = -words.size["width"] // 2 + 20, -words.size["height"] // 2 + 26
    ActionChains(reader.desk.browser, duration=0).move_to_element_with_offset(words, x, y).double_click().perform()
    reader.desk.keys("1")
    assert reader.entities() == [entity("person", 0, 3)]


def test_white_space_around_a_part_is_left_out(reader: Reader) -> None:
    """As a double click brings it in on some systems."""
    reader.open()
    reader.label(3, 11)
    assert reader.entities() == [entity("person", 4, 9)]


@pytest.mark.parametrize(("start", "end"), [(7, 12), (10, 13), (12, 20), (11, 24)])
def test_parts_do_not_overlap(reader: Reader, start: int, end: int) -> None:
    """It is said what to do."""
    reader.open()
    reader.label(11, 14)
    reader.label(start, end) if (start, end) != (10, 13) else reader.label(12, 14)
    assert reader.message() == "Part of this text has a label already. Remove that label first."
    assert reader.entities() == [entity("person", 10, 13)]


def test_nothing_selected_is_told(reader: Reader) -> None:
    """And changes nothing."""
    reader.open()
    reader.label(5, 5)
    assert reader.message() == "Select some text first, then choose a label."
    assert reader.entities() == []


@pytest.mark.parametrize(("start", "end"), [(1, 1), (0, 3)])
def test_a_label_is_changed(reader: Reader, start: int, end: int) -> None:
    """With the cursor in it, or all of it selected."""
    reader.open()
    reader.label(0, 3)
    reader.label(start, end, "2")
    assert reader.entities() == [entity("place", 0, 3)]


@pytest.mark.parametrize("way", ["key", "list"])
def test_a_label_is_removed(reader: Reader, way: str) -> None:
    """By the Delete key, or in the list."""
    reader.open()
    reader.label(0, 3)
    reader.label(11, 14)
    if way == "key":
        reader.label(1, 1, Keys.DELETE)
    else:
        reader.press("#entities li:first-child button:last-child")
    assert reader.entities() == [entity("person", 10, 13)]


def test_the_text_itself_cannot_be_changed(reader: Reader) -> None:
    """Letters do nothing in it."""
    reader.open()
    reader.label(0, 3, "x")
    assert reader.desk.find(WORDS).get_attribute("value") == TEXT


@pytest.mark.parametrize(
    ("start", "entities"),
    [
        ("[{label: 'person', startOffset: 0, endOffset: 3}]", [entity("person", 0, 3)]),
        ("[{label: 'animal', startOffset: 0, endOffset: 3}]", [entity("animal", 0, 3)]),
        ("[{startOffset: 0, endOffset: 3}]", []),
        ("[{label: 'place', startOffset: 17, endOffset: 99}, {label: 'place', startOffset: 5}, null]", []),
    ],
)
def test_labels_may_be_there_from_the_start(reader: Reader, start: str, entities: object) -> None:
    """Those that fit the text, also of labels that are not offered here."""
    reader.open(more=f'initial-value="{start}"')
    assert reader.entities() == entities


def test_lines_that_end_in_two_characters_count_both(reader: Reader) -> None:
    """Places are those of the text as the requester wrote it."""
    reader.open("one&#13;&#10;two")
    reader.label(4, 7)
    assert reader.entities() == [entity("person", 5, 8)]


def test_marks_lie_under_the_words_they_mark(reader: Reader) -> None:
    """Both lay their lines out alike."""
    reader.open("word " * 200)
    script = (
        "const root = document.querySelector('crowd-entity-annotation').shadowRoot;"
        "const [one, other] = ['.ground', '.words'].map((part) => root.querySelector(part));"
        "return [one.offsetHeight === other.offsetHeight, one.clientWidth === other.clientWidth,"
        " other.scrollHeight <= other.clientHeight]"
    )
    assert reader.desk.run(script) == [True, True, True]


def test_a_pages_own_questions_go_into_its_form(reader: Reader) -> None:
    """As a public page of this widget does it."""
    question = (
        "<div id='more'><crowd-radio-group label='Subject'>"
        "<crowd-radio-button name='tech' value='tech'>Tech</crowd-radio-button>"
        "<crowd-radio-button name='art' value='art'>Art</crowd-radio-button></crowd-radio-group></div>"
    )
    script = (
        "<script>document.addEventListener('all-crowd-elements-ready', () => {"
        " document.querySelector('crowd-entity-annotation')"
        ".shadowRoot.querySelector('crowd-form').form.appendChild(more) })</script>"
    )
    reader.desk.open(annotation(inside=question) + script, form="")
    reader.desk.browser.execute_async_script("setTimeout(arguments[0], 100)")
    reader.label(0, 3)
    reader.press("crowd-radio-button[name=art]")
    reader.press("crowd-button")
    assert reader.desk.answers() == {
        "found": {"entities": [entity("person", 0, 3)]}, "art": {"art": True}, "tech": {"tech": False}
    }  # fmt: skip


def test_a_page_may_refuse_the_submit_of_a_widget(reader: Reader) -> None:
    """The event reaches the widget's element."""
    script = "<script>document.querySelector('crowd-entity-annotation').onsubmit = () => false</script>"
    reader.desk.open(annotation() + script, form="")
    reader.press("crowd-button")
    reader.desk.browser.execute_async_script("setTimeout(arguments[0], 100)")
    assert reader.desk.site.posts == []


def test_within_a_form_it_is_a_field_like_others(desk: Desk) -> None:
    """With the form's own button."""
    desk.open(annotation() + "<input name='a' value='1'>")
    assert desk.submitted() == {"a": "1", "found": {"entities": []}}


RANKING = (
    "<crowd-text-ranking name='rank' text='Why?' responses='[\"One\", \"Two\"]'"
    ' ordinal-ranking-dimensions=\'[{"name": "Clarity", "allowTie": true}, {"name": "Length",'
    ' "allowTie": false}]\'>'
    "</crowd-text-ranking>"
)


def rank(desk: Desk, *ranks: str) -> None:
    for at, value in enumerate(ranks):
        desk.type(f"crowd-text-ranking >> li:nth-child({at // 2 + 1}) label:nth-child({at % 2 + 1}) select", value)


def test_responses_are_ranked(desk: Desk) -> None:
    """By each dimension, in the order of the responses."""
    desk.open(RANKING)
    rank(desk, "1", "2", "1", "1")
    assert desk.submitted() == {"rank": {"rankings": {"Clarity": [1, 1], "Length": [2, 1]}}}


@pytest.mark.parametrize(
    ("ranks", "message"),
    [
        ([], "Clarity: give each response a rank."),
        (["1", "1", "1"], "Length: give each response a rank."),
        (["1", "1", "1", "1"], "Length: each response needs a rank of its own."),
    ],
)
def test_a_rank_that_is_missing_holds_the_submit(desk: Desk, ranks: list[str], message: str) -> None:
    """As one that is given twice does where that is not allowed."""
    desk.open(RANKING)
    rank(desk, *ranks)
    desk.submit()
    assert desk.told() == [f"rank: {message}"]


PAIRS = (
    "<crowd-question-answer-generation name='qa' text='Rivers flow to the sea.' min-questions='1' max-questions='2'"
    " question-max-words='4' answer-min-words='2' question-tags='[\"What\", \"Where\"]'"
    " allow-custom-question-tags='true'>"
    "</crowd-question-answer-generation>"
)
START = "initial-value=\"[{label: 'person', startOffset: 0, endOffset: 3}]\""
PAIR = "crowd-question-answer-generation >> #pairs > li:nth-child({}) "


def write(desk: Desk, number: int, question: str, answer: str) -> None:
    desk.type(f"{PAIR.format(number)}label:nth-of-type(1) textarea", question)
    desk.type(f"{PAIR.format(number)}label:nth-of-type(2) textarea", answer)


def test_questions_are_posted_with_their_answers(desk: Desk) -> None:
    """And their tags, and the passages they come from."""
    desk.open(PAIRS)
    write(desk, 1, "Where do rivers flow?", "To the sea.")
    desk.click(f"{PAIR.format(1)}.tags label:nth-child(2)")
    desk.type(f"{PAIR.format(1)}.tags label:last-child input", "own")
    desk.run("arguments[0].setSelectionRange(0, 6)", desk.find("crowd-question-answer-generation >> .words"))
    desk.click(f"{PAIR.format(1)}> button")
    pair = {
        "answer": "To the sea.", "question": "Where do rivers flow?", "tags": ["Where", "own"],
        "references": [{"endOffset": 6, "startOffset": 0, "text": "Rivers"}],
    }  # fmt: skip
    assert desk.submitted() == {"qa": {"questionAnswerPairs": [pair]}}


@pytest.mark.parametrize(
    ("question", "answer", "message"),
    [
        ("", "", "Write 1 questions or more."),
        ("Where do all rivers flow?", "To the sea.", "Question 1: write a question of 4 words or less."),
        ("Where?", "Sea.", "Question 1: write an answer of 2 words or more."),
    ],
)
def test_questions_and_answers_have_their_length(desk: Desk, question: str, answer: str, message: str) -> None:
    """Before that nothing is sent."""
    desk.open(PAIRS)
    write(desk, 1, question, answer)
    desk.submit()
    assert desk.told() == [f"qa: {message}"]


def test_there_are_no_more_questions_than_are_wanted(desk: Desk) -> None:
    """One can be taken away again."""
    desk.open(PAIRS)
    add = "crowd-question-answer-generation >> #add"
    desk.click(add)
    assert not desk.find(add).is_enabled()
    write(desk, 2, "Where?", "In a sea.")
    desk.click(f"{PAIR.format(1)}> button:last-child")
    assert desk.find(add).is_enabled()
    (pair,) = desk.submitted()["qa"]["questionAnswerPairs"]
    assert pair["question"] == "Where?"


@pytest.mark.parametrize("look", ["light", "dark", "rtl", "narrow"])
@pytest.mark.parametrize("body", [annotation(more=START), RANKING, PAIRS])
def test_axe_finds_nothing_in_a_widget_of_texts(desk: Desk, body: str, look: str) -> None:
    """In each look."""
    assert desk.obstacles_in(body, look) == []
