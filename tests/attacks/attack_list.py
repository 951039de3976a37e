"""All attacks, a line each: its name, the fronts it is carried out at, what is sent, and what must come back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from tests.attacks import accident, document, requester, service, stranger, worker
from tests.attacks.arena import EVE, Attacker
from tests.attacks.caller import written
from tests.marketplace.sample import hit_arguments, html_question, type_arguments

ALL = ("embedded", "served", "postgresql", "nginx")
HERE = ("embedded",)
IMPATIENT = ("impatient",)  # where a head has two seconds
DIRECT = ("embedded", "served")  # what a proxy would not hand on
WIRE = ("embedded", "served", "nginx")  # what happens before a call is carried out
DATA = ("embedded", "postgresql")  # what the database has a say in
PAGE = ("embedded", "nginx")  # what a proxy could make worse
NGINX = ("nginx",)

GET = "GET / HTTP/1.1\nHost: lab\n"
POST = "POST / HTTP/1.1\nHost: lab\n"
SITE = "POST /worker/sign-in HTTP/1.1\nHost: lab\n"
CHUNKED = "Transfer-Encoding: chunked\n"
REFUSED = (400, 1)
NOBODY = "MissingAuthenticationTokenException"
FORGED = "InvalidSignatureException"
GIVEN_UP = "TransportError, given up"
FORM = "application/x-www-form-urlencoded"
UNREADABLE = "SerializationException"
INVALID = "InvalidParameterValue"
MALFORMED = "ValidationException"
NOWHERE = "InvalidTransportEndpoint"


class Attack(NamedTuple):
    """A line of the list, in a family that docs/security.md has a line for."""

    family: str
    name: str
    fronts: tuple[str, ...]
    sent: Callable[[Attacker], Any]
    back: Any


# fmt: off
FAMILIES: dict[str, tuple[tuple[Any, ...], ...]] = {
    "places": (
        ("more idle connections than there are places", WIRE, lambda a: stranger.flood(a), "ok"),
        ("more half heads than there are places", WIRE, lambda a: stranger.flood(a, POST), "ok"),
        ("more half bodies than there are places", WIRE, lambda a: stranger.flood(a, SITE + "Content-Length: 90\n\nx"), "ok"),
        ("idle connections of one address", WIRE, lambda a: stranger.flood(a, addresses=1), "ok"),
    ),
    "slowness": (
        ("a head that comes a byte at a time", IMPATIENT, lambda a: stranger.drip(a, "", "G"), 408),
        ("headers that never end", IMPATIENT, lambda a: stranger.drip(a, GET, "a: b\n"), 408),
        ("a body that comes a byte at a time", IMPATIENT, lambda a: stranger.drip(a, SITE + "Content-Length: 90000\n\n", "x"), 408),
        ("chunks that come a byte at a time", IMPATIENT, lambda a: stranger.drip(a, SITE + CHUNKED + "\n", "1\nx\n"), 408),
        ("headers that never end, in front", NGINX, lambda a: stranger.drip(a, GET, "a: b\n"), 0),
    ),
    "sizes": (
        ("a head of 100 kB", DIRECT, lambda a: a.raw(GET + f"A: {'b' * 100_000}\n\n", ""), (431, 1)),
        ("a large body without a key that is only announced", DIRECT, lambda a: a.raw(POST + "Content-Length: 100000\n\n", ""), REFUSED),
        ("a body that no call has", WIRE, lambda a: stranger.posted(a, "x" * 3_000_000), 413),
        ("a body of 240 MB that is only announced", DIRECT, lambda a: a.raw(POST + "Content-Length: 240000000\n\n", ""), (413, 1)),
        ("240 MB that are only announced, in front", NGINX, lambda a: a.raw(POST + "Content-Length: 240000000\n\n", ""), (413, 1)),
        ("chunks without an end", WIRE, lambda a: stranger.chunked(a, 60), 413),
        ("a form of a million fields", WIRE, lambda a: stranger.posted(a, "a&" * 300_000, to="/worker/sign-in", kind=FORM), 413),
    ),
    "bodies": (
        ("a body that would be large if it were unpacked", WIRE, stranger.packed, UNREADABLE),
        ("lists in lists in lists", WIRE, lambda a: a.rival.spoilt(body=b"[" * 100_000), UNREADABLE),
        ("objects in objects in objects", WIRE, lambda a: a.rival.spoilt(body=b'{"a":' * 60_000), UNREADABLE),
        ("a number of 100,000 digits", WIRE, lambda a: a.rival.spoilt("ListHITs", body=b'{"MaxResults": %s}' % (b"9" * 100_000)), UNREADABLE),
        ("a body that is no text", WIRE, lambda a: a.rival.spoilt(body=b"\xff\xfe{}"), UNREADABLE),
    ),
    "readings": (
        ("a length and chunks", WIRE, lambda a: a.raw(POST + "Content-Length: 5\n" + CHUNKED + "\n0\n\n"), REFUSED),
        ("chunks and a length", WIRE, lambda a: a.raw(POST + CHUNKED + "Content-Length: 5\n\n0\n\n"), REFUSED),
        ("two lengths", WIRE, lambda a: a.raw(POST + "Content-Length: 5\nContent-Length: 6\n\nhello"), REFUSED),
        ("a length with a sign", WIRE, lambda a: a.raw(POST + "Content-Length: +5\n\nhello"), REFUSED),
        ("chunks under two names", DIRECT, lambda a: a.raw(POST + "Transfer-Encoding: chunked, chunked\n\n0\n\n"), REFUSED),
        ("a size of a chunk that is none", WIRE, lambda a: a.raw(POST + CHUNKED + "\n0x5\nhello\n0\n\n"), REFUSED),
        ("a chunk longer than its size", DIRECT, lambda a: a.raw(POST + CHUNKED + "\n5\nhello!\n0\n\n"), REFUSED),
        ("chunks in HTTP/1.0", DIRECT, lambda a: a.raw("POST / HTTP/1.0\nHost: lab\n" + CHUNKED + "\n0\n\n"), REFUSED),
        ("a doubled Authorization", WIRE, lambda a: a.raw(POST + "Authorization: a\nAuthorization: b\n\n"), REFUSED),
        ("a doubled Host", WIRE, lambda a: a.raw(POST + "Host: other\n\n"), REFUSED),
        ("a folded header", DIRECT, lambda a: a.raw(GET + "Accept: text/html,\n */*\n\n"), REFUSED),
        ("a LF by itself", DIRECT, lambda a: a.raw(GET + "Accept: a\vX: y\n\n"), REFUSED),
        ("a NUL", WIRE, lambda a: a.raw(GET + "Accept: a\0b\n\n"), REFUSED),
        ("a blank before the colon", DIRECT, lambda a: a.raw(POST + "Content-Length : 5\n\nhello"), REFUSED),
        ("an address of another host", DIRECT, lambda a: a.raw("GET http://[ HTTP/1.1\nHost: lab\n\n"), REFUSED),
    ),
    "signatures": (
        ("a call without a signature", WIRE, lambda a: a.nobody("GetAccountBalance"), NOBODY),
        ("a call with a signature that is empty", WIRE, lambda a: a.lab.spoilt(authorization=lambda header: header.rpartition("=")[0] + "="), "IncompleteSignatureException"),
        ("a secret that is wrong", WIRE, lambda a: a.lab.spoilt(secret="x"), FORGED),
        ("a key that nobody has", WIRE, lambda a: a.lab.spoilt(key="AKIANOBODY"), "UnrecognizedClientException"),
        ("the name of another's key", WIRE, lambda a: a.rival.spoilt(key=a.arena.market.requester("lab").access_key), FORGED),
        ("a signature of six minutes ago", WIRE, lambda a: a.lab.spoilt(late=-360), FORGED),
        ("a signature of the day after tomorrow", WIRE, lambda a: a.lab.spoilt(late=172_800), FORGED),
        ("a signature of the year 9999", WIRE, lambda a: a.lab.spoilt(date="99991231T235959Z"), FORGED),
        ("a date that is none", WIRE, lambda a: a.lab.spoilt(date="20269999T999999Z"), "IncompleteSignatureException"),
        ("another body under a signature", WIRE, lambda a: a.lab.spoilt(sent=b'{"a": 1}'), FORGED),
        ("another operation under a signature", WIRE, lambda a: a.lab.spoilt(more={"x-amz-target": "MTurkRequesterServiceV20170117.ListHITs"}), FORGED),
        ("another time under a signature", WIRE, lambda a: a.lab.spoilt(more={"x-amz-date": written(1.8e9)}), FORGED),
        ("a signature for another host", WIRE, lambda a: a.lab.spoilt(host="mturk.evil.example", more={"host": a.url.partition("//")[2]}), FORGED),
        ("a signature that leaves out what is called", WIRE, lambda a: a.lab.spoilt(unsigned="x-amz-target"), FORGED),
        ("a signature that leaves out for whom", WIRE, lambda a: a.lab.spoilt(unsigned="host"), FORGED),
        ("a signature for another service", WIRE, lambda a: a.lab.spoilt(scope="sqs"), FORGED),
        ("a key that was revoked", ALL, requester.revoked, ["ok", "UnrecognizedClientException", "UnrecognizedClientException"]),
    ),
    "guesses": (
        ("guesses of a secret", WIRE, lambda a: stranger.guesses(a, lambda number: {"secret": f"guess {number}"}), ["ThrottlingException", "ok"]),
        ("guesses of keys", WIRE, lambda a: stranger.guesses(a, lambda number: {"key": f"AKIA{number}"}), ["ThrottlingException", "ok"]),
        ("guesses that name another address each time", WIRE, lambda a: stranger.guesses(a, lambda number: {"secret": "x", "more": {"X-Forwarded-For": f"192.0.2.{number}"}}), ["ThrottlingException", "ok"]),
    ),
    "repetition": (
        ("a bonus that is overheard and sent again", ALL, stranger.overheard, ["ok", "DuplicateCall", "1"]),
        ("a bonus that is overheard and made larger", ALL, lambda a: stranger.overheard(a, body=b"{}"), ["ok", FORGED, "1"]),
    ),
    "neighbours": (
        ("another's HIT is read", DATA, lambda a: a.rival("GetHIT", HITId=a.hit), "HITDoesNotExist"),
        ("another's answers are listed", DATA, lambda a: a.rival("ListAssignmentsForHIT", HITId=a.hit), "HITDoesNotExist"),
        ("another's answer is read", DATA, lambda a: a.rival("GetAssignment", AssignmentId=a.done), "AssignmentDoesNotExist"),
        ("another's assignment is approved", DATA, lambda a: a.rival("ApproveAssignment", AssignmentId=a.done), "AssignmentDoesNotExist"),
        ("another's assignment is rejected", DATA, lambda a: a.rival("RejectAssignment", AssignmentId=a.done, RequesterFeedback="no"), "AssignmentDoesNotExist"),
        ("a bonus for another's assignment", DATA, lambda a: a.rival("SendBonus", AssignmentId=a.done, WorkerId=EVE, BonusAmount="1.00", Reason="r"), "AssignmentDoesNotExist"),
        ("another's bonuses are listed", DATA, lambda a: a.rival("ListBonusPayments", HITId=a.hit), "HITDoesNotExist"),
        ("another's HIT is ended", DATA, lambda a: a.rival("UpdateExpirationForHIT", HITId=a.hit, ExpireAt=0), "HITDoesNotExist"),
        ("another's HIT is deleted", DATA, lambda a: a.rival("DeleteHIT", HITId=a.hit), "HITDoesNotExist"),
        ("another's HIT is extended", DATA, lambda a: a.rival("CreateAdditionalAssignmentsForHIT", HITId=a.hit, NumberOfAdditionalAssignments=1), "HITDoesNotExist"),
        ("another's HIT is taken for reviewed", DATA, lambda a: a.rival("UpdateHITReviewStatus", HITId=a.hit), "HITDoesNotExist"),
        ("another's reviews are read", DATA, lambda a: a.rival("ListReviewPolicyResultsForHIT", HITId=a.hit), "HITDoesNotExist"),
        ("another's file is fetched", DATA, lambda a: a.rival("GetFileUploadURL", AssignmentId=a.done, QuestionIdentifier="label"), "AssignmentDoesNotExist"),
        ("a HIT of another's type", DATA, lambda a: a.rival("CreateHITWithHITType", HITTypeId=a.hit_type, LifetimeInSeconds=60, Question=html_question()), "HITTypeDoesNotExist"),
        ("another's HIT gets another type", DATA, lambda a: a.rival("UpdateHITTypeOfHIT", HITId=a.hit, HITTypeId=a.rival.answer("CreateHITType", **type_arguments())["HITTypeId"]), "HITDoesNotExist"),
        ("events of another's HITs", DATA, requester.notified_of_the_labs, "HITTypeDoesNotExist"),
        ("another's qualification type is changed", DATA, lambda a: a.rival("UpdateQualificationType", QualificationTypeId=a.skill, Description="mine"), "QualificationTypeDoesNotExist"),
        ("another's qualification type is deleted", DATA, lambda a: a.rival("DeleteQualificationType", QualificationTypeId=a.skill), "QualificationTypeDoesNotExist"),
        ("another's qualification is granted", DATA, lambda a: a.rival("AssociateQualificationWithWorker", QualificationTypeId=a.skill, WorkerId=EVE), "QualificationTypeDoesNotExist"),
        ("another's qualified workers are listed", DATA, lambda a: a.rival("ListWorkersWithQualificationType", QualificationTypeId=a.skill), "QualificationTypeDoesNotExist"),
        ("another's HITs in a list", DATA, lambda a: requester.listed(a, "ListHITs"), False),
        ("another's HITs to be reviewed, by their type", DATA, lambda a: a.rival("ListReviewableHITs", HITTypeId=a.hit_type), "HITTypeDoesNotExist"),
        ("another's messages are received", DATA, lambda a: requester.queues_of(a, "ReceiveMessage"), "QueueDoesNotExist"),
        ("another's queue is written to", DATA, lambda a: requester.queues_of(a, "SendMessage", MessageBody="x"), "QueueDoesNotExist"),
        ("another's queue is emptied", DATA, lambda a: requester.queues_of(a, "PurgeQueue"), "QueueDoesNotExist"),
        ("another's queue is deleted", DATA, lambda a: requester.queues_of(a, "DeleteQueue"), "QueueDoesNotExist"),
        ("a worker id that nobody has", DATA, lambda a: a.rival("CreateWorkerBlock", WorkerId="A3NOBODY", Reason="r"), INVALID),
    ),
    "amounts": (
        ("a bonus below nothing", DATA, lambda a: a.lab("SendBonus", AssignmentId=a.done, WorkerId=EVE, BonusAmount="-1.00", Reason="r"), MALFORMED),
        ("a bonus of an amount that is no number", DATA, lambda a: a.lab("SendBonus", AssignmentId=a.done, WorkerId=EVE, BonusAmount="NaN", Reason="r"), MALFORMED),
        ("a bonus in powers of ten", DATA, lambda a: a.lab("SendBonus", AssignmentId=a.done, WorkerId=EVE, BonusAmount="1e9", Reason="r"), MALFORMED),
        ("a reward below nothing", DATA, lambda a: a.rival("CreateHIT", **hit_arguments(Reward="-0.05")), MALFORMED),
        ("more places than numbers have", DATA, lambda a: a.rival("CreateHIT", **hit_arguments(MaxAssignments=10**18)), INVALID),
        ("more work than there is money for", DATA, lambda a: a.rival("CreateHIT", **hit_arguments(Reward="5000.00", MaxAssignments=9)), "InsufficientFunds"),
    ),
    "haste": (
        ("the same money is spent many times at once", ALL, requester.spent_at_once, (2, "0.00")),
        ("one bonus is paid many times at once", ALL, requester.bonus_at_once, (1, 1)),
        ("an assignment is approved and rejected at once", ALL, requester.decided_at_once, (1, ["InvalidAssignmentState", "ok"])),
        ("answers that come many times at once", ALL, worker.submitted_twice, ([200] + [409] * 7, 1)),
        ("one place for many workers at once", ALL, worker.over_accepted, [1, 1]),
    ),
    "documents": (
        ("a billion laughs", DIRECT, lambda a: document.question(a, document.BILLION_LAUGHS), INVALID),
        ("an entity that is a file", DIRECT, lambda a: document.question(a, document.ENTITY_OF_A_FILE), INVALID),
        ("an entity that is on a server", DIRECT, lambda a: document.question(a, document.ENTITY_OF_A_SERVER), INVALID),
        ("an entity of a document's type", DIRECT, lambda a: document.question(a, document.PARAMETER_ENTITY), INVALID),
        ("a document type of another server's", DIRECT, lambda a: document.question(a, document.OTHER_DTD), INVALID),
        ("a file that is included", DIRECT, lambda a: document.question(a, document.INCLUSION), INVALID),
        ("tags that never end", DIRECT, lambda a: document.question(a, document.NEVER_ENDING), INVALID),
        ("elements in elements in elements", DIRECT, lambda a: document.question(a, document.DEEP), INVALID),
        ("an entity in a test", DIRECT, lambda a: document.skill(a, Test=document.ENTITY_OF_A_FILE), INVALID),
        ("an entity in an answer key", DIRECT, lambda a: document.skill(a, AnswerKey=document.KEY_WITH_ENTITY), INVALID),
        ("an expression that takes years", DIRECT, document.checked_by_expression, 422),
        ("an answer that ends the document around it", PAGE, lambda a: worker.answered(a, "]]></FreeText></Answer><x>&amp;"), ["]]></FreeText></Answer><x>&amp;"]),
    ),
    "SQL": (
        ("SQL in names and words", DATA, lambda a: requester.sql(a, "'; DROP TABLE hit; --"), [MALFORMED, "'; DROP TABLE hit; --", "'; DROP TABLE hit; --", "ok"]),
        ("SQL in a page of a list", DATA, lambda a: a.rival("ListHITs", NextToken="' OR 1=1 --"), INVALID),
        ("SQL at the sign-in", DATA, stranger.sql_sign_in, 403),
    ),
    "destinations": (
        ("events to where clouds hand out keys", DIRECT, lambda a: requester.notified(a, "https://169.254.169.254/1/events"), NOWHERE),
        ("events to this machine", DIRECT, lambda a: requester.notified(a, "https://127.0.0.1:8017/1/events"), NOWHERE),
        ("events to this machine by its name", DIRECT, lambda a: requester.notified(a, "https://localhost:8017/1/events"), NOWHERE),
        ("events to this machine in plain http", DIRECT, lambda a: requester.notified(a, "http://127.0.0.1:8017/1/events"), NOWHERE),
        ("events to a private address", DIRECT, lambda a: requester.notified(a, "https://10.0.0.1/1/events"), NOWHERE),
        ("events to a private address in six groups", DIRECT, lambda a: requester.notified(a, "https://[::ffff:10.0.0.1]/1/events"), NOWHERE),
        ("events to a file", DIRECT, lambda a: requester.notified(a, "file:///etc/passwd"), NOWHERE),
        ("events with a header in their address", DIRECT, lambda a: requester.notified(a, "https://example.org/1/events\r\nX-Evil: 1"), NOWHERE),
    ),
    "hoards": (
        ("questions without end", DATA, requester.hoarded_questions, "QuotaExceeded"),
        ("queues without end", DATA, requester.hoarded_queues, "OverLimit"),
        ("a reason of a megabyte", DATA, lambda a: a.lab("SendBonus", AssignmentId=a.done, WorkerId=EVE, BonusAmount="0.01", Reason="x" * 1_000_000), INVALID),
        ("more calls than a requester may make", HERE, accident.hurried, ["ok", "ThrottlingException", "ok"]),
    ),
    "files of the database": (
        ("the database is taken away while it is used", HERE, accident.vanished, (["ServiceUnavailable"] * 2, False, ["ok", "ok"])),
        ("the database is replaced while it is used", HERE, accident.replaced, ["ServiceUnavailable"] * 2),
        ("the database is lost, and its key is not", HERE, lambda a: accident.start_after(a, accident.lose), "refused"),
        ("the master key is opened to others", HERE, lambda a: accident.start_after(a, accident.loosen), "refused"),
        ("the files are read by others", HERE, accident.modes, {"0o600"}),
        ("the database is copied", HERE, accident.copied, False),
    ),
    "lock and clock": (
        ("the lock is held while many wait to write", HERE, accident.held_up, ("ok", True, ["ok"])),
        ("the machine's clock goes back", HERE, accident.turned_back, (False, False)),
        ("the clock is moved on ten thousand years", HERE, accident.moved_on, (False, "ok")),
    ),
    "assignments": (
        ("another's assignment is looked at", PAGE, lambda a: a.eve.get(f"/worker/assignments/{a.held}").status_code, 404),
        ("another's assignment is handed in", PAGE, lambda a: worker.by_eve(a, "/worker/assignments/{}", label="x"), (404, "in hand")),
        ("another's assignment is given back", PAGE, lambda a: worker.by_eve(a, "/worker/assignments/{}/return"), (404, "in hand")),
        ("another's messages are read", PAGE, worker.adas_message, [200, 404]),
    ),
    "rights to submit": (
        ("answers without a right", PAGE, lambda a: a.eve.send("/mturk/externalSubmit", {"assignmentId": a.held, "label": "x"}).status_code, 403),
        ("a right that was made up", PAGE, lambda a: a.eve.send("/pass/x.y/mturk/externalSubmit", {"assignmentId": a.held}).status_code, 403),
        ("a right of which a letter is changed", PAGE, lambda a: worker.submitted_with(a, lambda way: way.replace("/pass/", "/pass/x")), (403, "in hand")),
        ("a right for another assignment", PAGE, lambda a: worker.submitted_with(a, lambda way: way, assignmentId=a.held), (409, "in hand")),
        ("a right of which the time is over", PAGE, worker.submitted_late, 409),
    ),
    "passwords": (
        ("passwords are guessed", PAGE, stranger.passwords, [403, 429]),
        ("names are tried at the sign-in", PAGE, stranger.names_tried, True),
        ("names are tried for a new password", PAGE, lambda a: stranger.names_tried(a, "/worker/forgotten-password"), True),
        ("an invitation that is guessed", PAGE, lambda a: a.page("/worker/sign-up?invitation=guessed"), 403),
    ),
    "cookies": (
        ("a session that was put there before", PAGE, worker.fixed_session, (True, False)),
        ("a cookie that was stolen, after its owner has left", PAGE, worker.signed_out, (True, False)),
        ("a cookie that is signed by somebody else", PAGE, lambda a: worker.forged(a, lambda cookie: cookie.rpartition(".")[0] + ".x"), False),
        ("a cookie that was changed", PAGE, lambda a: worker.forged(a, lambda cookie: "e" + cookie), False),
    ),
    "forms": (
        ("a form that another site sends", PAGE, lambda a: a.ada.send("/worker/sign-out", {}).status_code, 400),
        ("a form with the token of somebody else", PAGE, lambda a: a.ada.send("/worker/sign-out", {"csrf_token": a.eve.token()}).status_code, 400),
    ),
    "scripts and frames": (
        ("a page of the site in another's frame", PAGE, lambda a: stranger.protection(a, "/worker/sign-in"), ["DENY", "'none'", "'self'", "nosniff"]),
        ("a requester's script in the site's name", PAGE, worker.sandbox, [False, False, False]),
        ("a script in a title", PAGE, lambda a: worker.shown(a, Title="<script>alert(1)</script>"), [False, False]),
        ("a script in a description", PAGE, lambda a: worker.shown(a, Description="<img src=x onerror=alert(1)>"), [False, False]),
        ("a script in a search", PAGE, lambda a: "<script>alert" in a.ada.get("/worker/?q=<script>alert(1)</script>").text, False),
    ),
    "ways back": (
        ("a way back that leads elsewhere", PAGE, lambda a: worker.led_to(a, "https://evil.example/"), ("/worker/", False)),
        ("a way back without a scheme", PAGE, lambda a: worker.led_to(a, "//evil.example/"), ("/worker/", False)),
        ("a way back with a backslash", PAGE, lambda a: worker.led_to(a, "/\\evil.example/"), ("/worker/", False)),
        ("a way back that is a script", PAGE, lambda a: worker.led_to(a, "javascript:alert(1)"), ("/worker/", False)),
        ("a way back with a header in it", PAGE, lambda a: worker.led_to(a, "/worker/\r\nX-Evil: 1"), ("/worker/", False)),
    ),
    "hosts": (
        ("a Host that is another's", PAGE, lambda a: stranger.told_host(a, "/worker/sign-up?invitation=x", Host="evil.example"), False),
        ("a Host that is another's, at work", PAGE, lambda a: stranger.told_host(a, f"/worker/assignments/{a.held}", Host="evil.example", Cookie=a.ada.header), False),
        ("a Host that somebody claims to have been sent", PAGE, lambda a: stranger.told_host(a, f"/worker/assignments/{a.held}", X_Forwarded_Host="evil.example", Cookie=a.ada.header), False),
        ("a Host that is none", DIRECT, lambda a: a.raw("GET /worker/ HTTP/1.1\nHost: a..b\nConnection: close\n\n", ""), (400, 1)),
    ),
    "paths": (
        ("a path that leads out of the site's files", DIRECT, lambda a: a.page("/worker/static/../../../../../etc/passwd"), 404),
        ("a path with coded dots", DIRECT, lambda a: a.page("/worker/static/%2e%2e/%2e%2e/%2e%2e/site.py"), 404),
        ("a path with coded slashes", DIRECT, lambda a: a.page("/mturk/asset/..%2f..%2f..%2fpremises.py"), 404),
        ("a path that leads out, in front", NGINX, lambda a: a.page("/worker/static/../../../../../etc/passwd"), 400),
        ("a file of which the name is a path", PAGE, lambda a: worker.uploaded(a, "../../x.html")[0], "filename=\"x.html\"; filename*=UTF-8''x.html"),
        ("a file of which the name has a header in it", PAGE, lambda a: worker.uploaded(a, 'x"\r\nX-Evil: 1.html')[1:], ["application/octet-stream", "nosniff"]),
        ("a file's address with another end", PAGE, lambda a: worker.file_of(a, lambda path: path.replace("ends=", "ends=9")), 404),
        ("a file's address for another file", PAGE, lambda a: worker.file_of(a, lambda path: path.replace("/upload/3", "/upload/4")), 404),
        ("metrics that nobody switched on", PAGE, lambda a: a.page("/metrics"), 404),
    ),
    "the SDK": (
        ("an answer of 400 MB", HERE, lambda a: service.told(a, service.endless()), GIVEN_UP),
        ("an answer without an end", HERE, lambda a: service.told(a, service.endless(b"")), GIVEN_UP),
        ("an answer that would be large if it were unpacked", HERE, lambda a: service.told(a, service.packed()), GIVEN_UP),
        ("an answer that comes a byte at a time", HERE, lambda a: service.told(a, service.slow()), GIVEN_UP),
        ("an answer of lists in lists in lists", HERE, lambda a: service.told(a, service.body(b"[" * 90_000)), "TransportError"),
        ("an answer that is a page", HERE, lambda a: service.told(a, service.body(b"<html>Welcome</html>")), "TransportError"),
    ),
}
# fmt: on
LINES = [Attack(family, *line) for family, lines in FAMILIES.items() for line in lines]
