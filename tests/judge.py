"""A service that takes nothing on trust: botocore's model of the API and its signature judge every call.

`Judge` is a real HTTP server on loopback. It recomputes each signature with botocore, holds each body against the
operation's input shape, answers what the test has told it to, and holds that answer against the output shape as
well. What it objects to is refused, kept in `objections`, and fails the test that caused it.
"""

from __future__ import annotations

import json
import re
import socket
import struct
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from email.utils import formatdate, parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import attrs
import botocore.session
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

MODEL = botocore.session.get_session().get_service_model("mturk")
OPERATIONS = tuple(sorted(MODEL.operation_names))

ACCESS_KEY = "AKIDEXAMPLE"
SECRET_KEY = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
TARGET = "MTurkRequesterServiceV20170117."
JSON = "application/x-amz-json-1.1"
SIGNED = ["content-type", "host", "x-amz-date", "x-amz-target"]
SIGNED_WITH_TOKEN = ["content-type", "host", "x-amz-date", "x-amz-security-token", "x-amz-target"]

Members = dict[str, Any]


class Objection(AssertionError):
    """A call or an answer that the real service would not take or give."""


@attrs.frozen
class Call:
    """One call that was read whole and found right."""

    operation: str
    body: Members
    headers: Mapping[str, str] = attrs.field(repr=False, factory=dict)
    raw: bytes = attrs.field(repr=False, default=b"")


class Refusal(Exception):
    """An error answer, raised by what answers a call."""

    def __init__(
        self,
        code: str = "RequestError",
        message: str = "no",
        turk_code: str | None = None,
        status: int = 400,
        headers: Mapping[str, str] | None = None,
        **more: str,
    ) -> None:
        super().__init__(message)
        self.status, self.headers = status, dict(headers or {})
        self.body: Members = {"__type": code, "Message": f"{message} (1567545210650)", **more}
        if turk_code:
            self.body["TurkErrorCode"] = f"AWS.MechanicalTurk.{turk_code}"


# Troubles: what happens to a call instead of an answer.


@attrs.frozen
class Raw:
    """Bytes in place of the answer, after the call was carried out or, with `done=False`, instead of it."""

    content: bytes
    status: int = 200
    headers: Mapping[str, str] = attrs.field(factory=dict)
    done: bool = True
    declared: int | None = None


@attrs.frozen
class Reset:
    """The connection is reset, before the request was read or after it was carried out."""

    done: bool


@attrs.frozen
class Silence:
    """The request is carried out, and no answer ever comes."""


@attrs.frozen
class Wrong:
    """The request is refused before anything happens."""

    refusal: Refusal


Trouble = Raw | Reset | Silence | Wrong
Service = Callable[[str, Members], Any]


# Holding values against shapes.


def check_input(operation: str, body: Members) -> None:
    """Object unless the body is a request that the model allows."""
    _check(MODEL.operation_model(operation).input_shape, body, operation, whole_seconds=True)


def check_output(operation: str, members: Members) -> None:
    """Object unless the members are an answer that the model allows."""
    _check(MODEL.operation_model(operation).output_shape, members, operation)


def _check(shape: Any, value: Any, at: str, *, whole_seconds: bool = False) -> None:
    kind = shape.type_name
    if kind == "structure":
        if not isinstance(value, dict):
            raise Objection(f"{at} must be an object, not {value!r}")
        if unknown := set(value) - set(shape.members):
            raise Objection(f"{at} has no members {sorted(unknown)}")
        if missing := set(shape.required_members) - set(value):
            raise Objection(f"{at} lacks {sorted(missing)}")
        for name, member in value.items():
            _check(shape.members[name], member, f"{at}.{name}", whole_seconds=whole_seconds)
    elif kind == "list":
        if not isinstance(value, list):
            raise Objection(f"{at} must be a list, not {value!r}")
        for number, member in enumerate(value):
            _check(shape.member, member, f"{at}[{number}]", whole_seconds=whole_seconds)
    else:
        _check_scalar(shape, value, at, whole_seconds)


