"""The same study in Python: `python after.py publish`, and when the work is in `review`."""

import sys
from datetime import timedelta
from pathlib import Path

import mturk
from mturk import HIT, HITType, HTMLQuestion
from mturk.requirements import percent_approved


def publish():
    moods = HITType.create(
        "Read a sentence", "Say which mood it is in", "0.05", timedelta(minutes=10),
        keywords=["text", "mood"], qualification_requirements=[percent_approved >= 95],
    )  # fmt: skip
    question = HTMLQuestion(Path("question.html").read_text(), 450)
    print(moods.create_hit(question, timedelta(days=1), max_assignments=3, requester_annotation="moods").id)


def review():
    for hit in HIT.all():
        if hit.requester_annotation != "moods":
            continue
        for work in hit.assignments(status="Submitted"):
            if work.answers.get("mood") == "glad":
                work.pay_bonus("0.02", "A good eye")
                work.approve("Thank you")
            else:
                work.reject("The sentence is a glad one")
        hit.expire()


mturk.connect()
{"publish": publish, "review": review}[sys.argv[1]]()
