"""The page about notifications says the truth."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "notifications.md"


def test_the_page_about_notifications_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    for block in re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(), re.DOTALL | re.MULTILINE):
        exec(compile(block, str(PAGE), "exec"), names)
    names["sqs"].close()
    names["market"].stop()
    assert capsys.readouterr().out == "hello\n"
    (text,) = names["told"]
    assert json.loads(text)["Events"][0]["EventType"] == "HITCreated"
