"""What is sent to a person's e-mail address with a link in it: to confirm the address, to set a new password."""

from __future__ import annotations

from sqlalchemy import Connection

from mturk.marketplace.account import account_link, person, slowdown
from mturk.marketplace.account.means import Caller, Means
from mturk.marketplace.account.person import Person
from mturk.marketplace.clock import HOUR
from mturk.marketplace.database.row import known
from mturk.marketplace.error import WorkerError, told
from mturk.marketplace.people import mail

MOST_LETTERS = 3
"""How much of such mail one account is sent in an hour, and one address from one place of the network."""
MOST_LETTERS_TO_ADDRESS = 12
"""How much one address is sent in an hour to confirm it, whoever asks. More than one place of the network can use up:
else a stranger who enters somebody's address would keep its owner from ever being asked."""
MOST_LETTERS_OF_NETWORK = 30
"""How much mail one address on the network may have sent in an hour."""
_CONFIRM = told("Confirm your e-mail address")
_CONFIRM_TEXT = told(
    """\
This address was entered for the worker {worker_id}. Open this link to confirm that it is yours:

{{link}}

The link is good for seven days. If it was not you, do nothing."""
)
_RESET = told("Set a new password")
_RESET_TEXT = told(
    """\
Somebody, most likely you, asked for a new password for the worker {worker_id}. Open this link to set one:

{{link}}

The link is good for one hour. If it was not you, do nothing: your password stays as it is."""
)


def ask(means: Means, database: Connection, number: int, now: int) -> None:
    """Ask the owner of a person's address to confirm it, if there is one and mail can be sent."""
    found = person.of_worker(database, number)
    if found is None or found.email_key is None or not means.mail:
        return
    kind, life = account_link.CONFIRMATION, account_link.LIFE_OF_CONFIRMATION
    account_link.forget(database, number, kind)
    secret = account_link.make(database, kind, number, now, life, means.randomness, found.email_key)
    text = means.say(_CONFIRM_TEXT).format(worker_id=found.worker_id)
    sealed = means.seal().close(secret, mail.SEAL)
    subject = means.say(_CONFIRM)
    mail.send_link(database, number, mail.CONFIRMATION, now + life, found.email_key, sealed, subject, text)


def ask_slowly(means: Means, database: Connection, number: int, now: int, caller: Caller) -> None:
    """Ask, so often an hour at most: for an account, to an address, and for whoever sits at one place of the network.

    TooManyTries where that is reached. Where nothing is sent nothing is counted.
    """
    found = person.of_worker(database, number)
    if found is None or found.email_key is None or not means.mail:
        return
    network, to = slowdown.network(caller.address), f"confirmation to:{found.email_key}"
    own, place = [f"confirmation:{number}", f"{to} from:{network}"], f"letter from:{network}"
    slowdown.check(database, own, now, most=MOST_LETTERS, window=HOUR)
    slowdown.check(database, [to], now, most=MOST_LETTERS_TO_ADDRESS, window=HOUR)
    slowdown.check(database, [place], now, most=MOST_LETTERS_OF_NETWORK, window=HOUR)
    slowdown.count(database, [*own, to, place], now)
    ask(means, database, number, now)


def confirm(database: Connection, secret: str, now: int) -> None:
    """Write down that an address is its person's, whoever opened the link."""
    link = account_link.good(database, account_link.CONFIRMATION, secret, now)
    found = person.of_worker(database, known(link.worker))
    account_link.use(database, link)
    if found is None or found.email_key is None or found.email_key != link.email_key:
        raise WorkerError(account_link.BAD)
    if person.has_another(database, found.email_key, found.worker):
        raise WorkerError(account_link.BAD)
    person.confirm_address(database, found.worker, found.email_key, now)


def send_reset(means: Means, database: Connection, found: Person | None, name: str, now: int) -> None:
    """Send a person a link for a new password, if they have an address that is known to be theirs.

    If not, or if nobody has this name, the same is written for nobody, and is dropped when it would be sent: so nobody
    can tell by the time it takes.
    """
    has_address = found is not None and found.email_time is not None and found.password is not None
    number = found.worker if found and has_address else None
    key = (found.email_key if found and has_address else None) or person.normal(name)
    life = account_link.LIFE_BY_MAIL
    secret = account_link.make(database, account_link.RESET, number, now, life, means.randomness)
    text = means.say(_RESET_TEXT).format(worker_id=found.worker_id if found else "")
    sealed = means.seal().close(secret, mail.SEAL)
    mail.send_link(database, number, mail.RESET, now + life, key, sealed, means.say(_RESET), text)
