"""A study by psiTurk's own module for MTurk: `python before.py publish`, and when the work is in `review`."""

import sys
from datetime import timedelta

from psiturk.amt_services import MTurkServices

STUDY = {
    "title": "Name the colours",
    "description": "Say in which colour each word is written",
    "keywords": "psychology, perception",
    "reward": "0.50",
    "max_assignments": 3,
    "duration": timedelta(hours=1),
    "lifetime": timedelta(days=1),
    "ad_location": "https://stroop.my-lab.org/pub?mode=live",
    "approve_requirement": 95,
    "number_hits_approved": 0,
    "us_only": True,
    "require_master_workers": False,
    "require_qualification_ids": [],
    "block_qualification_ids": [],
    "advanced_qualifications": [],
}
EARNED = {"A1ADA": "0.25", "A2BOB": "0.10"}  # as the study's own database says


def publish(services):
    made = services.create_hit(STUDY)
    if not made.success:
        raise made.exception
    print(made.data["HITId"])


def review(services):
    for hit in services.get_all_hits().data:
        for work in services.get_assignments("Submitted", hit.options["hitid"]).data:
            if work["workerId"] in EARNED:
                services.approve_assignment(work["assignmentId"])
                amount = EARNED[work["workerId"]]
                services.bonus_assignment(work["assignmentId"], work["workerId"], amount, "For right answers")
            else:
                services.reject_assignment(work["assignmentId"])
        services.expire_hit(hit.options["hitid"])


{"publish": publish, "review": review}[sys.argv[1]](MTurkServices(mode="live"))
