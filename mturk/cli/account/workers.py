"""`mturk workers`: whom a requester has blocked, who worked for a HIT, and what is known of one worker."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import click

from mturk.cli.account import reach, tabulation
from mturk.cli.account.tabulation import Form

if TYPE_CHECKING:
    from mturk.connection.connection import Connection
    from mturk.model.assignment import Assignment

_OF_BLOCK = ("worker_id", "reason")
_OF_WORK = ("worker_id", "submitted", "approved", "rejected", "first", "last")


@click.group("workers", invoke_without_command=True)
@click.option(
    "--hit", "hits", multiple=True, metavar="ID", help="Those who worked on this HIT; can be given several times."
)
@click.option(
    "--hit-type", metavar="ID", help="Those who worked on HITs of this type; all your HITs are looked through for them."
)
@reach.options
@tabulation.limited
@click.pass_context
def workers(
    context: click.Context,
    /,
    hits: tuple[str, ...],
    hit_type: str | None,
    as_json: bool,
    file: str | None,
    overwrite: bool,
    limit: int | None,
    **where: str | None,
) -> None:
    """List workers whom you blocked, or who did your HITs.

    This is for requesters, also on AWS. Who runs a marketplace adds and invites workers by mturk worker.

    The service knows no list of your workers. Alone this lists the blocked, one call for each 100. With --hit it
    lists who submitted work, how much, and what you decided: one call for each HIT and 100 assignments. With
    --hit-type that for all HITs of the type, which may be thousands of calls.

    \b
    Examples:
      mturk workers
      mturk workers --hit 3XZRODVOM51F7CTLUQ3F9WF2TOGGYA --csv workers.csv
      mturk workers show A1ADA
    """
    if tabulation.goes_on(context):
        return
    with reach.calling():
        form = Form(as_json, file, overwrite, limit)
        connection = reach.connected(where)
        if hits or hit_type:
            rows = _who_worked(_work(connection, hits, hit_type))
            form.show(rows, _OF_WORK, "workers")
        else:
            form.show(_blocked(connection), _OF_BLOCK, "blocked workers")


@workers.command("show")
@click.argument("worker_id")
@reach.options
@click.option("--json", "as_json", is_flag=True, help="Print it as one JSON object.")
def show_worker(worker_id: str, as_json: bool, **where: str | None) -> None:
    """Show whether you have blocked a worker, and which of your qualifications the worker has.

    It takes one call for each 100 blocked workers, and one for each of your qualification types.

    \b
    Examples:
      mturk workers show A1ADA
    """
    from mturk.model.worker import Worker

    with reach.calling():
        connection = reach.connected(where)
        worker = Worker(worker_id, connection=connection)
        blocks = [block for block in Worker.blocked(connection=connection) if block.worker_id == worker.id]
        has = list(_qualifications(connection, worker.id))
        fields = {
            "id": worker.id,
            "blocked": bool(blocks),
            "block_reason": blocks[0].reason if blocks else None,
            "qualifications": has if as_json else [_described(each) for each in has],
        }
        tabulation.show_one(fields, as_json=as_json)


def _blocked(connection: Connection) -> Iterator[dict[str, Any]]:
    from mturk.model.worker import Worker

    return (block.to_dict() for block in Worker.blocked(connection=connection))


def _work(connection: Connection, hits: Iterable[str], hit_type: str | None) -> Iterator[Assignment]:
    from mturk.model.assignment import assignments_of
    from mturk.model.hit_type import HITType

    of_type = (hit.id for hit in HITType(hit_type, connection=connection).hits()) if hit_type else ()
    for hit_id in dict.fromkeys([*hits, *of_type]):
        yield from assignments_of(hit_id, connection, None)


def _who_worked(work: Iterable[Assignment]) -> list[dict[str, Any]]:
    """For each worker how much there is; who did most comes first."""
    found: dict[str, list[Assignment]] = {}
    for each in work:
        found.setdefault(each.worker_id, []).append(each)
    rows = [_row(worker_id, done) for worker_id, done in found.items()]
    return sorted(rows, key=lambda row: (-row["submitted"], row["worker_id"]))


def _row(worker_id: str, done: list[Assignment]) -> dict[str, Any]:
    decided = Counter(str(each.status) for each in done)
    times = [each.submit_time for each in done if each.submit_time is not None]
    return {
        "worker_id": worker_id,
        "submitted": len(done),
        "approved": decided["Approved"],
        "rejected": decided["Rejected"],
        "first": min(times, default=None),
        "last": max(times, default=None),
    }


def _qualifications(connection: Connection, worker_id: str) -> Iterator[dict[str, Any]]:
    from mturk.errors import RequestError
    from mturk.model.qualification_type import QualificationType

    for kind in QualificationType.search(connection=connection):
        try:
            had = kind.score(worker_id)
        except RequestError:  # the worker has it not, or no more
            continue
        yield {"name": kind.name, **had.to_dict()}


def _described(had: Mapping[str, Any]) -> str:
    return f"{had['name']}: {had['score'] if had['status'] == 'Granted' else had['status']}"
