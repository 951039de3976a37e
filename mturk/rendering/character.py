"""The characters that XML can carry, and where a text has others."""

from __future__ import annotations

import re

# XML 1.0, section 2.2. Not even a numeric reference can stand for the others.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def problem(text: str, place: str) -> str | None:
    """Say which character of the text cannot stand in XML, and where; None if all can."""
    found = _FORBIDDEN.search(text)
    if found is None:
        return None
    before = text[: found.start()]
    line = before.count("\n") + 1
    column = found.start() - (before.rfind("\n") + 1) + 1
    code = f"U+{ord(found.group()):04X}"
    return f"{place}: line {line}, column {column}: the character {code} cannot stand in XML; leave it out"
