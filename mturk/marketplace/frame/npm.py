"""Brings the packages of `library.py`, by the program `npm` and its own settings; each is checked by its digest."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path, PurePosixPath

from mturk.marketplace.error import MarketplaceError
from mturk.marketplace.frame.library import PACKAGES, Package
from mturk.marketplace.frame.shelf import usual_folder

_TOP = "package"
# What pages load and what that loads; the rest are sources and documents.
_KEPT = frozenset((".js", ".css", ".png", ".gif", ".jpg", ".svg", ".woff", ".woff2", ".ttf", ".eot"))
_FOLDERS = ("dist", "css", "js", "images", "fonts")
_FILE_LIMIT = 5_000_000  # bytes
_PACKAGE_LIMIT = 50_000_000
_PATIENCE = 600  # seconds
Run = Callable[[Sequence[str], Path], str]


def bring_assets(folder: str | os.PathLike[str] | None = None) -> tuple[Path, list[str]]:
    """Bring what task pages load most often, so that it is served from here; say where it is and what is new.

    Without a folder they go where a marketplace looks for them: MTURK_ASSETS, or the user's cache.
    """
    where = usual_folder() if folder is None else Path(folder)
    return where.absolute(), bring(where, PACKAGES.values())


def bring(folder: Path, packages: Iterable[Package], *, run: Run | None = None) -> list[str]:
    """Put those of the packages into the folder that are not there; say which."""
    missing = [package for package in packages if not (folder / package.folder).is_dir()]
    if missing:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="new-", dir=folder) as draft:
            for package, tarball in _packed(missing, Path(draft), run or _npm):
                _check(package, tarball)
                inside = Path(draft, "unpacked", package.folder)
                _unpack(tarball, inside)
                os.replace(inside, folder / package.folder)
    return [package.folder for package in missing]


def _packed(packages: Sequence[Package], draft: Path, run: Run) -> list[tuple[Package, Path]]:
    names = [package.folder for package in packages]
    said = run(["pack", *names, "--json", "--ignore-scripts", "--pack-destination", str(draft)], draft)
    try:
        files = {
            f"{each['name']}@{each['version']}": Path(draft, Path(each["filename"]).name) for each in json.loads(said)
        }
        return [(package, files[package.folder]) for package in packages]
    except (ValueError, KeyError, TypeError):
        raise MarketplaceError("npm pack did not say which files it made. Use npm 9 or newer.") from None


def _npm(arguments: Sequence[str], where: Path) -> str:
    program = shutil.which("npm")
    if program is None:
        raise MarketplaceError(
            "npm is not installed, which brings these files; it comes with Node.js. Without them task pages load "
            "what they need from the hosts that they name."
        )
    try:
        done = subprocess.run(  # noqa: S603 - fixed arguments, and no shell
            [program, *arguments], cwd=where, capture_output=True, text=True, timeout=_PATIENCE, check=False
        )
    except subprocess.TimeoutExpired:
        raise MarketplaceError(
            f"npm took more than {_PATIENCE // 60} minutes. Look at its settings, and try again."
        ) from None
    if done.returncode:
        last = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:]
        raise MarketplaceError(f"npm could not bring the packages: {''.join(last) or 'it did not say why'}")
    return done.stdout


def _check(package: Package, tarball: Path) -> None:
    try:
        content = tarball.read_bytes()
    except OSError:
        raise MarketplaceError(f"npm did not bring {package.folder}. Try again.") from None
    found = "sha512-" + base64.b64encode(hashlib.sha512(content).digest()).decode()
    if found != package.integrity:
        raise MarketplaceError(
            f"{package.folder} is not the package that is expected: its digest is {found}, not {package.integrity}. "
            "Nothing of it was kept. Look at where npm takes its packages from."
        )


def _unpack(tarball: Path, folder: Path) -> None:
    total = 0
    folder.mkdir(parents=True)
    with tarfile.open(tarball, "r:gz") as archive:
        for member in archive:
            path = _path_inside(member)
            if path is None:
                continue
            total += member.size
            content = archive.extractfile(member)
            if member.size > _FILE_LIMIT or total > _PACKAGE_LIMIT or content is None:
                raise MarketplaceError(f"{tarball.name} holds more than such a package does: {member.name}.")
            target = folder.joinpath(*path.parts)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content.read())


def _path_inside(member: tarfile.TarInfo) -> PurePosixPath | None:
    """Where a member goes below the package's folder; None for what is left out."""
    path = PurePosixPath(member.name)
    if not member.isreg() or path.parts[:1] != (_TOP,) or ".." in path.parts or "\\" in member.name:
        return None
    inside = path.relative_to(_TOP)
    is_kept = inside.suffix.lower() in _KEPT and (len(inside.parts) == 1 or inside.parts[0] in _FOLDERS)
    is_licence = len(inside.parts) == 1 and "license" in inside.name.lower()
    return inside if inside.parts and (is_kept or is_licence) else None
