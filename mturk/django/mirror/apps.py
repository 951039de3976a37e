"""The app that mirrors HITs and submissions into the site's own database."""

from __future__ import annotations

from django.apps import AppConfig


class MirrorConfig(AppConfig):
    """`INSTALLED_APPS = ["mturk.django", "mturk.django.mirror"]`."""

    name = "mturk.django.mirror"
    label = "mturk_mirror"
    verbose_name = "Mechanical Turk: HITs and submissions"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Keep the mirror by every event that this process handles."""
        from mturk.django.mirror.reflection import reflect
        from mturk.django.signals import event

        event.connect(reflect, dispatch_uid="mturk.django.mirror")
