"""What a person may decide on submissions in the admin: approve them or reject them, with a word to the worker."""

from __future__ import annotations

from collections.abc import Callable

import attrs
from django import forms

from mturk.django.mirror.models import Assignment
from mturk.django.mirror.reflection import look_at_assignment
from mturk.errors import MTurkError

_MOST = 1024


class Feedback(forms.Form):
    """A word to the worker."""

    feedback = forms.CharField(
        label="Feedback to the workers", required=False, max_length=_MOST, widget=forms.Textarea(attrs={"rows": 3})
    )


class Reason(forms.Form):
    """Why: the worker reads it, and the service wants one."""

    feedback = forms.CharField(
        label="Reason, which the workers read", max_length=_MOST, widget=forms.Textarea(attrs={"rows": 3})
    )


@attrs.frozen
class Decision:
    """One of the two: its word, what it means, and the form that asks for the rest."""

    word: str
    done: str
    warning: str
    form: type[forms.Form]

    def carry_out(self, row: Assignment, feedback: str) -> str | None:
        """Do it, and keep what the service then says; what went wrong, if something did. Two calls."""
        record = row.record
        problem = _problem(
            lambda: record.approve(feedback or None) if self.word == "approve" else record.reject(feedback)
        )
        # Also after a refusal, which mostly means that somebody decided elsewhere.
        unseen = _problem(lambda: look_at_assignment(row.id, row.hit.id, record.connection))
        return problem or unseen


def _problem(step: Callable[[], None]) -> str | None:
    try:
        step()
    except MTurkError as error:
        return str(error)
    return None


DECISIONS = {
    "approve": Decision("approve", "approved", "Their workers are paid, and that cannot be taken back.", Feedback),
    "reject": Decision("reject", "rejected", "Their workers are not paid, and it counts in their record.", Reason),
}
