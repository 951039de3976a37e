"""HITs: their state, and how they are found and shown. GetHIT, ListHITs, ListReviewableHITs,
ListHITsForQualificationType."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, bindparam, exists, func, null, select, union_all

from mturk.marketplace import agenda
from mturk.marketplace.call import Answer, Call, Context
from mturk.marketplace.clock import DAY, SECOND
from mturk.marketplace.database import driver, ending, group_count
from mturk.marketplace.database import table as t
from mturk.marketplace.database.first_rows import first_rows
from mturk.marketplace.database.lock import find as find_locked
from mturk.marketplace.database.row import known
from mturk.marketplace.error import does_not_exist, wrong_state
from mturk.marketplace.hit import hit_type, notification
from mturk.marketplace.hit.hit_type import requirements_of
from mturk.marketplace.money import dollars
from mturk.marketplace.qualification import qualification_type
from mturk.marketplace.qualification.system_type import PUBLIC_TYPES
from mturk.marketplace.quota import ANSWERS, REMEMBERED
from mturk.marketplace.request.numbered_page import NumberedPage
from mturk.marketplace.request.paging import DEFAULT_SIZE, Page, shown


class HIT(NamedTuple):
    """A HIT together with its content and its type."""

    number: int
    hit_id: str
    requester: int
    hit_type: int
    status: str
    status_time: int
    creation_time: int
    expiration: int
    expired: bool
    ended: bool
    disposed: bool
    max_assignments: int
    pending: int
    submitted: int
    approved: int
    rejected: int
    fee: int
    size: int
    gathered: int
    question: str
    requester_annotation: str | None
    assignment_review_policy: str | None
    hit_review_policy: str | None
    layout_id: str | None
    hit_type_id: str
    hit_group_id: str
    title: str
    description: str
    keywords: str | None
    reward: int
    assignment_duration: int
    auto_approval_delay: int
    requirements: str
    outlet: int | None
    """Where events of its type are told, if they are."""
    event_types: str | None


ASSIGNABLE = "Assignable"
UNASSIGNABLE = "Unassignable"
REVIEWABLE = "Reviewable"
REVIEWING = "Reviewing"
DISPOSED = "Disposed"

DONE = (REVIEWABLE, REVIEWING)
"""States in which nobody works on a HIT any more."""
_ALIVE = (ASSIGNABLE, UNASSIGNABLE, *DONE)
KEPT = 120 * DAY
"""How long a HIT is kept once nobody works on it any more."""

WHOLE = (
    select(
        t.hit,
        *(column for column in t.hit_content.c if column.name != "hit"),
        *(column for column in t.hit_type.c if column.name not in t.hit.c and column.name != "digest"),
        *hit_type.TOLD,
    )
    .join(t.hit_type, t.hit_type.c.number == t.hit.c.hit_type)
    .join(t.hit_content, t.hit_content.c.hit == t.hit.c.number)
    .outerjoin(t.notification_setting, hit_type.IS_TOLD)
)
_POLICIES = ("assignment_review_policy", "hit_review_policy")
# A list shows no review policies, which may have a megabyte each.
_LISTED = WHOLE.with_only_columns(
    *(null().label(column.name) if column.name in _POLICIES else column for column in WHOLE.selected_columns)
)
_CHANGE = t.hit.update().where(t.hit.c.number == bindparam("of_number"))
_FILES = (
    select(func.coalesce(func.sum(t.upload.c.size), 0))
    .join(t.hit, t.hit.c.number == t.upload.c.hit)
    .where(t.hit.c.requester == bindparam("of_requester"))
)
_GATHER = _CHANGE.values(gathered=t.hit.c.gathered + bindparam("more"))
_BY_ID = WHOLE.where(t.hit.c.hit_id == bindparam("hit_id"))
_BY_NUMBER = WHOLE.where(t.hit.c.number == bindparam("hit_number"))
_NUMBERS = select(t.hit.c.number)
_KEPT = _NUMBERS.where(~t.hit.c.disposed)
_FEW = 20
"""So many types of HITs are looked through one by one."""
_REQUIRING = (
    select(t.hit_type.c.number, t.hit_type.c.requester)
    .join(t.hit_type_requirement, t.hit_type_requirement.c.hit_type == t.hit_type.c.number)
    .where(t.hit_type_requirement.c.qualification_type_id == bindparam("type_id"))
    .limit(_FEW + 1)
)


@dataclass(frozen=True)
class Standing:
    """How far a HIT is: everything that its status and its counters follow from."""

    max_assignments: int
    pending: int
    submitted: int
    approved: int
    rejected: int
    expired: bool
    reviewing: bool = False

    @property
    def completed(self) -> int:
        """Assignments that were decided; submitted ones are in none of the service's counters."""
        return self.approved + self.rejected

    @property
    def available(self) -> int:
        """Assignments that can still be accepted: none once the HIT has expired."""
        if self.expired:
            return 0
        return self.max_assignments - self.pending - self.submitted - self.completed

    @property
    def unpaid(self) -> int:
        """Assignments that money is held for."""
        return self.available + self.pending + self.submitted

    @property
    def status(self) -> str:
        if self.available:
            return ASSIGNABLE
        if self.pending:
            return UNASSIGNABLE
        return REVIEWING if self.reviewing else REVIEWABLE


