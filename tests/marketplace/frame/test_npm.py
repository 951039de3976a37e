"""Packages are brought by npm, checked, and unpacked with care."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import tarfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from mturk.marketplace import MarketplaceError
from mturk.marketplace.frame.library import PACKAGES, Package
from mturk.marketplace.frame.npm import Run, bring

FILES = {
    "package/dist/a.js": b"a",
    "package/dist/css/a.css": b"css",
    "package/LICENSE.txt": b"MIT",
    "package/package.json": b"{}",
    "package/src/a.js": b"source",
    "package/dist/index.html": b"<script>",
}


def tarball(files: dict[str, bytes], *more: tarfile.TarInfo) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
        for member in more:
            archive.addfile(member)
    return made.getvalue()


def pinned(content: bytes) -> Package:
    return Package("a", "1.0.0", "sha512-" + base64.b64encode(hashlib.sha512(content).digest()).decode())


def npm(content: bytes, said: object = None) -> Run:
    """An npm that packs this."""

    def run(arguments: Sequence[str], where: Path) -> str:
        assert arguments[:2] == ["pack", "a@1.0.0"]
        (where / "a-1.0.0.tgz").write_bytes(content)
        usual = [{"name": "a", "version": "1.0.0", "filename": "a-1.0.0.tgz"}]
        return json.dumps(usual if said is None else said)

    return run


def files_in(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_what_pages_load_is_kept_and_nothing_else(tmp_path: Path) -> None:
    content = tarball(FILES)
    assert bring(tmp_path / "new", [pinned(content)], run=npm(content)) == ["a@1.0.0"]
    assert files_in(tmp_path) == {f"new/a@1.0.0/{name}" for name in ("dist/a.js", "dist/css/a.css", "LICENSE.txt")}


def test_what_is_there_is_not_brought_again(tmp_path: Path) -> None:
    content = tarball(FILES)
    bring(tmp_path, [pinned(content)], run=npm(content))

    def run(arguments: Sequence[str], where: Path) -> str:
        raise AssertionError

    assert bring(tmp_path, [pinned(content)], run=run) == []


def test_another_package_than_the_pinned_one_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MarketplaceError, match=r"a@1\.0\.0 is not the package that is expected"):
        bring(tmp_path, [pinned(b"other")], run=npm(tarball(FILES)))
    assert files_in(tmp_path) == set()


def link(name: str, target: str, kind: bytes) -> tarfile.TarInfo:
    made = tarfile.TarInfo(name)
    made.type, made.linkname = kind, target
    return made


@pytest.mark.parametrize(
    "content",
    [
        tarball({"package/../../out.js": b"x", "/out.js": b"x", "out.js": b"x", "package/dist/../../../out.js": b"x"}),
        tarball({"package\\..\\out.js": b"x", "package/..\\out.js": b"x"}),
        tarball({}, link("package/out.js", "/etc/passwd", tarfile.SYMTYPE)),
        tarball({}, link("package/out.js", "/etc/passwd", tarfile.LNKTYPE)),
        tarball({}, link("package/dist/out.js", "", tarfile.FIFOTYPE)),
    ],
)
def test_nothing_is_unpacked_that_leads_elsewhere(tmp_path: Path, content: bytes) -> None:
    bring(tmp_path / "shelf", [pinned(content)], run=npm(content))
    assert files_in(tmp_path) == set()


def test_a_package_that_is_too_large_is_refused(tmp_path: Path) -> None:
    content = tarball({"package/dist/a.js": b"0" * 5_000_001})
    with pytest.raises(MarketplaceError, match="holds more than such a package does"):
        bring(tmp_path, [pinned(content)], run=npm(content))
    assert files_in(tmp_path) == set()


@pytest.mark.parametrize("said", [{}, [], [{"name": "a"}], "nonsense"])
def test_an_npm_that_does_not_say_what_it_made_is_explained(tmp_path: Path, said: object) -> None:
    content = tarball(FILES)
    with pytest.raises(MarketplaceError, match="Use npm 9 or newer"):
        bring(tmp_path, [pinned(content)], run=npm(content, said))


def test_a_missing_npm_is_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MarketplaceError, match=r"npm is not installed.*comes with Node\.js"):
        bring(tmp_path / "shelf", [pinned(b"")])


def test_what_npm_complains_of_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "npm"
    program.write_text("#!/bin/sh\necho npm error no such package >&2\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    with pytest.raises(MarketplaceError, match="npm could not bring the packages: npm error no such package"):
        bring(tmp_path / "shelf", [pinned(b"")])


def test_every_package_is_pinned_by_its_digest() -> None:
    assert all(len(base64.b64decode(one.integrity.removeprefix("sha512-"))) == 64 for one in PACKAGES.values())
