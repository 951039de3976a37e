"""`mturk demo --site`: a marketplace with work on offer, at whose site a worker is signed in.

The page is opened in a browser. What the visitor submits is approved a moment later, so that the dashboard fills.
"""

from __future__ import annotations

import csv
import webbrowser
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import mturk
from mturk import HITType, HTMLQuestion, QuestionForm
from mturk.cli.demo import EXAMPLES, LABELS
from mturk.question_form import FreeTextAnswer, Overview, Question, Selection, SelectionAnswer, Text, Title

if TYPE_CHECKING:
    from mturk.event.event import Event
    from mturk.marketplace import Marketplace

VISITOR = "A1VISITOR"
PATIENCE = 5
"""Seconds between two looks for what was submitted."""
_DAY = timedelta(days=1)
_PICTURE = (
    "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' width='640' height='360'>"
    "<rect width='640' height='360' fill='%23cfe8ff'/><rect y='260' width='640' height='100' fill='%237fb069'/>"
    "<circle cx='180' cy='90' r='50' fill='%23f2c14e'/>"
    "<rect x='380' y='150' width='150' height='120' fill='%23b5523b'/>"
    "<path d='M360 150l95-80 95 80z' fill='%23633'/></svg>"
)


def publish() -> None:
    """Publish work of several kinds."""
    with (EXAMPLES / "messages.csv").open(encoding="utf-8", newline="") as file:
        messages = [row["message"] for row in csv.DictReader(file)]
    labelling = _offer("What is this message about?", "Read a customer's message and choose one of four labels", "0.05")
    for message in messages:
        page = HTMLQuestion.from_template(EXAMPLES / "label_message.html", message=message, labels=LABELS)
        labelling.create_hit(page, _DAY)
    boxes = _offer("Draw a box round the house", "One picture, one box", "0.10")
    boxes.create_hit(
        HTMLQuestion.from_template("mturk/bounding_box.html", image=_PICTURE, labels=["house", "sun"]), _DAY
    )
    _offer("Three questions about your street", "A short form", "0.40").create_hit(form(), _DAY)


def form() -> QuestionForm:
    """A form as the site draws it."""
    lamps = SelectionAnswer([Selection("none", "None"), Selection("few", "One to five"), Selection("many", "More")])
    return QuestionForm(
        [
            Overview([Title("Your street"), Text("Think of the street in which you live.")]),
            Question("street", Text("What is it called?"), FreeTextAnswer(), is_required=True),
            Question("lamps", Text("How many street lamps are there?"), lamps, is_required=True),
            Question("changes", Text("What would you change?"), FreeTextAnswer()),
        ]
    )


def _offer(title: str, description: str, reward: str) -> HITType:
    return HITType.create(title, description, reward, timedelta(minutes=30), keywords=["demonstration"])


def approve(event: Event) -> None:
    """Approve what the visitor submitted."""
    if event.assignment is not None:
        event.assignment.approve("Thank you! In this demonstration everything is approved.")


def run(
    market: Marketplace,
    say: Callable[[str], object],
    until_interrupted: Callable[[], object],
    mark: Path,
    browse: Callable[[str], object] = webbrowser.open,
    *,
    every: float = PATIENCE,
) -> None:
    """Publish, let the visitor in, and approve until the program is ended; `mark` is a file for what was approved."""
    connection = mturk.Connection(market.url, access_key=market.access_key, secret_key=market.secret_key)
    with mturk.using(connection):
        publish()
        market.worker(VISITOR, country="US", subdivision="NY", adult=True)
        address = market.sign_in_link(VISITOR)
        say(f"Worker site: {address}")
        say(f"That link is good once, and signs you in as the worker {VISITOR}.")
        say("What you submit is approved in a moment. Ctrl-C ends it.")
        browse(address)
        events = mturk.Events(connection, mark=mark)
        events.watch("all")
        events.on("AssignmentSubmitted", approve)
        with events.listening("poll", every=every):
            until_interrupted()
