"""A marketplace in which much has happened: work of every kind on offer, and a worker with a past."""

from __future__ import annotations

import base64
from datetime import timedelta

import mturk
from mturk import HIT, Connection, ExternalQuestion, HITType, HTMLQuestion, QualificationType
from mturk import requirements as req
from mturk.answer_key import AnswerKey, AnswerOption
from mturk.answer_key import Question as KeyQuestion
from mturk.marketplace import Marketplace
from mturk.question_form import (
    FreeTextAnswer,
    Overview,
    Question,
    QuestionForm,
    Selection,
    SelectionAnswer,
    Text,
    Title,
)

WORKER = "A1ADA"
PICTURE = (
    "data:image/svg+xml;base64,"
    + base64.b64encode(
        b'<svg xmlns="http://www.w3.org/2000/svg" width="640" height="400" viewBox="0 0 640 400">'
        b'<rect width="640" height="400" fill="#cfe8ff"/><rect y="280" width="640" height="120" fill="#7fb069"/>'
        b'<circle cx="320" cy="220" r="90" fill="#e08e45"/>'
        b'<path d="M250 160l30-70 45 55zM390 160l-30-70-45 55z" fill="#e08e45"/>'
        b'<circle cx="290" cy="210" r="9"/><circle cx="350" cy="210" r="9"/></svg>'
    ).decode()
)
SOUND = "data:audio/wav;base64,UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQAAAAA="
PAGES: dict[str, dict[str, object]] = {
    "image_classification.html": {"image": PICTURE, "labels": ["cat", "dog", "neither"]},
    "text_labelling.html": {"text": "Not bad at all", "labels": ["positive", "negative"]},
    "transcription.html": {
        "audio": "data:audio/wav;base64,UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQAAAAA="
    },
    "survey.html": {
        "consent": "You can stop at any time.",
        "questions": [{"id": "age", "text": "How old are you?", "kind": "number"}],
    },
    "bounding_box.html": {"image": PICTURE, "labels": ["cat", "dog"]},
}
TITLES = {
    "image_classification.html": "Say what is in a picture",
    "text_labelling.html": "Is this review positive or negative?",
    "transcription.html": "Write down what you hear in a short recording",
    "survey.html": "A survey about how you spend an ordinary evening",
    "bounding_box.html": "Draw boxes round the animals",
}


def form() -> QuestionForm:
    """A form with each of the common kinds of question."""
    return QuestionForm(
        [
            Overview([Title("Your street"), Text("Look at the map, then answer three questions.")]),
            Question("street", Text("What is the name of the street?"), FreeTextAnswer(), is_required=True),
            Question(
                "lamps",
                Text("How many street lamps are there?"),
                SelectionAnswer(
                    [Selection("none", "None"), Selection("few", "One to five"), Selection("many", "More")]
                ),
                is_required=True,
            ),
        ]
    )


def page_with(field: str) -> HTMLQuestion:
    """A page with one field, as the requester's site would have made it."""
    return HTMLQuestion.from_string(f"<p>Tell us.</p><input name='{field}' aria-label='{field}'>", engine="mturk")


def care_test() -> QuestionForm:
    """The test of a qualification."""
    choices = [Selection("right", "Four"), Selection("wrong", "Five")]
    return QuestionForm([Question("sum", Text("What is two and two?"), SelectionAnswer(choices), is_required=True)])


def offered(title: str, reward: str, **terms: object) -> HITType:
    """Terms of work."""
    description = f"{title}. It takes about a minute; the page says what to do."
    return HITType.create(title, description, reward, 1800, keywords=["picture", "short"], **terms)  # type: ignore[arg-type]  # as HITType.create takes them


def live_in(market: Marketplace, connection: Connection) -> dict[str, HIT]:
    """Let things happen; what is on offer is told by the names of its pages."""
    with mturk.using(connection):
        return _live(market)


def _live(market: Marketplace) -> dict[str, HIT]:
    worker = market.worker(WORKER, country="DE", adult=True)
    day = timedelta(days=1)
    past = offered("Rate the smell of a flower from its picture", "0.12", auto_approval_delay=3 * day)
    words = {"approved": "Thank you, that was careful work.", "rejected": "The label names nothing in the picture."}
    for state in ("approved", "rejected", "pending", "returned"):
        hit = past.create_hit(page_with("smell"), day)
        assignment_id = worker.accept(hit.id)
        if state == "returned":
            worker.return_assignment(assignment_id)
            continue
        worker.submit(assignment_id, {"smell": "sweet"})
        (assignment,) = hit.assignments()
        if state == "approved":
            assignment.approve(words[state])
            assignment.pay_bonus("0.50", "For the best description of the day")
        elif state == "rejected":
            assignment.reject(words[state])
    mturk.Worker(WORKER).notify("More flowers on Monday", "We will publish 200 more.\nThank you for your work so far.")
    care = QualificationType.create(
        "Careful reader",
        "Who reads the whole question before answering",
        status="Active",
        test=care_test(),
        test_duration=timedelta(minutes=10),
        answer_key=AnswerKey([KeyQuestion("sum", [AnswerOption("right", 100)])]),
        retry_delay=day,
    )
    QualificationType.create("Night owl", "Who likes to work at night", status="Active")
    on_offer = {
        name: offered(TITLES[name], reward).create_hit(HTMLQuestion.from_template(f"mturk/{name}", values), day)
        for (name, values), reward in zip(PAGES.items(), ("0.05", "0.04", "0.35", "1.50", "0.10"), strict=True)
    }
    on_offer["form"] = offered("Three questions about your street", "0.40").create_hit(form(), day)
    on_offer["external"] = offered("Compare two drawings in our tool", "0.25").create_hit(
        ExternalQuestion("https://tool.example/compare?pair=7", 800), day
    )
    guarded = offered("Proofread a page", "2.00", qualification_requirements=[care >= 80, req.percent_approved >= 95])
    on_offer["guarded"] = guarded.create_hit(page_with("text"), day, max_assignments=3)
    return on_offer
