"""The page that workers see, and the page on which their work is reviewed."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from mturk import MTurkError
from mturk.django import task_page
from photolab.models import Label, Photo

BONUS = ("0.05", "For careful work")


@task_page
def task(request: HttpRequest, pk: int) -> HttpResponse:
    """The page of the ExternalQuestion, which MTurk shows in a frame; `request.task` says who asks."""
    return render(request, "photolab/task.html", {"photo": get_object_or_404(Photo, pk=pk)})


@login_required
def review(request: HttpRequest) -> HttpResponse:
    """What is not decided yet."""
    labels = Label.objects.filter(decision="").select_related("photo")
    return render(request, "photolab/review.html", {"labels": labels, "bonus": BONUS[0]})


@require_POST
@permission_required("photolab.change_label", raise_exception=True)
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve, approve with a bonus, or reject. Doing it twice pays once."""
    label = get_object_or_404(Label, pk=pk)
    decision = request.POST.get("decision")
    try:
        if decision == "reject":
            label.assignment.reject(request.POST.get("reason") or "The label does not fit the photo.")
        elif decision in ("approve", "bonus"):
            if label.assignment.status != "Approved":  # as before a bonus for which there was no money
                label.assignment.approve()
            if decision == "bonus":
                label.assignment.pay_bonus(*BONUS)
        else:
            return HttpResponse("decision: expected approve, bonus or reject", status=400)
    except MTurkError as error:
        messages.error(request, str(error))
        return redirect("review")
    label.decision = "rejected" if decision == "reject" else "approved"
    label.save(update_fields=["decision"])
    return redirect("review")
