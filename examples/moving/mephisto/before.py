"""A study by Mephisto's own module for MTurk: `python before.py publish`, and when the work is in `review`."""

import sys

import boto3
from mephisto.abstractions.providers.mturk import mturk_utils
from omegaconf import OmegaConf

TASK = OmegaConf.create(
    {
        "task_title": "Talk about a picture",
        "task_description": "Describe a picture to somebody else",
        "task_tags": "chat,picture",
        "task_reward": 0.5,
        "assignment_duration_in_seconds": 1800,
    }
)
DONE = "picture-chat-done"
BONUSES = {"A1ADA": 0.25, "A2BOB": 0.1}


def publish(client):
    once = [{"qualification_name": DONE, "comparator": "DoesNotExist"}]
    hit_type = mturk_utils.create_hit_type(client, TASK, once)
    page = "https://chat.my-lab.org/?mode=live&unit=7"
    _, hit_id, _ = mturk_utils.create_hit_with_hit_type(client, 650, page, hit_type, num_assignments=3)
    print(hit_id)


def review(client):
    done = mturk_utils.find_or_create_qualification(client, DONE, "")
    for hits in mturk_utils.get_outstanding_hits(client).values():
        for hit in hits:
            for work in mturk_utils.get_assignments_for_hit(client, hit["HITId"]):
                worker, assignment = work["WorkerId"], work["AssignmentId"]
                if worker in BONUSES:
                    mturk_utils.approve_work(client, assignment)
                    mturk_utils.pay_bonus(client, worker, BONUSES[worker], assignment, "A good talk", f"for {worker}")
                else:
                    mturk_utils.reject_work(client, assignment, "You said nothing")
                mturk_utils.give_worker_qualification(client, worker, done)
            mturk_utils.expire_hit(client, hit["HITId"])


{"publish": publish, "review": review}[sys.argv[1]](boto3.client("mturk", region_name="us-east-1"))
