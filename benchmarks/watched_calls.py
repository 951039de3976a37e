"""What it costs a call to be watched: counted for metrics, told to the access log, written into the audit trail.

The marketplace's WSGI application is called in this thread, without a network, and what is measured is the CPU time of
the thread: the median of paired ratios to a marketplace that is not watched, with the lowest and the highest.
PostgreSQL's own processes are not in it. With `--only` one of them makes so many calls and ends, to be run below
`perf stat -e instructions:u`: twice with other numbers, so that the start can be taken off.

    python benchmarks/watched_calls.py [--database postgresql://user@host/empty] [--rounds 15] [--calls 200]
    perf stat -e instructions:u python benchmarks/watched_calls.py --only nothing GetHIT --calls 2000
"""

from __future__ import annotations

import argparse
import gc
import io
import json
import logging
import os
import statistics
import time
from contextlib import ExitStack
from typing import Any

from empty_database import MASTER_KEY, places
from published_hit import NEW_HIT

from mturk.marketplace import Marketplace
from mturk.marketplace.signature import SignedRequest, sign

KINDS: dict[str, dict[str, Any]] = {
    "nothing": {},
    "metrics": {"metrics": True},
    "access log": {"access_log": True},
    "audit trail": {"audit_trail": True},
    "all": {"metrics": True, "access_log": True, "audit_trail": True},
}
OPERATIONS = ("GetHIT", "CreateHIT")


class Called:
    """A marketplace whose application is called directly."""

    def __init__(self, database: str, **options: Any) -> None:
        self.market = Marketplace(database, **options)
        self._app = self.market.app.wsgi_app
        self._keys = self.market.access_key, self.market.secret_key
        self._hit = {"HITId": self.call("CreateHIT", NEW_HIT)["HIT"]["HITId"]}

    def members(self, operation: str) -> dict[str, Any]:
        """What the operation is called with."""
        return self._hit if operation == "GetHIT" else NEW_HIT

    def call(self, operation: str, members: dict[str, Any]) -> dict[str, Any]:
        """Call an operation, and read its answer."""
        return dict(json.loads(self._answered(self._request(operation, members))))

    def cost(self, operation: str, calls: int) -> float:
        """Seconds of CPU time for so many calls, each signed beforehand."""
        requests = [self._request(operation, self.members(operation)) for _ in range(calls)]
        began = time.thread_time()
        for request in requests:
            self._answered(request)
        return time.thread_time() - began

    def _request(self, operation: str, members: dict[str, Any]) -> dict[str, Any]:
        body = json.dumps(members).encode()
        headers = {
            "host": "localhost",
            "x-amz-date": time.strftime("%Y%m%dT%H%M%SZ", time.gmtime()),
            "x-amz-target": f"MTurkRequesterServiceV20170117.{operation}",
        }
        signed = sign(SignedRequest(headers, body), *self._keys, "us-east-1", "mturk-requester")
        return {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": "/",
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "REMOTE_ADDR": "127.0.0.1",
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "CONTENT_LENGTH": str(len(body)),
            **{f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()},
            "HTTP_AUTHORIZATION": signed,
        }

    def _answered(self, request: dict[str, Any]) -> bytes:
        statuses: list[str] = []
        answer: Any = self._app(request, lambda status, *_: statuses.append(status) or bytes.__len__)
        body = b"".join(answer)
        getattr(answer, "close", lambda: None)()
        assert statuses == ["200 OK"], (statuses, body)
        return body


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--calls", type=int, default=200)
    parser.add_argument("--only", nargs=2, metavar=("KIND", "OPERATION"))
    given = parser.parse_args()
    access = logging.getLogger("mturk.access")
    access.setLevel(logging.INFO)
    access.addHandler(logging.StreamHandler(open(os.devnull, "w")))  # noqa: SIM115 - until the program ends
    access.propagate = False
    kinds = {given.only[0]: KINDS[given.only[0]]} if given.only else KINDS
    with ExitStack() as stack:
        found = stack.enter_context(places(given.database, len(kinds)))
        master_key = MASTER_KEY if given.database else None
        markets = {
            kind: Called(place, deposit="100000000.00", master_key=master_key, **options)
            for place, (kind, options) in zip(found, kinds.items(), strict=True)
        }
        for called in markets.values():
            stack.callback(called.market.stop)
        if given.only:
            gc.disable()  # a collection more or less would be more than what is looked for
            markets[given.only[0]].cost(given.only[1], given.calls)
            return
        for operation in OPERATIONS:
            _print(operation, markets, given.rounds, given.calls)


def _print(operation: str, markets: dict[str, Called], rounds: int, calls: int) -> None:
    ratios: dict[str, list[float]] = {kind: [] for kind in markets}
    for _ in range(rounds):
        costs = {kind: called.cost(operation, calls) for kind, called in markets.items()}
        for kind, cost in costs.items():
            ratios[kind].append(cost / costs["nothing"])
    for kind, found in ratios.items():
        print(f"{operation:10} {kind:12} {statistics.median(found):.2f} ({min(found):.2f} to {max(found):.2f})")


if __name__ == "__main__":
    main()
