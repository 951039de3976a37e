"""A marketplace, the redirect in front of it, and a server elsewhere with a certificate of its own."""

from __future__ import annotations

import http.server
import os
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from mturk.marketplace import Marketplace
from mturk.redirect import hooks, roots
from mturk.redirect.authority import Authority
from mturk.redirect.destination import Destination
from mturk.redirect.redirect import Redirect
from mturk.redirect.surroundings import variables

OTHER = "other.example"
Lead = Callable[..., Redirect]


class Elsewhere:
    """A server that answers each request with its path, and keeps the heads that it got."""

    def __init__(self, port: int, heads: list[tuple[str, dict[str, str]]], pem: Path | None) -> None:
        self.port = port
        self.heads = heads
        self.pem = pem

    @property
    def url(self) -> str:
        return f"{'https' if self.pem else 'http'}://localhost:{self.port}"


@contextmanager
def serving(folder: Path | None = None) -> Iterator[Elsewhere]:
    """Serve on this machine; with a folder by TLS, with a certificate that is trusted by nobody but who has it."""
    heads: list[tuple[str, dict[str, str]]] = []

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heads.append((self.requestline, dict(self.headers.items())))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(self.path.encode())

        def log_message(self, format: str, *arguments: Any) -> None: ...

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        pem = None
        if folder is not None:
            pem = _certificate(folder)
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(pem)
            server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield Elsewhere(server.server_address[1], heads, pem)
        finally:
            server.shutdown()
            thread.join()


def _certificate(folder: Path) -> Path:
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, OTHER)])
    now = datetime.now(timezone.utc)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, now - timedelta(1), now + timedelta(1))
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.DNSName(OTHER)])
    pem = builder.add_extension(names, critical=False).sign(key, hashes.SHA256())
    path = folder / "other.pem"
    encoding = serialization.Encoding.PEM
    written = key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(pem.public_bytes(encoding) + written)
    return path


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Elsewhere]:
    with serving(tmp_path) as server:
        yield server


@pytest.fixture
def market(request: pytest.FixtureRequest) -> Iterator[Marketplace]:
    """A marketplace; one that answers the API before 2017 where a test says so by its parameter."""
    with Marketplace(query_api=getattr(request, "param", False)) as market:
        yield market


@pytest.fixture(scope="session")
def authority() -> Authority:
    return Authority.passing(time.time)


@pytest.fixture
def lead(authority: Authority) -> Iterator[Lead]:
    """Start a redirect to an address."""
    with ExitStack() as stack:

        def lead(url: str, **options: Any) -> Redirect:
            settings: dict[str, Any] = {"environ": {}, **options}
            return stack.enter_context(Redirect(Destination(url), authority, **settings))

        yield lead


@pytest.fixture
def redirect(lead: Lead, market: Marketplace) -> Redirect:
    return lead(market.url)


@pytest.fixture
def environment(redirect: Redirect, authority: Authority, market: Marketplace, tmp_path: Path) -> dict[str, str]:
    """What a program has that signs with the marketplace's keys, and knows nothing of it."""
    kept = {name: value for name, value in os.environ.items() if not name.upper().endswith("_PROXY")}
    bundle = tmp_path / "roots.pem"
    roots.write(bundle, authority.pem, {})
    hooks.write(tmp_path, {})
    keys = {"AWS_ACCESS_KEY_ID": market.access_key, "AWS_SECRET_ACCESS_KEY": market.secret_key}
    return {**kept, **variables(redirect.url, bundle, {}), **keys}
