"""`mturk balance`: what the account can spend."""

from __future__ import annotations

import click

from mturk.cli.account import reach, tabulation


@click.command("balance")
@reach.options
@click.option("--json", "as_json", is_flag=True, help="Print it as one JSON object; amounts are texts.")
def balance(as_json: bool, **where: str | None) -> None:
    """Say what your account can spend, in US dollars. It takes one call.

    The sandbox always says 10000.00. What is held for work on offer is said where the service tells it.

    \b
    Examples:
      mturk balance
      mturk balance --endpoint sandbox --profile lab
    """
    with reach.calling():
        connection = reach.connected(where)
        found = connection.balance()
        fields = {"available": found.available, "on_hold": found.on_hold, "currency": "USD", "url": connection.url}
        if as_json:
            tabulation.show_one(fields, as_json=True)
        else:
            click.echo(f"{found} at {connection.url}")
