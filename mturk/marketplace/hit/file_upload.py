"""Files that workers uploaded. GetFileUploadURL."""

from __future__ import annotations

from typing import NoReturn

from mturk.marketplace.call import Call
from mturk.marketplace.error import ParameterValidationError
from mturk.marketplace.hit import assignment


def get_file_upload_url(call: Call, *, assignment_id: str, question_identifier: str) -> NoReturn:
    """Say that there is no file: MTurk took the answers that were files away in December 2017."""
    assignment.expect(assignment.mine(call, assignment_id), *assignment.VISIBLE)
    reason = "No answer is an uploaded file: MTurk took file upload answers away in December 2017."
    raise ParameterValidationError.of("QuestionIdentifier", question_identifier, reason)
