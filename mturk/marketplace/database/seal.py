"""The seal of the requesters' secret keys: with the database alone nobody can sign requests.

Signature Version 4 is symmetric: a signature is verified with the secret that made it. So the secrets cannot be stored
as hashes, as passwords are; they are encrypted (AES-256-GCM) with a master key that is stored elsewhere.
"""

from __future__ import annotations

import base64
import binascii
import os
import secrets
import shlex
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from mturk.marketplace.database.opened_file import is_loose, open_private
from mturk.marketplace.error import MarketplaceError

VARIABLE = "MTURK_MARKETPLACE_KEY"
_LENGTH = 32
_NONCE = 12
_MAKE_ONE = "Make one with: openssl rand -base64 32"


class Seal:
    """Encrypts and decrypts with a master key. `where` says where that key is, for messages."""

    def __init__(self, key: bytes, where: str) -> None:
        self._cipher = AESGCM(key)
        self.where = where

    def __repr__(self) -> str:
        return f"<Seal by {self.where}>"

    def close(self, secret: str, label: str) -> str:
        """The encrypted secret, which can be decrypted with the same label only."""
        nonce = secrets.token_bytes(_NONCE)
        sealed = nonce + self._cipher.encrypt(nonce, secret.encode(), label.encode())
        return base64.b64encode(sealed).decode()

    def open(self, sealed: str, label: str) -> str:
        """The secret that was sealed with this label."""
        try:
            content = base64.b64decode(sealed, validate=True)
            return self._cipher.decrypt(content[:_NONCE], content[_NONCE:], label.encode()).decode()
        except (InvalidTag, ValueError):
            raise MarketplaceError(
                f"The secret keys in the database cannot be read with {self.where}. "
                "Use the master key that they were sealed with."
            ) from None


def passing() -> Seal:
    """A seal for a database that ends with this process."""
    return Seal(secrets.token_bytes(_LENGTH), "a passing key")


def given(text: str, where: str) -> Seal:
    """The seal of a master key as text: 32 bytes in base64."""
    try:
        key = base64.b64decode(text.strip().replace("-", "+").replace("_", "/"), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != _LENGTH:
        raise MarketplaceError(f"{where} is not a master key, which is {_LENGTH} bytes in base64. {_MAKE_ONE}")
    return Seal(key, where)


def find(passed: str | None, database: Path | None, *, make: bool) -> Seal:
    """The seal of a database that may be a file.

    Its master key is the one passed in, else the one in the key file beside the database file, else the one in the
    environment; with `make` the key file is made, together with the database.
    """
    if passed is not None:
        return given(passed, "the master key that was passed in")
    path = key_file(database) if database else None
    if path and path.exists():
        return _read(path)
    if VARIABLE in os.environ:
        return given(os.environ[VARIABLE], f"the master key in {VARIABLE}")
    if path is None:
        raise MarketplaceError(
            f"This database needs a master key for its secrets in {VARIABLE}: the one that it was made with, or for a "
            f"new database a new one. {_MAKE_ONE}"
        )
    if not make:
        raise MarketplaceError(
            f"The key file {path} is missing, without which the secret keys in the database cannot be read. "
            f"Put it back beside the database, or set {VARIABLE} to what is in it."
        )
    _make(path)
    return _read(path)


def key_file(database: Path) -> Path:
    """Where the master key of a database file is, if it is in a file."""
    return database.with_name(f"{database.name}.key")


def _read(path: Path) -> Seal:
    try:
        content = path.read_text(encoding="ascii", errors="replace")
        loose = is_loose(path)
    except OSError as error:
        raise MarketplaceError(f"The key file {path} cannot be read: {error.strerror}.") from None
    if loose:
        raise MarketplaceError(
            f"The key file {path} can be read or written by others than its owner, who may know the key by now. "
            f"Keep them from it: chmod 600 {shlex.quote(str(path))}"
        )
    return given(content, f"the key file {path}")


def _make(path: Path) -> None:
    # Written to a draft and renamed, so that a crash leaves no half of it. The database is made after it.
    draft = path.with_name(f"{path.name}.new")
    try:
        with os.fdopen(open_private(draft), "wb") as file:
            file.truncate()
            file.write(base64.b64encode(secrets.token_bytes(_LENGTH)) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)
    except OSError as error:
        raise MarketplaceError(f"The key file {path} cannot be made: {error.strerror}.") from None
