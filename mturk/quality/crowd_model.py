"""Models of a crowd, computed by crowd-kit: how probable each answer is for each item, and what each worker is worth.

What they are given is sorted by name first, and they start from a number of their own: the same votes give the same
labels, in whatever order they came and whatever else draws random numbers.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any

from mturk.errors import ConfigurationError, ValidationError
from mturk.quality.label import Labels, label
from mturk.quality.vote import Votes

if TYPE_CHECKING:
    import pandas

Found = tuple[Any, Mapping[int, float]]
"""A data frame of probabilities, items by answers, and the skills; all names are numbers."""
# Votes times different answers, all of which a model holds at once: some 50 bytes of each, and GLAD ten times that.
_MOST = {"glad": 5_000_000}
_MOST_OF_OTHERS = 50_000_000


@contextmanager
def crowd_kit(module: str, what: str) -> Iterator[Any]:
    """A module of crowd-kit; its warnings about its own use of numbers are kept from who can do nothing about it."""
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "IProgress not found")  # tqdm's, in a notebook without widgets
            library = import_module(f"crowdkit.{module}")
    except ImportError:
        raise ConfigurationError(f"{what} needs crowd-kit: pip install 'mturk[aggregate]'") from None
    with warnings.catch_warnings():
        for kind in (DeprecationWarning, FutureWarning, PendingDeprecationWarning, RuntimeWarning):
            warnings.simplefilter("ignore", kind)
        yield library


def frame(votes: Votes) -> pandas.DataFrame:
    """The votes as crowd-kit takes them, sorted; numbers for names, since it makes columns of the answers' names."""
    import pandas

    places = [_places(names) for names in (votes.items, votes.workers, votes.answers)]
    rows = sorted(tuple(place[name] for place, name in zip(places, vote, strict=True)) for vote in votes)
    return pandas.DataFrame(rows, columns=["task", "worker", "label"], dtype="int64")


def modelled(votes: Votes, method: str) -> Labels:
    """What this model makes of the votes, of which at least two differ."""
    _expect_few(method, len(votes), len(votes.answers))
    with crowd_kit("aggregation", f"method={method!r}") as library:
        try:
            probabilities, skills = _METHODS[method](library, frame(votes))
        except (ValueError, ArithmeticError, UnboundLocalError) as error:  # what it meets behind the last number
            raise ValidationError(_no_numbers(method)) from error
    if probabilities.isna().any(axis=None):
        raise ValidationError(_no_numbers(method))
    items, workers, answers = sorted(votes.items), sorted(votes.workers), sorted(votes.answers)
    names = [answers[number] for number in probabilities.columns]
    rows = zip(probabilities.index, probabilities.to_numpy().tolist(), strict=True)
    return Labels(
        {items[number]: label(zip(names, row, strict=True)) for number, row in rows},
        {workers[number]: float(skill) for number, skill in skills.items()},
    )


def _expect_few(method: str, votes: int, answers: int) -> None:
    most = _MOST.get(method, _MOST_OF_OTHERS)
    if votes * answers > most:
        raise ValidationError(
            f"method: {method!r} is for a choice of answers, and {answers:,} different ones in {votes:,} votes are too "
            f"many to compute (the limit for one times the other is {most:,}): take 'majority', or a function as the "
            "field that makes like answers the same"
        )


def _no_numbers(method: str) -> str:
    return (
        f"method: {method!r} comes to no numbers for these votes, as where one row has hundreds of them; take another, "
        "such as 'one_coin_dawid_skene'"
    )


def _dawid_skene(library: Any, data: pandas.DataFrame) -> Found:
    found = library.DawidSkene().fit(data).probas_
    places = found.index.get_indexer(data["task"]), found.columns.get_indexer(data["label"])
    # Not its matrix of errors: that has no number for answers which a worker never had to give.
    right = data.assign(right=found.to_numpy()[places])
    return found, right.groupby("worker")["right"].mean().to_dict()


def _one_coin_dawid_skene(library: Any, data: pandas.DataFrame) -> Found:
    model = library.OneCoinDawidSkene().fit(data)
    return model.probas_, model.skills_.to_dict()


def _glad(library: Any, data: pandas.DataFrame) -> Found:
    model = library.GLAD().fit(data)
    return model.probas_, model.alphas_.to_dict()


def _mace(library: Any, data: pandas.DataFrame) -> Found:
    from numpy.random import RandomState

    # With a mere number each of its ten starts would be the same.
    model = library.MACE(random_state=RandomState(0)).fit(data)
    # Workers are in the order of their first votes; the second column is that of those who do not guess.
    return model.probas_, dict(zip(data["worker"].unique().tolist(), model.spamming_[:, 1].tolist(), strict=True))


_METHODS: Mapping[str, Callable[[Any, Any], Found]] = {
    "dawid_skene": _dawid_skene,
    "one_coin_dawid_skene": _one_coin_dawid_skene,
    "glad": _glad,
    "mace": _mace,
}


def _places(names: list[str]) -> dict[str, int]:
    return {name: number for number, name in enumerate(sorted(names))}
