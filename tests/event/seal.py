"""Messages as SNS posts them, signed with real keys, and a web server that has the certificates."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import attrs
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import NameOID

NOW = datetime(2026, 8, 9, 21, 17, 16, tzinfo=timezone.utc)
TOPIC = "arn:aws:sns:us-east-1:123456789012:turk"
AMAZON = "https://sns.us-east-1.amazonaws.com"
CERTIFICATE_URL = f"{AMAZON}/SimpleNotificationService-6aad65c2f9911b05cd53efda11f913f9.pem"
TEXT = '{"Events":[{"EventType":"Ping"}],"EventDocId":"d1"}'

Parts = dict[str, Any]


def key(name: str = "sns", bits: int = 2048) -> rsa.RSAPrivateKey:
    """A key for each name, the same in all tests."""
    return _key(name, bits)


@cache
def _key(name: str, bits: int) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, bits)


@cache
def elliptic_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def certificate(
    holder: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | None = None,
    begins: datetime = NOW - timedelta(days=30),
    ends: datetime = NOW + timedelta(days=30),
    address: str = "",
) -> bytes:
    """A certificate in PEM, with the key's own signature."""
    holder = holder or key()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(holder.public_key())
    made = made.serial_number(7).not_valid_before(begins).not_valid_after(ends)
    if address:
        names = x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))])
        made = made.add_extension(names, critical=False)
        made = made.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    return made.sign(holder, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def notification(**changes: object) -> Parts:
    """What SNS posts for an event, unsigned; None leaves a member out."""
    parts = {
        "Type": "Notification",
        "MessageId": "8f1b2c3d-0000-5555-8888-123456789abc",
        "TopicArn": TOPIC,
        "Subject": "1565385436000",
        "Message": TEXT,
        "Timestamp": stamp(NOW),
        "SignatureVersion": "1",
        "SigningCertURL": CERTIFICATE_URL,
        "UnsubscribeURL": f"{AMAZON}/?Action=Unsubscribe&SubscriptionArn={TOPIC}:2bcfbf39",
        **changes,
    }
    return {name: value for name, value in parts.items() if value is not None}


def confirmation(kind: str = "SubscriptionConfirmation", **changes: object) -> Parts:
    """What SNS posts when a subscription begins or ends, unsigned."""
    parts = {
        "Type": kind,
        "MessageId": "165545c9-2a5c-472c-8df2-7ff2be2b3b1b",
        "Token": "2336412f37",
        "TopicArn": TOPIC,
        "Message": "You have chosen to subscribe to the topic.\nVisit the SubscribeURL.",
        "SubscribeURL": f"{AMAZON}/?Action=ConfirmSubscription&TopicArn={TOPIC}&Token=2336412f37",
        "Timestamp": stamp(NOW),
        "SignatureVersion": "1",
        "SigningCertURL": CERTIFICATE_URL,
        **changes,
    }
    return {name: value for name, value in parts.items() if value is not None}


def stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def canonical(parts: Mapping[str, Any]) -> bytes:
    """The string to sign, written down from AWS's description."""
    if parts.get("Type") == "Notification":
        names = ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"]
    else:
        names = ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"]
    lines = [line for name in names if parts.get(name) is not None for line in (name, str(parts[name]))]
    return ("\n".join(lines) + "\n").encode("utf-8", "surrogatepass")


def signed(parts: Parts, holder: rsa.RSAPrivateKey | None = None, version: str | None = None) -> Parts:
    """The message with its signature; `version` signs as another SignatureVersion than the one that is written."""
    digest = hashes.SHA256() if (version or parts.get("SignatureVersion")) == "2" else hashes.SHA1()
    signature = (holder or key()).sign(canonical(parts), padding.PKCS1v15(), digest)
    return {**parts, "Signature": base64.b64encode(signature).decode()}


def body(parts: Parts) -> bytes:
    return json.dumps(parts).encode()


def headers(parts: Parts) -> dict[str, str]:
    return {
        "x-amz-sns-message-type": str(parts.get("Type")),
        "x-amz-sns-message-id": str(parts.get("MessageId")),
        "x-amz-sns-topic-arn": str(parts.get("TopicArn")),
        "Content-Type": "text/plain; charset=UTF-8",
    }


@attrs.define
class Page:
    """What a web server answers."""

    content: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = attrs.field(factory=dict)
    drip: float = 0.0
    """Seconds between the bytes."""
    hurry: threading.Event = attrs.field(factory=threading.Event)


@attrs.define
class Web:
    """A web server with a few pages."""

    url: str
    pages: dict[str, Page] = attrs.field(factory=dict)
    asked: list[str] = attrs.field(factory=list)
    sent: list[dict[str, str]] = attrs.field(factory=list)


@contextmanager
def serving(secure: Path | None = None) -> Iterator[Web]:
    """Serve pages on loopback, with https where a folder for the certificate is given."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            web.asked.append(self.path)
            web.sent.append({name.lower(): value for name, value in self.headers.items()})
            page = web.pages.get(self.path, Page(b"not here", 404))
            self.send_response(page.status)
            for name, value in page.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(page.content)))
            self.end_headers()
            try:
                for at in range(len(page.content)) if page.drip else ():
                    self.wfile.write(page.content[at : at + 1])
                    if page.hurry.wait(page.drip):
                        return
                if not page.drip:
                    self.wfile.write(page.content)
            except OSError:
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """A client that hangs up is no fault of the server's."""

    server = Server(("127.0.0.1", 0), Handler)
    scheme = "http"
    if secure is not None:
        import ssl

        now = datetime.now(timezone.utc)
        pem = certificate(key("web"), now - timedelta(days=1), now + timedelta(days=1), address="127.0.0.1")
        secret = key("web").private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        (secure / "web.pem").write_bytes(pem)
        (secure / "web.key").write_bytes(secret)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(secure / "web.pem", secure / "web.key")
        server.socket = context.wrap_socket(server.socket, server_side=True)
        scheme = "https"
    web = Web(f"{scheme}://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield web
    finally:
        for page in web.pages.values():
            page.hurry.set()
        server.shutdown()
        server.server_close()
        thread.join()
