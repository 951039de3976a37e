"""How the time of each parser of outside text grows with the size of hostile texts.

    python benchmarks/hostile.py                  # the worst growth of each parser, and by what text
    python benchmarks/hostile.py --all            # every parser with every text
    python benchmarks/hostile.py --fuzz 200       # so many texts more, made at random of pieces (--seed)

A factor of 2 is linear: twice the text takes twice the CPU time. A factor of 4 is quadratic, and is what to mend; the
exit status is 1 where one is above 3. What takes less than some hundredths of a second of the largest text is not
judged.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from io import BytesIO
from itertools import pairwise
from typing import Any, NamedTuple

SIZES = (4_096, 32_768, 262_144)  # characters; a question has 65,535 bytes
JUDGED = 0.05  # seconds; some machines count CPU time in ticks of 4 ms
STEEP = 3.0
LONGEST = 3.0  # seconds that one parser may take of one text

# fmt: off
# Each is said again and again; what stands before and behind it is said once.
UNITS = (
    "<a <a", "<!--", "-->", "<!-", "<a", "</a", "<a>", "</a>", "<", ">", "&", "&amp;", "&#", "&#x41;",
    "<![CDATA[", "]]>", '<a b="', "<a b='", ' a="', "a=", ' a="b"', " a='b'", "a ", " ", "\n", "\t", "\r\n",
    "\r", "<?", "?>", "<!DOCTYPE", "<script>", "</script", "<script", "<script><!--", "<style>", "<textarea>",
    "<title>", "<svg>", "<math><desc>", '<input "', '<input \'">', '<input "\'>', '<input ">\'', "<option>",
    "<option>a<!---->", "<select name=a><option>", "<crowd-form ", " answer-format ", " answer-format=",
    "<template>", "<form>", "</form>", "<b><i>", "<p><b><a>", "(", "((((", "[", "[[[[", "{", "{{", "${", "${a",
    "${a}", "{%", "}", "]", ")", '{"a":', "[1,", '"', "'", "\\", "`", "`${", "a,", ",", ";", "a;", '"",',
    '"a"b,', "a=b&", "&&", "=", "a=b; ", '"a"; ', "--", "--x\r\n", "\r\n\r\n", "%41", "%", "+", "/", "/a", "//",
    "../", ".", "a.", "-", "a-", "@", "a@", ":", "::", "0", "9", "1.", "a", "A", "Ä", "😀", "\ufeff", "*", "*a",
    "?", "a?", "\\u0041", "\x00", "\ud800", "/*", "*/", "//\n", "'\\", "|", "(a|a)*", "a*", "(?=", "[^",
    "\u0301\u0316",
)
# fmt: on
FORM = "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2017-11-06/QuestionForm.xsd"
PAGE = "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2011-11-11/HTMLQuestion.xsd"
KEY = "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2005-10-01/AnswerKey.xsd"
ANSWERS = "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2005-10-01/QuestionFormAnswers.xsd"


class Text(NamedTuple):
    """A text of any size: what is said once before and behind, and what is said again and again."""

    before: str
    unit: str
    behind: str = ""

    def of(self, size: int) -> str:
        """The text with so many characters, more or less."""
        return self.before + self.unit * (size // len(self.unit)) + self.behind


Parser = Callable[[str], object]


def encoded(text: str) -> bytes:
    """A text as bytes, halves of characters too."""
    return text.encode(errors="surrogatepass")


def html_question(html: str) -> str:
    """A question document of a page."""
    page = html.replace("]]>", "]]]]><![CDATA[>")
    content = f"<HTMLContent><![CDATA[{page}]]></HTMLContent><FrameHeight>0</FrameHeight>"
    return f'<HTMLQuestion xmlns="{PAGE}">{content}</HTMLQuestion>'


def form(inner: str) -> str:
    """A form with this in it, and one question with a selection, or words of one's own."""
    choice = "<Selection><SelectionIdentifier>a</SelectionIdentifier><Text>a</Text></Selection>"
    own = "<OtherSelection/>"
    answer = f"<SelectionAnswer><Selections>{choice}{own}</Selections></SelectionAnswer>"
    content = "<QuestionContent><Text>a</Text></QuestionContent>"
    asked = f"<QuestionIdentifier>q</QuestionIdentifier>{content}<AnswerSpecification>{answer}</AnswerSpecification>"
    return f'<QuestionForm xmlns="{FORM}">{inner}<Question>{asked}</Question></QuestionForm>'


