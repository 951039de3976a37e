"""The Django app: its label, its checks, and the connection that models find when nobody called `connect`."""

from __future__ import annotations

from django.apps import AppConfig
from django.core import checks

from mturk.connection.connection import make_default_by
from mturk.django import process
from mturk.django.checks import check


class MTurkConfig(AppConfig):
    """`INSTALLED_APPS = ["mturk.django"]`."""

    name = "mturk.django"
    label = "mturk"
    verbose_name = "Mechanical Turk"

    def ready(self) -> None:
        """Have the default connection made by the settings, on its first use."""
        make_default_by(process.make_connection)
        checks.register(check, "mturk")
