"""Records: live things with an id, which remember their connection and carry their own verbs.

A record that came in an answer is complete. One that was made from an id (`HIT("3ABC…")`) costs nothing until a
field is read that is not there; then one call loads them all. Nothing else ever makes a call: not repr, ==, hash,
dir, pickle, copy or tab completion, which is why fields are properties over attrs' slots (a completer skips
properties, and would read anything else).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeVar, overload

import attrs

from mturk import late
from mturk.connection.connection import current, existing
from mturk.data import limit, safe_text, wire
from mturk.errors import TransportError, ValidationError

if TYPE_CHECKING:
    from mturk.connection.connection import Connection
    from mturk.model.assignment import Assignment
    from mturk.model.hit import HIT
    from mturk.model.hit_type import HITType
    from mturk.model.qualification_type import QualificationType
    from mturk.model.worker import Worker
    from mturk.record import collection, display, export
    from mturk.record.collection import Collection
    from mturk.record.display import Table
else:
    collection = late.module("mturk.record.collection")
    display = late.module("mturk.record.display")
    export = late.module("mturk.record.export")

R = TypeVar("R", bound="Record")

record = attrs.define(frozen=True, slots=True, init=False, eq=False, repr=False, getstate_setstate=False)
"""The decorator of every record class: frozen slots, all behaviour from `Record`."""


@record
class Record:
    """A thing of the service: identity, connection, and fields that load on first read."""

    id: str
    """The service's id for this thing."""
    _connection: Connection | None

    _plan: ClassVar[tuple[tuple[str, Callable[[Any, Any], None], wire.Read | None], ...]] = ()
    _slots: ClassVar[Mapping[str, Any]] = {}
    _id_member: ClassVar[str] = ""
    _shown: ClassVar[tuple[str, ...]] = ()
    _columns: ClassVar[tuple[str, ...]] = ()
    """What a table of many shows, where all fields are too much for a screen."""

    def __init__(self, id: str, *, connection: Connection | None = None) -> None:
        _set_id(self, self._checked(id))
        _set_connection(self, connection or existing())

    @classmethod
    def _checked(cls, id: str) -> str:
        """The id, if it may be one of this kind of thing."""
        return limit.identifier("id", id)

    @classmethod
    def __attrs_init_subclass__(cls) -> None:
        made: Any = cls
        names = [attribute.name for attribute in attrs.fields(made)]
        slots = {name: getattr(cls, name) for name in names}
        own = {name: slot for name, slot in slots.items() if name not in ("id", "_connection")}
        cls._plan = tuple((name, slots[attribute].__set__, read) for name, attribute, read in wire.plan(made))
        cls._slots = own
        for name, slot in own.items():
            if not name.startswith("_"):
                setattr(cls, name, _property(name, slot))

    @classmethod
    def _of(cls: type[R], answer: Mapping[str, Any], connection: Connection | None) -> R:
        """The record that an answer holds under its own name."""
        return cls._read(answer.get(cls.__name__) or {}, connection)

    @classmethod
    def _read(cls: type[R], members: Mapping[str, Any], connection: Connection | None) -> R:
        """A complete record from an answer."""
        cls._expect_id(members)
        made = cls.__new__(cls)
        _set_id(made, members[cls._id_member])
        _set_connection(made, connection)
        made._fill(members)
        return made

    @classmethod
    def _list(
        cls: type[R], operation: str, member: str, connection: Connection, *, name: str = "", **parameters: object
    ) -> Collection[R]:
        """The records that an operation lists under `member`."""
        return collection.listed(cls._read, operation, member, connection, name=name, **parameters)

    @classmethod
    def _expect_id(cls, members: Mapping[str, Any]) -> None:
        is_one = isinstance(members, Mapping)
        if is_one and isinstance(members.get(cls._id_member), str):
            return
        there = (", ".join(members) or "nothing") if is_one else f"{members!r:.60}"
        raise TransportError(
            f"The service describes a {cls.__name__} without its {cls._id_member}; it tells {there}.",
            maybe_done=True,
        )

    def _renew(self, answer: Mapping[str, Any]) -> None:
        """Take all fields from an answer that holds this record under its own name."""
        members = answer.get(type(self).__name__) or {}
        self._expect_id(members)
        if members[self._id_member] != self.id:
            raise TransportError(f"The answer about {self.id} is about {members[self._id_member]}: somebody else's.")
        self._fill(members)

    def _fill(self, members: Mapping[str, Any]) -> None:
        get = members.get
        try:
            for name, put, read in self._plan:
                value = get(name)
                put(self, value if read is None or value is None else read(value))
        except wire.UNREADABLE as error:
            raise TransportError(
                f"The service describes {type(self).__name__} {self.id} with {name} = {value!r}, "
                f"which cannot be read: {error!r}.",
                maybe_done=True,
            ) from error

    def _set(self, **values: Any) -> None:
        for name, value in values.items():
            self._slots[name].__set__(self, value)

    def _forget(self, *names: str) -> None:
        for name in names:
            if self._has(name):
                self._slots[name].__delete__(self)

    def _has(self, name: str) -> bool:
        try:
            self._slots[name].__get__(self)
        except AttributeError:
            return False
        return True

    def _load(self, missing: str) -> None:
        """Ask the service for the fields, because `missing` was read and is not there."""
        raise AttributeError(f"the service has no operation that tells the {missing} of {self!r}")

    @property
    def connection(self) -> Connection:
        """The connection that this record's calls go through."""
        if self._connection is None:
            _set_connection(self, current())
        return self._connection or current()

    def _answer_limit(self) -> int:
        """How many bytes of an answer are read; a record that was loaded from a pickle may have no connection."""
        connection = self._connection or existing()
        return 5_000_000 if connection is None else connection.answer_limit

    def _call(self, operation: str, **parameters: object) -> dict[str, Any]:
        return self.connection.call(operation, **parameters)

    @overload
    def _related(self, kind: Literal["Assignment"], id: str | None) -> Assignment: ...
    @overload
    def _related(self, kind: Literal["HIT"], id: str | None) -> HIT: ...
    @overload
    def _related(self, kind: Literal["HITType"], id: str | None) -> HITType: ...
    @overload
    def _related(self, kind: Literal["QualificationType"], id: str | None) -> QualificationType: ...
    @overload
    def _related(self, kind: Literal["Worker"], id: str | None) -> Worker: ...
    def _related(self, kind: Any, id: str | None) -> Any:
        return related(kind, id, self._connection)

    def __eq__(self, other: object) -> bool:
        return self.id == other.id if type(other) is type(self) else NotImplemented

    def __hash__(self) -> int:
        return hash((type(self).__name__, self.id))

    def __repr__(self) -> str:
        facts = [_fact(getattr(self, name)) for name in self._shown if self._has(name)]
        return safe_text.one_line(f"<{' '.join([type(self).__name__, self.id, *facts])}>")

    def _state(self) -> dict[str, Any]:
        kept = (name for name in self._slots if not name.startswith("_") and self._has(name))
        return {name: self._slots[name].__get__(self) for name in kept}

    def to_dict(self, *, xml: bool = False) -> dict[str, Any]:
        """The record's fields as a dict, for a data frame or a file; loads them first where they are missing.

        What a worker answered stands under `answers.` and the question's identifier. The documents themselves, such as
        the page of a HIT, are left out unless `xml=True`.
        """
        names = [name for name in self._slots if not name.startswith("_") and (xml or not name.endswith("_xml"))]
        return {"id": self.id, **{name: getattr(self, name) for name in names}, **self._answers_by_column()}

    def to_json(self, *, xml: bool = False) -> str:
        """`to_dict` as JSON: times in ISO 8601, durations in seconds, money as text."""
        return export.json_text(self.to_dict(xml=xml))

    def _answers_by_column(self) -> dict[str, Any]:
        """What a worker answered, for a row of a table."""
        return {}

    def _row(self) -> dict[str, Any]:
        known = self._state()
        return {"id": self.id, **{name: known.get(name) for name in self._columns or known}}

    def show(self) -> Table:
        """The record as a table, in a terminal as in a notebook; loads the fields first where they are missing."""
        return _table(self, self.to_dict())

    def _repr_html_(self) -> str:
        return _table(self, {"id": self.id, **self._state()})._repr_html_()

    def __reduce__(self) -> tuple[Callable[..., Record], tuple[type[Record], str, dict[str, Any]]]:
        # Without the connection: it holds a secret, and the reader may live in another process.
        return _rebuild, (type(self), self.id, self._state())

    def __copy__(self: R) -> R:
        return _rebuild(type(self), self.id, self._state(), self._connection)

    def __deepcopy__(self: R, memo: object) -> R:
        return self.__copy__()  # its values never change


