"""`mturk doctor`: what of this package is where, and where its calls would go. Nothing is sent, and no secret shown."""

from __future__ import annotations

import os
import platform
import shutil
import sysconfig
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from mturk.cli.advice.finding import Finding
from mturk.connection.credentials import find_credentials
from mturk.connection.endpoint import find_endpoint
from mturk.connection.settings import Settings
from mturk.errors import ConfigurationError
from mturk.version import __version__

EXTRAS = {
    "marketplace": (
        "alembic",
        "babel",
        "cryptography",
        "flask",
        "flask_wtf",
        "re2",
        "lxml",
        "markdown_it",
        "nh3",
        "sqlalchemy",
        "waitress",
        "werkzeug",
    ),
    "postgresql": ("psycopg",),
    "metrics": ("prometheus_client",),
    "cli": ("click", "pygments", "rich"),
    "aggregate": ("crowdkit",),
    "plot": ("matplotlib",),
    "dask": ("distributed",),
    "validate": ("lxml",),
    "redirect": ("cryptography",),
    "sns": ("cryptography",),
    "flask": ("flask", "werkzeug"),
    "django": ("django",),
    "aws": ("botocore",),
}
_OURS = b"mturk.__main__"  # what pip writes into our scripts
_INSTEAD = "use mturk-py or python -m mturk"


def findings(settings: Settings, endpoint: str | None = None) -> Iterator[Finding]:
    """What is looked at, in the order in which it is said."""
    yield script()
    yield version()
    yield extras()
    yield from connection(settings, endpoint)


def version() -> Finding:
    """Which mturk this is, and which Python."""
    return Finding(f"Version: mturk {__version__} in {Path(__file__).parents[1]}, Python {platform.python_version()}")


def script() -> Finding:
    """Which program runs when somebody types `mturk`."""
    path = shutil.which("mturk")
    if path is None:
        return Finding(f"Command: there is no mturk on the PATH; {_INSTEAD}")
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        return Finding(f"Command: {path} cannot be read ({error.strerror}); {_INSTEAD}", good=False)
    if _OURS not in content:
        owner = "of boto 2, which has a script of this name," if b"boto" in content else "of another package"
        return Finding(f"Command: {path} is {owner} and not ours; {_INSTEAD}", good=False)
    if not os.path.samefile(Path(path).parent, sysconfig.get_path("scripts")):
        return Finding(f"Command: {path} is ours, of another Python than this one; {_INSTEAD}")
    return Finding(f"Command: {path} is ours")


def extras() -> Finding:
    """Which extras are there whole."""
    there = [extra for extra, packages in EXTRAS.items() if all(map(find_spec, packages))]
    missing = [extra for extra in EXTRAS if extra not in there]
    how = f"; not {', '.join(missing)}: pip install 'mturk[{','.join(missing)}]'" if missing else ""
    return Finding(f"Extras: {', '.join(there) or 'none'}{how}")


def connection(settings: Settings, endpoint: str | None = None) -> Iterator[Finding]:
    """Where calls go and who signs them, when a script does not say it; `endpoint` is what an option says."""
    variables = ("MTURK_ENDPOINT", "AWS_ENDPOINT_URL_MTURK")
    named = "--endpoint" if endpoint else next((name for name in variables if settings.environ.get(name)), None)
    try:
        if named is None and not settings.endpoint():
            yield Finding(f"Endpoint: none; a script says it by mturk.connect(…), or {' or '.join(variables)} does")
            yield _credentials(settings, needed=False)
            return
        place = find_endpoint(endpoint, settings)
    except ConfigurationError as error:
        yield Finding(f"Endpoint: {error}", good=False)
        return
    said_by = named or f"profile {settings.profile_name!r} in {settings.config_file}"
    if place == "local":
        database = settings.environ.get("MTURK_DATABASE") or "mturk.sqlite3"
        yield Finding(f"Endpoint: the local marketplace in {Path(database).name}, by {said_by}")
        yield Finding("Credentials: those of the local marketplace")
        return
    yield Finding(f"Endpoint: {place}, by {said_by}")
    yield _credentials(settings, needed=True)


def _credentials(settings: Settings, *, needed: bool) -> Finding:
    environ = settings.environ
    try:
        section = settings.section()
        if not settings.profile and (environ.get("AWS_ACCESS_KEY_ID") or environ.get("AWS_SECRET_ACCESS_KEY")):
            said_by = "the environment"
        elif "aws_access_key_id" in section and "role_arn" not in section:
            said_by = f"profile {settings.profile_name!r}"
        elif find_spec("botocore"):
            # Asking it could take a request to AWS.
            return Finding("Credentials: none in the environment or in AWS's files; botocore is asked for others")
        else:
            return Finding("Credentials: none in the environment or in AWS's files", good=not needed)
        key = find_credentials(settings).current().access_key
    except ConfigurationError as error:
        return Finding(f"Credentials: {error}", good=False)
    return Finding(f"Credentials: access key {key}, by {said_by}")
