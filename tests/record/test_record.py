"""Records: what costs a call and what does not, what can be changed, what survives a pickle."""

from __future__ import annotations

import contextlib
import copy
import pickle
import rlcompleter
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

import mturk
from mturk import (
    HIT,
    Assignment,
    Connection,
    HITType,
    QualificationRequest,
    QualificationType,
    TransportError,
    Worker,
    using,
)
from mturk.record.record import Record
from tests.judge import Judge, full_shape

BARE = [HIT("3A"), Assignment("3A"), HITType("3A"), QualificationType("3A"), QualificationRequest("3A"), Worker("A1")]
LOADED = {HIT: "GetHIT", Assignment: "GetAssignment", QualificationType: "GetQualificationType"}


def bare(record: Record, connection: Connection) -> Any:
    return type(record)(record.id, connection=connection)


def complete(kind: type[Record], connection: Connection | None, **members: Any) -> Any:
    """A record as it comes in an answer with every member."""
    return kind._read({**full_shape(kind.__name__), **members}, connection)


def complete_with_ipython(thing: Any) -> None:
    from IPython.core.completer import IPCompleter, provisionalcompleter

    for jedi in (False, True):
        completer = IPCompleter(namespace={"thing": thing}, use_jedi=jedi)
        with provisionalcompleter():
            assert list(completer.completions("thing.", 6))
            list(completer.completions("thing.st", 8))


def complete_with_the_prompt(thing: Any) -> None:
    completer = rlcompleter.Completer({"thing": thing})
    state = 0
    while completer.complete("thing.", state) is not None:
        state += 1
    assert state > 5


def print_with_ipython(thing: Any) -> None:
    from IPython.core.formatters import DisplayFormatter
    from IPython.lib.pretty import pretty

    pretty(thing)
    DisplayFormatter().format(thing)


FREE: dict[str, Callable[[Any], object]] = {
    "repr": repr,
    "str": str,
    "format": format,
    "equality": lambda thing: thing == type(thing)(thing.id),
    "inequality": lambda thing: thing != type(thing)("A2"),
    "hash": hash,
    "set": lambda thing: {thing, thing},
    "dir": dir,
    "pickle": pickle.dumps,
    "pickle and back": lambda thing: pickle.loads(pickle.dumps(thing)),
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "id": lambda thing: thing.id,
    "connection": lambda thing: thing.connection,
    "isinstance": lambda thing: isinstance(thing, Record),
    "hasattr of what is no field": lambda thing: hasattr(thing, "nothing_like_it"),
    "the notebook's table": lambda thing: thing._repr_html_(),
    "the prompt's completer": complete_with_the_prompt,
    "IPython's completer": complete_with_ipython,
    "IPython's display": print_with_ipython,
}


@pytest.mark.parametrize("record", BARE, ids=lambda record: type(record).__name__)
@pytest.mark.parametrize("what", FREE)
def test_looking_at_a_record_never_makes_a_call(record: Record, what: str, judge: Judge, default: Connection) -> None:
    FREE[what](bare(record, default))
    assert judge.arrived == 0


@pytest.mark.parametrize("kind", LOADED, ids=lambda kind: kind.__name__)
def test_the_first_read_of_a_field_loads_them_all_by_one_call(
    kind: type[Record], judge: Judge, connection: Connection
) -> None:
    members = {**full_shape(kind.__name__), kind._id_member: "3A"}
    judge.answer(LOADED[kind], {kind.__name__: members})
    found = kind("3A", connection=connection)
    expected = complete(kind, connection)
    for name in found._slots:
        if not name.startswith("_"):
            assert getattr(found, name) == getattr(expected, name)
    assert judge.operations == [LOADED[kind]]


@pytest.mark.parametrize("kind", LOADED, ids=lambda kind: kind.__name__)
def test_a_complete_record_costs_nothing_even_where_members_were_absent(
    kind: type[Record], judge: Judge, connection: Connection
) -> None:
    found = kind._read({kind._id_member: "3A"}, connection)
    assert {getattr(found, name) for name in found._slots if not name.startswith("_")} == {None}
    assert judge.arrived == 0


@pytest.mark.parametrize("kind", LOADED, ids=lambda kind: kind.__name__)
def test_an_answer_that_lacks_the_record_is_a_broken_one(
    kind: type[Record], judge: Judge, connection: Connection
) -> None:
    judge.answer(LOADED[kind], {})
    found = kind("3A", connection=connection)
    with pytest.raises(TransportError, match=f"describes a {kind.__name__} without its {kind._id_member}"):
        found.refresh()  # type: ignore[attr-defined]


def test_refresh_loads_anew_and_keeps_nothing_old(judge: Judge, connection: Connection) -> None:
    judge.answer("GetHIT", {"HIT": {"HITId": "3A", "Title": "Old", "RequesterAnnotation": "note"}})
    judge.answer("GetHIT", {"HIT": {"HITId": "3A", "Title": "New"}})
    hit = HIT.get("3A", connection=connection)
    assert (hit.title, hit.requester_annotation) == ("Old", "note")
    hit.refresh()
    assert (hit.title, hit.requester_annotation) == ("New", None)
    assert judge.operations == ["GetHIT", "GetHIT"]


