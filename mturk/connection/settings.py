"""What the environment and AWS's shared files say."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from mturk import late
from mturk.errors import ConfigurationError

if TYPE_CHECKING:
    import configparser
else:
    configparser = late.module("configparser")


@attrs.frozen
class Settings:
    """What the environment and AWS's shared files say; files are read once, on first need."""

    environ: Mapping[str, str] = attrs.field(factory=lambda: os.environ, repr=False)
    profile: str | None = None

    @property
    def profile_name(self) -> str:
        """The profile in force: the argument, then AWS_PROFILE, then `default`."""
        return self.profile or self.environ.get("AWS_PROFILE") or "default"

    @property
    def credentials_file(self) -> Path:
        """The shared credentials file."""
        return Path(self.environ.get("AWS_SHARED_CREDENTIALS_FILE") or "~/.aws/credentials").expanduser()

    @property
    def config_file(self) -> Path:
        """The shared config file."""
        return Path(self.environ.get("AWS_CONFIG_FILE") or "~/.aws/config").expanduser()

    def section(self) -> dict[str, str]:
        """The profile's settings; the credentials file goes over the config file."""
        name = self.profile_name
        config = _read(self.config_file)
        section = "default" if name == "default" else f"profile {name}"
        return {**config.get(section, {}), **_read(self.credentials_file).get(name, {})}

    def region(self) -> str | None:
        """The region that the environment or the profile names."""
        return self.environ.get("AWS_DEFAULT_REGION") or self.section().get("region")

    def endpoint(self) -> str | None:
        """The endpoint that the profile names for MTurk, or for all services."""
        section = self.section()
        services = _read(self.config_file).get(f"services {section.get('services')}", {})
        return _nested(services.get("mturk", "")).get("endpoint_url") or section.get("endpoint_url")


def _read(path: Path) -> dict[str, dict[str, str]]:
    if not os.path.exists(path):  # the parser is not loaded for nothing
        return {}
    # No interpolation: a secret key may hold a percent sign.
    parser = configparser.RawConfigParser()
    try:
        parser.read(path, encoding="utf-8")
    except (OSError, UnicodeDecodeError, configparser.Error) as error:
        # configparser quotes the line it trips over, which may be a secret.
        raise ConfigurationError(f"{path} cannot be read: {type(error).__name__}") from None
    return {name: dict(parser[name]) for name in parser.sections()}


def _nested(text: str) -> dict[str, str]:
    pairs = (line.partition("=") for line in text.splitlines() if "=" in line)
    return {name.strip(): value.strip() for name, _, value in pairs}
