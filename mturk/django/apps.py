"""The Django app: its label, its checks, and the connection that models find when nobody called `connect`."""

from __future__ import annotations

from django.apps import AppConfig
from django.core import checks

from mturk.connection.connection import make_by
from mturk.django import process
from mturk.django.checks import check


class MTurkConfig(AppConfig):
    """`INSTALLED_APPS = ["mturk.django"]`."""

    name = "mturk.django"
    label = "mturk"
    verbose_name = "Mechanical Turk"

    def ready(self) -> None:
        """Have the default connection, and what listens on it, made by the settings on first use."""
        make_by(process.make_connection, process.make_events)
        checks.register(check, "mturk")
