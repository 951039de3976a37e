"""Where calls go and who signs them: the endpoint and the credentials."""

from __future__ import annotations

import configparser
import os
import re
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NoReturn, Protocol
from urllib.parse import urlsplit

import attrs

from mturk.errors import ConfigurationError

PRODUCTION = "https://mturk-requester.us-east-1.amazonaws.com"
SANDBOX = "https://mturk-requester-sandbox.us-east-1.amazonaws.com"

_WORDS = {"production": PRODUCTION, "sandbox": SANDBOX}
_HOW = (
    'Say where to connect: mturk.connect("local"), "sandbox", "production" or a URL, or set MTURK_ENDPOINT '
    "or AWS_ENDPOINT_URL_MTURK."
)


@attrs.frozen
class Credentials:
    """A key pair, with a session token where it is a temporary one. Its repr shows no secret."""

    access_key: str
    secret_key: str = attrs.field(repr=False)
    session_token: str | None = attrs.field(default=None, repr=False)

    def __reduce__(self) -> NoReturn:
        raise TypeError("credentials cannot be pickled: pickle the name of a profile instead")


class CredentialSource(Protocol):
    """Something that knows the credentials of the moment."""

    def current(self) -> Credentials:
        """The credentials to sign the next request with."""
        ...


@attrs.frozen
class FixedCredentials:
    """Credentials that do not change while the program runs."""

    _credentials: Credentials

    def current(self) -> Credentials:
        """The one key pair."""
        return self._credentials


@attrs.frozen
class BotocoreCredentials:
    """Credentials out of botocore's chain (SSO, roles, processes, containers), refreshed as they expire."""

    _credentials: Any = attrs.field(repr=False)

    def current(self) -> Credentials:
        """A frozen copy, so that key, secret and token always belong together."""
        from botocore.exceptions import BotoCoreError

        try:
            frozen = self._credentials.get_frozen_credentials()
        except BotoCoreError as error:
            raise ConfigurationError(f"botocore could not refresh the credentials: {error}") from error
        return Credentials(frozen.access_key, frozen.secret_key, frozen.token)

    def __reduce__(self) -> NoReturn:
        raise TypeError("credentials cannot be pickled: pickle the name of a profile instead")


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


def find_endpoint(where: str | None, settings: Settings) -> str:
    """The word "local" or the URL that calls go to."""
    environ = settings.environ
    place = where or environ.get("MTURK_ENDPOINT") or environ.get("AWS_ENDPOINT_URL_MTURK")
    place = place or settings.endpoint()
    if not place:
        raise ConfigurationError(f"No connection. {_HOW}")
    if place.lower() == "local":
        return "local"
    return _url(_WORDS.get(place.lower(), place))


def _url(place: str) -> str:
    if "@" in place:
        raise ConfigurationError("The endpoint's URL must not hold a user or a password (an @).")
    try:
        parts = urlsplit(place)
        usable = parts.scheme in ("http", "https") and parts.hostname and (parts.port or True)
    except ValueError:
        usable = False
    if not usable:
        raise ConfigurationError(f"{place!r} is no place to connect to{_guess(place)}. {_HOW}")
    if parts.query or parts.fragment:
        raise ConfigurationError("The endpoint's URL must not hold a query or a fragment.")
    return place.rstrip("/") + "/"


def _guess(place: str) -> str:
    if re.fullmatch(r"[\w.-]+:\d+/?", place):
        return f"; did you mean http://{place}"
    if place.endswith((".sqlite3", ".sqlite", ".db")):
        return f'; did you mean connect("local", database={place!r})'
    near = get_close_matches(place.lower(), [*_WORDS, "local"], 1)
    return f"; did you mean {near[0]!r}" if near else ""


def find_region(region: str | None, place: str, settings: Settings) -> str:
    """The region to sign for. AWS serves MTurk from one only, whatever a profile says for other services."""
    if region or place.startswith((PRODUCTION, SANDBOX)):
        return region or "us-east-1"
    return settings.region() or "us-east-1"


def find_credentials(
    settings: Settings,
    access_key: str | None = None,
    secret_key: str | None = None,
    session_token: str | None = None,
) -> CredentialSource:
    """Who signs: the arguments, the environment, the shared files, then botocore's chain."""
    if access_key or secret_key:
        return _pair("the arguments", access_key, secret_key, session_token)
    environ = settings.environ
    # A profile named in code means just that profile, whatever keys the environment holds.
    if not settings.profile and (environ.get("AWS_ACCESS_KEY_ID") or environ.get("AWS_SECRET_ACCESS_KEY")):
        return _pair(
            "the environment",
            environ.get("AWS_ACCESS_KEY_ID"),
            environ.get("AWS_SECRET_ACCESS_KEY"),
            environ.get("AWS_SESSION_TOKEN") or environ.get("AWS_SECURITY_TOKEN"),
        )
    section = settings.section()
    if "aws_access_key_id" in section and not _wants_chain(section):
        return _pair(
            f"profile {settings.profile_name!r}",
            section["aws_access_key_id"],
            section.get("aws_secret_access_key"),
            section.get("aws_session_token") or section.get("aws_security_token"),
        )
    return _chain(settings, section)


def _pair(where: str, access_key: str | None, secret_key: str | None, session_token: str | None) -> FixedCredentials:
    if not access_key or not secret_key:
        lacking = "secret key" if access_key else "access key"
        raise ConfigurationError(f"Only half of a key pair was found in {where}: the {lacking} is missing.")
    token = session_token.strip() if session_token else None
    return FixedCredentials(Credentials(access_key.strip(), secret_key.strip(), token))


def _wants_chain(section: Mapping[str, str]) -> bool:
    return "role_arn" in section


def _chain(settings: Settings, section: Mapping[str, str]) -> CredentialSource:
    try:
        import botocore.exceptions
        import botocore.session
    except ImportError:
        raise ConfigurationError(_nothing_found(settings, section)) from None
    try:
        session = botocore.session.Session(profile=settings.profile)
        credentials = session.get_credentials()
    except botocore.exceptions.BotoCoreError as error:
        raise ConfigurationError(f"botocore could not load credentials: {error}") from error
    if credentials is None:
        raise ConfigurationError(_nothing_found(settings, section))
    return BotocoreCredentials(credentials)


def _nothing_found(settings: Settings, section: Mapping[str, str]) -> str:
    name = settings.profile_name
    looked = [
        "the arguments access_key and secret_key",
        "the environment (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY)",
        f"profile {name!r} in {settings.credentials_file} and {settings.config_file}",
    ]
    if section:
        looked[-1] += " (which has no static keys)"
    text = f"No credentials found. Looked in: {'; '.join(looked)}."
    return f"{text} Other sources (SSO, roles, credential_process) want: pip install 'mturk[aws]'."


def _read(path: Path) -> dict[str, dict[str, str]]:
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