def _check_scalar(shape: Any, value: Any, at: str, whole_seconds: bool) -> None:
    kind = shape.type_name
    number = (int,) if whole_seconds else (int, float)
    types = {"string": (str,), "integer": (int,), "long": (int,), "boolean": (bool,), "timestamp": number}[kind]
    if not isinstance(value, types) or isinstance(value, bool) != (kind == "boolean"):
        raise Objection(f"{at} must be a {kind}, not {value!r}")
    limits = shape.metadata
    if kind == "integer" and not -(2**31) <= value < 2**31:
        raise Objection(f"{at} does not fit in 32 bits: {value!r}")
    size = len(value) if kind == "string" else value
    if "min" in limits and size < limits["min"]:
        raise Objection(f"{at} must be {limits['min']} or more, not {value!r}")
    if "max" in limits and size > limits["max"]:
        raise Objection(f"{at} must be {limits['max']} or less, not {value!r}")
    if "enum" in limits and value not in limits["enum"]:
        raise Objection(f"{at} must be one of {limits['enum']}, not {value!r}")
    if "pattern" in limits and not re.search(limits["pattern"].replace("$", r"\Z"), value):
        raise Objection(f"{at} must match {limits['pattern']}, not {value!r}")


# Making answers out of shapes.


def full_answer(operation: str, items: int = 2) -> Members:
    """An answer in which every member is there, no two values alike, and every list has several items."""
    answer: Members = _Filler(items).fill(MODEL.operation_model(operation).output_shape)
    answer.pop("NextToken", None)
    return answer


def full_shape(name: str, number: int = 0) -> Members:
    """One structure of the model with every member filled."""
    filled: Members = _Filler(2, number * 1000).fill(MODEL.shape_for(name))
    return filled


def minimal_answer(operation: str) -> Members:
    """The least that says anything: what is required, and of a record its id."""
    shape = MODEL.operation_model(operation).output_shape
    answer: Members = {}
    for name, member in shape.members.items():
        own = f"{name}Id"
        if member.type_name == "structure" and own in member.members:
            answer[name] = {own: "3MINIMAL"}
        elif name == "Qualification":
            answer[name] = {}
        elif name == "AvailableBalance":
            answer[name] = "0.00"
        elif name in ("FileUploadURL", "HITTypeId"):
            answer[name] = "3MINIMAL"
    return answer


