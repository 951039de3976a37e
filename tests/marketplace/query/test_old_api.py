"""The door for old programs: who gets in, how often, with how much, and what is told of them."""

from __future__ import annotations

import logging
import re
import threading
import time
from typing import Any
from urllib.parse import urlencode

import pytest
import requests

from mturk.marketplace import ConnectionLimits, Fault, Marketplace
from mturk.marketplace.query.parameter_tree import MOST
from tests.marketplace.query.conftest import HIT, Publish
from tests.marketplace.query.old_program import WAIT, OldProgram, Refused, read
from tests.marketplace.sample import html_question


def refused(reply: requests.Response) -> Refused:
    with pytest.raises(Refused) as caught:
        read(reply)
    return caught.value


def test_nobody_is_answered_unless_the_owner_says_so(database: str) -> None:
    with Marketplace(database) as market:
        for version in ("0", "1"):
            with pytest.raises(Refused, match="mturk serve --query-api") as caught:
                OldProgram(market, version=version).call("GetAccountBalance")
            assert caught.value.code == "AWS.MechanicalTurk.OperationNoLongerSupported"


def test_todays_calls_are_answered_beside_them(market: Marketplace, client: Any, program: OldProgram) -> None:
    today = client.get_account_balance()["AvailableBalance"]
    assert program.call("GetAccountBalance").findtext("AvailableBalance/Amount") == today


def test_a_wrong_key_is_told_in_front_and_counts_as_a_strangers(database: str) -> None:
    with Marketplace(database, query_api=True, limits=ConnectionLimits(refusals=2)) as market:
        program = OldProgram(market)
        good = program.signed("GetAccountBalance", {})
        for _ in range(2):
            said = refused(program.send({**good, "Signature": "wrong"}))
            assert (said.code, said.in_front) == ("AWS.NotAuthorized", True)
        assert refused(program.send({**good, "Signature": "wrong"})).status == 503


def test_a_good_key_is_heard_where_a_wrong_one_was_refused_too_often(database: str) -> None:
    with Marketplace(database, query_api=True, limits=ConnectionLimits(refusals=1)) as market:
        program = OldProgram(market)
        good = program.signed("GetAccountBalance", {})
        read(program.send(good))
        for _ in range(3):
            refused(program.send({**good, "AWSAccessKeyId": "AKIAWRONG"}))
        assert read(program.send(good)).findtext("AvailableBalance/Amount") == "10000.00"


def test_a_key_that_was_revoked_is_refused_at_once(market: Marketplace, program: OldProgram) -> None:
    program.call("GetAccountBalance")
    market.revoke_key(program.access_key)
    for operation in ("GetAccountBalance", "RegisterHITType"):
        with pytest.raises(Refused, match="NotAuthorized"):
            program.call(operation)


def test_an_old_request_is_refused_by_the_servers_clock(program: OldProgram) -> None:
    late = program.signed("GetAccountBalance", {}, "2015-01-01T00:00:00Z")
    assert refused(program.send(late)).code == "AWS.RequestExpired"


@pytest.mark.parametrize(
    "more",
    [
        "&".join(f"HIT.{number}=1" for number in range(MOST + 1)),
        "HITId=3A&HITId=3B",
        "Operation=GetHIT",
        "HIT.999999999.Title=x",
        "&".join(["a" + ".1" * 5000 + "=x"]),
        "HITId=%ff",
        "Reward=1&Reward.1.Amount=1",
    ],
    ids=["flood", "twice", "another operation", "high number", "deep", "not UTF-8", "value and branch"],
)
def test_a_request_that_can_be_read_in_two_ways_is_refused(program: OldProgram, more: str) -> None:
    fields = urlencode(program.signed("GetAccountBalance", {}))
    said = refused(program.send(f"{fields}&{more}"))
    assert (said.code, said.in_front) == ("AWS.InvalidHttpRequest", True)


def test_a_parameter_in_the_query_and_in_the_form_is_sent_twice(program: OldProgram) -> None:
    signed = program.signed("GetAccountBalance", {})
    reply = requests.post(f"{program.url}/?Operation=DisposeHIT", signed, timeout=WAIT)
    assert refused(reply).code == "AWS.InvalidHttpRequest"


def test_the_largest_question_comes_by_a_form(publish_old: Publish, program: OldProgram) -> None:
    question = html_question("<!DOCTYPE html><form>%s</form>" % ("é" * 32_000))
    assert len(question.encode()) > 64_000
    hit_id = publish_old(Question=question)
    assert program.call("GetHIT", {"HITId": hit_id}).findtext("Question") == question


@pytest.mark.parametrize("way", ["GET", "POST"])
def test_a_body_or_an_address_without_end_is_not_read(program: OldProgram, way: str) -> None:
    try:
        reply = program.send({**program.signed("GetAccountBalance", {}), "Question": "x" * 1_000_000}, way)
    except requests.ConnectionError:
        return  # it was closed before all of it was sent
    assert reply.status_code in (400, 413, 431)