@pytest.mark.parametrize("name", ["title", "description", "reward", "keywords", "qualification_requirements"])
def test_a_bare_hit_type_says_why_it_has_no_terms(name: str, judge: Judge, connection: Connection) -> None:
    with pytest.raises(AttributeError, match=r"no operation that tells a HIT type's .*hit\.hit_type"):
        getattr(HITType("3A", connection=connection), name)
    assert judge.arrived == 0


def test_a_bare_request_for_a_qualification_says_why_it_has_no_fields(judge: Judge, connection: Connection) -> None:
    with pytest.raises(AttributeError, match="no operation that tells"):
        _ = QualificationRequest("3A", connection=connection).worker_id


@pytest.mark.parametrize("record", BARE, ids=lambda record: type(record).__name__)
def test_a_field_cannot_be_assigned_or_deleted(record: Any) -> None:
    names = [name for name in ("id", "title", "status", "connection", "something") if hasattr(type(record), name)]
    for name in names:
        with pytest.raises(AttributeError):
            setattr(record, name, "new")
        with pytest.raises(AttributeError):
            delattr(record, name)
    with pytest.raises(AttributeError):
        record.something_new = 1


def test_equality_is_class_and_id() -> None:
    assert HIT("3A") == HIT("3A")
    assert HIT("3A") != HIT("3B")
    assert HIT("3A") != Assignment("3A")
    assert HIT("3A") != "3A"
    assert len({HIT("3A"), HIT("3A"), Assignment("3A")}) == 2
    assert complete(HIT, None, HITId="3A") == HIT("3A")


def test_a_repr_is_one_line_with_what_is_known() -> None:
    assert repr(HIT("3A")) == "<HIT 3A>"
    hit = HIT._read({"HITId": "3A", "Title": "Label 'it'\n", "HITStatus": "Reviewable"}, None)
    assert repr(hit) == "<HIT 3A \"Label 'it'\\n\" Reviewable>"
    assert repr(HIT._read({"HITId": "3A", "HITStatus": "Dreaming"}, None)) == "<HIT 3A None 'Dreaming'>"
    assert repr(Worker("A1")) == "<Worker A1>"
    assert repr(HIT._read({"HITId": "3A\x1b[2J\n3B"}, None)) == "<HIT 3A\ufffd[2J 3B None None>"


# Pickles and copies.


@pytest.mark.parametrize("kind", [HIT, Assignment, QualificationType, QualificationRequest])
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_pickle_keeps_the_fields_and_leaves_the_connection(
    kind: type[Record], protocol: int, judge: Judge, connection: Connection, connect: Callable[..., Connection]
) -> None:
    record = complete(kind, connection)
    pickled = pickle.dumps(record, protocol)
    for secret in (b"wJalrXUtn", b"AKIDEXAMPLE", judge.url.encode()):
        assert secret not in pickled
    other = connect(judge.url)
    with using(other):
        again = pickle.loads(pickled)
    assert again == record
    assert type(again) is kind
    assert again.connection is other, "it takes the connection that is in force when it is loaded"
    assert again.to_dict() == record.to_dict()
    assert judge.arrived == 0


def test_a_record_loaded_without_a_connection_takes_the_one_in_force_when_it_needs_one(
    judge: Judge, connection: Connection
) -> None:
    again = pickle.loads(pickle.dumps(HIT("3A", connection=connection)))
    judge.answer("GetHIT", {"HIT": {"HITId": "3A", "Title": "T"}})
    with using(connection):
        assert again.title == "T"
    assert again.connection is connection


def test_a_pickle_is_read_in_another_process() -> None:
    hit = HIT._read({"HITId": "3A", "Title": "T", "Reward": "0.05", "HITStatus": "Reviewable"}, None)
    program = "import pickle, sys; hit = pickle.load(sys.stdin.buffer); print(repr(hit), hit.reward)"
    done = subprocess.run([sys.executable, "-c", program], input=pickle.dumps(hit), capture_output=True, check=True)
    assert done.stdout.decode().strip() == "<HIT 3A 'T' Reviewable> 0.05"


def test_a_pickle_of_an_older_release_loses_only_the_fields_that_are_gone() -> None:
    rebuild, (kind, own_id, state) = HIT._read({"HITId": "3A", "Title": "T"}, None).__reduce__()
    assert rebuild(kind, own_id, {**state, "gone": 1}).title == "T"  # type: ignore[attr-defined]


@pytest.mark.parametrize("make", [copy.copy, copy.deepcopy])
def test_a_copy_keeps_fields_and_connection_and_stands_alone(
    make: Callable[[Any], Any], connection: Connection
) -> None:
    hit = complete(HIT, connection)
    again = make(hit)
    assert again == hit
    assert again is not hit
    assert again.connection is connection
    assert again.to_dict() == hit.to_dict()
    again._set(title="Other")
    assert hit.title != "Other"


