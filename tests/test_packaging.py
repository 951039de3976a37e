"""Wheel, sdist and editable install hold the same files and render the templates, each in an environment of its own."""

from __future__ import annotations

import configparser
import json
import os
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

import mturk
import noxfile

ROOT = Path(__file__).parents[1]
PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
KINDS = ["wheel", "sdist", "editable"]
COMMANDS = ["mturk", "mturk-py"]

# What an installed package is asked, in a process that sees nothing of the checkout.
ASK = """
import json, sys, mturk, mturk.templates, mturk.examples
from importlib.resources import files
loaded = sorted({name.partition(".")[0] for name in sys.modules})
xml = mturk.HTMLQuestion("<p>hello</p>").to_xml()
names = lambda package: sorted(
    each.name for each in files(package).iterdir() if each.is_file() and each.name.endswith((".xml", ".html", ".csv"))
)
print(json.dumps({"file": mturk.__file__, "xml": xml,
                  "templates": names("mturk.templates"), "examples": names("mturk.examples")}))
"""


def run(*command: str | os.PathLike[str], cwd: Path) -> str:
    ran = subprocess.run(command, cwd=cwd, capture_output=True, text=True, env=clean_environment())
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def clean_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "COV_"))}


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of the checkout without what git ignores: no build folder of an earlier day is in the way."""
    folder = tmp_path_factory.mktemp("source")
    listed = run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", cwd=ROOT)
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes((ROOT / name).read_bytes())
    return folder


@pytest.fixture(scope="module")
def built(source: Path) -> dict[str, Path]:
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", "dist", cwd=source)
    (wheel,), (sdist,) = source.glob("dist/*.whl"), source.glob("dist/*.tar.gz")
    return {"wheel": wheel, "sdist": sdist}


@pytest.fixture(scope="module", params=KINDS)
def answer(
    request: pytest.FixtureRequest, source: Path, built: dict[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, object]:
    """What the package says of itself, installed in this way into an environment that has nothing else of it."""
    home = tmp_path_factory.mktemp(request.param)
    venv.create(home / "env", with_pip=False)
    python = home / "env" / ("Scripts" if os.name == "nt" else "bin") / "python"
    # What mturk needs, and the tool that builds it, come from where the tests run. mturk itself is not found there:
    # an editable install is known by a .pth file, and those are not read in a folder that a .pth file names.
    (packages,) = (home / "env").glob("lib/python*/site-packages")
    (packages / "needed.pth").write_text(sysconfig.get_path("purelib"))
    what = ["--editable", source] if request.param == "editable" else [built[request.param]]
    run(*PIP, "--python", python, "install", "--no-deps", "--no-build-isolation", *what, cwd=home)
    said: dict[str, object] = json.loads(run(python, "-c", ASK, cwd=home))
    said["commands"] = {name: run(python.with_name(name), "--version", cwd=home) for name in COMMANDS}
    where = source if request.param == "editable" else home
    assert str(said["file"]).startswith(str(where)), "the test asked another mturk than the one it installed"
    return said


def in_folder(name: str) -> list[str]:
    return sorted(path.name for path in (ROOT / name).iterdir() if path.suffix in (".xml", ".html", ".csv"))


def test_an_installed_package_renders_its_templates(answer: dict[str, object]) -> None:
    assert "<![CDATA[<p>hello</p>]]>" in str(answer["xml"])


def test_an_installed_package_holds_every_template(answer: dict[str, object]) -> None:
    assert answer["templates"] == in_folder("templates")


def test_an_installed_package_holds_the_examples(answer: dict[str, object]) -> None:
    assert answer["examples"] == in_folder("examples")


def test_the_wheel_says_that_it_is_typed(built: dict[str, Path]) -> None:
    names = zipfile.ZipFile(built["wheel"]).namelist()
    assert {"mturk/py.typed", "mturk/__init__.pyi"} <= set(names)


def test_the_built_files_bear_the_version_that_the_package_tells(built: dict[str, Path]) -> None:
    names = {kind: path.name for kind, path in built.items()}
    assert names == {
        "wheel": f"mturk-{mturk.__version__}-py3-none-any.whl",
        "sdist": f"mturk-{mturk.__version__}.tar.gz",
    }


def test_the_wheel_holds_every_module_and_nothing_of_the_tests(built: dict[str, Path]) -> None:
    names = {name for name in zipfile.ZipFile(built["wheel"]).namelist() if name.endswith(".py")}
    modules = {path.relative_to(ROOT).as_posix() for path in ROOT.glob("mturk/**/*.py")}
    assert names == modules | {"mturk/templates/__init__.py", "mturk/examples/__init__.py"}


def test_the_wheel_has_the_command_under_its_name_and_under_one_that_cannot_clash(built: dict[str, Path]) -> None:
    wheel = zipfile.ZipFile(built["wheel"])
    (name,) = [name for name in wheel.namelist() if name.endswith(".dist-info/entry_points.txt")]
    points = configparser.ConfigParser()
    points.read_string(wheel.read(name).decode())
    assert dict(points["console_scripts"]) == {"mturk": "mturk.__main__:main", "mturk-py": "mturk.__main__:main"}


def test_an_installed_package_has_both_commands(answer: dict[str, object]) -> None:
    assert answer["commands"] == dict.fromkeys(COMMANDS, f"mturk {mturk.__version__}\n")


def test_the_sdist_holds_the_notebooks(built: dict[str, Path]) -> None:
    with tarfile.open(built["sdist"]) as sdist:
        names = {Path(name).name for name in sdist.getnames() if name.endswith(".ipynb")}
    assert names == {path.name for path in ROOT.glob("examples/notebooks/*.ipynb")} != set()


def test_the_wheel_holds_every_schema(built: dict[str, Path]) -> None:
    names = {Path(name).name for name in zipfile.ZipFile(built["wheel"]).namelist() if name.endswith(".xsd")}
    assert names == {path.name for path in ROOT.glob("mturk/**/*.xsd")}


def test_the_wheel_holds_every_catalogue_of_texts(built: dict[str, Path]) -> None:
    names = {name for name in zipfile.ZipFile(built["wheel"]).namelist() if "/locale/" in name}
    files = {path.relative_to(ROOT).as_posix() for path in ROOT.glob("mturk/**/locale/**/*.*")}
    assert names == files
    assert {Path(name).suffix for name in names} == {".pot", ".po", ".mo"}


def test_every_package_that_users_need_says_its_lowest_version() -> None:
    needed = [noxfile.requirements(extra) for extra in (None, *noxfile.EXTRAS)]
    assert {name for packages in needed for name, lowest in packages.items() if not lowest} == {
        "mturk[marketplace]",
        "mturk[sns]",
    }


def test_every_extra_for_users_is_tried_with_its_lowest_versions() -> None:
    settings = configparser.ConfigParser()
    settings.read(ROOT / "setup.cfg")
    assert {*settings["options.extras_require"]} == {*noxfile.EXTRAS, "dev"}
