"""The database: nothing acknowledged is lost, no slot is given twice, and trouble is explained in one line."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from mturk.marketplace import Marketplace, MarketplaceError, WorkerError
from mturk.marketplace.store import Store

from .sample import hit_arguments

SERVE = """
import sys, time
from mturk.marketplace import Marketplace
with Marketplace(sys.argv[1]) as market:
    print(market.url, flush=True)
    time.sleep(600)
"""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "lab.sqlite3"


@pytest.fixture
def child():
    """Run Python in another process; what still runs at the end of the test is killed."""
    running = []

    def start(code, *arguments):
        process = subprocess.Popen(
            [sys.executable, "-c", code, *map(str, arguments)], stdout=subprocess.PIPE, text=True
        )
        running.append(process)
        return process

    yield start
    for process in running:
        process.kill()
        process.wait()
        process.stdout.close()


def test_what_was_answered_survives_the_death_of_the_process(path, child, connect):
    with Marketplace(path) as market:
        keys = {"aws_access_key_id": market.access_key, "aws_secret_access_key": market.secret_key}
    process = child(SERVE, path)
    url = process.stdout.readline().strip()
    with Marketplace(path) as market:
        client = connect(market, endpoint_url=url, **keys)
        made = [client.create_hit(**hit_arguments(MaxAssignments=3))["HIT"] for _ in range(20)]
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    with Marketplace(path) as market:
        client = connect(market)
        assert [client.get_hit(HITId=one["HITId"])["HIT"] for one in made] == made
        assert client.get_account_balance()["OnHoldBalance"] == "3.60"
        assert market.audit() == []


ACCEPT = """
import json, sys
from mturk.marketplace import Marketplace, WorkerError
market = Marketplace(sys.argv[1])
got = []
for number in range(40):
    worker = market.worker(f"A{sys.argv[2]}N{number}")
    try:
        got.append(worker.accept(sys.argv[3]))
    except WorkerError as error:
        assert "no more available" in str(error)
