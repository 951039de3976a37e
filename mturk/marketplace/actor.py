"""People of the marketplace, as Python objects for tests and scripts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import NamedTuple

from mturk.marketplace.alters_data import alters_data
from mturk.marketplace.call import Context
from mturk.marketplace.clock import SECOND
from mturk.marketplace.delivery import topic
from mturk.marketplace.dispatch import Dispatch
from mturk.marketplace.document.answer import Value, expect
from mturk.marketplace.error import MarketplaceError, WorkerError
from mturk.marketplace.hit import layout, offer, work
from mturk.marketplace.hit.offer import Search
from mturk.marketplace.hit.work import Taken
from mturk.marketplace.money import cents, dollars
from mturk.marketplace.paged_list import PAGE, PagedList
from mturk.marketplace.people import ledger, message
from mturk.marketplace.people.message import Message
from mturk.marketplace.people.requester import Key, KeyPair, Keys, account_of, end_of_key, listed, revoke
from mturk.marketplace.people.worker import block
from mturk.marketplace.qualification import qualification_request
from mturk.marketplace.queue import queue
from mturk.marketplace.queue.queue_error import QueueError
from mturk.marketplace.workplace import letter, report
from mturk.marketplace.workplace.letter import Letter


class Balance(NamedTuple):
    """A requester's money in US dollars: what can be spent, and what is held for open work."""

    available: Decimal
    on_hold: Decimal


class Queue(NamedTuple):
    """A queue of the marketplace's own, which any SQS client can use with its requester's keys."""

    name: str
    url: str
    arn: str


class Topic(NamedTuple):
    """A topic of the marketplace's own, whose messages are pushed to an address on the web.

    Its state, as it was when it was asked for, is "pending" until the address has confirmed, "confirmed" or
    "unsubscribed".
    """

    address: str
    arn: str
    state: str


class Requester:
    """A requester: the key pair to sign with, and the account."""

    def __init__(
        self,
        dispatch: Dispatch,
        keys: Keys,
        name: str,
        pair: KeyPair,
        market_url: Callable[[], str],
        real_time: Callable[[], float],
    ) -> None:
        self._dispatch = dispatch
        self._keys = keys
        self._market_url = market_url
        self._real_time = real_time
        self._number = pair.requester
        self.name = name
        self.access_key = pair.access_key
        self.secret_key = pair.secret_key

    def __repr__(self) -> str:
        return f"<Requester {self.name!r} {self.access_key}>"

    def balance(self) -> Balance:
        """What is in the account now."""
        return self._dispatch.run(
            lambda context: Balance(*(Decimal(dollars(one)) for one in ledger.funds(context, self._number))),
            writes=False,
        )

    @alters_data
    def deposit(self, amount: str | int | Decimal) -> None:
        """Put money into the account; refused in a sandbox, where there is always the same."""
        if self._dispatch.is_sandbox:
            raise MarketplaceError(ledger.NO_DEPOSITS)

        def put_in(context: Context) -> None:
            ledger.deposit(context, self._number, cents(amount))
            context.note("Deposit", Requester=self.name, Cents=cents(amount))

        self._dispatch.run(put_in)

    @alters_data
    def layout(self, name: str, html: str) -> str:
        """Keep a page with `${placeholders}`, and say the id that CreateHIT fills it by, as HITLayoutId.

        The same page under the same name is the same layout; a changed page is another one.
        """
        return self._dispatch.run(lambda context: layout.make(context, self._number, name, html))

    @alters_data
    def queue(self, name: str) -> Queue:
        """The queue of that name, made if there is none; its `url` is for SQS clients, and for notifications.

        A name has 1 to 80 letters, digits, hyphens and underscores. The marketplace must be running.
        """
        base = self._market_url()

        def make(context: Context) -> Queue:
            account = account_of(context.database, self._number)
            real = int(self._real_time() * SECOND)
            note = partial(context.note, "AddQueue", Requester=self.name, QueueName=name)
            queue.make(context.database, self._number, name, {}, real, note)
            return Queue(name, f"{base}{queue.path(account, name)}", queue.arn(account, name))

        try:
            return self._dispatch.run(make)
        except QueueError as error:
            raise MarketplaceError(error.message) from None

    @alters_data
    def topic(self, address: str) -> Topic:
        """The topic that is pushed to an address, made if there is none; its `arn` is for notifications.

        The address, https or on this machine, is asked to confirm; events wait for that. Each message comes in the
        envelope of SNS, signed with the certificate at `/sns/certificate.pem`. An address that has unsubscribed, or has
        not confirmed within three days, is asked again.
        """

        def make(context: Context) -> Topic:
            made = topic.make(context, self._number, address)
            return Topic(made.address, made.arn, made.state)

        try:
            return self._dispatch.run(make)
        except ValueError as error:
            raise MarketplaceError(f"Nothing can be pushed to {address}: {error}.") from None

    def letters(self, since: datetime | None = None) -> PagedList[Letter]:
        """What workers wrote to this requester, oldest first; `since` is a market time. NotifyWorkers answers them.

        It is read 100 at a time. No text in it has control characters or other invisible ones.
        """
        return PagedList(
            lambda after: self._dispatch.run(
                lambda context: letter.letters(context.database, self._number, since, after),
                writes=False,
            )
        )

    @alters_data
    def add_key(self, expires: datetime | timedelta | None = None) -> Requester:
        """Make another key pair; the result is this requester with that one. Both are good until revoked.

        With `expires` the new one is refused from then on: a moment of market time, or how long it is good.
        """
        pair = self._dispatch.run(
            lambda context: self._keys.add(context, self._number, end_of_key(context.now, expires))
        )
        return Requester(self._dispatch, self._keys, self.name, pair, self._market_url, self._real_time)

    def access_keys(self) -> list[Key]:
        """All key pairs without their secrets, oldest first, revoked ones too."""
        return self._dispatch.run(lambda context: listed(context.database, self.name), writes=False)

    @alters_data
    def revoke_key(self, access_key: str | None = None) -> None:
        """Take a key pair out of use, at once and permanently; without an argument the one that this object has."""
        key = access_key or self.access_key
        if key not in {one.access_key for one in self.access_keys()}:
            raise MarketplaceError(f"{key} is no access key of the requester {self.name!r}.")
        self._dispatch.run(lambda context: revoke(context, key))


