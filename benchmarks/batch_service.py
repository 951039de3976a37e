"""A stub of the service for benchmarks/batch.py: prepared answers, with the number of the HIT put in, and a limit."""

from __future__ import annotations

import json
import multiprocessing
import re
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from multiprocessing.connection import Connection as Pipe
from xml.sax.saxutils import escape

CREATED = 1565385436.0
TYPE_ID = "3BCDEFGHIJKLMNOPQRSTUVWXYZ0123"
NAMESPACE = "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/"
TERMS = ("Label a photo", "Say what is in the picture", "0.05", 600)
PAGE = """<!DOCTYPE html>
<html><head><title>${title}</title>
<script src="https://s3.amazonaws.com/mturk-public/externalHIT_v1.js"></script>
<style>img { max-width: 100%; } fieldset { border: 0; margin: 1em 0; } textarea { width: 100%; }</style></head>
<body><form name="mturk_form" method="post" id="mturk_form" action="https://www.mturk.com/mturk/externalSubmit">
<input type="hidden" name="assignmentId" value="">
<p>Say what is in the picture. If there are several animals in it, choose the one that is largest.</p>
<h2>${title}</h2><p><img src="${url}" alt=""></p>
<fieldset><label><input type="radio" name="label" value="cat" required> A cat</label>
<label><input type="radio" name="label" value="dog"> A dog</label>
<label><input type="radio" name="label" value="other"> Something else</label></fieldset>
<p><label>What else did you see? <textarea name="comment" cols="80" rows="3"></textarea></label></p>
<p><label>How sure are you, from 1 to 5? <input type="number" name="sure" min="1" max="5"></label></p>
<p><input type="submit" id="submitButton" value="Submit"></p></form>
<script>turkSetAssignmentID();</script></body></html>
"""
PLACE = b"00000000@"
_TEXT = "the picture shows a brown dog & two cats on <grass>, I am not quite sure about it"
WORDS = _TEXT.split()


def a_hit() -> bytes:
    """What CreateHIT and CreateHITWithHITType answer with."""
    question = f'<HTMLQuestion xmlns="{NAMESPACE}2011-11-11/HTMLQuestion.xsd"><HTMLContent><![CDATA[{PAGE}]]>'
    hit = {
        "HITId": f"3HIT00000000000000000{PLACE.decode()}",
        "HITTypeId": TYPE_ID,
        "HITGroupId": "3CDEFGHIJKLMNOPQRSTUVWXYZ01234",
        "CreationTime": CREATED,
        "Title": TERMS[0],
        "Description": TERMS[1],
        "Question": f"{question}</HTMLContent><FrameHeight>0</FrameHeight></HTMLQuestion>",
        "Keywords": "image, label",
        "HITStatus": "Assignable",
        "MaxAssignments": 10,
        "Reward": TERMS[2],
        "AutoApprovalDelayInSeconds": 259200,
        "Expiration": CREATED + 86400,
        "AssignmentDurationInSeconds": TERMS[3],
        "RequesterAnnotation": f"batch=0123456789abcdef;row={PLACE.decode()};part=0",
        "QualificationRequirements": [],
        "HITReviewStatus": "NotReviewed",
        "NumberOfAssignmentsPending": 0,
        "NumberOfAssignmentsAvailable": 10,
        "NumberOfAssignmentsCompleted": 0,
    }
    return json.dumps({"HIT": hit}).encode()


def an_answer(number: int) -> str:
    """Five fields; one in four documents comes from a crowd form, in which they stand as JSON."""
    words = " ".join(WORDS[(number + place * 7) % len(WORDS)] for place in range(3 + number % 15))
    label = ("cat", "dog", "other")[number % 3]
    sure, spent = 1 + number % 5, 1000 + number * 37 % 90_000
    comment = f"{words} {PLACE.decode()}"
    if number % 4 == 0:
        sent = [{"label": {"label": label}, "comment": comment, "sure": str(sure), "ms": spent, "boxes": {"a": True}}]
        fields = {"taskAnswers": json.dumps(sent)}
    else:
        fields = {"label": label, "comment": comment, "sure": str(sure), "ms": str(spent), "boxes": "a"}
    answers = "".join(
        f"<Answer><QuestionIdentifier>{name}</QuestionIdentifier><FreeText>{escape(text)}</FreeText></Answer>"
        for name, text in fields.items()
    )
    top = f'<?xml version="1.0" encoding="ASCII"?><QuestionFormAnswers xmlns="{NAMESPACE}2005-10-01/'
    return f'{top}QuestionFormAnswers.xsd">{answers}</QuestionFormAnswers>'


