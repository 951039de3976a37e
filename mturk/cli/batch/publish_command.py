"""`mturk batch new`, `check`, `estimate`, `publish` and `close`: what is on offer, and what it costs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from decimal import Decimal
from itertools import islice
from typing import Any

import attrs
import click

from mturk.batch.batch import Batch
from mturk.batch.batch_estimate import BatchEstimate
from mturk.batch.batch_report import BatchReport
from mturk.cli.batch import argument, new_folder
from mturk.cli.batch.batch_folder import BatchFolder
from mturk.cli.batch.telling import DONE, PROBLEMS, Teller, counted, dollars
from mturk.connection.trace import Attempt, tracer
from mturk.cost import hit_cost
from mturk.errors import RequestError
from mturk.journal.journal import PLANNED, PUBLISHED, REFUSED, SENT, Piece
from mturk.parallel.tally import Tally

_SOME = 10


@click.command()
@argument.batch_command
def new(folder: BatchFolder, teller: Teller) -> None:
    """Make a folder with an example that works: a task, a page and a table.

    task.toml says what each setting means. Files that are there already stay as they are.

    \b
    Examples:
      mturk batch new photos
    """
    made, kept = new_folder.make(folder.path)
    teller.facts(made=made, kept=kept)
    teller.say(f"Made in {folder.path}: {', '.join(made)}")
    if kept:
        teller.say(f"There already, and as they were: {', '.join(kept)}")
    teller.say(f"Change them to your task, then: {folder.command('check')}")


@click.command()
@argument.batch_command
def check(folder: BatchFolder, teller: Teller) -> int:
    """Say what is wrong with the task, the page and the table.

    Every row is held against the page: missing columns, empty cells, rows that are too large or there twice. Nothing
    is sent, and no account is needed. With errors the exit status is 1.

    \b
    Examples:
      mturk batch check photos
      mturk batch check photos --json
    """
    with folder.looked_at(folder.task()) as batch:
        report = batch.check()
    _tell_report(report, teller)
    if not report:
        return PROBLEMS
    teller.say(f"It can be published. What it costs: {folder.command('estimate')}")
    return DONE


@click.command()
@click.option(
    "--bonus",
    callback=argument.amount,
    metavar="USD",
    default="0",
    help="Keep so much for a bonus on each assignment.",
)
@argument.batch_command
def estimate(folder: BatchFolder, teller: Teller, bonus: Decimal) -> int:
    """Say what the batch will cost, with fees, and what is left on the balance.

    Nothing is published; the balance is asked for. With errors in the table the exit status is 1.

    \b
    Examples:
      mturk batch estimate photos
      mturk batch estimate photos --bonus 0.10
    """
    task = folder.task()
    with folder.connected(task) as connection, folder.looked_at(task, connection) as batch:
        if not _checked(batch, teller):
            return PROBLEMS
        found = batch.estimate(bonus)
        is_live = connection.is_live
    _tell_estimate(found, teller)
    if is_live:
        teller.say("This is the live service: publishing spends real money.")
    teller.say(f"To publish: {folder.command('publish')}")
    return DONE


@click.command()
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Publish so many HITs at most: try a few first.")
@argument.yes
@argument.batch_command
def publish(folder: BatchFolder, teller: Teller, limit: int | None) -> int:
    """Publish what is not published yet, each row once.

    What it costs is shown, and asked about. Where the money or the connection ends, or Ctrl-C stops it, the exit status
    is 3: run it again, and it goes on. No row is published twice, however often this is run.

    \b
    Examples:
      mturk batch publish photos --limit 3
      mturk batch publish photos
      mturk batch publish photos --yes
    """
    teller.expect_answer()
    task = folder.task()
    with folder.connected(task) as connection:
        batch = folder.publishable(task, connection)
        if not _checked(batch, teller):
            return PROBLEMS
        found = batch.estimate()
        number, cost = _next(batch, limit)
        _tell_estimate(found, teller)
        if not number:
            teller.facts(**_published(batch), published_now=0, refused=[])
            teller.say(f"All HITs are published. How they stand: {folder.command('status')}")
            return DONE
        teller.ask(_question(found, number, cost, task.place, is_live=connection.is_live))
        return _publish(folder, batch, teller, lambda: batch.publish(progress=True, limit=limit))


@click.command()
@click.option(
    "--below", callback=argument.share, metavar="SHARE", required=True, help="Rows that agree less: 2/3, 0.6."
)
@click.option("--field", metavar="NAME", required=True, help="The field of the answers, the column without Answer.")
@click.option(
    "--assignments", type=click.IntRange(min=1), metavar="N", required=True, help="How many more people for each row."
)
@argument.yes
@argument.batch_command
def more(folder: BatchFolder, teller: Teller, below: float, field: str, assignments: int) -> int:
    """Ask more people about the rows on which workers disagree.

    A row's agreement is the share of its commonest answer. Rows for which not all is in are left out, so that nobody is
    asked twice by running this twice. Where it is stopped, mturk batch publish goes on.

    \b
    Examples:
      mturk batch more photos --below 2/3 --field label --assignments 2
    """
    teller.expect_answer()
    with folder.connected(folder.task()) as connection:
        batch = folder.opened(connection)
        keys = batch.results().agreement(field).below(below)
        teller.facts(rows=list(keys))
        if not keys:
            teller.say(f"No row's agreement on {field} is below {below:.2f}: nobody more is asked.")
            return DONE
        what = (
            f"{'1 more person' if assignments == 1 else f'{assignments} more people'} about {counted(len(keys), 'row')}"
        )
        teller.ask(_further(what, _most_cost(batch, keys, assignments), is_live=connection.is_live))
        return _publish(folder, batch, teller, lambda: batch.more(keys, assignments, progress=True))


@click.command()
@argument.yes
@argument.batch_command
def close(folder: BatchFolder, teller: Teller) -> None:
    """Take all HITs off the market; who has accepted one can still submit it.

    If it is stopped, run it again: it says how many were taken off by then.

    Work that is in is reviewed and paid as before. The table and the page are not needed.

    \b
    Examples:
      mturk batch close photos
    """
    teller.expect_answer()
    with folder.connected(folder.task()) as connection:
        batch = folder.opened(connection)
        teller.facts(closed=0)
        teller.ask(f"Take all HITs of {folder.path} off the market?")
        with _counting(lambda number: teller.facts(closed=number)):
            number = batch.close()
    teller.facts(closed=number)
    teller.say(f"{counted(number, 'HIT')} taken off the market.")


@contextmanager
def _counting(told: Callable[[int], None]) -> Iterator[None]:
    """Count the HITs that are taken off the market, also when the block is left early."""
    ended = list[Attempt]()
    try:
        with tracer(ended.append):
            yield
    except KeyboardInterrupt:
        raise KeyboardInterrupt(
            f"stopped: {counted(_taken_off(ended), 'HIT')} taken off the market, or more; run it again to go on"
        ) from None
    finally:
        told(_taken_off(ended))


def _taken_off(calls: Collection[Attempt]) -> int:
    return sum(call.operation == "UpdateExpirationForHIT" and call.outcome == "200" for call in list(calls))


def _checked(batch: Batch, teller: Teller) -> bool:
    """Whether the table is right; what is wrong with it is told."""
    report = batch.check()
    if not report:
        _tell_report(report, teller)
    return bool(report)


def _tell_report(report: BatchReport, teller: Teller) -> None:
    teller.facts(rows=report.rows, errors=list(report.errors), warnings=list(report.warnings))
    teller.say(report)


def _tell_estimate(found: BatchEstimate, teller: Teller) -> None:
    facts = attrs.asdict(found)
    named = {"hits_published_cost": facts.pop("published"), "split_saves": facts.pop("saved")}
    teller.facts(**facts, **named, total=found.total, balance_after=found.balance_after)
    teller.say(found)


def _question(found: BatchEstimate, number: int, cost: Decimal, where: str | None = None, *, is_live: bool) -> str:
    what = f"Publish {counted(number, 'HIT')} for {dollars(cost)} USD"
    if not is_live:
        # Whoever wrote task.toml has chosen the address.
        return f"{what} at {where}?" if where and "://" in where else f"{what}?"
    return (
        f"{what} of real money on the live service? The whole batch is {dollars(found.total)} USD for "
        f"{counted(found.assignments, 'assignment')}, the balance {dollars(found.balance)} USD. Publish?"
    )


def _next(batch: Batch, most: int | None) -> tuple[int, Decimal]:
    """How many HITs one run will publish, and what they cost."""
    number, cost = 0, Decimal(0)
    kind = batch.hit_type
    for piece in islice(_waiting(batch), most):
        number += 1
        cost += hit_cost(kind.reward, piece.assignments, piece.assignments, kind.qualification_requirements)
    return number, cost


def _waiting(batch: Batch) -> Iterator[Piece]:
    """What is not published, in the order in which it will be."""
    for state in (PLANNED, REFUSED, SENT):
        yield from (piece for piece in batch.rows() if piece.state == state)


def _further(what: str, cost: Decimal, *, is_live: bool) -> str:
    real = " of real money on the live service" if is_live else ""
    return f"Ask {what}, for {dollars(cost)} USD at most{real}?"


def _most_cost(batch: Batch, keys: Collection[str], assignments: int) -> Decimal:
    """What so many further assignments for each row cost at most: a HIT of 10 or more has the higher fee."""
    wanted = set(keys)
    sizes = {piece.key: piece.assignments for piece in batch.rows() if piece.key in wanted}
    kind = batch.hit_type
    costs = (hit_cost(kind.reward, size, assignments, kind.qualification_requirements) for size in sizes.values())
    return sum(costs, Decimal(0))


def _publish(folder: BatchFolder, batch: Batch, teller: Teller, send: Callable[[], Tally]) -> int:
    before = _published(batch)["published"]
    refused: list[dict[str, str]] = []
    try:
        tally = send()
    except RequestError as error:
        if isinstance(error.partial, Tally):
            refused = [{"row": one.key, "error": one.error} for one in error.partial.refused]
            for one in error.partial.refused[:_SOME]:
                teller.warn(f"row {one.key} was refused: {one.error}")
        raise
    finally:
        now = _published(batch)
        teller.facts(**now, published_now=now["published"] - before, refused=refused)
    teller.facts(added=tally.added, waiting=tally.waiting, cost=tally.cost)
    teller.say(tally)
    teller.say(f"How they stand: {folder.command('status')}")
    return DONE


def _published(batch: Batch) -> dict[str, Any]:
    states = [piece.state for piece in batch.rows()]
    published = states.count(PUBLISHED)
    return {"published": published, "left": len(states) - published}
