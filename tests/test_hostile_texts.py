"""Texts that are made to take long: each is so large that a reader of quadratic time would never seem to end.

A regular expression or a loop that looks at the rest of the text from each place of it does some ten billion steps for
so many characters; all of these are read in a moment. `benchmarks/hostile.py` measures how the time grows.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import Column, MetaData, Table, Text, create_engine, func, select

from mturk.errors import ValidationError, error_of
from mturk.event import queue_policy
from mturk.marketplace.database.occurrence import occurs
from mturk.marketplace.delivery import destination
from mturk.marketplace.document import answer_key
from mturk.marketplace.document.expression import trimmed
from mturk.marketplace.document.parser import Unreadable
from mturk.marketplace.document.question import QuestionDocument, check_question
from mturk.marketplace.document.schema import BASE, departures
from mturk.marketplace.error import ParameterValidationError
from mturk.marketplace.frame import page_source, posted
from mturk.marketplace.hit import missing_asset
from mturk.marketplace.simulation.field import Field, fields_of
from mturk.question.answer_specification import unique
from mturk.question.scoring import AnswerKey
from mturk.question.task_request import TaskRequest
from mturk.rendering import html_page, placeholder
from mturk.table import sheet
from tests.marketplace.sample import external_question, html_question

SIZE = 250_000  # characters

PIECES = [
    *("<a <a", "<a", "</a", "<", "<!--", "-->", "<a b='", '<a b="', " a=b", "<!DOCTYPE", "<?", "&amp;", "&#"),
    *("<script>", "<script", "</script", "<script><!--", "<style>", "<textarea>", "<svg>", "<template>"),
    *('<input "', "<input '\">", "<input \"'>", "<select name=a><option>", "<option>a<!---->", "<crowd-form "),
    *("((((", "[[[[", "{{", "${", "${a", "`${", "'\\", "'\\\"", "/*", "//", "\n", " ", "\\"),
]
Reader = Callable[[str], object]
READERS: dict[str, Reader] = {
    "a page's tags": lambda text: list(page_source.tags(text)),
    "where a page ends": page_source.unfinished,
    "the fields of a page": lambda text: fields_of(html_question(text)),
    "the kind of a page": lambda text: QuestionDocument(html_question(text)).sends_one_field,
    "a page of the SDK": html_page.read.__wrapped__,
    "placeholders": placeholder.wanted.__wrapped__,
    "placeholders in a script": lambda text: placeholder.wanted.__wrapped__(f"<script>{text}</script>"),
}


@pytest.mark.parametrize("blank", [" ", "\r\n", "\u3000"])
def test_blanks_within_a_text_of_a_workers_own_are_passed_in_a_moment(blank: str) -> None:
    text = f"a{blank * (SIZE // len(blank))}b"
    assert trimmed(f"{blank}{text}{blank}") == text


@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
@pytest.mark.parametrize("piece", PIECES)
def test_a_page_of_one_piece_is_read_in_a_moment(read: Reader, piece: str) -> None:
    text = piece * (SIZE // len(piece))
    with suppress(Unreadable):
        read(text)


def question_key(question: str, times: int) -> str:
    return f'<AnswerKey xmlns="{BASE}2005-10-01/AnswerKey.xsd">{question * times}</AnswerKey>'


def one_question(selections: int) -> str:
    chosen = "".join(f"<SelectionIdentifier>s{number}</SelectionIdentifier>" for number in range(selections))
    option = f"<AnswerOption>{chosen}<AnswerScore>1</AnswerScore></AnswerOption>"
    return f"<Question><QuestionIdentifier>q</QuestionIdentifier>{option}</Question>"


class Watched(list[str]):
    """Selections of which somebody counts how often all are read."""

    times = 0

    def __iter__(self) -> Iterator[str]:
        self.times += 1
        return super().__iter__()


@pytest.mark.parametrize(
    "grade",
    [answer_key.grade, lambda xml, chosen: AnswerKey.from_xml(xml).score(chosen)],
    ids=["marketplace", "sdk"],
)
def test_what_was_chosen_is_read_once_however_large_the_key(grade: Callable[[str, object], int]) -> None:
    chosen = Watched(["s0", "s1"])
    assert grade(question_key(one_question(2), 500), {"q": chosen}) == 500
    assert chosen.times == 1


def test_a_table_of_a_hundred_thousand_columns_is_read(tmp_path: Path) -> None:
    path = tmp_path / "wide.csv"
    names = [f"c{number}" for number in range(100_000)]
    path.write_text(",".join(names) + "\n" + ",".join(["1"] * len(names)) + "\n")
    (row,) = sheet.read(path)
    assert len(row) == 100_000


def test_a_form_of_a_hundred_thousand_identifiers_is_checked() -> None:
    unique("Form", [str(number) for number in range(100_000)])
    with pytest.raises(ValidationError, match="'7' stands twice"):
        unique("Form", [*map(str, range(100_000)), "7"])


STARS = [
    ("*a" * 40 + "b", False),
    ("*" * 100_000 + "b", False),
    ("arn:*" + "?" * 10 + "*" * 40, True),
    ("*a" * 40, True),
]


@pytest.mark.parametrize(("pattern", "covers"), STARS)
def test_a_policy_of_stars_is_read(pattern: str, covers: bool) -> None:
    statement = {"Effect": "Allow", "Principal": "*", "Action": "sqs:*", "Resource": pattern}
    found = queue_policy.problem(json.dumps({"Statement": [statement]}), "arn:aws:sqs:us-east-1:1:" + "a" * 80)
    assert (found is None) == covers


def test_a_content_of_more_than_65535_characters_is_not_held_against_its_schema() -> None:
    content = "<FormattedContent><![CDATA[{}]]></FormattedContent>"
    start = f'<QuestionForm xmlns="{BASE}2017-11-06/QuestionForm.xsd"><Overview>'
    document = QuestionDocument(f"{start}{content.format('<a/>' * 250_000)}</Overview></QuestionForm>")
    assert any("it has more than 65,535 characters" in one for one in departures(document.root))


def test_a_hundred_thousand_mistakes_in_a_form_are_found_in_a_moment() -> None:
    form = f'<QuestionForm xmlns="{BASE}2017-11-06/QuestionForm.xsd">{"<Overview/>" * 100_000}</QuestionForm>'
    began = time.process_time()
    assert len(departures(QuestionDocument(form).root)) >= 100_000
    assert time.process_time() - began < 10  # with the line of each it takes minutes


ADDRESS = f"https://a{chr(0x315) + chr(0x300)}{(chr(0x315) + chr(0x300)) * (SIZE // 2)}/"
SPLITTERS: dict[str, Reader] = {
    "the page of an ExternalQuestion": lambda url: check_question(external_question(url), limit=10**6, strict=False),
    "what a page could not load": lambda url: missing_asset._place(f"{url}a.js"),  # that of before is remembered
    "where answers are sent to": lambda url: TaskRequest.from_query({"assignmentId": "3A", "turkSubmitTo": url}),
}


@pytest.mark.parametrize("split", SPLITTERS.values(), ids=SPLITTERS)
def test_a_host_of_accents_is_refused_in_a_moment(split: Reader) -> None:
    began = time.process_time()
    with suppress(ValidationError, ParameterValidationError):
        assert split(ADDRESS) is None
    assert time.process_time() - began < 10  # to bring it into a normal form takes a minute


def test_a_list_of_a_page_that_is_one_name_of_accents_is_passed_over_in_a_moment() -> None:
    name = "a" + (chr(0x315) + chr(0x300)) * (SIZE // 2)
    began = time.process_time()
    fields_of(html_question(f"<crowd-classifier name='a' categories='{name}'></crowd-classifier>"))
    assert time.process_time() - began < 10  # to bring it into a normal form takes a minute


POSTS = ["a=b&", "&", "%", "--x\r\n", "\r\n\r\n", ";a=b", '"', "="]


@pytest.mark.parametrize("piece", POSTS)
@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x"])
def test_a_post_of_one_piece_is_read_in_a_moment(kind: str, piece: str) -> None:
    with suppress(posted.UnreadablePost):
        posted.read_post(piece.encode() * (SIZE // len(piece)), kind)


@pytest.mark.parametrize("piece", ["a", "-", "a-", "a.", "/a", "//", ":"])
def test_an_address_of_one_piece_is_refused_in_a_moment(piece: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        destination.check_push(f"https://{piece * (SIZE // len(piece))}", private=True)


@pytest.mark.parametrize("piece", [" ", "(", "(1567545210650", "(1567545210650) ", ")"])
def test_a_refusal_of_one_piece_is_read_in_a_moment(piece: str) -> None:
    text = piece * (8 * SIZE // len(piece))
    assert error_of("GetHIT", 400, {"Message": f"{text}x"}).message == f"{text}x"


def test_an_option_is_read_with_all_that_stands_in_it() -> None:
    page = "<select name=a><option> x<b> &amp; y</b><!-- no --> z</select>"
    assert fields_of(html_question(page)) == (Field("a", ("x & y z",)),)


def test_a_word_is_looked_for_in_ten_thousand_texts_in_a_moment() -> None:
    table = Table("example", MetaData(), Column("words", Text))
    found = select(func.count()).select_from(table)
    with create_engine("sqlite://").connect() as database:
        table.create(database)
        database.execute(table.insert(), [{"words": "a" * 3_000}] * 10_000)
        began = time.process_time()
        assert database.execute(found.where(occurs("a" * 900 + "b", table.c.words))).scalar_one() == 0
        assert database.execute(found.where(occurs("a" * 900, table.c.words))).scalar_one() == 10_000
        assert time.process_time() - began < 10  # LIKE takes 50 seconds
