"""Forms drawn and read back without a browser: every kind of content and of answer, and hostile ones."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from mturk.marketplace.document.answer import answer_document
from mturk.marketplace.form.drawing import draw
from mturk.marketplace.form.entry import Entry, read
from mturk.question import answer
from tests.marketplace.form.form_sample import CASES, UPLOAD_LIMIT, Case, form_of
from tests.marketplace.form.page_reader import Page, fill, named, parse, sent
from tests.marketplace.sample import file_question, form, html_question, selection_question, text_question

each_case = pytest.mark.parametrize("case", CASES.values(), ids=CASES)


def drawn(question: str, **how: Any) -> Page:
    return parse(draw(question, upload_limit=UPLOAD_LIMIT, **how).html)


def entry_of(question: str, page: Page) -> Entry:
    return read(question, sent(page), upload_limit=UPLOAD_LIMIT)


def text_of(page: Page, path: str) -> list[str]:
    return [" ".join(one.text_content().split()) for one in page.iterfind(path)]


@each_case
def test_what_is_entered_is_what_the_requester_reads(case: Case) -> None:
    page = drawn(form_of(case))
    fill(page, case.entered)
    entry = entry_of(form_of(case), page)
    assert entry.problems == ()
    assert answer.read(answer_document(form_of(case), entry.answers))[case.name] == case.read


@each_case
def test_a_form_that_comes_back_is_filled_in_as_it_was(case: Case) -> None:
    page = drawn(form_of(case))
    fill(page, case.entered)
    entry = entry_of(form_of(case), page)
    again = drawn(form_of(case), entry=entry)
    assert entry_of(form_of(case), again).answers == entry.answers


@each_case
def test_a_preview_has_the_same_fields_and_takes_nothing(case: Case) -> None:
    page = drawn(form_of(case), disabled=True)
    assert list(sent(page)) == []
    for field in page.forms[0].iter("input", "select", "textarea"):
        assert "disabled" in field.attrib


@each_case
def test_each_field_has_a_label_and_each_id_is_there_once(case: Case) -> None:
    page = drawn(form_of(case))
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids))
    for field in page.forms[0].iter("input", "select", "textarea"):
        assert page.xpath("//label[@for=$id]", id=field.get("id")), field.get("id")
    for group in page.iter("fieldset"):
        assert group[0].tag == "legend"
    for described in page.xpath("//@aria-describedby"):
        assert set(described.split()) <= set(ids)


CONTENT = """
<Title>A title</Title><Text>A text
on two lines</Text><List><ListItem>One</ListItem><ListItem>Two</ListItem></List>
<Binary><MimeType><Type>image</Type></MimeType><DataURL>https://x.org/a.png</DataURL><AltText>A cat</AltText></Binary>
<Binary><MimeType><Type>image</Type></MimeType><DataURL>http://x.org/b.png</DataURL><AltText>A dog</AltText></Binary>
<Binary><MimeType><Type>audio</Type><SubType>mpeg</SubType></MimeType><DataURL>https://x.org/a.mp3</DataURL>
<AltText>Purring</AltText></Binary>
<Binary><MimeType><Type>video</Type></MimeType><DataURL>https://x.org/a.mp4</DataURL><AltText>Jumping</AltText></Binary>
<EmbeddedBinary><EmbeddedMimeType><Type>application</Type><SubType>pdf</SubType></EmbeddedMimeType>
<DataURL>https://x.org/a.pdf</DataURL><AltText>A paper</AltText><Width>9</Width><Height>9</Height></EmbeddedBinary>
<Application><Flash><FlashMovieURL>https://x.org/a.swf</FlashMovieURL><Width>9</Width><Height>9</Height></Flash>
</Application>
<Application><JavaApplet><AppletPath>https://x.org/java/</AppletPath><AppletFilename>a.jar</AppletFilename>
<Width>9</Width><Height>9</Height></JavaApplet></Application>
<FormattedContent><![CDATA[<p>Some <b>bold</b> words</p>]]></FormattedContent>"""


def test_all_kinds_of_content_are_drawn() -> None:
    page = drawn(form(f"<Overview>{CONTENT}</Overview>", text_question("q"), day="2005-10-01"))
    overview = page.find_class("overview")[0]
    assert text_of(overview, "h3") == ["A title"]
    assert overview.find("p").text_content() == "A text\non two lines"
    assert text_of(overview, "ul/li") == ["One", "Two"]
    assert [(one.get("src"), one.get("alt")) for one in overview.iter("img")] == [("https://x.org/a.png", "A cat")]
    assert [(one.get("src"), one.get("aria-label")) for one in overview.iter("audio", "video")] == [
        ("https://x.org/a.mp3", "Purring"),
        ("https://x.org/a.mp4", "Jumping"),
    ]
    assert [one.text_content() for one in overview.find_class("elsewhere")] == [
        "A dog (opens in a new tab: image)",
        "A paper (opens in a new tab: application/pdf)",
        "https://x.org/a.swf (Flash: browsers no longer show this)",
        "https://x.org/java/a.jar (Java: browsers no longer show this)",
    ]
    assert [one.get("href") for one in overview.iter("a")][-1] == "https://x.org/java/a.jar"
    assert overview.find_class("formatted")[0].text_content() == "Some bold words"


@pytest.mark.parametrize(
    ("content", "name", "beside"),
    [
        ("<Text>Which?</Text><Text>Look well.</Text>", "Which?", "Look well."),
        ("<Title>Which?</Title>", "Which?", ""),
        ("<List><ListItem>Which?</ListItem></List>", "Question 1", "Which?"),
    ],
)
def test_a_question_is_called_by_what_it_begins_with(content: str, name: str, beside: str) -> None:
    page = drawn(form(text_question("q").replace("<Text>?</Text>", content)))
    assert text_of(page, ".//label") == [name]
    assert text_of(page, ".//div[@class='shown']") == ([beside] if beside else [])


def test_a_question_with_a_display_name_is_called_by_that() -> None:
    question = text_question("q", required=True).replace("<IsRequired>", "<DisplayName>Name</DisplayName><IsRequired>")
    page = drawn(form(question))
    assert text_of(page, ".//label") == ["Name (required)"]
    assert text_of(page, ".//div[@class='shown']") == ["?"]


def test_hints_say_beforehand_what_is_demanded() -> None:
    page = drawn(
        form(
            text_question("n", '<IsNumeric minValue="1" maxValue="9"/><Length minLength="1" maxLength="5"/>'),
            selection_question("p", "a", "b", "c", most=2, least=2),
            selection_question("all", "a", "b", most=2),
            file_question("f", 2_000_000, 2000),
            day="2005-10-01",
        )
    )
    assert text_of(page, ".//p[@class='hint']") == [
        "Enter a number, such as 12 or 3.5. Enter a number from 1 to 9. Enter at most 5 characters.",
        "Choose at least 2. Choose at most 2.",
        "At least 2 kB. At most 10 kB.",
    ]
    assert [one.get("inputmode") for one in named(page, "n")] == ["decimal"]


def test_a_form_with_a_file_is_sent_in_parts() -> None:
    assert draw(form(file_question("f"), day="2005-10-01"), upload_limit=9).enctype == "multipart/form-data"
    assert draw(form(text_question("f")), upload_limit=9).enctype == "application/x-www-form-urlencoded"


WRONG = form(
    text_question("why", required=True),
    selection_question("pet", "cat", "dog", required=True),
    selection_question("fine", "cat", other=True),
)


def test_what_is_wrong_is_said_above_and_at_the_field() -> None:
    page = drawn(WRONG)
    fill(page, {"fine": ["."]})
    again = drawn(WRONG, entry=entry_of(WRONG, page))
    told = [
        ("#question-1", "?: Answer this question."),
        ("#question-2", "?: Choose an answer."),
        ("#question-3", "?: Write your own answer, or choose another."),
    ]
    assert [(one.get("href"), one.text_content()) for one in again.iterfind(".//div[@role='alert']//a")] == told
    for address, words in told:
        place = again.get_element_by_id(address[1:])
        assert f"{address[1:]}-problem" in place.get("aria-describedby").split()
        assert text_of(again, f".//p[@id='{address[1:]}-problem']") == [words.partition(": ")[2]]
    assert [one.get("aria-invalid") for one in named(again, "why")] == ["true"]
    assert again.get_element_by_id("question-2").get("aria-invalid") == "true"


def test_what_is_not_offered_is_refused_with_words() -> None:
    entry = read(WRONG, parse_fields({"why": "x", "pet": "lion"}), upload_limit=9)
    assert [(one.identifier, str(one.complaint)) for one in entry.problems] == [
        ("pet", "This answer is not among those offered.")
    ]


def parse_fields(fields: dict[str, str]) -> Any:
    inputs = "".join(f'<input name="{name}" value="{value}">' for name, value in fields.items())
    return sent(parse(inputs))


def test_texts_are_in_the_workers_language() -> None:
    def say(text: str) -> str:
        return {"Choose an answer.": "Bitte wählen.", "Choose one": "Wählen", "required": "nötig"}.get(text, text)

    question = form(selection_question("q", "a", "b", style="dropdown", required=True))
    page = drawn(question, entry=read(question, parse_fields({}), upload_limit=9), say=say)
    assert text_of(page, ".//li") == ["?: Bitte wählen."]
    assert text_of(page, ".//label") == ["? (nötig)"]
    assert text_of(page, ".//option")[0] == "Wählen"


@pytest.mark.parametrize(
    "fields",
    [
        [("a", "x"), ("a.other", "own"), ("a.other", "text")],
        [("a.other", "own"), ("a", "x"), ("a.other", "text")],
    ],
)
def test_a_question_may_be_named_as_the_own_text_of_one_before(fields: list[tuple[str, str]]) -> None:
    question = form(selection_question("a", "x", "y", most=2, other=True), text_question("a.other"))
    found = read(question, sent_fields(fields), upload_limit=9).answers
    document = answer.read(answer_document(question, found))
    assert (list(document["a"]), document["a"].other, document["a.other"]) == (["x"], "own", "text")


def test_a_question_may_be_named_as_the_own_text_of_one_after() -> None:
    question = form(text_question("a.other"), selection_question("a", "x", "y", most=2, other=True))
    fields = sent_fields([("a.other", "text"), ("a", "x"), ("a.other", "own")])
    document = answer.read(answer_document(question, read(question, fields, upload_limit=9).answers))
    assert (list(document["a"]), document["a"].other, document["a.other"]) == (["x"], "own", "text")


@pytest.mark.parametrize(
    ("default", "rows", "tag"), [("a\nb", "", "textarea"), ("\n a\n", "", "input"), ("a\nb", "1", "textarea")]
)
def test_a_default_of_several_lines_keeps_them(default: str, rows: str, tag: str) -> None:
    lines = f"<NumberOfLinesSuggestion>{rows}</NumberOfLinesSuggestion>" if rows else ""
    question = form(text_question("q", more=f"<DefaultText>{default}</DefaultText>{lines}"))
    assert [field.tag for field in named(drawn(question), "q")] == [tag]


def test_the_lines_of_a_default_that_a_browser_ran_together_are_no_answer() -> None:
    question = form(selection_question("q", "a", other="<DefaultText>first\nsecond</DefaultText>"))
    fields = sent_fields([("q.other", "firstsecond")])
    assert read(question, fields, upload_limit=9).answers == {"q": []}


def sent_fields(fields: list[tuple[str, str]]) -> Any:
    return sent(parse("".join(f'<input name="{name}" value="{value}">' for name, value in fields)))


def test_a_field_of_the_page_before_the_form_is_no_answer() -> None:
    question = form(text_question("csrf_token"))
    fields = sent_fields([("csrf_token", "secret"), ("csrf_token", "mine")])
    assert read(question, fields, upload_limit=9, before=["csrf_token"]).answers == {"csrf_token": "mine"}


HOSTILE = "</legend></textarea></select>\"'><script>alert(1)</script><img src=x onerror=alert(1)>"


def test_no_text_of_the_requester_becomes_markup() -> None:
    escaped = HOSTILE.replace("&", "&amp;").replace("<", "&lt;")
    attribute = escaped.replace('"', "&quot;")
    choices = "".join(
        f"<Selection><SelectionIdentifier>{number}{escaped}</SelectionIdentifier><Text>{escaped}</Text></Selection>"
        for number in range(3)
    )
    text = text_question(
        f"t{escaped}",
        f'<AnswerFormatRegex regex="^x$" errorText="{attribute} %(x)s %s"/>',
        more=f"<DefaultText>{escaped}</DefaultText><NumberOfLinesSuggestion>3</NumberOfLinesSuggestion>",
    )
    parts = [f"<Overview><Title>{escaped}</Title><Text>{escaped}</Text></Overview>", text]
    for style in ("radiobutton", "dropdown", "list", "checkbox"):
        question = selection_question(
            f"{style}{escaped}", "x", style=style, other=f"<DefaultText>{escaped}</DefaultText>"
        )
        first = question.index("<Selection><")
        parts.append(question[:first] + choices + question[question.index("<OtherSelection>") :])
    page = drawn(form(*parts))
    again = drawn(form(*parts), entry=entry_of(form(*parts), page))
    for one in (page, again):
        assert not list(one.iter("script", "img"))
        assert not [name for element in one.iter() for name in element.attrib if name.startswith("on")]
    assert "%(x)s %s" in text_of(again, ".//div[@role='alert']")[0]


def test_the_script_gets_the_demands_as_data() -> None:
    page = drawn(form(text_question("q", '<AnswerFormatRegex regex="&quot;&lt;/x>" flags="i" errorText="No."/>')))
    (question,) = page.find_class("question")
    assert json.loads(question.get("data-checks")) == [["format", ['"</x>', "i"], "No."]]


def test_ten_thousand_selections_are_drawn_and_read_in_no_time() -> None:
    question = form(selection_question("q", *map(str, range(10_000)), most=10_000))
    begin = time.process_time()
    page = drawn(question)
    fill(page, {"q": ["9999"]})
    entry = read(question, sent_fields([("q", str(number)) for number in range(10_000)]), upload_limit=9)
    document = answer_document(question, entry.answers)
    assert document.count("<SelectionIdentifier>") == 10_000
    assert time.process_time() - begin < 20  # a second, unless each choice is looked for among all


def test_a_question_that_is_no_form_has_no_fields() -> None:
    page = drawn(html_question())
    assert not list(page.iter("input"))
