"""Answer keys: what is accepted as one, and what answers are worth."""

from __future__ import annotations

import time

import pytest

from mturk.marketplace.document.answer_key import check_answer_key, grade
from mturk.marketplace.error import ParameterValidationError
from tests.marketplace.sample import BASE, KEY, answer_key, graded

SOUND = graded("sound", (10, "meow"), (-3, "woof"), default=1)


def _percentage(maximum: int) -> str:
    return f"<PercentageMapping><MaximumSummedScore>{maximum}</MaximumSummedScore></PercentageMapping>"


def _scale(multiplier: float | int | str) -> str:
    return f"<ScaleMapping><SummedScoreMultiplier>{multiplier}</SummedScoreMultiplier></ScaleMapping>"


def _ranges(*ranges: tuple[int, int, int], outside: int = 0) -> str:
    parts = "".join(
        f"<SummedScoreRange><InclusiveLowerBound>{low}</InclusiveLowerBound>"
        f"<InclusiveUpperBound>{high}</InclusiveUpperBound><QualificationValue>{value}</QualificationValue>"
        "</SummedScoreRange>"
        for low, high, value in ranges
    )
    outside = f"<OutOfRangeQualificationValue>{outside}</OutOfRangeQualificationValue>"
    return f"<RangeMapping>{parts}{outside}</RangeMapping>"


GRADES = [
    ("the sum of what the options are worth", KEY, {"sound": ["meow"], "cats": ["lion", "tiger"]}, 3),
    ("the order of selections does not matter", KEY, {"cats": ["tiger", "lion"]}, 2),
    ("a part of a set is another set", KEY, {"cats": ["lion"]}, 1),
    ("more than a set is another set", KEY, {"cats": ["lion", "tiger", "wolf"]}, 0),
    ("nothing chosen matches nothing", KEY, {}, 0),
    ("negative scores", answer_key(SOUND), {"sound": ["woof"]}, -3),
    ("the default score for what no option names", answer_key(SOUND), {"sound": ["moo"]}, 1),
    ("the default score for no answer", answer_key(SOUND), {}, 1),
    ("questions without an entry do not count", answer_key(SOUND), {"sound": ["meow"], "other": ["x"]}, 10),
    ("a question may have two entries", answer_key(SOUND, SOUND), {"sound": ["meow"]}, 20),
    ("percent", answer_key(SOUND, mapping=_percentage(20)), {"sound": ["meow"]}, 50),
    ("percent are rounded to the nearest", answer_key(SOUND, mapping=_percentage(3)), {}, 33),
    ("half a percent counts up", answer_key(SOUND, mapping=_percentage(200)), {}, 1),
    ("percent may be more than a hundred", answer_key(SOUND, mapping=_percentage(5)), {"sound": ["meow"]}, 200),
    ("a multiple", answer_key(SOUND, mapping=_scale(1.5)), {"sound": ["meow"]}, 15),
    ("a multiple is rounded to the nearest", answer_key(SOUND, mapping=_scale("0.15")), {"sound": ["meow"]}, 2),
    ("a negative multiple", answer_key(SOUND, mapping=_scale("-2E0")), {"sound": ["meow"]}, -20),
    ("a score has 32 bits", answer_key(SOUND, mapping=_scale("1e300")), {"sound": ["meow"]}, 2**31 - 1),
    ("downwards too", answer_key(SOUND, mapping=_scale("1e300")), {"sound": ["woof"]}, -(2**31)),
    ("the lower bound belongs to a range", answer_key(SOUND, mapping=_ranges((1, 5, 7))), {}, 7),
    ("the upper bound too", answer_key(SOUND, mapping=_ranges((5, 10, 7))), {"sound": ["meow"]}, 7),
    ("outside of all ranges", answer_key(SOUND, mapping=_ranges((2, 5, 7), outside=-1)), {}, -1),
    ("of two ranges the first", answer_key(SOUND, mapping=_ranges((0, 5, 7), (1, 1, 8))), {}, 7),
]


@pytest.mark.parametrize(("key", "chosen", "score"), [case[1:] for case in GRADES], ids=[case[0] for case in GRADES])
def test_a_test_is_graded_by_its_key(key: str, chosen: dict[str, list[str]], score: int) -> None:
    check_answer_key(key, limit=65_535)
    assert grade(key, chosen) == score


LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
BAD = {
    "not XML": "just a text",
    "empty": "",
    "another document": f'<QuestionForm xmlns="{BASE}/2017-11-06/QuestionForm.xsd"/>',
    "no namespace": KEY.replace(f' xmlns="{BASE}/2005-10-01/AnswerKey.xsd"', ""),
    "no questions": answer_key(),
    "a mapping only": answer_key(mapping=_percentage(5)),
    "no options": answer_key(graded("sound")),
    "an option without selection": answer_key(graded("sound", (1, ""))),
    "an option without score": KEY.replace("<AnswerScore>2</AnswerScore>", ""),
    "a score that is no number": KEY.replace(">2<", ">two<"),
    "a score with decimals": KEY.replace(">2<", ">2.5<"),
    "a score in other digits": KEY.replace(">2<", ">٢<"),
    "a score of 33 bits": KEY.replace(">2<", f">{2**31}<"),
    "a score of 60,000 digits": KEY.replace(">2<", f">{'9' * 60_000}<"),
    "markup in a score": KEY.replace(">2<", "><b>2</b><"),
    "something unknown": KEY.replace("</AnswerKey>", "<Note/></AnswerKey>"),
    "the wrong order": KEY.replace("</QuestionIdentifier>", "</QuestionIdentifier><DefaultScore>1</DefaultScore>"),
    "an empty mapping": answer_key(SOUND, mapping="<!-- -->"),
    "two mappings": answer_key(SOUND, mapping=_percentage(5) + _scale(1)),
    "an unknown mapping": answer_key(SOUND, mapping="<Magic/>"),
    "percent of nothing": answer_key(SOUND, mapping=_percentage(0)),
    "a multiple that is no number": answer_key(SOUND, mapping=_scale("NaN")),
    "an infinite multiple": answer_key(SOUND, mapping=_scale("INF")),
    "no ranges": answer_key(SOUND, mapping=_ranges()),
    "a range without upper bound": answer_key(SOUND, mapping=_ranges((1, 2, 3))).replace(
        "<InclusiveUpperBound>2</InclusiveUpperBound>", ""
    ),
    "a document type": '<!DOCTYPE AnswerKey SYSTEM "file:///etc/passwd">' + KEY,
    "a billion laughs": LAUGHS + "]>" + KEY,
    "too deep": "<a>" * 10_000 + "</a>" * 10_000,
    "too long": KEY + " " * 65_535,
}  # fmt: skip


@pytest.mark.parametrize("xml", BAD.values(), ids=BAD.keys())
def test_what_is_no_answer_key_is_refused_at_once(xml: str) -> None:
    began = time.process_time()
    with pytest.raises(ParameterValidationError) as refusal:
        check_answer_key(xml, limit=65_535)
    assert refusal.value.parameter == "AnswerKey"
    assert time.process_time() - began < 0.5


def test_a_refusal_says_what_is_wrong() -> None:
    with pytest.raises(ParameterValidationError, match="inside AnswerOption must stand SelectionIdentifier"):
        check_answer_key(answer_key(graded("sound", (1, ""))), limit=65_535)
