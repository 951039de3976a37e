"""The marketplace that Amazon's hosts are led to: its address, checked."""

from __future__ import annotations

import ssl
from urllib.parse import urlsplit

from mturk.errors import ConfigurationError
from mturk.redirect.aws_host import is_led, is_this_machine


class Destination:
    """The address of a marketplace, such as http://127.0.0.1:8017 or https://turk.my-lab.org."""

    def __init__(self, url: str) -> None:
        try:
            parts = urlsplit(url)
            self.host, port = parts.hostname or "", parts.port
        except ValueError:
            raise _refusal(url) from None
        if parts.scheme not in ("http", "https") or not self.host or parts.username is not None or port == 0:
            raise _refusal(url)
        if parts.path not in ("", "/") or parts.query or parts.fragment:
            # Bytes are passed on as they come, with the paths that programs know.
            raise ConfigurationError(f"{url} has a path; programs know none. Name the host: https://turk.my-lab.org.")
        if is_led(self.host):
            raise ConfigurationError(f"{self.host} is Amazon's, from where calls are led away. Name a marketplace.")
        self.port = port or (443 if parts.scheme == "https" else 80)
        self.url = url.rstrip("/")
        # Of HTTP/2 nothing is known here.
        self.tls = ssl.create_default_context() if parts.scheme == "https" else None
        if self.tls:
            self.tls.set_alpn_protocols(["http/1.1"])

    def __repr__(self) -> str:
        return f"<Destination {self.url}>"

    @property
    def is_readable_on_the_way(self) -> bool:
        """Whether what is sent there passes a network unencrypted."""
        return self.tls is None and not is_this_machine(self.host)


def _refusal(url: str) -> ConfigurationError:
    return ConfigurationError(f"A marketplace has an address such as http://127.0.0.1:8017, not {url!r}.")
