"""`mturk simulate`: made-up workers at work on a marketplace, and a line about what they did."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import mturk
from mturk import Connection, HITType, HTMLQuestion

if TYPE_CHECKING:
    from mturk.marketplace import Crowd, Marketplace

WORKERS_PER_HIT = 3
LONGEST = 8760  # hours: a year
PAGE = """<!DOCTYPE html>
<form method="post" action="/mturk/externalSubmit">
  <input type="hidden" name="assignmentId">
  <p>What is on picture {number}?</p>
  <label><input type="radio" name="label" value="cat"> a cat</label>
  <label><input type="radio" name="label" value="dog"> a dog</label>
  <label><input type="radio" name="label" value="neither"> neither</label>
  <textarea name="remark"></textarea>
  <button>Submit</button>
</form>"""


def run(market: Marketplace, crowd: Crowd, hits: int, hours: float, seed: int, say: Callable[[str], object]) -> None:
    """Publish HITs if any are asked for, let the crowd work, and say what it did."""
    if not 0 < hours <= LONGEST:
        raise ValueError(f"The hours to play are more than 0 and at most {LONGEST:,}, not {hours}.")
    if hits:
        publish(market, hits, timedelta(hours=max(hours, 1)))
        say(f"Published {hits:,} HITs for {WORKERS_PER_HIT} workers each.")
    tally = market.simulate(crowd, hours=hours, seed=seed)
    say(f"Market time is {market.clock.now():%Y-%m-%d %H:%M:%S} UTC, {hours:g} hours later.")
    say(f"Workers came {tally.arrivals:,} times; {tally.idle:,} times there was nothing to do.")
    say(
        f"They accepted {tally.accepted:,} HITs: submitted {tally.submitted:,}, returned {tally.returned:,}, "
        f"abandoned {tally.abandoned:,}, still at work on {tally.open:,}."
    )
    if tally.refused or tally.late:
        say(f"They could not accept {tally.refused:,}, and were late with {tally.late:,}.")


def publish(market: Marketplace, number: int, lifetime: timedelta) -> None:
    """Publish HITs that ask what is on a picture."""
    connection = Connection(market.url, access_key=market.access_key, secret_key=market.secret_key, region="us-east-1")
    with connection, mturk.using(connection):
        pictures = HITType.create(
            title="What is on this picture?",
            description="Look at a picture and choose one of three labels",
            reward="0.05",
            assignment_duration=timedelta(minutes=10),
            auto_approval_delay=timedelta(days=3),
        )
        for at in range(number):
            question = HTMLQuestion(PAGE.format(number=at + 1))
            pictures.create_hit(question, lifetime=lifetime, max_assignments=WORKERS_PER_HIT)
