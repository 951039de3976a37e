"""Metrics: what happened is counted, and nobody else than the operator reads it."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from mturk.marketplace import Marketplace, agenda
from mturk.marketplace.error import SettingError
from mturk.marketplace.watch.watch_setting import WatchSettings
from tests.marketplace.sample import hit_arguments
from tests.marketplace.watch.conftest import Desk, Open

HERE = "127.0.0.1"


@pytest.fixture
def desk(opened: Open) -> Desk:
    return opened(metrics=True)


def read(desk: Desk, **labels: str) -> dict[str, float]:
    """What is told under these labels, by its name."""
    text = desk.ask("/metrics", address=HERE).text
    samples = (sample for family in text_string_to_metric_families(text) for sample in family.samples)
    return {sample.name: sample.value for sample in samples if labels.items() <= sample.labels.items()}


def test_calls_are_counted_by_operation_and_code(desk: Desk) -> None:
    desk.call("CreateHIT", **hit_arguments())
    for _ in range(3):
        desk.call("GetHIT", HITId="3NOWHERE")
    assert read(desk, operation="CreateHIT", code="OK")["mturk_calls_total"] == 1
    code = "AWS.MechanicalTurk.HITDoesNotExist"
    assert read(desk, operation="GetHIT", code=code)["mturk_calls_total"] == 3
    assert read(desk, operation="GetHIT")["mturk_call_seconds_count"] == 3


@pytest.mark.parametrize("service", ["MTurkRequesterServiceV20170117", "AmazonSQS", "Made"])
def test_what_clients_make_up_is_no_label(desk: Desk, service: str) -> None:
    desk.call("MadeUp", service)
    assert read(desk, operation="unknown")["mturk_calls_total"] == 1
    assert "MadeUp" not in desk.ask("/metrics", address=HERE).text


def test_a_signature_that_is_wrong_is_counted_by_its_code(desk: Desk) -> None:
    desk.keys = desk.keys[0], "wrong"
    desk.call("GetHIT", HITId="3NOWHERE")
    assert read(desk, operation="GetHIT", code="InvalidSignatureException")["mturk_calls_total"] == 1


def test_pages_are_counted_by_their_rule_and_not_by_what_is_in_their_path(desk: Desk) -> None:
    desk.ask("/mturk/task/a-secret-ticket")
    desk.ask("/nowhere/a-secret")
    assert read(desk, page="/mturk/task/<text>")["mturk_pages_total"] == 1
    assert read(desk, page="unknown", status="404")["mturk_pages_total"] == 1
    assert "secret" not in desk.ask("/metrics", address=HERE).text


def test_the_steps_of_workers_are_counted_once_they_are_on_disk(desk: Desk) -> None:
    hit_id = desk.call("CreateHIT", **hit_arguments()).get_json(force=True)["HIT"]["HITId"]
    worker = desk.market.worker("A1ADA")
    worker.submit(worker.accept(hit_id), {"label": "cat"})
    assert [read(desk, step=step)["mturk_worker_steps_total"] for step in ("Accept", "Submit")] == [1, 1]


def test_how_long_writers_wait_is_told(desk: Desk) -> None:
    before = read(desk)["mturk_write_wait_seconds_count"]
    desk.market.worker("A1ADA")
    assert read(desk)["mturk_write_wait_seconds_count"] == before + 1


def test_what_is_overdue_and_what_waits_is_read_from_the_database(desk: Desk) -> None:
    found = read(desk)
    assert found["mturk_database_up"] == 1
    assert found["mturk_agenda_lag_seconds"] == found["mturk_outbox_events"] == found["mturk_outbox_age_seconds"] == 0


def test_an_agenda_that_nobody_carries_out_lags(opened: Open) -> None:
    clock = [1_800_000_000.0]
    desk = opened(metrics=True, real_time=lambda: clock[0])
    store = desk.market._store
    store.write(lambda database: agenda.plan(database, agenda.FORGET_TOKENS, 0, 1_800_000_000_000))
    clock[0] += 90
    assert read(desk)["mturk_agenda_lag_seconds"] == 90


@pytest.mark.parametrize("address", ["203.0.113.7", "10.0.0.1", ""])
def test_who_is_elsewhere_does_not_find_them(desk: Desk, address: str) -> None:
    assert desk.ask("/metrics", address=address).status_code == 404


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP"])
def test_who_comes_by_a_proxy_that_nobody_trusts_does_not_find_them(desk: Desk, header: str) -> None:
    assert desk.ask("/metrics", address=HERE, headers={header: HERE}).status_code == 404


def test_behind_a_trusted_proxy_the_client_s_own_address_counts(opened: Open) -> None:
    desk = opened(metrics=True, trusted_proxies=[HERE])
    asked = {"X-Forwarded-For": "203.0.113.7"}
    assert desk.ask("/metrics", address=HERE, headers=asked).status_code == 404
    assert desk.ask("/metrics", address=HERE).status_code == 200


def test_the_public_address_does_not_show_them_where_no_proxy_is_named(opened: Open) -> None:
    desk = opened(metrics=True, public_url="https://turk.my-lab.org")
    assert desk.ask("/metrics", address=HERE, base_url="https://turk.my-lab.org").status_code == 404
    assert desk.ask("/metrics", address=HERE).status_code == 200


def test_a_network_that_is_named_reads_them(opened: Open) -> None:
    desk = opened(metrics=["10.0.0.0/8"])
    assert desk.ask("/metrics", address="10.2.3.4").status_code == 200
    assert desk.ask("/metrics", address="11.2.3.4").status_code == 404


def test_without_the_switch_there_are_none(opened: Open) -> None:
    assert opened().ask("/metrics", address=HERE).status_code == 404


@pytest.mark.parametrize("wrong", ["10.0.0.0/8", ["everybody"], ["10.0.0.1/8"]])
def test_what_is_no_network_is_refused(wrong: Any) -> None:
    with pytest.raises(SettingError, match="metrics"):
        WatchSettings.of(wrong, access_log=False, audit_trail=False)


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A folder in which prometheus_client cannot be imported."""
    (tmp_path / "prometheus_client.py").write_text("raise ImportError('not installed')")
    return tmp_path


def test_without_prometheus_client_it_is_said_what_to_install(bare: Path) -> None:
    code = "from mturk.marketplace import Marketplace\ntry: Marketplace(metrics=True)\nexcept Exception as e: print(e)"
    ran = subprocess.run([sys.executable, "-c", code], cwd=bare, capture_output=True, text=True, check=True)
    assert ran.stdout == "Metrics need prometheus_client: pip install 'mturk[metrics]'\n"


def test_a_marketplace_without_metrics_does_not_import_it() -> None:
    code = "import sys, mturk.marketplace as m; m.Marketplace().stop(); print('prometheus_client' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "False\n"


def test_open_connections_are_counted_while_it_runs() -> None:
    with Marketplace(metrics=True) as market, socket.create_connection(market.socket.getsockname()):
        end = time.monotonic() + 30
        while _open_connections(market) < 1:
            assert time.monotonic() < end


def _open_connections(market: Marketplace) -> float:
    with urllib.request.urlopen(f"{market.url}/metrics") as answer:
        found = re.search(rb"^mturk_open_connections (.+)$", answer.read(), re.M)
    assert found
    return float(found[1])
