"""Metrics in the form of Prometheus: counted by each process, and read together where several share a folder."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Final

from mturk.marketplace.call import Deed
from mturk.marketplace.error import MarketplaceError
from mturk.marketplace.watch.level import LEVELS
from mturk.marketplace.watch.visit import Visit

if TYPE_CHECKING:
    from prometheus_client.metrics_core import Metric

FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"
"""The environment variable that names the folder which processes share, as prometheus_client knows it."""
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_WITHOUT_CODE = {200: "OK", 0: "LostAnswer"}
_SIGN_IN = ("SignIn", "SignInByLink", "SignInByProxy", "SignUp", "ResetPassword", "ChangePassword")
_ENDED = ("SignOut", "EndSitting", "EndSittings", "CloseAccount")
_STEPS = ("Accept", "Submit", "Return", "StartTest", "RequestQualification", "Report", "Write")


class Metrics:
    """Counts what happens in this process; `text` is what Prometheus reads.

    What stands in the database is read by `look`, once for each reading: pairs of a name and a number, or None where it
    cannot be read. A label is never a text that a client has chosen.
    """

    def __init__(self) -> None:
        try:
            from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
        except ImportError as error:
            raise MarketplaceError("Metrics need prometheus_client: pip install 'mturk[metrics]'") from error
        self._registry = CollectorRegistry()
        counter = partial(Counter, registry=self._registry)
        seconds = partial(Histogram, buckets=_SECONDS, registry=self._registry)
        self._calls = counter("mturk_calls", "Calls of the API and of queues.", ("operation", "code"))
        self._call_seconds = seconds("mturk_call_seconds", "How long calls took.", ("operation",))
        self._pages = counter("mturk_pages", "Requests for pages.", ("page", "status"))
        self._page_seconds = seconds("mturk_page_seconds", "How long pages took.")
        self._lock = seconds("mturk_write_wait_seconds", "How long transactions waited until they could write.")
        self._given_up = counter("mturk_writes_given_up", "Changes that found no turn to be written in time.")
        self._signs = counter("mturk_sign_ins", "People who came in at the site, and who failed.", ("result",))
        self._ends = counter("mturk_sign_outs", "Sittings that were ended by their people.")
        self._steps = counter("mturk_worker_steps", "What workers did.", ("step",))
        self._connections = Gauge(
            "mturk_open_connections",
            "Connections that are open.",
            multiprocess_mode="livesum",
            registry=self._registry,
        )

    def request(self, visit: Visit, status: int, seconds: float, operation: str | None) -> None:
        """Count a request that was answered: a call of that operation, or else a page."""
        if operation is None:
            self._pages.labels(visit.place or "unknown", status).inc()
            self._page_seconds.observe(seconds)
        else:
            self._calls.labels(operation, visit.code or ("OK" if status == 200 else str(status))).inc()
            self._call_seconds.labels(operation).observe(seconds)

    def waited(self, seconds: float) -> None:
        """Count a transaction that waited for so long until it could write."""
        self._lock.observe(seconds)

    def gave_up(self) -> None:
        """Count a change that was given up because others were writing for too long."""
        self._given_up.inc()

    def deed(self, deed: Deed) -> None:
        """Count what somebody did."""
        if deed.step in _SIGN_IN:
            self._signs.labels(deed.result).inc()
        elif deed.step in _ENDED:
            self._ends.inc()
        elif deed.step in _STEPS:
            self._steps.labels(deed.step).inc()

    def connected(self, number: int) -> None:
        """Note how many connections are open."""
        self._connections.set(number)

    def text(self, look: Callable[[], dict[str, float]]) -> tuple[bytes, str]:
        """What Prometheus reads, and its content type; `look` gives what stands in the database."""
        from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
        from prometheus_client.multiprocess import MultiProcessCollector

        counted, stored = self._registry, CollectorRegistry()
        if FOLDER in os.environ:
            counted = CollectorRegistry()
            MultiProcessCollector(counted)  # type: ignore[no-untyped-call]  # it ships no types for this
        stored.register(_Stored(look()))
        return generate_latest(counted) + generate_latest(stored), CONTENT_TYPE_LATEST


class _Stored:
    """What stands in the database, which is the same for all processes."""

    def __init__(self, levels: dict[str, float]) -> None:
        self._levels = levels

    def collect(self) -> Iterator[Metric]:
        from prometheus_client.metrics_core import GaugeMetricFamily

        for name, value in self._levels.items():
            yield GaugeMetricFamily(f"mturk_{name}", LEVELS[name], value=value)


def forget_process(number: int) -> None:
    """Leave the open connections of a process that has ended out from now on; what it counted stays."""
    if FOLDER in os.environ:
        from prometheus_client.multiprocess import mark_process_dead

        mark_process_dead(number)  # type: ignore[no-untyped-call]  # it ships no types for this
