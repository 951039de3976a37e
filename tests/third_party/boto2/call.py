"""Evaluates expressions of boto 2, which come as lines, on a connection; answers each with a line of JSON."""

from __future__ import annotations

import datetime
import json
import os
import sys
import warnings
from typing import Any
from urllib.parse import urlsplit

warnings.simplefilter("ignore")  # as boto 2's own

import boto.mturk.connection as mturk  # noqa: E402 - its warnings are to be silent
from boto.mturk import layoutparam, notification, price, qualification, question  # noqa: E402 - its warnings are to be silent


def plain(value: Any) -> Any:
    """What JSON has of a value."""
    if isinstance(value, list):
        told = (
            {name: inner for name, inner in vars(value).items() if name != "markers"}
            if hasattr(value, "__dict__")
            else {}
        )
        return {**told, "listed": [plain(one) for one in value]} if told else [plain(one) for one in value]
    if hasattr(value, "__dict__"):
        return {name: plain(inner) for name, inner in vars(value).items()}
    return value if isinstance(value, (str, int, float, type(None))) else str(value)


place = urlsplit(os.environ["MTURK_URL"])
names: dict[str, Any] = {
    "datetime": datetime,
    "connection": mturk.MTurkConnection(is_secure=False, host=place.hostname, port=place.port),
    **{
        name: one
        for module in (layoutparam, price, qualification, question, notification)
        for name, one in vars(module).items()
    },
}
for line in sys.stdin:
    try:
        told = {"answer": plain(eval(json.loads(line), names))}
    except mturk.MTurkRequestError as error:
        told = {"code": error.error_code, "message": error.error_message, "status": error.status}
    print(json.dumps(told), flush=True)
