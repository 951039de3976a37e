"""A page that workers can submit, as short as one can be."""

from __future__ import annotations

PAGE = (
    "<!DOCTYPE html><form method='post' action='https://www.mturk.com/mturk/externalSubmit'>"
    "<input type='hidden' name='assignmentId'><input name='label'></form>"
)
