"""Truth: whether an answer is the one that is known to be right."""

from __future__ import annotations

import json
import math
import re
from decimal import Decimal
from typing import Any

# Not 007, which is a name.
_NUMBER = re.compile(r"-?(0|[1-9]\d{0,29})(\.\d{1,30})?")


def truth(cell: Any) -> str | None:
    """What a gold cell says is right, as answers have it; None for an empty cell."""
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return None
    if isinstance(cell, (bool, dict, list)):
        return json.dumps(cell, ensure_ascii=False)
    return str(cell).strip() or None


def is_right(answer: str, known: str) -> bool:
    """They are the same text, leaving aside blanks around it, or the same number: a table may make 3 a 3.0."""
    one, other = answer.strip(), known.strip()
    if one == other:
        return True
    numbers = _NUMBER.fullmatch(one), _NUMBER.fullmatch(other)
    return all(numbers) and Decimal(one) == Decimal(other)
