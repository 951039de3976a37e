"""Marketplaces in files, with one of everything."""

from __future__ import annotations

import shutil
from pathlib import Path

import boto3
import pytest

from mturk.marketplace import Marketplace
from tests.marketplace.upkeep.lab import fill


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory, aws: boto3.session.Session) -> Path:
    """The folder of a marketplace that is not running."""
    folder = tmp_path_factory.mktemp("filled")
    with Marketplace(folder / "lab.sqlite3") as market:
        client = aws.client(
            "mturk",
            endpoint_url=market.url,
            region_name="us-east-1",
            aws_access_key_id=market.access_key,
            aws_secret_access_key=market.secret_key,
        )
        fill(market, client)
        client.close()
    return folder


@pytest.fixture
def lab(filled: Path, tmp_path: Path) -> Path:
    """A marketplace in a file of its own, with its key beside it."""
    for path in filled.iterdir():
        shutil.copy2(path, tmp_path)
    return tmp_path / "lab.sqlite3"
