"""Passwords: which are good enough, their hashes (scrypt), and a check that takes as long where there is none."""

from __future__ import annotations

import threading
import unicodedata
from collections.abc import Callable
from functools import partial

from werkzeug.security import check_password_hash, generate_password_hash

from mturk.marketplace.error import told

SHORTEST, LONGEST = 10, 1000
_AT_ONCE = 4  # each check takes 32 MB and a core
# A hash of no password, made with the same effort: to check against it takes as long as against a real one.
_scrypt = partial(generate_password_hash, method="scrypt")
_NOBODYS = "scrypt:32768:8:1$nobodysSalt00000$" + "0" * 128


class Passwords:
    """Makes and checks hashes; every check is one hash, whether or not there is something to check against."""

    def __init__(
        self,
        make: Callable[[str], str] = _scrypt,
        check: Callable[[str, str], bool] = check_password_hash,
    ) -> None:
        self._make = make
        self._check = check
        self._turn = threading.BoundedSemaphore(_AT_ONCE)

    def hash(self, password: str) -> str:
        """What is stored of a password."""
        with self._turn:
            return self._make(_normal(password))

    def match(self, stored: str | None, password: str) -> bool:
        """Whether this is the password that was stored; without one it is not."""
        # More than anybody could have set is not hashed, since that is what it would be sent for.
        typed = _normal(password) if len(password) <= LONGEST else ""
        with self._turn:
            right = self._check(stored or _NOBODYS, typed)
        return right and stored is not None and bool(typed)


def fault_of(password: str, *known: str | None) -> str | None:
    """What is wrong with a new password; `known` is what others know of its owner."""
    if len(password) < SHORTEST:
        return told("The password needs at least 10 characters.")
    if len(password) > LONGEST:
        return told("The password has more than 1,000 characters.")
    plain = _normal(password).strip().casefold()
    if any(one and plain == one.strip().casefold() for one in known):
        return told("The password must not be your worker ID or e-mail address.")
    if len(set(plain)) < 3:
        return told("The password needs more different characters.")
    return None


def _normal(password: str) -> str:
    # Keyboards write the same letter in several ways.
    return unicodedata.normalize("NFKC", password).encode("utf-8", "replace").decode()
