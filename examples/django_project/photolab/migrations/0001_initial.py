"""The first tables of the photo lab."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

import mturk.django


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Photo",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("address", models.URLField(unique=True)),
                ("hit", mturk.django.HITField(blank=True, null=True, unique=True)),
                ("token", models.UUIDField(default=uuid.uuid4, editable=False)),
            ],
        ),
        migrations.CreateModel(
            name="Label",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("assignment", mturk.django.AssignmentField(unique=True)),
                ("worker", mturk.django.WorkerField()),
                ("text", models.CharField(max_length=100)),
                ("decision", models.CharField(blank=True, max_length=20)),
                (
                    "photo",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="labels", to="photolab.photo"
                    ),
                ),
            ],
        ),
    ]
