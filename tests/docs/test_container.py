"""`.ci/container`: the page's container is built where that can be done, and never silently left out."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / ".ci" / "container"
# What a builder of containers is asked by the script: for the image, and to build.
BUILDER = """#!/bin/sh
case "$1" in
build) cat "$5"; ls "$6/wheels"; exit {status};;
*) test -n "{has_base}";;
esac
"""

pytestmark = pytest.mark.system


def try_to_build(folder: Path, builders: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """What the script does where these builders are all that there are."""
    (folder / "wheels").mkdir()
    (folder / "wheels" / "mturk-0.1.0-py3-none-any.whl").touch()
    programs = folder / "bin"
    programs.mkdir()
    for name in ("awk", "bash", "cat", "cp", "dirname", "ls", "mkdir", "mktemp", "rm", "sh", "timeout"):
        (programs / name).symlink_to(subprocess.check_output(["which", name], text=True).strip())
    for name, text in builders.items():
        (programs / name).write_text(text)
        (programs / name).chmod(0o755)
    command = [SCRIPT, folder / "wheels"]
    return subprocess.run(
        command, env={**os.environ, "PATH": str(programs)}, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("builders", [{}, {"docker": BUILDER.format(has_base="", status=0)}], ids=["none", "no image"])
def test_where_nothing_can_be_built_that_is_said(tmp_path: Path, builders: dict[str, str]) -> None:
    done = try_to_build(tmp_path, builders)
    assert (done.returncode, done.stderr) == (0, "")
    assert "was not built: neither podman, buildah nor docker has python:" in done.stdout


@pytest.mark.parametrize("name", ["podman", "buildah", "docker"])
def test_a_builder_that_has_the_image_gets_the_pages_lines_and_the_wheel(tmp_path: Path, name: str) -> None:
    done = try_to_build(tmp_path, {name: BUILDER.format(has_base="yes", status=0)})
    assert done.returncode == 0
    assert "\nCOPY wheels /wheels\nENV PIP_FIND_LINKS=/wheels\nRUN pip install" in done.stdout
    assert "\nRUN mturk demo\nmturk-0.1.0-py3-none-any.whl\n" in done.stdout
    assert done.stdout.endswith("is built, and works.\n")


def test_a_container_that_cannot_be_built_fails(tmp_path: Path) -> None:
    assert try_to_build(tmp_path, {"podman": BUILDER.format(has_base="yes", status=3)}).returncode == 3
