"""Who took part under a name of a study platform is the same worker here."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from mturk.marketplace import Marketplace, WorkerError
from mturk.marketplace.database import table as t
from tests.marketplace.conftest import Client
from tests.marketplace.importing.history import (
    assignment,
    hit,
    hit_type,
    rows,
    take_in,
)
from tests.marketplace.sample import hit_arguments


def test_who_comes_under_a_name_of_a_platform_is_the_one_who_took_part(market: Marketplace, client: Client) -> None:
    _, told = take_in(market, ("Worker", {"WorkerId": "worker anna@lab.org"}, "participant 1"), mark="Did it")
    (kind,) = client.list_qualification_types(Query="Did it", MustBeRequestable=False)["QualificationTypes"]
    unmarked = {"QualificationTypeId": kind["QualificationTypeId"], "Comparator": "DoesNotExist"}
    new = client.create_hit(**hit_arguments(QualificationRequirements=[unmarked]))["HIT"]
    anna = market.worker(alias="anna@lab.org")
    assert [one.words for one in told] == [f"is {anna.id} here"]
    with pytest.raises(WorkerError):
        anna.accept(new["HITId"])
    assert market.worker(alias="bob@lab.org").accept(new["HITId"])


def test_who_is_known_by_a_name_already_is_no_second_worker(market: Marketplace) -> None:
    anna = market.worker(alias="anna@lab.org")
    take_in(market, hit_type(), hit(), assignment("3ANNA", "worker anna@lab.org", "Approved"))
    found = market._store.read(lambda database: database.execute(select(t.worker)).all())
    assert [(row.worker_id, row.approved) for row in found] == [(anna.id, 1)]


def test_a_dry_run_gives_nobody_a_name(market: Marketplace) -> None:
    market.requester("requester")
    before = rows(market)
    take_in(market, ("Worker", {"WorkerId": "worker anna@lab.org"}, "participant 1"), dry_run=True)
    assert rows(market) == before
