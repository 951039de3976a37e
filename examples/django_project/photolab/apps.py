"""The photo lab as an app."""

from __future__ import annotations

from django.apps import AppConfig


class PhotoLabConfig(AppConfig):
    """Connects the receivers of events when a process starts, so that each process can handle them."""

    name = "photolab"

    def ready(self) -> None:
        """Import the module with the receivers."""
        from photolab import receivers  # noqa: F401 - importing it connects them
