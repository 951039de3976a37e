"""Addresses of the app: `path("mturk/", include("mturk.django.urls"))`."""

from __future__ import annotations

from django.urls import path

from mturk.django import views

app_name = "mturk"
urlpatterns = [path("events", views.receive, name="receive")]
