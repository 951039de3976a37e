"""From a call of the old API to what is done for it: under the same rules, in the same transactions as one of today."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection

from mturk.marketplace.call import Answer, Call, Context
from mturk.marketplace.dispatch import Dispatch
from mturk.marketplace.error import DatabaseBusy, DatabaseError
from mturk.marketplace.query import old_operation
from mturk.marketplace.query.clerk import Clerk
from mturk.marketplace.query.composite import Step
from mturk.marketplace.query.old_operation import OldOperation
from mturk.marketplace.query.parameter_tree import Tree


class QueryDispatch:
    """Has calls of the old API carried out."""

    def __init__(self, dispatch: Dispatch) -> None:
        self._dispatch = dispatch

    @property
    def is_sandbox(self) -> bool:
        """Whether nothing is spent."""
        return self._dispatch.is_sandbox

    def call(
        self, requester: int, operation: str, given: Tree, address: str, *, expect: Callable[[Connection], None]
    ) -> list[Answer]:
        """What the result of a call has, or the Refusal to answer with; what may refuse the caller is done first.

        A DatabaseBusy says that nothing was done. What is broken off behind its first step is another DatabaseError.
        """
        known = old_operation.find(operation)
        groups = known.shown(given)  # who is refused for these has nothing done
        until = self._dispatch.until()
        done = self._do(known.step, known, requester, given, address, expect, until)
        try:
            while callable(done):
                # However long the agenda is: what has begun is to be finished.
                done = self._do(done, known, requester, given, address, expect, None)
        except DatabaseBusy as error:
            raise DatabaseError(f"{operation} was broken off in the middle: {error}") from error
        return known.answers(done, groups)

    def _do(
        self,
        do: Step,
        known: OldOperation,
        requester: int,
        given: Tree,
        address: str,
        expect: Callable[[Connection], None],
        until: float | None,
    ) -> Answer | Step:
        def step(context: Context) -> Answer | Step:
            expect(context.database)
            return do(Clerk(Call.of(requester, context, address)), given)

        return self._dispatch.run(step, writes=not known.reads, together=known.together, until=until)
