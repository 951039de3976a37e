"""Who signs the calls: key pairs, and where they are found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn, Protocol

import attrs

from mturk.connection.settings import Settings
from mturk.errors import ConfigurationError


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
    if "aws_access_key_id" in section and not _needs_chain(section):
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


def _needs_chain(section: Mapping[str, str]) -> bool:
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
    return f"{text} Other sources (SSO, roles, credential_process) need: pip install 'mturk[aws]'."
