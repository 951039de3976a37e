"""Mail that waits: written in the transaction that is its reason, sent after that by `delivery/mailer.py`.

It lives by the real clock. To which address it goes is looked up when it is sent, so nothing goes to somebody who
closed the account, changed the address or wants no mail in the meantime.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import NamedTuple, cast

from sqlalchemy import BigInteger, Connection, bindparam, insert, literal, select

from mturk.marketplace.call import Context
from mturk.marketplace.clock import DAY, SECOND
from mturk.marketplace.database import table as t
from mturk.marketplace.database.column import NUMBER
from mturk.marketplace.database.lock import free
from mturk.marketplace.database.store import announce

NEWS = "mail"
"""What is announced when mail is written."""
MESSAGE, RESET, CONFIRMATION = "message", "reset", "confirmation"
MARK = "[From a requester]"
WRITES = 'The requester "{name}" writes to you, not who runs the marketplace:'
SEAL = "link in mail"
"""The label under which links are sealed while their mail waits."""
LIFE_OF_MESSAGE = 3 * DAY
"""How long a message is tried to be sent; the others as long as the link in them is good."""
LEASE = 120 * SECOND
"""How long one process may take to send one, in real time; far longer than a mail server is waited for."""


class Mail(NamedTuple):
    """Something to be sent, and what is known of its receiver now: None where there is nobody any more."""

    number: int
    worker: int | None
    sender: int | None
    """The requester whose message it is; None where it is a link of the site's."""
    kind: str
    email_key: str | None
    subject: str
    text: str
    sealed_link: str | None
    due: int
    end: int
    attempts: int
    holder: str | None
    email: str | None
    present_key: str | None
    email_time: int | None
    mailed: bool | None
    mail_token: str | None

    def __repr__(self) -> str:
        return f"<Mail {self.number} {self.kind}>"

    @property
    def receiver(self) -> str | None:
        """The address to send it to; None if it shall not be sent any more."""
        if self.email is None or (self.email_key is not None and self.email_key != self.present_key):
            return None
        if self.kind != CONFIRMATION and self.email_time is None:
            return None
        return None if self.kind == MESSAGE and not self.mailed else self.email


_WHOLE = (
    select(
        t.mail,
        t.person.c.email,
        t.person.c.email_key.label("present_key"),
        t.person.c.email_time,
        t.person.c.mailed,
        t.person.c.mail_token,
    )
    .outerjoin(t.person, t.person.c.worker == t.mail.c.worker)
    .where(t.mail.c.number == bindparam("of_number"))
)
_DUE = select(t.mail.c.number).where(t.mail.c.due <= bindparam("now")).order_by(t.mail.c.due, t.mail.c.number).limit(1)
_LINK = _DUE.where(t.mail.c.sealed_link.is_not(None))
_OF_SENDER = _DUE.where(t.mail.c.sender == bindparam("of"))
# One look into an index for each requester, however much one of them wrote.
_SENDER = (
    select(t.requester.c.number)
    .where(
        t.requester.c.number > bindparam("after"),
        _DUE.where(t.mail.c.sender == t.requester.c.number).correlate(t.requester).scalar_subquery().is_not(None),
    )
    .order_by(t.requester.c.number)
    .limit(1)
)


def send_message(context: Context, sender: int, receivers: Collection[int], subject: str, text: str) -> None:
    """Send a message of a requester's by e-mail too, to those of the workers who want that.

    It comes from the site's own address, so it says first of all that it is not the site that writes.
    """
    if not context.settings.mail or not receivers:
        return
    name = context.database.execute(select(t.requester.c.name).where(t.requester.c.number == sender)).scalar_one()
    wanting = select(
        t.person.c.worker,
        literal(sender, NUMBER),
        literal(MESSAGE),
        literal(f"{MARK} {subject}"),
        literal(f"{WRITES.format(name=_one_line(name))}\n\n{text}"),
        literal(0, BigInteger),
        # The shift between the clocks stands in the database.
        literal(context.now + LIFE_OF_MESSAGE, BigInteger) - select(t.market.c.shift).scalar_subquery(),
    ).where(t.person.c.worker.in_(receivers), t.person.c.email_time.is_not(None), t.person.c.mailed)
    columns = ["worker", "sender", "kind", "subject", "text", "due", "end"]
    context.database.execute(insert(t.mail).from_select(columns, wanting))
    announce(context.database, NEWS)


def _one_line(name: str) -> str:
    return " ".join("".join(letter if letter.isprintable() and letter != '"' else " " for letter in name).split())


def send_link(
    database: Connection,
    number: int | None,
    kind: str,
    end: int,
    email_key: str,
    sealed_link: str,
    subject: str,
    text: str,
) -> None:
    """Send somebody a link; `text` says what it is for."""
    row = {
        "worker": number,
        "kind": kind,
        "email_key": email_key,
        "subject": subject,
        "text": text,
        "sealed_link": sealed_link,
        "due": 0,
        "end": end,
    }
    # A newer link of the kind makes the older one needless.
    database.execute(t.mail.delete().where(t.mail.c.worker == number, t.mail.c.kind == kind))
    t.add_row(database, t.mail, row)
    announce(database, NEWS)


def claim(database: Connection, now: int, new_id: Callable[[], str], after: int = 0) -> Mail | None:
    """Take the mail whose turn it is; nobody else sends it until the lease ends.

    Somebody waits for a link: no number of messages goes before it. Messages go in turns by requester, now to the
    one whose number is next `after` that one: however much somebody writes, nobody else's messages wait for it.
    """
    number = database.execute(free(database, _LINK, t.mail), {"now": now}).scalar_one_or_none()
    if number is None:
        sender = _next_sender(database, now, after) or _next_sender(database, now, 0)
        number = database.execute(free(database, _OF_SENDER, t.mail), {"now": now, "of": sender}).scalar_one_or_none()
    if number is None:
        return None
    held = {"holder": new_id(), "due": now + LEASE, "attempts": t.mail.c.attempts + 1}
    database.execute(t.mail.update().where(t.mail.c.number == number).values(held))
    return Mail._make(database.execute(_WHOLE, {"of_number": number}).one())


def _next_sender(database: Connection, now: int, after: int) -> int | None:
    return cast("int | None", database.execute(_SENDER, {"now": now, "after": after}).scalar_one_or_none())


def next_due(database: Connection) -> int | None:
    """When the next one is due, in real time."""
    return cast("int | None", database.execute(select(t.mail.c.due).order_by(t.mail.c.due).limit(1)).scalar())


def remove(database: Connection, mail: Mail) -> None:
    """Remove what was sent or is given up."""
    database.execute(t.mail.delete().where(t.mail.c.number == mail.number, t.mail.c.holder == mail.holder))


def put_off(database: Connection, mail: Mail, due: int) -> None:
    """Send it later."""
    mine = t.mail.c.number == mail.number, t.mail.c.holder == mail.holder
    database.execute(t.mail.update().where(*mine).values(due=due))