print(json.dumps(got))
market.stop()
"""


def test_two_processes_never_give_one_assignment_twice(path, child, connect):
    with Marketplace(path, fees=0) as market:
        client = connect(market)
        hit_id = client.create_hit(**hit_arguments(MaxAssignments=50))["HIT"]["HITId"]
        processes = [child(ACCEPT, path, number, hit_id) for number in range(2)]
        got = [json.loads(process.stdout.read()) for process in processes]
        assert [process.wait() for process in processes] == [0, 0]
        given = got[0] + got[1]
        assert len(given) == len(set(given)) == 50
        found = client.get_hit(HITId=hit_id)["HIT"]
        assert (found["NumberOfAssignmentsPending"], found["NumberOfAssignmentsAvailable"]) == (50, 0)


@pytest.mark.parametrize("database", [":memory:", "file"])
def test_many_threads_never_get_one_assignment_twice(path, connect, database):
    with Marketplace(path if database == "file" else database, fees=0) as market:
        client = connect(market)
        hit_id = client.create_hit(**hit_arguments(MaxAssignments=20))["HIT"]["HITId"]
        start = threading.Barrier(16)

        def accept(number):
            if number < 16:
                start.wait()
            try:
                return market.worker(f"A{number}").accept(hit_id)
            except WorkerError:
                return None

        with ThreadPoolExecutor(16) as threads:
            given = [one for one in threads.map(accept, range(48)) if one]
        assert len(given) == len(set(given)) == 20
        assert client.get_hit(HITId=hit_id)["HIT"]["NumberOfAssignmentsPending"] == 20


def test_a_token_sent_by_many_threads_at_once_publishes_one_hit(path, connect):
    with Marketplace(path) as market:
        client = connect(market)

        def publish(_):
            try:
                return client.create_hit(**hit_arguments(UniqueRequestToken="once"))["HIT"]["HITId"]
            except client.exceptions.RequestError:
                return None

        with ThreadPoolExecutor(8) as threads:
            made = [one for one in threads.map(publish, range(16)) if one]
        assert len(made) == 1
        assert client.list_hits()["NumResults"] == 1


def test_what_is_due_happens_once_though_two_marketplaces_share_the_file(path, connect):
    with Marketplace(path) as one, Marketplace(path) as other:
        client, second = connect(one), connect(other)
        hit_id = client.create_hit(**hit_arguments(MaxAssignments=9, AutoApprovalDelayInSeconds=60))["HIT"]["HITId"]
        for number in range(9):
            worker = one.worker(f"A{number}")
            worker.submit(worker.accept(hit_id), {"a": "b"})
        one.clock.advance(days=1)
        with ThreadPoolExecutor(8) as threads:
            answers = list(threads.map(lambda n: (client, second)[n % 2].get_account_balance(), range(16)))
        assert {answer["AvailableBalance"] for answer in answers} == {"9999.46"}
        assert second.get_hit(HITId=hit_id)["HIT"]["NumberOfAssignmentsCompleted"] == 9
        assert other.audit() == []


def test_two_that_make_the_same_new_database_at_once_agree_on_the_key_pair(path, child):
    code = (
        "import sys\nfrom mturk.marketplace import Marketplace\n"
        "market = Marketplace(sys.argv[1]); print(market.secret_key); market.stop()"
    )
    processes = [child(code, path) for _ in range(3)]
    keys = {process.stdout.read() for process in processes}
    assert [process.wait() for process in processes] == [0, 0, 0]
    assert len(keys) == 1


def _refused(database, words):
    with pytest.raises(MarketplaceError, match=words) as caught:
        Marketplace(database).start()
    assert "\n" not in str(caught.value)


def test_a_folder_that_does_not_exist_is_named(tmp_path):
    _refused(tmp_path / "nowhere" / "lab.sqlite3", f"the folder {tmp_path}/nowhere does not exist")


def test_a_folder_is_said_to_be_one(tmp_path):
    _refused(tmp_path, "is a folder. Name a file in it.")


@pytest.mark.parametrize("below", ["lab.sqlite3", "folder/lab.sqlite3"])
def test_a_file_that_is_taken_for_a_folder_is_named(tmp_path, below):
    (tmp_path / "notes").write_text("")
    _refused(tmp_path / "notes" / below, f"{tmp_path}/notes is a file, not a folder")


def test_a_name_that_is_too_long_is_refused(tmp_path):
    _refused(tmp_path / ("x" * 300), "cannot be opened or made")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("", "The name of the database is empty"),
        (" ", "The name of the database is empty"),
        (b"lab.sqlite3", "named by text"),
        ("lab\0.sqlite3", "NUL character"),
        ("sqlite:///lab\0.sqlite3", "NUL character"),
        ("sqlite:///lab.sqlite3?mode=ro&uri=true", "no options of SQLite, but the URL has: mode, uri"),
        ("sqlite:///file:lab.sqlite3?uri=true", "no options of SQLite, but the URL has: uri"),
        ("sqlite:///lab.sqlite3?timeout=soon", "no options of SQLite, but the URL has: timeout"),
        ("sqlite://lab.sqlite3", "a slash is missing in sqlite://lab.sqlite3"),
    ],
)
def test_what_cannot_be_a_database_is_refused_and_nothing_is_made(tmp_path, monkeypatch, name, words):
    monkeypatch.chdir(tmp_path)
    _refused(name, words)
    assert list(tmp_path.iterdir()) == []


def test_a_database_that_cannot_be_written_to_is_refused(path):
    market = Marketplace(path)
    market.requester("x")
    market.stop()
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA journal_mode = DELETE")
    database.close()
    with open(path, "r+b") as file:
        file.seek(18)
        file.write(b"\x03")  # a version of the file that SQLite only reads, whoever asks
    _refused(path, "cannot be written to")


def test_a_file_that_is_no_database_is_refused(path):
    path.write_text("Dear diary, " * 1000)
    _refused(path, "damaged or something else")
    assert path.read_text().startswith("Dear diary")


def test_a_damaged_database_is_refused(path):
    market = Marketplace(path)
    market.requester("x")
    market.stop()
    with open(path, "r+b") as file:
        file.seek(100)
        file.write(b"\xff" * 8000)
    _refused(path, "damaged or something else")


def test_a_database_of_somebody_else_is_left_alone(path):
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE recipes (name)")
    database.close()
    _refused(path, "holds other data")


def test_a_locked_database_is_refused(path):
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("BEGIN EXCLUSIVE")
    try:
        with pytest.raises(MarketplaceError, match="locked by another program"):
            Store(path, patience=0.1).prepare(lambda _: None)
    finally:
        database.close()


def test_a_server_that_is_not_there_is_one_clear_line_without_the_password():
    with pytest.raises(MarketplaceError, match="cannot be used: connection failed") as caught:
        Marketplace("postgresql://lab:secret@127.0.0.1:1/lab").start()
    assert "\n" not in str(caught.value)
    assert "postgresql://lab:***@127.0.0.1:1/lab" in str(caught.value)
    assert "secret" not in str(caught.value)


def test_a_missing_driver_is_named_with_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(MarketplaceError, match=r"pip install 'mturk\[postgresql\]'"):
        Marketplace("postgresql://host/lab")


@pytest.mark.parametrize("url", ["nosuch://x", "://", "sqlite+nodriver:///x"])
def test_an_impossible_url_is_refused(url):
    with pytest.raises(MarketplaceError):
        Marketplace(url)
