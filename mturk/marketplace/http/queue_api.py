"""The queues without their web framework: from a request signed for SQS to the answer that SQS would give."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from mturk.marketplace.call import Answer, Deed
from mturk.marketplace.clock import SECOND
from mturk.marketplace.database.row import known
from mturk.marketplace.database.store import Store
from mturk.marketplace.error import DatabaseBusy, DatabaseError, FrontEndError
from mturk.marketplace.http.api import RETRY_AFTER, again_after, members
from mturk.marketplace.http.key_ring import KeyRing
from mturk.marketplace.http.public_address import PublicAddress
from mturk.marketplace.http.stranger import Strangers
from mturk.marketplace.http.throttle import Throttle
from mturk.marketplace.http.verification import verify
from mturk.marketplace.people.requester import KeyPair
from mturk.marketplace.queue import queue_operation
from mturk.marketplace.queue.queue_error import QueueError
from mturk.marketplace.queue.queue_operation import RECEIVE, QueueCall
from mturk.marketplace.queue.receiver import Receiver
from mturk.marketplace.queue.waiting_room import WaitingRoom
from mturk.marketplace.quota import Meter
from mturk.marketplace.signature import SignedRequest
from mturk.marketplace.watch import subject, visit

TARGET = "AmazonSQS."
"""How the header X-Amz-Target of a call to a queue begins."""
_CONTENT_TYPE = "application/x-amz-json-1.0"
_CORAL = "com.amazon.coral.service#"
# What the protocol before JSON called the refusals of the layer in front.
_OLD_CODES = {
    "IncompleteSignatureException": "IncompleteSignature",
    "InvalidSignatureException": "SignatureDoesNotMatch",
    "MissingAuthenticationTokenException": "MissingAuthenticationToken",
    "UnknownOperationException": "InvalidAction",
    "UnrecognizedClientException": "InvalidClientTokenId",
}
_FORBIDDEN = 403
_FAILURE: Answer = {"__type": f"{_CORAL}InternalFailure", "message": "The call failed. Please try again."}
_FAILED = "InternalFailure;Receiver"
_PAUSE = 0.001  # seconds between the parts of what takes long, or hardly anybody would get in there

_log = logging.getLogger(__name__)


class QueueReply(NamedTuple):
    """What the client gets."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


class QueueApi:
    """Checks who calls, and has the call carried out on their own queues."""

    def __init__(
        self,
        store: Store,
        room: WaitingRoom,
        find_key: Callable[[str], KeyPair | None],
        ring: KeyRing,
        throttle: Throttle,
        strangers: Strangers,
        *,
        note: Callable[[Connection, Deed], None],
        refused: Callable[[str, bytes], None],
        real_time: Callable[[], float],
        strict: bool = False,
        public: PublicAddress | None = None,
        meter: Meter,
    ) -> None:
        self._store = store
        self._meter = meter
        self._room = room
        self._receiver = Receiver(store, room, real_time)
        self._find_key = find_key
        self._ring = ring
        self._throttle = throttle
        self._strangers = strangers
        self._note = note
        self._refused = refused
        self._real_time = real_time
        self._strict = strict
        self._public = public

    def answer(self, request: SignedRequest, address: str, gone: Callable[[], bool]) -> QueueReply:
        """The answer to a request that came to this address of the marketplace; `gone` is whether its client left."""
        try:
            return _reply(200, self._answer(request, address, gone))
        except QueueError as error:
            return self._tell(request, _refusal(request, error.status, error.body(0), f"{error.code};Sender"))
        except FrontEndError as error:
            code = _OLD_CODES.get(error.kind, error.kind)
            body = {**error.body(0), "__type": f"{_CORAL}{error.kind}"}
            status = _FORBIDDEN if error.kind in _OLD_CODES else error.status
            later = again_after(error.retry_after)
            return self._tell(request, _refusal(request, status, body, f"{code};Sender", *later))
        except DatabaseBusy as error:
            _log.warning("a call of a queue was put off: %s", error)
            return _refusal(request, 500, _FAILURE, _FAILED, *again_after(RETRY_AFTER))
        except (DatabaseError, SQLAlchemyError) as error:
            _log.error("a call of a queue failed: %s", error if isinstance(error, DatabaseError) else type(error))
        except Exception:
            _log.exception("a call of a queue failed")
        return _refusal(request, 500, _FAILURE, _FAILED)

    def _answer(self, request: SignedRequest, address: str, gone: Callable[[], bool]) -> Answer:
        now = self._real_time()
        self._strangers.check(request)
        pair = self._strangers.watch(
            request,
            lambda: verify(request, self._find_key, now, strict=self._strict, public=self._public, service="sqs"),
        )
        self._ring.used(pair.access_key)
        visit.by_requester(pair.requester, pair.access_key)
        self._throttle.check(pair.requester)
        name = request.headers.get("x-amz-target", "").removeprefix(TARGET)
        given = members(request.body)
        if name == RECEIVE:
            # Who waits for messages may wait for long, and the key be revoked meanwhile.
            expect = partial(self._ring.expect, key=pair.access_key)
            return self._receiver.receive(pair.requester, given, gone, expect)
        operation = queue_operation.operation(name)
        reached = self._public.url if self._public else address

        def carry_out(database: Connection) -> Answer | None:
            now = int(self._real_time() * SECOND)
            call = QueueCall(database, pair.requester, reached, now, self._room, self._meter)
            answer = operation.function(call, given)
            if answer is not None and queue_operation.is_told(name):
                self._note(database, Deed(name, subject.named(given, answer, subject.OF_QUEUES)))
            return answer

        if not operation.writes:
            return known(self._store.read(carry_out))
        while (done := self._store.write(carry_out, together=operation.together)) is None:
            time.sleep(_PAUSE)
        return done

    def _tell(self, request: SignedRequest, reply: QueueReply) -> QueueReply:
        name = request.headers.get("x-amz-target", "").removeprefix(TARGET)
        if queue_operation.is_told(name):
            self._refused(name, request.body)
        return reply


def _reply(status: int, answer: Any, *more: tuple[str, str]) -> QueueReply:
    headers = [("Content-Type", _CONTENT_TYPE), ("x-amzn-RequestId", visit.request_id()), *more]
    return QueueReply(status, headers, json.dumps(answer, separators=(",", ":")).encode())


def _refusal(request: SignedRequest, status: int, body: Answer, code: str, *more: tuple[str, str]) -> QueueReply:
    visit.refused(code.partition(";")[0])
    asked = request.headers.get("x-amzn-query-mode", "").lower() == "true"
    return _reply(status, body, *([("x-amzn-query-error", code)] if asked else []), *more)
