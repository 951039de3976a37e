"""Addresses of a site that takes no messages."""

from __future__ import annotations

urlpatterns: list[object] = []
