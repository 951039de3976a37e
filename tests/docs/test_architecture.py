"""docs/architecture.md names rooms and files that are there, and all of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import mturk

PACKAGE = Path(mturk.__file__).parent
PAGE = (Path(__file__).parents[2] / "docs" / "architecture.md").read_text(encoding="utf-8")
SDK, MARKETPLACE = (PAGE.split("## The SDK")[1].split("## The marketplace")[0], PAGE.split("## The marketplace")[1])


def rooms(of: Path) -> set[str]:
    """The folders with code right below a package."""
    return {path.parent.name for path in of.glob("*/__init__.py")}


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`((?:\w+/)*\w+\.py)`", PAGE))))
def test_a_file_that_the_page_names_is_there(name: str) -> None:
    """Each is below the package, the marketplace, or the repository."""
    places = (PACKAGE, PACKAGE / "marketplace", PACKAGE.parent)
    assert any((place / name).is_file() for place in places)


@pytest.mark.parametrize(
    ("package", "text"), [(PACKAGE, SDK), (PACKAGE / "marketplace", MARKETPLACE)], ids=["sdk", "marketplace"]
)
def test_the_page_has_a_line_for_each_room(package: Path, text: str) -> None:
    """A new room is told of where its neighbours are."""
    assert rooms(package) - {"marketplace"} <= set(re.findall(r"`(\w+)/`", text))
