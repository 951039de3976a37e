"""Serves the sample project by waitress on a free port, and prints its address; SIGTERM ends it."""

from __future__ import annotations

import signal
import sys
from typing import NoReturn

import waitress
from django.core.wsgi import get_wsgi_application


def end(*_: object) -> NoReturn:
    sys.exit(0)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, end)
    server = waitress.create_server(get_wsgi_application(), host="127.0.0.1", port=int(sys.argv[1]))
    print(f"http://127.0.0.1:{server.effective_port}", flush=True)
    server.run()
