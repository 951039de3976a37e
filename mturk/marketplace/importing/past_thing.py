"""Things that were done elsewhere: their members under AWS's names, checked one by one, and put into our form."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from mturk.marketplace.document import lost_question
from mturk.marketplace.document.answer import LARGEST, check_answers, document_of_texts
from mturk.marketplace.document.parser import Unreadable
from mturk.marketplace.error import MarketplaceError, Refusal, WorkerError
from mturk.marketplace.importing.known_name import can_be_one
from mturk.marketplace.qualification import requirement
from mturk.marketplace.request.rules import (
    ASSIGNMENT_ID,
    ENTITY_ID,
    FEEDBACK,
    HIT_ID,
    HIT_TYPE_ID,
    QUALIFICATION_TYPE_MEMBERS,
    QUALIFICATION_TYPE_STATUS,
    REASON,
    TYPE_MEMBERS,
    WORKER_ID,
)
from mturk.marketplace.request.shape import Finding, Flag, Member, Moment, Money, Text, Whole, read_members

Members = Mapping[str, Any]
Thing = tuple[str, Members, str]
"""What kind of thing it is, its members as the API writes them, and its place in the source, for people."""

WORKER, HIT_TYPE, HIT, ASSIGNMENT, BONUS = "Worker", "HITType", "HIT", "Assignment", "BonusPayment"
QUALIFICATION_TYPE, QUALIFICATION, BLOCK, UNREAD = "QualificationType", "Qualification", "WorkerBlock", "Unread"
KINDS: Final = (WORKER, BLOCK, QUALIFICATION_TYPE, QUALIFICATION, HIT_TYPE, HIT, ASSIGNMENT, BONUS)
"""In the order in which they are brought: each after what it refers to."""

_LONGEST = 16_000_000
"""Characters that a question or the answers of one assignment may have, also where no limit of the API says so."""
_LONGEST_NAME = 1000
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_TYPE_ID = Member("QualificationTypeId", ENTITY_ID)
_TYPE_NAME = Member("Name", Text(limit=200, required_text=True), required=True)
_CONTROL = re.compile("[\x00\ud800-\udfff]")
_LONG = Text(longest=_LONGEST)

_MEMBERS: Final[dict[str, tuple[Member, ...]]] = {
    WORKER: (WORKER_ID,),
    BLOCK: (WORKER_ID, Member("Reason", REASON, required=True)),
    QUALIFICATION_TYPE: (
        _TYPE_ID,
        _TYPE_NAME,
        Member("Description", Text(limit=2000)),
        Member("Keywords", Text(limit=1000)),
        Member("QualificationTypeStatus", QUALIFICATION_TYPE_STATUS),
        Member("CreationTime", Moment()),
        *QUALIFICATION_TYPE_MEMBERS,
    ),
    QUALIFICATION: (
        _TYPE_ID,
        Member("Name", Text(limit=200)),
        WORKER_ID,
        Member("IntegerValue", Whole()),
        Member("Status", Text(choices=("Granted", "Revoked"))),
        Member("GrantTime", Moment()),
    ),
    HIT_TYPE: (HIT_TYPE_ID, Member("HITGroupId", ENTITY_ID), Member("MadeUp", Flag()), *TYPE_MEMBERS),
    HIT: (
        HIT_ID,
        HIT_TYPE_ID,
        Member("CreationTime", Moment()),
        Member("Expiration", Moment()),
        Member("MaxAssignments", Whole(least=1, most=1_000_000_000)),
        Member("RequesterAnnotation", Text(limit=255)),
        Member("HITStatus", Text()),
        Member("Question", _LONG),
    ),
    ASSIGNMENT: (
        ASSIGNMENT_ID,
        HIT_ID,
        WORKER_ID,
        Member("AssignmentStatus", Text(choices=("Submitted", "Approved", "Rejected")), required=True),
        *(Member(f"{what}Time", Moment()) for what in ("Accept", "Submit", "AutoApproval", "Approval", "Rejection")),
        Member("RequesterFeedback", FEEDBACK),
        Member("Answer", _LONG),
    ),
    BONUS: (
        ASSIGNMENT_ID,
        WORKER_ID,
        Member("BonusAmount", Money(least=1), required=True),
        Member("Reason", Text(limit=4096), required=True),
        Member("GrantTime", Moment()),
    ),
}
_DEFAULTS: Final[dict[str, Callable[[Members], Members]]] = {
    HIT_TYPE: lambda given: {
        "Title": f"HITs of type {given.get('HITTypeId')}",
        "Description": given.get("Title") or "From elsewhere",
        "Reward": "0.00",
        "AssignmentDurationInSeconds": 3600,
        "AutoApprovalDelayInSeconds": 2_592_000,
    },
}
_IDS: Final = {"HITId": "3", "HITTypeId": "3", "AssignmentId": "3", "WorkerId": "A"}
_OF_OTHERS: Final = re.compile("(?:dallinger|psiturk|turkle|type|worker) ")
"""How ids begin that are none of MTurk's: with a word and a blank, which none of MTurk's has."""
_OF_PEOPLE: Final = "worker "
"""How a name begins that somebody has on a platform for studies, under which they may come here too."""
_OWN: Final = {WORKER: "WorkerId", BLOCK: "WorkerId", HIT_TYPE: "HITTypeId", HIT: "HITId", ASSIGNMENT: "AssignmentId"}
_PARENT: Final = {HIT: "HITTypeId", ASSIGNMENT: "HITId", BONUS: "AssignmentId"}


class PastThing(NamedTuple):
    """A thing that could be read."""

    kind: str
    id: str
    parent: str
    """The id of what it belongs to."""
    worker_id: str
    place: str
    members: dict[str, Any]
    """Times in milliseconds, amounts in cents."""
    renamed: dict[str, str]
    """Ids that could not stay as they were, by their new ones."""

    @property
    def name(self) -> str:
        """What it is called where something is said of it."""
        return f"{self.kind} {self.id}"


class NotReadable(MarketplaceError):
    """A thing cannot be brought; the text says why."""


def read(thing: Thing, known: Callable[[str], str | None] = lambda _: None) -> PastThing:
    """The thing, or NotReadable. `known` says which worker has a name of elsewhere here already."""
    kind, given, place = thing
    if kind not in _MEMBERS:
        raise NotReadable("there is nothing of that kind here")
    renamed: dict[str, str] = {}
    members = _checked(kind, _named(given, renamed, known), given)
    if kind == WORKER:
        members.update(_alias(renamed.get(members["WorkerId"], ""), known))
    return PastThing(
        kind,
        str(members[_OWN[kind]] if kind in _OWN else _key(kind, members)),
        str(members[_PARENT[kind]] if kind in _PARENT else ""),
        str(members.get("WorkerId", "")),
        place,
        members,
        renamed,
    )


def local_id(name: str, given: str) -> str:
    """The id that a thing has here: the same; or one that always follows from an id of another program."""
    if not _OF_OTHERS.match(given):
        return given
    letter = _IDS[name]
    number = int(hashlib.sha256(f"{name}\0{given}".encode("utf-8", "replace")).hexdigest(), 16)
    length, text = (13 if letter == "A" else 29), ""
    while len(text) < length:
        number, digit = divmod(number, len(_DIGITS))
        text += _DIGITS[digit]
    return letter + text


def _alias(old: str, known: Callable[[str], str | None]) -> Members:
    """The name that a new worker is known by from now on."""
    name = old.removeprefix(_OF_PEOPLE)
    return {"Alias": name} if name != old and can_be_one(name) and known(name) is None else {}


def _named(given: Members, renamed: dict[str, str], known: Callable[[str], str | None]) -> dict[str, Any]:
    found = dict(given)
    for name in _IDS:
        text = found.get(name)
        if isinstance(text, str) and text:
            if len(text) > _LONGEST_NAME:
                raise NotReadable(f"{name} is too long")
            is_name = name == "WorkerId" and text.startswith(_OF_PEOPLE)
            found[name] = (known(text.removeprefix(_OF_PEOPLE)) if is_name else None) or local_id(name, text)
            if found[name] != text:
                renamed[found[name]] = text
    return found


def _checked(kind: str, named: dict[str, Any], given: Members) -> dict[str, Any]:
    defaults = _DEFAULTS[kind](given) if kind in _DEFAULTS else {}
    filled = {**defaults, **{name: value for name, value in named.items() if value not in (None, "")}}
    if any(isinstance(value, str) and _CONTROL.search(value) for value in filled.values()):
        raise NotReadable("a text has characters that no database takes")
    finding = Finding()
    try:
        members = read_members(_MEMBERS[kind], filled, finding)
        refusal = finding.refusal()
        if refusal is not None:
            raise refusal
        _expect_times(_MEMBERS[kind], members)
        return _COMPLETE[kind](members, filled) if kind in _COMPLETE else members
    except (Refusal, Unreadable) as error:
        raise NotReadable(" ".join(str(error).split())[:300]) from None


def _expect_times(shapes: tuple[Member, ...], members: Mapping[str, Any]) -> None:
    for shape in shapes:
        # Calendars begin with the year 1, and a list with one earlier time in it could be read by no SDK.
        if isinstance(shape.kind, Moment) and members.get(shape.name, 0) < 0:
            raise NotReadable(f"its {shape.name} is before 1970")


def _complete_type(members: dict[str, Any], _: Members) -> dict[str, Any]:
    asked = members.get("QualificationRequirements")
    # Absent is another thing than none: a table of results does not tell them.
    return {**members, "QualificationRequirements": None if asked is None else requirement.complete(asked)}


def _complete_hit(members: dict[str, Any], given: Members) -> dict[str, Any]:
    inputs = given.get("Input") or {}
    return {**members, "Question": members.get("Question") or lost_question.page(_texts(inputs))}


def _complete_work(members: dict[str, Any], given: Members) -> dict[str, Any]:
    if "Answer" in members:
        check_answers(members["Answer"])
    else:
        fields = {str(name): [*map(str, texts)] for name, texts in (given.get("Fields") or {}).items()}
        members["Answer"] = _document(fields)
    if len(members["Answer"]) > _LONGEST:
        raise NotReadable(f"its answers have more than {_LONGEST} characters")
    submitted = members.get("SubmitTime")
    if submitted is None:
        raise NotReadable("it has no SubmitTime")
    if submitted < 0 or members.setdefault("AcceptTime", submitted) > submitted:
        raise NotReadable("it was accepted after it was submitted")
    decided = {"Approved": "ApprovalTime", "Rejected": "RejectionTime"}.get(members["AssignmentStatus"])
    if decided:
        members.setdefault(decided, members.get("AutoApprovalTime") or submitted)
    if decided != "RejectionTime":
        members.pop("RejectionTime", None)
    if decided != "ApprovalTime":
        members.pop("ApprovalTime", None)
    return members


def _document(fields: dict[str, list[str]]) -> str:
    try:
        return document_of_texts(fields)
    except WorkerError:  # whose words are for the worker
        raise NotReadable(f"its answers have more than {LARGEST:,} characters as MTurk writes them") from None


def _complete_qualification(members: dict[str, Any], _: Members) -> dict[str, Any]:
    if "QualificationTypeId" not in members and "Name" not in members:
        raise NotReadable("it does not say of which type it is")
    return {"IntegerValue": 1, "Status": "Granted", **members}


_COMPLETE: Final = {
    HIT_TYPE: _complete_type,
    HIT: _complete_hit,
    ASSIGNMENT: _complete_work,
    QUALIFICATION: _complete_qualification,
}


def _texts(inputs: Mapping[str, Any]) -> dict[str, str]:
    return {_CONTROL.sub("\ufffd", str(name)): _CONTROL.sub("\ufffd", str(text)) for name, text in inputs.items()}


def type_key(members: Members) -> str:
    """How a qualification type is known while it is brought: by its id, or else by its name."""
    return str(members.get("QualificationTypeId") or f"name:{members['Name']}")


def _key(kind: str, members: Members) -> str:
    if kind == QUALIFICATION_TYPE:
        return type_key(members)
    if kind == QUALIFICATION:
        return f"{members['WorkerId']} {type_key(members)}"
    return hashlib.sha256(json.dumps([kind, members], sort_keys=True).encode()).hexdigest()[:32]
