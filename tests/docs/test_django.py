"""The page on Django shows a site that works."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from mturk.django import conf

PAGE = (Path(__file__).parents[2] / "docs" / "django.md").read_text(encoding="utf-8")
FILES = dict(re.findall(r"^```python\n# (\S+)\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE))
SETTINGS = """
ALLOWED_HOSTS = ["testserver"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "site.sqlite3"}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes"]
MIDDLEWARE = ["django.middleware.clickjacking.XFrameOptionsMiddleware"]
ROOT_URLCONF = "urls"
SECRET_KEY = "made-up"
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates"}]
USE_TZ = True
"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """The site of the page, with what every site has besides."""
    for name, code in FILES.items():
        path = tmp_path / name.removeprefix("labsite/")
        path.parent.mkdir(exist_ok=True)
        path.write_text((SETTINGS if name == "labsite/settings.py" else "") + code)
    (tmp_path / "lab" / "__init__.py").touch()
    return tmp_path


def run(site: Path, *words: str) -> str:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "settings", "PYTHONPATH": str(site)}
    environment |= {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "made-up"}
    command = [sys.executable, "-W", "error", "-m", "django", *words]
    ran = subprocess.run(command, env=environment, cwd=site, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout + ran.stderr


def test_the_site_works(site: Path) -> None:
    assert len(FILES) == 7
    run(site, "makemigrations", "lab")
    assert "no issues" in run(site, "check", "--fail-level", "WARNING")
    assert "Ran 1 test" in run(site, "test", "lab")


def test_the_doctor_says_what_the_page_says(site: Path) -> None:
    said = run(site, "mturk_doctor")
    assert "Receiver: /mturk/events, for 1 topic" in said
    assert "Mark: mturk-events.sqlite3 in the current folder" in said


def test_every_key_of_the_settings_stands_in_the_table() -> None:
    table = PAGE.split("## The settings")[1].split("| check |")[0]
    assert set(re.findall(r"`([A-Z_]{3,})`", table)) - {
        "MTURK_ENDPOINT",
        "AWS_ENDPOINT_URL_MTURK",
        "MTURK_DATABASE",
    } == {*conf.KEYS}
