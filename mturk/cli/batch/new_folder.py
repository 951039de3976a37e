"""A new folder for a batch: an example that works, to be changed into one's own."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from mturk.errors import ConfigurationError

FILES = ("task.toml", "page.html", "rows.csv")


def make(folder: Path) -> tuple[list[str], list[str]]:
    """Put the files of the example into the folder; which are new, and which were there and stay as they are."""
    there = [name for name in FILES if _is_there(folder / name)]
    if len(there) == len(FILES):
        raise ConfigurationError(f"{folder} has {', '.join(FILES)} already; nothing was written")
    if not folder.parent.is_dir():
        raise ConfigurationError(f"There is no folder {folder.parent} to make {folder.name} in")
    folder.mkdir(exist_ok=True)
    new = [name for name in FILES if name not in there]
    for name in new:
        # Only where there is none: another program may have made it just now.
        with (folder / name).open("xb") as file:
            file.write(example(name))
    return new, there


def example(name: str) -> bytes:
    """A file of the example."""
    return resources.files("mturk.examples").joinpath("batch").joinpath(name).read_bytes()


def _is_there(path: Path) -> bool:
    """Also a link that leads nowhere is something."""
    return path.exists() or path.is_symlink()
