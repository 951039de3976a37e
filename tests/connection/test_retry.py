"""When another try is worth it, how long to wait first, and when to give up."""

from __future__ import annotations

from typing import Any

import pytest

from mturk.connection.operation import REPEAT, Repeat
from mturk.connection.retry import Quota, RetryPolicy, Tries, absence
from mturk.errors import (
    AccessDenied,
    InvalidState,
    ServiceError,
    Throttled,
    TransportError,
    Unavailable,
)
from tests.conftest import Time

LOST = TransportError("lost", maybe_done=True)
UNSENT = TransportError("not sent")


def policy(timing: Time, **options: Any) -> RetryPolicy:
    return RetryPolicy(**{"clock": timing.clock, "random": lambda: 1.0, **options})


def error(kind: type[ServiceError], **facts: Any) -> ServiceError:
    return kind("no", **facts)


def fail(tries: Tries, what: Any, times: int) -> None:
    for _ in range(times):
        tries.failed(what)


def test_delays_double_up_to_a_bound_and_are_jittered_in_full(timing: Time) -> None:
    patient = policy(timing)
    assert [patient.delay(retry) for retry in range(1, 10)] == [0.3, 0.6, 1.2, 2.4, 4.8, 9.6, 19.2, 20.0, 20.0]
    assert policy(timing, random=lambda: 0.25).delay(2) == pytest.approx(0.15)
    assert policy(timing, random=lambda: 0.0).delay(9) == 0.0


def test_five_tries_are_made_by_default(timing: Time) -> None:
    tries = Tries("GetHIT", policy(timing))
    fail(tries, UNSENT, 4)
    with pytest.raises(TransportError):
        tries.failed(UNSENT)
    assert timing.slept == pytest.approx([0.3, 0.6, 1.2, 2.4])


@pytest.mark.parametrize("attempts", [1, 2, 7])
def test_the_number_of_tries_can_be_chosen(timing: Time, attempts: int) -> None:
    tries = Tries("GetHIT", policy(timing, max_attempts=attempts))
    fail(tries, UNSENT, attempts - 1)
    with pytest.raises(TransportError):
        tries.failed(UNSENT)


@pytest.mark.parametrize("operation", sorted(REPEAT))
@pytest.mark.parametrize(
    ("what", "ambiguous"),
    [(LOST, True), (UNSENT, False), (Unavailable("no", status=500), True)],
    ids=["lost", "unsent", "unavailable"],
)
def test_only_what_may_be_carried_out_twice_is_not_repeated(
    timing: Time, operation: str, what: Any, ambiguous: bool
) -> None:
    tries = Tries(operation, policy(timing))
    if ambiguous and REPEAT[operation] is Repeat.NEVER:
        with pytest.raises(type(what)) as caught:
            tries.failed(what)
        assert caught.value.maybe_done
    else:
        tries.failed(what)
        assert len(timing.slept) == 1


def test_an_operation_that_is_newer_than_the_package_is_never_repeated(timing: Time) -> None:
    with pytest.raises(TransportError):
        Tries("PayEverybody", policy(timing)).failed(LOST)
    Tries("PayEverybody", policy(timing)).failed(UNSENT)


@pytest.mark.parametrize("kind", [AccessDenied, InvalidState, ServiceError])
def test_a_refusal_is_not_tried_again(timing: Time, kind: type[ServiceError]) -> None:
    with pytest.raises(kind) as caught:
        Tries("GetHIT", policy(timing)).failed(error(kind))
    assert not caught.value.maybe_done
    assert timing.slept == []


def test_a_refusal_after_a_lost_try_says_that_it_may_be_done(timing: Time) -> None:
    tries = Tries("DeleteHIT", policy(timing))
    tries.failed(LOST)
    with pytest.raises(InvalidState) as caught:
        tries.failed(error(InvalidState))
    assert caught.value.maybe_done


def test_a_refusal_after_a_try_that_was_never_sent_is_an_ordinary_one(timing: Time) -> None:
    tries = Tries("DeleteHIT", policy(timing))
    tries.failed(UNSENT)
    with pytest.raises(InvalidState) as caught:
        tries.failed(error(InvalidState))
    assert not caught.value.maybe_done


def test_once_maybe_done_stays_so(timing: Time) -> None:
    tries = Tries("DeleteHIT", policy(timing, max_attempts=2))
    tries.failed(TransportError("lost", maybe_done=True))
    with pytest.raises(TransportError) as caught:
        tries.failed(TransportError("not sent"))
    assert caught.value.maybe_done


