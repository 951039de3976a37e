"""The mirror in the admin: to be read, and submissions to be approved or rejected after a look at what that means."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.html import format_html_join

from mturk.data.enumeration import AssignmentStatus
from mturk.django.mirror.decision import DECISIONS, Decision
from mturk.django.mirror.models import HIT, Assignment
from mturk.errors import AnswerError

MOST = 200
"""Submissions of one decision: a person can look at so many, and Django takes a form of 1,000 fields."""

if TYPE_CHECKING:
    _Admin = admin.ModelAdmin[Any]
else:
    _Admin = admin.ModelAdmin


class ReadOnly(_Admin):
    """What the service said is not edited here."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """The service makes them."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The page shows, and does not edit; who may change may view."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A row would come back with the next event."""
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever may view or change."""
        return super().has_view_permission(request, obj) or super().has_change_permission(request, obj)


@admin.register(HIT)
class HITAdmin(ReadOnly):
    """HITs."""

    list_display = ("title", "id", "status", "reward", "max_assignments", "assignments_completed", "creation_time")
    list_filter = ("status", "hit_type_id")
    search_fields = ("id", "title", "requester_annotation")


@admin.register(Assignment)
class AssignmentAdmin(ReadOnly):
    """Submissions, with what the worker answered."""

    list_display = ("id", "worker_id", "status", "submit_time", "hit")
    list_filter = ("status",)
    list_select_related = ("hit",)
    search_fields = ("id", "worker_id", "hit__id")
    exclude = ("answer_xml",)
    readonly_fields = ("answers",)
    actions = ("approve", "reject")

    @admin.display(description="answers")
    def answers(self, row: Assignment) -> str:
        """Every field and its value, as text."""
        try:
            return str(format_html_join("\n", "<p><b>{}</b>: {}</p>", list(row.answers.items())))
        except AnswerError:
            return str(row.answer_xml)

    def has_decide_permission(self, request: HttpRequest) -> bool:
        """Whoever may change submissions may decide on them."""
        return bool(admin.ModelAdmin.has_change_permission(self, request))

    @admin.action(permissions=["decide"], description="Approve the selected submissions, which pays their workers…")
    def approve(self, request: HttpRequest, rows: QuerySet[Assignment]) -> HttpResponse | None:
        """Ask, then approve."""
        return self._decide(request, rows, DECISIONS["approve"])

    @admin.action(permissions=["decide"], description="Reject the selected submissions…")
    def reject(self, request: HttpRequest, rows: QuerySet[Assignment]) -> HttpResponse | None:
        """Ask for the reason, then reject."""
        return self._decide(request, rows, DECISIONS["reject"])

    def _decide(self, request: HttpRequest, rows: QuerySet[Assignment], decision: Decision) -> HttpResponse | None:
        undecided = rows.filter(status=AssignmentStatus.SUBMITTED.value)
        form = decision.form(request.POST if "confirmed" in request.POST else None)
        if not undecided:
            self.message_user(request, "Nothing to decide: no undecided submission is selected.", messages.WARNING)
            return None
        if len(undecided) > MOST:
            told = f"Nothing decided: {len(undecided)} undecided submissions are selected, of at most {MOST} at once."
            self.message_user(request, told, messages.WARNING)
            return None
        if not form.is_valid():
            return self._confirmation(request, undecided, decision, form)
        for row in undecided:
            self._carry_out(request, row, lambda one: decision.carry_out(one, form.cleaned_data["feedback"]), decision)
        return None

    def _confirmation(
        self, request: HttpRequest, rows: QuerySet[Assignment], decision: Decision, form: Any
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": f"{decision.word.capitalize()} submissions",
            "opts": self.opts,
            "rows": rows,
            "decision": decision,
            "form": form,
            "checkbox": ACTION_CHECKBOX_NAME,
        }
        request.current_app = self.admin_site.name  # as Django's own actions do
        return TemplateResponse(request, "admin/mturk_mirror/assignment/decide.html", context)

    def _carry_out(
        self, request: HttpRequest, row: Assignment, verb: Callable[[Assignment], str | None], decision: Decision
    ) -> None:
        problem = verb(row)
        if problem:
            self.message_user(request, f"{row.id}: {problem}", messages.ERROR)
            return
        self.log_change(request, row, f"{decision.done}.")
        self.message_user(request, f"{row.id} is {decision.done}.", messages.SUCCESS)
