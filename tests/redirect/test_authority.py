"""The certificate authority: for whom it can sign, by whom that is honoured, and where its key is."""

from __future__ import annotations

import os
import ssl
import stat
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from ipaddress import ip_address
from pathlib import Path

import boto3
import botocore.exceptions
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

from mturk.errors import ConfigurationError
from mturk.redirect import roots
from mturk.redirect.authority import Authority
from mturk.redirect.aws_host import HOSTS
from mturk.redirect.surroundings import variables

DAY = 86_400


def stolen(folder: Path, *names: x509.GeneralName) -> Path:
    """A certificate for any names by the key of a folder's authority, as a thief would sign one, with its own key."""
    content = (folder / "authority.pem").read_bytes()
    authority_key = serialization.load_pem_private_key(content, password=None)
    assert isinstance(authority_key, ec.EllipticCurvePrivateKey)
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(timezone.utc)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "www.mturk.com")])
    builder = x509.CertificateBuilder(
        x509.load_pem_x509_certificate(content).subject,
        subject,
        key.public_key(),
        1,
        now - timedelta(1),
        now + timedelta(1),
    )
    pem = builder.add_extension(x509.SubjectAlternativeName(names), critical=False).sign(authority_key, hashes.SHA256())
    path, encoding = folder / "stolen.pem", serialization.Encoding.PEM
    form = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    path.write_bytes(pem.public_bytes(encoding) + key.private_bytes(encoding, *form))
    return path


def handshake(server: ssl.SSLContext, trusted: str, host: str) -> None:
    """What OpenSSL says of a server that a client who trusts this calls by that name."""
    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = ssl.create_default_context(cadata=trusted).wrap_bio(back, there, server_hostname=host)
    other = server.wrap_bio(there, back, server_side=True)
    for _ in range(4):
        for one in (client, other):
            try:
                one.do_handshake()
            except ssl.SSLWantReadError:
                continue
    assert client.version() == "TLSv1.3"


def context(path: Path) -> ssl.SSLContext:
    found = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    found.load_cert_chain(path)
    return found


@contextmanager
def impostor(path: Path) -> Iterator[int]:
    """A server that shows a certificate to whoever comes, and hears nothing; where it listens."""
    import socket

    with socket.create_server(("127.0.0.1", 0)) as listener:
        secured = context(path)

        def serve() -> None:
            try:
                while True:
                    came, _ = listener.accept()
                    with came:
                        try:
                            secured.wrap_socket(came, server_side=True).close()
                        except (ssl.SSLError, OSError):
                            continue
            except OSError:
                return

        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


# Whom it speaks for


@pytest.mark.parametrize("host", HOSTS)
def test_its_certificates_for_amazons_hosts_are_taken(host: str, authority: Authority) -> None:
    handshake(authority.context(host), authority.pem, host)


@pytest.mark.parametrize(
    "host",
    ["bank.example", "mturk.com", "worker.mturk.com", "www.mturk.com.bank.example", "s3.us-east-1.amazonaws.com"],
)
def test_openssl_refuses_what_its_key_signs_for_another_host(host: str, tmp_path: Path) -> None:
    authority = Authority.kept(tmp_path, time.time)
    thief = context(stolen(tmp_path, x509.DNSName(host)))
    with pytest.raises(ssl.SSLCertVerificationError, match="permitted subtree violation"):
        handshake(thief, authority.pem, host)


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_openssl_refuses_what_its_key_signs_for_an_address(address: str, tmp_path: Path) -> None:
    authority = Authority.kept(tmp_path, time.time)
    thief = context(stolen(tmp_path, x509.IPAddress(ip_address(address))))
    with pytest.raises(ssl.SSLCertVerificationError, match="excluded subtree violation"):
        handshake(thief, authority.pem, address)


def test_it_can_make_no_other_authority(authority: Authority) -> None:
    found = x509.load_pem_x509_certificate(authority.pem.encode()).extensions
    assert found.get_extension_for_class(x509.BasicConstraints).value == x509.BasicConstraints(ca=True, path_length=0)


def test_botocore_refuses_what_its_key_signs_for_another_host(tmp_path: Path) -> None:
    authority = Authority.kept(tmp_path, time.time)
    bundle = tmp_path / "roots.pem"
    roots.write(bundle, authority.pem, {})
    with impostor(stolen(tmp_path, x509.DNSName("localhost"))) as port:
        client = boto3.client(
            "mturk",
            region_name="us-east-1",
            endpoint_url=f"https://localhost:{port}",
            verify=str(bundle),
            aws_access_key_id="A",
            aws_secret_access_key="B",
        )
        with pytest.raises(botocore.exceptions.SSLError, match="permitted subtree violation"):
            client.get_account_balance()
        client.close()


@pytest.mark.system
def test_node_refuses_what_its_key_signs_for_another_host(tmp_path: Path) -> None:
    authority = Authority.kept(tmp_path, time.time)
    bundle = tmp_path / "roots.pem"
    roots.write(bundle, authority.pem, {})
    with impostor(stolen(tmp_path, x509.DNSName("localhost"))) as port:
        script = f"require('https').get('https://localhost:{port}/').on('error', (error) => console.log(error.message))"
        environment = {**os.environ, **variables("", bundle, {}), "NODE_OPTIONS": "", "NODE_USE_ENV_PROXY": ""}
        told = subprocess.run(["node", "-e", script], env=environment, capture_output=True, text=True, timeout=60)
    assert "permitted subtree violation" in told.stdout


