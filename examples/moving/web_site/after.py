"""A project of the web site, with its page and its table: `python after.py publish`, `results`, then `review`."""

import sys
from datetime import timedelta

import mturk
from mturk import Batch, HITType
from mturk.requirements import hits_approved, locale, percent_approved


def publish():
    moods = HITType.create(
        "Read a sentence", "Say how it sounds", "0.05", timedelta(minutes=10),
        keywords="text, mood", auto_approval_delay=timedelta(days=3),
        qualification_requirements=[percent_approved >= 95, hits_approved >= 0, locale == "US"],
    )  # fmt: skip
    batch = moods.batch(
        "rows.csv", "page.html", journal="moods.journal", key="id", assignments=3, lifetime=timedelta(days=7)
    )
    print(batch.check())
    print(batch.estimate())
    print(batch.publish())


def results():
    print(Batch.open("moods.journal").results().to_csv("results.csv"))


def review():
    print(Batch.open("moods.journal").review_from("results.csv").apply())


mturk.connect()
{"publish": publish, "results": results, "review": review}[sys.argv[1]]()
