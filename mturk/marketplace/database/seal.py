"""The seal of the requesters' secret keys: with the database alone nobody can sign requests.

Signature Version 4 is symmetric: a signature is verified with the secret that made it. So the secrets cannot be stored
as hashes, as passwords are; they are encrypted (AES-256-GCM) with a master key that is stored elsewhere.

While a master key is changed there are two of them: the first one seals, and each of them opens what it sealed.
"""

from __future__ import annotations

import base64
import binascii
import os
import secrets
import shlex
from collections.abc import Callable, Sequence
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from mturk.marketplace.database import durable
from mturk.marketplace.database.opened_file import is_loose
from mturk.marketplace.error import MarketplaceError

VARIABLE = "MTURK_MARKETPLACE_KEY"
_LENGTH = 32
_NONCE = 12
_MAKE_ONE = "Make one with: openssl rand -base64 32"


class Seal:
    """Encrypts and decrypts with a master key. `where` says where that key is, for messages.

    Of several keys the first encrypts, and all decrypt. `look` says which they are by now, where that can change.
    """

    def __init__(self, keys: Sequence[bytes], where: str, look: Callable[[], Sequence[bytes]] | None = None) -> None:
        self._take(keys)
        self._look = look
        self.where = where

    def __repr__(self) -> str:
        return f"<Seal by {self.where}>"

    def close(self, secret: str, label: str) -> str:
        """The encrypted secret, which can be decrypted with the same label only.

        Call it in the transaction that writes it down: then no change of the master key passes it by.
        """
        self._look_again()
        nonce = secrets.token_bytes(_NONCE)
        sealed = nonce + self._ciphers[0].encrypt(nonce, secret.encode(), label.encode())
        return base64.b64encode(sealed).decode()

    def open(self, sealed: str, label: str) -> str:
        """The secret that was sealed with this label."""
        opened = self._opened(sealed, label)
        if opened is None and self._look is not None:
            self._look_again()  # another process may have changed the master key
            opened = self._opened(sealed, label)
        if opened is None:
            raise MarketplaceError(
                f"The secret keys in the database cannot be read with {self.where}. "
                "Use the master key that they were sealed with."
            )
        return opened[1]

    def is_newest(self, sealed: str, label: str) -> bool:
        """Whether the first of the keys has sealed it, and not an older one."""
        opened = self._opened(sealed, label)
        return opened is not None and opened[0] == 0

    def _opened(self, sealed: str, label: str) -> tuple[int, str] | None:
        """The place of the key that opens it, and the secret."""
        try:
            content = base64.b64decode(sealed, validate=True)
        except ValueError:
            return None
        for place, cipher in enumerate(self._ciphers):
            try:
                return place, cipher.decrypt(content[:_NONCE], content[_NONCE:], label.encode()).decode()
            except (InvalidTag, ValueError):
                continue
        return None

    def _look_again(self) -> None:
        if self._look is not None:
            self._take(self._look())

    def _take(self, keys: Sequence[bytes]) -> None:
        self.keys = list(keys)
        """The first one seals."""
        self._ciphers = [AESGCM(key) for key in keys]


def passing() -> Seal:
    """A seal for a database that ends with this process."""
    return Seal([secrets.token_bytes(_LENGTH)], "a passing key")


def given(text: str, where: str) -> Seal:
    """The seal of a master key as text: 32 bytes in base64; or of several, with commas or in lines."""
    return Seal(keys(text, where), where)


def keys(text: str, where: str) -> list[bytes]:
    """The master keys that a text has: each is 32 bytes in base64."""
    return [_key(word, where) for word in text.replace(",", " ").split()] or [_key("", where)]


def text(many: Sequence[bytes]) -> str:
    """Master keys as a key file has them, one in a line."""
    return "".join(f"{base64.b64encode(one).decode()}\n" for one in many)


def new_key() -> bytes:
    """A new master key."""
    return secrets.token_bytes(_LENGTH)


def key_file(database: Path) -> Path:
    """Where the master key of a database file is, if it is in a file."""
    return database.with_name(f"{database.name}.key")


def read(path: Path) -> list[bytes]:
    """The master keys in a key file."""
    try:
        content, loose = path.read_text(encoding="ascii", errors="replace"), is_loose(path)
    except OSError as error:
        raise MarketplaceError(f"The key file {path} cannot be read: {error.strerror}.") from None
    if loose:
        raise MarketplaceError(
            f"The key file {path} can be read or written by others than its owner, who may know the key by now. "
            f"Keep them from it: chmod 600 {shlex.quote(str(path))}"
        )
    return keys(content, f"the key file {path}")


def write(path: Path, many: Sequence[bytes]) -> None:
    """Make or replace a key file; a crash leaves the earlier one or this one, and no half of it."""
    try:
        durable.write(path, text(many).encode())
    except OSError as error:
        raise MarketplaceError(f"The key file {path} cannot be made: {error.strerror}.") from None


def find(passed: str | None, database: Path | None, *, make: bool) -> Seal:
    """The seal of a database that may be a file.

    Its master key is the one passed in, else the one in the key file beside the database file, else the one in the
    environment; with `make` the key file is made, together with the database.
    """
    if passed is not None:
        return given(passed, "the master key that was passed in")
    path = key_file(database) if database else None
    if path and path.exists():
        return _of_file(path)
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
    write(path, [new_key()])
    return _of_file(path)


def _of_file(path: Path) -> Seal:
    return Seal(read(path), f"the key file {path}", lambda: read(path))


def _key(word: str, where: str) -> bytes:
    try:
        key = base64.b64decode(word.replace("-", "+").replace("_", "/"), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != _LENGTH:
        raise MarketplaceError(f"{where} is not a master key, which is {_LENGTH} bytes in base64. {_MAKE_ONE}")
    return key
