"""What somebody tries who has no key, or not the right one. What each gives is what the list holds it against."""

from __future__ import annotations

import gzip
import json
import re
import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from tests.attacks.arena import ADA, Attacker

SOON = 15.0  # seconds; an idle connection may stay for 20


def flood(a: Attacker, sent: str = "", *, addresses: int = 2) -> str:
    """As many connections as there is room for and more, and then somebody honest."""
    strangers = [a.arena.home() for _ in range(addresses)]
    with ExitStack() as stack:
        for one in strangers:
            stack.enter_context(one.lines(160 // addresses, sent))
        began = time.monotonic()
        said = str(a.honest())
        assert time.monotonic() - began < SOON, "somebody honest had to wait until strangers were too slow"
        return said


def drip(a: Attacker, begun: str, piece: str) -> int:
    """A request that comes a little at a time."""
    with a.line() as line:
        line.send(begun)
        return line.drip(piece)


def posted(a: Attacker, body: str, *, to: str = "/", kind: str = "application/json") -> int:
    """A body without a key; the status."""
    head = f"POST {to} HTTP/1.1\nHost: lab\nConnection: close\nContent-Type: {kind}\nContent-Length: {len(body)}\n\n"
    with a.line() as line:
        line.send(head, body)
        return int(line.everything().split()[1])


def chunked(a: Attacker, pieces: int) -> int:
    """Chunks of 50 kB without an end, and without a key; the status."""
    with a.line() as line:
        line.send("POST / HTTP/1.1\nHost: lab\nConnection: close\nTransfer-Encoding: chunked\n\n")
        line.send(*([f"C350\n{'x' * 50_000}\n"] * pieces), "0\n\n")
        return int(line.everything().split()[1])


def packed(a: Attacker) -> str:
    """A body that would be a thousand times as large if it were unpacked."""
    body = gzip.compress(b" " * 50_000_000)
    return a.rival.send("GetAccountBalance", body, signed={"content-encoding": "gzip"}).code


def guesses(a: Attacker, key: Callable[[int], dict[str, str]]) -> list[str]:
    """The last words that somebody hears who guesses keys, and those that others hear."""
    said = [a.lab.spoilt(**key(number)) for number in range(30)]
    return [said[-1], a.honest()]


def bonus_for(a: Attacker, assignment: str) -> dict[str, str]:
    """A bonus with a token that was never used."""
    paid = {"AssignmentId": assignment, "WorkerId": ADA, "BonusAmount": "0.10", "Reason": "thorough"}
    return {**paid, "UniqueRequestToken": f"token {a.number()}"}


def overheard(a: Attacker, **instead: Any) -> list[str]:
    """A bonus that somebody on the way sends again, within five minutes and byte by byte, and how often it was paid."""
    assignment = a.submitted()
    bonus = bonus_for(a, assignment)
    headers, body = a.lab.written("SendBonus", json.dumps(bonus).encode())
    first = a.lab.send_again(headers, body)
    again = a.lab.send_again({**headers, **instead.get("headers", {})}, instead.get("body", body))
    paid = a.lab.answer("ListBonusPayments", AssignmentId=assignment)["NumResults"]
    return [first.code, again.code, str(paid)]


def passwords(a: Attacker) -> list[int]:
    """What is answered to so many wrong passwords for a name."""
    visitor, name = a.browser(), f"A4GUESSED{a.number()}"
    said = [visitor.sign_in(name, f"wrong {number}").status_code for number in range(11)]
    return sorted(set(said[:10])) + said[10:]


def names_tried(a: Attacker, path: str = "/worker/sign-in") -> bool:
    """Whether a name that somebody has is answered as one that nobody has."""
    said = []
    for name in (ADA, f"A1{a.number()}NOBODY"):
        visitor = a.browser()
        answer = visitor.post(path, page=path, worker_id=name, password="wrong password", email=f"{name}@example.org")
        text = re.sub(r'value="[^"]*"', "", answer.text.replace(name, "NAME"))
        said.append((answer.status_code, text))
    return said[0] == said[1]


def told_host(a: Attacker, path: str, **headers: str) -> bool:
    """Whether a page names a host that only its visitor spoke of."""
    answer = a.browser().get(path, **headers)
    assert answer.status_code in (200, 403), answer.status_code
    return "evil.example" in answer.text + str(answer.headers)


def protection(a: Attacker, path: str) -> list[str]:
    """What keeps a page from being framed by another, and from loading what is not ours."""
    headers = a.browser().get(path).headers
    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    return [
        headers["X-Frame-Options"],
        policy["frame-ancestors"],
        policy["script-src"],
        headers["X-Content-Type-Options"],
    ]


def sql_sign_in(a: Attacker) -> int:
    """What is answered to SQL as a name."""
    return a.browser().sign_in("' OR '1'='1' --", "' OR '1'='1' --").status_code
