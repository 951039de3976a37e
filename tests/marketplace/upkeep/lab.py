"""A marketplace with one of everything that can be looked at, copied, put back and pruned."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mturk.marketplace import File, Marketplace
from tests.marketplace.sample import file_question, form, hit_arguments

Client = Any
FORM = form(file_question("file"), day="2005-10-01")
ANSWER = {"label": "cat"}


def fill(market: Marketplace, client: Client) -> dict[str, str]:
    """Have HITs in every state; their ids by what is special about them."""
    publish = publisher(client)
    ids = {
        # Not the last of them, which stay: see `pruning.py`.
        "disposed": publish(MaxAssignments=2, Reward="0.30"),
        "open": publish(MaxAssignments=5),
        "file": publish(Question=FORM, MaxAssignments=2),
        "done": publish(MaxAssignments=1, Reward="0.20"),
    }
    ada, bob, eve = (market.worker(f"A1{name}") for name in ("ADA", "BOB", "EVE"))
    approved, rejected, submitted = (one.accept(ids["open"]) for one in (ada, bob, eve))
    for one, assignment in ((ada, approved), (bob, rejected), (eve, submitted)):
        one.submit(assignment, ANSWER)
    client.approve_assignment(AssignmentId=approved, RequesterFeedback="Well done")
    client.reject_assignment(AssignmentId=rejected, RequesterFeedback="No")
    ada.submit(ada.accept(ids["file"]), {"file": File("a.txt", b"some bytes")})
    done = bob.accept(ids["done"])
    bob.submit(done, ANSWER)
    client.approve_assignment(AssignmentId=done)
    dispose(market, client, ids["disposed"])
    market.worker("A1ZOE").accept(ids["open"])
    client.notify_workers(Subject="Thanks", MessageText="See you", WorkerIds=["A1ADA"])
    return ids


def publisher(client: Client) -> Callable[..., str]:
    """Publishes a HIT with some changes, and says its id."""
    return lambda **changes: str(client.create_hit(**hit_arguments(**changes))["HIT"]["HITId"])


def dispose(market: Marketplace, client: Client, hit_id: str, *workers: str) -> None:
    """Have a HIT done by two workers with a bonus for one and something to say to both, and dispose of it."""
    first, second = workers or ("A1ADA", "A1BOB")
    for worker_id in (first, second):
        one = market.worker(worker_id)
        assignment_id = one.accept(hit_id)
        one.submit(assignment_id, ANSWER)
        client.approve_assignment(AssignmentId=assignment_id, RequesterFeedback="Thank you")
        if worker_id == first:
            client.send_bonus(WorkerId=first, AssignmentId=assignment_id, BonusAmount="1.00", Reason="Quick")
    client.delete_hit(HITId=hit_id)
