"""An app whose connection leads to a marketplace, and what happens there."""

from __future__ import annotations

from pathlib import Path

from flask import Flask

from mturk import HIT, HTMLQuestion
from mturk.flask import MTurk
from mturk.marketplace import Marketplace
from tests.page import PAGE

SOON = 20.0


def set_up(extension: MTurk, market: Marketplace, name: str, folder: Path, **settings: object) -> Flask:
    app = Flask(name, instance_path=str(folder))
    app.config.update(
        MTURK_ENDPOINT=market.url,
        MTURK_ACCESS_KEY=market.access_key,
        MTURK_SECRET_KEY=market.secret_key,
        MTURK_MARK=f"{name}.sqlite3",
    )
    app.config.update(settings)
    extension.init_app(app)
    return app


def publish(app: Flask) -> HIT:
    with app.app_context():
        return HIT.create(
            title="Label",
            description="Label it",
            reward="0.05",
            assignment_duration=600,
            question=HTMLQuestion(PAGE),
            lifetime=3600,
            max_assignments=9,
        )


def answer(market: Marketplace, hit: HIT, worker_id: str = "A1ADA") -> str:
    worker = market.worker(worker_id)
    assignment_id = worker.accept(hit.id)
    worker.submit(assignment_id, {"label": "cat"})
    return assignment_id
