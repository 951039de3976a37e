"""GetFileUploadURL, whose kind of answer was withdrawn."""

from __future__ import annotations

from mturk.marketplace import Marketplace
from tests.marketplace.conftest import Client, Connect, Publish, Refused, Work


def test_no_answer_is_an_uploaded_file(client: Client, publish: Publish, work: Work, refused: Refused) -> None:
    assignment_id = work(publish()["HITId"])
    error = refused(client.get_file_upload_url, AssignmentId=assignment_id, QuestionIdentifier="label")
    assert (error["__type"], error["Parameter"]) == ("ParameterValidationError", "QuestionIdentifier")
    assert error["Message"].startswith('The value "label" is not valid for the parameter QuestionIdentifier. ')


def test_the_assignment_must_be_ones_own(
    client: Client, market: Marketplace, connect: Connect, publish: Publish, work: Work, refused: Refused
) -> None:
    assignment_id = work(publish()["HITId"])
    other = connect(market, "somebody else")
    for asked, name in ((other, assignment_id), (client, "3NOSUCH")):
        error = refused(asked.get_file_upload_url, AssignmentId=name, QuestionIdentifier="label")
        assert error["TurkErrorCode"] == "AWS.MechanicalTurk.AssignmentDoesNotExist"


def test_the_assignment_must_be_submitted(
    client: Client, market: Marketplace, publish: Publish, refused: Refused
) -> None:
    assignment_id = market.worker("A1").accept(publish()["HITId"])
    error = refused(client.get_file_upload_url, AssignmentId=assignment_id, QuestionIdentifier="label")
    assert error["TurkErrorCode"] == "AWS.MechanicalTurk.InvalidAssignmentState"
