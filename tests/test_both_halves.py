"""The SDK and the marketplace do not know each other; here each is asked about the other's work."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import mturk
from mturk import (
    ExternalQuestion,
    HTMLQuestion,
    QualificationRequirement,
    ReviewPolicy,
    ScoreMyKnownAnswers,
    SimplePlurality,
    ValidationError,
)
from mturk import requirements as req
from mturk.answer_key import (
    AnswerKey,
    AnswerOption,
    PercentageMapping,
    RangeMapping,
    ScaleMapping,
    SummedScoreRange,
)
from mturk.answer_key import Question as KeyQuestion
from mturk.connection.operation import REPEAT
from mturk.cost import assignment_fee, bonus_fee
from mturk.data import enumeration, limit, price, wire
from mturk.errors import RequestError, ServiceError, error_of
from mturk.marketplace import Other, money
from mturk.marketplace.dispatch import OPERATIONS
from mturk.marketplace.document import answer as marketplace_answer
from mturk.marketplace.document import answer_key as marketplace_key
from mturk.marketplace.document import question as marketplace_question
from mturk.marketplace.error import ParameterValidationError, Refusal
from mturk.marketplace.hit import review_policy
from mturk.marketplace.qualification import requirement as marketplace_requirement
from mturk.marketplace.qualification.system_type import SYSTEM_TYPES
from mturk.marketplace.request import rules
from mturk.model.publishing import Offer
from mturk.model.terms import Terms
from mturk.question import answer, question
from mturk.question.answer import Selected
from mturk.question_form import Choice, FileUploadAnswer, FreeText, FreeTextAnswer, Overview, QuestionForm
from mturk.question_form import Question as FormQuestion
from mturk.rendering import html_page
from mturk.requirements import needs_masters
from tests.page import PAGE

MARKETPLACE = Path(mturk.__file__).parent / "marketplace"
LIMIT = 65_535


# Money.


@pytest.mark.parametrize("cents", [0, 1, 2, 3, 5, 7, 12, 13, 33, 99, 100, 12_345])
@pytest.mark.parametrize("assignments", [1, 9, 10, 600])
@pytest.mark.parametrize("masters", [True, False])
def test_both_take_the_same_fee_for_an_assignment(cents: int, assignments: int, masters: bool) -> None:
    ours = assignment_fee(Decimal(cents) / 100, assignments, masters=masters)
    assert int(ours * 100) == money.assignment_fee(cents, assignments, masters=masters)


@pytest.mark.parametrize("cents", [1, 2, 3, 12, 13, 100, 12_345])
def test_both_take_the_same_fee_for_a_bonus(cents: int) -> None:
    assert int(bonus_fee(Decimal(cents) / 100) * 100) == money.bonus_fee(cents)


REQUIREMENTS = {
    "none": [],
    "Masters": [req.masters.exists()],
    "no Masters": [req.masters.does_not_exist()],
    "Masters of the sandbox": [QualificationRequirement(enumeration.MASTERS_IN_SANDBOX, "Exists")],
    "others": [req.adult == 1, req.percent_approved >= 95, req.locale.is_in("US-NY", "DE")],
    "guarding": [(req.hits_approved > 5).guarding("DiscoverPreviewAndAccept")],
}


def sent(requirements: list[QualificationRequirement]) -> list[dict[str, Any]]:
    written: list[dict[str, Any]] = json.loads(wire.write({"it": requirements}))["it"]
    return written


@pytest.mark.parametrize("requirements", REQUIREMENTS.values(), ids=REQUIREMENTS)
def test_both_know_who_pays_for_masters(requirements: list[QualificationRequirement]) -> None:
    assert needs_masters(requirements) == marketplace_requirement.needs_masters(sent(requirements))


@pytest.mark.parametrize("requirements", REQUIREMENTS.values(), ids=REQUIREMENTS)
def test_requirements_come_back_as_they_were_sent_and_can_be_sent_again(
    requirements: list[QualificationRequirement],
) -> None:
    shown = marketplace_requirement.complete(sent(requirements))
    read = [wire.one(QualificationRequirement)(each) for each in shown]
    assert read == requirements
    assert marketplace_requirement.complete(sent(read)) == [
        {**each, "RequiredToPreview": each["ActionsGuarded"] != "Accept"} for each in sent(requirements)
    ]


# Tests and their grades.

OPTIONS = [AnswerOption("a", 1), AnswerOption("b", 2), AnswerOption(["a", "b"], 5)]
MAPPINGS = {
    "none": None,
    "percentage": PercentageMapping(3),
    "percentage of eight": PercentageMapping(8),
    "half": ScaleMapping(0.5),
    "one and a half": ScaleMapping(1.5),
    "a decimal that binary numbers miss": ScaleMapping(0.15),
    "less than nothing": ScaleMapping(-0.5),
    "out of all bounds": ScaleMapping(1e12),
    "ranges": RangeMapping([SummedScoreRange(0, 2, 10), SummedScoreRange(3, 4, 20)], -1),
}
CHOSEN: list[dict[str, list[str]]] = [
    {}, {"q": ["a"]}, {"q": ["b"]}, {"q": ["b", "a"]}, {"q": ["a"], "r": ["a"]}, {"q": ["c"], "r": ["b"]},
]  # fmt: skip


@pytest.mark.parametrize("mapping", MAPPINGS.values(), ids=MAPPINGS)
@pytest.mark.parametrize("chosen", CHOSEN, ids=str)
def test_both_grade_a_test_alike(mapping: Any, chosen: dict[str, list[str]]) -> None:
    key = AnswerKey([KeyQuestion("q", OPTIONS, 3), KeyQuestion("r", OPTIONS)], mapping)
    assert key.score(chosen) == marketplace_key.grade(key.to_xml(), chosen)


# Documents.


def taken(xml: str) -> bool:
    """Whether the marketplace takes it as a question."""
    try:
        marketplace_question.check_question(xml, limit=LIMIT, strict=False)
    except ParameterValidationError:
        return False
    return True


def sendable(xml: str) -> bool:
    """Whether the SDK would send it."""
    try:
        question.document(xml)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize(
    "url",
    [
        "https://my-lab.org/task?a=1&b=2",
        "http://my-lab.org/",
        "http://localhost:8000/",
        "http://task.localhost/",
        "http://127.0.0.1/",
        "http://[::1]:80/",
        "http://10.1.2.3/",
        "http://192.168.1.1/",
        "http://0.0.0.0/",
        "http://[::]/",
        "http://8.8.8.8/",
        "ftp://my-lab.org/",
        "//my-lab.org/",
        "https://",
        "https://my-lab.org/?workerId=1",
        "https://my-lab.org/?turkSubmitTo=x",
    ],
)
def test_both_take_the_same_addresses(url: str) -> None:
    xml = ExternalQuestion(url).to_xml()
    assert sendable(xml) == taken(xml)


FORM = QuestionForm(
    Overview("Read this"),
    Choice("one", ["a", "b"]),
    Choice("many", ["a", "b"], several=True, required=False, other=True),
    FreeText("words", required=False),
)
BROKEN = {
    "an unknown element": ("IsRequired>", "IsRequierd>"),
    "a text beside elements": ("<QuestionContent>", "Hello<QuestionContent>"),
    "a second content": ("</QuestionContent>", "</QuestionContent><QuestionContent><Text>x</Text></QuestionContent>"),
    "an unknown attribute": ("<Text>", "<Text lang='en'>"),
    "an identifier twice": (">many<", ">one<"),
    "no content": ("<Text>words</Text>", ""),
    "an unknown kind of answer": ("FreeTextAnswer", "SingAnswer"),
    "a document type": ("<QuestionForm", "<!DOCTYPE QuestionForm><QuestionForm"),
    "not XML": ("</QuestionForm>", ""),
    "another namespace": ("2017-11-06", "2018-11-06"),
}


def test_both_take_a_form() -> None:
    assert (sendable(FORM.to_xml()), taken(FORM.to_xml())) == (True, True)


@pytest.mark.parametrize(("written", "instead"), BROKEN.values(), ids=BROKEN)
def test_both_refuse_a_form_with(written: str, instead: str) -> None:
    xml = FORM.to_xml().replace(written, instead)
    assert xml != FORM.to_xml()
    assert (sendable(xml), taken(xml)) == (False, False)


@pytest.mark.parametrize(
    "form",
    [
        FORM,
        QuestionForm(FormQuestion("f", "A file?", FileUploadAnswer(1000)), version="2005-10-01"),
        QuestionForm(FormQuestion("w", "Words?", FreeTextAnswer(default_text="x", number_of_lines_suggestion=3))),
    ],
)
def test_the_marketplace_takes_what_the_sdk_writes(form: QuestionForm) -> None:
    assert taken(form.to_xml())


def test_both_take_a_page_of_the_same_length() -> None:
    longest = PAGE + "x" * (LIMIT - len(HTMLQuestion(PAGE).to_xml()))
    for page, fits in ((longest, True), (longest + "x", False)):
        xml = HTMLQuestion(page).to_xml()
        assert (sendable(xml), taken(xml)) == (fits, fits)


@pytest.mark.parametrize("html", ["<crowd-form></crowd-form>", "<!-- <crowd-form> --><form></form>", "<form></form>"])
def test_both_know_a_crowd_form(html: str) -> None:
    document = marketplace_question.QuestionDocument(HTMLQuestion(html).to_xml())
    assert html_page.read(html).crowd_form == document.is_crowd_form


def test_both_know_which_names_are_never_answers() -> None:
    assert set(html_page.RESERVED) == set(marketplace_question.RESERVED)


# Answers.


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ({"one": "a", "words": "hi"}, {"one": Selected(["a"]), "many": Selected(), "words": "hi"}),
        ({"one": "b", "many": ["a", "b"]}, {"one": Selected(["b"]), "many": Selected(["a", "b"]), "words": ""}),
        (
            {"one": "a", "many": ["b", Other("so & so")]},
            {"one": Selected(["a"]), "many": Selected(["b"], "so & so"), "words": ""},
        ),
        ({"one": "a", "words": " <é\r\n\t]]>&amp; \U0001f408 "}, {"words": " <é\r\n\t]]>&amp; \U0001f408 "}),
    ],
)
def test_what_a_worker_enters_in_a_form_is_read_as_entered(given: Any, read: Mapping[str, Any]) -> None:
    found = answer.read(marketplace_answer.answer_document(FORM.to_xml(), given))
    assert {name: found[name] for name in read} == read


@pytest.mark.parametrize("text", ["cat", "", " x ", "<b>&amp;</b>", "a\r\nb", "]]>", "\U0001f408"])
def test_what_a_worker_enters_in_a_page_is_read_as_entered(text: str) -> None:
    document = marketplace_answer.answer_document(HTMLQuestion(PAGE).to_xml(), {"label": text, "more": ["1", "2"]})
    found = answer.read(document)
    assert (found["label"], found.getlist("more")) == (text, ["1", "2"])


def test_what_a_worker_enters_in_a_crowd_form_is_read_by_its_fields() -> None:
    page = HTMLQuestion("<script src='crowd-html-elements.js'></script><crowd-form></crowd-form>").to_xml()
    assert dict(answer.read(marketplace_answer.answer_document(page, {"label": "cat"}))) == {"label": "cat"}


# Review policies.

POLICIES: dict[str, tuple[Callable[[Any], object], ReviewPolicy]] = {
    "known answers": (
        review_policy.known_answers,
        ScoreMyKnownAnswers({"q": ["a", "b"], "r": "c"}, approve_if_known_answer_score_is_at_least=80),
    ),
    "plurality": (
        review_policy.plurality,
        SimplePlurality(
            ["q", "r"], 50, extend_if_hit_agreement_score_is_less_than=60, extend_maximum_assignments=5,
            extend_minimum_time=timedelta(hours=1), disregard_assignment_if_rejected=True,
        ),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("take", "policy"), POLICIES.values(), ids=POLICIES)
def test_the_marketplace_takes_the_policies_that_the_sdk_makes(
    take: Callable[[Any], object], policy: ReviewPolicy
) -> None:
    take(json.loads(wire.write({"it": policy}))["it"])


# Limits.


def refused(operation: str, members: Mapping[str, object]) -> bool:
    """Whether the marketplace refuses these members, as far as its rules tell."""
    try:
        rules.RULES[operation].read(json.loads(wire.write(dict(members))))
    except Refusal:
        return True
    return False


TERMS = {"title": "T", "description": "D", "reward": "0.05", "assignment_duration": 60}
OF_TERMS: dict[str, tuple[str, list[Any]]] = {
    "title": ("Title", ["", "T", "T" * 128, "T" * 129]),
    "description": ("Description", ["", "D" * 2000, "D" * 2001]),
    "reward": ("Reward", ["0.00", "0.01", "12345.67"]),
    "assignment_duration": ("AssignmentDurationInSeconds", [29, 30, 31_536_000, 31_536_001]),
    "keywords": ("Keywords", ["", "k" * 1000, "k" * 1001]),
    "auto_approval_delay": ("AutoApprovalDelayInSeconds", [0, 2_592_000, 2_592_001]),
}


@pytest.mark.parametrize(
    ("name", "member", "value"),
    [
        pytest.param(name, member, value, id=f"{name} {str(value)[:8]} {len(str(value))}")
        for name, (member, values) in OF_TERMS.items()
        for value in values
    ],
)
def test_both_hold_terms_to_the_same_limits(name: str, member: str, value: Any) -> None:
    try:
        Terms(**{**TERMS, name: value})  # type: ignore[arg-type]  # each is right for its name
        fits = True
    except ValidationError:
        fits = False
    base = {"Title": "T", "Description": "D", "Reward": "0.05", "AssignmentDurationInSeconds": 60}
    assert refused("CreateHITType", {**base, member: value}) is not fits


OF_OFFER: dict[str, tuple[str, list[Any]]] = {
    "lifetime": ("LifetimeInSeconds", [29, 30, 31_536_000, 31_536_001]),
    "max_assignments": ("MaxAssignments", [0, 1, 1_000_000_000, 1_000_000_001]),
    "requester_annotation": ("RequesterAnnotation", ["", "a" * 255, "a" * 256, "é"]),
    "unique_request_token": ("UniqueRequestToken", ["", "t", "t" * 64, "t" * 65]),
}


@pytest.mark.parametrize(
    ("name", "member", "value"),
    [
        pytest.param(name, member, value, id=f"{name} {str(value)[:8]} {len(str(value))}")
        for name, (member, values) in OF_OFFER.items()
        for value in values
    ],
)
def test_both_hold_an_offer_to_the_same_limits(name: str, member: str, value: Any) -> None:
    try:
        Offer(**{"question": PAGE, "lifetime": 60, name: value})
        fits = True
    except ValidationError:
        fits = False
    assert refused("CreateHITWithHITType", {"HITTypeId": "3T", "LifetimeInSeconds": 60, member: value}) is not fits


@pytest.mark.parametrize(
    ("check", "operation", "members", "values"),
    [
        (
            lambda value: limit.text("feedback", value, 1024, 1),
            "RejectAssignment",
            lambda value: {"AssignmentId": "3A", "RequesterFeedback": value},
            ["x" * 1024, "x" * 1025],
        ),
        (
            lambda value: limit.worker_id("worker", value),
            "CreateWorkerBlock",
            lambda value: {"WorkerId": value, "Reason": "r"},
            ["A1", "A" + "B" * 63, "A" + "B" * 64, "B1", "a1", ""],
        ),
        (
            lambda value: limit.identifier("id", value),
            "GetHIT",
            lambda value: {"HITId": value},
            ["3", "3" * 64, "3" * 65, "3a", ""],
        ),
        (
            limit.page_size,
            "ListHITs",
            lambda value: {"MaxResults": value},
            [0, 1, 100, 101],
        ),
    ],
    ids=["feedback", "worker id", "id", "page size"],
)
def test_both_hold_arguments_to_the_same_limits(
    check: Callable[[Any], object], operation: str, members: Callable[[Any], dict[str, Any]], values: list[Any]
) -> None:
    for value in values:
        try:
            check(value)
            fits = True
        except ValidationError:
            fits = False
        assert refused(operation, members(value)) is not fits, value


@pytest.mark.parametrize("amount", ["0", "0.05", "5", "1.", "0.005", "-1", "1e2", "x", "", "1_0", " 1", "٣"])
def test_an_amount_that_the_sdk_sends_is_one_that_the_marketplace_takes(amount: str) -> None:
    try:
        written = wire.written(price.amount("reward", amount))
    except ValidationError:
        return
    assert not refused(
        "CreateHITType", {"Title": "T", "Description": "D", "Reward": written, "AssignmentDurationInSeconds": 60}
    )


# Words and names.


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (enumeration.Comparator, rules.COMPARATORS),
        (enumeration.EventType, rules.EVENT_TYPES),
        (enumeration.QualificationTypeStatus, rules.QUALIFICATION_TYPE_STATUS.choices),
    ],
)
def test_both_know_the_same_words(kind: Any, words: tuple[str, ...]) -> None:
    assert {member.value for member in kind} == set(words)


def test_both_know_the_same_operations() -> None:
    assert set(REPEAT) == set(OPERATIONS) == set(rules.RULES)


def test_both_know_the_same_system_qualifications() -> None:
    for known in ("MASTERS", "MASTERS_IN_SANDBOX", "HITS_APPROVED", "ADULT", "LOCALE", "PERCENT_APPROVED"):
        assert getattr(enumeration, known) in SYSTEM_TYPES


def codes() -> set[str]:
    """Every code that the marketplace refuses with, read from its source."""
    found = set()
    for path in MARKETPLACE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "RequestError":
                found |= set(re.findall(r"'([A-Za-z]+)'", ast.unparse(node.args[0])))
    return found | {f"Invalid{thing}State" for thing in ("HIT", "Assignment", "Qualification", "QualificationType")}


@pytest.mark.parametrize("code", sorted(codes()))
def test_the_sdk_has_a_class_of_its_own_for_every_refusal_of_the_marketplace(code: str) -> None:
    body = {"__type": "RequestError", "Message": "x", "TurkErrorCode": f"AWS.MechanicalTurk.{code}"}
    kind = type(error_of("GetHIT", 400, body))
    assert issubclass(kind, RequestError)
    assert kind not in (RequestError, ServiceError)
