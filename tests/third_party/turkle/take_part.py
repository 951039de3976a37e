"""Two people do all tasks of turkle's site, by its own pages."""

import os

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "settings"
django.setup()

from django.contrib.auth.models import User  # noqa: E402 - Django has to be set up before
from django.test import Client  # noqa: E402 - Django has to be set up before
from turkle.models import Batch, Task, TaskAssignment  # noqa: E402 - Django has to be set up before

for name, animal in (("A1ADA", "cat"), ("A2BOB", "dog")):
    person = Client()
    person.force_login(User.objects.get(username=name), "django.contrib.auth.backends.ModelBackend")
    for task in Task.objects.all():
        person.post(f"/batch/{Batch.objects.get().id}/accept_task/{task.id}/")
        held = TaskAssignment.objects.get(task=task, assigned_to__username=name)
        answers = {"animal": animal, "where": f"by {name}, <there>"}
        person.post(f"/task/{task.id}/assignment/{held.id}/", answers)
