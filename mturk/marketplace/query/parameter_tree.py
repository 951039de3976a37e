"""The parameters of a request: names and texts, and the tree that names such as Reward.1.Amount make of them.

Who sends them may be anybody, so that a number in a name is never room that is made: `Event.99999.Type` is one entry.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Union
from urllib.parse import parse_qsl

from mturk.marketplace.query.query_error import unreadable

Node = Union[str, "Tree"]
Tree = dict[str, Node]

MOST = 2000
"""So many parameters one request may have."""
_DEEPEST = 8
_PART = re.compile(r"[A-Za-z][A-Za-z0-9]{0,63}|0|[1-9][0-9]{0,4}")


def parameters(*sources: str) -> dict[str, str]:
    """The parameters in a query and in a form, each of which may be there once."""
    found: dict[str, str] = {}
    for source in sources:
        for name, value in _pairs(source):
            if name in found:
                raise unreadable(f"The parameter {name[:64]} was sent twice.")
            found[name] = value
    if len(found) > MOST:
        raise unreadable(_too_many())
    return found


def tree(given: Mapping[str, str]) -> Tree:
    """The parameters as a tree, by the parts of their names."""
    root: Tree = {}
    for name, value in given.items():
        parts = name.split(".", _DEEPEST)
        if len(parts) > _DEEPEST or not all(_PART.fullmatch(part) for part in parts):
            raise unreadable(f"There is no parameter {name[:64]!r}.")
        _put(root, parts, value, name)
    return root


def items(node: Node) -> list[Node]:
    """The parts of a list: those with numbers, in their order, or the one that stands there without a number."""
    if isinstance(node, str) or not any(name.isdigit() for name in node):
        return [node]
    if not all(name.isdigit() for name in node):
        raise unreadable("A list has parts with a number and parts without.")
    return [node[number] for number in sorted(node, key=int)]


def _pairs(source: str) -> Iterable[tuple[str, str]]:
    try:
        return parse_qsl(source, keep_blank_values=True, errors="strict", max_num_fields=MOST)
    except UnicodeDecodeError:
        raise unreadable("The parameters are not UTF-8.") from None
    except ValueError:
        raise unreadable(_too_many()) from None


def _too_many() -> str:
    return f"A request has {MOST} parameters at most."


def _put(root: Tree, parts: list[str], value: str, name: str) -> None:
    node = root
    for part in parts[:-1]:
        inner = node.setdefault(part, {})
        if isinstance(inner, str):
            raise _twofold(name)
        node = inner
    if parts[-1] in node:
        raise _twofold(name)
    node[parts[-1]] = value


def _twofold(name: str) -> Exception:
    return unreadable(f"The parameter {name[:64]} is both a value and the beginning of others.")