def _table(of: Record, fields: Mapping[str, object]) -> Table:
    rows = [(name, value) for name, value in fields.items() if value is not None]
    return display.Table(("field", "value"), rows, caption=type(of).__name__)


def _fact(value: object) -> str:
    return repr(value) if type(value) is str else str(value)


_set_id = Record.__dict__["id"].__set__
_set_connection = Record.__dict__["_connection"].__set__


def _rebuild(kind: type[R], id: str, state: dict[str, Any], connection: Connection | None = None) -> R:
    made = kind.__new__(kind)
    _set_id(made, id)
    _set_connection(made, connection or existing())
    for name, value in state.items():
        # A record that an older release has pickled may have fields that are gone.
        if name in made._slots:
            made._slots[name].__set__(made, value)
    return made


def _property(name: str, slot: Any) -> property:
    get = slot.__get__

    def read(self: Record) -> Any:
        try:
            return get(self)
        except AttributeError:
            pass
        self._load(name)
        return get(self)

    read.__name__ = name
    return property(read)


def id_of(name: str, thing: Record | str, kind: str, check: Callable[[str, str], str] = limit.identifier) -> str:
    """The id of an argument given as a record of this kind or as its id."""
    if not isinstance(thing, Record):
        return check(name, thing)
    if not isinstance(thing, kind_of(kind)):
        raise ValidationError(f"{name} must be a {kind} or its id, not {thing!r}")
    found: str = thing.id
    return found


@cache
def kind_of(name: str) -> type[Any]:
    """The record class of this name: relations also point up the layers, so they go by the public names."""
    kind: type[Any] = getattr(import_module("mturk"), name)
    return kind


@overload
def related(kind: Literal["Assignment"], id: str | None, connection: Connection | None) -> Assignment: ...
@overload
def related(kind: Literal["HIT"], id: str | None, connection: Connection | None) -> HIT: ...
@overload
def related(kind: Literal["HITType"], id: str | None, connection: Connection | None) -> HITType: ...
@overload
def related(kind: Literal["QualificationType"], id: str | None, connection: Connection | None) -> QualificationType: ...
@overload
def related(kind: Literal["Worker"], id: str | None, connection: Connection | None) -> Worker: ...
def related(kind: str, id: str | None, connection: Connection | None) -> Any:
    """The record of this kind and id, without a call; None where the service named none."""
    return None if id is None else _rebuild(kind_of(kind), id, {}, connection)
