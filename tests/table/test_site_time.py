"""Times are written as MTurk's requester site wrote them, summer and winter, and read again."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from mturk import ValidationError
from mturk.table import site_time

UTC = timezone.utc
PAIRS = [
    (datetime(2019, 10, 18, 1, 49, 23, tzinfo=UTC), "Thu Oct 17 18:49:23 PDT 2019"),
    (datetime(2019, 3, 10, 9, 59, 59, tzinfo=UTC), "Sun Mar 10 01:59:59 PST 2019"),
    (datetime(2019, 3, 10, 10, 0, 0, tzinfo=UTC), "Sun Mar 10 03:00:00 PDT 2019"),
    (datetime(2019, 11, 3, 8, 59, 59, tzinfo=UTC), "Sun Nov 03 01:59:59 PDT 2019"),
    (datetime(2019, 11, 3, 9, 0, 0, tzinfo=UTC), "Sun Nov 03 01:00:00 PST 2019"),
    (datetime(2027, 1, 1, 7, 59, 0, tzinfo=UTC), "Thu Dec 31 23:59:00 PST 2026"),
]


@pytest.mark.parametrize(("moment", "text"), PAIRS, ids=[text for _, text in PAIRS])
def test_a_time_is_written_and_read(moment: datetime, text: str) -> None:
    assert site_time.written(moment) == text
    assert site_time.read(text) == moment


def test_no_time_is_an_empty_cell() -> None:
    assert site_time.written(None) == ""
    assert site_time.read(" ") is None


@pytest.mark.parametrize("text", ["2019-10-18T01:49:23+00:00", "2019-10-18 01:49:23", "2019-10-17T18:49:23-07:00"])
def test_a_time_that_another_program_rewrote_is_read(text: str) -> None:
    assert site_time.read(text) == PAIRS[0][0]


@pytest.mark.parametrize("text", ["yesterday", "Thu Okt 17 18:49:23 PDT 2019", "Thu Oct 17 18:49:23 MEZ 2019"])
def test_what_is_no_time_is_told(text: str) -> None:
    with pytest.raises(ValidationError, match="is no time; expected one such as Thu Oct 17"):
        site_time.read(text)
