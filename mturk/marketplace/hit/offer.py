"""What workers are offered: the groups of HITs that they may find, page after page, and a look at one HIT.

A group is all HITs of one type. A page costs the same however many groups and HITs there are: open groups stand in a
table of their own, in each order, and a page looks at so many of them at most. Where that finds too few, it says from
where on the next page looks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, NoReturn, cast

from sqlalchemy import Connection, CursorResult, Select, bindparam, exists, func, literal_column, select, tuple_

from mturk.marketplace.call import Context
from mturk.marketplace.database import lock
from mturk.marketplace.database import table as t
from mturk.marketplace.database.occurrence import occurs
from mturk.marketplace.error import NotAllowed, NotThere
from mturk.marketplace.hit import hit
from mturk.marketplace.hit.hit import ASSIGNABLE, HIT
from mturk.marketplace.hit.hit_type import requirements_of
from mturk.marketplace.people import worker
from mturk.marketplace.people.worker import Worker
from mturk.marketplace.qualification.eligibility import Eligibility, eligibilities, eligibility

NEWEST: Final = "newest"
HIGHEST_REWARD: Final = "reward"
MOST_HITS: Final = "most"
_ORDERS: Final = {
    NEWEST: t.hit_group.c.newest,
    HIGHEST_REWARD: t.hit_group.c.reward,
    MOST_HITS: t.hit_group.c.hits,
}
ORDERS: Final = tuple(_ORDERS)
"""The orders in which groups are listed, each from the highest."""

PAGE = 20
WINDOW = 5000
"""So many groups are looked through for words and rewards at a time."""
_MOST_JUDGED = 1000
"""So many are held against what a worker has, for one page; it says where the next one goes on."""
_RECENT = 2000
"""So many of a worker's latest assignments are held against what is on offer: HITs of older ones hardly ever are."""
_MOST_WORDS = 10
_KEY = re.compile(r"([0-9]{1,18})\.([0-9]{1,18})", re.ASCII)


class Group(NamedTuple):
    """An open group: the type of its HITs, whose they are, and what is open."""

    number: int
    requester: int
    hit_type_id: str
    hit_group_id: str
    title: str
    description: str
    keywords: str | None
    reward: int
    assignment_duration: int
    auto_approval_delay: int
    requirements: str
    requester_name: str
    hits: int
    newest: int
    blocked: bool
    """Whether its requester has blocked the worker who looks."""


class Offer(NamedTuple):
    """A group as one worker sees it."""

    group: Group
    eligibility: Eligibility
    can_accept: bool
    """Whether the worker may accept its HITs; one who is blocked may not, whatever the requirements say."""
    hits: int
    """How many HITs of it can be accepted that the worker has not had."""


class Listing(NamedTuple):
    """A page of offers."""

    offers: list[Offer]
    after: str | None
    """Where the next page begins; None where there is no more. A page with few offers may have one, too."""


@dataclass(frozen=True)
class Search:
    """What a worker looks for: all words must occur in title, keywords, description or the requester's name."""

    words: str = ""
    min_reward: int = 0
    """In cents."""
    acceptable: bool = False
    """Whether only groups are listed whose HITs the worker may accept."""
    order: str = NEWEST

    @property
    def narrow(self) -> bool:
        """Whether the database may have to look at many groups for one that fits."""
        return bool(self.words.split()) or self.min_reward > 0


_GROUP = t.hit_group.c
# Written out as in the indexes, which are used only so.
_OPEN = literal_column("hit_group.hits") > literal_column("0")
_TAKEN = exists().where(t.assignment.c.hit == t.hit.c.number, t.assignment.c.worker == bindparam("of_worker"))
_NEXT_LEFT = (
    select(t.hit.c.hit_id)
    .where(
        t.hit.c.hit_type == bindparam("of_type"),
        t.hit.c.status == ASSIGNABLE,
        t.hit.c.number >= bindparam("start"),
        ~_TAKEN,
    )
    .order_by(t.hit.c.number)
    .limit(1)
)
_HIT_BY_ID = select(t.hit.c.number).where(t.hit.c.hit_id == bindparam("hit_id"))
_LATEST = (
    select(t.assignment.c.hit)
    .where(t.assignment.c.worker == bindparam("of_worker"))
    .order_by(t.assignment.c.number.desc())
    .limit(_RECENT)
    .subquery()
)
_HAD = (
    select(t.hit.c.hit_type, func.count())
    .join(_LATEST, _LATEST.c.hit == t.hit.c.number)
    .where(t.hit.c.status == ASSIGNABLE)
    .group_by(t.hit.c.hit_type)
)
_BLOCKED = exists().where(
    t.worker_block.c.requester == t.hit_type.c.requester, t.worker_block.c.worker == bindparam("of_worker")
)
_WHOLE = (
    select(
        *(column for column in t.hit_type.c if column.name != "digest"),
        t.requester.c.name.label("requester_name"),
        _GROUP.hits,
        _GROUP.newest,
        _BLOCKED.label("blocked"),
    )
    .join(t.hit_group, _GROUP.hit_type == t.hit_type.c.number)
    .join(t.requester, t.requester.c.number == t.hit_type.c.requester)
)
_BY_ID = _WHOLE.where(
    (t.hit_type.c.hit_group_id == bindparam("group_id")) | (t.hit_type.c.hit_type_id == bindparam("group_id"))
)


