"""Modules that only some verbs need are loaded when they are used, and type checkers are told of them all the same."""

from __future__ import annotations

import ast
import pickle
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from operator import attrgetter
from pathlib import Path

import pytest

import mturk
from mturk import HIT, Assignment, late
from tests.judge import ACCESS_KEY, SECRET_KEY, Judge

PACKAGE = Path(mturk.__file__).parent
SOURCES = {path: path.read_text() for path in sorted(PACKAGE.rglob("*.py")) if path.name != "late.py"}
LATE = {path: source for path, source in SOURCES.items() if "late.module(" in source}
THREADS = 8


def late_modules(source: str) -> dict[str, str]:
    """The late modules of a file, by the names that they have there."""
    return {
        node.targets[0].id: ast.literal_eval(node.value.args[0])
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.Call)
        and ast.unparse(node.value.func) == "late.module"
    }


def told_modules(source: str) -> dict[str, str]:
    """What a file imports for type checkers only, by the names that it has there."""
    return {
        alias.asname or alias.name: f"{node.module}.{alias.name}" if isinstance(node, ast.ImportFrom) else alias.name
        for branch in ast.walk(ast.parse(source))
        if isinstance(branch, ast.If) and ast.unparse(branch.test) == "TYPE_CHECKING"
        for node in branch.body
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for alias in node.names
    }


@pytest.mark.parametrize("path", LATE, ids=lambda path: path.stem)
def test_type_checkers_are_told_of_the_module_that_is_loaded(path: Path) -> None:
    loaded = late_modules(LATE[path])
    assert len(loaded) == LATE[path].count("late.module(")
    assert loaded.items() <= told_modules(LATE[path]).items()


@pytest.mark.parametrize("name", sorted({name for source in LATE.values() for name in late_modules(source).values()}))
def test_a_late_module_is_there(name: str) -> None:
    assert vars(import_module(name))


def test_a_late_module_is_imported_when_something_of_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "read_late.py").write_text("word = 'cat'")
    monkeypatch.syspath_prepend(tmp_path)
    module = late.module("read_late")
    assert "read_late" not in sys.modules
    assert module.word == "cat"
    assert "read_late" in sys.modules


def test_what_a_late_module_has_not_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match=r"module 'mturk\.cost' has no attribute 'nonsense'"):
        attrgetter("nonsense")(late.module("mturk.cost"))


def test_threads_that_come_at_the_same_time_all_get_the_whole_module(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "slow_gate.py").write_text("from threading import Event\nbegun, go_on = Event(), Event()")
    (tmp_path / "slow_late.py").write_text(
        "import slow_gate\nslow_gate.begun.set()\nslow_gate.go_on.wait()\nlast = 'there'"
    )
    monkeypatch.syspath_prepend(tmp_path)
    gate = import_module("slow_gate")
    module, met = late.module("slow_late"), threading.Barrier(THREADS)

    def read() -> object:
        if met.wait() == 0:  # one of them, when all are on their way
            gate.begun.wait()
            gate.go_on.set()
        return module.last

    with ThreadPoolExecutor(THREADS) as pool:
        assert [found.result() for found in [pool.submit(read) for _ in range(THREADS)]] == ["there"] * THREADS


@pytest.mark.parametrize("kind", [HIT, Assignment])
def test_a_record_whose_class_uses_late_modules_can_be_pickled(kind: type[HIT | Assignment]) -> None:
    assert pickle.loads(pickle.dumps(kind("3ABC"))) == kind("3ABC")


def test_the_first_hit_loads_nothing_that_only_other_verbs_need(judge: Judge) -> None:
    script = f"""
import sys, mturk
mturk.connect({judge.url!r}, access_key={ACCESS_KEY!r}, secret_key={SECRET_KEY!r})
assert mturk.HIT.get("3ABC0000000000000000000000000000").title
print(*sys.modules)
"""
    judge.answer("GetHIT", {"HIT": {"HITId": "3ABC0000000000000000000000000000", "Title": "T"}})
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    loaded = set(ran.stdout.split())
    assert "mturk.model.hit" in loaded
    kinds = {name for name in loaded if name.startswith(("mturk.model.", "mturk.question.", "mturk.rendering."))}
    assert kinds == {"mturk.model.hit"}
    assert loaded.isdisjoint({"xmltodict", "jinja2", "html.entities", "mturk.record.display", "mturk.cost"})
    assert loaded.isdisjoint({"configparser", "difflib", "uuid"})
