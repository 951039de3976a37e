"""The shape of the package: what may import what, and how big a module may grow."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from mturk import marketplace

FOLDER = Path(marketplace.__file__).parent
MODULES = {path.stem: path for path in FOLDER.glob("*.py")}
# Lowest first: a module imports only from earlier lines.
LAYERS = [
    ["error", "fault", "identifier", "schema", "table"],
    ["clock", "destination", "money", "seal", "upgrade"],
    ["exchange", "system_type"],
    ["location", "payout"],
    ["shape"],
    ["rules"],
    ["store"],
    ["agenda", "call", "policy", "question", "requirement"],
    ["agreement", "answer", "answer_key", "idempotency", "ledger", "outbox", "page"],
    ["message", "qualification_type", "requester", "worker"],
    ["block", "hit_type", "qualification"],
    ["notification"],
    ["eligibility", "hit", "qualification_request"],
    ["assignment", "extension", "publication", "report"],
    ["bonus", "decision", "upload"],
    ["review"],
    ["revision", "work"],
    ["offer", "retirement"],
    ["field"],
    ["crowd"],
    ["dispatch"],
    ["simulation"],
    ["routine", "signature", "throttle"],
    ["api", "handle", "messenger", "timekeeper"],
    ["app", "delivery", "server"],
    ["market"],
    ["__init__"],
]
HEIGHT = {name: height for height, names in enumerate(LAYERS) for name in names}


def _imported(path):
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("mturk"):
            parts = node.module.split(".")
            names |= {alias.name for alias in node.names} if len(parts) == 2 else {parts[2]}
            assert parts[:2] == ["mturk", "marketplace"], f"{path.name} imports {node.module}"
        if isinstance(node, ast.Import):
            assert not any(alias.name.startswith("mturk") for alias in node.names)
    return names


def test_every_module_has_its_layer():
    assert set(MODULES) == set(HEIGHT)


@pytest.mark.parametrize("module", MODULES)
def test_modules_import_only_downwards(module):
    assert [name for name in _imported(MODULES[module]) if HEIGHT[name] >= HEIGHT[module]] == []


@pytest.mark.parametrize("module", MODULES)
def test_modules_are_small(module):
    assert len(MODULES[module].read_text().splitlines()) < 400


def test_importing_the_marketplace_imports_nothing_of_the_sdk():
    code = "import sys, mturk.marketplace; print(*[m for m in sys.modules if m.startswith('mturk.')])"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert {name.split(".")[1] for name in printed.split()} == {"marketplace"}