def a_page(first: int, size: int) -> bytes:
    """What ListAssignmentsForHIT answers with."""
    assignments = [
        {
            "AssignmentId": f"3ASSIGNMENT{number % size:09d}0{PLACE.decode()}",
            "WorkerId": f"A2WORKER{number % 900:06d}",
            "HITId": f"3HIT00000000000000000{PLACE.decode()}",
            "AssignmentStatus": "Submitted",
            "AutoApprovalTime": CREATED + 259200 + number,
            "AcceptTime": CREATED + number,
            "SubmitTime": CREATED + 60 + number * 1.5,
            "Deadline": CREATED + 600 + number,
            "Answer": an_answer(number),
        }
        for number in range(first, first + size)
    ]
    return json.dumps({"NumResults": size, "Assignments": assignments}).encode()


class Bucket:
    """Calls that may pass now: `rate` a second, `burst` at once; no limit where the rate is 0."""

    def __init__(self, rate: float, burst: int) -> None:
        self.rate, self.burst, self.level, self.at = rate, float(burst), float(burst), time.monotonic()
        self.passed = self.refused = 0
        self.lock = threading.Lock()

    def take(self) -> bool:
        if not self.rate:
            return True
        with self.lock:
            now = time.monotonic()
            self.level, self.at = min(self.burst, self.level + (now - self.at) * self.rate), now
            allowed = self.level >= 1
            self.level -= allowed
            self.passed, self.refused = self.passed + allowed, self.refused + (not allowed)
            return allowed


def serve(pipe: Pipe, size: int) -> None:
    hit, pages = a_hit(), [a_page(number * size, size) for number in range(97)]
    bucket, made = Bucket(0, 0), count(1)
    other = {
        "CreateHITType": b'{"HITTypeId":"%s"}' % TYPE_ID.encode(),
        "GetAccountBalance": b'{"AvailableBalance":"1"}',
    }

    def answer(operation: str, body: bytes) -> bytes:
        if operation in ("CreateHIT", "CreateHITWithHITType"):
            return hit.replace(PLACE, b"%09d" % next(made))
        if operation == "ListAssignmentsForHIT":
            found = re.search(rb"3HIT0*([1-9][0-9]*)", body)
            number = int(found[1]) if found else 0
            return pages[number % len(pages)].replace(PLACE, b"%09d" % number)
        return other.get(operation, b"{}")

    class Handler(socketserver.StreamRequestHandler):
        disable_nagle_algorithm = True

        def handle(self) -> None:
            while self.rfile.readline():
                headers = dict(self._headers())
                body = self.rfile.read(int(headers[b"content-length"]))
                operation = headers[b"x-amz-target"].rpartition(b".")[2].decode()
                if operation not in other and not bucket.take():
                    self._send(b"400 Bad Request", b'{"__type":"ThrottlingException","message":"Rate exceeded"}')
                else:
                    self._send(b"200 OK", answer(operation, body))

        def _headers(self) -> Iterator[tuple[bytes, bytes]]:
            while line := self.rfile.readline().strip():
                name, _, value = line.partition(b":")
                yield name.lower(), value.strip()

        def _send(self, status: bytes, body: bytes) -> None:
            head = b"HTTP/1.1 %s\r\nContent-Type: application/x-amz-json-1.1\r\nContent-Length: %d\r\n" % (
                status,
                len(body),
            )
            request_id = b"x-amzn-RequestId: 5d8d4a4a-0f5b-4f0e-9d3e-000000000000\r\n\r\n"
            self.wfile.write(head + request_id + body)

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        request_queue_size = 128

    server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    pipe.send(server.server_address[1])
    while True:
        rate, burst = pipe.recv()
        before, bucket = bucket, Bucket(rate, burst)
        pipe.send((before.passed, before.refused))


@contextmanager
def service(size: int = 10) -> Iterator[tuple[str, Callable[[float, int], tuple[int, int]]]]:
    """A server in a process of its own: its address, and what sets a limit and tells how many passed until now."""
    here, there = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(there, size), daemon=True)
    server.start()

    def limit(rate: float, burst: int) -> tuple[int, int]:
        here.send((rate, burst))
        passed, refused = here.recv()
        return passed, refused

    try:
        yield f"http://127.0.0.1:{here.recv()}/", limit
    finally:
        server.kill()
        server.join()
