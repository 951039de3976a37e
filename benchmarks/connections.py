"""What connections that say little do to an honest caller: p95 of a call beside them, against p95 without them.

The server, in a process of its own, has the limits of `mturk serve`. Strangers, in another process, hold so many idle
connections, every second one with the start of a request, and so many slow ones, which send a byte each second; what
is closed they open again at once. They come from so many addresses of this machine (Linux has 127.0.1.1 and so on). A
caller makes calls one after another, each on a connection that is kept, and others each on a new one, in turns with
and without the strangers. Printed are both p95 and the median of the paired ratios with its range, and how many
connections the strangers had to open.

    python benchmarks/connections.py [--idle 1000] [--slow 200] [--rounds 7] [--calls 400] [--limit 2000]
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import resource
import socket
import statistics
import tempfile
import time
from multiprocessing.connection import Connection as Pipe
from urllib.parse import urlsplit

START = b"POST / HTTP/1.1\r\nHost: lab\r\nX: "
ADDRESSES = 4
ROOM = 200  # file descriptors beside those of connections


def serve(pipe: Pipe, limit: int) -> None:
    from mturk.marketplace import ConnectionLimits, Marketplace

    with tempfile.TemporaryDirectory() as folder:
        limits = ConnectionLimits(connections=limit)
        with Marketplace(os.path.join(folder, "lab.sqlite3"), limits=limits) as market:
            pipe.send((market.url, market.access_key, market.secret_key))
            pipe.recv()


def harass(pipe: Pipe, url: str, idle: int, slow: int) -> None:
    """Be there from one message to the next, and say how many connections that took."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, idle + slow + ROOM), hard))
    parts = urlsplit(url)
    address = parts.hostname or "", parts.port or 0
    while pipe.recv():
        crowd = [_opened(address, number) for number in range(idle + slow)]
        opened = len(crowd)
        pipe.send(None)
        while not pipe.poll(1):
            for number, line in enumerate(crowd):
                if _is_closed(line, speaks=number >= idle):
                    line.close()
                    crowd[number] = _opened(address, number)
                    opened += 1
        pipe.recv()
        for line in crowd:
            line.close()
        pipe.send(opened)


def _opened(address: tuple[str, int], number: int) -> socket.socket:
    line = socket.create_connection(address, source_address=(f"127.0.1.{1 + number % ADDRESSES}", 0))
    if number % 2:
        line.sendall(START)
    line.setblocking(False)
    return line


def _is_closed(line: socket.socket, speaks: bool) -> bool:
    try:
        if speaks:
            line.send(b"x")
        return bool(line.recv(1000)) or True
    except BlockingIOError:
        return False
    except OSError:
        return True


def p95(found: tuple[str, str, str], calls: int, kept: bool) -> float:
    """In seconds, of calls on one connection or on a new one for each."""
    import mturk

    url, access_key, secret_key = found
    times = []
    connection = mturk.Connection(url, access_key=access_key, secret_key=secret_key)
    connection.balance()
    for _ in range(calls):
        if not kept:
            connection.close()
            connection = mturk.Connection(url, access_key=access_key, secret_key=secret_key)
        begun = time.perf_counter()
        connection.balance()
        times.append(time.perf_counter() - begun)
    connection.close()
    return statistics.quantiles(times, n=20)[-1]


def compare(found: tuple[str, str, str], strangers: Pipe, calls: int, rounds: int, kept: bool) -> str:
    pairs, opened = [], []
    for _ in range(rounds):
        without = p95(found, calls, kept)
        strangers.send("come")
        strangers.recv()
        beside = p95(found, calls, kept)
        strangers.send("go")
        opened.append(strangers.recv())
        pairs.append((without, beside))
    ratios = sorted(beside / without for without, beside in pairs)
    before, after = (statistics.median(column) * 1000 for column in zip(*pairs, strict=True))
    middle = f"{statistics.median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})"
    return f"p95 {before:.2f} ms, beside them {after:.2f} ms: ratio {middle}; they opened {max(opened)}"


def main() -> None:
    parser = argparse.ArgumentParser()
    for name, default in (("idle", 1000), ("slow", 200), ("rounds", 7), ("calls", 400), ("limit", 2000)):
        parser.add_argument(f"--{name}", type=int, default=default)
    chosen = parser.parse_args()
    context = multiprocessing.get_context("spawn")
    (server, its_end), (strangers, their_end) = multiprocessing.Pipe(), multiprocessing.Pipe()
    serving = context.Process(target=serve, args=(its_end, chosen.limit))
    serving.start()
    found = server.recv()
    harassing = context.Process(target=harass, args=(their_end, found[0], chosen.idle, chosen.slow))
    harassing.start()
    print(f"{os.cpu_count()} cores; {chosen.idle} idle and {chosen.slow} slow connections", flush=True)
    for kept in (True, False):
        said = compare(found, strangers, chosen.calls, chosen.rounds, kept)
        print(f"{'one connection' if kept else 'new connections'}: {said}", flush=True)
    strangers.send(None)
    server.send(None)
    harassing.join()
    serving.join()


if __name__ == "__main__":
    main()
