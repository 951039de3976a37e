"""The marketplace's own certificate, with which it signs what it pushes; its key is sealed in the database."""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID
from sqlalchemy import Connection, select

from mturk.marketplace.database import table as t
from mturk.marketplace.database.seal import Seal
from mturk.marketplace.database.store import Store

# Receivers keep a certificate under its URL, so there is one as long as there is the database.
_YEARS = timedelta(days=20 * 365)
_EARLIER = timedelta(days=2)  # for receivers whose clocks are slow
_BITS = 2048
LABEL = "the key of the certificate"
"""The label under which the key is sealed."""
_NUMBER = 1


class _Pair(NamedTuple):
    pem: str
    key: rsa.RSAPrivateKey

    def __repr__(self) -> str:
        return "<the certificate and its key>"


class Certificate:
    """A self-signed certificate and its RSA key, made when one of them is needed first, once for all processes."""

    def __init__(self, store: Store, seal: Callable[[], Seal], real_time: Callable[[], float]) -> None:
        self._store = store
        self._seal = seal
        self._real_time = real_time
        self._pair: _Pair | None = None
        self._making = threading.Lock()

    def pem(self) -> str:
        """The certificate, for everybody to read."""
        return self._found().pem

    def sign(self, text: str) -> str:
        """The RSA-SHA256 signature of a text (PKCS #1 v1.5), in base64."""
        signed = self._found().key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())
        return base64.b64encode(signed).decode()

    def _found(self) -> _Pair:
        with self._making:
            self._pair = self._pair or self._store.read(self._read) or self._make()
            return self._pair

    def _make(self) -> _Pair:
        # Outside of the transaction, because it takes a while.
        made = _made(datetime.fromtimestamp(self._real_time(), timezone.utc))

        def write(database: Connection) -> _Pair:
            before = self._read(database)
            if before is None:
                sealed = self._seal().close(_written(made.key), LABEL)
                new = {"number": _NUMBER, "pem": made.pem, "sealed_key": sealed}
                database.execute(t.certificate.insert(), new)
            return before or made

        return self._store.write(write)

    def _read(self, database: Connection) -> _Pair | None:
        row = database.execute(select(t.certificate)).one_or_none()
        if row is None:
            return None
        key = serialization.load_pem_private_key(self._seal().open(row.sealed_key, LABEL).encode(), password=None)
        assert isinstance(key, rsa.RSAPrivateKey)  # noqa: S101 - it was made below
        return _Pair(row.pem, key)


def _made(now: datetime) -> _Pair:
    key = rsa.generate_private_key(public_exponent=65537, key_size=_BITS)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mturk marketplace")])
    builder = x509.CertificateBuilder(
        issuer_name=name,
        subject_name=name,
        public_key=key.public_key(),
        serial_number=x509.random_serial_number(),
        not_valid_before=now - _EARLIER,
        not_valid_after=now + _YEARS,
    )
    # It signs messages and nothing else: no other certificates, and no connections.
    usage = x509.KeyUsage(True, False, False, False, False, False, False, False, False)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    certificate = builder.add_extension(usage, critical=True).sign(key, hashes.SHA256())
    return _Pair(certificate.public_bytes(serialization.Encoding.PEM).decode(), key)


def _written(key: rsa.RSAPrivateKey) -> str:
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return key.private_bytes(encoding, form, serialization.NoEncryption()).decode()
