"""botocore's model of the service as the judge of what the marketplace answers."""

from __future__ import annotations

import json
import re
from typing import Any

import botocore.session

MODEL = botocore.session.get_session().get_service_model("mturk")


def check_answer(operation: str, body: bytes) -> None:
    """Fail unless the body is an answer that the model allows."""
    answer = json.loads(body)
    shape = MODEL.operation_model(operation).output_shape
    if shape is None or not shape.members:
        assert answer == {}
    else:
        _check(shape, answer, operation)


def check_error(body: bytes) -> None:
    """Fail unless the body is an error in one of the service's three forms."""
    error = json.loads(body)
    kind = error["__type"]
    if kind in ("RequestError", "ParameterValidationError", "ServiceFault"):
        expected = {"__type", "Message", "TurkErrorCode"}
        assert set(error) == expected | ({"Parameter"} if kind == "ParameterValidationError" else set())
        assert re.fullmatch(r".+ \(\d{13}( s)?\)", error["Message"], re.DOTALL)  # " s" is the sandbox's
        assert re.fullmatch(r"AWS\.(MechanicalTurk\.)?\w+", error["TurkErrorCode"])
    else:
        assert set(error) == {"__type", "message"}
        assert re.fullmatch(r"\w+Exception", kind)


def _check(shape: Any, value: Any, at: str) -> None:
    assert value is not None, f"{at} is null"
    kind = shape.type_name
    if kind == "structure":
        unknown = set(value) - set(shape.members)
        assert not unknown, f"{at} has unknown members {unknown}"
        missing = set(shape.required_members) - set(value)
        assert not missing, f"{at} lacks {missing}"
        for name, part in value.items():
            _check(shape.members[name], part, f"{at}.{name}")
    elif kind == "list":
        assert isinstance(value, list), at
        for number, part in enumerate(value):
            _check(shape.member, part, f"{at}[{number}]")
    else:
        _check_scalar(shape, value, at)


def _check_scalar(shape: Any, value: Any, at: str) -> None:
    types = {
        "string": str,
        "integer": int,
        "long": int,
        "boolean": bool,
        "timestamp": (int, float),
    }
    assert isinstance(value, types[shape.type_name]), f"{at} is {value!r}"
    assert isinstance(value, bool) == (shape.type_name == "boolean"), f"{at} is {value!r}"
    if shape.type_name != "string":
        return
    limits = shape.metadata
    assert len(value) >= limits.get("min", 0), f"{at} is {value!r}"
    assert len(value) <= limits.get("max", len(value)), f"{at} is {value!r}"
    assert value in limits.get("enum", [value]), f"{at} is {value!r}"
    # The model takes these for ids, but they are the names of fields, which are anything.
    pattern = "(?s).*" if at.endswith(".QuestionId") else limits.get("pattern", "(?s).*")
    assert re.fullmatch(pattern, value), f"{at} is {value!r}"
