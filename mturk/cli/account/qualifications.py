"""`mturk qualifications`: a requester's own qualification types, and who has them."""

from __future__ import annotations

import click

from mturk.cli.account import reach, tabulation
from mturk.cli.account.tabulation import Form

_COLUMNS = ("id", "name", "status", "creation_time", "description")
_OF_WORKER = ("worker_id", "score", "status", "grant_time")


@click.group("qualifications", invoke_without_command=True)
@click.option("--query", metavar="WORDS", help="Only those whose name, description or keywords match.")
@reach.options
@tabulation.limited
@click.pass_context
def qualifications(
    context: click.Context,
    /,
    query: str | None,
    as_json: bool,
    file: str | None,
    overwrite: bool,
    limit: int | None,
    **where: str | None,
) -> None:
    """List your qualification types. It takes one call for each 100.

    \b
    Examples:
      mturk qualifications
      mturk qualifications --query panel
      mturk qualifications show 3TPY4X9AF0LBA3B5BZ2LZDX5R15S27
    """
    from mturk.model.qualification_type import QualificationType

    if tabulation.goes_on(context):
        return
    with reach.calling():
        form = Form(as_json, file, overwrite, limit)
        found = QualificationType.search(query, connection=reach.connected(where))
        form.show((each.to_dict() for each in found), _COLUMNS, "qualification types")


@qualifications.command("show")
@click.argument("qualification_type_id", metavar="ID")
@click.option("--revoked", is_flag=True, help="Those from whom you have taken it.")
@reach.options
@tabulation.limited
def show_qualification(
    qualification_type_id: str,
    revoked: bool,
    as_json: bool,
    file: str | None,
    overwrite: bool,
    limit: int | None,
    **where: str | None,
) -> None:
    """List who has a qualification of yours, with their scores. It takes one call for each 100.

    \b
    Examples:
      mturk qualifications show 3TPY4X9AF0LBA3B5BZ2LZDX5R15S27
      mturk qualifications show 3TPY4X9AF0LBA3B5BZ2LZDX5R15S27 --csv panel.csv
    """
    from mturk.data.enumeration import QualificationStatus
    from mturk.model.qualification_type import QualificationType

    with reach.calling():
        form = Form(as_json, file, overwrite, limit)
        kind = QualificationType(qualification_type_id, connection=reach.connected(where))
        wanted = QualificationStatus.REVOKED if revoked else QualificationStatus.GRANTED
        rows = (each.to_dict() for each in kind.qualifications(wanted))
        form.show(rows, _OF_WORKER, "workers")
