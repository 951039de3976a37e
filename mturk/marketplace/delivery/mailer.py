"""The mailer: sends the mail that waits, and tries again until it was taken or is too old."""

from __future__ import annotations

import logging
from collections.abc import Callable
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, make_msgid

from mturk.marketplace.clock import HOUR, SECOND
from mturk.marketplace.database.seal import Seal
from mturk.marketplace.database.store import Store
from mturk.marketplace.delivery.mail_server import MailServer, Unsent
from mturk.marketplace.error import MarketplaceError
from mturk.marketplace.people import mail
from mturk.marketplace.people.mail import Mail
from mturk.marketplace.routine import LOOK, Routine

FIRST_PAUSE = 20 * SECOND
LONGEST_PAUSE = HOUR
"""Between two tries, at first and at most: each pause is twice as long as the one before."""
_GRACE = 3.0  # seconds that `stop` leaves to a sending under way
_END = 2.0  # and once more to its thread, when the connection was cut: it may still be waiting for a name server
_PATHS = {mail.RESET: "/worker/reset?link=", mail.CONFIRMATION: "/worker/confirm?link="}
_LONGEST_SUBJECT = 200
# A longer line would be encoded, and an address in it be no link any more.
_POLICY = SMTP.clone(max_line_length=400)
_FOOTER = """
--
This is what a requester wrote to you as a worker of {site}/worker/messages
No more of it by e-mail: {end}
"""

_log = logging.getLogger(__name__)


class Mailer:
    """Runs beside the server; `site` is where others reach the marketplace, `new_id` makes the ids of holders."""

    def __init__(
        self,
        store: Store,
        server: MailServer,
        *,
        site: str,
        seal: Callable[[], Seal],
        real_time: Callable[[], float],
        new_id: Callable[[], str],
    ) -> None:
        self._store = store
        self._server = server
        self._site = site
        self._seal = seal
        self._real_time = real_time
        self._new_id = new_id
        self._routine = Routine("mturk-mailer", self._look, look=LOOK)
        self._stopping = self._is_left = False
        self._turn = 0  # the requester whose message was sent last

    def start(self) -> None:
        """Start, with what an earlier process left unsent."""
        self._routine.start()

    def stop(self) -> None:
        """Wait a moment for what is being sent, then break it off: it waits for the next process."""
        if self._routine.stop(_GRACE):
            return
        self._stopping = True
        self._server.break_off()
        self._is_left = not self._routine.stop(_END)

    def ring(self) -> None:
        """Look now: something was written."""
        self._routine.ring()

    def _look(self) -> float | None:
        now = self._now()
        due = self._store.read(mail.next_due)
        if due is None:
            return None
        if due > now:
            return (due - now) / SECOND
        one = self._store.write(lambda database: mail.claim(database, now, self._new_id, self._turn))
        if one is not None:
            self._turn = one.sender or self._turn
            self._send(one)
        return 0

    def _send(self, one: Mail) -> None:
        receiver = one.receiver
        if receiver is None or one.end <= self._now():
            self._remove(one)
            return
        try:
            self._server.send(self._message(one, receiver), receiver)
        except Unsent as error:
            self._put_off(one, error)
        except MarketplaceError as error:
            # The master key is another one, so that the link cannot be read: it is asked for again.
            _log.error("mail was given up: %s", error)
            self._remove(one)
        except Exception as error:
            # Whatever it is that cannot be written as mail: others' mail does not wait for it.
            self._put_off(one, Unsent(f"{type(error).__name__}: {error}"))
        else:
            self._remove(one)

    def _put_off(self, one: Mail, error: Unsent) -> None:
        if self._stopping:
            # Who is left behind finds the database closed: the lease ends by itself.
            if not self._is_left:
                self._store.write(lambda database: mail.put_off(database, one, self._now()))
            return
        due = self._now() + min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(one.attempts - 1, 16))
        if error.for_good or due >= one.end:
            _log.error("mail to a worker was given up after %d tries: %s", one.attempts, error)
            self._remove(one)
            return
        if one.attempts == 1:
            _log.warning("mail to a worker has to wait: %s", error)
        self._store.write(lambda database: mail.put_off(database, one, due))

    def _remove(self, one: Mail) -> None:
        self._store.write(lambda database: mail.remove(database, one))

    def _message(self, one: Mail, receiver: str) -> EmailMessage:
        message = EmailMessage(policy=_POLICY)
        message["From"] = self._server.sender
        message["To"] = receiver
        message["Subject"] = _one_line(one.subject)
        message["Date"] = formatdate(self._real_time())
        message["Message-ID"] = make_msgid(domain=self._server.sender.partition("@")[2])
        message["Auto-Submitted"] = "auto-generated"
        text = _readable(one.text)
        if one.sealed_link is not None:
            secret = self._seal().open(one.sealed_link, mail.SEAL)
            text = text.replace("{link}", f"{self._site}{_PATHS[one.kind]}{secret}")
        if one.kind == mail.MESSAGE:
            end = f"{self._site}/worker/mail/{one.mail_token}"
            message["List-Unsubscribe"] = f"<{end}>"
            message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
            text += f"\n{_FOOTER.format(site=self._site, end=end)}"
        message.set_content(text)
        return message

    def _now(self) -> int:
        return int(self._real_time() * SECOND)


def _one_line(subject: str) -> str:
    """A subject as it may stand in a header: one that has a line end in it could begin another header.

    An encoded word could have anything in it, which Python reads, and before 3.11.10 and 3.12.5 writes as it is.
    """
    return " ".join(_readable(subject).replace("=?", "= ?").split())[:_LONGEST_SUBJECT] or "A message"


def _readable(text: str) -> str:
    """A text without what terminals and mail programs would take for orders, or mail servers for no text at all."""
    kept = (letter if letter.isprintable() or letter in "\n\t" else " " for letter in text.replace("\r\n", "\n"))
    return "".join(kept)
