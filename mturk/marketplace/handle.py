"""People of the marketplace, as Python objects for tests and scripts."""

from __future__ import annotations

from collections.abc import Mapping

from mturk.marketplace import message, qualification_request, work
from mturk.marketplace.answer import Value
from mturk.marketplace.dispatch import Dispatch
from mturk.marketplace.message import Message
from mturk.marketplace.requester import KeyPair


class Requester:
    """A requester and the key pair to sign with."""

    def __init__(self, name: str, pair: KeyPair) -> None:
        self.name = name
        self.access_key = pair.access_key
        self.secret_key = pair.secret_key

    def __repr__(self) -> str:
        return f"<Requester {self.name!r} {self.access_key}>"


class Worker:
    """A worker, who does what workers do on the site: `worker.accept(hit_id)`.

    A step that the site would refuse raises WorkerError with the site's words.
    """

    def __init__(self, dispatch: Dispatch, worker_id: str) -> None:
        self._dispatch = dispatch
        self.id = worker_id

    def __repr__(self) -> str:
        return f"<Worker {self.id}>"

    def accept(self, hit_id: str) -> str:
        """Take on an assignment of the HIT, and say its id."""
        return self._dispatch.run(lambda context: work.accept(context, self.id, hit_id))

    def submit(self, assignment_id: str, answers: Mapping[str, Value]) -> None:
        """Hand in an assignment.

        A str is free text, or the identifier of a selection where the form has one; a list is several
        selections; `Other("text")` in it is the worker's own.
        """
        self._dispatch.run(lambda context: work.submit(context, self.id, assignment_id, answers))

    def return_assignment(self, assignment_id: str) -> None:
        """Give an assignment back undone."""
        self._dispatch.run(lambda context: work.give_back(context, self.id, assignment_id))

    def start_qualification_test(self, type_id: str) -> str:
        """Begin the test of a qualification, and read it; its time runs from now."""
        started = self._dispatch.run(lambda context: qualification_request.start_test(context, self.id, type_id))
        return str(started.test)

    def request_qualification(self, type_id: str, answers: Mapping[str, Value] | None = None) -> int | None:
        """Ask for a qualification, with the answers to its test if it has one, as for `submit`.

        A test that was not begun yet is begun and answered at once. Returns the score if it is granted at once,
        and None while the request waits for the requester.
        """
        return self._dispatch.run(
            lambda context: qualification_request.submit(context, self.id, type_id, answers or {})
        )

    def messages(self) -> list[Message]:
        """What requesters wrote to the worker, oldest first."""
        return self._dispatch.run(lambda context: message.messages_of(context, self.id), writes=False)