# Its key


def test_the_authority_of_a_folder_is_made_once(tmp_path: Path) -> None:
    first, second = (Authority.kept(tmp_path / "new", time.time) for _ in range(2))
    assert (first.pem, first.password) == (second.pem, second.password)
    assert first.password != Authority.passing(time.time).password


def test_only_its_owner_can_read_the_key(tmp_path: Path) -> None:
    Authority.kept(tmp_path / "new", time.time)
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700
    assert [(path.name, stat.S_IMODE(path.stat().st_mode)) for path in (tmp_path / "new").iterdir()] == [
        ("authority.pem", 0o600)
    ]


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    Authority.kept(tmp_path, time.time)
    (tmp_path / "authority.pem").chmod(0o640)
    with pytest.raises(ConfigurationError, match="others than its owner may read it: chmod 600"):
        Authority.kept(tmp_path, time.time)


def test_the_command_that_is_told_names_the_key_as_a_shell_reads_it(tmp_path: Path) -> None:
    folder = tmp_path / "a $(b)"
    Authority.kept(folder, time.time)
    (folder / "authority.pem").chmod(0o640)
    with pytest.raises(ConfigurationError, match=r"chmod 600 '.*/a \$\(b\)/authority\.pem'"):
        Authority.kept(folder, time.time)


def test_a_folder_of_somebody_else_is_refused_before_anything_in_it_is_read(tmp_path: Path) -> None:
    (tmp_path / "authority.pem").write_text("a key that its owner knows")
    with pytest.raises(ConfigurationError, match="belongs to somebody else"):
        Authority.kept(tmp_path, time.time, user=tmp_path.stat().st_uid + 1)


@pytest.mark.parametrize("mode", [0o770, 0o707])
def test_no_key_is_put_where_others_can_write(mode: int, tmp_path: Path) -> None:
    tmp_path.chmod(mode)
    with pytest.raises(ConfigurationError, match="others may write to it: chmod go-w"):
        Authority.kept(tmp_path, time.time)
    assert list(tmp_path.iterdir()) == []


def _of_another_kind(kept: bytes) -> bytes:
    key = ed25519.Ed25519PrivateKey.generate()
    written = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return written + kept[kept.index(b"-----BEGIN CERTIFICATE") :]


def _of_another(kept: bytes) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    written = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return written + kept[kept.index(b"-----BEGIN CERTIFICATE") :]


def _encrypted(kept: bytes) -> bytes:
    key = load_pem_private_key(kept, password=None)
    written = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"word"))
    return written + kept[kept.index(b"-----BEGIN CERTIFICATE") :]


def _for_all_hosts(_: bytes) -> bytes:
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    now = datetime.now(timezone.utc)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, now - timedelta(1), now + timedelta(99))
    certificate = builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + certificate


@pytest.mark.parametrize(
    "spoiled", [lambda _: b"-----BEGIN", _of_another_kind, _of_another, _encrypted, _for_all_hosts],
    ids=["cut off", "another kind of key", "another key", "encrypted", "for all hosts"],
)  # fmt: skip
def test_a_damaged_file_is_refused(spoiled: Callable[[bytes], bytes], tmp_path: Path) -> None:
    Authority.kept(tmp_path, time.time)
    file = tmp_path / "authority.pem"
    file.write_bytes(spoiled(file.read_bytes()))
    with pytest.raises(ConfigurationError, match="is damaged: take it away"):
        Authority.kept(tmp_path, time.time)


def test_programs_that_start_together_have_the_same_authority(tmp_path: Path) -> None:
    barrier = threading.Barrier(8)

    def start(_: int) -> str:
        barrier.wait()
        return Authority.kept(tmp_path, time.time).pem

    with ThreadPoolExecutor(8) as threads:
        assert len(set(threads.map(start, range(8)))) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["authority.pem"]


def test_an_authority_that_ends_soon_gives_way_to_another(tmp_path: Path) -> None:
    later = time.time() + 5 * 365 * DAY - 29 * DAY
    first = Authority.kept(tmp_path, time.time)
    assert Authority.kept(tmp_path, lambda: later).pem != first.pem
    assert Authority.kept(tmp_path, lambda: later).pem == Authority.kept(tmp_path, lambda: later).pem


def test_a_certificate_is_good_for_a_day_and_another_is_made_after_half_of_it(tmp_path: Path) -> None:
    now = [time.time()]
    authority = Authority.passing(lambda: now[0])
    leaf = authority.leaf(HOSTS[0], datetime.fromtimestamp(now[0], timezone.utc))
    assert leaf.not_valid_after_utc - leaf.not_valid_before_utc == timedelta(hours=25)
    first = authority.context(HOSTS[0])
    now[0] += 11 * 3600
    assert authority.context(HOSTS[0]) is first
    now[0] += 2 * 3600
    assert authority.context(HOSTS[0]) is not first


def test_no_secret_is_in_its_repr(authority: Authority) -> None:
    assert repr(authority).startswith("<Authority until 20")
    assert authority.password not in repr(authority)
