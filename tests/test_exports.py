"""The names that users import: each is real, and importing them loads no more than it must."""

from __future__ import annotations

import ast
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import mturk

PACKAGE = Path(mturk.__file__).parent
RUNTIME = {"attr", "attrs", "jinja2", "requests", "requests_aws4auth", "xmltodict"}
DOORS = ["mturk.answer_key", "mturk.flask", "mturk.marketplace", "mturk.question_form", "mturk.requirements"]


@pytest.mark.parametrize("door", DOORS)
def test_a_door_that_users_import_from_opens(door: str) -> None:
    opened = import_module(door)
    assert all(getattr(opened, name) is not None for name in getattr(opened, "__all__", ()))


@pytest.mark.parametrize("name", mturk.__all__)
def test_a_public_name_is_there(name: str) -> None:
    assert getattr(mturk, name) is not None


def test_type_checkers_are_told_the_same_names() -> None:
    stub = ast.parse((PACKAGE / "__init__.pyi").read_text())
    (listed,) = (node for node in stub.body if isinstance(node, ast.Assign))
    told = {
        alias.asname or alias.name for node in stub.body if isinstance(node, ast.ImportFrom) for alias in node.names
    }
    assert set(ast.literal_eval(listed.value)) == told == set(mturk.__all__)


def test_a_checkout_that_is_not_installed_knows_its_version_and_loads_one_file_for_it() -> None:
    script = f"import sys; sys.path.append({str(PACKAGE.parent)!r}); import mturk; print(mturk.__version__)\n"
    script += "print(*[name for name in sys.modules if name.startswith('mturk.')])"
    ran = subprocess.run([sys.executable, "-I", "-S", "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == [mturk.__version__, "mturk.version"]


def test_tab_completion_knows_the_public_names() -> None:
    assert set(mturk.__all__) <= set(dir(mturk))


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        import_module("mturk").nonsense  # noqa: B018 - the read is the test


def test_importing_every_public_name_loads_nothing_but_the_five_runtime_packages() -> None:
    script = (
        "import sys; before = set(sys.modules); from mturk import *\n"
        "print(*sorted({name.partition('.')[0] for name in set(sys.modules) - before}))"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    loaded = set(ran.stdout.split()) - set(sys.stdlib_module_names) - {"mturk"}
    assert loaded <= RUNTIME | needed_by_runtime()


def needed_by_runtime() -> set[str]:
    """What the runtime packages load themselves."""
    script = f"import sys, {', '.join(sorted(RUNTIME))}, jinja2.sandbox, requests.adapters\n"
    script += "print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(ran.stdout.split())
