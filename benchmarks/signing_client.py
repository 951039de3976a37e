"""A client that costs little itself, so that what is measured is the server."""

from __future__ import annotations

import datetime
import hashlib
import hmac
import http.client
import json
import time
from typing import Any


class Client:
    """One connection that signs and sends calls with as little ado as possible."""

    def __init__(self, url: str, access_key: str, secret_key: str) -> None:
        self._host = url.removeprefix("http://")
        self._http = http.client.HTTPConnection(self._host)
        self._access_key = access_key
        day = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%d")
        self._scope = f"{day}/us-east-1/mturk-requester/aws4_request"
        self._key = f"AWS4{secret_key}".encode()
        for part in self._scope.split("/"):
            self._key = self._hmac(part).digest()

    def call(self, operation: str, members: dict[str, Any]) -> dict[str, Any]:
        body = json.dumps(members).encode()
        date = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        target = f"MTurkRequesterServiceV20170117.{operation}"
        canonical = (
            f"POST\n/\n\nhost:{self._host}\nx-amz-date:{date}\nx-amz-target:{target}\n\n"
            f"host;x-amz-date;x-amz-target\n{hashlib.sha256(body).hexdigest()}"
        )
        digest = hashlib.sha256(canonical.encode()).hexdigest()
        signature = self._hmac(f"AWS4-HMAC-SHA256\n{date}\n{self._scope}\n{digest}").hexdigest()
        headers = {
            "Host": self._host,
            "X-Amz-Date": date,
            "X-Amz-Target": target,
            "Content-Type": "application/x-amz-json-1.1",
            "Authorization": f"AWS4-HMAC-SHA256 Credential={self._access_key}/{self._scope}, "
            f"SignedHeaders=host;x-amz-date;x-amz-target, Signature={signature}",
        }
        self._http.request("POST", "/", body, headers)
        answer = self._http.getresponse()
        content = answer.read()
        if answer.status != 200:
            raise RuntimeError(content.decode())
        return dict(json.loads(content))

    def _hmac(self, text: str) -> Any:
        return hmac.new(self._key, text.encode(), hashlib.sha256)