def offers(
    context: Context,
    worker_id: str,
    search: Search | None = None,
    *,
    after: str | None = None,
    size: int = PAGE,
    window: int = WINDOW,
) -> Listing:
    """A page of the groups that a worker may find and has HITs left in, from where the last page ended.

    It looks twice at most: for words and rewards at a window of groups each time.
    """
    search = search or Search()
    worker_row = worker.on_site(context, worker_id)
    had = _had(context, worker_row)
    found: list[Offer] = []
    # Most groups fit, so the first look is a short one.
    short = size + PAGE
    for at_once in (short, max(short, _MOST_JUDGED - short)):
        groups, ended = _groups(context, worker_row, search, after, at_once, window)
        last: Group | None = None
        for one in _judged(context, worker_row, groups, had):
            if _suits(one, search):
                if len(found) == size:
                    return Listing(found, after if last is None else _key(search, last))
                found.append(one)
            last = one.group
        if ended is None:
            return Listing(found, None)
        after = ended
    return Listing(found, after)


def shortened(listing: Listing, search: Search | None, number: int) -> Listing:
    """The first so many offers of a page; the others come with the next one."""
    if number >= len(listing.offers):
        return listing
    first = listing.offers[:number]
    return Listing(first, _key(search or Search(), first[-1].group))


def offer(context: Context, worker_id: str, group_id: str) -> Offer:
    """The group with that id, or with that HIT type id, as a worker sees it; NotThere if they may not find it."""
    worker_row = worker.on_site(context, worker_id)
    which = {"group_id": group_id, "of_worker": worker_row.number}
    group = cast("Group | None", context.database.execute(_BY_ID, which).one_or_none())
    if group is None:
        raise _no_more()
    (one,) = _judged(context, worker_row, [group], _had(context, worker_row))
    if not one.eligibility.can_discover:
        raise _no_more()
    return one


def next_hit(
    context: Context,
    worker_row: Worker,
    group: int,
    after: str | None = None,
    *,
    itself: bool = False,
) -> str:
    """The HIT of a group that a worker gets next: the first they have not had, or with `after` the first behind that.

    With `itself` the HIT that is named in `after` will do, too. NotThere if none is left.
    """
    return _left(context, _NEXT_LEFT, _left_for(context, worker_row, group, after, itself=itself)) or _none_left()


def hold_next(
    context: Context,
    worker_row: Worker,
    group: int,
    after: str | None = None,
    *,
    itself: bool = False,
) -> str:
    """The same, and nobody else changes it until the transaction ends.

    It is the HIT itself, or the first that nobody else is changing. Only where others are changing all that are left,
    one of those is waited for.
    """
    database = context.database
    which = _left_for(context, worker_row, group, after, itself=itself)
    if itself:
        lock.take(database, _HIT_BY_ID, t.hit, {"hit_id": after})
    while True:
        found = _left(context, lock.free(database, _NEXT_LEFT, t.hit), which)
        if found is not None:
            return found
        busy = _left(context, _NEXT_LEFT, which) or _none_left()
        lock.take(database, _HIT_BY_ID, t.hit, {"hit_id": busy})


def preview(context: Context, worker_id: str, hit_id: str) -> HIT:
    """A HIT that the worker may look at before accepting it."""
    worker_row = worker.on_site(context, worker_id)
    hit_row = hit.by_id(context, hit_id)
    if hit_row is None or hit_row.disposed:
        raise NotThere("There is no HIT %(hit_id)s.", hit_id=hit_id)
    if not eligibility(context, worker_row, requirements_of(hit_row)).can_preview:
        raise NotAllowed("Your Qualifications do not meet the requirements to preview HITs in this group.")
    return hit_row


def audit(database: Connection) -> list[str]:
    """Groups whose count of open HITs is not what there is, one line each."""
    counted = select(t.hit.c.hit_type, func.count()).where(t.hit.c.status == ASSIGNABLE).group_by(t.hit.c.hit_type)
    there = _numbers(database.execute(counted))
    kept = _numbers(database.execute(select(_GROUP.hit_type, _GROUP.hits)))
    return [
        f"hit_group {number}: {kept.get(number, 0)} HITs can be accepted, there are {there.get(number, 0)}"
        for number in sorted(there.keys() | kept.keys())
        if kept.get(number, 0) != there.get(number, 0)
    ]