def standing_of(hit_row: HIT) -> Standing:
    """How far the HIT of this row is."""
    return Standing(
        hit_row.max_assignments,
        hit_row.pending,
        hit_row.submitted,
        hit_row.approved,
        hit_row.rejected,
        hit_row.expired,
        hit_row.status == REVIEWING,
    )


def settle(context: Context, hit_row: HIT, *, quiet: bool = False, more: int = 0, **changes: Any) -> Standing:
    """Write down what changed about a HIT, and the status that follows from it.

    With `quiet` nobody is told yet that the HIT is done, because what comes next may keep it open. So many bytes `more`
    were gathered.
    """
    standing = replace(standing_of(hit_row), **changes)
    values = {name: value for name, value in changes.items() if name in t.hit.c}
    if more:
        values["gathered"] = hit_row.gathered + more
    # Work that was begun before a HIT was disposed of goes on, and changes no more than the counters.
    if standing.status != hit_row.status and not hit_row.disposed:
        values |= {"status": standing.status, "status_time": context.now}
        more = (standing.status == ASSIGNABLE) - (hit_row.status == ASSIGNABLE)
        group_count.add(context.database, hit_row.hit_type, more)
        _turn(context, hit_row, standing.status, quiet)
    if values:
        ending.change(context.database, _CHANGE, {"of_number": hit_row.number, **values})
    return standing


def gather(context: Context, hit_row: HIT, size: int) -> None:
    """Write down that so many bytes more were gathered for a HIT, beside what is settled."""
    context.database.execute(_GATHER, {"of_number": hit_row.number, "more": size})
    take_room(context, hit_row.requester, size)


def gathered(context: Context, requester: int) -> int:
    """The bytes that came in for a requester's HITs: answers, reports on them, and the files that are there."""
    files = context.database.execute(_FILES, {"of_requester": requester}).scalar_one()
    return int(files) + kept(context, requester, t.hit.c.gathered)


def has_room(context: Context, requester: int) -> bool:
    """Whether a requester may keep more of what workers send."""
    count = partial(gathered, context, requester)
    return context.settings.meter.refusal(requester, ANSWERS, 1, context.now, count) is None


def take_room(context: Context, requester: int, size: int) -> None:
    """Count what workers sent against what the requester may keep."""
    context.settings.meter.take(requester, ANSWERS, size, context.now, partial(gathered, context, requester))


