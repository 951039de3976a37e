"""`task.toml`: what it may say, and that each mistake is told with its line."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from mturk import ConfigurationError, requirements
from mturk.cli.batch import new_folder, task_settings
from mturk.cli.batch.task_settings import Task

LEAST = """
title = "Label a photo"
description = "Say what is in it"
reward = "0.05"
assignment_duration = "10m"
lifetime = "2d"
"""


def read(tmp_path: Path, text: str) -> Task:
    path = tmp_path / "task.toml"
    path.write_text(text, encoding="utf-8")
    return task_settings.read(path)


def refused(tmp_path: Path, text: str) -> str:
    with pytest.raises(ConfigurationError) as caught:
        read(tmp_path, text)
    return str(caught.value).replace(f"{tmp_path}/", "")


def test_the_least_task_has_the_usual_values(tmp_path: Path) -> None:
    task = read(tmp_path, LEAST)
    assert (task.reward, task.assignments, task.lifetime) == (Decimal("0.05"), 1, timedelta(days=2))
    assert (task.rows, task.page, task.engine, task.place) == ("rows.csv", "page.html", "mturk", None)


def test_the_example_is_right_also_with_all_that_it_leaves_out(tmp_path: Path) -> None:
    text = new_folder.example("task.toml").decode()
    whole = "\n".join(line.removeprefix("# ") if " = " in line else line for line in text.splitlines())
    task = read(tmp_path, whole)
    assert (task.key, task.split, task.profile, task.annotation) == ("id", True, "lab", "messages {row}")
    for name in task_settings._KINDS:
        assert f"{name} = " in text


@pytest.mark.parametrize(
    ("written", "amount"), [('"0.05"', "0.05"), ("0.05", "0.05"), ("0.29", "0.29"), ("1", "1"), ('"1.10"', "1.10")]
)
def test_an_amount_is_exactly_what_is_written(tmp_path: Path, written: str, amount: str) -> None:
    assert read(tmp_path, LEAST.replace('"0.05"', written)).reward == Decimal(amount)


def test_requirements_are_read(tmp_path: Path) -> None:
    task = read(tmp_path, LEAST + 'requirements = ["percent_approved >= 95", "masters"]')
    assert task.requirements == (requirements.percent_approved >= 95, requirements.masters.exists())


def test_a_byte_order_mark_of_an_editor_does_no_harm(tmp_path: Path) -> None:
    assert read(tmp_path, "\ufeff" + LEAST).title == "Label a photo"


@pytest.mark.parametrize("written", ["utf-8", "UTF-8", "utf8", "utf_8"])
def test_a_table_in_utf_8_may_have_a_byte_order_mark(tmp_path: Path, written: str) -> None:
    assert read(tmp_path, f'{LEAST}encoding = "{written}"').encoding == "utf-8-sig"


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ('titel = "Label"', "task.toml, line 7: 'titel' is no setting; did you mean title?"),
        ("assignment = 3", "line 7: 'assignment' is no setting; did you mean assignments?"),
        ("colour = 3", "line 7: 'colour' is no setting; there are place, profile,"),
        ('endpoint = "sandbox"', "line 7: 'endpoint' is no setting; write place"),
        ("percent_approved = 95", 'write requirements = ["percent_approved >= 95"]'),
        ('secret_key = "hunter2"', "keys come from the environment or from AWS's files"),
        ("[task]\nassignments = 3", "line 7: 'task' is no setting"),
        ("assignments = 0", "line 7: assignments must be from 1 to"),
        ('assignments = "3"', "line 7: assignments must be an int, not '3'"),
        ("assignments = true", "line 7: assignments must be an int, not True"),
        ("assignments = 3.0", "line 7: assignments must be an int"),
        ('split = "yes"', "line 7: split: 'yes'; expected true or false"),
        ('place = "prodction"', "line 7: place: 'prodction' is no place; did you mean 'production'? Expected"),
        ('place = ""', "place must have at least 1 character"),
        ('engine = "liquid"', 'engine: \'liquid\'; expected "mturk" or "jinja"'),
        ('encoding = "excel"', "encoding: 'excel' is not known"),
        ("encoding = 8", "encoding must be a str"),
        ('auto_approval_delay = "40d"', "line 7: auto_approval_delay must be from 0 to 2592000 seconds"),
        ('keywords = ["a,b"]', "a keyword must be a text without a comma"),
        ("requirements = 95", "requirements: 95; expected a list"),
        ("requirements = [95]", "requirements: 95 is no condition"),
        ('requirements = ["percent >= 95"]', "requirements: 'percent' is neither masters"),
        ('requirements = ["masters", "adult"' + ', "masters"' * 9 + "]", "has 11 entries, the limit is 10"),
        ("rows = 3", "rows must be a str"),
        ('key = ""', "key must have at least 1 character"),
        ('title = "Again"', "task.toml is no TOML: Cannot overwrite a value (at line 7"),
        ("annotation = messages", "task.toml is no TOML: Invalid value (at line 7"),
        ('keywords = ["image"', "task.toml is no TOML: Unclosed array (at "),
    ],
)
def test_a_wrong_setting_is_told_with_its_line(tmp_path: Path, setting: str, said: str) -> None:
    words = refused(tmp_path, f"{LEAST}{setting}\n")
    assert said in words
    assert "hunter2" not in words


@pytest.mark.parametrize(
    ("reward", "said"),
    [
        ('"0,05"', "line 4: reward must be a plain amount in US dollars such as \"0.05\", not '0,05'"),
        ("0,05", "is no TOML: Expected newline or end of document after a statement (at line 4, column 11)"),
        ('"$0.05"', "line 4: reward must be a plain amount"),
        ('"0.005"', "line 4: reward must be a whole number of cents"),
        ("0.005", "line 4: reward must be a whole number of cents"),
        ("-1", "line 4: reward must be 0 or more"),
        ("nan", "line 4: reward must be 0 or more"),
        ("inf", "line 4: reward must be 0 or more"),
        ("true", "line 4: reward must be an amount"),
    ],
)
def test_a_reward_that_is_no_amount_is_told(tmp_path: Path, reward: str, said: str) -> None:
    assert said in refused(tmp_path, LEAST.replace('"0.05"', reward))


@pytest.mark.parametrize(
    ("lifetime", "said"),
    [
        ('"2 days"', "line 6: lifetime must be a duration such as"),
        ('"10s"', "line 6: lifetime must be from 30 to"),
        ("0.5", "line 6: lifetime must be a duration"),
        ('"999999999w"', "line 6: lifetime is longer than any duration"),
        ('"0.51m"', "line 6: lifetime must be whole seconds"),
    ],
)
def test_a_time_that_is_none_is_told(tmp_path: Path, lifetime: str, said: str) -> None:
    assert said in refused(tmp_path, LEAST.replace('"2d"', lifetime))


def test_all_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    assert refused(tmp_path, 'titel = "x"\nreward = "much"\n').splitlines() == [
        "task.toml: title, description, assignment_duration, lifetime: missing; each task needs title, description, "
        "reward, assignment_duration, lifetime",
        "task.toml, line 1: 'titel' is no setting; did you mean title?",
        "task.toml, line 2: reward must be a plain amount in US dollars such as \"0.05\", not 'much'",
    ]


def test_a_file_that_is_not_utf_8_is_told(tmp_path: Path) -> None:
    (tmp_path / "task.toml").write_bytes('title = "Größe"'.encode("cp1252"))
    with pytest.raises(ConfigurationError, match="is not in UTF-8"):
        task_settings.read(tmp_path / "task.toml")


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"task\.toml cannot be read: No such file"):
        task_settings.read(tmp_path / "task.toml")


@pytest.mark.parametrize("text", ["x = " + "[" * 5000, "assignments = " + "9" * 5000], ids=["deep", "long"])
def test_what_no_reader_of_toml_takes_is_told(tmp_path: Path, text: str) -> None:
    assert "is no TOML: brackets too deep, or a number too long" in refused(tmp_path, text)
