"""`mturk hits` and `mturk assignments`: what is on offer, and what came in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import click

from mturk.cli.account import reach, tabulation
from mturk.cli.account.tabulation import Fields, Form

if TYPE_CHECKING:
    from mturk.connection.connection import Connection
    from mturk.model.hit import HIT

STATUSES = ("Assignable", "Unassignable", "Reviewable", "Reviewing", "Disposed")
DECISIONS = ("Submitted", "Approved", "Rejected")
COLUMNS = ("id", "status", "title", "reward", "max_assignments", "available", "pending", "completed", "expiration")
_FEW = ("id", "status", "available", "reward", "title")
_COUNTERS = {
    "available": "assignments_available",
    "pending": "assignments_pending",
    "completed": "assignments_completed",
}
_OF_SUBMISSION = ("id", "worker_id", "status", "submit_time")


@click.group("hits", invoke_without_command=True)
@click.option(
    "--status",
    type=click.Choice(STATUSES, case_sensitive=False),
    help="Only those in this state. Reviewable and Reviewing are asked for as such; else all HITs are looked through.",
)
@click.option("--hit-type", metavar="ID", help="Only those of this HIT type.")
@click.option("--annotation", metavar="TEXT", help="Only those in whose requester annotation this stands.")
@reach.options
@tabulation.limited
@click.pass_context
def hits(
    context: click.Context,
    /,
    status: str | None,
    hit_type: str | None,
    annotation: str | None,
    as_json: bool,
    file: str | None,
    overwrite: bool,
    limit: int | None,
    **where: str | None,
) -> None:
    """List your HITs that are not deleted.

    Submitted work that is not decided is in none of the counts available, pending and completed. It takes one call
    for each 100 HITs that are looked through.

    \b
    Examples:
      mturk hits
      mturk hits --status Reviewable --limit 20
      mturk hits --annotation batch=7 --csv hits.csv
      mturk hits show 3XZRODVOM51F7CTLUQ3F9WF2TOGGYA
    """
    if tabulation.goes_on(context):
        return
    with reach.calling():
        form = Form(as_json, file, overwrite, limit)
        found = _found(reach.connected(where), status, hit_type, annotation)
        form.show((_row(hit) for hit in found), COLUMNS, "HITs", _FEW)


@hits.command("show")
@click.argument("hit_id")
@reach.options
@click.option("--json", "as_json", is_flag=True, help="Print all fields as one JSON object, the question's XML too.")
def show_hit(hit_id: str, as_json: bool, **where: str | None) -> None:
    """Show all fields of one HIT. It takes one call.

    \b
    Examples:
      mturk hits show 3XZRODVOM51F7CTLUQ3F9WF2TOGGYA
      mturk hits show 3XZRODVOM51F7CTLUQ3F9WF2TOGGYA --json
    """
    from mturk.model.hit import HIT

    with reach.calling():
        hit = HIT.get(hit_id, connection=reach.connected(where))
        tabulation.show_one(hit.to_dict(xml=as_json), as_json=as_json)


@click.command("assignments")
@click.argument("hit_id")
@click.option("--status", type=click.Choice(DECISIONS, case_sensitive=False), help="Only those in this state.")
@reach.options
@tabulation.limited
def assignments(
    hit_id: str,
    status: str | None,
    as_json: bool,
    file: str | None,
    overwrite: bool,
    limit: int | None,
    **where: str | None,
) -> None:
    """List what workers submitted for a HIT, with their answers.

    Work that was accepted and not submitted yet is not told by the service. It takes one call for each 100.

    \b
    Examples:
      mturk assignments 3XZRODVOM51F7CTLUQ3F9WF2TOGGYA
      mturk assignments 3XZRODVOM51F7CTLUQ3F9WF2TOGGYA --status Submitted
      mturk assignments 3XZRODVOM51F7CTLUQ3F9WF2TOGGYA --csv answers.csv
    """
    from mturk.data.enumeration import AssignmentStatus
    from mturk.model.assignment import assignments_of

    with reach.calling():
        form = Form(as_json, file, overwrite, limit)
        wanted = None if status is None else AssignmentStatus(status)
        found = assignments_of(hit_id, reach.connected(where), wanted)
        rows = form.some(each.to_dict() for each in found)
        if as_json:
            form.show(rows, _OF_SUBMISSION, "assignments")
        else:
            # The fields of the answers are known only when all are read.
            every = list(rows)
            form.show(every, _with_answers(every), "assignments")


def _with_answers(rows: Iterable[Fields]) -> list[str]:
    names = dict.fromkeys(name for row in rows for name in row)
    return [*_OF_SUBMISSION, *(name for name in names if name.startswith("answers.") or name == "answer_xml")]


def _found(connection: Connection, status: str | None, hit_type: str | None, annotation: str | None) -> Iterator[HIT]:
    from mturk.data.enumeration import ReviewableHITStatus
    from mturk.model.hit import HIT

    every = HIT.all(connection=connection)
    if status in ("Reviewable", "Reviewing"):
        # The service lists these two by themselves, so that not all HITs need be read.
        every = HIT.reviewable(hit_type, ReviewableHITStatus(status), connection=connection)
    for hit in every:
        if (
            status in (None, hit.status)
            and hit_type in (None, hit.hit_type_id)
            and (annotation is None or annotation in (hit.requester_annotation or ""))
        ):
            yield hit


def _row(hit: HIT) -> dict[str, Any]:
    counted = {short: getattr(hit, name) for short, name in _COUNTERS.items()}
    fields = {name: value for name, value in hit.to_dict().items() if name not in _COUNTERS.values()}
    return {**fields, **counted}
