"""What the owner of a marketplace reads of it: payouts, workers, reports, the audit trail, and whether all adds up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import TextIO

from mturk.marketplace.account.means import Means
from mturk.marketplace.alters_data import alters_data
from mturk.marketplace.call import Context, Deed
from mturk.marketplace.database.store import Store
from mturk.marketplace.dispatch import Dispatch
from mturk.marketplace.error import MarketplaceError
from mturk.marketplace.hit import missing_asset, offer
from mturk.marketplace.hit.missing_asset import MissingAsset
from mturk.marketplace.importing import importation
from mturk.marketplace.importing.known_name import KnownNames
from mturk.marketplace.importing.past_thing import Thing
from mturk.marketplace.importing.verdict import Importation, Remark
from mturk.marketplace.opening import FIRST_REQUESTER, Opening
from mturk.marketplace.paged_list import PagedList
from mturk.marketplace.people import ledger, payout, worker
from mturk.marketplace.people.payout import Payout
from mturk.marketplace.watch import trail
from mturk.marketplace.watch.trail import AuditEntry, Wanted
from mturk.marketplace.workplace import report
from mturk.marketplace.workplace.report import Report

_LONGEST_STEP = 64


class Administration:
    """The part of a marketplace that is for who runs it, and needs no server."""

    def __init__(self, store: Store, dispatch: Dispatch, opening: Opening, means: Means) -> None:
        self._store = store
        self._dispatch = dispatch
        self._opening = opening
        self._means = means

    @property
    def is_sandbox(self) -> bool:
        """Whether it is a sandbox, where each balance is 10,000.00 always and nobody is paid."""
        self._opening.open()
        return self._dispatch.is_sandbox

    def payouts(self, since: datetime, until: datetime | None = None, *, requester: str | None = None) -> list[Payout]:
        """What each worker earned from `since` until before `until`, in market time, so that it can be paid out.

        Without `until` all there is since then; with `requester` only what that requester paid. Refused in a sandbox,
        where nobody is owed anything.
        """
        if self.is_sandbox:
            raise MarketplaceError(f"{self._store.name} is a sandbox: nothing was spent, so nobody is owed anything.")
        # As if it wrote, after all that others are about to pay: what they paid before now is on disk then.
        now = self._dispatch.run(partial(_now, requester_name=requester))
        return self._store.read(lambda database: payout.owed(database, now, since, until, requester_name=requester))

    def export_workers(self, file: TextIO) -> int:
        """Write all workers, their records and what they were paid to a file as CSV; say how many."""
        self._opening.open()
        self.note("ExportWorkers")
        return self._store.read(lambda database: worker.export(database, file))

    def reports(self, since: datetime | None = None) -> PagedList[Report]:
        """What workers report of HITs, oldest first; `since` is a market time.

        It is read 100 at a time. No text in it has control characters or other invisible ones, whoever wrote it.
        """
        self._opening.open()
        return PagedList(lambda after: self._store.read(lambda database: report.reports(database, since, after)))

    def missing_assets(self) -> PagedList[MissingAsset]:
        """What task pages would have loaded from other hosts, by HIT type, where `offline` keeps them from these.

        It is read 100 at a time.
        """
        self._opening.open()
        return PagedList(
            lambda after: self._dispatch.run(lambda context: missing_asset.listed(context, after), writes=False)
        )

    @alters_data
    def take_in(
        self,
        things: Iterable[Thing],
        *,
        requester: str = FIRST_REQUESTER,
        source: str = "elsewhere",
        mark: str | None = None,
        dry_run: bool = True,
        plan: str | None = None,
        tell: Callable[[Remark], object] = lambda _: None,
    ) -> Importation:
        """Take in what was done elsewhere for a requester: HITs, assignments, workers, qualifications, bonuses.

        Each thing is its kind, its members under AWS's names, and its place in the source: `mturk import` reads them
        out of files. Ids stay. HITs come in closed; no money moves, for they were paid for where they were done;
        workers come in without accounts at the site. By default it is only said how much it is. What is here already
        stays as it is, whatever the source says, but for work that was not decided yet. `mark` is the name of a
        qualification that everybody gets who is in the source. `plan` is that of an earlier dry run: what is no
        longer the same is refused as a whole. `tell` is called with each thing that does not come in, and why. All
        is read before the first comes in; that is many short transactions, and broken off, it goes on when it is done
        again.
        """
        self._opening.open()
        return importation.bring(
            self._dispatch.run,
            things,
            requester,
            KnownNames(self._means),
            source=source,
            mark=mark,
            dry_run=dry_run,
            tell=tell,
            plan=plan,
            begin=lambda: self.note("Import", {"Requester": requester, "Source": source[:255]}),
        )

    def audit(self) -> list[str]:
        """What does not add up: nothing, if every cent is accounted for, and every HIT that can be accepted counted."""
        self._opening.open()
        return self._dispatch.run(
            lambda context: [*ledger.audit(context.database), *offer.audit(context.database)], writes=False
        )

    def trail(
        self,
        since: datetime | None = None,
        until: datetime | None = None,
        *,
        requester: str | None = None,
        worker: str | None = None,
        operation: str | None = None,
    ) -> Iterator[AuditEntry]:
        """Who did what: the audit trail in the order in which it was written, from `since` until before `until`.

        Those are real times. `requester` is a name, `worker` an id, `operation` such as "ApproveAssignment" or
        "SignIn". There is what was done since the trail is kept (`audit_trail=True`; by `mturk serve` from the
        beginning). It is read 100 at a time as you get to them, and not remembered, since a trail may be long. `audit`
        is something else: it asks whether the money adds up.
        """
        wanted = Wanted(since, until, requester, worker, operation)
        self._opening.open()
        return trail.walk(lambda after: self._store.read(lambda database: trail.entries(database, wanted, after)))

    @alters_data
    def note(self, step: str, subjects: Mapping[str, str | int] | None = None) -> None:
        """Add to the audit trail, if it is kept, what was done by other means: `note("Restore", {"Copy": "monday"})`.

        The step is a name of up to 64 characters.
        """
        if not 1 <= len(step) <= _LONGEST_STEP:
            raise ValueError(f"A step has a name of 1 to {_LONGEST_STEP} characters, not {step!r}.")
        self._opening.open()
        if self._dispatch.watch is not None and self._dispatch.watch.keeps:
            self._dispatch.run(lambda context: self._dispatch.note(context.database, Deed(step, subjects or {})))


def _now(context: Context, requester_name: str | None) -> int:
    context.note("Payouts", Requester=requester_name)
    return context.now
