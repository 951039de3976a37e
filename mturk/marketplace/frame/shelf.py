"""The shelf: files of ours that answer for those of other hosts, and where pages find them."""

from __future__ import annotations

import hashlib
import os
import re
from functools import cache
from pathlib import Path
from typing import Final

from werkzeug.security import safe_join

from mturk.marketplace.frame.joined_script import CROWD_ELEMENTS
from mturk.marketplace.frame.library import PACKAGES, file_for, place_of

STATIC: Final = Path(__file__).with_name("static")
"""The folder of the files that are always there."""
VARIABLE = "MTURK_ASSETS"
_BOOTSTRAP_3 = "bootstrap@3.4.1/dist/css/bootstrap.min.css"
# Amazon's three, by host and path; where they were is over with MTurk.
_AMAZON = [
    (re.compile(pattern, re.IGNORECASE), name)
    for pattern, name in (
        (r"assets\.crowd\.aws/crowd-html-elements(-v2)?\.js", CROWD_ELEMENTS.name),
        (r"(mturk-public\.s3[\w.-]*\.amazonaws\.com|s3[\w.-]*\.amazonaws\.com/mturk-public)/externalHIT_v1\.js",
         "externalHIT_v1.js"),
        (r"(mturk-public\.s3[\w.-]*\.amazonaws\.com|s3[\w.-]*\.amazonaws\.com/mturk-public)/bs30/css/bootstrap(\.min)?\.css",
         "plain.css"),
    )
]  # fmt: skip


@cache
def static_version() -> str:
    """A text that is another one when any of our own files is: it stands in their addresses."""
    digest = hashlib.sha256()
    for path in sorted(STATIC.rglob("*.*")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def usual_folder() -> Path:
    """Where packages are kept: what MTURK_ASSETS says, else in the user's cache."""
    if os.environ.get(VARIABLE):
        return Path(os.environ[VARIABLE])
    usual = os.environ.get("LOCALAPPDATA") if os.name == "nt" else os.environ.get("XDG_CACHE_HOME")
    return Path(usual or "~/.cache").expanduser() / "mturk" / "assets"


def static(name: str) -> str:
    """The path of one of our own files, below where they are served."""
    return f"static/{static_version()}/{name}"


class Shelf:
    """The packages in a folder, which `mturk assets` brings, and the files that are always there."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or usual_folder()

    def __repr__(self) -> str:
        return f"<Shelf {self._folder}>"

    def own_copy(self, address: str) -> str | None:
        """The path of what answers for an address, below where both are served; None if that host alone has it."""
        place = place_of(address)
        name = next((name for pattern, name in _AMAZON if place and pattern.fullmatch(place)), None)
        if name == "plain.css" and self.file(_BOOTSTRAP_3):
            return f"asset/{_BOOTSTRAP_3}"
        if name:
            return static(name)
        wanted = file_for(address)
        return f"asset/{wanted}" if wanted and self.file(wanted) else None

    def file(self, path: str) -> Path | None:
        """A file of a package by the path that begins with the package; None if it is not there."""
        package, _, inside = path.partition("/")
        found = safe_join(str(self._folder / package), inside) if package in PACKAGES else None
        return Path(found) if found and os.path.isfile(found) else None
