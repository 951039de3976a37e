"""A session by oTree's own module for MTurk: `python before.py publish`, and when the work is in `review`.

oTree does this when you press Publish, and pay and reject, on the session's MTurk tab.
"""

import sys
from pathlib import Path

from otree.mturk_client import TurkClient

SESSION = "k7xq2"
PAYOFFS = {"A1ADA": "0.25", "A2BOB": "0.10"}


def publish():
    terms = {
        "Title": "Play a game",
        "Description": "A game for two about trust",
        "Keywords": "game, decision",
        "MaxAssignments": 3,
        "Reward": "0.5",
        "AssignmentDurationInSeconds": 60 * 60,
        "LifetimeInSeconds": 24 * 60 * 60,
        "UniqueRequestToken": f"otree_{SESSION}",
        "Question": Path("question.xml").read_text(),
        "QualificationRequirements": [
            {
                "QualificationTypeId": "00000000000000000071",
                "Comparator": "EqualTo",
                "LocaleValues": [{"Country": "US"}],
            }
        ],
    }
    Path("hit_id").write_text(TurkClient.create_hit(terms, use_sandbox=False)["HIT"]["HITId"])


def submitted(hit_id):
    asked = {"HITId": hit_id, "MaxResults": 100, "AssignmentStatuses": ["Submitted"]}
    while page := TurkClient.list_assignments_for_hit(asked, use_sandbox=False):
        if not page["Assignments"]:
            return
        yield from page["Assignments"]
        asked["NextToken"] = page["NextToken"]


def review():
    hit_id = Path("hit_id").read_text()
    for work in list(submitted(hit_id)):
        assignment, worker = {"AssignmentId": work["AssignmentId"]}, work["WorkerId"]
        if worker in PAYOFFS:
            token = {"UniqueRequestToken": f"{worker}_{work['AssignmentId']}"}
            bonus = {"WorkerId": worker, "BonusAmount": PAYOFFS[worker], "Reason": "Thank you", **token}
            TurkClient.send_bonus({**assignment, **bonus}, use_sandbox=False)
            TurkClient.approve_assignment(assignment, use_sandbox=False)
        else:
            TurkClient.reject_assignment({**assignment, "RequesterFeedback": ""}, use_sandbox=False)
    TurkClient.update_expiration({"HITId": hit_id, "ExpireAt": 1420070400}, use_sandbox=False)


{"publish": publish, "review": review}[sys.argv[1]]()
