"""Modules that only some verbs need: each is imported when one of them first uses it, so that a script starts sooner.

    if TYPE_CHECKING:
        from mturk.model import review
    else:
        review = late.module("mturk.model.review")

Type checkers and editors read the first branch, Python the second. What defines a class, or is needed by nearly
every script, is imported as usual.
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import Any


def module(name: str) -> Any:
    """The module of this name, which is imported when something of it is first read."""
    return _Late(name)


class _Late:
    """Stands for a module until something of it is read."""

    __slots__ = ("_module", "_name")

    def __init__(self, name: str) -> None:
        self._name = name
        self._module: ModuleType | None = None

    def __getattr__(self, name: str) -> Any:
        if self._module is None:
            # Threads that come at the same time wait for one another in here, and all get the whole module.
            self._module = import_module(self._name)
        return getattr(self._module, name)
