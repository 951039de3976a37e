"""The certificate authority that speaks for Amazon's hosts on one machine: it can sign for these and for nobody else.

Whoever trusts it and does not keep its key could be deceived about these hosts, so the key is made on the machine,
readable by its owner alone, and its certificate says itself for which names it is good (RFC 5280, name constraints).
What it signs is good for a day, and never on a disk in plain text.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shlex
import ssl
import stat
import tempfile
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from ipaddress import ip_network
from pathlib import Path

from mturk.errors import ConfigurationError
from mturk.redirect.aws_host import HOSTS
from mturk.redirect.own_folder import expect_own

try:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import (
        BestAvailableEncryption,
        Encoding,
        KeySerializationEncryption,
        NoEncryption,
        PrivateFormat,
        load_pem_private_key,
    )
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
except ModuleNotFoundError as error:
    raise ConfigurationError("The redirect needs the package cryptography: pip install 'mturk[redirect]'") from error

_LIFE = timedelta(days=5 * 365)
_RENEWED = timedelta(days=30)  # before its end
_LEAF_LIFE = timedelta(days=1)
_LEAF_RENEWED = timedelta(hours=12)
_EARLIER = timedelta(hours=1)  # for clocks that are slow
_NAME = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mturk redirect, made on this computer")])
_SERVERS = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
_FILE = "authority.pem"


class Authority:
    """A key with its certificate. `now` is the real time, in seconds."""

    def __init__(
        self, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate, now: Callable[[], float]
    ) -> None:
        self._key = key
        self._certificate = certificate
        self._now = now
        self._leaf_key = ec.generate_private_key(ec.SECP256R1())
        self._contexts: dict[str, tuple[datetime, ssl.SSLContext]] = {}

    def __repr__(self) -> str:
        return f"<Authority until {self._certificate.not_valid_after_utc:%Y-%m-%d}>"

    @classmethod
    def passing(cls, now: Callable[[], float]) -> Authority:
        """An authority that ends with this process; its key is in memory only."""
        return cls(*_made(_moment(now)), now)

    @classmethod
    def kept(cls, folder: Path, now: Callable[[], float], user: int | None = None) -> Authority:
        """The authority of a folder, made if there is none, or none for these hosts any more, or none for long.

        The folder is to be the user's own: by their number, or else who runs this.
        """
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # A key that somebody else has put there would be known to them.
        expect_own(folder, user)
        path = folder / _FILE
        found = _read(path)
        if found is None:
            _write(path, *_made(_moment(now)), replaces=False)
        elif not _is_good(found[1], _moment(now)):
            _write(path, *_made(_moment(now)), replaces=True)
        # Another process may have been quicker: then the authority is that one's.
        key, certificate = found if found and _is_good(found[1], _moment(now)) else _known(_read(path), path)
        return cls(key, certificate, now)

    @property
    def pem(self) -> str:
        """The certificate, for everybody to read."""
        return self._certificate.public_bytes(Encoding.PEM).decode()

    @property
    def password(self) -> str:
        """A password that is always the same for the same key, from which nobody can tell the key."""
        secret = self._key.private_numbers().private_value.to_bytes(32, "big")
        return hashlib.sha256(b"mturk redirect, password\0" + secret).hexdigest()[:32]

    def context(self, host: str) -> ssl.SSLContext:
        """What ends TLS for a host, with a certificate that is good for hours at least."""
        moment = _moment(self._now)
        made, context = self._contexts.get(host, (None, None))
        if made is None or context is None or not timedelta(0) <= moment - made < _LEAF_RENEWED:
            context = self._loaded(self.leaf(host, moment))
            self._contexts[host] = moment, context
        return context

    def leaf(self, host: str, moment: datetime) -> x509.Certificate:
        """A certificate for a host, good for a day; by whom it is for another host than Amazon's it is refused."""
        builder = _builder(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host[:64])]), moment, _LEAF_LIFE)
        names = x509.SubjectAlternativeName([x509.DNSName(host)])
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        return (
            builder.public_key(self._leaf_key.public_key())
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(names, critical=False)
            .add_extension(_SERVERS, critical=False)
            .add_extension(issuer, critical=False)
            .sign(self._key, hashes.SHA256())
        )

    def _loaded(self, leaf: x509.Certificate) -> ssl.SSLContext:
        # Python's ssl reads keys from files alone, so that the file has it encrypted.
        word = secrets.token_urlsafe(32)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_alpn_protocols(["http/1.1"])
        content = leaf.public_bytes(Encoding.PEM) + _written(self._leaf_key, BestAvailableEncryption(word.encode()))
        with tempfile.TemporaryDirectory(prefix="mturk-") as folder:
            path = Path(folder, "leaf.pem")
            path.write_bytes(content)
            context.load_cert_chain(path, password=word)
        return context


