"""What task pages could not load, noted once for each HIT type."""

from __future__ import annotations

from typing import Any

import pytest

from mturk.marketplace import Marketplace, MissingAsset
from mturk.marketplace.hit import missing_asset
from tests.marketplace.conftest import Publish


def note(market: Marketplace, hit: dict[str, Any], address: str) -> None:
    market._dispatch.run(lambda context: missing_asset.note(context, hit["HITId"], address))


def test_an_address_is_noted_once_for_its_hit_type(market: Marketplace, publish: Publish) -> None:
    one, same, other = publish(), publish(), publish(Title="Another")
    for hit in (one, same, other, one):
        note(market, hit, "https://cdn.example/a.js?worker=A1#x")
    assert market.missing_assets() == [
        MissingAsset(hit["HITTypeId"], hit["Title"], "https://cdn.example/a.js") for hit in (one, other)
    ]


@pytest.mark.parametrize(
    "address",
    ["inline", "data:text/plain,x", "ftp://x/y", "https://", "https://x/" + "a" * 300, "https://x/\x7f", "https://["],
)
def test_what_is_no_address_on_the_web_is_not_noted(market: Marketplace, publish: Publish, address: str) -> None:
    note(market, publish(), address)
    assert market.missing_assets() == []


def test_a_name_and_a_password_are_left_out(market: Marketplace, publish: Publish) -> None:
    note(market, publish(), "https://user:secret@cdn.example:8443/a.js")
    assert [each.address for each in market.missing_assets()] == ["https://cdn.example:8443/a.js"]


def test_a_page_cannot_fill_the_list(market: Marketplace, publish: Publish) -> None:
    hit = publish()
    for number in range(55):
        note(market, hit, f"https://cdn.example/{number}.js")
    assert len(market.missing_assets()) == 50
