"""The arenas that are attacked, one behind each front."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.attacks.arena import Arena
from tests.attacks.front import FRONTS
from tests.marketplace.conftest import postgresql

__all__ = ["postgresql"]


class Arenas:
    """One behind each front, made when it is first asked for."""

    def __init__(self, stack: ExitStack, request: pytest.FixtureRequest, folder: Path) -> None:
        self._stack, self._request, self._folder = stack, request, folder
        self.made: dict[str, Arena] = {}

    def behind(self, front: str) -> Arena:
        """The one behind that front."""
        if front not in self.made:
            (self._folder / front).mkdir()
            self.made[front] = self._stack.enter_context(FRONTS[front](self._folder / front, self._request))
        return self.made[front]


@pytest.fixture(scope="module")
def arenas(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Arenas]:
    """All of them. When all lines have attacked, no cent is astray anywhere."""
    with ExitStack() as stack:
        found = Arenas(stack, request, tmp_path_factory.mktemp("arena"))
        yield found
        assert [problem for arena in found.made.values() for problem in arena.market.audit()] == []


@pytest.fixture
def arena(arenas: Arenas, front: str) -> Arena:
    """The one behind the front of a line."""
    return arenas.behind(front)