class _Filler:
    """Fills a shape; counts, so that a value that lands in the wrong field is found out."""

    def __init__(self, items: int, number: int = 0) -> None:
        self._items, self._number = items, number

    def fill(self, shape: Any, name: str = "") -> Any:
        if shape.type_name == "structure":
            return {member: self.fill(of, member) for member, of in shape.members.items()}
        if shape.type_name == "list":
            return [self.fill(shape.member, name) for _ in range(self._items)]
        self._number += 1
        return self._scalar(shape, name, self._number)

    def _scalar(self, shape: Any, name: str, number: int) -> Any:
        if "enum" in shape.metadata:
            return shape.metadata["enum"][number % len(shape.metadata["enum"])]
        if shape.type_name == "boolean":
            return number % 2 == 1
        if shape.type_name == "timestamp":
            return 1_500_000_000 + number + 0.5
        if shape.type_name in ("integer", "long"):
            return 1000 + number
        return {
            "EntityId": f"3{name.upper()}{number}",
            "CustomerId": f"A{number}",
            "CurrencyAmount": f"{number}.25",
            "CountryParameters": "ABCDEFGHIJ"[number % 10] + "KLMNOPQRST"[number // 10 % 10],
        }.get(shape.name, f"{name} {number}")


# The server.


class Judge:
    """A strict service on loopback, for as long as the `with` block of `judging` runs."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.objections: list[str] = []
        self.arrived = 0
        self.session_token: str | None = None
        self.silence = b""
        self.now: Callable[[], float] = time.time
        self.after_arrival: Callable[[], None] = lambda: None
        self._answers: dict[str, deque[Any]] = {}
        self._service: Service | None = None
        self._troubles: deque[Trouble | None] = deque()
        self._lasting: Trouble | None = None
        self._lock = threading.Lock()
        self._done = threading.Event()
        self._open: set[socket.socket] = set()
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/"

    def __repr__(self) -> str:
        return f"<Judge at {self.url}, {len(self.calls)} calls>"

    def answer(self, operation: str, *answers: Any) -> None:
        """Queue answers for an operation: members, or a Refusal."""
        self._answers.setdefault(operation, deque()).extend(answers)

    def answer_with(self, service: Service) -> None:
        """Let a function answer every call for which nothing is queued."""
        self._service = service

    def trouble(self, *troubles: Trouble | None) -> None:
        """Let the next calls meet these troubles, one each; None is a call without."""
        self._troubles.extend(troubles)

    def trouble_always(self, trouble: Trouble | None) -> None:
        """Let all calls meet this trouble from now on."""
        self._lasting = trouble

    def bodies(self, operation: str) -> list[Members]:
        """The bodies of the calls of one operation, in their order."""
        return [call.body for call in self.calls if call.operation == operation]

    @property
    def operations(self) -> list[str]:
        """The operations that were called, in their order."""
        return [call.operation for call in self.calls]

    def forget(self) -> None:
        """Begin to count anew."""
        self.calls.clear()
        self.arrived = 0

    def next_trouble(self) -> Trouble | None:
        """What the call that just came in is to meet."""
        with self._lock:
            self.arrived += 1
            return self._troubles.popleft() if self._troubles else self._lasting

    def carry_out(self, headers: Mapping[str, str], path: str, raw: bytes) -> tuple[int, Mapping[str, str], bytes]:
        """Judge a call, do what it says, and answer it."""
        try:
            call = self._judge(headers, path, raw)
            with self._lock:
                self.calls.append(call)
            members = self._answer(call)
            if isinstance(members, Refusal):
                raise members
            if isinstance(members, Raw):
                return members.status, members.headers, members.content
            check_output(call.operation, members)
        except Refusal as refusal:
            return refusal.status, refusal.headers, json.dumps(refusal.body).encode()
        except AssertionError as objection:
            self.objections.append(str(objection))
            return 400, {}, json.dumps({"__type": "Objection", "message": str(objection)}).encode()
        speaks = MODEL.operation_model(call.operation).output_shape.members
        return 200, {}, json.dumps(members).encode() if members or speaks else self.silence

    def _answer(self, call: Call) -> Any:
        with self._lock:
            queued = self._answers.get(call.operation)
            if queued:
                return queued.popleft()
        if self._service is not None:
            return self._service(call.operation, call.body)
        if MODEL.operation_model(call.operation).output_shape.members:
            raise Objection(f"nobody expected {call}")
        return {}

    def _judge(self, headers: Mapping[str, str], path: str, raw: bytes) -> Call:
        if path != "/":
            raise Objection(f"calls go to /, not to {path}")
        if headers.get("content-type") != JSON:
            raise Objection(f"a body is {JSON}, not {headers.get('content-type')}")
        target = headers.get("x-amz-target", "")
        operation = target.removeprefix(TARGET)
        if not target.startswith(TARGET) or operation not in OPERATIONS:
            raise Objection(f"there is no target {target!r}")
        self._check_signature(headers, raw)
        body = json.loads(raw, object_pairs_hook=_no_doubles)
        check_input(operation, body)
        return Call(operation, body, headers, raw)

    def _check_signature(self, headers: Mapping[str, str], raw: bytes) -> None:
        stamp = headers.get("x-amz-date", "")
        signed = SIGNED_WITH_TOKEN if self.session_token else SIGNED
        scope = f"{stamp[:8]}/us-east-1/mturk-requester/aws4_request"
        expected = (
            f"AWS4-HMAC-SHA256 Credential={ACCESS_KEY}/{scope}, SignedHeaders={';'.join(signed)}, "
            f"Signature={signature(self.url, {name: headers.get(name, '') for name in signed}, raw)}"
        )
        # Between the parts of the header a comma is enough.
        if re.sub(r",\s*", ", ", headers.get("authorization", "")) != expected:
            raise Objection(f"signed as {headers.get('authorization')!r}, not as {expected!r}")
        if headers.get("x-amz-security-token") != self.session_token:
            raise Objection(f"the session token is {headers.get('x-amz-security-token')!r}")
        at = parsedate_to_datetime(_http_date(stamp)).timestamp()
        if abs(at - self.now()) > 300:
            which = "Signature expired" if at < self.now() else "Signature not yet current"
            raise Refusal("InvalidSignatureException", f"{which}: {stamp} is not near {formatdate(self.now())}")


def signature(
    url: str, headers: Mapping[str, str], body: bytes, secret_key: str = SECRET_KEY, access_key: str = ACCESS_KEY
) -> str:
    """The signature that botocore computes for a POST with these headers, all of which are signed."""
    request = AWSRequest("POST", url, headers=dict(headers), data=body)
    request.context["timestamp"] = headers["x-amz-date"]
    signer = SigV4Auth(Credentials(access_key, secret_key), "mturk-requester", "us-east-1")
    text: str = signer.signature(signer.string_to_sign(request, signer.canonical_request(request)), request)
    return text


def _http_date(stamp: str) -> str:
    if not re.fullmatch(r"\d{8}T\d{6}Z", stamp):
        raise Objection(f"X-Amz-Date is {stamp!r}")
    return time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.strptime(stamp, "%Y%m%dT%H%M%SZ"))


def _no_doubles(pairs: list[tuple[str, Any]]) -> Members:
    names = [name for name, _ in pairs]
    if len(set(names)) != len(names):
        raise Objection(f"a member is there twice: {names}")
    if any(value is None for _, value in pairs):
        raise Objection(f"a member is null: {pairs}")
    return dict(pairs)


@contextmanager
def judging() -> Iterator[Judge]:
    """Run a judge; whatever it objected to fails the test when the block ends."""
    judge = Judge()
    thread = threading.Thread(target=judge._server.serve_forever, kwargs={"poll_interval": 0.01}, name="judge")
    thread.start()
    try:
        yield judge
    finally:
        judge._done.set()
        judge._server.shutdown()
        thread.join()
        with judge._lock:
            for each in judge._open:
                _hang_up(each)
        judge._server.server_close()
    assert not judge.objections, "\n".join(judge.objections)


def _hang_up(connection: socket.socket) -> None:
    with suppress(OSError):  # the client may have been quicker
        connection.shutdown(socket.SHUT_RDWR)


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    block_on_close = True
    request_queue_size = 256

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass  # clients that hang up are part of the game


def _handler(judge: Judge) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def handle(self) -> None:
            with judge._lock:
                judge._open.add(self.connection)
            try:
                super().handle()
            finally:
                with judge._lock:
                    judge._open.discard(self.connection)

        def handle_one_request(self) -> None:
            self.close_connection = True
            # Nothing is read yet: a connection can be reset before its request was taken in.
            if not self.rfile.peek(1):
                return
            self.trouble = judge.next_trouble()
            judge.after_arrival()
            if self.trouble == Reset(done=False):
                self._reset()
                return
            super().handle_one_request()

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            trouble = self.trouble
            if isinstance(trouble, Wrong):
                refusal = trouble.refusal
                self._reply(refusal.status, refusal.headers, json.dumps(refusal.body).encode())
                return
            if isinstance(trouble, Raw) and not trouble.done:
                self._reply(trouble.status, trouble.headers, trouble.content, trouble.declared)
                return
            status, more, content = judge.carry_out(headers, self.path, raw)
            if trouble is None:
                self._reply(status, more, content)
            elif isinstance(trouble, Raw):
                self._reply(trouble.status, trouble.headers, trouble.content, trouble.declared)
            elif isinstance(trouble, Reset):
                self._reset()
            else:
                self.rfile.peek(1)  # silence, until the client gives up
                self.close_connection = True

        def _reply(self, status: int, headers: Mapping[str, str], content: bytes, declared: int | None = None) -> None:
            self.send_response(status)
            self.send_header("x-amzn-RequestId", f"request-{judge.arrived}")
            for name, value in {"Content-Type": JSON, **headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content) if declared is None else declared))
            self.end_headers()
            self.wfile.write(content)
            if declared is not None:
                self.close_connection = True

        def _reset(self) -> None:
            # With a linger of nothing a close sends RST in place of FIN.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            self.close_connection = True

        def date_time_string(self, timestamp: float | None = None) -> str:
            return formatdate(judge.now(), usegmt=True)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    return Handler
