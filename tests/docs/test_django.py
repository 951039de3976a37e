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


STRANGERS = """
from django.test import TestCase
from mturk import HITType, HTMLQuestion
from mturk.django.test import MarketplaceMixin
from lab.models import Label, Photo


class StrangersTest(MarketplaceMixin, TestCase):
    def test_strangers(self):
        page = HTMLQuestion.from_string("<input name='label'>", engine="mturk")
        types = [HITType.create(name, "Say what it is", "0.05", 600) for name in ("Ours", "Another")]
        ours, another = [each.create_hit(page, 3600) for each in types]
        Photo.objects.create(address="https://my-lab.org/7.jpg", hit=ours)
        self.submit(ours, {"label": "x" * 1_000})
        assert len(Label.objects.get().text) == Label._meta.get_field("text").max_length
        assert self.submit(another, {"label": "cat"}).status == "Submitted"
"""


def test_a_label_that_is_too_long_or_is_of_another_program_fails_no_event(site: Path) -> None:
    (site / "lab" / "strangers.py").write_text(STRANGERS)
    run(site, "makemigrations", "lab")
    assert "Ran 1 test" in run(site, "test", "lab.strangers")


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
