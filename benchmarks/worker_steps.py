"""What workers do and look at, and what happens by itself: each step in a random place of a filled marketplace.

Pages of the site are asked for without HTTP, by somebody who is signed in. A step makes ready what it needs, yields
what is measured, and tidies up after it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import sqlalchemy as sa
from filled_market import DAY, RARE
from filled_place import Act, Place, Steps
from flask.testing import FlaskClient
from requester_calls import SQS
from signed_in import cookies
from werkzeug.test import TestResponse

from mturk.marketplace import WorkerError
from mturk.marketplace.database import table as t
from mturk.marketplace.delivery import outbox

TOGETHER = 5
"""So many approvals are due at a time, so many tokens are forgotten, so many events are told."""
_ANSWER = {"label": "cat", "comment": "It sits on a chair and sleeps."}


def _look(place: Place, path: Callable[[Place], str]) -> Iterator[Act]:
    client, address = _client(place, place.worker_id()), path(place)
    yield lambda: _expect(client.get(address))


def _client(place: Place, who: str) -> FlaskClient:
    client = place.market.app.test_client()
    client.set_cookie("mturk-session", cookies(place.market, [who])[0])
    return client


def _expect(answer: TestResponse) -> TestResponse:
    if answer.status_code in (403, 404, 409):
        raise WorkerError("This worker may not do that.")
    if answer.status_code not in (200, 302):
        raise RuntimeError(f"{answer.status}: {answer.text}")
    return answer


def _accepted(place: Place) -> tuple[Any, str]:
    """A worker who has just accepted something, and the assignment."""
    who, hit = place.worker(), place.any("open HIT")
    return who, who.accept(hit)


def _accept(place: Place) -> Iterator[Act]:
    who, hit, taken = place.worker(), place.any("open HIT"), list[str]()
    yield lambda: taken.append(who.accept(hit))
    who.return_assignment(taken[0])


def _submit(place: Place) -> Iterator[Act]:
    who, assignment = _accepted(place)
    yield partial(who.submit, assignment, _ANSWER)


def _return(place: Place) -> Iterator[Act]:
    who, assignment = _accepted(place)
    yield partial(who.return_assignment, assignment)


def _site_accept(place: Place) -> Iterator[Act]:
    who = place.worker()
    client, group = _client(place, who.id), f"/worker/groups/{place.any('group')}"
    token = re.search('name="csrf_token" value="([^"]+)"', client.get(group).text)
    if token is None:
        raise WorkerError("This worker may not accept it.")
    taken = list[TestResponse]()
    yield lambda: taken.append(_expect(client.post(f"{group}/accept", data={"csrf_token": token[1]})))
    who.return_assignment(taken[0].location.rpartition("/")[2])


def _at_work(place: Place) -> Iterator[Act]:
    who, assignment = _accepted(place)
    yield from _look_as(place, who.id, f"/worker/assignments/{assignment}")
    who.return_assignment(assignment)


def _submitted(place: Place) -> Iterator[Act]:
    who, assignment = _accepted(place)
    who.submit(assignment, _ANSWER)
    yield from _look_as(place, who.id, f"/worker/assignments/{assignment}")


def _look_as(place: Place, who: str, path: str) -> Iterator[Act]:
    client = _client(place, who)
    yield lambda: _expect(client.get(path))


def _ask(place: Place) -> Iterator[Act]:
    who = place.worker()
    yield partial(who.request_qualification, place.asked)
    asked, of = t.qualification_request, t.qualification_request.c
    number = sa.select(t.worker.c.number).where(t.worker.c.worker_id == who.id).scalar_subquery()
    place.write(lambda database: database.execute(asked.delete().where(of.worker == number, of.status == "Pending")))


WORK: Steps = {
    "the ids of the first hundred groups": lambda it: iter([it.worker().groups]),
    "a preview": lambda it: iter([partial(it.worker().preview, it.any("open HIT"))]),
    "accept": _accept,
    "submit": _submit,
    "return": _return,
    "ask for a qualification": _ask,
    "begin a test": lambda it: iter([partial(it.worker().start_qualification_test, it.tested)]),
    "hand in a test": lambda it: iter([partial(it.worker().request_qualification, it.tested, {"label": "cat"})]),
    "read messages": lambda it: iter([it.worker().messages]),
    "report a HIT": lambda it: iter([partial(it.worker().report, it.any("open HIT"), "broken")]),
    "write to a requester": lambda it: iter([partial(it.worker().write, it.any("open HIT"), "Is this a cat?")]),
}
DONE_ON_PAGES: Steps = {"accept": _site_accept, "at work": _at_work, "submitted": _submitted}
PAGES: dict[str, Callable[[Place], str]] = {
    "groups, newest first": lambda _: "/worker/",
    "groups, highest reward first": lambda _: "/worker/?sort=reward",
    "groups, most HITs first": lambda _: "/worker/?sort=most",
    "groups I qualify for": lambda _: "/worker/?qualified=on",
    "a search that finds one group": lambda _: f"/worker/?q={RARE}",
    "a search that finds nothing": lambda _: "/worker/?q=nothing&min_reward=0.50",
    "a group and its next HIT": lambda it: f"/worker/groups/{it.any('group')}",
    "the queue": lambda _: "/worker/queue",
    "the dashboard": lambda _: "/worker/dashboard",
    "a statement": lambda _: "/worker/statement.csv?since=2026-01-01",
    "messages": lambda _: "/worker/messages",
    "my qualifications": lambda _: "/worker/qualifications",
    "qualifications to ask for": lambda _: "/worker/qualifications/requestable",
    "a qualification": lambda it: f"/worker/qualifications/{it.tested}",
    "my requests": lambda _: "/worker/qualifications/requests",
    "my account": lambda _: "/worker/account",
    "all my data": lambda _: "/worker/account/export.json",
}


def _make_due(place: Place, kind: str, *subjects: int) -> Act:
    """Let something on the agenda be due now, so that the next look at it carries that out."""
    of = t.agenda.c
    moved = t.agenda.update().where(of.kind == kind, of.subject.in_(subjects)).values(time=place.now())
    place.write(lambda database: database.execute(moved))
    return place.market._dispatch.catch_up


def _abandonment(place: Place) -> Iterator[Act]:
    _, assignment = _accepted(place)
    query = sa.select(t.assignment.c.number).where(t.assignment.c.assignment_id == assignment)
    number = place.market._store.read(lambda database: database.execute(query).scalar_one())
    yield _make_due(place, "abandon", number)


def _forget(place: Place) -> Iterator[Act]:
    old = sa.select(t.request_token.c.token).order_by(t.request_token.c.time).limit(TOGETHER)
    older = t.request_token.update().where(t.request_token.c.token.in_(old)).values(time=t.request_token.c.time - DAY)
    place.write(lambda database: database.execute(older))
    yield _make_due(place, "forget tokens", 0)


def _tell(place: Place) -> Iterator[Act]:
    for _ in range(TOGETHER):
        place.call("SendTestEventNotification", Notification=SQS, TestEventType="HITReviewable")
    yield partial(_deliver, place)


def _deliver(place: Place) -> None:
    """As `delivery/delivery.py` does, where the destination takes it at once."""
    store, real = place.market._store, place.now()
    (number,) = store.read(lambda database: outbox.waiting(database, real, 1))
    document = store.write(lambda database: outbox.claim(database, number, real, "me", partial(place.new, "doc")))
    while document is not None:
        sent = partial(outbox.delivered, document=document, real=real, new_document=partial(place.new, "doc"))
        document = store.write(sent)


BY_ITSELF: Steps = {
    "a HIT expires": lambda it: iter([_make_due(it, "expire", it.take("due HIT"))]),
    "an assignment is abandoned": _abandonment,
    "five automatic approvals": lambda it: iter(
        [_make_due(it, "approve", *(it.take("due assignment") for _ in range(TOGETHER)))]
    ),
    "an old HIT is disposed of": lambda it: iter([_make_due(it, "outdate", it.take("old HIT"))]),
    "five tokens are forgotten": _forget,
    "five events are told": _tell,
}
STEPS: Steps = {
    **{f"worker: {name}": step for name, step in WORK.items()},
    **{f"site: {name}": partial(_look, path=path) for name, path in PAGES.items()},
    **{f"site: {name}": step for name, step in DONE_ON_PAGES.items()},
    **{f"by itself: {name}": step for name, step in BY_ITSELF.items()},
}
