"""What requesters try on each other, and on the marketplace's disk and network."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.attacks.arena import Attacker
from tests.attacks.caller import Reply
from tests.attacks.stranger import bonus_for
from tests.marketplace.sample import hit_arguments, html_question

AT_ONCE = 8


def at_once(calls: list[Callable[[], Any]]) -> list[Any]:
    """What becomes of calls that are made at the same time, in order."""
    with ThreadPoolExecutor(len(calls)) as threads:
        return sorted(one.result() for one in [threads.submit(call) for call in calls])


def bonus_at_once(a: Attacker) -> tuple[int, int]:
    """How many of many equal bonuses are taken, and paid."""
    assignment = a.submitted()
    bonus = bonus_for(a, assignment)
    said = at_once([lambda: a.arena.home().lab("SendBonus", **bonus)] * AT_ONCE)
    return said.count("ok"), a.lab.answer("ListBonusPayments", AssignmentId=assignment)["NumResults"]


def decided_at_once(a: Attacker) -> tuple[int, list[str]]:
    """How many of many approvals and rejections are taken."""
    assignment = a.submitted()
    decide: list[Callable[[], str]] = [
        lambda: a.arena.home().lab("ApproveAssignment", AssignmentId=assignment),
        lambda: a.arena.home().lab("RejectAssignment", AssignmentId=assignment, RequesterFeedback="no"),
    ]
    said = at_once(decide * (AT_ONCE // 2))
    return said.count("ok"), sorted(set(said))


def spent_at_once(a: Attacker) -> tuple[int, str]:
    """How many HITs of 5 dollars somebody publishes at once who has 12."""
    poor = a.arena.market.add_requester(f"poor {a.number()}", deposit="12.00")

    def spend() -> str:
        attacker = a.arena.home()
        attacker.rival._requester = poor
        return attacker.rival("CreateHIT", **hit_arguments(Reward="5.00"))

    return at_once([spend] * AT_ONCE).count("ok"), str(poor.balance().available)


def notified(a: Attacker, destination: str, transport: str = "SQS") -> str:
    """What becomes of a notification that is to go there."""
    told = {"Destination": destination, "Transport": transport, "Version": "2014-08-15", "EventTypes": ["HITCreated"]}
    return a.rival("SendTestEventNotification", Notification=told, TestEventType="Ping")


def notified_of_the_labs(a: Attacker) -> str:
    """What becomes of a notification of what happens to another's HITs."""
    told = {"Destination": a.queue, "Transport": "SQS", "Version": "2014-08-15", "EventTypes": ["HITCreated"]}
    return a.rival("UpdateNotificationSettings", HITTypeId=a.hit_type, Notification=told)


def queues_of(a: Attacker, operation: str, **members: Any) -> str:
    """What becomes of a call about the lab's queue."""
    return a.rival.queues(operation, QueueUrl=a.queue, **members).code


def hoard(a: Attacker, add: Callable[[int], Reply | str]) -> str:
    """The last word that somebody hears who makes more and more."""
    said = (add(number) for number in range(60))
    words = (word if isinstance(word, str) else word.code for word in said)
    return next((word for word in words if word != "ok"), "ok")


def hoarded_questions(a: Attacker) -> str:
    """The same of questions of 60 kB."""
    a.rival._requester = a.arena.market.requester(f"hoarder {a.number()}")
    page = html_question("x" * 60_000)
    return hoard(a, lambda _: a.rival("CreateHIT", **hit_arguments(Question=page)))


def hoarded_queues(a: Attacker) -> str:
    """The same of queues."""
    a.rival._requester = a.arena.market.requester(f"hoarder {a.number()}")
    return hoard(a, lambda number: a.rival.queues("CreateQueue", QueueName=f"q{number}"))


def listed(a: Attacker, operation: str, **members: Any) -> bool:
    """Whether a list of the rival's has anything of the lab's."""
    return "Private work of the lab" in json.dumps(a.rival.answer(operation, **members))


def revoked(a: Attacker) -> list[str]:
    """What a key is answered before it is revoked, and afterwards."""
    who = a.arena.market.requester("rival")
    second = who.add_key()
    a.rival._requester = second
    before = a.rival("GetAccountBalance")
    a.arena.market.revoke_key(second.access_key)
    return [before, a.rival("GetAccountBalance"), a.rival("CreateHIT", **hit_arguments())]


def sql(a: Attacker, text: str) -> list[str]:
    """What becomes of SQL where names and words are expected; and what is still there."""
    hit, _ = a.publish(Title=text, RequesterAnnotation=text)
    found = a.lab.answer("GetHIT", HITId=hit)["HIT"]
    a.ada.get(f"/worker/?q={text}")
    return [a.rival("GetHIT", HITId=text), found["Title"], found["RequesterAnnotation"], a.lab("GetHIT", HITId=a.hit)]
