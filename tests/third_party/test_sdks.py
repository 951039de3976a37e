"""One study by AWS's programs and those upon them, by what was before them, and by us: the same comes of all."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from mturk import HIT, Connection
from mturk.marketplace import Marketplace
from tests.cli.test_program import serving
from tests.third_party.study import PROGRAMS, TESTS, Outcome, Study

pytestmark = pytest.mark.system

JAVASCRIPT = TESTS.parent / "javascript"
ANSWERS = {
    "A1ADA": {"label": "cat", "comment": "A tabby, I think"},
    "A2BOB": {"label": "dog"},
    "A3EVE": {"label": "asdf"},
}
PATIENCE = 600  # seconds until a program that does not end has failed
DECISIONS = sorted([("A1ADA", "Approved"), ("A2BOB", "Approved"), ("A3EVE", "Rejected")] * 2)
SAID = sorted([["A1ADA", "cat"], ["A2BOB", "dog"]] * 2)


def led(market: Marketplace) -> list[str]:
    """What leads a command to a marketplace; `env` looks for it in the PATH that it is given."""
    return [sys.executable, "-m", "mturk", "run", "--to", market.url, "--", "env"]


def environment(market: Marketplace, packages: str) -> dict[str, str]:
    """What a program of others finds: its packages, and the keys of the marketplace, but not its address."""
    kept = {name: value for name, value in os.environ.items() if not name.upper().endswith("_PROXY")}
    keys = {"AWS_ACCESS_KEY_ID": market.access_key, "AWS_SECRET_ACCESS_KEY": market.secret_key}
    region = {"AWS_DEFAULT_REGION": "us-east-1", "AWS_PAGER": "", "PYTHONWARNINGS": "ignore"}
    return {**kept, **keys, **region, "PATH": f"{TESTS / packages / '.venv' / 'bin'}{os.pathsep}{kept['PATH']}"}


class Program(NamedTuple):
    """A program of others: the folder of its page, and what runs it."""

    page: str
    packages: str
    words: tuple[str, ...] = ("python", "before.py")

    @property
    def name(self) -> str:
        return Path(self.words[-1]).stem if self.packages == "javascript" else self.packages

    def run(self, study: Study, phase: str) -> str:
        """Run it with `mturk run`, with the packages that were installed for it."""
        command = [*led(study.market), *self.words, phase]
        found = environment(study.market, self.packages)
        done = subprocess.run(command, cwd=study.folder, env=found, capture_output=True, text=True, timeout=PATIENCE)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


OF_BEFORE = [
    Program("boto3", "boto3"),
    Program("larry", "larry"),
    Program("aws-cli", "aws_cli", ("sh", "before.sh")),
    Program("boto3", "javascript", ("node", str(JAVASCRIPT / "study_v2.cjs"))),
    Program("boto3", "javascript", ("node", str(JAVASCRIPT / "study_v3.mjs"))),
]
OF_BOTO_2 = sys.version_info < (3, 12)  # it runs on no later Python, nor does the boto3 of its last days
if OF_BOTO_2:
    OF_BEFORE += [Program("boto3", "boto3_1_17"), Program("boto2", "boto2")]
PAGES = sorted({program.page for program in OF_BEFORE})


def take_part(study: Study) -> None:
    for hit in HIT.all(connection=study.connection):
        for name, answers in ANSWERS.items():
            worker = study.market.worker(name, country="US")
            worker.submit(worker.accept(hit.id), answers)


def held(page: str, folder: Path, run: Callable[[Study, str], str]) -> tuple[Outcome, list[list[str]]]:
    """What comes of the study, and what its review printed, without the HITs' ids."""
    with Marketplace(query_api=True) as market:
        study = Study(market, page, folder)
        run(study, "publish")
        published = study.hits()
        take_part(study)
        said = [line.split()[1:] for line in run(study, "review").splitlines()]
        return study.outcome(published), said


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], tuple[Outcome, list[list[str]]]]:
    """What comes of the program of ours on a page."""
    made: dict[str, tuple[Outcome, list[list[str]]]] = {}

    def held_by_us(page: str) -> tuple[Outcome, list[list[str]]]:
        if page not in made:
            folder = tmp_path_factory.mktemp(page)
            made[page] = held(page, folder, lambda study, phase: study.ours("after.py", phase))
        return made[page]

    return held_by_us


@pytest.mark.parametrize("program", OF_BEFORE, ids=lambda program: program.name)
def test_a_study_by_a_program_of_before_has_the_hits_decisions_and_money_of_ours(
    program: Program, tmp_path: Path, ours: Callable[[str], tuple[Outcome, list[list[str]]]]
) -> None:
    outcome, said = held(program.page, tmp_path, program.run)
    expected, said_by_us = ours(program.page)
    assert outcome == expected
    assert sorted(said) == sorted(said_by_us)


