"""How long it takes to read answers, against bare xmltodict.parse: 20,000 documents, in turn, in one run."""

from __future__ import annotations

import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from xml.sax.saxutils import escape

import xmltodict

from mturk.question import answer

DOCUMENTS = 20_000
CHUNK = 500
REPETITIONS = 7
_NAMESPACE = "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2005-10-01/QuestionFormAnswers.xsd"
_TEXT = "the picture shows a brown dog & two cats on <grass>, I am not quite sure about it"
_WORDS = _TEXT.split()


def documents(count: int, seed: int = 1) -> Iterator[str]:
    """Answers as forms and pages give them: two to six questions, one in five a selection."""
    pick = random.Random(seed)
    for _ in range(count):
        answers = "".join(_answer(pick, number) for number in range(pick.randint(2, 6)))
        yield (
            f'<?xml version="1.0" encoding="ASCII"?><QuestionFormAnswers xmlns="{_NAMESPACE}">{answers}'
            "</QuestionFormAnswers>"
        )


def _answer(pick: random.Random, number: int) -> str:
    if pick.random() < 0.2:
        chosen = pick.sample(["cat", "dog", "bird", "fish"], pick.randint(1, 3))
        inside = "".join(f"<SelectionIdentifier>{one}</SelectionIdentifier>" for one in chosen)
    else:
        words = " ".join(pick.choice(_WORDS) for _ in range(pick.randint(1, 20)))
        inside = f"<FreeText>{escape(words)}</FreeText>"
    return f"<Answer><QuestionIdentifier>question_{number}</QuestionIdentifier>{inside}</Answer>"


def _seconds(read: Callable[[str], object], xmls: list[str]) -> float:
    started = time.process_time()
    for xml in xmls:
        read(xml)
    return time.process_time() - started


def _pair(xmls: list[str]) -> tuple[float, float]:
    """The seconds of both, chunk by chunk in turn: what else the machine does slows both."""
    chunks = [xmls[start : start + CHUNK] for start in range(0, len(xmls), CHUNK)]
    bare = ours = 0.0
    for chunk in chunks:
        bare += _seconds(xmltodict.parse, chunk)
        ours += _seconds(answer.read, chunk)
    return bare, ours


def main() -> None:
    """Print the seconds of both, and how fast ours is as a share of the other."""
    xmls = list(documents(DOCUMENTS))
    pairs = [_pair(xmls) for _ in range(REPETITIONS)]
    ratios = [bare / ours for bare, ours in pairs]
    bare, ours = (statistics.median(times) for times in zip(*pairs, strict=True))
    print(f"{DOCUMENTS:,} documents on Python {sys.version.split()[0]}, median of {REPETITIONS} runs of CPU time")
    print(f"xmltodict.parse {bare:.2f} s, assignment.answers {ours:.2f} s")
    spread = f"from {min(ratios):.2f} to {max(ratios):.2f}"
    print(f"speed {statistics.median(ratios):.2f} of its ({spread}); 0.90 is the least")


if __name__ == "__main__":
    main()
