"""Labels of pictures: `python after.py publish`, and when the work is in `python after.py review`."""

import sys
from datetime import timedelta

import mturk
from mturk import ExternalQuestion, HITType
from mturk.requirements import locale

LABELS = ("cat", "dog", "bird")


def labels():
    return HITType.create(
        "Label a picture", "Say in one word what it shows", "0.05", timedelta(minutes=10),
        keywords=["picture", "label"], auto_approval_delay=timedelta(days=3),
        qualification_requirements=[locale == "US"],
    )  # fmt: skip


def publish():
    for picture in (1, 2):
        page = ExternalQuestion(f"https://pictures.my-lab.org/label?picture={picture}", 600)
        hit = labels().create_hit(page, timedelta(days=1), max_assignments=3, requester_annotation=f"picture-{picture}")
        print(hit.id)


def review():
    for hit in labels().reviewable():
        for work in hit.assignments(status="Submitted"):
            if work.answers.get("label") not in LABELS:
                work.reject("The label is none of the three")
                continue
            print(hit.id, work.worker_id, work.answers.get("label"))
            if work.answers.get("comment"):
                work.pay_bonus("0.10", "For the comment")
            work.approve("Thank you")


mturk.connect()
{"publish": publish, "review": review}[sys.argv[1]]()
