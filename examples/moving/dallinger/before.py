"""A study by Dallinger's own module for MTurk: `python before.py publish`, and when the work is in `review`."""

import os
import sys

from dallinger.mturk import MTurkQualificationRequirements, MTurkQuestions, MTurkService

BONUSES = {"A1ADA": 0.25, "A2BOB": 0.10}  # what the experiment's bonus() says
TOOK_PART = "Took part in bartlett1932"


def publish(service):
    took_part = service.create_qualification_type(TOOK_PART, "They have read the story already")
    hit = service.create_hit(
        experiment_id="bartlett1932",
        title="Read a story",
        description="Read a story, and tell it again from memory",
        keywords=["memory", "reading"],
        reward=0.5,
        duration_hours=1,
        lifetime_days=1,
        question=MTurkQuestions.external("https://story.my-lab.org/ad?recruiter=mturk"),
        max_assignments=3,
        annotation="bartlett1932",
        qualifications=[
            MTurkQualificationRequirements.min_approval(95),
            MTurkQualificationRequirements.must_not_have(took_part["id"]),
        ],
        do_subscribe=False,  # a topic of Amazon's SNS
    )
    print(hit["id"])


def review(service):
    for hit in service.get_hits(lambda hit: hit["annotation"] == "bartlett1932"):
        works = service.mturk.list_assignments_for_hit(HITId=hit["id"])["Assignments"]
        for work in works:
            service.increment_named_qualification_score(TOOK_PART, work["WorkerId"])
            if work["WorkerId"] in BONUSES:
                service.grant_bonus(work["AssignmentId"], BONUSES[work["WorkerId"]], "Thank you")
        service.expire_hit(hit["id"])


keys = os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"]
{"publish": publish, "review": review}[sys.argv[1]](MTurkService(*keys, "us-east-1", sandbox=False))
