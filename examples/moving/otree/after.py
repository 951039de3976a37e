"""The same session without oTree's module: `python after.py publish`, and when the work is in `review`."""

import sys
from datetime import timedelta
from pathlib import Path

import mturk
from mturk import HIT
from mturk.requirements import locale

SESSION = "k7xq2"
PAYOFFS = {"A1ADA": "0.25", "A2BOB": "0.10"}


def publish():
    hit = HIT.create(
        Path("question.xml").read_text(), timedelta(days=1),
        title="Play a game", description="A game for two about trust", keywords=["game", "decision"],
        reward="0.50", assignment_duration=timedelta(hours=1), max_assignments=3,
        qualification_requirements=[locale == "US"], unique_request_token=f"otree_{SESSION}",
    )  # fmt: skip
    Path("hit_id").write_text(hit.id)


def review():
    hit = HIT.get(Path("hit_id").read_text())
    for work in hit.assignments(status="Submitted"):
        print(work.worker_id, work.answers.get("completion_code"))
        if work.worker_id in PAYOFFS:
            work.pay_bonus(PAYOFFS[work.worker_id], "Thank you")
            work.approve()
        else:
            work.reject("The code is of no game of ours")
    hit.expire()


mturk.connect()
{"publish": publish, "review": review}[sys.argv[1]]()
