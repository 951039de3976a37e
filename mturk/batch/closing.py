"""Taking the HITs of a batch off the market; one that is deleted, or refused, stops nothing."""

from __future__ import annotations

from collections.abc import Iterable

from mturk.errors import RequestError
from mturk.model import ending
from mturk.model.hit import HIT
from mturk.parallel.hands import ahead
from mturk.record.bulk import Partial


def close(hits: Iterable[HIT], threads: int) -> int:
    """Expire them, and say how many there are; the first refusal is raised at the end, with a `Partial`."""
    done: list[HIT] = []
    refused: list[tuple[HIT, RequestError]] = []
    for hit, error in ahead(_expired, hits, threads):
        if error is None:
            done.append(hit)
        elif not ending.was_deleted(error):
            refused.append((hit, error))
    if refused:
        error = refused[0][1]
        error.partial = Partial(done, refused, [])
        raise error
    return len(done)


def _expired(hit: HIT) -> tuple[HIT, RequestError | None]:
    try:
        hit.expire()
    except RequestError as error:
        return hit, error
    return hit, None
