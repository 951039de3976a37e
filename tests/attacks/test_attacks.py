"""The list of attacks is carried out, each line at each of its fronts."""

from __future__ import annotations

import pytest

from tests.attacks.arena import Arena
from tests.attacks.attack_list import LINES, Attack

SYSTEM = {"nginx"}
CASES = [
    pytest.param(
        front, line, id=f"{line.family}: {line.name}, {front}", marks=[pytest.mark.system] if front in SYSTEM else []
    )
    for line in LINES
    for front in line.fronts
]


@pytest.mark.parametrize(("front", "line"), CASES)
def test_an_attack_gets_what_it_must_and_leaves_others_as_they_were(arena: Arena, line: Attack) -> None:
    attacker = arena.home()
    assert line.sent(attacker) == line.back
    assert attacker.honest() == "ok"


def test_no_two_lines_have_one_name() -> None:
    assert len({line.name for line in LINES}) == len(LINES)