def kept(context: Context, requester: int, column: ColumnElement[int]) -> int:
    """The sum of it for a requester's HITs that count; of a million this takes about a second, and is asked rarely."""
    counts = ~t.hit.c.disposed | (t.hit.c.status_time > context.now - REMEMBERED)
    query = select(func.coalesce(func.sum(column), 0)).where(t.hit.c.requester == requester, counts)
    return int(context.database.execute(query).scalar_one())


def tell_done(context: Context, hit_row: HIT) -> None:
    """Tell the requester that a HIT has become Reviewable."""
    notification.tell(context, notification.HIT_REVIEWABLE, hit_row)


def _turn(context: Context, hit_row: HIT, status: str, quiet: bool) -> None:
    if status in DONE and hit_row.status not in DONE:
        agenda.plan(context.database, agenda.DISPOSE_OLD_HIT, hit_row.number, context.now + KEPT)
        if not quiet:
            tell_done(context, hit_row)
    elif status not in DONE and hit_row.status in DONE:
        agenda.cancel(context.database, agenda.DISPOSE_OLD_HIT, hit_row.number)


def mine(call: Call, hit_id: str, *, lock: bool = False, disposed: bool = False) -> HIT:
    """The caller's HIT with that id; with `lock` nobody else changes it until this transaction ends.

    One that was disposed of cannot be changed, and what it had does not exist, unless `disposed` lets it through.
    """
    hit_row = by_id(call, hit_id, lock=lock)
    if hit_row is None or hit_row.requester != call.requester:
        raise does_not_exist("HIT", hit_id)
    if hit_row.disposed and not disposed:
        raise wrong_state("HIT", DISPOSED, *_ALIVE) if lock else does_not_exist("HIT", hit_id)
    return hit_row


def by_id(context: Context, hit_id: str, *, lock: bool = False) -> HIT | None:
    """Anybody's HIT with that id."""
    return _find(context, _BY_ID, {"hit_id": hit_id}, lock=lock)


def by_number(context: Context, number: int, *, lock: bool = False) -> HIT:
    """The HIT that is known inside by that number."""
    return known(_find(context, _BY_NUMBER, {"hit_number": number}, lock=lock))


def describe(hit_row: HIT) -> Answer:
    """A HIT as the API shows it."""
    standing = standing_of(hit_row)
    shown = {
        "HITId": hit_row.hit_id,
        "HITTypeId": hit_row.hit_type_id,
        "HITGroupId": hit_row.hit_group_id,
        "HITLayoutId": hit_row.layout_id,
        "CreationTime": hit_row.creation_time / SECOND,
        "Title": hit_row.title,
        "Description": hit_row.description,
        "Question": hit_row.question,
        "Keywords": hit_row.keywords,
        "HITStatus": hit_row.status,
        "MaxAssignments": hit_row.max_assignments,
        "Reward": dollars(hit_row.reward),
        "AutoApprovalDelayInSeconds": hit_row.auto_approval_delay,
        "Expiration": hit_row.expiration / SECOND,
        "AssignmentDurationInSeconds": hit_row.assignment_duration,
        "RequesterAnnotation": hit_row.requester_annotation,
        "QualificationRequirements": requirements_of(hit_row),
        "HITReviewStatus": "NotReviewed",
        "NumberOfAssignmentsPending": standing.pending,
        "NumberOfAssignmentsAvailable": standing.available,
        "NumberOfAssignmentsCompleted": standing.completed,
    }
    return {name: value for name, value in shown.items() if value is not None}


def get_hit(call: Call, *, hit_id: str) -> Answer:
    """One HIT; of one that was disposed of, too."""
    return {"HIT": describe(mine(call, hit_id, disposed=True))}


def list_hits(call: Call, *, next_token: str | None = None, max_results: int = DEFAULT_SIZE) -> Answer:
    """All of the caller's HITs that are not disposed, newest first."""
    page = Page(("HITs", call.requester), next_token, max_results)
    return _listed(call, page, t.hit.c.creation_time, [_KEPT.where(t.hit.c.requester == call.requester)])


