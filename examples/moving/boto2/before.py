"""Labels of pictures by boto 2: `python before.py publish`, and when the work is in `python before.py review`."""

import sys
from datetime import timedelta

from boto.mturk.connection import MTurkConnection
from boto.mturk.price import Price
from boto.mturk.qualification import LocaleRequirement, Qualifications
from boto.mturk.question import ExternalQuestion

LABELS = ("cat", "dog", "bird")

connection = MTurkConnection()


def publish():
    for picture in (1, 2):
        (hit,) = connection.create_hit(
            question=ExternalQuestion("https://pictures.my-lab.org/label?picture=%d" % picture, 600),
            title="Label a picture",
            description="Say in one word what it shows",
            keywords=["picture", "label"],
            reward=Price(0.05),
            duration=timedelta(minutes=10),
            approval_delay=timedelta(days=3),
            lifetime=timedelta(days=1),
            max_assignments=3,
            annotation="picture-%d" % picture,
            qualifications=Qualifications([LocaleRequirement("EqualTo", "US")]),
        )
        print(hit.HITId)


def reviewable():
    found, page = [], 1
    while True:
        hits = connection.get_reviewable_hits(page_size=100, page_number=page)
        found += hits
        if len(found) >= int(hits.TotalNumResults):
            return found
        page += 1


def review():
    for hit in reviewable():
        for work in connection.get_assignments(hit.HITId, status="Submitted", page_size=100):
            answers = {answer.qid: answer.fields[0] for answer in work.answers[0]}
            if answers.get("label") not in LABELS:
                connection.reject_assignment(work.AssignmentId, "The label is none of the three")
                continue
            print(hit.HITId, work.WorkerId, answers["label"])
            connection.approve_assignment(work.AssignmentId, "Thank you")
            if answers.get("comment"):
                connection.grant_bonus(work.WorkerId, work.AssignmentId, Price(0.10), "For the comment")


{"publish": publish, "review": review}[sys.argv[1]]()
