"""What an app's configuration says to this extension: its keys MTURK_…, checked when the app is set up."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from attrs import field, fields, frozen

from mturk.errors import ConfigurationError
from mturk.question import address

PREFIX = "MTURK_"
_HOST = re.compile(r"(https?://)?([a-z0-9.-]+|\[[0-9a-f:.]+\])(:\d{1,5})?/?", re.IGNORECASE)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_topic(value: object) -> bool:
    return isinstance(value, str) and value.startswith("arn:")


def _is_path(value: object) -> bool:
    return _is_text(value) or isinstance(value, os.PathLike)


def _is_list_of(good: Callable[[object], bool]) -> Callable[[object], bool]:
    return lambda value: isinstance(value, list | tuple) and all(map(good, value))


def _is_host(value: object) -> bool:
    return isinstance(value, str) and _HOST.fullmatch(value) is not None


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _key(expected: str, good: Callable[[object], bool], *, default: Any = None, repr: bool = True) -> Any:
    return field(default=default, repr=repr, metadata={"expected": expected, "good": good})


@frozen
class Configuration:
    """The keys MTURK_… of an app's configuration; what is None was left out."""

    endpoint: str | None = _key('"local", "sandbox", "production" or a URL', _is_text)
    access_key: str | None = _key("a text", _is_text)
    secret_key: str | None = _key("a text", _is_text, repr=False)
    session_token: str | None = _key("a text", _is_text, repr=False)
    profile: str | None = _key("the name of an AWS profile", _is_text)
    region: str | None = _key("the name of a region", _is_text)
    database: str | os.PathLike[str] | None = _key("a file or a URL", _is_path, repr=False)
    templates: tuple[str | os.PathLike[str], ...] = _key("a list of folders", _is_list_of(_is_path), default=())
    topics: tuple[str, ...] = _key("a list of SNS topics' ARNs", _is_list_of(_is_topic), default=())
    certificates: tuple[str, ...] = _key("a list of URLs", _is_list_of(_is_text), default=())
    mark: str | os.PathLike[str] | None = _key("a file or a database's URL", _is_path, repr=False)
    workers: int = _key("a whole number above 0", _is_count, default=4)
    attempts: int = _key("a whole number above 0", _is_count, default=5)
    allowed_hosts: tuple[str, ...] = _key(
        "a list of hosts, as turk.my-lab.org or http://127.0.0.1:8017", _is_list_of(_is_host), default=()
    )

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> Configuration:
        """Read an app's configuration; one ConfigurationError lists whatever is wrong with it."""
        given: dict[str, Any] = {
            name.removeprefix(PREFIX).lower(): value
            for name, value in config.items()
            if name.startswith(PREFIX) and value is not None
        }
        problems = list(_problems(given))
        if problems:
            raise ConfigurationError("The app's configuration: " + "; ".join(problems))
        for name, value in given.items():
            given[name] = tuple(value) if isinstance(value, list) else value
        return cls(**given)

    def origins(self) -> Iterator[str]:
        """The allowed hosts as origins: where only a host is named that is https, and http too inside the house."""
        for host in self.allowed_hosts:
            bare = host.rstrip("/").lower()
            if "://" in bare:
                yield bare
                continue
            yield f"https://{bare}"
            if address.is_near(re.sub(r":\d+\Z", "", bare).strip("[]")):
                yield f"http://{bare}"


def _problems(given: Mapping[str, Any]) -> Iterator[str]:
    known = {each.name: each.metadata for each in fields(Configuration)}
    for name, value in given.items():
        key = PREFIX + name.upper()
        if name not in known:
            near = get_close_matches(name, known, 1)
            hint = f"did you mean {PREFIX}{near[0].upper()}?" if near else "the keys are " + _names(known)
            yield f"there is no {key}, {hint}"
        elif not known[name]["good"](value):
            # A value may be a secret under the wrong key, so that only its kind is told.
            yield f"{key} must be {known[name]['expected']}, not this {type(value).__name__}"


def _names(known: Mapping[str, object]) -> str:
    return ", ".join(PREFIX + name.upper() for name in known)
