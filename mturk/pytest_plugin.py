"""A pytest plugin: a marketplace of its own for each test of a script, and a connection to it.

pytest loads it in every run where mturk is installed, so nothing of the marketplace is imported before a fixture
is used.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from mturk import Connection
    from mturk.marketplace import Fault, Marketplace

MARKER = "mturk_market"
SETTINGS = (
    "deposit", "fees", "rate", "burst", "faults", "eventual", "strict", "question_limit", "upload_limit", "name_hold",
)  # fmt: skip
_REGION = "us-east-1"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Settings for all tests, in pytest's configuration file."""
    parser.addini("mturk_deposit", "what the requester of mturk_market has to spend, in dollars", default="10000.00")
    parser.addini("mturk_fees", "whether mturk_market charges MTurk's fees", type="bool", default=True)
    parser.addini("mturk_strict", "whether mturk_market requires HTTPS everywhere", type="bool", default=False)
    parser.addini(
        "mturk_faults", "faults of mturk_market, one a line: OPERATION: KIND [every N]", type="linelist", default=[]
    )


def pytest_configure(config: pytest.Config) -> None:
    """Tell pytest of the marker."""
    line = f"{MARKER}({', '.join(SETTINGS)}): settings of the marketplace that the fixture mturk_market starts"
    config.addinivalue_line("markers", line)


@pytest.fixture
def mturk_market(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Marketplace]:
    """A marketplace that nobody else uses: a new database, served over HTTP while the test runs.

    `mturk_market.worker("A1ADA")` plays a worker, `mturk_market.clock.advance(days=3)` lets time pass,
    `mturk_market.simulate(…)` brings a crowd. The marker `mturk_market` changes its settings.
    """
    settings = _settings(request)
    try:
        from mturk.marketplace import Marketplace
    except ImportError as error:
        raise pytest.UsageError(f"mturk_market needs {error.name}: pip install 'mturk[marketplace]'") from None

    folder = tmp_path_factory.mktemp("mturk")
    try:
        market = Marketplace(folder / "market.sqlite3", **{**settings, "faults": _faults(settings["faults"])})
    except (TypeError, ValueError) as error:
        raise pytest.UsageError(f"{MARKER}: {error}") from None
    with market:
        yield market


@pytest.fixture
def mturk_connection(mturk_market: Marketplace, monkeypatch: pytest.MonkeyPatch) -> Iterator[Connection]:
    """A connection to `mturk_market`, which is in force while the test runs.

    The environment leads there too, so that what the test starts (threads, programs, boto3's clients) finds this
    marketplace and never a real one.
    """
    import mturk
    from mturk.connection.connection import by_default

    access_key, secret_key = mturk_market.access_key, mturk_market.secret_key
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "MTURK_DATABASE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MTURK_ENDPOINT", mturk_market.url)
    monkeypatch.setenv("AWS_ENDPOINT_URL_MTURK", mturk_market.url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", access_key)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", secret_key)
    monkeypatch.setenv("AWS_DEFAULT_REGION", _REGION)
    connection = mturk.Connection(mturk_market.url, access_key=access_key, secret_key=secret_key, region=_REGION)
    # For threads, which do not see what `using` puts in force; and so that a connect() of the script's is undone.
    with connection, by_default(connection), mturk.using(connection):
        yield connection


def _settings(request: pytest.FixtureRequest) -> dict[str, Any]:
    settings = {name: request.config.getini(f"mturk_{name}") for name in ("deposit", "fees", "strict", "faults")}
    # The nearest marker counts: on the function, then on its class, then on the module.
    for marker in reversed(list(request.node.iter_markers(MARKER))):
        unknown = [repr(value) for value in marker.args] + sorted(set(marker.kwargs) - set(SETTINGS))
        if unknown:
            raise pytest.UsageError(f"{MARKER} takes {', '.join(SETTINGS)} by name, not {', '.join(unknown)}.")
        settings.update(marker.kwargs)
    return settings


def _faults(given: Sequence[object]) -> list[Fault]:
    from mturk.marketplace import Fault

    return [each if isinstance(each, Fault) else _fault(each) for each in given]


def _fault(given: object) -> Fault:
    """A fault that is given as "SendBonus: lost answer every 3"."""
    from mturk.marketplace import Fault

    operation, colon, kind = str(given).partition(":")
    kind, _, every = kind.partition(" every ")
    if not colon or (every and not every.strip().isdecimal()):
        raise ValueError(f"a fault is a Fault, or a text such as 'SendBonus: lost answer every 3', not {given!r}.")
    return Fault(operation.strip(), kind.strip(), int(every or "1"))
