"""The settings of the sample project, with a witness."""

from __future__ import annotations

from photolab.settings import *  # noqa: F403
from photolab.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.django.witness"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
