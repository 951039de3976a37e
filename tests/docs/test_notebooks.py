"""The notebooks run from top to bottom, twice in the same folder, and show what they promise."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient

FOLDER = Path(__file__).parents[2] / "examples" / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
# What a notebook shows at its first run, and at the second; how many workers came varies with the time that passes.
PROMISES = {
    "quality": (
        [
            "Agreement on label: mean 0",
            "alpha 0",
            "5 got more assignments",
            "6 workers, 130 submissions",
            "<Applied 130",
        ],
        ["0 of 40 HITs are published now", "Aggregation of label by dawid_skene: 40 rows, 6 workers", "<Drawing"],
    ),
    "publish_and_collect": (
        ["11 of 12 HITs are published now", "36 of 36 assignments are in", "<Applied 36 steps", "<Applied 3 steps"],
        ["0 of 12 HITs are published now", "36 of 36 assignments are in", "<Applied 0 steps"],
    ),
    "panel": (
        [
            "150 of 150 assignments are in",
            "30 of 30 assignments are in",
            r"\(True, \d+\)",
            r"\d+ bonuses are paid already",
        ],
        ["0 of 30 HITs are published now", "0 of 10 HITs are published now", "<Plan: nothing to do>"],
    ),
}


class OwnKernel(AsyncKernelManager):
    """Runs notebooks with the Python that runs the tests, whichever kernels are installed."""

    @property
    def kernel_spec(self) -> KernelSpec:
        """How the kernel is started."""
        command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        return KernelSpec(argv=command, display_name="Python", language="python")


def ran(path: Path, folder: Path) -> Any:
    """The notebook with its outputs."""
    notebook = nbformat.read(path, as_version=4)
    resources = {"metadata": {"path": str(folder)}}
    NotebookClient(notebook, kernel_manager_class=OwnKernel, resources=resources, timeout=300).execute()
    return notebook


def outputs(notebook: Any) -> list[Any]:
    return [output for cell in notebook.cells for output in cell.get("outputs", [])]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=[path.stem for path in NOTEBOOKS])
def test_a_notebook_is_kept_without_outputs(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert outputs(notebook) == []
    assert {cell.get("execution_count") for cell in notebook.cells} == {None}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=[path.stem for path in NOTEBOOKS])
def test_a_notebook_runs_and_runs_again(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("IPYTHONDIR", "JUPYTER_RUNTIME_DIR"):
        monkeypatch.setenv(name, str(tmp_path / "jupyter"))
    work = tmp_path / "work"
    work.mkdir()
    for promises in PROMISES[path.stem]:
        notebook = ran(path, work)
        shown = outputs(notebook)
        assert not [output for output in shown if output.output_type == "error" or output.get("name") == "stderr"]
        text = "\n".join(output.data["text/plain"] for output in shown if "data" in output)
        assert [promise for promise in promises if not re.search(promise, text)] == []
        # A bar is one output, however long it takes.
        assert max(len(cell.get("outputs", [])) for cell in notebook.cells) <= 2
