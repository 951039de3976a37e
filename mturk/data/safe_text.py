"""What others wrote, made harmless for a terminal and a file of JSON."""

from __future__ import annotations

import re

# Control characters, those that turn the direction of a text, ends of lines, and halves of characters. They move the
# cursor, change the title of a window, hide what stands there or cannot be written as UTF-8.
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def one_line(text: str) -> str:
    """The text on one line, with a replacement character for each that a terminal would obey."""
    return _UNSEEN.sub("\ufffd", " ".join(text.split()))


def harmless(text: str) -> str:
    """The same for a text that keeps its lines."""
    return "\n".join(_UNSEEN.sub("\ufffd", line.replace("\t", " ")) for line in text.splitlines())


def writable(text: str) -> str:
    """The text as it stands, but for halves of characters, which no file takes."""
    return text.encode("utf-8", "replace").decode()


def json_line(text: str) -> str:
    """JSON with the characters escaped that a terminal would obey, which are in its texts only: it means the same."""
    return _UNSEEN.sub(lambda found: f"\\u{ord(found.group()):04x}", text)
