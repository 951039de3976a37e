"""What is wrong with a form that somebody filled in, field by field."""

from __future__ import annotations

from collections.abc import Mapping

from mturk.marketplace.error import WorkerError, told

TAKEN_EMAIL = told("Somebody else has this e-mail address here already.")


class Objection(WorkerError):
    """A form that cannot be taken; `faults` has a text for each field that must be changed."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__(" ".join(faults.values()))
        self.faults = dict(faults)


def object_to(faults: Mapping[str, str | None]) -> None:
    """Refuse a form if any of its fields has a fault."""
    found = {field: fault for field, fault in faults.items() if fault}
    if found:
        raise Objection(found)
