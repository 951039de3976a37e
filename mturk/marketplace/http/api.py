"""The API without its web framework: from a signed request to the status and the body of its answer."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence
from functools import partial
from math import ceil
from typing import Any, NamedTuple, NoReturn

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from mturk.marketplace.call import Answer
from mturk.marketplace.clock import SECOND
from mturk.marketplace.database.store import Store
from mturk.marketplace.dispatch import OPERATIONS, Dispatch, only_reads
from mturk.marketplace.error import (
    ClockError,
    DatabaseBusy,
    DatabaseError,
    FrontEndError,
    Refusal,
    ServiceFault,
)
from mturk.marketplace.http import refused_call
from mturk.marketplace.http.fault import Fault, FaultPlan
from mturk.marketplace.http.key_ring import KeyRing
from mturk.marketplace.http.public_address import PublicAddress
from mturk.marketplace.http.stranger import Strangers
from mturk.marketplace.http.throttle import Throttle
from mturk.marketplace.http.verification import verify
from mturk.marketplace.people.requester import KeyPair
from mturk.marketplace.signature import SignedRequest
from mturk.marketplace.watch import visit

CONTENT_TYPE = "application/x-amz-json-1.1"
TARGET = "MTurkRequesterServiceV20170117."
"""How the header X-Amz-Target of a call begins."""
RETRY_AFTER = 5
"""Seconds after which who could not write, because others did, should try again."""
_UNUSABLE = "The database could not be used. Please try again."

_log = logging.getLogger(__name__)


class LostAnswer(Exception):
    """The call was carried out but its answer must not arrive: close the connection."""


class ApiReply(NamedTuple):
    """What the client gets."""

    status: int
    body: bytes
    retry_after: float | None = None
    """Seconds after which it is worth trying again."""
    content_type: str = CONTENT_TYPE

    @property
    def headers(self) -> list[tuple[str, str]]:
        """The headers of the answer."""
        usual = [("Content-Type", self.content_type), ("x-amzn-RequestId", visit.request_id())]
        return [*usual, *again_after(self.retry_after)]


class _Admitted(NamedTuple):
    """Who may call what, and what shall go wrong with it."""

    pair: KeyPair
    operation: str
    faults: Sequence[Fault]

    def call(self, request: SignedRequest, address: str) -> tuple[int, str, dict[str, Any], str]:
        """The same as Dispatch wants it, with what was sent."""
        return self.pair.requester, self.operation, members(request.body), address


def again_after(seconds: float | None) -> list[tuple[str, str]]:
    """The headers that ask a client to wait so long: in whole seconds, and in ms, as AWS's SDKs read it."""
    if seconds is None:
        return []
    return [("Retry-After", str(ceil(seconds))), ("x-amz-retry-after", str(ceil(seconds * SECOND)))]


def too_large() -> ApiReply:
    """The refusal of a request whose body nobody reads."""
    return _reply(413, FrontEndError("RequestEntityTooLargeException", "Request entity too large").body(0))


