"""The HITs that benchmarks publish: one that is a page, and one that is a form."""

from __future__ import annotations

from typing import Any

SCHEMAS = "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas"
PAGE = (
    "<!DOCTYPE html><form method='post' action='https://www.mturk.com/mturk/externalSubmit'>"
    "<input type='hidden' name='assignmentId'><input name='label'>"
    f"{'<p>Say what is in the picture.</p>' * 20}</form>"
)
HTML = (
    f'<HTMLQuestion xmlns="{SCHEMAS}/2011-11-11/HTMLQuestion.xsd"><HTMLContent><![CDATA[{PAGE}]]></HTMLContent>'
    "<FrameHeight>0</FrameHeight></HTMLQuestion>"
)
FORM = (
    f'<QuestionForm xmlns="{SCHEMAS}/2017-11-06/QuestionForm.xsd"><Question><QuestionIdentifier>label'
    "</QuestionIdentifier><IsRequired>true</IsRequired><QuestionContent><Text>What is in the picture?</Text>"
    "</QuestionContent><AnswerSpecification><FreeTextAnswer/></AnswerSpecification></Question></QuestionForm>"
)
NEW_HIT: dict[str, Any] = {
    "Title": "Label a photo",
    "Description": "Say what is in the picture",
    "Reward": "0.01",
    "AssignmentDurationInSeconds": 600,
    "LifetimeInSeconds": 86400 * 30,
    "MaxAssignments": 12,
    "Question": HTML,
}
FORM_HIT: dict[str, Any] = {
    "Title": "Label a photo",
    "Description": "Say what is in the picture, in a word or two. " * 5,
    "Keywords": "image, label, short",
    "Reward": "0.05",
    "AssignmentDurationInSeconds": 3600,
    "LifetimeInSeconds": 86400 * 300,
    "MaxAssignments": 3,
    "Question": FORM,
    "QualificationRequirements": [
        {"QualificationTypeId": "000000000000000000L0", "Comparator": "GreaterThanOrEqualTo", "IntegerValues": [90]}
    ],
}
