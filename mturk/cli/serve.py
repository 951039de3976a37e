"""`mturk serve`: a marketplace in the foreground, from its first lines to its end by a signal."""

from __future__ import annotations

import os
import shlex
import stat
from collections.abc import Callable
from contextlib import nullcontext
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from mturk.cli import end_signal
from mturk.cli.option import USUAL_ADDRESS

if TYPE_CHECKING:
    from mturk.cli.redirection import Leading
    from mturk.cli.sibling import Siblings
    from mturk.marketplace import Marketplace

REGION = "us-east-1"
_OPEN = "{} is open to the network without TLS: whoever is on the way can read passwords and answers."


def run(
    market: Marketplace,
    host: str,
    say: Callable[[str], object],
    warn: Callable[[str], object],
    *,
    unknown_proxy: bool = False,
    task_host: str | None = None,
    siblings: Siblings | None = None,
    leading: Leading | None = None,
) -> None:
    """Start the marketplace, say how to reach it, and serve until Ctrl-C or SIGTERM; with siblings, in their processes.

    `unknown_proxy` says that a proxy stands in front which nobody said to trust. With `leading` calls to Amazon's hosts
    are led here.
    """
    with end_signal.caught() as end, market:
        for line in warnings(market, host, unknown_proxy=unknown_proxy, task_host=task_host):
            warn(f"mturk: {line}")
        with (
            nullcontext() if siblings is None else siblings.beside(market),
            nullcontext(()) if leading is None else leading.beside(market, warn) as more,
        ):
            for line in [*first_lines(market), *more, "Ctrl-C ends it."]:
                say(line)
            end_signal.wait(end, (lambda: None) if siblings is None else siblings.look)


def first_lines(market: Marketplace) -> list[str]:
    """Where the marketplace is and whose keys it takes, for people and for scripts.

    The secret key is among them when the database was made just now, and never again: logs keep such lines.
    """
    secret = [market.secret_key] if market.is_new else []
    lines = [
        f"Address: {market.public_url}",
        f"Worker site: {market.site_url}",
        f"Access key: {market.access_key}",
        *(f"Secret key: {key}" for key in secret),
        *(["Sandbox: each balance is 10000.00 always, and nothing is spent"] if market.is_sandbox else []),
        f"Database: {market.database}",
        "",
        "For boto3, the AWS command line and mturk.connect():",
        f"  export AWS_ENDPOINT_URL_MTURK={market.public_url}",
        f"  export AWS_ACCESS_KEY_ID={market.access_key}",
        *(f"  export AWS_SECRET_ACCESS_KEY={key}" for key in secret),
        f"  export AWS_DEFAULT_REGION={REGION}",
        "",
        f"For a worker's link: {invitation(market)}",
    ]
    if not secret:
        lines += [f"The secret key: mturk requester keys requester --database {shlex.quote(market.database)}", ""]
    return lines


def invitation(market: Marketplace) -> str:
    """The command that makes a link which leads here."""
    address = market.public_url.rstrip("/")
    url = "" if address == USUAL_ADDRESS else f" --url {shlex.quote(address)}"
    return f"mturk worker invite --database {shlex.quote(market.database)}{url}"


def warnings(market: Marketplace, host: str, *, unknown_proxy: bool = False, task_host: str | None = None) -> list[str]:
    """What an owner should know of who can read along, who cannot be told apart, and who can set cookies."""
    found = []
    if unknown_proxy:
        found.append(
            "--public-url without --trusted-proxy: all workers seem to come from the proxy's own address, so ten wrong "
            "passwords of one keep all out for a while. Name the proxy's address: --trusted-proxy 127.0.0.1"
        )
    shared = _shared(market.public_url, task_host or "")
    if shared:
        found.append(
            f"--task-host {task_host} is below {shared}, as the site is: a requester's page can set cookies for all of "
            "that, and so many that a worker reaches the site no more. Take a name of another domain."
        )
    if _is_open(host, market.public_url):
        found.append(_OPEN.format(host))
    if os.name == "posix" and os.path.isfile(market.database) and os.stat(market.database).st_mode & stat.S_IROTH:
        found.append(
            f"{market.database} can be read by every user of this machine: chmod 600 {shlex.quote(market.database)}"
        )
    return found


def expect_encryption(host: str, public_url: str | None, *, plain_http: bool) -> None:
    """Refuse to listen where others can reach it and nobody encrypts what passes, unless that is meant."""
    if _is_open(host, public_url or "") and not plain_http:
        raise click.BadParameter(
            f"{_OPEN.format(host)} Put nginx or Caddy in front (docs/deploy.md) and name its address: "
            "--public-url https://… Or say --plain-http, if nobody else is in that network.",
            param_hint="'--host'",
        )


def _shared(public_url: str, task_host: str) -> str:
    """The domain that the site and the task pages are both in, as far as two labels tell; else nothing."""
    site, tasks = (name.partition(":")[0].split(".")[-2:] for name in (urlsplit(public_url).hostname or "", task_host))
    return ".".join(site) if site == tasks and len(site) > 1 else ""


def _is_open(host: str, public_url: str) -> bool:
    return not _is_this_machine(host) and not public_url.startswith("https:")


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
