"""HIT types described in a file."""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path

import pytest

from mturk import ConfigurationError, Connection, HITType, ValidationError
from mturk import requirements as req
from mturk.model.task_file import duration, read
from tests.judge import Judge

JSON = '{"title": "t", "description": "d", "reward": "0.05", "assignment_duration": "10m", "percent_approved": 95}'
TOML = 'title = "t"\ndescription = "d"\nreward = "0.05"\nassignment_duration = "10m"\nauto_approval_delay = "3d"\n'


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("30s", 30), ("10m", 600), ("10 min", 600), ("1M", 60), ("1.5h", 5400), ("7D", 604800), ("1w", 604800), (45, 45)],
)
def test_a_duration_is_written_as_people_write_it(text: str | int, seconds: int) -> None:
    assert duration("assignment_duration", text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "10", "ten minutes", "5y", "-3d", True, None, 1.5])
def test_another_duration_is_refused_and_named(text: object) -> None:
    with pytest.raises(ValidationError, match="assignment_duration must be a duration such as"):
        duration("assignment_duration", text)  # type: ignore[arg-type]  # that is the point


def test_a_json_file_gives_the_terms_and_requirements(tmp_path: Path) -> None:
    terms = read(write(tmp_path, "task.json", JSON))
    assert terms["assignment_duration"] == timedelta(minutes=10)
    assert terms["qualification_requirements"] == [req.percent_approved >= 95]


def test_a_hit_type_is_made_from_a_file(default: Connection, judge: Judge, tmp_path: Path) -> None:
    judge.answer("CreateHITType", {"HITTypeId": "3TYPE"})
    made = HITType.from_file(write(tmp_path, "task.json", JSON))
    assert (made.id, made.title) == ("3TYPE", "t")
    assert judge.bodies("CreateHITType")[0]["AssignmentDurationInSeconds"] == 600


def test_a_toml_file_is_read_where_python_can_read_it(tmp_path: Path) -> None:
    path = write(tmp_path, "task.toml", TOML)
    if sys.version_info >= (3, 11):
        assert read(path)["auto_approval_delay"] == timedelta(days=3)
    else:
        with pytest.raises(ConfigurationError, match=r"write the file as \.json"):
            read(path)


def test_a_term_that_there_is_not_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="has price, which no HIT type has"):
        read(write(tmp_path, "task.json", '{"price": 1}'))


@pytest.mark.parametrize("text", ["{", "[1]", '"t"'])
def test_a_file_of_something_else_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(ValidationError, match=r"task\.json (cannot be understood|must hold)"):
        read(write(tmp_path, "task.json", text))


def test_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"nothing\.json cannot be read: No such file"):
        read(tmp_path / "nothing.json")
