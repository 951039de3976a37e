"""Lists of the old API: pages by their numbers, totals, and the orders that programs ask for."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest

from mturk.marketplace import Marketplace
from mturk.marketplace.query import old_list
from tests.marketplace.conftest import Connect
from tests.marketplace.query.conftest import Publish
from tests.marketplace.query.old_program import OldProgram, Refused
from tests.marketplace.sample import form, qualification_type_arguments, text_question

Work = Callable[..., str]
_TEST = form(text_question("colour", more=f"<DefaultText>{'x' * 30_000}</DefaultText>"))


def titles(program: OldProgram, **given: Any) -> list[str]:
    return [str(hit.findtext("Title")) for hit in program.call("SearchHITs", given).iter("HIT")]


@pytest.fixture
def three(publish_old: Publish) -> list[str]:
    """HITs in the order b, c, a; of one reward, of three, of two."""
    offers = [("b", "0.01", 3000), ("c", "0.03", 2000), ("a", "0.02", 1000)]
    return [
        publish_old(Title=title, LifetimeInSeconds=seconds, **{"Reward.1.Amount": reward})
        for title, reward, seconds in offers
    ]


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(
    ("order", "found"),
    [("CreationTime", "bca"), ("Title", "abc"), ("Reward", "bac"), ("Expiration", "acb"), ("Enumeration", "bca")],
)
@pytest.mark.parametrize("direction", ["Ascending", "Descending"])
def test_hits_come_in_the_order_that_is_asked_for(program: OldProgram, order: str, found: str, direction: str) -> None:
    expected = list(found) if direction == "Ascending" else list(reversed(found))
    assert titles(program, SortProperty=order, SortDirection=direction) == expected


@pytest.mark.usefixtures("three")
def test_a_page_says_its_number_and_how_many_there_are(program: OldProgram) -> None:
    page = program.call("SearchHITs", {"PageSize": 2, "PageNumber": 2})
    said = [page.findtext(name) for name in ("NumResults", "TotalNumResults", "PageNumber")]
    assert (said, [hit.findtext("Title") for hit in page.iter("HIT")]) == (["1", "3", "2"], ["a"])
    assert program.call("SearchHITs", {"PageSize": 2, "PageNumber": 3}).findtext("NumResults") == "0"


@pytest.mark.parametrize(
    "given",
    [{"PageSize": 0}, {"PageSize": 101}, {"PageNumber": 0}, {"PageNumber": 10**9}, {"PageNumber": "1e3"},
     {"SortProperty": "hit.number"}, {"SortDirection": "Up"}, {"SortProperty.1": "Title"}],
)  # fmt: skip
def test_a_page_or_an_order_that_is_none_is_refused(program: OldProgram, given: dict[str, Any]) -> None:
    with pytest.raises(Refused, match="InvalidParameterValue"):
        program.call("SearchHITs", given)


def test_work_is_listed_by_page_status_and_order(program: OldProgram, publish_old: Publish, work: Work) -> None:
    hit_id = publish_old(MaxAssignments=3)
    one, two, three = (work(hit_id, worker) for worker in ("A1", "A2", "A3"))
    program.call("ApproveAssignment", {"AssignmentId": two})

    def listed(**given: Any) -> list[str | None]:
        page = program.call("GetAssignmentsForHIT", {"HITId": hit_id, **given})
        return [each.findtext("AssignmentId") for each in page.iter("Assignment")]

    assert listed(SortProperty="SubmitTime", SortDirection="Descending") == [three, two, one]
    assert listed(AssignmentStatus="Submitted", PageSize=1, PageNumber=2) == [three]
    assert listed(SortProperty="AssignmentStatus")[0] == two


@pytest.fixture
def of_large_work(program: OldProgram, publish_old: Publish, work: Work) -> Callable[[int], Callable[..., list[str]]]:
    """A HIT for which so many workers sent answers of 5 MB and one a small one, and what its pages list."""

    def of(number: int) -> Callable[..., list[str]]:
        hit_id = publish_old(MaxAssignments=number + 1)
        done = [work(hit_id, f"A{worker}", label="x" * 4_900_000) for worker in range(number)]
        done.append(work(hit_id, "A1SMALL", label="cat"))

        def listed(**given: Any) -> list[str]:
            page = program.call("GetAssignmentsForHIT", {"HITId": hit_id, **given})
            return [str(done.index(str(one.findtext("AssignmentId")))) for one in page.iter("Assignment")]

        return listed

    return of


def test_large_answers_keep_no_other_work_off_a_page(of_large_work: Callable[[int], Callable[..., list[str]]]) -> None:
    assert of_large_work(5)(PageSize=100) == list("012345")


def test_a_page_that_is_far_too_large_is_refused_and_smaller_ones_have_all(
    of_large_work: Callable[[int], Callable[..., list[str]]],
) -> None:
    listed = of_large_work(14)
    with pytest.raises(Refused, match="PageSize=10"):
        listed(PageSize=100)
    assert listed(PageSize=10) + listed(PageSize=10, PageNumber=2) == [str(number) for number in range(15)]


def test_hits_that_require_a_qualification_are_listed(program: OldProgram, publish_old: Publish) -> None:
    required = "QualificationRequirement.1"
    system = {f"{required}.QualificationTypeId": "00000000000000000040", f"{required}.Comparator": "Exists"}
    publish_old()
    wanted = [publish_old(Title=title, **system) for title in ("x", "y")]
    page = program.call("GetHITsForQualificationType", {"QualificationTypeId": "00000000000000000040", "PageSize": 1})
    assert (page.findtext("TotalNumResults"), page.findtext("HIT/HITId")) == ("2", wanted[0])
    nothing = program.call("GetHITsForQualificationType", {"QualificationTypeId": "00000000000000000060"})
    assert nothing.findtext("TotalNumResults") == "0"


def test_qualification_types_come_by_their_names_with_those_of_the_system(program: OldProgram) -> None:
    for name in ("Zebra", "Ant"):
        program.call("CreateQualificationType", {"Name": name, "Description": "d", "QualificationTypeStatus": "Active"})
    mine = program.call("SearchQualificationTypes", {"MustBeRequestable": "true", "PageSize": 1, "PageNumber": 2})
    assert (mine.findtext("TotalNumResults"), mine.findtext("QualificationType/Name")) == ("2", "Zebra")
    everybody = program.call("SearchQualificationTypes", {"MustBeRequestable": "false", "PageSize": 100})
    names = [one.findtext("Name") for one in everybody.iter("QualificationType")]
    assert names == sorted(map(str, names))
    assert {"Ant", "Zebra", "Worker_Adult"} <= set(names)


def test_a_search_for_qualification_types_keeps_no_tests_but_those_shown(
    market: Marketplace, program: OldProgram, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(old_list, "_LARGEST_PAGE", 2)
    client = connect(market)
    for number in range(60):
        client.create_qualification_type(
            **qualification_type_arguments(Name=str(number), Test=_TEST, TestDurationInSeconds=60)
        )
    tracemalloc.start()
    page = program.call("SearchQualificationTypes", {"MustBeRequestable": "true", "PageSize": 1})
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert page.findtext("QualificationType/Test") == _TEST
    assert most < 30 * len(_TEST)


def test_a_list_shows_what_is_new_as_late_as_todays(database: str) -> None:
    with Marketplace(database, query_api=True, eventual=60) as market:
        program = OldProgram(market)
        type_ = {"Title": "t", "Description": "d", "Reward.1.Amount": "0.05", "AssignmentDurationInSeconds": 60}
        question = {"Question": _QUESTION, "LifetimeInSeconds": 3600}
        program.call("CreateHIT", {**type_, **question})
        assert program.call("SearchHITs").findtext("TotalNumResults") == "0"
        market.clock.advance(seconds=61)
        assert program.call("SearchHITs").findtext("TotalNumResults") == "1"


_QUESTION = (
    '<ExternalQuestion xmlns="http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2006-07-14/'
    'ExternalQuestion.xsd"><ExternalURL>https://my-lab.org/</ExternalURL><FrameHeight>400</FrameHeight>'
    "</ExternalQuestion>"
)
