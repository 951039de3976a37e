"""Settings of the photo lab. What differs between a laptop and a server is read from the environment."""

from __future__ import annotations

import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(os.environ.get("PHOTOLAB_DATA") or Path(__file__).parents[1])

# Where workers' browsers, and the marketplace, find this site.
SITE_URL = os.environ.get("PHOTOLAB_URL", "http://127.0.0.1:8000")

MTURK = {
    # "local" is a marketplace in this process; on AWS "sandbox" or "production".
    "ENDPOINT": os.environ.get("MTURK_ENDPOINT", "local"),
    # ARNs of the topics that may post events to /mturk/events, and whose certificates are believed beside AWS's.
    "TOPICS": os.environ.get("PHOTOLAB_TOPICS", "").split(),
    "CERTIFICATES": os.environ.get("PHOTOLAB_CERTIFICATES", "").split(),
    # Where a poll tells of submissions, it looks at those of all HITs of the account.
    "WATCH": ["all"],
    "ALLOWED_HOSTS": os.environ.get("PHOTOLAB_WORKER_SITES", "").split(),
}

# Where it has a host's name of its own others reach it: they are shown no settings, and know no key.
DEBUG = os.environ.get("PHOTOLAB_DEBUG", "no" if "PHOTOLAB_HOSTS" in os.environ else "yes") == "yes"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SITE_URL.startswith("https://")
# Processes of one site need the same key, which nobody else knows.
SECRET_KEY = os.environ.get("PHOTOLAB_SECRET_KEY") or ("insecure: for trying out" if DEBUG else "")
if not SECRET_KEY:
    raise ImproperlyConfigured("Set PHOTOLAB_SECRET_KEY, to something long that nobody can guess.")
ALLOWED_HOSTS = os.environ.get("PHOTOLAB_HOSTS", "127.0.0.1 localhost testserver").split()

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "mturk.django",
    "mturk.django.mirror",
    "photolab",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": BASE_DIR / "photolab.sqlite3",
        "OPTIONS": {"timeout": 30},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ROOT_URLCONF = "photolab.urls"
WSGI_APPLICATION = "photolab.wsgi.application"
LOGIN_REDIRECT_URL = "review"
STATIC_URL = "static/"
USE_TZ = True
