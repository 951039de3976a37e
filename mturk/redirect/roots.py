"""The certificates that programs trust already, in one file together with the redirect's own authority."""

from __future__ import annotations

import os
import re
import ssl
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from requests.utils import DEFAULT_CA_BUNDLE_PATH

from mturk.data.whole_file import written

VARIABLES = ("AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")
"""What names the file for the programs of AWS, Python, curl, R and Node."""
_ONE = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)


def write(path: Path, own: str, environ: Mapping[str, str]) -> None:
    """Write what this machine and the environment trust to a file, and our own certificate."""
    blocks = dict.fromkeys((*_trusted(environ, path), *_blocks(own)))
    with written(path) as file:
        file.writelines(f"{one}\n" for one in blocks)


def _trusted(environ: Mapping[str, str], own_file: Path) -> Iterator[str]:
    # The file of an earlier start may be in the environment: it would bring an authority back that is no more.
    named = [Path(environ[name]) for name in VARIABLES if environ.get(name)]
    for path in (*named, Path(DEFAULT_CA_BUNDLE_PATH), *_folder()):
        if path.absolute() != own_file.absolute():
            yield from _in_file(path)
    # What OpenSSL was built to read, and what Windows trusts.
    for der in ssl.create_default_context().get_ca_certs(binary_form=True):
        yield ssl.DER_cert_to_PEM_cert(der).strip()


def _folder() -> list[Path]:
    """The files of the folder of roots, if the system has such a one."""
    folder = ssl.get_default_verify_paths().capath
    return sorted(Path(folder).glob("*.[0-9]")) if folder and os.path.isdir(folder) else []


def _in_file(path: Path) -> Iterator[str]:
    with suppress(OSError):
        yield from _blocks(path.read_text(encoding="utf-8", errors="replace"))


def _blocks(text: str) -> list[str]:
    return _ONE.findall(text.replace("\r\n", "\n"))
