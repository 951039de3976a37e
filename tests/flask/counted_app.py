"""The sample app, which also writes down each time that a handler is told of an event."""

from __future__ import annotations

import os

from examples.flask_app.app import create_app, mturk
from mturk.event.event import Event


@mturk.on("any")
def write_down(event: Event) -> None:
    """One line for each time; a line this short is written whole by each process."""
    line = f"{event.type} {event.assignment_id} {event.source} {os.getpid()}\n".encode()
    file = os.open(os.environ["TOLD"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(file, line)
    os.close(file)


app = create_app()