def _left_for(
    context: Context, worker_row: Worker, group: int, after: str | None, *, itself: bool
) -> Mapping[str, int]:
    start = _start(context, after) + (after is not None and not itself)
    return {"of_type": group, "of_worker": worker_row.number, "start": start}


def _left(context: Context, query: Select[Any], which: Mapping[str, int]) -> str | None:
    return cast("str | None", context.database.execute(query, which).scalar_one_or_none())


def _none_left() -> NoReturn:
    raise _no_more()


def _no_more() -> NotThere:
    return NotThere("There are no more available HITs in this group.")


def _suits(one: Offer, search: Search) -> bool:
    return one.hits > 0 and (one.can_accept if search.acceptable else one.eligibility.can_discover)


def _had(context: Context, worker_row: Worker) -> Mapping[int, int]:
    """In how many open HITs of each group the worker has had a part."""
    return _numbers(context.database.execute(_HAD, {"of_worker": worker_row.number}))


def _numbers(found: CursorResult[Any]) -> dict[int, int]:
    return dict(cast("list[tuple[int, int]]", found.all()))


def _judged(context: Context, worker_row: Worker, groups: Sequence[Group], had: Mapping[int, int]) -> Iterator[Offer]:
    # Many groups have the same requirements, which are read and held against the worker once.
    different = {group.requirements: group for group in groups}
    allowed = eligibilities(context, worker_row, [requirements_of(group) for group in different.values()])
    judged = {text: (one, one.can_accept) for text, one in zip(different, allowed, strict=True)}
    for group in groups:
        one, qualified = judged[group.requirements]
        can_accept = qualified and not worker_row.blocked and not group.blocked
        yield Offer(group, one, can_accept, group.hits - had.get(group.number, 0))


def _groups(
    context: Context, worker_row: Worker, search: Search, after: str | None, size: int, window: int
) -> tuple[Sequence[Group], str | None]:
    """Some of the next groups that fit, and from where on others may; None where there are no others."""
    looked_at = _in_order(search, after).limit(window if search.narrow else size)
    chosen = _fitting(looked_at, search).limit(size).subquery()
    order = chosen.c.value.desc(), chosen.c.hit_type.desc()
    query = _WHOLE.join(chosen, chosen.c.hit_type == t.hit_type.c.number).order_by(*order)
    found = context.database.execute(query, {"of_worker": worker_row.number}).all()
    groups = cast("Sequence[Group]", found)
    if len(groups) == size:
        return groups, _key(search, groups[-1])
    return groups, _end(context, looked_at, window) if search.narrow else None


def _in_order(search: Search, after: str | None) -> Select[Any]:
    value = _ORDERS[search.order]
    query = select(_GROUP.hit_type, _GROUP.reward, value.label("value")).where(_OPEN)
    if after is not None:
        query = query.where(tuple_(value, _GROUP.hit_type) < tuple_(*_place(after)))
    return query.order_by(value.desc(), _GROUP.hit_type.desc())


def _fitting(looked_at: Select[Any], search: Search) -> Select[Any]:
    window = looked_at.subquery()
    query = select(window.c.hit_type, window.c.value).order_by(window.c.value.desc(), window.c.hit_type.desc())
    if search.min_reward:
        query = query.where(window.c.reward >= search.min_reward)
    words = search.words.casefold().split()[:_MOST_WORDS]
    if words:
        column = t.hit_group_words.c
        query = query.join(t.hit_group_words, column.hit_type == window.c.hit_type)
        query = query.where(*(occurs(word, column.words) for word in words))
    return query


def _end(context: Context, looked_at: Select[Any], window: int) -> str | None:
    """Where a full window of groups ends; None if it was not full, and these were the last ones."""
    last = context.database.execute(looked_at.offset(window - 1).limit(1)).one_or_none()
    return None if last is None else f"{last.value}.{last.hit_type}"


def _key(search: Search, group: Group) -> str:
    value = {NEWEST: group.newest, HIGHEST_REWARD: group.reward, MOST_HITS: group.hits}[search.order]
    return f"{value}.{group.number}"


def _place(key: str) -> tuple[int, int]:
    found = _KEY.fullmatch(key)
    if found is None:
        raise NotThere("This list cannot be continued from there. Begin at its first page.")
    return int(found[1]), int(found[2])


def _start(context: Context, after: str | None) -> int:
    if after is None:
        return 0
    number = context.database.execute(select(t.hit.c.number).where(t.hit.c.hit_id == after)).scalar_one_or_none()
    return 0 if number is None else int(number)
