"""One Django site for all tests here, with a database file of its own for each process of pytest."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import django
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections, transaction

from mturk.connection.connection import make_by

FOLDER = tempfile.TemporaryDirectory(prefix="mturk-django-")

settings.configure(
    ALLOWED_HOSTS=["testserver", "127.0.0.1"],
    BASE_DIR=Path(FOLDER.name),
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": Path(FOLDER.name) / "site.sqlite3",
            "OPTIONS": {"timeout": 20},
        }
    },
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    INSTALLED_APPS=[
        "django.contrib.admin",
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.messages",
        "django.contrib.sessions",
        "mturk.django",
        "mturk.django.mirror",
        "tests.django.lab",
    ],
    LOGGING_CONFIG=None,
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ],
    PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
    ROOT_URLCONF="tests.django.lab.urls",
    SECRET_KEY="made-up",
    TEMPLATES=[
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
    ],
    USE_TZ=True,
)
django.setup()


@pytest.fixture(autouse=True)
def _app(_clean_environment: None) -> None:
    """What the app does when a process starts; the fixture that cleans up takes it back."""
    from mturk.django import process

    make_by(process.make_connection, process.make_events)


@pytest.fixture(scope="session")
def _tables() -> Iterator[None]:
    call_command("migrate", verbosity=0, run_syncdb=True)
    yield
    connections.close_all()


@pytest.fixture
def db(_tables: None) -> Iterator[None]:
    """The site's database; what a test writes is taken back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def shared_db(_tables: None) -> Iterator[None]:
    """The site's database for tests with several threads; all that was written is deleted afterwards."""
    yield
    call_command("flush", verbosity=0, interactive=False)