def list_reviewable_hits(
    call: Call,
    *,
    hit_type_id: str | None = None,
    status: str = REVIEWABLE,
    next_token: str | None = None,
    max_results: int = DEFAULT_SIZE,
) -> Answer:
    """The caller's HITs whose work is done, or those marked as being reviewed; one status a call."""
    page = Page(("reviewable", call.requester, hit_type_id, status), next_token, max_results)
    among = t.hit.c.requester == call.requester
    if hit_type_id is not None:
        among = t.hit.c.hit_type == hit_type.mine(call, hit_type_id).number
    return _listed(call, page, t.hit.c.status_time, [_NUMBERS.where(among, t.hit.c.status == status)])


def list_hits_for_qualification_type(
    call: Call,
    *,
    qualification_type_id: str,
    next_token: str | None = None,
    max_results: int = DEFAULT_SIZE,
) -> Answer:
    """The caller's HITs that require a qualification, newest first."""
    page = Page(("HITs for", call.requester, qualification_type_id), next_token, max_results)
    if qualification_type_id not in PUBLIC_TYPES:
        qualification_type.visible(call, qualification_type_id)
    return _listed(call, page, t.hit.c.creation_time, _requiring(call, qualification_type_id))


def _requiring(call: Call, qualification_type_id: str) -> list[Select[Any]]:
    """The caller's HITs that require a qualification: of each type that does, or of all types if many do."""
    types = call.database.execute(_REQUIRING, {"type_id": qualification_type_id}).all()
    if len(types) <= _FEW:
        return [_KEPT.where(t.hit.c.hit_type == number) for number, owner in types if owner == call.requester]
    # Then a look through the newest HITs soon finds enough.
    requires = exists().where(
        t.hit_type_requirement.c.hit_type == t.hit.c.hit_type,
        t.hit_type_requirement.c.qualification_type_id == qualification_type_id,
    )
    return [_KEPT.where(t.hit.c.requester == call.requester, requires)]


def _listed(call: Call, page: Page, shown_after: ColumnElement[Any], listed: list[Select[Any]]) -> Answer:
    """A page of the HITs of several queries together, newest first."""
    number = t.hit.c.number
    if call.numbered is not None:
        return _numbered(call, call.numbered, [shown(call, one, shown_after) for one in listed])
    parts = [page.part(call, one, number, descending=True, shown_after=shown_after).subquery() for one in listed]
    if not parts:
        return page.answer("HITs", [], describe, "number")
    # Which they are is found before anything is joined. PostgreSQL would read all contents on the way to a late page.
    chosen = union_all(*(select(part.c.number) for part in parts))
    query = first_rows(_LISTED.where(number.in_(chosen)).order_by(number.desc()), page.size)
    rows = page.until_large(call, query, "question")
    return page.answer("HITs", [HIT._make(row) for row in rows], describe, "number")


def _numbered(call: Call, page: NumberedPage, listed: list[Select[Any]]) -> Answer:
    """The page of that number of the HITs of several queries together."""
    if not listed:
        return {"NumResults": 0, "HITs": []}
    among = t.hit.c.number.in_(union_all(*listed))
    page.count(call.database, _NUMBERS.where(among))
    # Which they are is found without their questions: a list is sorted with all that is read.
    typed = _NUMBERS.join(t.hit_type, t.hit_type.c.number == t.hit.c.hit_type)
    numbers = list(call.database.execute(page.cut(typed.where(among), [t.hit.c.number])).scalars())
    rows = call.database.execute(page.ordered(_LISTED.where(t.hit.c.number.in_(numbers)), [t.hit.c.number]))
    return {"NumResults": len(numbers), "HITs": [describe(HIT._make(row)) for row in rows]}


def _find(context: Context, query: Select[Any], values: dict[str, Any], *, lock: bool) -> HIT | None:
    database = context.database
    row = find_locked(database, query, t.hit, values) if lock else driver.row(database, query, values)
    return None if row is None else HIT._make(row)
