"""Puts an app's connection in force while one of its contexts is pushed, and puts back what was."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from weakref import ref

from attrs import define, field
from flask import Flask, appcontext_popped, appcontext_pushed, has_app_context
from flask.globals import app_ctx

from mturk.connection.connection import Connection, Source, take_over


def _context() -> Any:
    return app_ctx._get_current_object() if has_app_context() else None  # type: ignore[attr-defined]  # a LocalProxy


@define(eq=False)
class Holder:
    """What is in force in one pushed context: its app's connection, made when it is first needed.

    Flask does not tell that a context was popped if another extension failed in its teardown. What such a context left
    behind counts for nothing: the holder passes on to what was in force before it.
    """

    owner: Follower
    before: Connection | Source | None = None
    context: Callable[[], object] = field(factory=lambda: ref(_context()))

    def __call__(self) -> Connection | None:
        """The connection to use now."""
        if self.context() is _context() is not None:
            return self.owner.give()
        return self.before() if callable(self.before) else self.before

    @property
    def is_gone(self) -> bool:
        """Whether nobody can come back to the context."""
        return self.context() is None


class Follower:
    """Has the connection that a function gives in force within each context of an app, for as long as it is kept."""

    def __init__(self, app: Flask, give: Callable[[], Connection]) -> None:
        self.give = give
        appcontext_pushed.connect(self._pushed, app)
        appcontext_popped.connect(self._popped, app)

    def _pushed(self, _app: Flask, **_: object) -> None:
        holder = Holder(self)
        before = take_over(holder)
        while isinstance(before, Holder) and before.is_gone:
            before = before.before
        holder.before = before

    def _popped(self, _app: Flask, **_: object) -> None:
        holder = take_over(None)
        take_over(holder.before if isinstance(holder, Holder) and holder.owner is self else holder)