# Reading answers.


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("CreationTime", "yesterday"),
        ("CreationTime", 1e300),
        ("Reward", "five"),
        ("Reward", 5.0j),
        ("MaxAssignments", None),
        ("Keywords", 7),
        ("AssignmentDurationInSeconds", "x"),
        ("QualificationRequirements", [{"Comparator": "Exists"}]),
        ("QualificationRequirements", 7),
        ("HITStatus", ["x"]),
    ],
)
def test_a_member_that_cannot_be_read_is_named(member: str, value: Any) -> None:
    if value is None:
        assert HIT._read({"HITId": "3A", member: value}, None).max_assignments is None
        return
    with pytest.raises(TransportError, match=f"describes HIT 3A with {member} = "):
        HIT._read({"HITId": "3A", member: value}, None)


def test_members_that_are_new_are_passed_over() -> None:
    assert HIT._read({"HITId": "3A", "Mood": "good", "Title": "T"}, None).title == "T"


def test_a_word_that_is_new_stays_a_str() -> None:
    assert HIT._read({"HITId": "3A", "HITStatus": "Dreaming"}, None).status == "Dreaming"


# Relations.


def test_relations_cost_nothing_and_keep_the_connection(judge: Judge, connection: Connection) -> None:
    assignment = Assignment._read({"AssignmentId": "3A", "WorkerId": "A1", "HITId": "3H"}, connection)
    assert (assignment.worker, assignment.hit) == (Worker("A1"), HIT("3H"))
    assert assignment.worker.connection is assignment.hit.connection is connection
    request = QualificationRequest._read(
        {"QualificationRequestId": "3R", "WorkerId": "A1", "QualificationTypeId": "3Q"}, connection
    )
    assert (request.worker, request.qualification_type) == (Worker("A1"), QualificationType("3Q"))
    hit = HIT._read({"HITId": "3H", "HITTypeId": "3T", "Title": "T", "Reward": "0.05"}, connection)
    assert hit.hit_type == HITType("3T")
    assert hit.hit_type.title == "T", "a HIT knows the terms of its type"
    assert hit.hit_type.connection is connection
    assert judge.arrived == 0


def test_a_record_as_a_dict_has_every_field(judge: Judge, connection: Connection) -> None:
    hit = complete(HIT, connection, HITId="3A")
    found = hit.to_dict(xml=True)
    assert found["id"] == "3A"
    assert set(found) == {"id"} | {name for name in HIT._slots if not name.startswith("_")}
    assert judge.arrived == 0


def test_a_bare_record_loads_once_to_be_shown(judge: Judge, connection: Connection) -> None:
    judge.answer("GetHIT", {"HIT": {"HITId": "3A", "Title": "T", "AssignmentDurationInSeconds": 60}})
    table = HIT("3A", connection=connection).show()
    assert "0:01:00" in repr(table)
    assert repr(table).splitlines()[0] == "HIT"
    assert judge.operations == ["GetHIT"]


def test_every_record_of_the_package_is_tested_here() -> None:
    kinds = {kind for name in mturk.__all__ if isinstance(kind := getattr(mturk, name), type)}
    assert {type(record) for record in BARE} == {kind for kind in kinds if issubclass(kind, Record)}


def test_a_field_read_outside_any_connection_says_what_to_write() -> None:
    with pytest.raises(mturk.ConfigurationError, match="Say where to connect"):
        _ = HIT("3A").title


def test_a_record_keeps_the_connection_it_was_born_with(
    judge: Judge, connection: Connection, connect: Callable[..., Connection]
) -> None:
    other = connect(judge.url)
    with using(connection):
        hit = HIT("3A")
    with using(other):
        assert hit.connection is connection
        assert HIT("3A").connection is other
        assert HIT("3A", connection=connection).connection is connection


def test_what_a_verb_made_uncertain_is_loaded_again_and_only_then(judge: Judge, connection: Connection) -> None:
    hit = complete(HIT, connection, HITId="3A", HITStatus="Assignable", Title="T")
    hit.expire()
    assert hit.title == "T"
    assert judge.operations == ["UpdateExpirationForHIT"]
    judge.answer("GetHIT", {"HIT": {"HITId": "3A", "HITStatus": "Reviewable", "AutoApprovalDelayInSeconds": 60}})
    assert hit.status == "Reviewable"
    assert hit.auto_approval_delay == timedelta(minutes=1)
    assert judge.operations == ["UpdateExpirationForHIT", "GetHIT"]


def test_a_load_that_fails_leaves_the_record_as_it_was(judge: Judge, connection: Connection) -> None:
    from tests.judge import Refusal

    hit = HIT("3A", connection=connection)
    judge.answer("GetHIT", Refusal(turk_code="HITDoesNotExist", message="Hit 3A does not exist."))
    with pytest.raises(mturk.DoesNotExist):
        _ = hit.title
    judge.answer("GetHIT", {"HIT": {"HITId": "3A", "Title": "T"}})
    with contextlib.suppress(mturk.DoesNotExist):
        assert hit.title == "T"
    assert judge.operations == ["GetHIT", "GetHIT"]
