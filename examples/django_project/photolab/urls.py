"""Addresses of the photo lab."""

from __future__ import annotations

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from photolab import views

urlpatterns = [
    path("task/<int:pk>/", views.task, name="task"),
    path("", views.review, name="review"),
    path("labels/<int:pk>/decide", views.decide, name="decide"),
    path("accounts/", include("django.contrib.auth.urls")),
    path("admin/", admin.site.urls),
]
if settings.MTURK["TOPICS"]:
    urlpatterns.append(path("mturk/", include("mturk.django.urls")))