class Api:
    """Checks who calls and whether they may call now, then has the call carried out."""

    def __init__(
        self,
        store: Store,
        dispatch: Dispatch,
        ring: KeyRing,
        throttle: Throttle,
        faults: FaultPlan,
        strangers: Strangers,
        *,
        real_time: Callable[[], float],
        sleep: Callable[[float], None],
        strict: bool = False,
        public: PublicAddress | None = None,
    ) -> None:
        self._store = store
        self._dispatch = dispatch
        self._ring = ring
        self._throttle = throttle
        self._faults = faults
        self._strangers = strangers
        self._real_time = real_time
        self._sleep = sleep
        self._strict = strict
        self._public = public

    def answer(self, request: SignedRequest, address: str) -> ApiReply:
        """The answer to a request that came in by that address: what the call returned, or its refusal."""
        try:
            self._strangers.check(request)
            return _reply(200, self._answer(request, self._public.url if self._public else address))
        except Refusal as refusal:
            return self._refused(request, refusal)
        except DatabaseBusy as error:
            _log.warning("a call was put off: %s", error)
            return self._told(ServiceFault(retry_after=RETRY_AFTER))
        except (DatabaseError, ClockError) as error:
            _log.error("a call failed: %s", error)
            return self._told(ServiceFault(_UNUSABLE))
        except SQLAlchemyError:
            _log.exception("the database failed")
            return self._told(ServiceFault(_UNUSABLE))
        except LostAnswer:
            raise
        except Exception:
            _log.exception("a call failed")
            return _reply(500, {"__type": "InternalFailure", "message": "The call failed; see the log."})

    # A transaction takes as long as a call that reads. So who calls is looked up in the same one as what they read or
    # change; only the signature of a call that changes something is checked before it, since others wait for that one.
    def _answer(self, request: SignedRequest, address: str) -> Answer:
        if only_reads(request.headers.get("x-amz-target", "").removeprefix(TARGET)):
            return self._look(request, address)
        known: list[KeyPair] = []

        def find(key: str) -> KeyPair | None:
            pair = self._ring.find(key)
            known.extend([pair] if pair else [])
            return pair

        try:
            return self._carry_out(self._admit(self._signed_by(request, find), request), request, address)
        except Refusal:
            # A key that was revoked is refused before all else.
            for pair in known:
                self._store.read(partial(self._ring.expect, key=pair.access_key))
            raise

    def _look(self, request: SignedRequest, address: str) -> Answer:
        admitted: list[_Admitted] = []

        def look(database: Connection) -> Answer | None:
            pair = self._signed_by(request, lambda key: self._ring.look_up(database, key))
            caller = self._admit(pair, request)
            admitted.append(caller)
            return None if caller.faults else self._dispatch.look(database, *caller.call(request, address))

        answer = self._store.read(look)
        return self._carry_out(admitted[0], request, address) if answer is None else answer

    def _signed_by(self, request: SignedRequest, find: Callable[[str], KeyPair | None]) -> KeyPair:
        pair = self._strangers.watch(
            request, lambda: verify(request, find, self._real_time(), strict=self._strict, public=self._public)
        )
        visit.by_requester(pair.requester, pair.access_key)
        return pair

    def _admit(self, pair: KeyPair, request: SignedRequest) -> _Admitted:
        self._ring.used(pair.access_key)
        self._throttle.check(pair.requester)
        operation = _operation(request.headers.get("x-amz-target", ""))
        return _Admitted(pair, operation, self._faults.due(operation))

    def _carry_out(self, admitted: _Admitted, request: SignedRequest, address: str) -> Answer:
        for fault in admitted.faults:
            if fault.kind == "refused":
                raise ServiceFault
            if fault.kind == "slow":
                self._sleep(fault.seconds)
        try:
            return self._dispatch.call(
                *admitted.call(request, address),
                expect=lambda database: self._ring.expect(database, admitted.pair.access_key),
            )
        finally:
            if any(fault.kind == "lost answer" for fault in admitted.faults):
                raise LostAnswer

    def _refused(self, request: SignedRequest, refusal: Refusal) -> ApiReply:
        reply = self._told(refusal)
        operation = request.headers.get("x-amz-target", "").removeprefix(TARGET)
        if operation in OPERATIONS and not only_reads(operation):
            refused_call.tell(self._dispatch, operation, request.body)
        return reply

    def _told(self, refusal: Refusal) -> ApiReply:
        return _reply(refusal.status, refusal.body(self._stamp()), refusal.retry_after)

    def _stamp(self) -> str:
        # The sandbox marks its clock.
        return f"{self._real()} s" if self._dispatch.is_sandbox else str(self._real())

    def _real(self) -> int:
        return int(self._real_time() * SECOND)


def _operation(target: str) -> str:
    if not target.startswith(TARGET):
        raise FrontEndError("UnknownOperationException", f"The target {target!r} is not an operation.")
    return target[len(TARGET) :]


def members(body: bytes) -> dict[str, Any]:
    """The members of a call, from its body."""
    try:
        members = _DECODER.decode(body.decode(json.detect_encoding(body), "surrogatepass") or "{}")
    except (ValueError, RecursionError):
        raise FrontEndError("SerializationException", "The body is not JSON.") from None
    if not isinstance(members, dict):
        raise FrontEndError("SerializationException", "The body is not a JSON object.")
    return members


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


# `json.loads` and `json.dumps` with options make these anew for each call, which takes as long as the reading.
_DECODER = json.JSONDecoder(parse_constant=_refuse_constant)
_ENCODER = json.JSONEncoder(separators=(",", ":"))


def _reply(status: int, answer: Answer, retry_after: float | None = None) -> ApiReply:
    if "__type" in answer:
        visit.refused(str(answer.get("TurkErrorCode", answer["__type"])))
    return ApiReply(status, _ENCODER.encode(answer).encode(), retry_after)
