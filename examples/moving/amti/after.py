"""The same batch, of amti's own files: `python after.py publish`, and when the work is in `review`."""

import json
import sys
from datetime import timedelta
from pathlib import Path

import mturk
from mturk import Batch, HITType

FOLDER = Path("definition")


def publish():
    terms = json.loads((FOLDER / "hittypeproperties.json").read_text())
    if terms.get("QualificationRequirements"):
        raise SystemExit("Write its QualificationRequirements in words of mturk.requirements: else all get in.")
    each = json.loads((FOLDER / "hitproperties.json").read_text())
    words = HITType.create(
        terms["Title"], terms["Description"], terms["Reward"], terms["AssignmentDurationInSeconds"],
        keywords=terms["Keywords"], auto_approval_delay=terms["AutoApprovalDelayInSeconds"],
    )  # fmt: skip
    page = Path("question.xml")
    page.write_text((FOLDER / "question.xml.j2").read_text())
    batch = words.batch(
        "data.jsonl", page, journal="words.journal", engine="jinja",
        assignments=each["MaxAssignments"], lifetime=timedelta(seconds=each["LifetimeInSeconds"]),
    )  # fmt: skip
    print(batch.publish())


def review():
    batch = Batch.open("words.journal")
    print(batch.review(accept=lambda result: True).apply())
    print(batch.results().to_csv("results.csv"))


mturk.connect()
{"publish": publish, "review": review}[sys.argv[1]]()
