"""Keeping templates from calling verbs: Django's templates call whatever can be called without arguments."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

Verb = TypeVar("Verb", bound=Callable[..., Any])


def alters_data(verb: Verb) -> Verb:
    """Mark what changes something, so that `{{ worker.block }}` in a template blocks nobody."""
    verb.alters_data = True  # type: ignore[attr-defined]  # Django's own name for the mark
    return verb
