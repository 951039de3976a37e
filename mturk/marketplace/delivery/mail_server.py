"""The mail server of the operator's that e-mail is sent by: one message on each connection."""

from __future__ import annotations

import smtplib
import socket
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from email.message import EmailMessage
from ipaddress import ip_address
from typing import Any, BinaryIO
from urllib.parse import parse_qs, unquote, urlsplit

from mturk.marketplace.error import SettingError

VARIABLE = "MTURK_SMTP_URL"
_PORTS = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}
_EXAMPLE = "smtp+starttls://user:password@mail.my-lab.org:587?from=turk@my-lab.org"
_PATIENCE = 30.0  # seconds for each answer of the server
LONGEST = 90.0
"""So many seconds a whole sending may take; less than the lease in which no other process sends the same."""
_FOR_GOOD = range(500, 600)
_MOST_LINES = 1_000  # that a server may say on one connection; smtplib keeps all lines of an answer


class Unsent(Exception):
    """A message was not taken; `for_good` if trying again is of no use."""

    def __init__(self, reason: str, *, for_good: bool = False) -> None:
        super().__init__(reason)
        self.for_good = for_good


class _Lines:
    """What a server says, a line at a time, until it has said too much."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._left = _MOST_LINES

    def readline(self, most: int) -> bytes:
        self._left -= 1
        if self._left < 0:
            raise OSError("its answer has no end")
        return self._file.readline(most)

    def close(self) -> None:
        self._file.close()


class _Hurried(smtplib.SMTP):
    """A connection that is cut off after so many seconds, however slowly or much its server speaks.

    `begun` is told of it.
    """

    def __init__(self, *where: Any, longest: float, begun: Callable[[_Hurried], None], **options: Any) -> None:
        self._end = time.monotonic() + longest
        self._watch = threading.Timer(longest, self.cut_off)
        self._watch.daemon = True
        self._watch.start()
        try:
            # The first words of the server are read in here.
            begun(self)
            super().__init__(*where, **options)
        except BaseException:
            self._watch.cancel()
            raise

    def getreply(self) -> tuple[int, bytes]:
        if time.monotonic() >= self._end:
            self.close()
            raise TimeoutError
        if self.file is None and self.sock is not None:
            self.file = _Lines(self.sock.makefile("rb"))
        return super().getreply()

    def close(self) -> None:
        super().close()
        # Who closes after a failure connects no more.
        self._watch.cancel()

    def cut_off(self) -> None:
        """End it, from another thread; while it is being opened it ends as soon as it is open."""
        self._end = 0.0
        line = getattr(self, "sock", None)
        with suppress(OSError):
            if line is not None:
                # Not SSLSocket.shutdown, which drops the TLS state while another thread may be writing.
                socket.socket.shutdown(line, socket.SHUT_RDWR)


class _HurriedWithTLS(_Hurried, smtplib.SMTP_SSL):
    """The same, encrypted from the beginning."""


class MailServer:
    """A server, and the address that mail comes from."""

    def __init__(self, url: str, *, trust: ssl.SSLContext | None = None, longest: float = LONGEST) -> None:
        try:
            parts = urlsplit(url)
            self.host, self.port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
            given = parse_qs(parts.query, strict_parsing=True)
            (self.sender,) = given.pop("from")
        except (AttributeError, KeyError, TypeError, ValueError):
            raise _refusal() from None
        self._scheme = parts.scheme
        self._user = unquote(parts.username or "")
        self._password = unquote(parts.password or "")
        self._trust = trust
        self._longest = longest
        self._under_way: _Hurried | None = None
        if not self.host or given or parts.path not in ("", "/") or not _is_one_address(self.sender):
            raise _refusal()
        if self._user and self._scheme == "smtp" and not _is_this_machine(self.host):
            raise SettingError(f"A password is sent to {self.host} by smtps:// or smtp+starttls:// only.")

    def __repr__(self) -> str:
        return f"<MailServer {self._scheme}://{self.host}:{self.port}>"

    def send(self, message: EmailMessage, receiver: str) -> None:
        """Send one message; Unsent says why it was not taken."""
        try:
            connection = self._connection()
            try:
                connection.send_message(message, self.sender, [receiver])
                # It is taken by now: whatever the server says at the end, it is not sent again.
                with suppress(smtplib.SMTPException, OSError):
                    connection.quit()
            finally:
                connection.close()
        except smtplib.SMTPRecipientsRefused as error:
            code, reason = next(iter(error.recipients.values()))
            raise Unsent(_said(code, reason), for_good=code in _FOR_GOOD) from None
        except smtplib.SMTPDataError as error:
            raise Unsent(_said(error.smtp_code, error.smtp_error), for_good=error.smtp_code in _FOR_GOOD) from None
        except smtplib.SMTPResponseException as error:
            # What the server says of a sign-in may have it in it.
            raise Unsent(f"{type(error).__name__} {error.smtp_code}") from None
        except (smtplib.SMTPException, OSError) as error:
            raise Unsent(f"{type(error).__name__}: {self.host} port {self.port}") from None
        finally:
            self._under_way = None

    def break_off(self) -> None:
        """Cut the connection of a sending under way, which is then unsent."""
        line = self._under_way
        if line is not None:
            line.cut_off()

    def _begun(self, line: _Hurried) -> None:
        self._under_way = line

    def _connection(self) -> smtplib.SMTP:
        context = self._trust or ssl.create_default_context()
        options: dict[str, Any] = {"timeout": _PATIENCE, "longest": self._longest, "begun": self._begun}
        if self._scheme == "smtps":
            connection: smtplib.SMTP = _HurriedWithTLS(self.host, self.port, context=context, **options)
        else:
            connection = _Hurried(self.host, self.port, **options)
        try:
            if self._scheme == "smtp+starttls":
                connection.starttls(context=context)
            if self._user:
                connection.login(self._user, self._password)
        except BaseException:
            connection.close()
            raise
        return connection


def _said(code: int, reason: bytes | str) -> str:
    text = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else reason
    return f"{code} {''.join(letter if letter.isprintable() else ' ' for letter in text[:200])}"


def _is_one_address(text: str) -> bool:
    return text.count("@") == 1 and text.isascii() and text.isprintable() and not set(text) & set(' ,;<>"')


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _refusal() -> SettingError:
    # What was given is not repeated, because a password may stand in it.
    return SettingError(f"The mail server (smtp, {VARIABLE}) is such as {_EXAMPLE}, with smtp:// or smtps:// too.")
