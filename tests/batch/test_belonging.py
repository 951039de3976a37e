"""Whether a journal belongs to an account is known by its HITs, though some of them are gone."""

from __future__ import annotations

import pytest

from mturk import HIT, Connection, DoesNotExist, ValidationError
from mturk.batch import belonging
from tests.batch.conftest import ROWS, MakeBatch


class LongGone(HIT):
    """A HIT of which the service knows nothing any more."""

    def refresh(self) -> None:
        raise DoesNotExist("no such HIT")


def long_gone(number: int, connection: Connection) -> list[HIT]:
    return [LongGone(f"3GONE{each}", connection=connection) for each in range(number)]


@pytest.mark.parametrize(
    ("before", "after"), [(0, 0), (5, 0), (20, 4), (20, 20)], ids=["first", "sixth", "last", "middle"]
)
def test_one_hit_that_is_known_is_enough(make: MakeBatch, service: Connection, before: int, after: int) -> None:
    batch = make(ROWS[:1])
    batch.publish()
    belonging.expect_account([*long_gone(before, service), *batch.hits(), *long_gone(after, service)])


def test_nothing_published_belongs_to_every_account() -> None:
    belonging.expect_account([])


def test_where_no_hit_is_known_it_is_told(make: MakeBatch, service: Connection) -> None:
    make(ROWS[:1]).publish()
    with pytest.raises(ValidationError, match=r"3GONE0 and on, are not known here.* or all the HITs were deleted"):
        belonging.expect_account(long_gone(20, service))
