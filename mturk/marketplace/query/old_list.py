"""Lists of the old API: which page of them is asked for, in which order, and what the answer says of the whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import ColumnElement

from mturk.marketplace.call import Answer
from mturk.marketplace.database import table as t
from mturk.marketplace.query import translation
from mturk.marketplace.query.clerk import Clerk
from mturk.marketplace.query.parameter_tree import Tree
from mturk.marketplace.query.query_error import malformed
from mturk.marketplace.request.numbered_page import NumberedPage
from mturk.marketplace.request.paging import DEFAULT_SIZE
from mturk.marketplace.request.rules import RULES

_LARGEST_PAGE = 100
_LAST_PAGE = 10**7
_DIRECTIONS = ("Ascending", "Descending")
_HIT_ORDERS: Mapping[str, ColumnElement[Any]] = {
    "CreationTime": t.hit.c.number,
    "Enumeration": t.hit.c.number,
    "Expiration": t.hit.c.expiration,
    "Reward": t.hit_type.c.reward,
    "Title": t.hit_type.c.title,
}
_ASSIGNMENT_ORDERS: Mapping[str, ColumnElement[Any]] = {
    "AcceptTime": t.assignment.c.accept_time,
    "Answer": t.assignment.c.answer,
    "AssignmentStatus": t.assignment.c.status,
    "SubmitTime": t.assignment.c.submit_time,
}
_REQUEST_ORDERS: Mapping[str, ColumnElement[Any]] = {
    # boto 2 asks for this one, which requests do not have.
    "Expiration": t.qualification_request.c.submit_time,
    "QualificationTypeId": t.qualification_type.c.qualification_type_id,
    "SubmitTime": t.qualification_request.c.submit_time,
}


@dataclass(frozen=True)
class Orders:
    """The orders that a list can be had in; the `usual` one is had by who asks for none."""

    columns: Mapping[str, ColumnElement[Any]]
    usual: str

    def column(self, given: Tree) -> ColumnElement[Any]:
        """The one that is asked for."""
        return self.columns[_choice(given, "SortProperty", tuple(self.columns), self.usual)]


HITS: Final = Orders(_HIT_ORDERS, "CreationTime")
REVIEWABLE_HITS: Final = Orders(_HIT_ORDERS, "Expiration")
ASSIGNMENTS: Final = Orders(_ASSIGNMENT_ORDERS, "SubmitTime")
REQUESTS: Final = Orders(_REQUEST_ORDERS, "SubmitTime")


def page(given: Tree, orders: Orders | None = None) -> NumberedPage:
    """The page that is asked for."""
    return NumberedPage(
        _between(given, "PageNumber", 1, _LAST_PAGE),
        _between(given, "PageSize", DEFAULT_SIZE, _LARGEST_PAGE),
        None if orders is None else orders.column(given),
        _choice(given, "SortDirection", _DIRECTIONS, "Ascending") == "Descending",
    )


def counted(number: int, total: int, page_number: int) -> Answer:
    """What an answer says of its page."""
    return {"NumResults": number, "TotalNumResults": total, "PageNumber": page_number}


def qualification_types(clerk: Clerk, members: Mapping[str, Any], given: Tree) -> tuple[Sequence[Answer], NumberedPage]:
    """A page of qualification types by their names: a requester has few, and those of the system are in no table."""
    wanted = page(given)
    _choice(given, "SortProperty", ("Name",), "Name")
    # Each may have a test and its key, with which ten thousand would be a gigabyte.
    found: list[tuple[str, str]] = []
    token: Mapping[str, str] = {}
    while True:
        answer = clerk.do("ListQualificationTypes", {**members, **token, "MaxResults": _LARGEST_PAGE})
        found += [(str(one["Name"]), str(one["QualificationTypeId"])) for one in answer["QualificationTypes"]]
        if "NextToken" not in answer:
            break
        token = {"NextToken": answer["NextToken"]}
    found.sort(key=itemgetter(0), reverse=wanted.descending)
    wanted.total = len(found)
    shown = found[wanted.before : wanted.before + wanted.size]
    whole = (clerk.do("GetQualificationType", {"QualificationTypeId": type_id}) for _, type_id in shown)
    return [one["QualificationType"] for one in whole], wanted


def review_results(clerk: Clerk, given: Tree) -> Answer:
    """A page of what review policies found out and did; of how much there is nothing is said."""
    operation = "ListReviewPolicyResultsForHIT"
    return clerk.do(operation, translation.members(RULES[operation], given), page=page(given))


def _between(given: Tree, name: str, usual: int, most: int) -> int:
    number = translation.whole(given, name, usual)
    if number is None or not 1 <= number <= most:
        raise malformed(name, f"a whole number from 1 to {most}")
    return number


def _choice(given: Tree, name: str, choices: tuple[str, ...], usual: str) -> str:
    chosen = given.get(name) or usual
    if not isinstance(chosen, str) or chosen not in choices:
        raise malformed(name, f"one of {', '.join(choices)}")
    return chosen
