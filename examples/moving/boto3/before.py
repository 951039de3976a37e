"""Labels of pictures by boto3: `python before.py publish`, and when the work is in `python before.py review`."""

import sys
import xml.etree.ElementTree as ElementTree

import boto3

client = boto3.client("mturk", endpoint_url="https://mturk-requester.us-east-1.amazonaws.com", region_name="us-east-1")

LABELS = ("cat", "dog", "bird")
QUESTION = """
<ExternalQuestion xmlns="http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2006-07-14/ExternalQuestion.xsd">
  <ExternalURL>https://pictures.my-lab.org/label?picture={}</ExternalURL>
  <FrameHeight>600</FrameHeight>
</ExternalQuestion>
"""
ANSWERS = "{http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2005-10-01/QuestionFormAnswers.xsd}"


def publish():
    hit_type = client.create_hit_type(
        Title="Label a picture",
        Description="Say in one word what it shows",
        Keywords="picture, label",
        Reward="0.05",
        AssignmentDurationInSeconds=600,
        AutoApprovalDelayInSeconds=259200,
        QualificationRequirements=[
            {
                "QualificationTypeId": "00000000000000000071",
                "Comparator": "EqualTo",
                "LocaleValues": [{"Country": "US"}],
            }
        ],
    )
    for picture in (1, 2):
        hit = client.create_hit_with_hit_type(
            HITTypeId=hit_type["HITTypeId"],
            Question=QUESTION.format(picture),
            MaxAssignments=3,
            LifetimeInSeconds=86400,
            RequesterAnnotation="picture-%d" % picture,
        )
        print(hit["HIT"]["HITId"])


def pages(operation, key, **arguments):
    answer = operation(**arguments)
    while answer[key]:
        yield from answer[key]
        if "NextToken" not in answer:
            break
        answer = operation(NextToken=answer["NextToken"], **arguments)


def answers_of(assignment):
    root = ElementTree.fromstring(assignment["Answer"])
    return {
        answer.findtext(ANSWERS + "QuestionIdentifier"): answer.findtext(ANSWERS + "FreeText")
        for answer in root.findall(ANSWERS + "Answer")
    }


def review():
    for hit in list(pages(client.list_reviewable_hits, "HITs")):
        submitted = {"HITId": hit["HITId"], "AssignmentStatuses": ["Submitted"]}
        for assignment in list(pages(client.list_assignments_for_hit, "Assignments", **submitted)):
            answers = answers_of(assignment)
            if answers.get("label") not in LABELS:
                reason = "The label is none of the three"
                client.reject_assignment(AssignmentId=assignment["AssignmentId"], RequesterFeedback=reason)
                continue
            print(hit["HITId"], assignment["WorkerId"], answers["label"])
            client.approve_assignment(AssignmentId=assignment["AssignmentId"], RequesterFeedback="Thank you")
            if answers.get("comment"):
                client.send_bonus(
                    WorkerId=assignment["WorkerId"],
                    AssignmentId=assignment["AssignmentId"],
                    BonusAmount="0.10",
                    Reason="For the comment",
                    UniqueRequestToken=assignment["AssignmentId"],
                )


{"publish": publish, "review": review}[sys.argv[1]]()
