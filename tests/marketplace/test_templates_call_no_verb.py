"""A template that names a verb of the marketplace does not call it, as with the records of the SDK."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

import pytest
from django.template import Context, Engine

from mturk import marketplace
from mturk.marketplace import Marketplace
from mturk.marketplace.actor import Requester, Worker
from mturk.marketplace.clock import Clock

# What only reads or computes; a template may call it.
READS = {
    "access_keys", "approved", "at", "audit", "balance", "count", "export_workers", "groups", "index", "letters",
    "messages", "missing_assets", "now", "payouts", "preview", "reports", "requesters", "trail",
}  # fmt: skip


def public_classes() -> list[type]:
    named = (getattr(marketplace, name) for name in marketplace.__all__)
    found = [kind for kind in named if isinstance(kind, type) and not issubclass(kind, (BaseException, tuple))]
    return list(dict.fromkeys([*found, Requester, Worker, Clock]))


def verbs() -> Iterator[tuple[str, Any]]:
    for kind in public_classes():
        for name in dir(kind):
            function = inspect.getattr_static(kind, name)
            if not name.startswith("_") and inspect.isfunction(function):
                yield f"{kind.__name__}.{name}", function


@pytest.mark.parametrize(("name", "function"), [pytest.param(*each, id=each[0]) for each in verbs()])
def test_each_public_verb_alters_data_or_is_known_to_read(name: str, function: Any) -> None:
    assert getattr(function, "alters_data", False) != (name.partition(".")[2] in READS), name


def fill(template: str, **values: object) -> str:
    return Engine().from_string(template).render(Context(values))


def test_a_django_template_calls_no_verb_of_the_marketplace() -> None:
    with Marketplace() as market:
        worker, requester = market.worker("A1"), market.requester("lab")
        keys = len(market.access_keys())
        text = "{{ market.stop }}{{ worker.block }}{{ requester.add_key }}{{ requester.revoke_key }}{{ clock.advance }}"
        assert fill(text, market=market, worker=worker, requester=requester, clock=market.clock) == ""
        assert market.url
        assert len(market.access_keys()) == keys
        assert not any(key.revoked for key in market.access_keys())
        assert fill("{% for name in market.requesters %}[{{ name }}]{% endfor %}", market=market) == "[lab][requester]"
