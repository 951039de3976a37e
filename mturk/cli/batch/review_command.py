"""`mturk batch status`, `watch`, `results`, `review` and `bonus`: what came in, and what becomes of it."""

from __future__ import annotations

import shlex
import shutil
import sys
import time
from contextlib import suppress
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TextIO

import click

from mturk.batch.batch import Batch
from mturk.batch.batch_status import BatchStatus
from mturk.cli.batch import argument, marked_file, plan_dialogue, watching
from mturk.cli.batch.batch_folder import RESULTS, BatchFolder
from mturk.cli.batch.telling import Teller, counted
from mturk.data.formula import Formulas
from mturk.data.safe_text import harmless
from mturk.errors import ValidationError
from mturk.table.results import Results

_STDOUT = "-"


@click.command()
@argument.batch_command
def status(folder: BatchFolder, teller: Teller) -> None:
    """Say how many HITs are out, and what workers have done of them.

    The table and the page are not needed.

    \b
    Examples:
      mturk batch status photos
      mturk batch status photos --json
    """
    with folder.connected(folder.task()) as connection:
        watching.tell(folder.opened(connection).status(), teller)


@click.command()
@click.option(
    "--every",
    type=click.IntRange(1, 86_400),
    metavar="SECONDS",
    default=60,
    show_default=True,
    help="How often to look.",
)
@argument.batch_command
def watch(folder: BatchFolder, teller: Teller, every: int) -> None:
    """Say how the batch stands again and again, until all work is in or Ctrl-C.

    A line is printed whenever something has changed. Where rows have several HITs, who has done one of a row is kept
    from the others meanwhile.

    \b
    Examples:
      mturk batch watch photos
      mturk batch watch photos --every 600
    """
    with folder.connected(folder.task()) as connection:
        batch = folder.opened(connection)

        def look() -> BatchStatus:
            batch.mark()
            return batch.status()

        def is_over(status: BatchStatus) -> bool:
            return watching.is_in(status) and _is_through(batch)

        watching.watch(look, teller, partial(time.sleep, every), is_over)


def _is_through(batch: Batch) -> bool:
    """Whether that is so of HITs too that the service does not list yet."""
    with suppress(TimeoutError):
        batch.wait(0)
        return True
    return False


@click.command()
@click.option("--csv", "file", metavar="FILE", help="Write to this file instead; - is stdout.")
@click.option(
    "--keep-formulas", is_flag=True, help="Write cells that a spreadsheet would run as formulas as they came."
)
@argument.batch_command
def results(folder: BatchFolder, teller: Teller, file: str | None, keep_formulas: bool) -> None:
    """Write all submissions to results.csv in the folder.

    The columns are those of MTurk's requester site. A file of results that is there is replaced, unless somebody
    marked rows in it that are not reviewed yet; any other file is left as it is.

    \b
    Examples:
      mturk batch results photos
      mturk batch results photos --csv today.csv
    """
    if file == _STDOUT and teller.as_json:
        raise click.UsageError("--json and --csv - both write to stdout; name a file.")
    path = folder.path / RESULTS if file is None else Path(file)
    formulas: Formulas = "keep" if keep_formulas else "quote"
    with folder.connected(folder.task()) as connection:
        found = folder.opened(connection).results()
        if file == _STDOUT:
            teller.warn(f"{counted(printed(found, formulas, sys.stdout), 'submission')} written.")
            return
        number = marked_file.write(found, path, formulas)
    teller.facts(submissions=number, file=path)
    teller.say(f"{counted(number, 'submission')} written to {path}.")
    where = "" if file is None else f" --from {shlex.quote(str(path))}"
    teller.say(f"Mark rows in Approve, or write why in Reject, then: {folder.command('review')}{where}")


@click.command()
@click.option("--from", "file", type=argument.file, metavar="FILE", help="The marked file; else results.csv in FOLDER.")
@click.option("--approve-all", is_flag=True, help="Approve all that is not decided; no file is read.")
@click.option("--confirm", type=click.IntRange(min=0), metavar="N", help="Reject so many: the answer to the question.")
@argument.encoding
@argument.yes
@argument.batch_command
def review(
    folder: BatchFolder, teller: Teller, file: Path | None, approve_all: bool, confirm: int | None, encoding: str
) -> int:
    """Approve and reject what is marked in a results file.

    Any mark in Approve approves; what stands in Reject is the reason, which the worker is told. Rows without a mark
    are left as they are. What would be done is shown first, for each worker, and asked about; on the live service a
    rejection asks for their number.

    \b
    Examples:
      mturk batch review photos
      mturk batch review photos --from reviewed.csv --confirm 3
      mturk batch review photos --approve-all --yes
    """
    if approve_all and file is not None:
        raise click.UsageError("--approve-all and --from are two ways; give one.")
    if confirm is None:
        teller.expect_answer()
    path = file or folder.path / RESULTS
    if not approve_all and not path.is_file():
        raise click.UsageError(f"There is no file {path}; to make it: {folder.command('results')}")
    with folder.connected(folder.task()) as connection:
        batch = folder.opened(connection)
        plan = batch.review(accept=True) if approve_all else batch.review_from(path, encoding=encoding)
        return plan_dialogue.carry_out(plan, teller, is_live=connection.is_live, confirm=confirm)


@click.command()
@click.option("--from", "file", type=argument.file, metavar="FILE", required=True, help="A table of bonuses.")
@click.option("--reason", metavar="TEXT", help="What the workers are told, where the table does not say it.")
@argument.encoding
@argument.yes
@argument.batch_command
def bonus(folder: BatchFolder, teller: Teller, file: Path, reason: str | None, encoding: str) -> int:
    """Pay the bonuses in a table, each once.

    The table has the columns worker_id and amount, and where wanted reason and assignment_id. A worker gets one amount
    for one reason once from a batch, however often this is run. What it costs is shown first, and asked about.

    \b
    Examples:
      mturk batch bonus photos --from bonuses.csv
      mturk batch bonus photos --from bonuses.csv --reason "Careful answers"
    """
    teller.expect_answer()
    if not file.is_file():
        raise click.UsageError(f"There is no file {file}.")
    with folder.connected(folder.task()) as connection:
        batch = folder.opened(connection)
        plan = batch.pay_bonuses(file, reason=reason, encoding=encoding)
        return plan_dialogue.carry_out(plan, teller, is_live=connection.is_live)


def printed(found: Results, formulas: Formulas, out: TextIO) -> int:
    """Write the results to stdout: as they are to a pipe, and to a terminal what it can show and must not obey.

    A file is made first, so that nothing is printed of what cannot be read or written.
    """
    with TemporaryDirectory(prefix="mturk-") as scratch:
        path = Path(scratch, "results.csv")
        number = found.to_csv(path, formulas=formulas)
        _expect_letters(path, out)
        with path.open(encoding="utf-8", newline="") as lines:
            if not out.isatty():
                shutil.copyfileobj(lines, out)
            for line in lines:
                out.write(f"{harmless(line)}\n")
    return number


def _expect_letters(path: Path, out: TextIO) -> None:
    try:
        with path.open(encoding="utf-8", newline="") as lines:
            for line in lines:
                line.encode(out.encoding or "utf-8", out.errors or "strict")
    except UnicodeEncodeError as error:
        raise ValidationError(
            f"stdout is {error.encoding}, which has no letters for it; nothing was written. Set "
            "PYTHONIOENCODING=utf-8, or write --csv FILE"
        ) from None
