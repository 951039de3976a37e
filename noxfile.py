"""Sessions of nox: the tests on each Python and with the lowest packages, what the linters say, a release tried dry."""

from __future__ import annotations

import configparser
import re
from pathlib import Path

import nox

EXTRAS = [
    "marketplace",
    "postgresql",
    "metrics",
    "cli",
    "aggregate",
    "plot",
    "dask",
    "validate",
    "redirect",
    "sns",
    "flask",
    "django",
    "aws",
]
AT_THE_FLOOR = {"boto3"}  # goes with its own botocore only
LEFT_OUT = {"awscli", "django-stubs", "pre-commit", "ruff", "twine"}  # awscli as boto3; the others no test needs

# Of the head of a .po file: what nobody needs, or what changes with each tool that writes it.
NOT_KEPT = re.compile(
    r'^"(Project-Id-Version|Report-Msgid-Bugs-To|PO-Revision-Date|Last-Translator|Language-Team|Generated-By): .*\n',
    re.MULTILINE,
)

nox.options.sessions = ["lint", "tests"]
nox.options.error_on_missing_interpreters = False


def requirements(extra: str | None = None) -> dict[str, str]:
    """The packages that setup.cfg lists, for everybody or in an extra, each with its lowest version."""
    settings = configparser.ConfigParser()
    settings.read(Path(__file__).with_name("setup.cfg"))
    listed = settings["options.extras_require"][extra] if extra else settings["options"]["install_requires"]
    return dict(re.findall(r"^([\w-]+(?:\[\w+\])?)(?: >= ([\d.]+))?(?:;.*)?$", listed, re.MULTILINE))


def floors() -> dict[str, str]:
    """The lowest version of each package that users may have."""
    found = requirements()
    for extra in EXTRAS:
        found |= requirements(extra)
    found |= {name: lowest for name, lowest in requirements("dev").items() if name in AT_THE_FLOOR}
    return {name.partition("[")[0]: lowest for name, lowest in found.items() if lowest}


def tools() -> list[str]:
    """What the tests need besides, in any version that they can do with."""
    needed = {name: lowest for name, lowest in requirements("dev").items() if name not in LEFT_OUT}
    return [f"{name}>={lowest}" if lowest else name for name, lowest in needed.items()]


@nox.session(python=["3.10", "3.11", "3.12", "3.13"])
def tests(session: nox.Session) -> None:
    """Run the tests that need nothing but Python's packages; give `-m ""` for all."""
    session.install("--editable", ".[dev]")
    session.run("pytest", "-n", "auto", *session.posargs)


@nox.session(python="3.10")
def lowest(session: nox.Session) -> None:
    """Run the tests with the lowest versions that setup.cfg allows; what only tests need may be new."""
    constraints = Path(session.create_tmp()) / "lowest.txt"
    constraints.write_text("".join(f"{name}=={version}\n" for name, version in floors().items()))
    session.install("--constraint", constraints, "--editable", f".[{','.join(EXTRAS)}]", *tools())
    session.run("pytest", "-n", "auto", "-m", "not system or postgresql", *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Run what CI runs besides the tests."""
    session.install("--editable", ".[dev]")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("mypy")


@nox.session
def docs(session: nox.Session) -> None:
    """Build the documentation as a site in `site/`, which any web server can serve and a browser can open as files."""
    session.install("--editable", ".[dev]")
    session.run("mkdocs", "build", "--strict", *session.posargs, env={"NO_MKDOCS_2_WARNING": "1"})


@nox.session
def release(session: nox.Session) -> None:
    """Build a release, look at it, and try it in an environment that has nothing else; nothing is uploaded."""
    folder = Path(session.create_tmp()).resolve()
    session.install("build", "twine")
    session.run("python", "-m", "build", "--outdir", folder / "dist")
    built = sorted((folder / "dist").iterdir())
    session.run("twine", "check", "--strict", *built)
    (wheel,) = (path for path in built if path.suffix == ".whl")
    session.chdir(folder)  # the checkout must not be found
    python = folder / "bare" / "bin" / "python"
    session.run("python", "-m", "venv", "--clear", "bare")
    session.run(python, "-m", "pip", "install", "--quiet", wheel, external=True)
    session.run(python, "-c", "import mturk; mturk.HTMLQuestion('<p>hello</p>').to_xml()", external=True)
    session.run(python, "-m", "pip", "install", "--quiet", f"{wheel}[cli,marketplace]", external=True)
    session.run(python, "-m", "mturk", "--version", external=True)
    session.run(python, "-m", "mturk", "demo", external=True)


@nox.session
def texts(session: nox.Session) -> None:
    """Collect the texts of the worker site, and compile its catalogues; translations are written into the .po files."""
    session.install("--editable", ".[dev]")
    folder = "mturk/marketplace/site/locale"
    errors = ("Complaint", "NotAllowed", "NotThere", "TooOften", "UnreadablePost", "WorkerError", "told")
    keywords = [argument for name in errors for argument in ("-k", name)]
    plain = ["--no-location", "--sort-output", "--width=100"]
    session.run(
        *("pybabel", "-q", "extract", "-F", "pyproject.toml", *keywords, *plain),
        *("--project=mturk", "--omit-header", "-o", f"{folder}/site.pot", "mturk/marketplace"),
    )
    session.run(
        *("pybabel", "-q", "update", "-D", "site", "-i", f"{folder}/site.pot", "-d", folder),
        *("--no-fuzzy-matching", "--ignore-obsolete", "--ignore-pot-creation-date", "--width=100"),
    )
    for path in Path(folder).glob("*/LC_MESSAGES/site.po"):
        path.write_text(NOT_KEPT.sub("", path.read_text("utf-8")), "utf-8")
    session.run("pybabel", "-q", "compile", "-D", "site", "-d", folder)
