"""The first tables of the mirror."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="HIT",
            fields=[
                ("id", models.CharField(max_length=64, primary_key=True, serialize=False, verbose_name="HIT id")),
                ("hit_type_id", models.CharField(db_index=True, max_length=64, verbose_name="type")),
                ("group_id", models.CharField(blank=True, max_length=64, verbose_name="group")),
                ("title", models.CharField(max_length=128)),
                ("reward", models.DecimalField(decimal_places=2, max_digits=12)),
                ("status", models.CharField(db_index=True, max_length=20)),
                ("requester_annotation", models.TextField(blank=True, verbose_name="annotation")),
                ("max_assignments", models.PositiveIntegerField()),
                ("assignments_pending", models.PositiveIntegerField(verbose_name="at work")),
                ("assignments_available", models.PositiveIntegerField(verbose_name="available")),
                ("assignments_completed", models.PositiveIntegerField(verbose_name="decided")),
                ("creation_time", models.DateTimeField(verbose_name="created")),
                ("expiration", models.DateTimeField()),
                ("asked_at", models.DateTimeField(help_text="When the service was asked.", verbose_name="as of")),
                ("reconciled", models.CharField(blank=True, editable=False, max_length=100)),
            ],
            options={
                "verbose_name": "HIT",
                "verbose_name_plural": "HITs",
                "ordering": ("-creation_time", "id"),
            },
        ),
        migrations.CreateModel(
            name="Assignment",
            fields=[
                (
                    "id",
                    models.CharField(max_length=64, primary_key=True, serialize=False, verbose_name="assignment id"),
                ),
                ("worker_id", models.CharField(db_index=True, max_length=64, verbose_name="worker")),
                ("status", models.CharField(db_index=True, max_length=20)),
                ("answer_xml", models.TextField(blank=True, verbose_name="answer")),
                ("requester_feedback", models.TextField(blank=True, verbose_name="feedback")),
                ("accept_time", models.DateTimeField(blank=True, null=True, verbose_name="accepted")),
                ("submit_time", models.DateTimeField(blank=True, null=True, verbose_name="submitted")),
                (
                    "auto_approval_time",
                    models.DateTimeField(blank=True, null=True, verbose_name="approved by itself at"),
                ),
                ("approval_time", models.DateTimeField(blank=True, null=True, verbose_name="approved")),
                ("rejection_time", models.DateTimeField(blank=True, null=True, verbose_name="rejected")),
                ("asked_at", models.DateTimeField(help_text="When the service was asked.", verbose_name="as of")),
                (
                    "hit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="assignments",
                        to="mturk_mirror.hit",
                        verbose_name="HIT",
                    ),
                ),
            ],
            options={
                "ordering": ("submit_time", "id"),
            },
        ),
    ]
