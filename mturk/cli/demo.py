"""The main job in one script: publish HITs, read what workers answered, review it, pay, report, clean up.

`mturk demo` runs it on a marketplace of its own. All functions but `work` are the requester's side, and would
run against any other marketplace as they stand: `work` plays the workers, who elsewhere are people.
"""

from __future__ import annotations

import csv
import random
import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import attrs
from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

import mturk
from mturk import HIT, Assignment, HITType, HTMLQuestion

if TYPE_CHECKING:
    from mturk.marketplace import Marketplace

T = TypeVar("T")
Submissions = Mapping[HIT, Sequence[Assignment]]

EXAMPLES = Path(str(resources.files("mturk.examples")))
LABELS = {
    "account": "signing in, personal data, the customer's profile",
    "delivery": "where a parcel is, and how it arrives",
    "payment": "prices, invoices, refunds, vouchers",
    "product": "what is sold: advice, faults, missing parts",
}
WORKERS_PER_MESSAGE = 3
BONUS = Decimal("0.50")
# The workers that the program plays, and how often each finds the label that the message's author had in mind.
CARE = {"A1ADA": 0.98, "A2BEN": 0.93, "A3CLEO": 0.90, "A4DINO": 0.85}
CARELESS = "A5EVE"  # clicks on any label without reading


@attrs.define
class Score:
    """How often a worker answered, how often as the majority did, and what became of it."""

    answers: int = 0
    agreed: int = 0
    approved: int = 0
    rejected: int = 0
    bonus: Decimal = Decimal(0)

    @property
    def agreement(self) -> float:
        """The share of answers that the majority gave too."""
        return self.agreed / self.answers if self.answers else 0.0

    @property
    def careless(self) -> bool:
        """Whether the majority answered differently more often than not."""
        return 2 * self.agreed < self.answers


def publish(rows: Iterable[Mapping[str, str]]) -> list[HIT]:
    """Publish one HIT for each row of the data file."""
    labelling = HITType.create(
        title="What is this message about?",
        description="Read a customer's message of a sentence or two and choose one of four labels",
        reward="0.05",
        assignment_duration=timedelta(minutes=10),
        keywords=["text", "label", "short"],
        auto_approval_delay=timedelta(days=3),
    )
    return [
        labelling.create_hit(
            HTMLQuestion.from_template(EXAMPLES / "label_message.html", message=row["message"], labels=LABELS),
            lifetime=timedelta(days=1),
            max_assignments=WORKERS_PER_MESSAGE,
            requester_annotation=row["id"],  # comes back with the HIT: which row it is
        )
        for row in rows
    ]


def work(market: Marketplace, hits: Iterable[HIT], meant: Mapping[str, str], chance: random.Random) -> None:
    """Play the workers: three of the five accept and answer each HIT."""
    workers = [market.worker(worker_id) for worker_id in (*CARE, CARELESS)]
    for hit in hits:
        for worker in chance.sample(workers, WORKERS_PER_MESSAGE):
            attentive = chance.random() < CARE.get(worker.id, 0)
            label = meant[hit.requester_annotation or ""] if attentive else chance.choice(list(LABELS))
            assignment_id = worker.accept(hit.id)
            worker.submit(assignment_id, {"label": label})


def collect(hits: Iterable[HIT]) -> Submissions:
    """Read what the workers submitted for each HIT."""
    return {hit: list(hit.assignments(status="Submitted")) for hit in hits}


def majority(assignments: Sequence[Assignment]) -> tuple[str | None, int]:
    """The label that more than half of the workers chose, or None; and how many chose the commonest."""
    label, votes = Counter(assignment.answers["label"] for assignment in assignments).most_common(1)[0]
    return (label if 2 * votes > len(assignments) else None), votes


def compare(submissions: Submissions) -> dict[str, Score]:
    """Each worker's score: how often the answer was that of the majority."""
    scores = {str(each.worker_id): Score() for assignments in submissions.values() for each in assignments}
    for assignments in submissions.values():
        label, _ = majority(assignments)
        if label is None:
            continue  # everybody differs, which says nothing about anybody
        for assignment in assignments:
            score = scores[str(assignment.worker_id)]
            score.answers += 1
            score.agreed += assignment.answers["label"] == label
    return dict(sorted(scores.items()))


