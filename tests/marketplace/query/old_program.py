"""A program of before 2017: it signs as the Node modules did, or as boto 2 did, and reads the XML of then."""

from __future__ import annotations

import base64
import hmac
import time
from typing import Any
from urllib.parse import urlencode
from xml.etree.ElementTree import Element, fromstring

import requests

from mturk.marketplace import Marketplace

SERVICE = "AWSMechanicalTurkRequester"
WAIT = 20


class Refused(Exception):
    """The answer has an error."""

    def __init__(self, code: str, message: str, *, in_front: bool, status: int) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.in_front = in_front
        self.status = status


class OldProgram:
    """Calls a marketplace; `way` is GET or POST, `version` the signature's."""

    def __init__(self, market: Marketplace, *, way: str = "POST", version: str = "0", name: str | None = None) -> None:
        who = market if name is None else market.requester(name)
        self.url, self.way, self.version = market.url, way, version
        self.access_key, self.secret_key = who.access_key, who.secret_key

    def signed(self, operation: str, given: dict[str, Any], moment: str | None = None) -> dict[str, str]:
        """All parameters of a call."""
        written = moment or time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        named = {"AWSAccessKeyId": self.access_key, "Operation": operation, "Timestamp": written}
        if self.version == "1":
            whole = {**named, "SignatureVersion": "1", **{name: str(value) for name, value in given.items()}}
            text = "".join(f"{name}{whole[name]}" for name in sorted(whole, key=str.lower))
        else:
            whole = {**named, "Service": SERVICE, **{name: str(value) for name, value in given.items()}}
            text = f"{SERVICE}{operation}{written}"
        return {**whole, "Signature": self.signature(text)}

    def signature(self, text: str) -> str:
        """What signs a text."""
        return base64.b64encode(hmac.digest(self.secret_key.encode(), text.encode(), "sha1")).decode()

    def send(self, fields: dict[str, str] | str, way: str | None = None) -> requests.Response:
        """Send parameters as they are."""
        written = fields if isinstance(fields, str) else urlencode(fields)
        if (way or self.way) == "GET":
            return requests.get(f"{self.url}/?{written}", timeout=WAIT)
        kind = {"content-type": "application/x-www-form-urlencoded; charset=UTF-8"}
        return requests.post(f"{self.url}/", written, headers=kind, timeout=WAIT)

    def call(self, operation: str, given: dict[str, Any] | None = None) -> Element:
        """The result of a call."""
        return read(self.send(self.signed(operation, given or {})))


def read(reply: requests.Response) -> Element:
    """The result in an answer; raises its error."""
    assert reply.headers["content-type"].startswith("text/xml")
    root = fromstring(reply.content)
    assert root.findtext("OperationRequest/RequestId") == reply.headers["x-amzn-requestid"]
    error = root.find(".//Error")
    if error is not None:
        in_front = root.find("OperationRequest/Errors") is not None
        told = str(error.findtext("Code")), str(error.findtext("Message"))
        raise Refused(*told, in_front=in_front, status=reply.status_code)
    result: Element = root[1]
    assert result.findtext("Request/IsValid") == "True"
    return result
