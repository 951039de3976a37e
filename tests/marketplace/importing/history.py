"""What was done elsewhere, in the words of the API: one HIT with three assignments, and what changes."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from mturk.marketplace import Importation, Marketplace, Remark
from mturk.marketplace.database import table as t
from tests.marketplace.conftest import Client

OCTOBER = 1571363943.0  # 2019-10-18, in seconds
TYPE_ID, HIT_ID = "3TYPEOFELSEWHERE", "3HITOFELSEWHERE"
APPROVED, REJECTED, SUBMITTED = "3APPROVED", "3REJECTED", "3SUBMITTED"
Thing = tuple[str, dict[str, Any], str]
COUNTED = {"Worker": 3, "HITType": 1, "HIT": 1, "Assignment": 3, "BonusPayment": 1}
"""How much all of it is."""


def hit_type(**changes: Any) -> Thing:
    """The HIT type."""
    values = {
        "HITTypeId": TYPE_ID,
        "Title": "Label a photo",
        "Description": "Say what is in it",
        "Keywords": "photo, label",
        "Reward": "0.05",
        "AssignmentDurationInSeconds": 600,
        "AutoApprovalDelayInSeconds": 86_400,
    }
    return "HITType", {**values, **changes}, "row 1"


def hit(**changes: Any) -> Thing:
    """The HIT."""
    values = {
        "HITId": HIT_ID,
        "HITTypeId": TYPE_ID,
        "CreationTime": OCTOBER,
        "Expiration": OCTOBER + 3600,
        "MaxAssignments": 3,
        "RequesterAnnotation": "BatchId:1;",
        "Input": {"url": "https://example.org/?a=1&b=<2>"},
    }
    return "HIT", {**values, **changes}, "row 1"


def assignment(id_: str, worker_id: str, status: str, **changes: Any) -> Thing:
    """An assignment."""
    values = {
        "AssignmentId": id_,
        "HITId": HIT_ID,
        "WorkerId": worker_id,
        "AssignmentStatus": status,
        "AcceptTime": OCTOBER + 60,
        "SubmitTime": OCTOBER + 120,
        "Fields": {"label": ["cat"]},
    }
    return "Assignment", {**values, **changes}, f"row of {id_}"


def bonus(**changes: Any) -> Thing:
    """A bonus for the work that was approved."""
    values = {"AssignmentId": APPROVED, "WorkerId": "A1ADA", "BonusAmount": "0.50", "Reason": "Quick"}
    return "BonusPayment", {**values, "GrantTime": OCTOBER + 300, **changes}, "row 9"


def study() -> list[Thing]:
    """All of it."""
    return [
        hit_type(),
        hit(),
        assignment(APPROVED, "A1ADA", "Approved", ApprovalTime=OCTOBER + 200, RequesterFeedback="Thank you"),
        assignment(REJECTED, "A1BOB", "Rejected", RejectionTime=OCTOBER + 200, RequesterFeedback="It is a dog"),
        assignment(SUBMITTED, "A1EVE", "Submitted", AutoApprovalTime=4_000_000_000.0),
        bonus(),
    ]


def take_in(market: Marketplace, *things: Thing, **options: Any) -> tuple[Importation, list[Remark]]:
    """Bring things, and get what came of it and what was said."""
    told: list[Remark] = []
    done = market.take_in(things, tell=told.append, **{"dry_run": False, **options})
    return done, told


def refusals(told: list[Remark]) -> list[str]:
    """Why things did not come in."""
    return [one.words for one in told if one.refused]


def rows(market: Marketplace) -> dict[str, int]:
    """How many rows each table has."""
    return market._store.read(
        lambda database: {
            name: database.execute(select(func.count()).select_from(table)).scalar_one()
            for name, table in t.metadata.tables.items()
        }
    )


def balances(market: Marketplace) -> dict[tuple[str, int], int]:
    """What is in each account."""
    found = market._store.read(lambda database: database.execute(select(t.account)).all())
    return {(row.kind, row.owner): row.balance for row in found}


def work_of(client: Client) -> dict[str, dict[str, Any]]:
    """The assignments of the HIT by their ids."""
    listed = client.list_assignments_for_hit(HITId=HIT_ID)["Assignments"]
    return {one["AssignmentId"]: one for one in listed}
