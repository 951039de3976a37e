"""The same study without Mephisto's module: `python after.py publish`, and when the work is in `review`."""

import sys
from datetime import timedelta

import mturk
from mturk import ExternalQuestion, HITType, QualificationType
from mturk.requirements import locale

DONE = "picture-chat-done"
BONUSES = {"A1ADA": "0.25", "A2BOB": "0.10"}


def talks(done):
    return HITType.create(
        "Talk about a picture", "Describe a picture to somebody else", "0.50", timedelta(minutes=30),
        keywords=["chat", "picture"], auto_approval_delay=timedelta(days=7),
        qualification_requirements=[
            done.does_not_exist().guarding("DiscoverPreviewAndAccept"),
            locale.is_in("US", "CA", "GB", "AU", "NZ").guarding("DiscoverPreviewAndAccept"),
        ],
    )  # fmt: skip


def publish():
    done = QualificationType.create(DONE, "Qualification required for Mephisto-launched tasks")
    page = ExternalQuestion("https://chat.my-lab.org/?mode=live&unit=7", 650)
    print(talks(done).create_hit(page, timedelta(days=31), max_assignments=3).id)


def review():
    (done,) = QualificationType.search(DONE, mine=True)
    for hit in talks(done).hits():
        for work in hit.assignments(status="Submitted"):
            if work.worker_id in BONUSES:
                work.pay_bonus(BONUSES[work.worker_id], "A good talk")
                work.approve()
            else:
                work.reject("You said nothing")
            done.grant(work.worker_id, 1)
        hit.expire()


mturk.connect()
{"publish": publish, "review": review}[sys.argv[1]]()
