"""What a test asks of a marketplace's database, without what the marketplace does by itself meanwhile."""

from __future__ import annotations

import threading
from typing import Any

from sqlalchemy import event

from mturk.marketplace import Marketplace


def asked_by_this_thread(market: Marketplace) -> list[str]:
    """The statements from now on, as they are asked."""
    asked: list[str] = []
    here = threading.get_ident()

    def note(*given: Any) -> None:
        if threading.get_ident() == here:
            asked.append(given[2])

    event.listen(market._store._engine, "before_cursor_execute", note)
    return asked