def formatted(content: str) -> str:
    """A form with a FormattedContent."""
    return form(f"<Overview><FormattedContent><![CDATA[{content.replace(']]>', '')}]]></FormattedContent></Overview>")


def with_format(expression: str) -> str:
    """A form whose question has a regular expression that answers have to meet."""
    from xml.sax.saxutils import quoteattr

    asked = f"<AnswerFormatRegex regex={quoteattr(expression)} errorText='no'/>"
    answer = f"<FreeTextAnswer><Constraints>{asked}</Constraints></FreeTextAnswer>"
    content = "<QuestionContent><Text>a</Text></QuestionContent>"
    inner = f"<QuestionIdentifier>q</QuestionIdentifier>{content}<AnswerSpecification>{answer}</AnswerSpecification>"
    return f'<QuestionForm xmlns="{FORM}"><Question>{inner}</Question></QuestionForm>'


def marketplaces() -> Iterator[tuple[str, Parser]]:
    """What the marketplace reads: of requesters, of workers, and of anybody."""
    from werkzeug.datastructures import MultiDict
    from werkzeug.formparser import parse_form_data
    from werkzeug.http import parse_cookie

    from mturk.marketplace.account import email_address
    from mturk.marketplace.delivery import destination
    from mturk.marketplace.document import answer, answer_key, question
    from mturk.marketplace.document.expression import matches
    from mturk.marketplace.form import drawing, entry, markup
    from mturk.marketplace.frame import page_source, posted, served_page
    from mturk.marketplace.hit import layout, upload
    from mturk.marketplace.http import verification
    from mturk.marketplace.queue import message_attribute, queue, queue_message
    from mturk.marketplace.request.rules import RULES
    from mturk.marketplace.signature import SignedRequest
    from mturk.marketplace.simulation import field
    from mturk.marketplace.site.way_back import _is_ours
    from mturk.marketplace.workplace import plain_text

    def check_question(xml: str) -> None:
        question._check_question.__wrapped__(xml, limit=10_000_000, strict=False)

    def read_entry(xml: str, typed: str) -> None:
        entry.read(xml, MultiDict([("q", typed), ("q.other", typed)]), upload_limit=10)

    def multipart(text: str) -> None:
        body = encoded(text)
        posted.read_post(b"--x\r\n" + body + b"\r\n--x--", "multipart/form-data; boundary=x")

    def multipart_field(text: str) -> None:
        head = 'content-disposition: form-data; name="a"\r\n\r\n'
        multipart(head + text)

    def multipart_header(text: str) -> None:
        multipart(f'content-disposition: form-data; name="a"{text}\r\n\r\na')

    def site_form(text: str) -> None:
        body = encoded(text)
        kind = "multipart/form-data; boundary=x"
        environ = {"REQUEST_METHOD": "POST", "CONTENT_TYPE": kind, "CONTENT_LENGTH": str(len(body))}
        parse_form_data({**environ, "wsgi.input": BytesIO(body)})

    def call(text: str) -> None:
        RULES["CreateHIT"].read({"Title": text, "Keywords": text, "Reward": text, "HITLayoutId": text})

    def many_members(text: str) -> None:
        RULES["CreateHIT"].read(dict.fromkeys(text, text[:100]))

    def many_values(text: str) -> None:
        given = [{"QualificationTypeId": "a", "Comparator": "In", "LocaleValues": [{"Country": one} for one in text]}]
        RULES["CreateHITType"].read({"QualificationRequirements": given})

    def authorization(text: str) -> None:
        headers = {"authorization": f"AWS4-HMAC-SHA256 {text}", "x-amz-date": "20200101T000000Z", "host": text}
        verification.verify(SignedRequest(headers, b""), lambda _: None, 0.0)

    def signed(text: str) -> None:
        credential = "Credential=A/20200101/us-east-1/mturk-requester/aws4_request"
        header = f"AWS4-HMAC-SHA256 {credential}, Signature=a, SignedHeaders={text}"
        headers = {"authorization": header, "x-amz-date": "20200101T000000Z", "host": "a", text: text}
        verification.verify(SignedRequest(headers, b""), lambda _: verification.KeyPair("A", "s", 1), 1577836800.0)

    def attributes(text: str) -> None:
        message_attribute.checked({text[:256]: {"DataType": text[:256], "StringValue": text}})

    yield "a page's tags", lambda text: list(page_source.tags(text))
    yield "where a page ends", page_source.unfinished
    yield "a page as served", lambda text: served_page.served(text, served_page.Script("/s", {}), lambda _: "/own")
    yield "a page's addresses", lambda text: list(served_page.asked_for(text))
    yield "a question of a page", lambda text: check_question(html_question(text))
    yield "a page's kind", lambda text: question.QuestionDocument(html_question(text)).sends_one_field
    yield "a page's fields", lambda text: field.fields_of(html_question(text))
    yield (
        "a page's fields in crowd elements",
        lambda text: field.fields_of(
            html_question(f"<crowd-classifier name=a categories='{text}'></crowd-classifier>")
        ),
    )
    yield "a document", check_question
    yield "a form", lambda text: check_question(form(text))
    yield "a form's content", lambda text: check_question(formatted(text))
    yield "a form's content in a list", lambda text: check_question(formatted("<p>a</p>" * (len(text) // 8)))
    yield "a form's fields", lambda text: field.fields_of(form(text))
    yield "a form, drawn", lambda text: drawing.draw(formatted(text), upload_limit=10)
    yield "content made safe", markup.safe
    yield "a form's expression", lambda text: check_question(with_format(text))
    yield "an answer by an expression", lambda text: read_entry(with_format(text[:2000]), "a" * len(text))
    yield "an expression by an answer", lambda text: matches("^(a+)+$", "i", text)
    yield "an answer to a form", lambda text: read_entry(with_format("^a*$"), text)
    yield "selections of a form", lambda text: read_entry(form(""), text)
    yield "answers as a document", lambda text: answer.answer_document(html_question("<form>"), {text: text})
    yield "answers read back", lambda text: answer.entered(answer.answer_document(html_question("<form>"), {"a": text}))
    yield "an answer key", lambda text: answer_key.check_answer_key(text, limit=10_000_000)
    yield (
        "an answer key of options",
        lambda text: answer_key.check_answer_key(
            f'<AnswerKey xmlns="{KEY}"><Question>{text}</Question></AnswerKey>', limit=10_000_000
        ),
    )
    yield "a layout", lambda text: layout._PLACEHOLDER.findall(text)
    yield "a post, by address", lambda text: posted.read_query(encoded(text))
    yield "a post, plain", lambda text: posted.read_post(encoded(text), "text/plain")
    yield "a post in parts", multipart
    yield "a post's field", multipart_field
    yield "a post's header", multipart_header
    yield "a post's type", lambda text: posted.read_post(b"a=b", f"multipart/form-data; {text}")
    yield "a post's charset", lambda text: posted.read_post(b"a=b", f"text/plain; charset={text}")
    yield "a form of the site", site_form
    yield "a cookie", parse_cookie
    yield "a way back", _is_ours
    yield "a call's members", call
    yield "a call's many members", many_members
    yield "a call's many values", many_values
    yield "a call's JSON", json.loads
    yield "an Authorization header", authorization
    yield "signed headers", signed
    yield "a queue's URL", lambda text: destination.check_queue(text, private=True)
    yield "an address to push to", lambda text: destination.check_push(f"https://{text}", private=True)
    yield "a topic's ARN", lambda text: destination.region_of_topic(f"arn:aws:sns:{text}")
    yield "a region", lambda text: destination.region_of_queue(f"sqs.{text}", "us-east-1")
    yield "a queue's place", lambda text: queue.place(f"https://a/queue/{text}")
    yield "a message", lambda text: queue_message._UNFIT.search(text)
    yield "a message's attributes", attributes
    yield "a file's name", lambda text: upload._NOT_IN_NAMES.sub("", text)
    yield "an e-mail address", email_address.read
    yield "a worker's words", plain_text.cleaned
    yield "a worker's words on a line", plain_text.on_one_line


def sdks(folder: str) -> Iterator[tuple[str, Parser]]:
    """What the SDK reads: templates, tables, questions, answers, and what a server says."""
    from pathlib import Path

    from mturk import errors
    from mturk.connection.reply import read_reply
    from mturk.event import message, origin, queue_policy, queue_url
    from mturk.question import answer, element, question, scoring, xhtml
    from mturk.rendering import html_page, placeholder, submission, template
    from mturk.table import file_key, sheet, site_time

    def table(name: str) -> Parser:
        def read(text: str) -> object:
            path = Path(folder, name)
            path.write_bytes(encoded(text))
            return list(sheet.read(path))

        return read

    def reply(text: str) -> object:
        content = BytesIO(encoded(text))
        return read_reply(lambda *_: content.read(65_536))

    def answers(inner: str) -> object:
        return answer.read(f'<QuestionFormAnswers xmlns="{ANSWERS}">{inner}</QuestionFormAnswers>')

    def crowd(text: str) -> object:
        from xml.sax.saxutils import escape

        told = f"<QuestionIdentifier>taskAnswers</QuestionIdentifier><FreeText>{escape(text)}</FreeText>"
        return answers(f"<Answer>{told}</Answer>")

    def site_fill(text: str) -> object:
        return template.as_the_site_did(text, {"a": "b"}, "page", xml=False)

    def policy(text: str) -> object:
        statement = {"Effect": "Allow", "Principal": "*", "Action": "sqs:*", "Resource": text}
        arn = "arn:aws:sqs:us-east-1:123456789012:" + "a" * 80
        return queue_policy.problem(json.dumps({"Statement": [statement]}), arn)

    def refused(text: str) -> object:
        error = errors.error_of("GetHIT", 400, {"Message": text, "__type": "RequestError", "TurkErrorCode": text})
        return [getattr(error, name, None) for name in dir(error)]

    yield "a page", html_page.read.__wrapped__
    yield "a page's spans", html_page.spans
    yield "a page judged", submission.judge
    yield "a page completed", submission.completed
    yield "placeholders filled", site_fill
    yield "placeholders wanted", placeholder.wanted.__wrapped__
    yield "a question", question.read
    yield "a question's XML", element.parse
    yield "a question of a page", lambda text: question.read(html_question(text))
    yield "a question judged", lambda text: question.examine(html_question(text), 10_000_000)
    yield "a form", lambda text: question.examine(form(text), 10_000_000)
    yield "a form's content", lambda text: question.examine(formatted(text), 10_000_000)
    yield "formatted content", xhtml.problems
    yield "an answer key", scoring.AnswerKey.from_xml
    yield "answers", answer.read
    yield "answers with answers", answers
    yield "a crowd form's answers", crowd
    yield "a table's cells", table("a.csv")
    yield "a table's tabs", table("a.tsv")
    yield "a table's lines", table("a.jsonl")
    yield "a row's label", lambda text: file_key._LABEL.fullmatch(f"batch={text}")
    yield "a time of the site", site_time._WRITTEN.fullmatch
    yield "a message of events", lambda text: message.read(text, "sqs", None)
    yield "a message's time", message._moment
    yield "an address of a certificate", origin.address
    yield "a queue's URL", queue_url._problem
    yield "a queue's policy", policy
    yield "an answer over HTTP", reply
    yield "an answer's head", lambda text: reply(f"HTTP/1.1 200 OK\r\n{text}\r\n\r\n")
    yield "an answer's chunks", lambda text: reply(f"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{text}")
    yield "a refusal", refused


def numbered(unit: str, size: int) -> str:
    """A text of that size, more or less, of a unit in which `#` is its number."""
    return "".join(unit.replace("#", str(number)) for number in range(size // len(unit)))


NAME = "<QuestionIdentifier>q#</QuestionIdentifier>"
FIRST = NAME.replace("#", "0")
SELECTION = "<SelectionIdentifier>s#</SelectionIdentifier>"
OPTION = f"<AnswerOption>{SELECTION}<AnswerScore>1</AnswerScore></AnswerOption>"
CHOICE = f"<Selection>{SELECTION}<Text>a</Text></Selection>"
CONTENT = "<QuestionContent><Text>a</Text></QuestionContent>"


def keys(size: int) -> Iterator[tuple[str, str]]:
    """Answer keys with much of one kind."""
    start, end = f'<AnswerKey xmlns="{KEY}">', "</AnswerKey>"
    question = f"<Question>{FIRST}{OPTION.replace('#', '0')}</Question>"
    bound = "<InclusiveLowerBound>#</InclusiveLowerBound><InclusiveUpperBound>#</InclusiveUpperBound>"
    ranges = numbered(f"<SummedScoreRange>{bound}<QualificationValue>1</QualificationValue></SummedScoreRange>", size)
    mapping = f"<RangeMapping>{ranges}<OutOfRangeQualificationValue>1</OutOfRangeQualificationValue></RangeMapping>"
    one_option = f"<AnswerOption>{numbered(SELECTION, size)}<AnswerScore>1</AnswerScore></AnswerOption>"
    yield "questions", start + numbered(f"<Question>{NAME}{OPTION}</Question>", size) + end
    yield "equal questions", start + question * (size // len(question)) + end
    yield "options", f"{start}<Question>{FIRST}{numbered(OPTION, size)}</Question>{end}"
    yield "selections", f"{start}<Question>{FIRST}{one_option}</Question>{end}"
    yield "ranges", f"{start}{question}<QualificationValueMapping>{mapping}</QualificationValueMapping>{end}"
    yield "strangers", start + "<a/>" * (size // 4) + end


def forms(size: int) -> Iterator[tuple[str, str]]:
    """Forms with much of one kind."""
    start, end = f'<QuestionForm xmlns="{FORM}">', "</QuestionForm>"
    many_attributes, many_namespaces = numbered('a#="1" ', size), numbered('xmlns:a#="b#" ', size)
    free = f"<Question>{NAME}{CONTENT}<AnswerSpecification><FreeTextAnswer/></AnswerSpecification></Question>"
    choices = f"<SelectionAnswer><Selections>{numbered(CHOICE, size)}</Selections></SelectionAnswer>"
    content = "<FormattedContent>&lt;p&gt;a&lt;/p&gt;</FormattedContent>"
    yield "questions", start + numbered(free, size) + end
    asked = f"<Question>{FIRST}{CONTENT}<AnswerSpecification>{choices}</AnswerSpecification></Question>"
    yield "selections", start + asked + end
    yield "strangers", form("<a/>" * (size // 4))
    yield "mistakes", form("<Overview/>" * (size // 11))
    yield "attributes", form(f"<Overview {many_attributes}/>")
    yield "namespaces", form(f"<Overview {many_namespaces}/>")
    yield "namespaces inside", form(numbered('<a#:b xmlns:a#="c#"/>', size))
    yield "depth", form("<a>" * (size // 7) + "</a>" * (size // 7))
    yield "references", form(f"<Overview><Title>{'&amp;' * (size // 5)}</Title></Overview>")
    yield "sections", form(f"<Overview><Title>{'<![CDATA[a]]>' * (size // 13)}</Title></Overview>")
    yield "comments", form("<!--a-->" * (size // 8))
    yield "contents", form(f"<Overview>{content * (size // len(content))}</Overview>")
    yield "paragraphs", formatted("<p>a</p>" * (size // 8))
    yield "images", formatted("<img src='https://a/' alt='a'/>" * (size // 31))
    yield "links", formatted("<a href='a'>b</a>" * (size // 17))
    yield "letters in letters", formatted("<b>" * 40 + "<p><b><i>a</i></b></p>" * (size // 22) + "</b>" * 40)
    yield "tables", formatted("<table><tr><td>a</td></tr></table>" * (size // 34))


def answered(size: int) -> Iterator[tuple[str, str]]:
    """Answers with much of one kind."""
    start, end = f'<QuestionFormAnswers xmlns="{ANSWERS}">', "</QuestionFormAnswers>"
    many_attributes, many_namespaces = numbered('a#="1" ', size), numbered('xmlns:a#="b#" ', size)
    yield "answers", start + numbered(f"<Answer>{NAME}<FreeText>a</FreeText></Answer>", size) + end
    yield "selections", f"{start}<Answer>{FIRST}{numbered(SELECTION, size)}</Answer>{end}"
    yield "strangers", start + "<a/>" * (size // 4) + end
    yield "depth", start + "<a>" * (size // 7) + "</a>" * (size // 7) + end
    yield "attributes", f"{start}<Answer {many_attributes}/>{end}"
    yield "namespaces", f"{start}<Answer {many_namespaces}/>{end}"
    yield "namespaces inside", start + numbered('<a#:b xmlns:a#="c#"/>', size) + end


def large() -> Iterator[tuple[str, Parser]]:
    """What reads documents, each with large ones; of the text that is given only the size counts."""
    from mturk.marketplace.document import answer, answer_key, question
    from mturk.marketplace.form import drawing
    from mturk.marketplace.simulation import field
    from mturk.question import answer as own_answer
    from mturk.question import question as own_question
    from mturk.question import scoring

    def chosen(size: int) -> dict[str, list[str]]:
        return {"q0": [f"s{number}" for number in range(size // 50)]}

    def check_question(xml: str) -> None:
        question._check_question.__wrapped__(xml, limit=10_000_000, strict=False)

    readers: list[tuple[str, Callable[[int], Iterator[tuple[str, str]]], Parser]] = [
        ("a key checked", keys, lambda xml: answer_key.check_answer_key(xml, limit=10_000_000)),
        ("a key at work", keys, lambda xml: answer_key.grade(xml, chosen(len(xml)))),
        ("the SDK's key", keys, lambda xml: scoring.AnswerKey.from_xml(xml).score(chosen(len(xml)))),
        ("a form checked", forms, check_question),
        ("a form drawn", forms, lambda xml: drawing.draw(xml, upload_limit=10)),
        ("a form's fields", forms, field.fields_of),
        ("the SDK's form", forms, lambda xml: own_question.examine(xml, 10_000_000)),
        ("answers entered", answered, answer.entered),
        ("the SDK's answers", answered, own_answer.read),
    ]
    for name, documents, read in readers:
        for what, _ in documents(100):
            yield (
                f"{name}: {what}",
                lambda text, documents=documents, what=what, read=read: read(dict(documents(len(text)))[what]),
            )


class TooLong(Exception):
    """A parser took longer than it may."""


def _ring(_number: int, _frame: object) -> None:
    raise TooLong


def seconds(parse: Parser, text: str) -> float:
    """The CPU time that a parser takes of a text; whatever it thinks of it."""
    begin = time.process_time()
    signal.setitimer(signal.ITIMER_VIRTUAL, LONGEST)
    try:
        parse(text)
    except TooLong:
        return LONGEST
    except Exception:
        pass
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    return time.process_time() - begin


class Growth(NamedTuple):
    """By how much the time grew when the text became twice as large, at the largest size that was tried."""

    factor: float
    size: int
    seconds: float


def growth(parse: Parser, text: Text) -> Growth:
    """How a parser's time grows; texts become larger until one takes a second."""
    before = min(seconds(parse, text.of(SIZES[0])) for _ in range(2))
    now, factor = before, 0.0
    for earlier, size in pairwise(SIZES):
        now = seconds(parse, text.of(size))
        if now > JUDGED:
            now = min(now, seconds(parse, text.of(size)))
            factor = (now / max(before, 0.004)) ** (1 / math.log2(size / earlier))
        before = now
        if now > 0.5:
            break
    return Growth(factor, size, now)


def made_up(chance: random.Random) -> Text:
    """A text of pieces at random."""
    some = ["".join(chance.choices(UNITS, k=chance.randint(*bounds))) for bounds in ((0, 3), (1, 4), (0, 2))]
    return Text(*some)


def main() -> int:
    """Print the table, and say whether all is well."""
    import tempfile

    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--all", action="store_true", help="every parser with every text")
    arguments.add_argument("--fuzz", type=int, default=0, help="so many texts at random, for each parser")
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--only", default="", help="parsers whose name has this in it")
    told = arguments.parse_args()
    signal.signal(signal.SIGVTALRM, _ring)
    chance, steep = random.Random(told.seed), 0
    with tempfile.TemporaryDirectory() as folder:
        halves: Mapping[str, Any] = {"marketplace": marketplaces(), "sdk": sdks(folder), "large": large()}
        print(f"{'half':12} {'parser':36} {'growth':>6} {'at size':>8} {'seconds':>9}  text")
        for half, parsers in halves.items():
            for name, parse in parsers:
                if told.only not in f"{half} {name}":
                    continue
                units = UNITS[:1] if half == "large" else UNITS
                # What trims its ends looks at what is between them in another way.
                texts = [Text(around, unit, around) for unit in units for around in ("", "a")]
                texts += [made_up(chance) for _ in range(told.fuzz if half != "large" else 0)]
                rows = sorted(((growth(parse, text), text) for text in texts), reverse=True)
                steep += rows[0][0].factor > STEEP
                for found, text in rows if told.all else rows[:1]:
                    shown = f"{found.factor:6.1f} {found.size:8,} {found.seconds:9.4f}  {tuple(text)!r}"
                    print(f"{half:12} {name:36} {shown}", flush=True)
    return 1 if steep else 0


if __name__ == "__main__":
    sys.exit(main())
