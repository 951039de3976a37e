"""`mturk doctor SCRIPT…`: what of a program will not work with a marketplace, line by line, and what to write."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterable, Iterator
from pathlib import Path

from mturk.cli.advice import script_text
from mturk.cli.advice.finding import Finding
from mturk.cli.advice.rule import RULES, Rule
from mturk.cli.advice.script_text import Source
from mturk.errors import ValidationError

RUNNERS = {"python": "python", "r": "Rscript", "bash": "bash", "javascript": "node", "typescript": "npx tsx"}
SKIPPED = {"node_modules", "site-packages", "__pycache__"}


def findings(paths: Iterable[Path]) -> Iterator[Finding]:
    """What the programs of these files and folders need, a line each; the last line counts."""
    read = told = 0
    for path in programs(paths):
        read += 1
        for finding in _of(path):
            told += not finding.good
            yield finding
    if not read:
        yield Finding(f"No program was found; expected files that end in {' '.join(script_text.LANGUAGES)}", good=False)
    else:
        files = "1 file" if read == 1 else f"{read} files"
        yield Finding(f"{files} read, {told or 'nothing'} to change" + (" or to run by `mturk run`" if told else ""))


def programs(paths: Iterable[Path]) -> Iterator[Path]:
    """The files that were named, and the programs in the folders that were named."""
    for path in paths:
        yield from _in_folder(path) if path.is_dir() else [path]


def _in_folder(folder: Path) -> Iterator[Path]:
    """The programs below a folder, and those folders that cannot be read."""
    closed: list[OSError] = []
    for place, folders, names in os.walk(folder, onerror=closed.append):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in SKIPPED)
        for path in (Path(place, name) for name in sorted(names) if not name.startswith(".")):
            if path.suffix.lower() in script_text.LANGUAGES and path.is_file():
                yield path
    yield from (Path(error.filename) for error in closed)


def _of(path: Path) -> Iterator[Finding]:
    try:
        program = script_text.read(path)
    except ValidationError as error:
        yield Finding(str(error), good=False)
        return
    yield from (finding for _, finding in sorted(_told(program), key=lambda each: each[0]))


def _told(program: Source) -> Iterator[tuple[int, Finding]]:
    """What each rule finds, with its position; a rule says the same of a line only once."""
    for rule in RULES:
        if program.language in rule.languages:
            seen = set()
            for match in rule.pattern.finditer(program.code):
                place = program.place(match.start())
                if place not in seen:
                    seen.add(place)
                    yield match.start(), _finding(program, rule, place, match.groupdict().get("quote"))


def _finding(program: Source, rule: Rule, place: str, quote: str | None) -> Finding:
    run = f"mturk run -- {RUNNERS.get(program.language, '')} {shlex.quote(str(program.path))}"
    if program.path.suffix == ".ipynb":
        run = "mturk run -- jupyter lab"
    return Finding(
        f"{place}: {rule.what.format(quote=quote)}. Instead: {rule.instead.format(run=run)}", rule.wrong is False
    )
