"""A file is replaced only by a whole one, and stays what it was otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest

from mturk import ValidationError
from mturk.data import whole_file


def write(path: Path, text: str) -> None:
    with whole_file.written(path) as file:
        file.write(text)


def test_a_file_keeps_its_permissions(tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    path.write_text("old")
    path.chmod(0o600)
    write(path, "new")
    assert (path.read_text(), path.stat().st_mode & 0o777) == ("new", 0o600)


def test_a_link_stays_one(tmp_path: Path) -> None:
    (tmp_path / "real.csv").write_text("old")
    (tmp_path / "link.csv").symlink_to("real.csv")
    write(tmp_path / "link.csv", "new")
    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "real.csv").read_text() == "new"


def test_what_goes_wrong_changes_nothing_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_text("old")
    with pytest.raises(UnicodeEncodeError):
        write(tmp_path / "labels.csv", "\ud800")
    assert [(each.name, each.read_text()) for each in tmp_path.iterdir()] == [("labels.csv", "old")]


def test_a_file_of_ones_own_beside_it_stays(tmp_path: Path) -> None:
    (tmp_path / "labels.csv.part").write_text("mine")
    write(tmp_path / "labels.csv", "new")
    assert (tmp_path / "labels.csv.part").read_text() == "mine"


def test_a_device_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="is no regular file"):
        write(Path("/dev/null"), "new")


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="there is no folder"):
        write(tmp_path / "no" / "labels.csv", "new")