def _moment(now: Callable[[], float]) -> datetime:
    return datetime.fromtimestamp(now(), timezone.utc)


def _builder(subject: x509.Name, moment: datetime, life: timedelta) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .issuer_name(_NAME)
        .subject_name(subject)
        .serial_number(x509.random_serial_number())
        .not_valid_before(moment - _EARLIER)
        .not_valid_after(moment + life)
    )


def _made(moment: datetime) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    key = ec.generate_private_key(ec.SECP256R1())
    usage = x509.KeyUsage(False, False, False, False, False, True, False, False, False)
    certificate = (
        _builder(_NAME, moment, _LIFE)
        .public_key(key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(_constraints(), critical=True)
        .add_extension(_SERVERS, critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    return key, certificate


def _constraints() -> x509.NameConstraints:
    # What is permitted of names says nothing of addresses, so all of those are excluded.
    everywhere = [x509.IPAddress(ip_network(every)) for every in ("0.0.0.0/0", "::/0")]
    return x509.NameConstraints([x509.DNSName(host) for host in HOSTS], everywhere)


def _is_good(certificate: x509.Certificate, moment: datetime) -> bool:
    """Whether a certificate has these hosts for its names, and time enough."""
    named = certificate.extensions.get_extension_for_class(x509.NameConstraints).value
    return named == _constraints() and certificate.not_valid_after_utc - moment > _RENEWED


def _written(key: ec.EllipticCurvePrivateKey, encryption: KeySerializationEncryption) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)


def _read(path: Path) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate] | None:
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    if os.name == "posix" and path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise ConfigurationError(
            f"{path} has a secret key, and others than its owner may read it: chmod 600 {shlex.quote(str(path))}"
        )
    try:
        key, certificate = load_pem_private_key(content, password=None), x509.load_pem_x509_certificate(content)
        if not isinstance(key, ec.EllipticCurvePrivateKey) or key.public_key() != certificate.public_key():
            raise ValueError("a key of another kind, or of another certificate")
        certificate.extensions.get_extension_for_class(x509.NameConstraints)
    except (ValueError, TypeError, x509.ExtensionNotFound):  # TypeError: it is encrypted
        raise ConfigurationError(f"{path} is damaged: take it away, and a new one is made.") from None
    return key, certificate


def _known(
    found: tuple[ec.EllipticCurvePrivateKey, x509.Certificate] | None, path: Path
) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    if found is None:
        raise ConfigurationError(f"{path} was taken away while it was read: try it again.")
    return found


def _write(path: Path, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate, *, replaces: bool) -> None:
    """Make the file whole, or not at all; of two processes that make it at once the first one does."""
    number, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # for its owner alone
    try:
        with os.fdopen(number, "wb") as draft:
            draft.write(_written(key, NoEncryption()) + certificate.public_bytes(Encoding.PEM))
            draft.flush()
            os.fsync(draft.fileno())
        if replaces:
            os.replace(name, path)
        else:
            _name_it(name, path)
    finally:
        Path(name).unlink(missing_ok=True)


def _name_it(draft: str, path: Path) -> None:
    try:
        os.link(draft, path)
    except FileExistsError:
        return