def test_a_token_keeps_a_request_that_is_sent_again_from_being_done_again(program: OldProgram) -> None:
    sent = program.signed("CreateHIT", {**HIT, "UniqueRequestToken": "once"})
    first = read(program.send(sent)).findtext("HITId")
    again = refused(program.send(sent))
    assert str(first) in again.message
    assert program.call("SearchHITs").findtext("TotalNumResults") == "1"


def test_a_bonus_with_a_token_is_paid_once(publish_old: Publish, program: OldProgram, work: Any) -> None:
    given = {
        "WorkerId": "A1ADA",
        "AssignmentId": work(publish_old(), "A1ADA"),
        "BonusAmount.1.Amount": "1.00",
        "BonusAmount.1.CurrencyCode": "USD",
        "Reason": "Good",
        "UniqueRequestToken": "once",
    }
    sent = program.signed("GrantBonus", given)
    read(program.send(sent))
    refused(program.send(sent))
    assert program.call("GetBonusPayments", {"AssignmentId": given["AssignmentId"]}).findtext("NumResults") == "1"


def test_old_calls_and_todays_share_one_rate(database: str, connect: Any) -> None:
    with Marketplace(database, query_api=True, rate=0.001, burst=2) as market:
        program = OldProgram(market)
        connect(market).get_account_balance()
        program.call("GetAccountBalance")
        with pytest.raises(Refused, match="ServiceUnavailable") as caught:
            program.call("GetAccountBalance")
        assert caught.value.status == 503


def test_a_planned_fault_is_had_by_old_programs_too(database: str) -> None:
    faults = [Fault("GetAccountBalance", "refused"), Fault("RegisterHITType", "lost answer")]
    with Marketplace(database, query_api=True, faults=faults) as market:
        program = OldProgram(market)
        with pytest.raises(Refused, match="ServiceUnavailable"):
            program.call("GetAccountBalance")
        with pytest.raises(requests.ConnectionError):
            program.call("RegisterHITType", {name: HIT[name] for name in HIT if name != "Question"})


def test_neither_log_nor_error_has_a_signature_or_the_secret(database: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), Marketplace(database, query_api=True, access_log=True) as market:
        program = OldProgram(market, way="GET")
        signed = program.signed("GetAccountBalance", {})
        read(program.send(signed))
        wrong = program.send({**signed, "Operation": "GetHIT"})
        assert refused(wrong).code == "AWS.NotAuthorized"
        deadline = time.monotonic() + WAIT
        while "operation=GetHIT" not in caplog.text and time.monotonic() < deadline:
            threading.Event().wait(0.01)
    ours = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("mturk"))
    assert re.search(r"path=/ operation=GetAccountBalance status=200", ours)
    assert "operation=GetHIT" in ours
    for secret in (program.secret_key, signed["Signature"], urlencode({"": signed["Signature"]})[1:]):
        assert secret not in ours
        assert secret not in wrong.text


def test_an_operation_is_counted_by_its_name_and_others_as_unknown(database: str) -> None:
    with Marketplace(database, query_api=True, metrics=True) as market:
        program = OldProgram(market)
        program.call("SearchHITs")
        with pytest.raises(Refused):
            program.call("Nonsense")
        told = requests.get(f"{market.url}/metrics", timeout=WAIT).text
    assert 'operation="SearchHITs"' in told
    assert 'operation="unknown"' in told
    assert "Nonsense" not in told


def test_the_trail_tells_of_changing_calls_that_were_refused(market: Marketplace, program: OldProgram) -> None:
    for operation in ("GetHIT", "DisposeHIT"):
        with pytest.raises(Refused):
            program.call(operation, {"HITId": "3NOWHERE", "Reason": "a secret word"})
    (entry,) = [entry for entry in market.trail() if entry.result != "OK"]
    assert (entry.operation, entry.subjects) == ("DisposeHIT", {"HITId": "3NOWHERE"})
    assert (entry.actor, entry.access_key) == ("requester", market.access_key)
    assert entry.result == "AWS.MechanicalTurk.HITDoesNotExist"


def test_the_trail_does_not_tell_of_calls_that_nobody_has_signed(market: Marketplace, program: OldProgram) -> None:
    refused(program.send({**program.signed("DisposeHIT", {"HITId": "3NOWHERE"}), "Signature": "wrong"}))
    assert [entry for entry in market.trail() if entry.result != "OK"] == []


@pytest.mark.parametrize(("sandbox", "end"), [(False, r"\(\d{13}\)"), (True, r"\(\d{13} s\)")])
def test_refusals_end_with_the_clock_as_the_service_or_its_sandbox_writes_it(
    database: str, sandbox: bool, end: str
) -> None:
    with Marketplace(database, query_api=True, sandbox=sandbox) as market, pytest.raises(Refused) as caught:
        OldProgram(market).call("GetHIT", {"HITId": "3NOBODY"})
    assert re.fullmatch(rf"Hit 3NOBODY does not exist\. {end}", caught.value.message)
