"""Connections: which one is in force, what they tell, what they share."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import pickle
import platform
import re
import signal
import threading
import traceback
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from urllib3.exceptions import ClosedPoolError

import mturk
from mturk import HIT, ConfigurationError, Connection, DoesNotExist, TransportError, ValidationError, using
from mturk.connection.credentials import BotocoreCredentials
from mturk.connection.endpoint import PRODUCTION, SANDBOX
from mturk.connection.transport import Answer
from tests.conftest import Time
from tests.judge import ACCESS_KEY, SECRET_KEY, Judge, Raw, Refusal, Reset

KEYS = {"access_key": ACCESS_KEY, "secret_key": SECRET_KEY}


@pytest.fixture
def other(judge: Judge, connect: Callable[..., Connection]) -> Connection:
    return connect(judge.url)


# Which connection is in force.


def test_connect_makes_the_default_and_connection_does_not(judge: Judge) -> None:
    lone = Connection(judge.url, **KEYS)
    with pytest.raises(ConfigurationError, match="Say where to connect"):
        mturk.current()
    made = mturk.connect(judge.url, **KEYS)
    assert mturk.current() is made
    again = mturk.connect(judge.url, **KEYS)
    assert mturk.current() is again
    for each in (lone, made, again):
        each.close()


def test_the_explicit_one_goes_before_using_and_that_before_the_default(
    default: Connection, other: Connection, judge: Judge, connect: Callable[..., Connection]
) -> None:
    explicit = connect(judge.url)
    assert HIT("3A").connection is default
    with using(other) as given:
        assert given is other
        assert HIT("3A").connection is other
        assert HIT("3A", connection=explicit).connection is explicit
        with using(explicit):
            assert mturk.current() is explicit
        assert mturk.current() is other
    assert mturk.current() is default


def test_using_ends_with_its_block_even_after_an_error(default: Connection, other: Connection) -> None:
    with pytest.raises(KeyError), using(other):
        raise KeyError
    assert mturk.current() is default


def test_using_holds_in_its_own_thread_only(default: Connection, other: Connection) -> None:
    with using(other), ThreadPoolExecutor(1) as pool:
        assert pool.submit(mturk.current).result() is default
        assert mturk.current() is other


def test_using_holds_in_its_own_task_only(default: Connection, other: Connection) -> None:
    async def within(connection: Connection) -> Connection:
        with using(connection):
            await asyncio.sleep(0)
            return mturk.current()

    async def both() -> list[Connection]:
        return list(await asyncio.gather(within(default), within(other), within(default)))

    assert asyncio.run(both()) == [default, other, default]


def test_a_place_in_the_environment_needs_no_connect(judge: Judge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MTURK_ENDPOINT", judge.url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", ACCESS_KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
    together = threading.Barrier(4)

    def find(number: int) -> Connection:
        together.wait()
        return mturk.current()

    with ThreadPoolExecutor(4) as pool:
        assert len({id(each) for each in pool.map(find, range(4))}) == 1, "threads agree on one default"
    assert mturk.current().url == judge.url
    mturk.current().close()


def test_the_environment_may_name_a_place_by_its_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MTURK_ENDPOINT", "sandbox")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", ACCESS_KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
    assert mturk.current().url == f"{SANDBOX}/"
    assert mturk.current().is_sandbox
    assert not mturk.current().is_live


@pytest.mark.parametrize(
    ("where", "sandbox", "live"),
    [("sandbox", True, False), ("production", False, True), (PRODUCTION, False, True), ("http://x:1", False, False)],
)
def test_a_connection_knows_whether_money_is_real(where: str, sandbox: bool, live: bool) -> None:
    connection = Connection(where, **KEYS)
    assert (connection.is_sandbox, connection.is_live) == (sandbox, live)


# Arguments.


TIMEOUTS = [0, -1, (1,), (1, 2, 3, 4), (1, 0), "5", None, True, (1, None), (1, 2, 0), (1, float("nan"))]


@pytest.mark.parametrize("timeout", TIMEOUTS)
def test_a_timeout_is_seconds(timeout: Any) -> None:
    with pytest.raises(ValidationError, match="timeout must be seconds or"):
        Connection("sandbox", **KEYS, timeout=timeout)


@pytest.mark.parametrize(("timeout", "whole"), [(4, 20), ((3, 5), 25), ((3, 5, 7), 7), ((3, 7, 5), 5)])
def test_a_whole_answer_may_take_five_times_as_long_as_each_wait_or_as_is_said(timeout: Any, whole: float) -> None:
    with Connection("sandbox", **KEYS, timeout=timeout) as connection:
        assert connection._transport._bounds.seconds == whole


@pytest.mark.parametrize("size", [0, -1, 1.5, True, "5", None])
def test_the_limit_of_a_response_is_a_number_of_bytes(size: Any) -> None:
    with pytest.raises(ValidationError, match="response_limit must be 1 byte or more"):
        Connection("sandbox", **KEYS, response_limit=size)


@pytest.mark.parametrize("attempts", [0, -1, 1.5, True, "5", None])
def test_attempts_are_one_or_more(attempts: Any) -> None:
    with pytest.raises(ValidationError, match="max_attempts must be 1 or more"):
        Connection("sandbox", **KEYS, max_attempts=attempts)


@pytest.mark.parametrize("wait", [-1, float("nan"), "5", None, True])
def test_the_longest_wait_is_seconds(wait: Any) -> None:
    with pytest.raises(ValidationError, match="max_wait must be 0 or more seconds"):
        Connection("sandbox", **KEYS, max_wait=wait)


@pytest.mark.parametrize("folders", ["templates", Path("templates")])
def test_one_folder_of_templates_is_still_a_list(folders: Any) -> None:
    with pytest.raises(ValidationError, match="templates must be a list of folders"):
        Connection("sandbox", **KEYS, templates=folders)


def test_a_database_belongs_to_a_local_connection(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r'database= belongs to connect\("local"\)'):
        Connection("sandbox", **KEYS, database=tmp_path / "x.sqlite3")


def test_a_place_that_is_none_makes_no_connection() -> None:
    with pytest.raises(ConfigurationError, match="'prodution' is no place"):
        mturk.connect("prodution", **KEYS)
    with pytest.raises(ConfigurationError):
        mturk.current()


def test_a_database_that_is_none_is_one_clear_error(tmp_path: Path) -> None:
    broken = tmp_path / "broken.sqlite3"
    broken.write_bytes(b"this is no database, however long it goes on" * 100)
    with pytest.raises(ConfigurationError, match="The local marketplace cannot start") as caught:
        Connection("local", database=broken)
    assert "broken.sqlite3" in str(caught.value)


# Calls.


def test_call_is_the_way_out_for_everything(judge: Judge, connection: Connection) -> None:
    judge.answer("GetHIT", {"HIT": {"HITId": "3A"}})
    assert connection.call("GetHIT", HITId="3A", Question=None) == {"HIT": {"HITId": "3A"}}
    assert judge.calls[0].body == {"HITId": "3A"}
    assert connection.call("DeleteHIT", HITId="3A") == {}


def test_parameters_may_have_any_name(judge: Judge, connection: Connection) -> None:
    with pytest.raises(mturk.ServiceError):
        connection.call("GetHIT", operation="x", self="y", body="z")
    judge.objections.clear()


def test_a_call_carries_what_the_service_wants(judge: Judge, connection: Connection) -> None:
    judge.answer("GetAccountBalance", {"AvailableBalance": "10.00"})
    connection.balance()
    (call,) = judge.calls
    assert call.raw == b"{}"
    assert call.headers["content-type"] == "application/x-amz-json-1.1"
    assert call.headers["x-amz-target"] == "MTurkRequesterServiceV20170117.GetAccountBalance"
    assert call.headers["user-agent"] == f"mturk/{mturk.__version__} Python/{platform.python_version()}"
    assert "expect" not in call.headers


def test_a_session_token_is_sent_and_signed(judge: Judge, connect: Callable[..., Connection]) -> None:
    judge.session_token = "tok/en=="
    judge.answer("GetAccountBalance", {"AvailableBalance": "10.00"})
    assert connect(judge.url, session_token="tok/en==").balance().available == 10


def test_a_balance_reads_like_a_sum(judge: Judge, connection: Connection) -> None:
    judge.answer("GetAccountBalance", {"AvailableBalance": "10.00"})
    judge.answer("GetAccountBalance", {"AvailableBalance": "10.00", "OnHoldBalance": "2.50"})
    first, second = connection.balance(), connection.balance()
    assert (first.on_hold, str(first)) == (None, "10.00 USD")
    assert (second.on_hold, str(second)) == (Decimal("2.50"), "10.00 USD, 2.50 on hold")


@pytest.mark.parametrize("members", [{}, {"AvailableBalance": "much"}])
def test_a_balance_that_cannot_be_read_is_a_transport_error(
    members: dict[str, str], judge: Judge, connection: Connection
) -> None:
    judge.answer_with(lambda operation, body: Raw(str(members).replace("'", '"').encode()))
    with pytest.raises(TransportError, match="Balance that cannot be read"):
        connection.balance()


def test_threads_share_a_connection_and_each_gets_its_own_answer(judge: Judge, connection: Connection) -> None:
    judge.answer_with(lambda operation, body: {"HIT": {"HITId": body["HITId"], "Title": f"T{body['HITId']}"}})

    def title(number: int) -> bool:
        return HIT.get(f"3{number}", connection=connection).title == f"T3{number}"

    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(title, range(300)))
    assert len(judge.calls) == 300


def test_a_connection_goes_on_after_it_was_closed(judge: Judge, connection: Connection) -> None:
    for _ in range(2):
        judge.answer("GetAccountBalance", {"AvailableBalance": "1.00"})
        assert connection.balance().available == 1
        connection.close()


def test_one_socket_serves_call_after_call(judge: Judge, connection: Connection) -> None:
    for _ in range(5):
        connection.call("DeleteHIT", HITId="3A")
    assert len(judge._open) == 1


# Secrets.

HIDDEN = ("hidden-secret", "hidden-token")


@pytest.fixture
def secretive(judge: Judge, connect: Callable[..., Connection]) -> Connection:
    return connect(judge.url, secret_key=HIDDEN[0], session_token=HIDDEN[1])


def test_nothing_that_a_connection_shows_holds_a_secret(secretive: Connection) -> None:
    shown = [
        repr(secretive),
        str(secretive),
        repr(secretive._credentials),
        repr(secretive._transport),
        repr(secretive._policy),
        repr([secretive]),
        repr(HIT("3A", connection=secretive)),
    ]
    for text in shown:
        assert not any(hidden in text for hidden in HIDDEN)
    assert ACCESS_KEY in shown[0]


def test_a_connection_cannot_be_pickled(secretive: Connection) -> None:
    with pytest.raises(TypeError, match="cannot be pickled, it holds a secret"):
        pickle.dumps(secretive)


def test_no_error_or_log_holds_a_secret(judge: Judge, secretive: Connection, caplog: pytest.LogCaptureFixture) -> None:
    judge.answer_with(lambda operation, body: Refusal(turk_code="HITDoesNotExist", message="Hit 3A does not exist."))
    judge.trouble(Raw(b"<html>proxy</html>", 502), Raw(b"{", 200), Reset(done=False))
    caplog.set_level(logging.DEBUG)
    with pytest.raises(mturk.MTurkError) as caught:
        HIT.get("3A", connection=secretive)
    judge.objections.clear()  # its signature is not that of the judge's own key
    text = "".join(traceback.format_exception(caught.value)) + caplog.text
    assert "GetHIT" in text
    assert not any(hidden in text for hidden in HIDDEN)


def test_a_refused_connection_shows_no_secret(secretive: Connection, judge: Judge) -> None:
    judge.trouble_always(Reset(done=False))
    with pytest.raises(TransportError) as caught:
        secretive.balance()
    text = "".join(traceback.format_exception(caught.value))
    assert not any(hidden in text for hidden in HIDDEN)


def test_logs_tell_operation_and_outcome_but_no_answer_of_a_worker(
    judge: Judge, connection: Connection, caplog: pytest.LogCaptureFixture
) -> None:
    judge.answer("GetAssignment", {"Assignment": {"AssignmentId": "3A", "Answer": "a worker's own words"}})
    judge.answer("DeleteHIT", Refusal(turk_code="HITDoesNotExist", message="Hit 3A does not exist."))
    caplog.set_level(logging.DEBUG, "mturk")
    mturk.Assignment.get("3A", connection=connection)
    with pytest.raises(DoesNotExist):
        HIT("3A", connection=connection).delete()
    lines = [record.getMessage() for record in caplog.records if record.name == "mturk"]
    assert [record.levelno for record in caplog.records if record.name == "mturk"] == [logging.DEBUG] * 2
    assert lines[0].startswith("GetAssignment ")
    assert lines[0].endswith(" ms 200")
    assert lines[1].endswith(" ms 400 AWS.MechanicalTurk.HITDoesNotExist")
    assert "words" not in caplog.text


def test_a_connection_is_usable_after_a_fork(judge: Judge, connection: Connection) -> None:
    judge.answer_with(lambda operation, body: {"AvailableBalance": "1.00"})
    connection.balance()
    with warnings.catch_warnings():  # newer Pythons warn of forks beside threads, which is what is tried here
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:  # no test framework in here
        signal.alarm(20)
        try:
            os._exit(0 if connection.balance().available == 1 else 1)
        except BaseException:
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert connection.balance().available == 1


TOKENED = ["CreateHIT", "CreateHITWithHITType", "CreateAdditionalAssignmentsForHIT", "SendBonus"]


@pytest.mark.parametrize("operation", TOKENED)
def test_a_plain_call_that_may_be_repeated_carries_a_token(operation: str, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[bytes] = []

    class Recorder:
        def send(self, operation: str, body: bytes, at: float) -> Answer:
            sent.append(body)
            return Answer(operation, 200, {}, b"{}")

    connection = Connection("https://turk.my-lab.org", access_key="A", secret_key="s")
    connection._transport = Recorder()  # type: ignore[assignment]  # it sends all the same
    connection.call(operation)
    connection.call(operation, UniqueRequestToken="mine")
    first, second = (json.loads(body)["UniqueRequestToken"] for body in sent)
    assert len(first) == 32
    assert second == "mine"


def test_threads_that_meet_a_wrong_clock_together_all_get_through(
    judge: Judge, connect: Callable[..., Connection], timing: Time
) -> None:
    connection = connect(judge.url)
    judge.now = lambda: timing.now() + 3600
    judge.answer_with(lambda operation, body: {"AvailableBalance": "1.00"})
    with ThreadPoolExecutor(16) as pool:
        assert {str(balance) for balance in pool.map(lambda _: connection.balance(), range(64))} == {"1.00 USD"}


def test_the_repr_of_a_connection_fetches_no_credentials() -> None:
    class Fetched:
        def get_frozen_credentials(self) -> None:
            raise AssertionError("fetched")

    connection = Connection("https://turk.my-lab.org", access_key="A", secret_key="s")
    connection._credentials = BotocoreCredentials(Fetched())
    assert repr(connection) == "<Connection https://turk.my-lab.org/>"


def test_closing_a_connection_closes_its_sockets(judge: Judge, connection: Connection) -> None:
    judge.answer_with(lambda operation, body: {"AvailableBalance": "1.00"})
    connection.balance()
    pool = connection._transport._adapter._pool
    connection.close()
    assert pool is not None
    with pytest.raises(ClosedPoolError):
        pool.urlopen("POST", "/")
    assert str(connection.balance()) == "1.00 USD"


@pytest.mark.parametrize(
    "url", ["https://mturk-requester.us-east-1.amazonaws.com:443", "https://MTURK-requester.us-east-1.amazonaws.com/"]
)
def test_production_is_live_however_it_is_spelled(url: str) -> None:
    assert Connection(url, access_key="A", secret_key="s").is_live


@pytest.mark.parametrize("url", ["https://key:s3cret@host:80x/", "ftp://key:s3cret@host/", "https://:s3cret@host/"])
def test_a_password_in_a_url_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(ConfigurationError, match="must not hold a user or a password") as caught:
        Connection(url, access_key="A", secret_key="s")
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    ("where", "guess"),
    [
        ("127.0.0.1:8017", "did you mean http://127.0.0.1:8017"),
        ("sandbx", "did you mean 'sandbox'"),
        ("lab.sqlite3", "did you mean connect(\"local\", database='lab.sqlite3')"),
    ],
)
def test_a_place_that_is_none_gets_a_guess(where: str, guess: str) -> None:
    with pytest.raises(ConfigurationError, match=re.escape(guess)):
        Connection(where, access_key="A", secret_key="s")


def test_a_budget_that_is_none_is_refused_at_once() -> None:
    with pytest.raises(ValidationError, match="budget must be a Budget"):
        Connection("https://turk.my-lab.org", access_key="A", secret_key="s", budget="50")  # type: ignore[arg-type]
