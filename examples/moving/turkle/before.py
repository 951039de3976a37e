"""A batch on turkle's own models: `python before.py publish`, and when the work is in `review`, which writes its CSV.

turkle does this when you press Publish, and CSV results, on its pages for administrators.
"""

import os
import sys
from pathlib import Path

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "settings"
django.setup()

from django.contrib.auth.models import User  # noqa: E402 - Django has to be set up before
from django.core.management import call_command  # noqa: E402 - Django has to be set up before
from turkle.models import Batch, Project  # noqa: E402 - Django has to be set up before


def publish():
    call_command("migrate", verbosity=0)
    owner, *_ = [User.objects.create_user(name) for name in ("owner", "A1ADA", "A2BOB")]
    project = Project(
        name="Animals", html_template=Path("page.html").read_text(), assignments_per_task=2,
        created_by=owner, updated_by=owner,
    )  # fmt: skip
    project.full_clean()
    project.save()
    batch = Batch.objects.create(project=project, name="Round 1", filename="rows.csv", assignments_per_task=2)
    with open("rows.csv", newline="") as rows:
        print(batch.create_tasks_from_csv(rows))


def review():
    with open("results.csv", "w", newline="") as results:
        Batch.objects.get(name="Round 1").to_csv(results)


{"publish": publish, "review": review}[sys.argv[1]]()
