"""A page that was saved on the service's own site, with the values to fill in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from attrs import field, frozen

from mturk.errors import ValidationError
from mturk.question import part

_ID = re.compile("[A-Z0-9]{1,64}")


def _text(value: Any) -> Any:
    return part.plain(value) if isinstance(value, str) or value is None else str(value)


@frozen(init=False)
class Layout:
    """A layout by its id, and a value for each of its `${placeholders}`.

    The service puts the values into the page as they are: what is no HTML has to be escaped by you.

        >>> Layout("3ABCDEFGHIJKLMNOPQRSTUVWXYZ012", photo="https://my-lab.org/7.jpg").parameters["photo"]
        'https://my-lab.org/7.jpg'
    """

    id: str = field(converter=part.plain, validator=part.text)
    parameters: Mapping[str, str] = field(hash=False)

    @parameters.validator
    def _each_is_text(self, attribute: object, value: Mapping[str, str]) -> None:
        for name, one in value.items():
            part.text(self, _Named(f"parameters[{name!r}]"), one)

    def __init__(self, id: str, values: Mapping[str, object] | None = None, /, **parameters: object) -> None:
        chosen = {**(values or {}), **parameters}
        self.__attrs_init__(id, {name: _text(value) for name, value in chosen.items()})

    def validate(self) -> None:
        """Raise one ValidationError that lists every problem; the page itself is with the service. Nothing is sent."""
        found = [] if _ID.fullmatch(self.id) else [f"Layout.id: {self.id!r}; expected capital letters and digits"]
        found += [f"Layout.parameters: {name!r}; expected a name" for name in self.parameters if not name.strip()]
        if found:
            raise ValidationError("\n".join(found))


@frozen
class _Named:
    name: str
