"""Paying a worker whom no assignment stands for: the work could not be submitted, the page broke, time ran out."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from mturk import price
from mturk.choice import ActionsGuarded
from mturk.hit import HIT
from mturk.html_question import HTMLQuestion
from mturk.price import Money
from mturk.qualification_type import QualificationType
from mturk.worker import Worker

_NAME = "Compensation for {worker}"
_ABOUT = "Lets one worker collect a payment."


def compensate(worker: Worker, amount: Money, reason: str, lifetime: timedelta | int, again: bool) -> HIT:
    """Publish a HIT that only this worker can take, and that pays as soon as it is submitted."""
    connection = worker.connection
    ticket = QualificationType.ensure(_NAME.format(worker=worker.id), _ABOUT, connection=connection)
    key = _key(worker, amount, reason)
    if not again:
        for published in ticket.hits():
            if published.requester_annotation == key:
                return published
    hit = HIT.create(
        HTMLQuestion.from_template("mturk/compensation.html", reason=reason),
        lifetime,
        title=f"Compensation for {worker.id}",
        description=f"Only for {worker.id}: {reason}"[:2000],
        reward=amount,
        assignment_duration=timedelta(hours=1),
        auto_approval_delay=0,
        qualification_requirements=[ticket.exists().guarding(ActionsGuarded.DISCOVER_PREVIEW_AND_ACCEPT)],
        requester_annotation=key,
        # Two scripts that do this at the same moment make one HIT.
        unique_request_token=None if again else key,
        connection=connection,
    )
    # Last, so that the service's e-mail finds the HIT there.
    ticket.grant(worker)
    return hit


def _key(worker: Worker, amount: Money, reason: str) -> str:
    parts = (worker.id, f"{price.amount('amount', amount):.2f}", reason)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
