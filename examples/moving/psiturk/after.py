"""The same study without psiTurk's module: `python after.py publish`, and when the work is in `review`."""

import sys
from datetime import timedelta

import mturk
from mturk import ExternalQuestion, HITType
from mturk.requirements import hits_approved, locale, percent_approved

EARNED = {"A1ADA": "0.25", "A2BOB": "0.10"}  # as the study's own database says


def colours():
    return HITType.create(
        "Name the colours", "Say in which colour each word is written", "0.50", timedelta(hours=1),
        keywords=["psychology", "perception"],
        qualification_requirements=[percent_approved >= 95, hits_approved >= 0, locale == "US"],
    )  # fmt: skip


def publish():
    ad = ExternalQuestion("https://stroop.my-lab.org/pub?mode=live", 600)
    print(colours().create_hit(ad, timedelta(days=1), max_assignments=3).id)


def review():
    for hit in colours().hits():
        for work in hit.assignments(status="Submitted"):
            if work.worker_id in EARNED:
                work.pay_bonus(EARNED[work.worker_id], "For right answers")
                work.approve()
            else:
                work.reject("The study has no answers of yours")
        hit.expire()


mturk.connect()
{"publish": publish, "review": review}[sys.argv[1]]()
