"""docs/operations.md: its metrics are those that there are, and its lines are as they are written."""

from __future__ import annotations

import json
import logging
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from mturk.cli.program import command
from mturk.marketplace import Marketplace
from mturk.marketplace.watch.log_line import JsonLine, TextLine

PAGE = (Path(__file__).parents[2] / "docs" / "operations.md").read_text(encoding="utf-8")
TABLE = "".join(line for line in PAGE.splitlines() if line.startswith("| `mturk_"))


@pytest.fixture(scope="module")
def metrics() -> str:
    market = Marketplace(metrics=True)
    told = market.app.test_client().get("/metrics", buffered=True).text
    market.stop()
    return told


def test_the_table_has_every_metric_and_no_other(metrics: str) -> None:
    there = {
        f"{name}_total" if kind == "counter" else name
        for name, kind in re.findall(r"^# TYPE (mturk_\w+?)(?:_total)? (\w+)$", metrics, re.M)
        if not name.endswith("_created")
    }
    assert set(re.findall(r"`(mturk_\w+)", TABLE)) == there


def test_the_alarms_ask_for_metrics_that_there_are(metrics: str) -> None:
    rules = PAGE.split("```yaml\n")[1].split("```")[0]
    for name in re.findall(r"mturk_\w+", rules):
        assert f"# TYPE {name.removesuffix('_bucket')} " in metrics


@pytest.mark.parametrize("block", re.findall(r"```text\n(.*?)\n```", PAGE, re.S))
def test_a_line_of_the_log_looks_as_the_page_shows_it(block: str) -> None:
    _, level, request_id, name, text = block.split(" ", 4)
    record = logging.LogRecord(name.rstrip(":"), getattr(logging, level), "", 1, text, None, None)
    record.created, record.request_id = 1_795_414_465.5, request_id
    assert TextLine().format(record) == block
    assert {"time", "level", "request_id", "logger", "message"} == set(json.loads(JsonLine().format(record)))


@pytest.mark.parametrize("line", re.findall(r"^\$ (mturk audit .*)$", PAGE, re.M))
def test_the_commands_are_ones_that_there_are(line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    market = Marketplace("mturk.sqlite3")
    assert market.requesters()
    market.stop()
    assert CliRunner().invoke(command, line.split()[1:]).exit_code == 0