class Worker:
    """A worker, who does what workers do on the site: `worker.accept(hit_id)`.

    A step that the site would refuse raises WorkerError with the site's words.
    """

    def __init__(self, dispatch: Dispatch, worker_id: str) -> None:
        self._dispatch = dispatch
        self._taken: Taken | None = None  # what was accepted last, whose question need not be read again
        self.id = worker_id

    def __repr__(self) -> str:
        return f"<Worker {self.id}>"

    def groups(self, *, acceptable: bool = False) -> PagedList[str]:
        """The ids of the groups of HITs that the worker finds on the site, newest first, read 100 at a time.

        With `acceptable` only those that the worker's qualifications are good enough for. A page takes the same time
        however many groups there are. A group that gets a new HIT while you are on your way to it moves to the front,
        as on the site, and is in the next list.
        """

        def page(after: str | None) -> tuple[list[str], str | None]:
            listing = self._dispatch.run(
                lambda context: offer.offers(context, self.id, Search(acceptable=acceptable), after=after, size=PAGE),
                writes=False,
            )
            return [one.group.hit_group_id for one in listing.offers], listing.after

        return PagedList(page)

    def preview(self, hit_id: str) -> str:
        """Look at the question of a HIT before accepting it."""
        row = self._dispatch.run(lambda context: offer.preview(context, self.id, _id(hit_id)), writes=False)
        return str(row.question)

    @alters_data
    def accept(self, hit_id: str) -> str:
        """Take on an assignment of the HIT, and say its id."""
        self._taken = taken = self._dispatch.run(
            lambda context: work.take(context, self.id, _id(hit_id)), together=True
        )
        return taken.assignment_id

    @alters_data
    def submit(self, assignment_id: str, answers: Mapping[str, Value]) -> None:
        """Hand in an assignment.

        A str is free text, or the identifier of a selection where the form has one; a list is several selections;
        `Other("text")` in it is the worker's own. `File(name, content)` is what a question for a file takes.
        """
        which, given = _id(assignment_id), _answers(answers)
        taken = self._taken
        if taken is None or taken.assignment_id != which or not _is_expected(taken.question, given):
            question = self._dispatch.run(lambda context: work.question_in_hand(context, self.id, which), writes=False)
            expect(question, given)
        self._dispatch.run(lambda context: work.submit(context, self.id, which, given), together=True)

    @alters_data
    def return_assignment(self, assignment_id: str) -> None:
        """Give an assignment back undone."""
        self._dispatch.run(lambda context: work.give_back(context, self.id, _id(assignment_id)), together=True)

    @alters_data
    def start_qualification_test(self, type_id: str) -> str:
        """Begin the test of a qualification, and read it; its time runs from now."""
        started = self._dispatch.run(lambda context: qualification_request.start_test(context, self.id, type_id))
        return str(started.test)

    @alters_data
    def request_qualification(self, type_id: str, answers: Mapping[str, Value] | None = None) -> int | None:
        """Ask for a qualification, with the answers to its test if it has one, as for `submit`.

        A test that was not begun yet is begun and answered at once. Returns the score if it is granted at once,
        and None while the request waits for the requester.
        """
        return self._dispatch.run(
            lambda context: qualification_request.submit(context, self.id, type_id, answers or {})
        )

    def messages(self) -> PagedList[Message]:
        """What requesters wrote to the worker, oldest first, read 100 at a time."""
        return PagedList(
            lambda after: self._dispatch.run(lambda context: message.messages_of(context, self.id, after), writes=False)
        )

    @alters_data
    def report(self, hit_id: str, reason: str, text: str = "") -> None:
        """Tell the operator that a HIT should not be here.

        The reason is "personal_data", "broken", "offensive", "dishonest" or "other".
        """
        self._dispatch.run(lambda context: report.make(context, self.id, _id(hit_id), reason, text))

    @alters_data
    def write(self, hit_id: str, text: str) -> None:
        """Write to the requester of a HIT that the worker may look at, or has worked on."""
        self._dispatch.run(lambda context: letter.send(context, self.id, _id(hit_id), text))

    @alters_data
    def block(self) -> None:
        """Keep the worker from taking on any work of this marketplace; work in hand can be finished.

        A requester who blocks a worker only from their own work calls CreateWorkerBlock.
        """
        self._dispatch.run(lambda context: block(context, self.id))

    @alters_data
    def unblock(self) -> None:
        """Let the worker take on work again."""
        self._dispatch.run(lambda context: block(context, self.id, blocked=False))


def _is_expected(question: str, given: Mapping[str, Value]) -> bool:
    try:
        expect(question, given)
    except (WorkerError, TypeError):
        # Said to those alone who may still submit, which is looked up first.
        return False
    return True


def _id(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"An id is a str, such as hit.id, not {value!r}.")
    return value


def _answers(value: Mapping[str, Value]) -> Mapping[str, Value]:
    if not isinstance(value, Mapping):
        raise TypeError(f"Answers are a dict of names and values, not {value!r}.")
    return value
