"""Values: what the service tells about things that have no id of their own, and no verbs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import attrs

from mturk.data import wire
from mturk.record.collection import listed
from mturk.record.export import json_text

if TYPE_CHECKING:
    from mturk.connection.connection import Connection
    from mturk.record.collection import Collection

V = TypeVar("V", bound="Value")


@attrs.frozen(getstate_setstate=False)
class Value:
    """A value that came through a connection, which its relations use and its pickle leaves out."""

    _connection: Connection | None = attrs.field(default=None, eq=False, repr=False, kw_only=True)

    @classmethod
    def _read(cls: type[V], members: Mapping[str, Any], connection: Connection) -> V:
        kind: Any = cls
        value: V = attrs.evolve(wire.decoded(kind, members), connection=connection)
        return value

    @classmethod
    def _list(
        cls: type[V], operation: str, member: str, connection: Connection, *, name: str = "", **parameters: object
    ) -> Collection[V]:
        """The values that an operation lists under `member`."""
        return listed(cls._read, operation, member, connection, name=name, **parameters)

    def to_dict(self) -> dict[str, Any]:
        """The fields as a dict, for a data frame or a file."""
        return {a.name: getattr(self, a.name) for a in attrs.fields(type(self)) if a.name != "_connection"}

    def to_json(self) -> str:
        """`to_dict` as JSON: times in ISO 8601, durations in seconds, money as text."""
        return json_text(self.to_dict())

    def _row(self) -> dict[str, Any]:
        return self.to_dict()

    def __copy__(self: V) -> V:
        return self  # it never changes, and a copy through its pickle would lose the connection

    def __deepcopy__(self: V, memo: object) -> V:
        return self

    def __reduce__(self) -> tuple[Callable[..., Value], tuple[type[Value], Mapping[str, Any]]]:
        return _rebuild, (type(self), self.to_dict())


def _rebuild(kind: type[V], fields: Mapping[str, Any]) -> V:
    return kind(**fields)
