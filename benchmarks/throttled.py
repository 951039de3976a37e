"""Many threads against a service that throttles: what gets through, how long it takes, how often it is refused.

The server, in a child process, lets calls through like MTurk's front end is thought to: a bucket of `burst` calls that
fills at `rate` calls a second, and 50 ms of latency. The physical limit for n calls is (n - burst) / rate seconds.

    python benchmarks/throttled.py
"""

from __future__ import annotations

import http.server
import json
import multiprocessing
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection as Pipe

LATENCY = 0.05
PASSED = {"HITTypeId": "3TYPE"}
REFUSED = {"__type": "ThrottlingException", "message": "Rate exceeded"}
Make = Callable[[str], Callable[[], object]]


class Bucket:
    """Calls that may pass now."""

    def __init__(self, rate: float, burst: int) -> None:
        self.rate, self.burst, self.level, self.at = rate, float(burst), float(burst), time.monotonic()
        self.passed = self.refused = 0
        self.lock = threading.Lock()

    def take(self) -> bool:
        with self.lock:
            now = time.monotonic()
            self.level = min(self.burst, self.level + (now - self.at) * self.rate)
            self.at = now
            if self.level < 1:
                self.refused += 1
                return False
            self.level -= 1
            self.passed += 1
            return True


def serve(pipe: Pipe, rate: float, burst: int) -> None:
    bucket = Bucket(rate, burst)

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1
        disable_nagle_algorithm = True

        def do_POST(self) -> None:  # the name that http.server wants
            self.rfile.read(int(self.headers["Content-Length"]))
            allowed = bucket.take()
            time.sleep(LATENCY)
            body = json.dumps(PASSED if allowed else REFUSED).encode()
            self.send_response(200 if allowed else 400)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    class Server(http.server.ThreadingHTTPServer):
        request_queue_size = 128
        daemon_threads = True

    server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    pipe.send(server.server_port)
    pipe.recv()
    pipe.send((bucket.passed, bucket.refused))


PARAMETERS = {"Title": "t", "Description": "d", "Reward": "0.05", "AssignmentDurationInSeconds": 60}


def our_call(url: str) -> Callable[[], object]:
    from mturk import Connection

    connection = Connection(url, access_key="AKIDEXAMPLE", secret_key="example")
    return lambda: connection.call("CreateHITType", **PARAMETERS)


def their_call(mode: str) -> Make:
    def make(url: str) -> Callable[[], object]:
        import boto3
        from botocore.config import Config

        client = boto3.client(
            "mturk",
            endpoint_url=url,
            region_name="us-east-1",
            aws_access_key_id="AKIDEXAMPLE",
            aws_secret_access_key="example",
            config=Config(retries={"mode": mode}, max_pool_connections=64),
        )
        return lambda: client.create_hit_type(**PARAMETERS)

    return make


def run(name: str, make: Make, rate: float, burst: int, calls: int, threads: int) -> None:
    here, there = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(there, rate, burst), daemon=True)
    server.start()
    call = make(f"http://127.0.0.1:{here.recv()}/")
    lost = 0

    def once(_: int) -> bool:
        try:
            call()
        except Exception:  # whatever the client gives up with
            return False
        return True

    started = time.monotonic()
    with ThreadPoolExecutor(threads) as pool:
        lost = calls - sum(pool.map(once, range(calls)))
    seconds = time.monotonic() - started
    here.send("stop")
    passed, refused = here.recv()
    server.join()
    limit = (calls - burst) / rate
    share = refused / (passed + refused)
    took = f"{seconds:6.1f} s = {seconds / limit:4.2f} x limit"
    print(f"{name:18} lost {lost:3} of {calls}  {took}  throttled {share:5.1%}", flush=True)


def main(only_ours: bool) -> None:
    for rate, burst, calls, threads in ((20, 20, 400, 16), (5, 5, 200, 32)):
        print(f"{calls} calls by {threads} threads, {rate} a second allowed, burst {burst}")
        run("mturk", our_call, rate, burst, calls, threads)
        if not only_ours:
            run("boto3 legacy", their_call("legacy"), rate, burst, calls, threads)
            run("boto3 standard", their_call("standard"), rate, burst, calls, threads)


if __name__ == "__main__":
    main("--only-ours" in sys.argv[1:])
