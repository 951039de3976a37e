"""nginx and Caddy in front of a marketplace, as docs/deploy.md has them: with other names and ports, and in a hurry."""

from __future__ import annotations

import datetime
import os
import re
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

DOCUMENT = (Path(__file__).parents[2] / "docs" / "deploy.md").read_text()
OWN_HOST, BELOW_A_PATH = 0, 1
_PATIENCE = 20
_TIME = re.compile(r"(\w*timeout|read_\w+|idle) (\d+)(s|m)\b")
_MINUTE = 60


@dataclass(frozen=True)
class Front:
    """Where a proxy listens, what it hands on to, which configuration of the page it has, and its certificate's folder.

    All its times are `hurry` times as short as on the page, but a second at least, which a busy machine needs.
    """

    folder: Path
    certificate: Path
    port: int
    backend: str
    number: int = OWN_HOST
    hurry: float = 1

    def shortened(self, text: str) -> str:
        """A configuration with shorter times."""
        return _TIME.sub(lambda found: f"{found[1]} {self._milliseconds(found[2], found[3])}ms", text)

    def _milliseconds(self, number: str, unit: str) -> int:
        return max(1000, int(int(number) * (_MINUTE if unit == "m" else 1) * 1000 / self.hurry))


def block(language: str, number: int) -> str:
    """A configuration of the page."""
    return re.findall(rf"```{language}\n(.*?)```", DOCUMENT, re.DOTALL)[number]


def nginx(front: Front) -> list[str]:
    """The command that runs nginx."""
    server = block("nginx", OWN_HOST)
    if front.number == BELOW_A_PATH:
        server = re.sub(r"    location / .*?\n    }\n", lambda _: block("nginx", BELOW_A_PATH), server, flags=re.DOTALL)
    server = server.replace("listen 443", f"listen 127.0.0.1:{front.port}").replace("turk.my-lab.org", "localhost")
    server = server.replace("/etc/letsencrypt/live/localhost", str(front.certificate))
    server = front.shortened(server.replace("127.0.0.1:8017", front.backend))
    folder = front.folder
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    paths = "".join(f"{kind}_temp_path {folder / kind};\n" for kind in kinds)
    user = "user root;\n" if os.geteuid() == 0 else ""
    text = f"{user}daemon off;\npid {folder / 'pid'};\nevents {{}}\nhttp {{\naccess_log off;\n{paths}{server}}}\n"
    (folder / "nginx.conf").write_text(text)
    found = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin") or "nginx"  # Debian's, which users lack
    return [found, "-e", "stderr", "-p", str(folder), "-c", str(folder / "nginx.conf")]


def caddy(front: Front) -> list[str]:
    """The command that runs Caddy."""
    options, _, own_host = block("caddy", OWN_HOST).partition("\n}\n\n")
    site = own_host if front.number == OWN_HOST else block("caddy", BELOW_A_PATH)
    head, _, rest = re.sub(r"^\S+ {", f"https://localhost:{front.port} {{", site).partition("\n")
    keys = f"    bind 127.0.0.1\n    tls {front.certificate / 'fullchain.pem'} {front.certificate / 'privkey.pem'}\n"
    text = f"{options}\n    admin off\n    auto_https off\n}}\n{head}\n{keys}{rest}"
    (front.folder / "Caddyfile").write_text(front.shortened(text.replace("127.0.0.1:8017", front.backend)))
    return ["caddy", "run", "--adapter", "caddyfile", "--config", str(front.folder / "Caddyfile")]


PROXIES: dict[str, Callable[[Front], list[str]]] = {"nginx": nginx, "caddy": caddy}


@contextmanager
def running(name: str, front: Front) -> Iterator[None]:
    """One of them for the block."""
    folder, command = str(front.folder), PROXIES[name](front)
    homes = {"HOME": folder, "XDG_DATA_HOME": folder, "XDG_CONFIG_HOME": folder}
    # Into a file: a pipe that nobody reads would stop a proxy that has much to say.
    with (
        open(front.folder / "said", "w+") as said,
        subprocess.Popen(command, env={**os.environ, **homes}, stderr=said) as process,
    ):
        try:
            end = time.monotonic() + _PATIENCE
            while not _listens(front.port):
                assert process.poll() is None, (front.folder / "said").read_text()
                assert time.monotonic() < end, "it does not listen"
                time.sleep(0.02)
            yield
        finally:
            process.terminate()
            process.wait(_PATIENCE)


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def free_port() -> int:
    """A port at which nobody listens, below those that who connects is given by the system, and might take first."""
    while True:
        port = 10_000 + secrets.randbelow(20_000)
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


def certify(folder: Path) -> Path:
    """Put a certificate for localhost into the folder, and its key beside it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.timezone.utc)
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(names, critical=False)
        .sign(key, hashes.SHA256())
    )
    unsealed = serialization.NoEncryption()
    kind = serialization.PrivateFormat.PKCS8
    (folder / "fullchain.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "privkey.pem").write_bytes(key.private_bytes(serialization.Encoding.PEM, kind, unsealed))
    return folder
