"""Ballots: what is read of results to judge their quality, once and without keeping them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from mturk.errors import ValidationError
from mturk.quality import truth
from mturk.quality.submission_record import SubmissionRecord
from mturk.quality.vote import Votes
from mturk.record.display import shown
from mturk.table.result import Result

Field = str | Callable[[Result], str | None]
"""The name of an answer, as its column has it without `Answer.`; or what makes an answer out of a submission."""
_NAMED = 20  # as many names as a message tells


def name_of(field: Field | None) -> str:
    """What tables call a field."""
    return field if isinstance(field, str) else getattr(field, "__name__", "answers")


def votes(results: Iterable[Result], field: Field, *, rejected: bool) -> Votes:
    """The answers to a field, a vote for each worker and row; rejected ones only if they are asked for."""
    if field is None:
        raise ValidationError("field: None; expected the name of an answer, or a function of a Result")
    found = Votes()
    for each in submissions(results, field):
        if each.answer is not None and (rejected or not each.is_rejected):
            found.add_first(each.item, each.worker, each.answer)
    return found


def submissions(
    results: Iterable[Result], field: Field | None = None, gold: str | None = None
) -> Iterator[SubmissionRecord]:
    """All submissions with what they answer; ValidationError if none of them has such an answer or gold column."""
    read = _reader(field)
    fields: dict[str, None] = {}
    columns: dict[str, None] = {}
    is_any = False
    for result in results:
        is_any = True
        fields.update(dict.fromkeys(result.cells))
        columns.update(dict.fromkeys(result.row))
        work, spent = result.assignment, result.work_time
        known = None if gold is None else truth.truth(result.row.get(gold))
        seconds = None if spent is None else spent.total_seconds()
        answer = read(result)
        # An empty cell is no answer: a file tells it from none no more. One of blanks looks the same.
        answer = None if answer is None or not answer.strip() else answer
        # Where a file does not tell who it was, nobody can be taken for somebody else.
        worker_id = result.worker_id or work.id
        yield SubmissionRecord(result.key, worker_id, answer, known, work.status, seconds, work.submit_time)
    if is_any:
        _expect_among("field", field, fields, "no submission has an answer")
        _expect_among("gold", gold, columns, "the rows have no column")


def _reader(field: Field | None) -> Callable[[Result], str | None]:
    if field is None:
        return lambda result: None
    if isinstance(field, str):
        return lambda result: result.cells.get(field)
    if not callable(field):
        raise ValidationError(f"field: {field!r:.60}; expected the name of an answer, or a function of a Result")
    return lambda result: _text(field(result))


def _text(answer: object) -> str | None:
    if answer is None or isinstance(answer, str):
        return answer
    raise ValidationError(f"field: the function gave {answer!r:.60}; expected a text, or None for no answer")


def _expect_among(argument: str, name: object, names: Iterable[str], words: str) -> None:
    known = sorted(names)
    if isinstance(name, str) and name not in known:
        told = ", ".join(shown(each) for each in known[:_NAMED]) or "none"
        more = f" and {len(known) - _NAMED} more" if len(known) > _NAMED else ""
        raise ValidationError(f"{argument}: {words} {name!r:.60}; there are: {told}{more}")
