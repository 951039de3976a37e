"""Ids look like the service's, and each letter is as likely as any other."""

from __future__ import annotations

import random
import re
from collections import Counter

import pytest

from mturk.marketplace.identifier import Identifiers


@pytest.mark.parametrize(
    ("kind", "form"),
    [
        ("entity", "3[A-Z0-9]{29}"),
        ("customer", "A[A-Z0-9]{13}"),
        ("document", "[0-9a-f]{40}"),
        ("access_key", "AKIA[A-Z0-9]{16}"),
        ("secret_key", "[A-Za-z0-9+/]{40}"),
    ],
)
def test_an_id_has_the_form_of_its_kind(kind: str, form: str) -> None:
    identifiers = Identifiers(random.Random(1))
    made = {getattr(identifiers, kind)() for _ in range(200)}
    assert len(made) == 200
    assert all(re.fullmatch(form, one) for one in made)


@pytest.mark.parametrize(
    ("kind", "opening", "letters"), [("entity", 1, 36), ("document", 0, 16), ("secret_key", 0, 64)]
)
def test_all_letters_are_equally_likely(kind: str, opening: int, letters: int) -> None:
    identifiers = Identifiers(random.Random(1))
    counts = Counter("".join(getattr(identifiers, kind)()[opening:] for _ in range(5000)))
    expected = counts.total() / letters
    # Far beyond chance would be an eighth more, which letters had if the bytes were not whole sets of them.
    assert len(counts) == letters
    assert max(counts.values()) < expected * 1.08
    assert min(counts.values()) > expected * 0.92


def test_bytes_that_are_left_out_are_replaced() -> None:
    class Scarce(random.Random):
        def randbytes(self, n: int) -> bytes:
            return bytes([255] * (n - 1) + [0])

    assert Identifiers(Scarce()).customer() == "A" * 14
