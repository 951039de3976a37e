"""Batches: each row of a table becomes a HIT, exactly once, however often the work is interrupted."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Executor
from datetime import timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import evolve

from mturk.alters_data import alters_data
from mturk.batch import batch_terms, belonging, lane
from mturk.batch.addition import Addition
from mturk.batch.adoption import adopt
from mturk.batch.batch_estimate import BatchEstimate, estimated, parts_of
from mturk.batch.batch_report import BatchReport
from mturk.batch.batch_status import BatchStatus, overview, status
from mturk.batch.closing import close
from mturk.batch.loading import Loading, State, state_of
from mturk.batch.marking import Marking
from mturk.batch.offering import LABEL, Offering
from mturk.batch.publication import Publication
from mturk.batch.reading import Reading
from mturk.batch.row_question import Asking, RowQuestion, asking, described
from mturk.batch.waiting import Waiting
from mturk.connection.connection import current
from mturk.data import limit as limits
from mturk.data import price
from mturk.data.enumeration import AssignmentStatus
from mturk.data.price import Money
from mturk.decision.bonus import Bonuses, wanted
from mturk.decision.bonus import steps as bonus_steps
from mturk.decision.plan import Plan
from mturk.decision.verdict import Judge, by_marks, judged, marked
from mturk.errors import ValidationError
from mturk.journal.journal import Journal, Piece
from mturk.model.assignment import Statuses
from mturk.model.hit import HIT
from mturk.model.hit_type import HITType
from mturk.model.publishing import MOST_ASSIGNMENTS
from mturk.parallel.hands import Hands, elsewhere, how_many
from mturk.parallel.place import place
from mturk.parallel.progress import Told, showing
from mturk.parallel.tally import Tally
from mturk.rendering.template import Engine
from mturk.table import sheet
from mturk.table.results import Results
from mturk.table.sheet import Source

if TYPE_CHECKING:
    from mturk.connection.connection import Connection


class Batch:
    """A table of rows that becomes HITs: made by `hit_type.batch(…)`, found again by `Batch.open(journal)`.

        batch = photos.batch("photos.csv", "label.html", journal="photos.journal", assignments=3, lifetime=86_400)
        print(batch.check())
        print(batch.estimate())
        batch.publish()      # again after a crash or with money: goes on, and publishes nothing twice

    The journal is one SQLite file, or the URL of a database that several machines share (`…#name` for several batches
    in it). It is written before and after each call, and complete whenever it is copied.
    """

    def __init__(
        self,
        hit_type: HITType,
        rows: Source,
        question: RowQuestion,
        *,
        journal: str | os.PathLike[str],
        lifetime: timedelta | int,
        assignments: int = 1,
        key: str | None = None,
        annotation: str | None = None,
        split: bool = False,
        engine: Engine = "mturk",
        encoding: str = "utf-8-sig",
    ) -> None:
        self.hit_type = hit_type
        self.connection: Connection = hit_type.connection
        self._source, self._encoding, self._key = rows, encoding, key
        self._question, self._engine = question, engine
        self._asking: Asking = asking(question, engine)
        self._lifetime = timedelta(seconds=limits.seconds("lifetime", lifetime, 30, limits.YEAR))
        each = limits.whole("assignments", assignments, 1, MOST_ASSIGNMENTS)
        self._split = bool(limits.flag("split", split))
        self._parts = parts_of(each, split=self._split)
        self._annotation = LABEL if annotation is None else limits.text("annotation", annotation)
        self._report: BatchReport | None = None
        self._seen: State | None = None
        self._journal = Journal(journal)
        self._open()
        lane.expect_room(hit_type, len(self._parts))

    @classmethod
    def open(cls, journal: str | os.PathLike[str], *, connection: Connection | None = None) -> Batch:
        """The batch of a journal, with all that was published. No call."""
        kept = Journal(journal, new=False)
        if kept.fact("hit_type") is None:
            raise ValidationError(f"journal: {kept!r} is empty; make the batch with hit_type.batch(…)")
        made = cls.__new__(cls)
        made.connection = connection or current()
        made.hit_type = batch_terms.hit_type_of(kept.fact("hit_type"), kept.fact("terms"), made.connection)
        made._source, made._seen, made._report = None, None, BatchReport(kept.row_count())
        made._key = kept.fact("key") or None
        made._asking = described(kept.fact("asking"))
        made._lifetime = timedelta(seconds=kept.fact("lifetime"))
        made._annotation, made._parts, made._split = kept.fact("annotation"), kept.fact("parts"), kept.fact("split")
        made._journal = kept
        made._open()
        return made

    def _open(self) -> None:
        belonging.expect_same(self._journal, self._facts())
        self._lanes = lane.kept(self._journal, self.hit_type)
        self._marking = Marking(self._journal, self.hit_type.id)

    def __repr__(self) -> str:
        return f"<Batch {self._journal!r} of {self.hit_type!r}>"

    def _repr_html_(self) -> str:
        return overview(self._journal, self.hit_type)._repr_html_()

    @property
    def id(self) -> str:
        """What tells this batch from others: it is in its HITs' annotations."""
        return self._journal.id

    @alters_data
    def check(self) -> BatchReport:
        """Hold every row against the page: what is missing, too large, or there twice. No call, nothing is published.

        What is found to be right is written into the journal. `publish()` and others check again what has changed
        since: a page, a table in a file, a list or a data frame. An iterator is read once.
        """
        can_be_read_again = self._source is not None and not isinstance(self._source, Iterator)
        if self._report is None or can_be_read_again:
            self._seen = state_of(self._source, self._asking)
            self._asking = asking(self._question, self._engine)
            self._report = self._loading().load(self._journal)
        return self._report

    def estimate(self, bonus: Money = 0) -> BatchEstimate:
        """What the batch will cost, and what is left on the balance then. One call, GetAccountBalance.

        `bonus` is what you keep for a bonus on each assignment. Fees are AWS's; a marketplace without any takes less.
        """
        self._ready()
        return estimated(
            self._journal.sizes(),
            self.hit_type,
            self._parts,
            rows=self._journal.row_count(),
            bonus=price.amount("bonus", bonus) if bonus else Decimal(0),
            balance=self.connection.balance().available,
            is_split=self._split,
        )

    @alters_data
    def publish(
        self,
        progress: Told | bool | None = None,
        executor: Executor | None = None,
        threads: int = 8,
        limit: int | None = None,
    ) -> Tally:
        """Publish what is not published yet, each row once.

        A row whose answer was lost is sent again with the same token, which never makes a second HIT. Stops where the
        money ends (InsufficientFunds), at the connection's budget, at a lost connection or at Ctrl-C; call it again to
        go on. A row that the service refuses stops nothing: the error at the end names the first, and its `partial` is
        the Tally. `limit` publishes so many HITs at most: try three first. `threads` calls are under way at once, at
        the pace that the service sets; an `executor` makes them elsewhere, see "Executors" in docs/batches.md.
        `progress=True` shows a bar in a terminal or notebook (with rich) and a line each minute in a log; a function is
        told the Tally. One call for each HIT, CreateHITWithHITType.
        """
        self._ready()
        belonging.expect_account(self.hits())
        number = None if limit is None else limits.whole("limit", limit, 1, MOST_ASSIGNMENTS)
        return self._publish(progress, executor, how_many(threads), most=number)

    @alters_data
    def more(
        self,
        where: Iterable[str],
        assignments: int,
        *,
        progress: Told | bool | None = None,
        executor: Executor | None = None,
        threads: int = 8,
    ) -> Tally:
        """Ask more people about some rows: so many further assignments for each.

            batch.more(results.agreement("label").below(2 / 3), assignments=2)

        `where` are keys of rows. A row for which not all is in that was asked for is left out, so that the same line
        twice asks nobody twice; `waiting` of the Tally counts these. The row's HIT gets the assignments, and is on
        offer for the batch's lifetime from now on; what it lacks of an earlier offer is counted in. Where the service
        refuses that, since a HIT of less than 10 assignments never becomes one of 10 or more, the row gets another HIT,
        of a type that those who did the row do not find. Interrupted or out of money: `publish()` goes on. Two calls
        for each HIT to look, GetHIT and ListAssignmentsForHIT, and three to ask: CreateAdditionalAssignmentsForHIT,
        GetHIT, UpdateExpirationForHIT.
        """
        if isinstance(where, (str, bytes)) or not isinstance(where, Iterable):
            raise ValidationError(f"where: {where!r:.60}; expected the keys of rows, such as agreement.below(2 / 3)")
        number = limits.whole("assignments", assignments, 1, MOST_ASSIGNMENTS)
        hands = how_many(threads)
        self._ready()
        belonging.expect_account(self.hits())
        addition = Addition.of(self._journal, number, map(str, where), hands, self.connection)
        addition.write(partial(self._fresh_type, hands))
        tally = self._publish(progress, executor, hands, asked=1)
        return evolve(tally, waiting=addition.waiting)

    @alters_data
    def mark(self, *, threads: int = 8) -> int:
        """Keep workers of rows that have several HITs out of the other HITs of their rows; say how many are new.

        Run it as work comes in where `split=True` spreads rows over HITs; `wait()` does. A worker who submitted a part
        of some row goes on with that part of other rows, and does not find the other parts any more. Until the next
        `mark()` he can. No call for a batch with one HIT a row; else one for each 100 HITs and marks, for each HIT with
        new submissions, and for each new worker, AssociateQualificationWithWorker.
        """
        return self._marking.mark(self._lanes, how_many(threads)) if self._lanes else 0

    @alters_data
    def wait(self, timeout: timedelta | float) -> BatchStatus:
        """Wait until all work on what is published is in, or nobody can do it any more; TimeoutError after `timeout`.

        Looks after one second at first, later every 30: each look is a `status()` and, for rows of several HITs, a
        `mark()`. Rows that are not published are not waited for.
        """
        seconds = limits.timeout("timeout", timeout)
        waiting = Waiting(self._journal.hit_ids(), self.connection)
        if not waiting.ids:
            raise ValidationError("wait: nothing of this batch is published yet; call publish() first")
        for _ in self.connection.clock.looks(seconds):
            self.mark()
            found = self._status(waiting.look(self._listed(waiting.ids)))
            if waiting.is_over():
                return found
        raise TimeoutError(f"not all work is in after {seconds:g} seconds: {found!r}")

    @alters_data
    def adopt(self, hits: Iterable[HIT], rows: Mapping[str, str] | None = None) -> int:
        """Take HITs into the batch that were published without it, or whose journal is lost, and say how many.

            batch.adopt(photos.hits())

        Each is known by its annotation, else by its question, or by `rows`, the key for each HIT's id. All must be of
        this HIT type, or of those that a lost batch made of it for rows of several HITs; if one is for no row nothing
        is adopted. Before anything is published the batch takes the id of a lost one over, and its marks. No call but
        what listing the HITs takes, and for rows of several HITs those that make their types.
        """
        self._ready()
        try:
            return adopt(self._journal, self._offering(), hits, rows)
        finally:
            self._lanes = lane.kept(self._journal, self.hit_type)

    def hits(self) -> Iterator[HIT]:
        """The HITs that are published, in the order of the rows. No call until a field is read."""
        return self._reading().hits()

    def results(self, status: Statuses = None, *, threads: int = 8) -> Results:
        """The submissions so far, all or those in one or several states, in the order of the rows; read when used.

        Beside each stand its row's cells. What was submitted for deleted HITs is gone: a warning counts these, and if
        all are gone it is their error, DoesNotExist or InvalidState. One call for each HIT and 100 submissions,
        ListAssignmentsForHIT; `threads` of them are under way at once.
        """
        number, reading = how_many(threads), self._reading()
        return Results(lambda: reading.results(status, number), f"of {self._journal!r}")

    def review(self, accept: Judge | bool | None = None, reject: Judge | None = None) -> Plan:
        """Plan what is decided on the submissions that are not decided yet; nothing is done before `plan.apply()`.

        `accept` says of a Result whether it is approved (True, or a text that the worker is told), `reject` why it is
        rejected (a text for the worker, or nothing); `accept=True` approves what is not rejected. What neither speaks
        of is left as it is. Costs nothing; one call for each HIT and 100 submissions, ListAssignmentsForHIT.
        """
        if accept is None and reject is None:
            raise ValidationError("review: give accept or reject, or both")
        return Plan(judged(self.results(AssignmentStatus.SUBMITTED), accept, reject), self.connection)

    def review_from(self, path: str | os.PathLike[str], *, encoding: str = "utf-8-sig") -> Plan:
        """Plan what the Approve and Reject columns of a results file say, as MTurk's requester site took it.

        Any mark in Approve approves; what stands in Reject is the reason, which the worker is told. A row without
        either is left as it is. Submissions are known by their AssignmentId; other columns may be missing or changed.
        One call for each HIT and 100 submissions, ListAssignmentsForHIT.
        """
        marks = marked(Path(path).expanduser(), encoding)
        steps, notes = by_marks(self.results(), marks)
        return Plan(steps, self.connection, notes)

    def pay_bonuses(self, bonuses: Bonuses, *, reason: str | None = None, encoding: str = "utf-8-sig") -> Plan:
        """Plan bonuses: amounts by worker, or a table with worker_id, amount, reason and, where wanted, assignment_id.

            batch.pay_bonuses({"A1ADA": "1.50"}, reason="The most careful answers").apply()

        A worker gets one amount for one reason once from this batch, however often this is run; which submission it is
        for is in the journal. The plan says what it costs, with fees. Nothing is paid before `plan.apply()`. One call
        for the balance, and for bonuses that are new one for each HIT and 100 submissions, ListAssignmentsForHIT.
        """
        asked = wanted(bonuses, reason, encoding)
        steps, notes = bonus_steps(asked, self.results(), self._journal, self.connection)
        return Plan(steps, self.connection, notes)

    def rows(self) -> Iterator[Piece]:
        """What became of each row: `key`, `cells`, `hit_id`, `state`, and the service's `error` if it was refused.

        The state is planned, sent (the answer was lost), published or refused. No call.
        """
        return self._journal.pieces()

    def status(self) -> BatchStatus:
        """How many HITs are out, what workers have done of them, and when they may be through.

        The service lists all your HITs, not a batch's: one call for each 100 of them, ListHITs.
        """
        return self._status(self._listed(self._journal.hit_ids()))

    @alters_data
    def close(self, *, threads: int = 8) -> int:
        """Take all HITs off the market, and say how many there are; who has accepted one can still submit it.

        What is held for assignments that nobody takes any more is given back once a HIT is deleted, see `HIT.close`.
        Deleted HITs are passed over, and one that is refused stops nothing: the error comes at the end. One call for
        each HIT, UpdateExpirationForHIT; the same again does no harm.
        """
        return close(self.hits(), how_many(threads))

    def _publish(
        self,
        progress: Told | bool | None,
        executor: Executor | None,
        threads: int,
        most: int | None = None,
        asked: int = 0,
    ) -> Tally:
        hands = Hands(threads) if executor is None else elsewhere(executor, self.connection)
        self._lanes = lane.prepared(self._journal, self.hit_type, len(self._parts))
        self.mark(threads=threads)
        try:
            with showing(progress) as told:
                return Publication(self._journal, self._offering(), hands, threads, most, asked, told).run()
        finally:
            if hands is not executor:
                hands.shutdown(wait=False)

    def _fresh_type(self, threads: int, hit_ids: list[str]) -> HITType:
        hits = (HIT(one, connection=self.connection) for one in hit_ids)
        return lane.fresh_type(self._journal, self.hit_type, hits, threads)

    def _listed(self, ids: set[str]) -> Iterator[HIT]:
        return (hit for hit in HIT.all(connection=self.connection) if hit.id in ids) if ids else iter(())

    def _status(self, hits: Iterable[HIT]) -> BatchStatus:
        return status(hits, self._journal, self.hit_type, self.connection.now())

    def _offering(self) -> Offering:
        return Offering(self.hit_type, self._asking, self._lifetime, self._annotation, self.id, self._lanes)

    def _reading(self) -> Reading:
        return Reading(self._journal, self._offering())

    def _ready(self) -> None:
        """The table is in the journal, and nothing is wrong with it."""
        report = self._report
        if not report or self._seen != state_of(self._source, self._asking):
            report = self.check()
        if not report:
            raise ValidationError(f"{sheet.name_of(self._source)}: nothing was published\n{report}")

    def _loading(self) -> Loading:
        limit = self.connection.question_limit
        parts, facts = self._parts, self._facts()
        return Loading(self._source, self._encoding, self._key, self._asking, self._annotation, limit, parts, facts)

    def _facts(self) -> dict[str, Any]:
        return {
            "hit_type": self.hit_type.id,
            "terms": batch_terms.terms(self.hit_type),
            "place": place(self.connection),
            "key": self._key or "",
            "lifetime": self._lifetime.total_seconds(),
            "annotation": self._annotation,
            "parts": self._parts,
            "split": self._split,
        }
