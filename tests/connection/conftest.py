"""AWS's shared files, as a test writes them."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    """An environment whose shared files are the test's."""
    return {
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "credentials"),
        "AWS_CONFIG_FILE": str(tmp_path / "config"),
    }


def write(files: dict[str, str], credentials: str = "", config: str = "") -> None:
    Path(files["AWS_SHARED_CREDENTIALS_FILE"]).write_text(credentials, encoding="utf-8")
    Path(files["AWS_CONFIG_FILE"]).write_text(config, encoding="utf-8")
