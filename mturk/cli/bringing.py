"""`mturk assets`: files of others that task pages load, brought here. The door to `mturk import` too."""

from __future__ import annotations

from typing import Final

import click

from mturk.cli import import_command, option


@click.command()
@click.option(
    "--folder", metavar="PATH", help="Put them there; the marketplace finds them if MTURK_ASSETS says the same."
)
def assets(folder: str | None) -> None:
    """Bring files that task pages load, such as jQuery, by npm.

    Pages that ask for these files get them from the marketplace then, also without internet. Each package is the
    one that is pinned here, by its digest. It takes a few seconds and 11 MB; what is there is not brought again.

    \b
    Examples:
      mturk assets
      mturk assets --folder /var/lib/mturk/assets
    """
    from mturk.marketplace import bring_assets

    with option.mistakes_explained():
        where, new = bring_assets(folder)
    for name in new:
        click.echo(f"Brought: {name}")
    click.echo(f"{len(new)} packages are new in {where}" if new else f"All packages were there already, in {where}")


COMMANDS: Final = (assets, import_command.import_)
"""Those that bring something here."""
