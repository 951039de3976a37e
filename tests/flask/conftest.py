"""Apps with the extension, each with a mark of its own, closed after the test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Queue
from typing import Any

import pytest
from flask import Flask

from mturk.flask import MTurk
from mturk.marketplace import Marketplace
from tests.flask.served_app import set_up
from tests.judge import ACCESS_KEY, SECRET_KEY, Judge
from tests.rendering.conftest import browser

__all__ = ["browser"]

MakeApp = Callable[..., Flask]


@pytest.fixture
def extension() -> Iterator[MTurk]:
    """An extension that is not set up for any app yet."""
    made = MTurk()
    yield made
    made.close()


@pytest.fixture
def make_app(extension: MTurk, judge: Judge, tmp_path: Path) -> MakeApp:
    """Make an app whose connection leads to the judge; settings go over that, and None takes one away."""

    def make_app(name: str = "lab", **settings: Any) -> Flask:
        app = Flask(name, instance_path=str(tmp_path / "instance"), root_path=str(tmp_path))
        app.config.update(
            TESTING=True,
            SECRET_KEY="key",
            MTURK_ENDPOINT=judge.url,
            MTURK_ACCESS_KEY=ACCESS_KEY,
            MTURK_SECRET_KEY=SECRET_KEY,
        )
        app.config.update(settings)
        extension.init_app(app)
        return app

    return make_app


@pytest.fixture
def app(make_app: MakeApp) -> Flask:
    return make_app()


@pytest.fixture
def served(extension: MTurk, mturk_market: Marketplace, tmp_path: Path) -> Flask:
    """An app whose connection leads to a marketplace."""
    return set_up(extension, mturk_market, "lab", tmp_path)


@pytest.fixture
def told() -> Queue[Any]:
    """What handlers say that they were told."""
    return Queue()
