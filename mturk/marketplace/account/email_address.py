"""E-mail addresses: which can be written to, and the normal form in which two of them are the same."""

from __future__ import annotations

import re
from contextlib import suppress

from mturk.marketplace.error import told

LONGEST = 254
# What mail servers take without quotes; neither line ends nor anything else that could begin another header, such as
# an encoded word, which begins with =? and may have a line end in it.
_LOCAL = re.compile(r"(?!.*=\?)[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]{1,64}(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]{1,64}){0,32}")
_DOMAIN = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?){1,10}")


def read(text: str) -> str | None:
    """The address as mail is sent to it, or None if this is none."""
    local, _, domain = text.strip().rpartition("@")
    host = ""
    with suppress(UnicodeError):  # a name that no name server knows
        host = domain.lower().encode("idna").decode("ascii") if len(domain) <= LONGEST else ""
    address = f"{local}@{host}"
    good = _LOCAL.fullmatch(local) and len(local) <= 64 and _DOMAIN.fullmatch(host) and len(address) <= LONGEST
    return address if good else None


def key(address: str) -> str:
    """The normal form of an address that was read: no server in use tells capitals apart."""
    return address.lower()


def fault_of(text: str) -> str | None:
    """What is wrong with what was entered; nothing at all is right too."""
    if text.strip() and read(text) is None:
        return told("This is not an e-mail address. One looks like name@example.org.")
    return None
