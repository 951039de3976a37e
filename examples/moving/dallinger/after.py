"""The same study without Dallinger's module: `python after.py publish`, and when the work is in `review`."""

import sys
from datetime import timedelta

import mturk
from mturk import HIT, ExternalQuestion, HITType, QualificationType
from mturk.requirements import percent_approved

BONUSES = {"A1ADA": "0.25", "A2BOB": "0.10"}  # what the experiment's bonus() says
TOOK_PART = "Took part in bartlett1932"


def publish():
    took_part = QualificationType.create(TOOK_PART, "They have read the story already")
    stories = HITType.create(
        "Read a story", "Read a story, and tell it again from memory", "0.50", timedelta(hours=1),
        keywords=["memory", "reading"], auto_approval_delay=0,
        qualification_requirements=[
            (percent_approved >= 95).guarding("PreviewAndAccept"),
            took_part.does_not_exist().guarding("PreviewAndAccept"),
        ],
    )  # fmt: skip
    ad = ExternalQuestion("https://story.my-lab.org/ad?recruiter=mturk", 600)
    hit = stories.create_hit(ad, timedelta(days=1), max_assignments=3, requester_annotation="bartlett1932")
    print(hit.id)


def review():
    (took_part,) = QualificationType.search(TOOK_PART, mine=True)
    for hit in HIT.all():
        if hit.requester_annotation != "bartlett1932":
            continue
        for work in hit.assignments():
            took_part.grant(work.worker_id, 1)
            if work.worker_id in BONUSES:
                work.pay_bonus(BONUSES[work.worker_id], "Thank you")
        hit.expire()


mturk.connect()
{"publish": publish, "review": review}[sys.argv[1]]()
