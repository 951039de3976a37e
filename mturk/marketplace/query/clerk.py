"""Carries out operations of today for a call of the old API: one or several of them, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from mturk.marketplace.call import Answer, Call, Deed
from mturk.marketplace.dispatch import OPERATIONS
from mturk.marketplace.request.numbered_page import NumberedPage
from mturk.marketplace.request.rules import RULES, Rule
from mturk.marketplace.watch import subject


class Clerk:
    """Does what a call asks for, and writes it down as if each operation had been called by itself."""

    def __init__(self, call: Call) -> None:
        self.call = call

    def do(
        self, operation: str, given: Mapping[str, Any], *, rule: Rule | None = None, page: NumberedPage | None = None
    ) -> Answer:
        """Carry out an operation of today, by its own rule or by another, and for one page of its list."""
        arguments = (rule or RULES[operation]).read(given)
        call = self.call if page is None else replace(self.call, numbered=page)
        answer = OPERATIONS[operation].function(call, **arguments)
        if OPERATIONS[operation].writes:
            self.note(operation, given, answer)
        return answer

    def note(self, step: str, given: Mapping[str, Any], answer: Answer) -> None:
        """Write down that this was done, where that is kept or counted."""
        if self.call.write_down is not None:
            deed = Deed(step, subject.named(given, answer, RULES[step].arguments))
            self.call.write_down(self.call.database, self.call.now, deed)
