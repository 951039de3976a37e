"""`mturk batch`: the commands on a folder, from an example to paid work."""

from __future__ import annotations

import click

from mturk.cli.batch import publish_command, review_command


@click.group("batch", invoke_without_command=True)
@click.pass_context
def batch(context: click.Context) -> None:
    """Publish a table as HITs, collect, review and pay.

    A folder has task.toml, page.html, rows.csv, and a journal of what happened. All is safe to interrupt: run the same
    command again. The exit status is 0 where it is done, 1 where something is wrong with the table or was refused,
    2 where the command or task.toml is wrong, 3 where it was stopped and can go on.

    \b
    Examples:
      mturk batch new photos
      mturk batch check photos
      mturk batch publish photos
      mturk batch results photos
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


for each in (
    publish_command.new,
    publish_command.check,
    publish_command.estimate,
    publish_command.publish,
    review_command.status,
    review_command.watch,
    review_command.results,
    review_command.review,
    review_command.bonus,
    publish_command.more,
    publish_command.close,
):
    batch.add_command(each)
