"""The lab's pages in the admin."""

from __future__ import annotations

from django.contrib import admin

from tests.django.lab.models import Photo

admin.site.register(Photo)
