"""Requirements in words are those that comparisons make."""

from __future__ import annotations

import pytest

from mturk import QualificationRequirement, ValidationError
from mturk import requirements as req
from mturk.cli.batch import requirement_notation

OWN = "3EXAMPLEQUALIFICATION"


def own(comparator: str, *values: int) -> QualificationRequirement:
    return QualificationRequirement(OWN, comparator, values)


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("percent_approved >= 95", req.percent_approved >= 95),
        ("percent_approved>=95", req.percent_approved >= 95),
        ("  hits_approved > 100 ", req.hits_approved > 100),
        ("hits_approved < 100", req.hits_approved < 100),
        ("hits_approved <= 100", req.hits_approved <= 100),
        ("hits_approved != 100", req.hits_approved != 100),
        ("locale == DE", req.locale == "DE"),
        ("locale in US, GB", req.locale.is_in("US", "GB")),
        ("locale not in US-NY,GB", req.locale.not_in("US-NY", "GB")),
        ("masters", req.masters.exists()),
        ("not masters", req.masters.does_not_exist()),
        ("adult", req.Adults),
        ("adult == 1", req.Adults),
        (f"{OWN} >= 80", own("GreaterThanOrEqualTo", 80)),
        (f"{OWN} == -1", own("EqualTo", -1)),
        (f"{OWN} in 1, 2", own("In", 1, 2)),
        (OWN, own("Exists")),
        (f"not {OWN}", own("DoesNotExist")),
        ("masters to accept", req.masters.exists()),
        ("locale in US, GB to preview", req.locale.is_in("US", "GB").guarding("PreviewAndAccept")),
        ("percent_approved >= 95 to discover", (req.percent_approved >= 95).guarding("DiscoverPreviewAndAccept")),
    ],
)
def test_words_stand_for_a_requirement(words: str, meant: QualificationRequirement) -> None:
    assert requirement_notation.read(words) == meant


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (95, "95 is no condition"),
        ("", "is no condition"),
        ("percent_approved = 95", "is no condition; expected one such as"),
        ("percent_approved >= 95%", "percent_approved must be an int, not '95%'"),
        ("percent_approved >= 101", "must be from 0 to 100, not 101"),
        ("percent_approved >= ", "is no condition"),
        ("percent_aproved >= 95", "did you mean percent_approved?"),
        ("locale in Germany", "a locale must be a text such as"),
        ("locale > DE", "locale can be compared by"),
        ("locale == 5", "a locale must be a text"),
        ("masters >= 1", "masters can be compared by Exists, DoesNotExist only"),
        ("not adult", "adult can be compared by EqualTo only"),
        ("shortname >= 1", "'shortname' is neither masters"),
        (f"{OWN} >= much", "compares with ints"),
        (f"{OWN} >= 1, 2", "takes one value, not 2"),
        ("masters to look", "expected to accept, to preview or to discover"),
    ],
)
def test_words_that_stand_for_none_are_told(words: object, said: str) -> None:
    with pytest.raises(ValidationError) as caught:
        requirement_notation.read(words)
    assert said in str(caught.value)
