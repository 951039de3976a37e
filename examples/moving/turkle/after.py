"""The same batch, of the same page and table: `python after.py publish`, and when the work is in `review`."""

import sys
from datetime import timedelta

import mturk
from mturk import Batch, HITType


def publish():
    animals = HITType.create("Animals", "Say which animal is in a photo", 0, timedelta(hours=24))
    batch = animals.batch(
        "rows.csv", "page.html", journal="animals.journal", assignments=2, lifetime=timedelta(days=30)
    )
    print(batch.publish())


def review():
    batch = Batch.open("animals.journal")
    batch.review(accept=lambda result: True).apply()
    print(batch.results().to_csv("results.csv"))


mturk.connect()
{"publish": publish, "review": review}[sys.argv[1]]()
