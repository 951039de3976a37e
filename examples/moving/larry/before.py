"""Labels of pictures by larry: `python before.py publish`, and when the work is in `python before.py review`."""

import sys

import larry as lry

PAGE = "https://pictures.my-lab.org/label?picture=%d"
LABELS = ("cat", "dog", "bird")

lry.mturk.use_production()


def publish():
    hit_type_id = lry.mturk.create_hit_type(
        title="Label a picture",
        description="Say in one word what it shows",
        reward="0.05",
        assignment_duration=600,
        auto_approval_delay=259200,
        keywords="picture, label",
        qualification_requirements=[lry.mturk.build_locale_requirement("EqualTo", locale="US")],
    )
    for picture in (1, 2):
        hit = lry.mturk.create_hit(
            hit_type_id=hit_type_id,
            question=lry.mturk.render_external_question(PAGE % picture, 600),
            lifetime=86400,
            max_assignments=3,
            annotation="picture-%d" % picture,
        )
        print(hit.hit_id)


def review():
    for hit in list(lry.mturk.list_hits()):
        for work in list(lry.mturk.list_assignments_for_hit(hit.hit_id, approved=False, rejected=False)):
            if work.answer.get("label") not in LABELS:
                reason = "The label is none of the three"
                lry.mturk.client.reject_assignment(AssignmentId=work.assignment_id, RequesterFeedback=reason)
                continue
            print(hit.hit_id, work.worker_id, work.answer["label"])
            lry.mturk.approve(work.assignment_id, "Thank you")
            if work.answer.get("comment"):
                lry.mturk.client.send_bonus(
                    WorkerId=work.worker_id,
                    AssignmentId=work.assignment_id,
                    BonusAmount="0.10",
                    Reason="For the comment",
                    UniqueRequestToken=work.assignment_id,
                )


{"publish": publish, "review": review}[sys.argv[1]]()
