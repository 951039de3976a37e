"""Seeing the calls."""

from __future__ import annotations

import pytest

import mturk
from mturk import Connection, tracer
from mturk.connection.trace import Attempt, note
from tests.judge import Judge, Raw, Refusal


def test_a_tracer_is_told_of_every_try_while_its_block_runs(judge: Judge, connection: Connection) -> None:
    seen: list[Attempt] = []
    judge.trouble(Raw(b"", 503))
    with tracer(seen.append):
        connection.call("DeleteHIT", HITId="3A")
    connection.call("DeleteHIT", HITId="3B")
    assert [(call.operation, call.outcome) for call in seen] == [("DeleteHIT", "503"), ("DeleteHIT", "200")]
    assert all(call.seconds >= 0 for call in seen)


def test_a_line_is_made_for_print(judge: Judge, connection: Connection, capsys: pytest.CaptureFixture[str]) -> None:
    with tracer(print):
        connection.call("DeleteHIT", HITId="3A")
    line = capsys.readouterr().out
    assert line.startswith("DeleteHIT ")
    assert line.endswith(" ms 200\n")
    assert "3A" not in line


def test_a_code_of_the_service_begins_no_line_of_a_log() -> None:
    assert (
        str(Attempt("GetHIT", 0.01, "400 No\x1b[2J\nGetHIT 1.0 ms 200"))
        == "GetHIT 10.0 ms 400 No\ufffd[2J GetHIT 1.0 ms 200"
    )


def test_tracers_can_be_nested_and_end_with_an_error(judge: Judge, connection: Connection) -> None:
    outer: list[Attempt] = []
    inner: list[Attempt] = []
    judge.answer("DeleteHIT", Refusal(turk_code="HITDoesNotExist"))
    with tracer(outer.append):
        with pytest.raises(mturk.DoesNotExist), tracer(inner.append):
            connection.call("DeleteHIT", HITId="3A")
        connection.call("DeleteHIT", HITId="3A")
    assert (len(outer), len(inner)) == (2, 1)


def test_a_try_without_an_answer_is_told_as_such(judge: Judge, connection: Connection) -> None:
    seen: list[str] = []
    judge.trouble_always(Raw(b"{", declared=100))
    with tracer(lambda call: seen.append(call.outcome)), pytest.raises(mturk.TransportError):
        connection.call("GetHIT", HITId="3A")
    judge.objections.clear()
    assert seen == ["no answer"] * 5


def test_a_tracer_that_fails_does_not_spoil_the_call(caplog: pytest.LogCaptureFixture) -> None:
    def fail(_: object) -> None:
        raise BrokenPipeError

    with tracer(fail):
        note("GetHIT", 0.1, "200")
    assert "a tracer failed" in caplog.text