@pytest.mark.parametrize("page", PAGES)
def test_the_study_of_a_page_is_what_it_says(page: str, ours: Callable[[str], tuple[Outcome, list[list[str]]]]) -> None:
    outcome, said = ours(page)
    assert [hit["RequesterAnnotation"] for hit in outcome.hits] == ["picture-1", "picture-2"]
    assert outcome.decisions == DECISIONS
    assert outcome.bonuses == [("A1ADA", "0.10", "For the comment")] * 2
    # Four rewards of 0.05 with fees of 0.01, and two bonuses of 0.10 with fees of 0.02.
    assert outcome.money == ("9999.52", "0.00")
    assert sorted(said) == SAID


def test_a_line_end_in_an_answer_ends_no_review_of_the_script_for_the_command_line(tmp_path: Path) -> None:
    script = next(program for program in OF_BEFORE if program.packages == "aws_cli")
    with Marketplace() as market:
        study = Study(market, script.page, tmp_path)
        script.run(study, "publish")
        study.take_part(A3EVE={"label": "cat\n3A A3EVE"}, **{name: ANSWERS[name] for name in ("A1ADA", "A2BOB")})
        script.run(study, "review")
        assert study.outcome([]).decisions == DECISIONS


@pytest.mark.parametrize("url", ["https://mechanicalturk.sandbox.amazonaws.com", "http://mechanicalturk.amazonaws.com"])
def test_the_old_module_for_node_has_the_study_as_far_as_it_goes(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OLD_URL", url)
    old = Program("boto3", "javascript", ("node", str(JAVASCRIPT / "study_old.cjs")))
    outcome, said = held("boto3", tmp_path, old.run)
    assert [hit["RequesterAnnotation"] for hit in outcome.hits] == ['{"picture":1}', '{"picture":2}']
    assert outcome.decisions == DECISIONS
    # It knows no bonuses.
    assert (outcome.bonuses, outcome.money) == ([], ("9999.76", "0.00"))
    assert sorted(said) == SAID


def test_an_assistants_tools_publish_and_list() -> None:
    offer = {"title": "Label", "description": "A picture", "reward": "0.05", "question_html": "<input name='label'>"}
    with Marketplace(sandbox=True) as market:
        command, found = [*led(market), "mcp-server-mturk"], environment(market, "mcp_server_mturk")
        pipes: Any = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
        with subprocess.Popen(command, env=found, text=True, **pipes) as server:
            assert server.stdin is not None
            assert server.stdout is not None

            def asked(method: str, **given: Any) -> Any:
                line = {"jsonrpc": "2.0", "id": 1, "method": method, "params": given}
                print(json.dumps(line), file=server.stdin, flush=True)
                assert server.stdout is not None
                return json.loads(server.stdout.readline())["result"]

            asked("initialize", protocolVersion="2024-11-05", capabilities={}, clientInfo={"name": "t", "version": "1"})
            print('{"jsonrpc": "2.0", "method": "notifications/initialized"}', file=server.stdin, flush=True)
            made, balance, listed = (
                asked("tools/call", name=name, arguments=given)["content"][0]["text"]
                for name, given in (("create_hit", offer), ("get_account_balance", {}), ("list_hits", {}))
            )
            server.stdin.close()
            assert server.wait(PATIENCE) == 0
        with Connection(market.url, access_key=market.access_key, secret_key=market.secret_key) as connection:
            (hit,) = HIT.all(connection=connection)
    assert (hit.title, hit.id in made, hit.id in listed) == ("Label", True, True)
    assert '"10000.00"' in balance


def test_an_sdk_that_reads_nothing_of_the_environment_is_given_the_address() -> None:
    with Marketplace() as market:
        command = ["env", "python", str(TESTS / "capo_mturk" / "balance.py"), market.url]
        found = environment(market, "capo_mturk")
        told = subprocess.run(command, env=found, capture_output=True, text=True, timeout=PATIENCE)
    assert (told.stdout, told.stderr) == ("10000.00\n", "")


def test_the_lines_that_serve_prints_lead_old_and_new_programs(tmp_path: Path) -> None:
    options = ("--sandbox", "--query-api", "--redirect", "--redirect-port", "0")
    (tmp_path / "my lab").mkdir()
    with serving(tmp_path / "my lab" / "lab.sqlite3", *options) as server:
        address = server.facts["Address"]
        lines = [line for line in server.lines if "export " in line and address not in line]
        programs = [f"node {JAVASCRIPT / name} publish" for name in ("study_v3.mjs", "study_old.cjs")]
        python = TESTS / "boto2" / ".venv" / "bin" / "python"
        if OF_BOTO_2:
            programs.append(f"{python} -W ignore {PROGRAMS / 'boto2' / 'before.py'} publish")
        kept = {name: value for name, value in os.environ.items() if not name.upper().endswith("_PROXY")}
        script = "\n".join(["set -e", *lines, *programs])
        told = subprocess.run(["sh", "-c", script], env=kept, capture_output=True, text=True, timeout=PATIENCE)
        assert told.returncode == 0, told.stderr
        keys = server.exports
        with Connection(
            address, access_key=keys["AWS_ACCESS_KEY_ID"], secret_key=keys["AWS_SECRET_ACCESS_KEY"]
        ) as connection:
            assert {hit.id for hit in HIT.all(connection=connection)} == set(told.stdout.split())
    assert len(told.stdout.split()) == 2 * len(programs)
