"""Addresses of the lab."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

urlpatterns = [path("mturk/", include("mturk.django.urls")), path("admin/", admin.site.urls)]
