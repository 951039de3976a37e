"""Addresses of the files that workers uploaded. GetFileUploadURL."""

from __future__ import annotations

from mturk.marketplace.call import Answer, Call
from mturk.marketplace.error import ParameterValidationError
from mturk.marketplace.hit import assignment, upload


def get_file_upload_url(call: Call, *, assignment_id: str, question_identifier: str) -> Answer:
    """An address, good for a minute, at which a file that came with an answer can be had."""
    assignment_row = assignment.mine(call, assignment_id)
    assignment.expect(assignment_row, *assignment.VISIBLE)
    upload_row = upload.of_answer(call, assignment_row.number, question_identifier)
    if upload_row is None:
        reason = "The answer to this question is not an uploaded file."
        raise ParameterValidationError.of("QuestionIdentifier", question_identifier, reason)
    return {"FileUploadURL": f"{call.address}{upload.path(call, upload_row)}"}
