"""A batch that is killed again and again: is each row published, each submission decided and each bonus paid once?

    python benchmarks/killed_batch.py --rows 10000 --kills 50

Three works are done by processes that are killed with SIGKILL, most at a random moment of the work, every fifth while
it starts; meanwhile the marketplace loses every 47th answer, fails every 101st call and throttles. Each work is begun
anew by the next process, with nothing but the journal. At the end one process is left alone, and all is counted.

HITs are published for all rows. Decisions and bonuses are for as many submissions, of a worker each, to a batch with
nine assignments a HIT: every tenth is rejected, all others are approved.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

from mturk import HIT, Batch, Connection, HITType, MTurkError
from mturk.marketplace import Fault, Marketplace

PAGE = "<p>${text}</p><label><input type='radio' name='label' value='cat'> A cat</label>"
PER_HIT = 9  # ten and more cost twice the fee
LOST = ("CreateHITWithHITType", "ApproveAssignment", "RejectAssignment", "SendBonus", "ListBonusPayments")
FAULTS = [*(Fault(operation, "lost answer", 47) for operation in LOST), Fault("*", "refused", 101)]
REASON = "Thank you"


def work(what: str, url: str, access_key: str, secret_key: str, journal: str, submissions: int) -> None:
    """Be a process that may be killed: do what is left, and say when it begins."""
    connection = Connection(url, access_key=access_key, secret_key=secret_key)
    batch = Batch.open(journal, connection=connection)
    if what == "publish":
        print("begun", flush=True)
        print(batch.publish())
        return
    if what == "review":
        plan = batch.review(accept=True, reject=lambda result: "No" if is_bad(result.worker_id) else None)
    else:
        plan = batch.pay_bonuses({worker(number): "0.05" for number in range(submissions)}, reason=REASON)
    print("begun", flush=True)
    print(plan.apply(confirm=sum(step.kind == "reject" for step in plan)))


def worker(number: int) -> str:
    return f"A{number:06}"


def is_bad(worker_id: str) -> bool:
    return worker_id.endswith("7")


class Killing:
    """Runs a work in processes that are killed, until it is done."""

    def __init__(self, market: Marketplace, journal: Path, submissions: int, kills: int, within: float) -> None:
        self.arguments = [market.url, market.access_key, market.secret_key, str(journal), str(submissions)]
        self.kills, self.within = kills, within
        self.chance = random.Random(5)

    def start(self, what: str) -> subprocess.Popen[str]:
        command = [sys.executable, __file__, "--work", what, *self.arguments]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)

    def run(self, what: str) -> None:
        """Kill it as often as is wanted, then let it end."""
        begin, in_time = time.monotonic(), 0
        for number in range(self.kills):
            process = self.start(what)
            assert process.stdout is not None
            if number % 5:
                process.stdout.readline()
            time.sleep(self.within * self.chance.random())
            in_time += process.poll() is None
            process.kill()
            process.communicate()
        last = self.alone(what)
        print(f"{what}: {self.kills} times killed, {in_time} of them at work, {time.monotonic() - begin:.0f} s")
        print(f"  the last process: {last}")

    def alone(self, what: str) -> str:
        """Let it end, and say what the last process said; answers that are lost several times in a row may stop one."""
        for _ in range(10):
            process = self.start(what)
            said = process.communicate()[0]
            if process.returncode == 0:
                return said.splitlines()[-1]
        raise AssertionError(f"{what} does not end")


def made(market: Marketplace, journal: Path, rows: int, page: Path, assignments: int = 1) -> Batch:
    """A batch whose rows are in its journal."""
    connection = Connection(market.url, access_key=market.access_key, secret_key=market.secret_key)
    kind = HITType.create("Label", "Say what it is", "0.05", 3600, connection=connection)
    texts = ({"text": f"Photo {number}."} for number in range(rows))
    batch = kind.batch(texts, page, journal=journal, lifetime=86_400, assignments=assignments)
    assert batch.check()
    return batch


def publishing(market: Marketplace, folder: Path, rows: int, kills: int, within: float) -> None:
    """Publish a batch, and look at each HIT."""
    batch = made(market, folder / "published", rows, folder / "page.html")
    Killing(market, folder / "published", rows, kills, within).run("publish")
    hits = list(HIT.all(connection=batch.connection).where(lambda hit: hit.hit_type_id == batch.hit_type.id))
    by_id = {hit.id: str(hit.question_xml) for hit in hits}
    wrong = sum(f"Photo {number}." not in by_id[hit.id] for number, hit in enumerate(batch.hits()))
    labels = {hit.requester_annotation for hit in hits}
    print(f"  {len(hits)} HITs for {rows} rows, {len(labels)} different, {wrong} with the page of another row")
    assert len(hits) == len(labels) == rows
    assert not wrong
    batch.close()


def submitted(market: Marketplace, folder: Path, submissions: int) -> Batch:
    """A batch to which so many workers have submitted their work."""
    batch = made(market, folder / "submitted", -(-submissions // PER_HIT), folder / "page.html", PER_HIT)
    batch.publish()
    hits, begin = list(batch.hits()), time.monotonic()
    for number in range(submissions):
        one = market.worker(worker(number))
        one.submit(one.accept(hits[number // PER_HIT].id), {"label": "cat"})
    print(f"{submissions} submissions to {len(hits)} HITs, {time.monotonic() - begin:.0f} s")
    return batch


def deciding(market: Marketplace, batch: Batch, submissions: int, run: Callable[[str], None]) -> None:
    """Decide on everything, and look at each submission."""
    run("review")
    states = {result.worker_id: result.assignment for result in batch.results()}
    kinds = Counter(str(one.status.value) for one in states.values())
    print(f"  {dict(kinds)}")
    assert len(states) == submissions
    assert {name for name, one in states.items() if one.status == "Rejected"} == set(filter(is_bad, states))
    assert kinds["Approved"] + kinds["Rejected"] == submissions


def paying(market: Marketplace, batch: Batch, submissions: int, run: Callable[[str], None]) -> None:
    """Pay a bonus to everybody, and count what came in."""
    before = batch.connection.balance().available
    run("bonus")
    paid = [bonus for hit in batch.hits() for bonus in hit.bonuses()]
    spent = before - batch.connection.balance().available
    times = Counter(bonus.worker_id for bonus in paid)
    print(f"  {len(paid)} bonuses to {len(times)} workers, at most {max(times.values())} each, {spent} USD")
    assert times == Counter(worker(number) for number in range(submissions))
    assert spent == submissions * Decimal("0.06")


def main() -> None:
    """Do the three works, and hold the outcome against what must be."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10_000, help="HITs, and decisions, and bonuses")
    parser.add_argument("--kills", type=int, default=50, help="of each work")
    parser.add_argument("--within", type=float, default=3.0, help="seconds of work after which a process is killed")
    parser.add_argument("--work", nargs=6, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.work:
        try:
            work(*given.work[:5], int(given.work[5]))
        except MTurkError as error:
            sys.exit(str(error))
        return
    with (
        tempfile.TemporaryDirectory() as name,
        Marketplace(f"{name}/lab.sqlite3", deposit="100000.00", faults=FAULTS, rate=400, burst=200) as market,
    ):
        folder = Path(name)
        (folder / "page.html").write_text(PAGE)
        publishing(market, folder, given.rows, given.kills, given.within)
        batch = submitted(market, folder, given.rows)
        run = Killing(market, folder / "submitted", given.rows, given.kills, given.within).run
        deciding(market, batch, given.rows, run)
        paying(market, batch, given.rows, run)
        assert not market.audit()
        print("each row, each submission and each bonus once, and the ledger adds up")


if __name__ == "__main__":
    main()
