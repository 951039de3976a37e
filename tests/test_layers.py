"""The shape of the package: imports go downwards, the two halves do not know each other, names are real."""

from __future__ import annotations

import ast
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import mturk

PACKAGE = Path(mturk.__file__).parent
MODULES = {path.stem: path for path in PACKAGE.glob("*.py")}

# Lowest first: a module imports only from the lines above its own.
LAYERS = [
    # words and rules that need nothing
    "errors choice clock operation fee display trace",
    # characters, names and addresses in documents
    "address character environment namespace page",
    # values on the wire, templates
    "limit price part element placeholder rendering schema",
    "wire config content xhtml",
    "answer answer_specification balance budget local locale signature",
    # calls
    "pace retry transport",
    "connection",
    "collection",
    "record",
    # what is passed, and who may do it
    "bulk layout requirements review template value",
    "document",
    "answer_key external html_question notification question_form task_file terms",
    "external_question",
    "question",
    # the models
    "worker offer",
    "assignment ending qualification",
    "qualification_request qualification_test",
    "qualification_type",
    "hit",
    "once_per_worker compensation",
    "hit_type",
    # the program
    "__init__",
    "demo option payouts pytest_plugin serve simulate",
    "people",
    "cli",
    "__main__",
]
HEIGHT = {name: height for height, names in enumerate(LAYERS) for name in names.split()}
RUNTIME = {"attr", "attrs", "jinja2", "requests", "requests_aws4auth", "xmltodict"}


def statements(tree: ast.AST) -> list[ast.stmt]:
    """What runs on import: not what stands in functions, nor what only a type checker reads."""
    found: list[ast.stmt] = []
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        if isinstance(node, ast.stmt) and not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            found += [node, *statements(node)]
    return found


def imports(path: Path, nodes: list[ast.stmt] | None = None) -> set[str]:
    """The dotted names that a file imports; `from mturk import wire` counts as `mturk.wire`."""
    names = set()
    for node in statements(ast.parse(path.read_text())) if nodes is None else nodes:
        if isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
    return names


def siblings(path: Path) -> set[str]:
    """The modules of the package that a file imports when it is imported itself."""
    dotted = (name.split(".") for name in imports(path) if name.startswith("mturk."))
    return {parts[1] for parts in dotted if parts[1] in MODULES}


def test_every_module_has_its_layer() -> None:
    assert set(MODULES) == set(HEIGHT)


@pytest.mark.parametrize("module", sorted(MODULES))
def test_a_module_imports_only_from_layers_below_its_own(module: str) -> None:
    assert {name for name in siblings(MODULES[module]) if HEIGHT[name] >= HEIGHT[module]} == set()


@pytest.mark.parametrize("module", sorted(MODULES))
def test_no_module_of_the_sdk_imports_the_marketplace_when_it_is_imported(module: str) -> None:
    assert not any(name.startswith("mturk.marketplace") for name in imports(MODULES[module]))


@pytest.mark.parametrize("path", sorted(PACKAGE.glob("marketplace/*.py")), ids=lambda path: path.stem)
def test_no_module_of_the_marketplace_imports_the_sdk(path: Path) -> None:
    everywhere = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.stmt)]
    ours = {name for name in imports(path, everywhere) if name.split(".")[0] == "mturk"}
    assert all(name.startswith("mturk.marketplace") for name in ours)


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: path.stem)
def test_a_file_has_at_most_400_lines(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 400


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