def review(submissions: Iterable[Sequence[Assignment]], scores: Mapping[str, Score]) -> None:
    """Approve what the majority says and whatever an attentive worker answered; reject what is left."""
    for assignments in submissions:
        label, _ = majority(assignments)
        for assignment in assignments:
            score = scores[str(assignment.worker_id)]
            agrees = label in (None, assignment.answers["label"])
            if agrees or not score.careless:
                assignment.approve("Thank you")
                score.approved += 1
            else:
                assignment.reject(
                    f"The other workers chose {label!r} here, and differ from you in "
                    f"{score.answers - score.agreed} of {score.answers} messages. Please read before you choose."
                )
                score.rejected += 1


def reward(submissions: Submissions, scores: Mapping[str, Score]) -> str:
    """Pay a bonus to the worker who agreed most often with the others, and say to whom."""
    best = max(scores, key=lambda worker_id: (scores[worker_id].agreement, scores[worker_id].answers))
    theirs = (each for assignments in submissions.values() for each in assignments if each.worker_id == best)
    # A bonus belongs to an assignment; any of the worker's will do. Asked twice, it is paid once.
    if next(theirs).pay_bonus(BONUS, "Your labels agreed best with the others': thank you for reading with care"):
        scores[best].bonus += BONUS
    return best


def clean_up(hits: Iterable[HIT]) -> None:
    """Delete the HITs; nothing is open, because all work is decided."""
    for hit in hits:
        still_open = hit.close()
        if still_open:
            raise mturk.InvalidState(f"{hit} cannot be deleted: {still_open}")


def labels_table(submissions: Submissions, messages: Mapping[str, str]) -> Table:
    """What each message is about, and how many of its workers say so."""
    table = Table("Message", "Label", box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    table.add_column("Agreement", justify="right")
    for hit, assignments in submissions.items():
        label, votes = majority(assignments)
        message = textwrap.shorten(messages[hit.requester_annotation or ""], 50, placeholder=" ...")
        table.add_row(message, label or "(undecided)", f"{votes} of {len(assignments)}")
    return table


def workers_table(scores: Mapping[str, Score]) -> Table:
    """What each worker did, and what became of it."""
    table = Table("Worker", box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for heading in ("With the majority", "Approved", "Rejected", "Bonus"):
        table.add_column(heading, justify="right")
    for worker_id, score in scores.items():
        agreed = f"{score.agreed} of {score.answers}"
        table.add_row(worker_id, agreed, str(score.approved), str(score.rejected), f"{score.bonus:.2f} USD")
    return table


def cost(spent: Decimal, price: Decimal, scores: Iterable[Score]) -> str:
    """What the balance says was spent, and on what."""
    scores = list(scores)
    rewards = price * sum(score.approved for score in scores)
    bonus = sum((score.bonus for score in scores), Decimal(0))
    return f"It cost {spent} USD: {rewards} rewards, {bonus} bonus, {spent - rewards - bonus} fees."


def run(market: Marketplace, console: Console, chance: random.Random) -> None:
    """The whole job on a running marketplace, told on the console."""
    console.print("A marketplace runs inside this program, which also plays the workers.")
    with open(EXAMPLES / "messages.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    connection = mturk.Connection(market.url, access_key=market.access_key, secret_key=market.secret_key)
    with mturk.using(connection):
        before = connection.balance().available
        hits = publish(_bar(console, "Publishing", rows))
        price = hits[0].reward or Decimal(0)
        console.print(f"Published {len(hits)} HITs with {WORKERS_PER_MESSAGE} assignments each, at {price} USD.")

        work(market, _bar(console, "Working", hits), {row["id"]: row["label"] for row in rows}, chance)
        submissions = collect(_bar(console, "Reading", hits))
        scores = compare(submissions)
        console.print(f"Read {sum(map(len, submissions.values()))} answers of {len(scores)} workers.\n")
        console.print(labels_table(submissions, {row["id"]: row["message"] for row in rows}), "")

        review(_bar(console, "Reviewing", list(submissions.values())), scores)
        best = reward(submissions, scores)
        console.print(workers_table(scores), "")
        console.print(f"{best} agreed best with the others and got a bonus.")

        clean_up(_bar(console, "Deleting", hits))
        console.print(f"Deleted {len(hits)} HITs.")
        after = connection.balance().available
        console.print(cost(before - after, price, scores.values()))
        console.print(f"The balance was {before} USD, and is {after} USD.")
    connection.close()


def _bar(console: Console, what: str, things: Sequence[T]) -> Iterator[T]:
    """The things one by one, with a bar that shows how far it is; not in a file."""
    if not console.is_interactive:
        yield from things  # rich before 14.3 leaves an empty line where it shows no bar
        return
    columns = (TextColumn("{task.description:<10}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        yield from progress.track(things, description=what)
