"""The old Query API without its web framework: from the parameters of a request to its answer in XML."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from mturk.marketplace.call import Answer
from mturk.marketplace.clock import SECOND
from mturk.marketplace.database.store import Store
from mturk.marketplace.error import ClockError, DatabaseBusy, DatabaseError, Refusal, ServiceFault
from mturk.marketplace.http import bygone
from mturk.marketplace.http.api import RETRY_AFTER, ApiReply, LostAnswer
from mturk.marketplace.http.fault import Fault, FaultPlan
from mturk.marketplace.http.key_ring import KeyRing
from mturk.marketplace.http.public_address import PublicAddress
from mturk.marketplace.http.stranger import Strangers
from mturk.marketplace.http.throttle import Throttle
from mturk.marketplace.people.requester import KeyPair
from mturk.marketplace.query import parameter_tree, query_document, query_error
from mturk.marketplace.query.old_operation import OLD_OPERATIONS, result_of
from mturk.marketplace.query.query_dispatch import QueryDispatch
from mturk.marketplace.query.query_error import QueryError, Told
from mturk.marketplace.query.query_signature import not_authorized, verify
from mturk.marketplace.watch import visit

_CONTENT_TYPE = "text/xml"
_FAILED = "AWS.MechanicalTurk.InternalError"

_log = logging.getLogger(__name__)


class OldApi:
    """Checks who calls and whether they may call now, then has the call carried out; where it `answers` at all."""

    def __init__(
        self,
        store: Store,
        dispatch: QueryDispatch,
        ring: KeyRing,
        throttle: Throttle,
        faults: FaultPlan,
        strangers: Strangers,
        *,
        refused: Callable[[str, Mapping[str, str]], None],
        answers: bool,
        real_time: Callable[[], float],
        sleep: Callable[[float], None],
        public: PublicAddress | None = None,
    ) -> None:
        self._store = store
        self._dispatch = dispatch
        self._ring = ring
        self._throttle = throttle
        self._faults = faults
        self._strangers = strangers
        self._refused = refused
        self._answers = answers
        self._real_time = real_time
        self._sleep = sleep
        self._public = public

    def answer(self, query: str, form: str, caller: str, address: str) -> ApiReply | None:
        """The answer to a request with these parameters, which came in by that address; None if it is no old call."""
        try:
            given = parameter_tree.parameters(query, form)
        except QueryError as error:
            # A flood of parameters is no reason to tell it from other requests by looking at each.
            return self._refusal("", error) if "AWSAccessKeyId=" in f"{query}&{form}" else None
        if not bygone.is_bygone(given):
            return None
        operation = given.get("Operation", "")
        if not self._answers:
            return ApiReply(200, bygone.refusal(given, self._stamp()), content_type=_CONTENT_TYPE)
        visit.calls(operation if operation in OLD_OPERATIONS else "unknown")
        return self._answer(operation, given, caller, self._public.url if self._public else address)

    def _answer(self, operation: str, given: Mapping[str, str], caller: str, address: str) -> ApiReply:
        try:
            answers = self._carried_out(operation, given, caller, address)
            document = query_document.success(operation, result_of(operation), answers, visit.request_id())
            return ApiReply(200, document, content_type=_CONTENT_TYPE)
        except Refusal as refusal:
            return self._told(operation, given, refusal)
        except LostAnswer:
            raise
        except DatabaseBusy as error:
            _log.warning("a call was put off: %s", error)
            return self._refusal(operation, ServiceFault(retry_after=RETRY_AFTER))
        except (DatabaseError, ClockError) as error:
            _log.error("a call failed: %s", error)
        except SQLAlchemyError:
            _log.exception("the database failed")
        except Exception:
            _log.exception("a call failed")
        # Whether it was carried out is not known, so old programs must not send it again by themselves.
        return self._refusal(operation, QueryError(_FAILED, "The call failed; see whether it was carried out"))

    def _carried_out(self, operation: str, given: Mapping[str, str], caller: str, address: str) -> Sequence[Answer]:
        pair = self._signed_by(given, caller)
        self._ring.used(pair.access_key)
        self._throttle.check(pair.requester)
        faults = self._faults.due(operation)
        self._go_wrong(faults)

        def expect(database: Connection) -> None:
            if not self._ring.is_good(database, pair.access_key):
                raise not_authorized()

        try:
            tree = parameter_tree.tree(given)
            return self._dispatch.call(pair.requester, operation, tree, address, expect=expect)
        except Refusal:
            # A key that was revoked is refused before all else.
            self._store.read(expect)
            raise
        finally:
            if any(fault.kind == "lost answer" for fault in faults):
                raise LostAnswer

    def _signed_by(self, given: Mapping[str, str], caller: str) -> KeyPair:
        self._strangers.check_key(caller, given.get("AWSAccessKeyId", ""))
        pair = self._strangers.watch_caller(caller, lambda: verify(given, self._ring.find, self._real_time()))
        visit.by_requester(pair.requester, pair.access_key)
        return pair

    def _go_wrong(self, faults: Sequence[Fault]) -> None:
        for fault in faults:
            if fault.kind == "refused":
                raise ServiceFault
            if fault.kind == "slow":
                self._sleep(fault.seconds)

    def _told(self, operation: str, given: Mapping[str, str], refusal: Refusal) -> ApiReply:
        reply = self._refusal(operation, refusal)
        known = OLD_OPERATIONS.get(operation)
        if known is not None and not known.reads:
            self._refused(operation, given)
        return reply

    def _refusal(self, operation: str, refusal: Refusal) -> ApiReply:
        told: Told = query_error.told(refusal)
        visit.refused(told.code)
        document = query_document.failure(operation, result_of(operation), told, visit.request_id(), self._stamp())
        return ApiReply(told.status, document, told.retry_after, _CONTENT_TYPE)

    def _stamp(self) -> str:
        now = int(self._real_time() * SECOND)
        return f"{now} s" if self._dispatch.is_sandbox else str(now)
