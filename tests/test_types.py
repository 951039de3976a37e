"""A type checker finds nothing to say about a script that uses every verb, and knows what each gives back."""

from __future__ import annotations

from pathlib import Path

from mypy import api

SAMPLE = Path(__file__).with_name("every_verb.py")


def test_a_script_with_every_verb_passes_the_type_checker(tmp_path: Path) -> None:
    said, trouble, status = api.run(["--strict", "--follow-imports=silent", f"--cache-dir={tmp_path}", str(SAMPLE)])
    assert (status, trouble) == (0, ""), said


def test_every_public_verb_is_in_that_script() -> None:
    import mturk

    kinds = (mturk.HIT, mturk.HITType, mturk.Assignment, mturk.Worker, mturk.QualificationType)
    inherited = {"connection", "show", "to_dict", "id"}
    verbs = {
        name
        for kind in kinds
        for name, value in vars(kind).items()
        if not name.startswith("_") and (callable(value) or isinstance(value, classmethod)) and name not in inherited
    }
    used = SAMPLE.read_text()
    assert {name for name in verbs if f".{name}(" not in used} <= {"search"}
