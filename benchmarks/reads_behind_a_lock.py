"""How long a read takes while another program holds the database's lock, and a dozen calls wait for it to write.

The marketplace runs in a process of its own. In each round a client reads a HIT so many times as usual, then the same
with the lock held and more writers waiting than there are threads for them.

    python benchmarks/reads_behind_a_lock.py [--rounds 7] [--reads 200] [--database postgresql://user@host/empty]
"""

from __future__ import annotations

import argparse
import contextlib
import multiprocessing
import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection as Pipe

import sqlalchemy as sa
from empty_database import MASTER_KEY, places
from published_hit import NEW_HIT
from signing_client import Client

from mturk.marketplace import Marketplace
from mturk.marketplace.database.address import Address

WRITERS = 12
SETTLED = 1.5  # seconds after which it is known that nobody gets on
Keys = tuple[str, str, str]


def serve(database: str, pipe: Pipe) -> None:
    with Marketplace(database, deposit="1000000.00", master_key=MASTER_KEY) as market:
        pipe.send((market.url, market.access_key, market.secret_key))
        pipe.recv()


@contextlib.contextmanager
def held(engine: sa.Engine) -> Iterator[None]:
    """Keep everybody else from writing."""
    with engine.connect() as connection:
        is_sqlite = engine.dialect.name == "sqlite"
        connection.exec_driver_sql("BEGIN IMMEDIATE" if is_sqlite else "SELECT pg_advisory_xact_lock(20170117)")
        yield


def timed(client: Client, hit_id: str, reads: int) -> list[float]:
    took = []
    for _ in range(reads):
        begun = time.perf_counter()
        client.call("GetHIT", {"HITId": hit_id})
        took.append(time.perf_counter() - begun)
    return took


def behind(engine: sa.Engine, keys: Keys, client: Client, hit_id: str, reads: int) -> list[float]:
    clients = [Client(*keys) for _ in range(WRITERS)]
    with ThreadPoolExecutor(WRITERS) as threads:
        with held(engine):
            waiting = [threads.submit(one.call, "CreateHIT", NEW_HIT) for one in clients]
            time.sleep(SETTLED)
            took = timed(client, hit_id, reads)
            assert not any(one.done() for one in waiting)
        for one in waiting:
            one.result()
    return took


def main(rounds: int, reads: int, url: str | None) -> None:
    with places(url, 1) as (database,):
        ours, theirs = multiprocessing.Pipe()
        process = multiprocessing.get_context("spawn").Process(target=serve, args=(database, theirs))
        process.start()
        keys: Keys = ours.recv()
        engine = sa.create_engine(Address(database).with_driver)
        client = Client(*keys)
        hit_id = client.call("CreateHIT", NEW_HIT)["HIT"]["HITId"]
        timed(client, hit_id, reads)
        pairs = [(timed(client, hit_id, reads), behind(engine, keys, client, hit_id, reads)) for _ in range(rounds)]
        ours.send("end")
        process.join()
        engine.dispose()
    print("GetHIT, ms            usual   behind a held lock   ratio (range)")
    for name, figure in (("median", 50), ("95 of 100", 95)):
        figures = [[statistics.quantiles(each, n=100)[figure - 1] * 1000 for each in pair] for pair in pairs]
        ratios = sorted(locked / usual for usual, locked in figures)
        usual, locked = (statistics.median(each) for each in zip(*figures, strict=True))
        spread = f"{statistics.median(ratios):.2f} ({ratios[0]:.2f}-{ratios[-1]:.2f})"
        print(f"{name:18} {usual:8.2f} {locked:20.2f}   {spread}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--reads", type=int, default=200)
    parser.add_argument("--database")
    given = parser.parse_args()
    main(given.rounds, given.reads, given.database)
