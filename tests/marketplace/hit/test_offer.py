"""What workers find: which groups, in which order, page after page, and the HIT of a group that comes next."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from mturk.marketplace import Marketplace
from mturk.marketplace.call import Context
from mturk.marketplace.error import NotThere, RequestError, WorkerError
from mturk.marketplace.hit import offer
from mturk.marketplace.hit.offer import HIGHEST_REWARD, MOST_HITS, NEWEST, WINDOW, Listing, Search
from mturk.marketplace.people import worker
from tests.marketplace.asked import asked_by_this_thread
from tests.marketplace.conftest import Client, Connect, Publish
from tests.marketplace.sample import hit_arguments, type_arguments

ADULT = "00000000000000000060"
List = Callable[..., Listing]


@pytest.fixture
def listed(market: Marketplace) -> List:
    """A page of what A1 is offered."""

    def listed(
        worker_id: str = "A1", after: str | None = None, size: int = 20, window: int = WINDOW, **search: Any
    ) -> Listing:
        market.worker(worker_id)

        def look(context: Context) -> Listing:
            return offer.offers(context, worker_id, Search(**search), after=after, size=size, window=window)

        return market._dispatch.run(look, writes=False)

    return listed


def titles(page: Listing) -> list[str]:
    return [one.group.title for one in page.offers]


@pytest.fixture
def next_hit(market: Marketplace) -> Callable[..., str]:
    def next_hit(hit: dict[str, Any], after: str | None = None, worker_id: str = "A1", hold: bool = False) -> str:
        market.worker(worker_id)

        def look(context: Context) -> str:
            group = offer.offer(context, worker_id, hit["HITGroupId"]).group.number
            find = offer.hold_next if hold else offer.next_hit
            return find(context, worker.on_site(context, worker_id), group, after)

        return market._dispatch.run(look, writes=hold)

    return next_hit


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (NEWEST, ["dear", "many", "cheap", "plain"]),
        (HIGHEST_REWARD, ["dear", "many", "plain", "cheap"]),
        (MOST_HITS, ["many", "dear", "cheap", "plain"]),
    ],
)
def test_groups_are_sorted_by_what_was_asked_for(
    market: Marketplace, publish: Publish, listed: List, order: str, expected: list[str]
) -> None:
    publish(Title="plain")
    for number in range(2):
        publish(Title="cheap", Reward="0.01", RequesterAnnotation=str(number))
    publish(Title="many")
    market.clock.advance(seconds=1)
    for number in range(3):
        publish(Title="many", RequesterAnnotation=str(number))
    publish(Title="dear", Reward="9.00")
    publish(Title="dear", Reward="9.00")
    assert titles(listed(order=order)) == expected


def test_a_new_hit_brings_its_group_to_the_front(market: Marketplace, publish: Publish, listed: List) -> None:
    for title in ("first", "second", "first"):
        publish(Title=title)
        market.clock.advance(seconds=1)
    assert titles(listed()) == ["first", "second"]


def test_a_hit_that_is_given_back_does_not(market: Marketplace, publish: Publish, listed: List) -> None:
    first = publish(Title="first")
    market.clock.advance(seconds=1)
    publish(Title="second")
    other = market.worker("A2")
    other.return_assignment(other.accept(first["HITId"]))
    assert titles(listed()) == ["second", "first"]


WORDS = [
    ("photo", ["Photo of a café"]),
    ("PHOTO", ["Photo of a café"]),
    ("CAFÉ", ["Photo of a café"]),
    ("animal cat", ["Photo of a café"]),
    ("cat  dog", []),
    ("somebody", ["Translate"]),
    ("sentence", ["Translate"]),
    ("e", ["Translate", "Photo of a café"]),
    ("%", []),
    ("_", []),
    ("  ", ["Translate", "Photo of a café"]),
    ("x" * 5000, []),
    ("a\0b", []),
]


@pytest.mark.parametrize(("words", "expected"), WORDS)
def test_all_words_occur_in_title_description_keywords_or_the_requesters_name(
    market: Marketplace, connect: Connect, publish: Publish, listed: List, words: str, expected: list[str]
) -> None:
    publish(Title="Photo of a café", Description="What is on it?", Keywords="Animal, cat")
    other = connect(market, "Somebody Else")
    other.create_hit(**hit_arguments(Title="Translate", Description="One sentence"))
    assert titles(listed(words=words)) == expected


@pytest.mark.parametrize(
    ("least", "expected"), [(0, ["dear", "cheap"]), (1, ["dear", "cheap"]), (2, ["dear"]), (51, [])]
)
def test_a_minimum_reward_leaves_the_cheaper_ones_out(
    publish: Publish, listed: List, least: int, expected: list[str]
) -> None:
    publish(Title="cheap", Reward="0.01")
    publish(Title="dear", Reward="0.50")
    assert titles(listed(min_reward=least)) == expected


def test_what_a_worker_does_not_qualify_for_can_be_left_out(
    market: Marketplace, client: Client, connect: Connect, publish: Publish, listed: List
) -> None:
    publish(Title="open")
    publish(
        Title="adults",
        QualificationRequirements=[{"QualificationTypeId": ADULT, "Comparator": "EqualTo", "IntegerValues": [1]}],
    )
    connect(market, "other").create_hit(**hit_arguments(Title="blocked"))
    market.worker("A1")
    connect(market, "other").create_worker_block(WorkerId="A1", Reason="careless")
    page = listed()
    assert titles(page) == ["blocked", "adults", "open"]
    assert [one.can_accept for one in page.offers] == [False, False, True]
    assert titles(listed(acceptable=True)) == ["open"]
    market.worker("A1").block()
    assert titles(listed(acceptable=True)) == []


def test_an_offer_tells_whose_it_is_and_how_many_hits_are_left_for_this_worker(
    market: Marketplace, publish: Publish, listed: List
) -> None:
    hits = [publish(MaxAssignments=2, RequesterAnnotation=str(number)) for number in range(3)]
    market.worker("A1").accept(hits[1]["HITId"])
    (one,) = listed().offers
    assert (one.group.requester_name, one.group.hits, one.hits) == ("requester", 3, 2)
    assert [one.hits for one in listed("A2").offers] == [3]


def test_a_check_tells_the_workers_own_value(market: Marketplace, client: Client, publish: Publish) -> None:
    needed = [
        {"QualificationTypeId": "000000000000000000L0", "Comparator": "GreaterThan", "IntegerValues": [95]},
        {"QualificationTypeId": "00000000000000000071", "Comparator": "In", "LocaleValues": [{"Country": "DE"}]},
    ]
    group_id = publish(QualificationRequirements=needed)["HITGroupId"]
    market.worker("A1", country="FR")
    one = market._dispatch.run(lambda context: offer.offer(context, "A1", group_id), writes=False)
    assert [(check.value, check.met) for check in one.eligibility.checks] == [(100, True), (("FR", None), False)]


@pytest.mark.parametrize("order", [NEWEST, HIGHEST_REWARD, MOST_HITS])
@pytest.mark.parametrize("words", ["", "even", "nothing"])
def test_pages_follow_each_other_without_a_gap(client: Client, listed: List, order: str, words: str) -> None:
    for number in range(23):
        arguments = hit_arguments(Title=f"{number} {'odd' if number % 2 else 'even'}", Reward=f"0.0{number % 3 + 1}")
        client.create_hit(**arguments)
    whole = titles(listed(order=order, words=words, size=100))
    found, after = [], None
    while True:
        page = listed(order=order, words=words, after=after, size=5)
        found += titles(page)
        after = page.after
        if after is None:
            break
    assert found == whole
    assert len(found) == {"": 23, "even": 12, "nothing": 0}[words]


def test_a_page_looks_at_so_many_groups_and_says_where_to_go_on(client: Client, listed: List) -> None:
    for number in range(11):
        client.create_hit(**hit_arguments(Title=f"{number} {'wanted' if number == 1 else 'other'}"))
    page = listed(words="wanted", window=4)
    assert titles(page) == []
    second = listed(words="wanted", after=page.after, window=4)
    assert titles(second) == ["1 wanted"]
    assert second.after is None


@pytest.mark.parametrize(
    "after", ["", "1", "x.1", "1.x", "1.2.3", "-1.5", "9" * 30 + ".1", "\N{FULLWIDTH DIGIT ONE}.1", "1.1\n"]
)
def test_a_place_to_go_on_from_that_nobody_gave_is_refused(publish: Publish, listed: List, after: str) -> None:
    publish()
    with pytest.raises(NotThere, match="Begin at its first page"):
        listed(after=after)


@pytest.mark.parametrize("search", [{}, {"words": "nothing"}, {"min_reward": 900}, {"acceptable": True}])
def test_a_page_asks_the_database_at_most_nine_times(
    market: Marketplace, client: Client, listed: List, search: dict[str, Any]
) -> None:
    for number in range(60):
        needed = [{"QualificationTypeId": ADULT, "Comparator": "EqualTo", "IntegerValues": [1]}] if number else []
        client.create_hit(**hit_arguments(Title=str(number), QualificationRequirements=needed))
    asked = asked_by_this_thread(market)
    listed("A1")
    asked.clear()
    market._dispatch.run(lambda context: offer.offers(context, "A1", Search(**search)), writes=False)
    assert 0 < len(asked) <= 9


@pytest.mark.parametrize("after", [None, "7.1"])
@pytest.mark.parametrize("order", [NEWEST, HIGHEST_REWARD, MOST_HITS])
def test_groups_are_read_in_each_order_from_an_index(order: str, after: str | None) -> None:
    query = offer._in_order(Search(order=order), after).limit(20)
    with Marketplace(":memory:") as market:
        text = str(query.compile(market._store._engine, compile_kwargs={"literal_binds": True}))
        plan = market._store.read(lambda database: database.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}").all())
    column = {NEWEST: "newest", HIGHEST_REWARD: "reward", MOST_HITS: "hits"}[order]
    (step,) = [row[-1] for row in plan]
    assert f"USING INDEX hit_group_by_{column}" in step


def test_the_next_hit_of_a_group_is_the_first_that_the_worker_has_not_had(
    market: Marketplace, publish: Publish, next_hit: Callable[..., str]
) -> None:
    hits = [publish(MaxAssignments=2, RequesterAnnotation=str(number)) for number in range(3)]
    ids = [hit["HITId"] for hit in hits]
    assert next_hit(hits[0]) == ids[0]
    market.worker("A1").accept(ids[0])
    assert next_hit(hits[0]) == ids[1]
    assert next_hit(hits[0], worker_id="A2") == ids[0]
    assert next_hit(hits[0], after=ids[1]) == ids[2]
    assert next_hit(hits[0], after="3UNKNOWN") == ids[1]
    assert next_hit(hits[0], hold=True) == ids[1]
    with pytest.raises(NotThere, match="no more available HITs"):
        next_hit(hits[0], after=ids[2])


def test_a_group_whose_requirements_hide_it_is_not_there(market: Marketplace, publish: Publish) -> None:
    hidden = {
        "QualificationTypeId": ADULT,
        "Comparator": "EqualTo",
        "IntegerValues": [1],
        "ActionsGuarded": "DiscoverPreviewAndAccept",
    }
    group_id = publish(QualificationRequirements=[hidden])["HITGroupId"]
    market.worker("A1")
    market.worker("A2", adult=True)
    with pytest.raises(NotThere):
        market._dispatch.run(lambda context: offer.offer(context, "A1", group_id), writes=False)
    assert market._dispatch.run(lambda context: offer.offer(context, "A2", group_id), writes=False).hits == 1


def test_a_hit_that_gets_another_type_moves_to_its_group(
    market: Marketplace, client: Client, publish: Publish, listed: List
) -> None:
    other = client.create_hit_type(**type_arguments(Title="other"))["HITTypeId"]
    moved = publish(Title="one")["HITId"]
    publish(Title="one")
    client.update_hit_type_of_hit(HITId=moved, HITTypeId=other)
    assert [(one.group.title, one.hits) for one in listed().offers] == [("other", 1), ("one", 1)]
    assert market.audit() == []


def test_an_extension_that_the_money_is_not_enough_for_counts_nothing(connect: Connect) -> None:
    policy = {
        "PolicyName": "SimplePlurality/2011-09-01",
        "Parameters": [
            {"Key": key, "Values": [value]}
            for key, value in (
                ("QuestionIds", "label"),
                ("QuestionAgreementThreshold", "100"),
                ("ExtendIfHITAgreementScoreIsLessThan", "100"),
                ("ExtendMaximumAssignments", "5"),
                ("ExtendMinimumTimeInSeconds", "3600"),
            )
        ],
    }
    with Marketplace(":memory:", deposit="0.12") as market:
        hit = connect(market).create_hit(**hit_arguments(MaxAssignments=2, HITReviewPolicy=policy))["HIT"]
        for number, label in enumerate(("cat", "dog")):
            one = market.worker(f"A{number}")
            one.submit(one.accept(hit["HITId"]), {"label": label})
        assert connect(market).get_hit(HITId=hit["HITId"])["HIT"]["HITStatus"] == "Reviewable"
        assert market.audit() == []


def test_the_audit_tells_of_a_group_that_was_counted_wrong(market: Marketplace, publish: Publish) -> None:
    publish()
    market._store.write(lambda database: database.exec_driver_sql("UPDATE hit_group SET hits = 7"))
    assert market.audit() == ["hit_group 1: 7 HITs can be accepted, there are 1"]


class Groups(RuleBasedStateMachine):
    """Everything that can change what is open, in any order; the groups are held against the HITs after each step."""

    @initialize()
    def open(self) -> None:
        self.market = Marketplace(":memory:")
        self.requester = self.market.requester("requester")._number
        self.workers = [self.market.worker(f"A{number}") for number in range(3)]
        self.hits: list[str] = []
        self.held: list[tuple[int, str]] = []

    def call(self, operation: str, **members: Any) -> dict[str, Any]:
        return self.market._dispatch.call(self.requester, operation, members)

    @rule(title=st.sampled_from("ab"), most=st.integers(1, 2), lifetime=st.sampled_from([60, 3600]))
    def publish(self, title: str, most: int, lifetime: int) -> None:
        arguments = hit_arguments(Title=title, MaxAssignments=most, LifetimeInSeconds=lifetime)
        self.hits.append(self.call("CreateHIT", **arguments)["HIT"]["HITId"])

    @rule(which=st.integers(0, 99), who=st.integers(0, 2))
    def accept(self, which: int, who: int) -> None:
        if self.hits:
            with suppress(WorkerError):
                accepted = self.workers[who].accept(self.hits[which % len(self.hits)])
                self.held.append((who, accepted))

    @rule(which=st.integers(0, 99), submits=st.booleans())
    def finish(self, which: int, submits: bool) -> None:
        if self.held:
            who, assignment_id = self.held.pop(which % len(self.held))
            with suppress(WorkerError):
                if submits:
                    self.workers[who].submit(assignment_id, {"label": "cat"})
                else:
                    self.workers[who].return_assignment(assignment_id)

    @rule(
        which=st.integers(0, 99),
        change=st.sampled_from(
            [
                ("UpdateExpirationForHIT", {"ExpireAt": 0}),
                ("UpdateExpirationForHIT", {"ExpireAt": "later"}),
                ("CreateAdditionalAssignmentsForHIT", {"NumberOfAdditionalAssignments": 1}),
                ("UpdateHITReviewStatus", {}),
                ("UpdateHITTypeOfHIT", {"HITTypeId": "c"}),
                ("DeleteHIT", {}),
            ]
        ),
    )
    def change(self, which: int, change: tuple[str, dict[str, Any]]) -> None:
        operation, members = change
        if members.get("ExpireAt") == "later":
            members = {"ExpireAt": self.market.clock.now().timestamp() + 7200}
        if "HITTypeId" in members:
            members = {"HITTypeId": self.call("CreateHITType", **type_arguments(Title="c"))["HITTypeId"]}
        if self.hits:
            with suppress(RequestError):
                self.call(operation, HITId=self.hits[which % len(self.hits)], **members)

    @rule(seconds=st.sampled_from([30, 700, 4000, 40 * 86_400]))
    def wait(self, seconds: int) -> None:
        self.market.clock.advance(seconds=seconds)

    @invariant()
    def every_group_is_counted(self) -> None:
        if hasattr(self, "market"):
            assert self.market.audit() == []

    def teardown(self) -> None:
        if hasattr(self, "market"):
            self.market.stop()


TestGroups = Groups.TestCase
TestGroups.settings = settings(
    max_examples=40, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
