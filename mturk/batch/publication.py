"""Publishing a batch: each HIT is written down before its call and after it, and goes out once."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from datetime import timedelta
from decimal import Decimal

import attrs

from mturk.batch.offering import Offering
from mturk.batch.order import Order, carry_out, extended
from mturk.batch.recognition import Recognition
from mturk.errors import InsufficientFunds, MTurkError, RequestError, ServiceError, ValidationError
from mturk.journal.journal import PLANNED, PUBLISHED, REFUSED, SENT, Journal, Piece, Published, milliseconds
from mturk.journal.journal_run import JournalRun
from mturk.model.hit import HIT
from mturk.parallel.hands import begun, is_sure
from mturk.parallel.tally import Refusal, Tally

# HITs given out for each hand: there is work for all while answers are written down, several in one transaction.
_WINDOW = 16
_REFUSALS = 25  # in a row, after which something is wrong with all of them
_PATIENCE = 3.0  # seconds that answers under way are waited for when a program is stopped
# A token is good for 24 hours. What was sent longer ago is looked for before it is sent again.
_TOKEN_LIFE = timedelta(hours=20)
_MILLISECOND = timedelta(milliseconds=1)
_OPEN = (PLANNED, REFUSED, SENT)
_Answer = tuple[Published, Decimal]
"""What is written down of an answer, and what its HIT costs."""


@attrs.define
class Publication:
    """One run over what is not published yet."""

    journal: Journal
    offering: Offering
    executor: Executor
    number: int
    """How many hands the executor has."""
    most: int | None = None
    """How many HITs at most."""
    asked: int = 0
    """1 for only what was asked for beyond what the batch began with."""
    told: Callable[[Tally], None] | None = None
    _run: JournalRun = attrs.field(init=False)
    _before: int = 0
    _left: int = 0
    _taken: int = 0
    _waiting: deque[Piece] = attrs.field(factory=deque)
    _under_way: dict[Future[HIT], Piece] = attrs.field(factory=dict)
    _published: int = 0
    _added: int = 0
    _cost: Decimal = Decimal(0)
    _costs: dict[int, Decimal] = attrs.field(factory=dict)
    _refused: list[Refusal] = attrs.field(factory=list)
    _refused_in_a_row: int = 0
    _stopped_by: MTurkError | None = None
    _recognition: Recognition | None = None
    _is_left_behind: bool = False
    """Whether the journal was used last so long ago that another copy of it may have gone on meanwhile."""

    def run(self) -> Tally:
        """Publish until all is out, money or the connection ends, or somebody stops it."""
        self._run = JournalRun.begin(self.journal, self._now())
        self._is_left_behind = 0 < self._run.before <= self._token_end()
        self._before, self._left = self._counted()
        try:
            while self._give_out():
                self._gather(None)
        except BaseException as error:
            self._put_back(self._waiting)
            self._gather(_PATIENCE)
            if isinstance(error, KeyboardInterrupt):
                raise KeyboardInterrupt(f"{self.tally()}; call publish() again to go on") from None
            raise
        self._put_back(self._waiting)
        return self._ended()

    def tally(self) -> Tally:
        """How far it is, as the journal has it."""
        self._before, self._left = self._counted()
        return self._tally()

    def _counted(self) -> tuple[int, int]:
        counts = self.journal.counts()
        published = counts.get(PUBLISHED, (0, 0))[0]
        return published - self._published, sum(number for number, _ in counts.values()) - published

    def _tally(self) -> Tally:
        return Tally(self._published, self._before, self._left, self._cost, tuple(self._refused), self._added)

    def _give_out(self) -> bool:
        """Keep all hands busy; False when nothing is under way any more."""
        while self._stopped_by is None and len(self._under_way) < self.number * _WINDOW:
            piece = self._next()
            if piece is None:
                break
            self._under_way[self._submit(piece)] = piece
        return bool(self._under_way)

    def _next(self) -> Piece | None:
        # All that was taken may turn out to be there already.
        while not self._waiting:
            if not self._take():
                return None
        return self._waiting.popleft()

    def _submit(self, piece: Piece) -> Future[HIT]:
        try:
            return begun(self.executor, carry_out, self._order(piece))
        except MTurkError as error:
            self._put_back([piece])
            failed: Future[HIT] = Future()
            failed.set_exception(error)
            return failed

    def _order(self, piece: Piece) -> Order:
        try:
            return self.offering.order(piece)
        except MTurkError:
            raise
        except BaseException:  # of the user's own function
            self._put_back([piece])
            raise

    def _take(self) -> bool:
        number = self.number * _WINDOW
        if self.most is not None:
            number = min(number, self.most - self._taken)
        taken = self._run.take(_OPEN, number, self._now(), self.asked) if number > 0 else []
        self._taken += len(taken)
        self._waiting.extend(piece for piece in taken if not self._is_found(piece))
        return bool(taken)

    def _is_found(self, piece: Piece) -> bool:
        """Whether what was sent too long ago for its token was carried out; it is written down then."""
        is_old = piece.state == SENT and (piece.sent or 0) <= self._token_end()
        if not (is_old or self._is_left_behind):
            return False
        hit = self._found(piece) if piece.adds_to is None else self._extended(piece)
        if hit is not None:
            self._settle([self._made(hit, piece)])
        return hit is not None

    def _found(self, piece: Piece) -> HIT | None:
        if self._recognition is None:
            types = self.offering.type_ids | self.journal.hit_types()
            every = HIT.all(connection=self.offering.hit_type.connection).where(lambda hit: hit.hit_type_id in types)
            self._recognition = Recognition.of(every, self.journal, self.offering, adopts=False)
        return self._recognition.find(piece)

    def _extended(self, piece: Piece) -> HIT | None:
        """The HIT if it has the assignments that were to be added. One call, GetHIT."""
        hit = HIT.get(str(piece.hit_id), connection=self.offering.hit_type.connection)
        had = self.journal.piece(piece.number, int(piece.adds_to or 0)).assignments
        if hit.max_assignments < had + piece.assignments:
            return None
        extended(hit, self.offering.lifetime)
        return hit

    def _gather(self, patience: float | None) -> None:
        """Write down what came back; with `patience` all that comes within so many seconds."""
        if patience is not None:
            self._call_off()
        done, _ = wait(self._under_way, patience, return_when=FIRST_COMPLETED if patience is None else "ALL_COMPLETED")
        answers: list[_Answer] = []
        strange: Exception | None = None
        for future in done:
            try:
                answers += self._answer(future, self._under_way.pop(future))
            except Exception as error:  # of the executor; what came of the others is written down first
                strange = strange or error
        self._settle(answers)
        if self._stopped_by is not None:
            self._call_off()
        if strange is not None and patience is None:
            raise strange
        if self.told is not None and patience is None:
            self.told(self._tally())

    def _call_off(self) -> None:
        """Take back what no hand has begun with."""
        off = [self._under_way.pop(future) for future in list(self._under_way) if future.cancel()]
        if is_sure(self.executor):
            self._put_back(off)

    def _answer(self, future: Future[HIT], piece: Piece) -> list[_Answer]:
        """What is written down of an answer; nothing where it is not known what became of the piece."""
        error = future.exception()
        if error is None:
            return [self._made(future.result(), piece)]
        if not isinstance(error, MTurkError):
            raise error
        if isinstance(error, (ValidationError, RequestError)) and not isinstance(error, InsufficientFunds):
            refusal = self._refusal(error, piece)
            return [] if getattr(error, "maybe_done", False) else [(refusal, Decimal(0))]
        if is_sure(self.executor) and not getattr(error, "maybe_done", False):
            self._put_back([piece])
        self._stopped_by = self._stopped_by or error
        return []

    def _made(self, hit: HIT, piece: Piece) -> _Answer:
        self._refused_in_a_row = 0
        made, ends = (hit.creation_time, hit.expiration) if hit._has("creation_time") else (None, None)
        ids = piece.number, piece.part, hit.id
        kind, label = self.offering.type_of(piece).id, self._label_of(piece, hit)
        times = milliseconds(made), milliseconds(ends)
        answer = Published(*ids, *times, adds_to=piece.adds_to, hit_type=kind, label=label)
        return answer, self._cost_of(piece, hit)

    def _label_of(self, piece: Piece, hit: HIT) -> str | None:
        """The annotation that the HIT has; None where an earlier call made it, perhaps with another one."""
        if hit._has("requester_annotation"):
            return hit.requester_annotation or ""
        return self.offering.label(piece) if hit._has("creation_time") else None

    def _settle(self, answers: list[_Answer]) -> None:
        """Write them down, and count what another run has not counted."""
        news = self._run.settle(answer for answer, _ in answers)
        for answer, cost in answers:
            if answer.error:
                continue
            self._left -= 1
            if (answer.number, answer.part) not in news:
                self._before += answer.adds_to is None
                continue
            self._published += answer.adds_to is None
            self._added += answer.adds_to is not None
            self._cost += cost

    def _cost_of(self, piece: Piece, hit: HIT) -> Decimal:
        if piece.adds_to is not None:
            return self.offering.cost(piece, hit)
        # Most HITs have the same number of assignments.
        if piece.assignments not in self._costs:
            self._costs[piece.assignments] = self.offering.cost(piece, hit)
        return self._costs[piece.assignments]

    def _refusal(self, error: MTurkError, piece: Piece) -> Published:
        words = str(error)
        self._refused.append(Refusal(piece.key, words))
        self._refused_in_a_row += 1
        if self._refused_in_a_row >= _REFUSALS:
            self._stopped_by = self._stopped_by or error
        return Published(piece.number, piece.part, piece.hit_id, error=words, adds_to=piece.adds_to)

    def _put_back(self, pieces: Iterable[Piece]) -> None:
        self._run.put_back(pieces)

    def _ended(self) -> Tally:
        tally, error = self.tally(), self._stopped_by
        if error is not None:
            raise _explained(error, tally, self.offering)
        if tally.refused:
            first = tally.refused[0]
            refused = RequestError(f"{tally}. The first is row {first.key}: {first.error}")
            refused.partial = tally
            raise refused
        return tally

    def _token_end(self) -> int:
        """What was sent up to then has a token that may be forgotten."""
        return self._now() - _TOKEN_LIFE // _MILLISECOND

    def _now(self) -> int:
        return round(self.offering.hit_type.connection.clock.now() * 1000)


def _explained(error: MTurkError, tally: Tally, offering: Offering) -> MTurkError:
    """The error that stopped it, with how far it came and how to go on."""
    error.partial = tally
    way = "; call publish() again to go on"
    if isinstance(error, InsufficientFunds):
        way = "; deposit, and call publish() again to go on"
    words = f" {tally}{way}."
    if isinstance(error, ServiceError):
        error.message = f"{error.message.rstrip('.')}.{words}"
    else:
        error.args = (f"{error.args[0] if error.args else ''}{words}", *error.args[1:])
    return error
