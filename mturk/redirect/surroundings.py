"""The environment of a program whose calls are led: what it reads of proxies and of certificates, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from mturk.redirect import hooks
from mturk.redirect.aws_host import bypassing, entries
from mturk.redirect.roots import VARIABLES

LOOPBACK = ("127.0.0.1", "localhost", "::1")


def variables(proxy: str, bundle: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """What is to be set, beside an environment; names in lower case too, since these come before the others."""
    before = entries(environ.get("no_proxy") or environ.get("NO_PROXY") or "")
    passing = set(bypassing(before))
    past = ",".join(dict.fromkeys([*(entry for entry in before if entry not in passing), *LOOPBACK]))
    return {
        "HTTPS_PROXY": proxy,
        "https_proxy": proxy,
        "NO_PROXY": past,
        "no_proxy": past,
        **dict.fromkeys(VARIABLES, str(bundle)),
        # From 22.21 on Node's own `fetch` and global agents read proxies, if it is told so.
        "NODE_USE_ENV_PROXY": "1",
        **hooks.variables(bundle.parent, environ),
    }