def test_the_service_may_ask_for_more_patience_than_the_delay(timing: Time) -> None:
    tries = Tries("GetHIT", policy(timing))
    tries.failed(error(Unavailable, retry_after=7.0))
    tries.failed(error(Unavailable, retry_after=0.1))
    assert timing.slept == pytest.approx([7.0, 0.6])


def test_no_wait_goes_beyond_the_limit(timing: Time) -> None:
    tries = Tries("GetHIT", policy(timing, max_wait=60))
    tries.failed(error(Unavailable, retry_after=60.0))
    with pytest.raises(Unavailable):
        tries.failed(error(Unavailable))
    assert timing.slept == [60.0]
    with pytest.raises(Unavailable):
        Tries("GetHIT", policy(timing, max_wait=60)).failed(error(Unavailable, retry_after=61.0))


def test_throttled_answers_do_not_count_as_tries(timing: Time) -> None:
    tries = Tries("NotifyWorkers", policy(timing, max_attempts=1))
    fail(tries, error(Throttled), 50)
    with pytest.raises(TransportError):
        tries.failed(UNSENT)


def test_throttling_that_goes_on_is_given_up_after_the_longest_wait(timing: Time) -> None:
    tries = Tries("GetHIT", policy(timing, max_wait=30))
    fail(tries, error(Throttled, retry_after=10.0), 3)
    with pytest.raises(Throttled):
        tries.failed(error(Throttled, retry_after=10.0))


# The quota.


def test_a_service_that_is_down_is_left_alone_after_a_while(timing: Time) -> None:
    shared = policy(timing)
    retries = 0
    for _ in range(100):
        tries = Tries("GetHIT", shared)
        try:
            while True:
                tries.failed(UNSENT)
                retries += 1
        except TransportError:
            pass
    assert retries == Quota.FULL / 10


def test_a_success_earns_what_its_last_retry_took(timing: Time) -> None:
    shared = policy(timing)
    for _ in range(200):
        tries = Tries("GetHIT", shared)
        tries.failed(UNSENT)
        tries.succeeded()
    assert shared.quota.take(Quota.FULL)


def test_the_quota_is_never_more_than_full() -> None:
    quota = Quota()
    quota.give_back(1000)
    assert quota.take(Quota.FULL)
    assert not quota.take(1)
    quota.give_back(1)
    assert quota.take(1)


# Clocks.


@pytest.mark.parametrize(
    ("facts", "skew"),
    [
        ({"code": "InvalidSignatureException", "server_time": 4600.0}, 3600.0),
        ({"code": "InvalidSignatureException", "server_time": -2600.0}, -3600.0),
        ({"code": "RequestExpired", "server_time": 4600.0}, 3600.0),
        ({"code": "InvalidSignatureException", "server_time": 1100.0}, None),
        ({"code": "InvalidSignatureException"}, None),
        ({"code": "AccessDeniedException", "server_time": 4600.0}, None),
    ],
)
def test_a_clock_is_wrong_only_when_code_and_date_say_so(
    timing: Time, facts: dict[str, Any], skew: float | None
) -> None:
    assert Tries("GetHIT", policy(timing)).skewed_by(error(AccessDenied, **facts), 1000.0) == skew


def test_a_clock_is_corrected_once_a_call(timing: Time) -> None:
    tries = Tries("GetHIT", policy(timing))
    wrong = error(AccessDenied, code="InvalidSignatureException", server_time=4600.0)
    assert tries.skewed_by(wrong, 1000.0) == 3600.0
    assert tries.skewed_by(wrong, 1000.0) is None


def waited_for(timing: Time, patient: RetryPolicy) -> tuple[float, str]:
    """How long a service that is away is waited for, and what is said in the end."""
    patient.presence.answered()
    tries, before = Tries("GetHIT", patient), timing.now()
    with pytest.raises(TransportError) as caught:
        fail(tries, TransportError("away", unreachable=True), 1000)
    return timing.now() - before, str(caught.value)


def test_who_comes_back_by_itself_waits_less_for_a_service_that_is_away(timing: Time) -> None:
    patient = policy(timing, max_wait=300)
    with absence(2):
        seconds, text = waited_for(timing, patient)
    assert (seconds, "up to 2 seconds." in text) == (2, True)
    seconds, text = waited_for(timing, patient)
    assert (seconds, "up to 300 seconds (max_wait)." in text) == (300, True)


def test_nobody_waits_longer_than_the_connection_allows(timing: Time) -> None:
    with absence(1000):
        assert waited_for(timing, policy(timing, max_wait=30))[0] == 30
