"""The command line: its help, its servers, and what it says to mistakes."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import boto3
import click
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from click.testing import CliRunner, Result

import mturk
from mturk import HIT, Assignment, HITType, HTMLQuestion, Worker
from mturk.cli.program import command
from mturk.marketplace import Marketplace
from tests.page import PAGE

PATIENCE = 60  # seconds until a program that does not end has failed
WORKER = "A1WORKER"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(command, arguments, prog_name="mturk")


def program(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mturk", *arguments], cwd=folder, capture_output=True, text=True, timeout=PATIENCE
    )


class Serving:
    """`mturk serve` in a process of its own, and what it said on its first lines."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.lines = []
        assert process.stdout is not None
        for line in process.stdout:
            self.lines.append(line.rstrip("\n"))
            if line.startswith("Ctrl-C"):
                break

    @property
    def facts(self) -> dict[str, str]:
        return dict(line.split(": ", 1) for line in self.lines[: self.lines.index("")])

    @property
    def exports(self) -> dict[str, str]:
        return dict(line.removeprefix("  export ").split("=", 1) for line in self.lines if "export " in line)

    def end(self, number: signal.Signals) -> tuple[int, str]:
        self.process.send_signal(number)
        _, errors = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, errors


@contextmanager
def serving(database: Path | str, *options: str) -> Iterator[Serving]:
    arguments = [sys.executable, "-m", "mturk", "serve", "--port", "0", "--database", str(database), *options]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield Serving(process)
        finally:
            process.kill()


@pytest.fixture
def served(database: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Serving]:
    """A marketplace in another process, with its export lines in this one's environment."""
    with serving(database) as server:
        for name, value in server.exports.items():
            monkeypatch.setenv(name, value)
        yield server


@pytest.fixture
def second(database: Path) -> Iterator[Marketplace]:
    """The same marketplace opened here too, for its workers."""
    market = Marketplace(database)
    yield market
    market.stop()


def work(market: Marketplace, hit_id: str, label: str) -> str:
    worker = market.worker(WORKER)
    assignment_id = worker.accept(hit_id)
    worker.submit(assignment_id, {"label": label})
    return assignment_id


# Help


@pytest.mark.parametrize("arguments", [("--help",), ("-h",), ()])
def test_help_lists_every_command(arguments: tuple[str, ...]) -> None:
    result = run(*arguments)
    assert result.exit_code == 0
    for name, its in command.commands.items():
        assert re.search(rf"^  {name} +{re.escape(its.get_short_help_str(100))}$", result.stdout, re.MULTILINE)


def commands() -> dict[str, click.Command]:
    """All commands by what is written for them, also those of groups: "requester add"."""
    found = dict(command.commands)
    for name, group in command.commands.items():
        if isinstance(group, click.Group):
            found |= {f"{name} {part}": its for part, its in group.commands.items()}
    return found


@pytest.mark.parametrize("name", sorted(commands()))
def test_help_of_a_command_gives_examples(name: str) -> None:
    result = run(*name.split(), "--help")
    assert result.exit_code == 0
    assert re.search(rf"Examples:\n    mturk {name}[ \n]", result.stdout)
    assert max(map(len, result.stdout.splitlines())) <= 80


def test_help_of_a_command_explains_every_option() -> None:
    for its in commands().values():
        assert all(each.help for each in its.params if isinstance(each, click.Option))


def test_the_version_is_that_of_the_package() -> None:
    assert run("--version").stdout == f"mturk {mturk.__version__}\n"


def test_python_m_mturk_is_the_same_program(tmp_path: Path) -> None:
    done = program("--help", folder=tmp_path)
    assert done.returncode == 0
    assert done.stdout.startswith("Usage: mturk [OPTIONS] COMMAND [ARGS]...\n")


# Mistakes


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["sevre"], "No such command 'sevre'"),
        (["serve", "--prt", "1"], "--port"),  # click words its guess differently from version to version
        (["serve", "--port", "eight"], "Invalid value for '--port'"),
        (["serve", "--port", "65536"], "Invalid value for '--port'"),
        (["serve", "--deposit", "much"], "Invalid value for '--deposit': it must be a plain amount"),
        (["serve", "--deposit", "0.005"], "Invalid value for '--deposit'"),
        (["serve", "--public-url", "my-lab.org"], "public_url is such as https://turk.my-lab.org"),
        (["serve", "--database", ""], "Invalid value for '--database': it is empty"),
        (["serve", "--database", "."], "Invalid value for '--database': . is a folder"),
        (["demo", "--database", "."], "Invalid value for '--database': . is a folder"),
        (["demo", "--database"], "Option '--database' requires an argument"),
        (["demo", "twice"], "unexpected extra argument (twice)"),
        (["payouts", "--csv", "-"], "Missing option '--since'"),
        (["payouts", "--since", "2026-11-01"], "Missing option '--csv'"),
        (["payouts", "--since", "soon", "--csv", "-"], "Invalid value for '--since': 'soon' is no date or time"),
        (["payouts", "--since", "2026-11-31", "--csv", "-"], "Invalid value for '--since'"),
        (["payouts", "--since", "2026-11-01", "--csv", "-", "--database", "no.sqlite3"], "holds no marketplace"),
        (["requester", "add"], "Missing argument 'NAME'"),
        (["requester", "add", "lab", "--deposit", "much"], "Invalid value for '--deposit'"),
        (["requester", "list", "--database", "no.sqlite3"], "holds no marketplace"),
        (["worker", "ad", "A1"], "No such command 'ad'"),
        (["worker", "export"], "Missing option '--csv'"),
        (["simulate"], "Missing option '--database'"),
        (["simulate", "--database", "no.sqlite3"], "holds no marketplace"),
        (["simulate", "--database", ":memory:", "--hits", "1", "--returns", "2"], "returns is a share from 0 to 1"),
        (["simulate", "--database", ":memory:", "--hits", "1", "--hours", "nan"], "at most 8,760, not nan"),
        (["simulate", "--database", ":memory:", "--hits", "-1"], "Invalid value for '--hits'"),
    ],
)
def test_a_bad_argument_is_one_line_that_names_it(arguments: list[str], said: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stderr.count("\n") == 1
    assert result.stdout == ""


@pytest.mark.parametrize("sign", ["\x1b", "\u202e", "\x9b"])
def test_a_mistake_is_told_without_the_signs_that_a_terminal_obeys(sign: str) -> None:
    said = run("check", f"lab{sign}[2J.sqlite3").stderr
    assert sign not in said
    assert "lab\ufffd[2J.sqlite3" in said


def test_a_mistake_in_a_command_leads_to_its_help() -> None:
    assert run("serve", "--port", "eight").stderr.endswith(" See mturk serve --help\n")


@pytest.mark.parametrize("name", ["serve", "demo"])
@pytest.mark.parametrize(
    ("database", "said"),
    [
        ("no/such/folder/lab.sqlite3", "does not exist"),
        ("/proc/lab.sqlite3", "cannot be opened"),
        ("damaged.sqlite3", "is damaged or something else"),
        ("damaged.sqlite3/lab.sqlite3", "cannot be opened"),
        ("other.sqlite3", "holds other data"),
        ("nosuch://lab", "cannot be used"),
        ("postgresql://host:port/lab", "is not a database URL"),
    ],
)
def test_a_database_that_cannot_be_used_is_one_line(tmp_path: Path, name: str, database: str, said: str) -> None:
    import sqlite3

    (tmp_path / "damaged.sqlite3").write_bytes(b"not a database" * 1000)
    other = sqlite3.connect(tmp_path / "other.sqlite3")
    other.execute("create table someone_elses (data)")
    other.close()

    done = program(name, "--database", database, folder=tmp_path)
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stderr.startswith("mturk: ")
    assert done.stderr.count("\n") == 1


def test_a_truncated_database_is_one_line(tmp_path: Path, database: Path) -> None:
    with Marketplace(database) as market:
        market.worker(WORKER)
    os.truncate(database, database.stat().st_size // 2)
    done = program("serve", "--port", "0", "--database", str(database), folder=tmp_path)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "is damaged" in done.stderr


def test_a_taken_port_is_one_line_that_names_it(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = program("serve", "--port", str(port), folder=tmp_path)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert f"Port {port} of 127.0.0.1 is taken" in done.stderr


def test_a_host_of_another_machine_is_one_line(tmp_path: Path) -> None:
    done = program("serve", "--host", "192.0.2.1", "--plain-http", "--port", "0", folder=tmp_path)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "Cannot listen at port 0 of 192.0.2.1" in done.stderr


def test_a_call_that_fails_in_the_demo_is_one_line(database: Path) -> None:
    with Marketplace(database, deposit="1.00"):
        pass
    result = run("demo", "--database", str(database))
    assert result.exit_code == 2
    assert "insufficient funds" in result.stderr
    assert result.stderr.count("\n") == 1


def test_ctrl_c_in_the_demo_is_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("mturk.cli.demo.run", interrupted)
    result = run("demo")
    assert result.exit_code == 130
    assert result.stderr.split() == ["mturk:", "stopped"]


# Missing extras

WITHOUT = """
import sys

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {missing!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Missing())
sys.argv = ["mturk", *{arguments!r}]
from mturk.__main__ import main
from tests.page import PAGE
main()
"""


def program_without(missing: list[str], *arguments: str) -> subprocess.CompletedProcess[str]:
    source = WITHOUT.format(missing=missing, arguments=arguments)
    return subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, timeout=PATIENCE)


@pytest.mark.parametrize(
    ("missing", "arguments", "line"),
    [
        (["click"], ["--help"], "mturk: click is not installed: pip install 'mturk[cli]'\n"),
        (["rich"], ["demo"], "mturk: rich is not installed: pip install 'mturk[cli]'\n"),
        (["flask"], ["demo"], "mturk: flask is not installed: pip install 'mturk[marketplace]'\n"),
        (["sqlalchemy"], ["serve"], "mturk: sqlalchemy is not installed: pip install 'mturk[marketplace]'\n"),
        (["waitress"], ["serve"], "mturk: waitress is not installed: pip install 'mturk[marketplace]'\n"),
        (["click", "flask"], ["demo"], "mturk: click is not installed: pip install 'mturk[cli,marketplace]'\n"),
    ],
)
def test_a_missing_extra_is_one_line_with_the_pip_command(missing: list[str], arguments: list[str], line: str) -> None:
    done = program_without(missing, *arguments)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", line)


def test_help_wants_no_marketplace() -> None:
    assert program_without(["flask", "sqlalchemy", "waitress"], "serve", "--help").returncode == 0


def test_a_broken_installation_is_not_taken_for_a_missing_extra() -> None:
    done = program_without(["jinja2"], "demo")
    assert "pip install" not in done.stderr
    assert "jinja2" in done.stderr


# Serving


def test_the_first_lines_say_address_and_keys(served: Serving, second: Marketplace, database: Path) -> None:
    assert list(served.facts) == ["Address", "Worker site", "Access key", "Secret key", "Database"]
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+", served.facts["Address"])
    assert served.facts["Access key"] == second.access_key
    assert served.facts["Secret key"] == second.secret_key
    assert served.facts["Database"] == str(database)


def test_the_command_for_invitations_leads_to_where_it_is_served(served: Serving, tmp_path: Path) -> None:
    (line,) = [line for line in served.lines if line.startswith("For a worker's link: mturk ")]
    made = program(*line.removeprefix("For a worker's link: mturk ").split(), folder=tmp_path)
    assert made.stdout.startswith(f"{served.facts['Address']}/worker/")


def test_the_export_lines_repeat_the_facts(served: Serving) -> None:
    assert served.exports == {
        "AWS_ENDPOINT_URL_MTURK": served.facts["Address"],
        "AWS_ACCESS_KEY_ID": served.facts["Access key"],
        "AWS_SECRET_ACCESS_KEY": served.facts["Secret key"],
        "AWS_DEFAULT_REGION": "us-east-1",
    }


def test_the_secret_key_is_said_when_the_database_is_made_and_never_again(database: Path, tmp_path: Path) -> None:
    with serving(database) as first:
        secret = first.facts["Secret key"]
        assert first.exports["AWS_SECRET_ACCESS_KEY"] == secret
        first.end(signal.SIGTERM)
    with serving(database) as again:
        assert list(again.facts) == ["Address", "Worker site", "Access key", "Database"]
        assert secret not in "\n".join(again.lines)
        (line,) = [line for line in again.lines if line.startswith("The secret key: mturk ")]
    shown = program(*line.removeprefix("The secret key: mturk ").split(), folder=tmp_path)
    assert f"Secret key: {secret}\n" in shown.stdout


TRUSTED = ["--trusted-proxy", "127.0.0.1"]


@pytest.mark.parametrize(
    ("options", "warned"),
    [
        (["--host", "0.0.0.0", "--plain-http"], True),
        (["--host", "0.0.0.0", "--plain-http", "--public-url", "http://turk.my-lab.org", *TRUSTED], True),
        (["--host", "0.0.0.0", "--public-url", "https://turk.my-lab.org", *TRUSTED], False),
        (["--host", "127.0.0.1"], False),
        (["--host", "localhost"], False),
    ],
)
def test_a_host_that_is_open_to_the_network_without_tls_is_warned_of(
    database: Path, options: list[str], warned: bool
) -> None:
    with serving(database, *options) as server:
        _, errors = server.end(signal.SIGTERM)
    assert ("mturk: 0.0.0.0 is open to the network without TLS" in errors) == warned
    assert errors.count("\n") == warned


@pytest.mark.parametrize("options", [[], ["--public-url", "http://turk.my-lab.org", *TRUSTED]])
def test_a_host_that_is_open_to_the_network_is_refused_without_tls_unless_that_is_meant(
    database: Path, options: list[str]
) -> None:
    result = run("serve", "--host", "0.0.0.0", "--database", str(database), *options)
    assert result.exit_code == 2
    assert "0.0.0.0 is open to the network without TLS" in result.stderr
    assert "--plain-http" in result.stderr
    assert not database.exists()


@pytest.mark.parametrize(("options", "warned"), [([], True), (TRUSTED, False)])
def test_a_proxy_that_nobody_said_to_trust_is_warned_of(database: Path, options: list[str], warned: bool) -> None:
    with serving(database, "--public-url", "https://turk.my-lab.org", *options) as server:
        _, errors = server.end(signal.SIGTERM)
    assert ("mturk: --public-url without --trusted-proxy" in errors) == warned


@pytest.mark.parametrize(("name", "warned"), [("tasks.my-lab.org", True), ("lab-tasks.org", False)])
def test_a_task_host_that_can_set_cookies_for_the_site_is_warned_of(database: Path, name: str, warned: bool) -> None:
    with serving(database, "--public-url", "https://turk.my-lab.org", "--task-host", name, *TRUSTED) as server:
        _, errors = server.end(signal.SIGTERM)
    assert (f"mturk: --task-host {name} is below my-lab.org, as the site is" in errors) == warned


@pytest.mark.skipif(os.name != "posix", reason="modes of files are POSIX's")
def test_a_database_that_everybody_can_read_is_warned_of(database: Path) -> None:
    Marketplace(database).requesters()
    database.chmod(0o644)
    with serving(database) as server:
        _, errors = server.end(signal.SIGTERM)
    assert errors == f"mturk: {database} can be read by every user of this machine: chmod 600 {database}\n"


def test_behind_a_proxy_the_public_address_is_the_one_that_is_said(database: Path) -> None:
    with serving(database, "--public-url", "https://my-lab.org/turk/") as server:
        assert server.facts["Address"] == server.exports["AWS_ENDPOINT_URL_MTURK"] == "https://my-lab.org/turk"


def test_a_password_in_the_database_url_is_not_shown() -> None:
    assert Marketplace("postgresql://lab:secret@host/lab").database == "postgresql://lab:***@host/lab"


@pytest.mark.parametrize(("options", "allowed"), [([], False), (["--allow-private-destinations"], True)])
def test_events_go_to_this_machine_only_where_that_is_allowed(
    database: Path, options: list[str], allowed: bool
) -> None:
    with serving(database, *options) as server, ExitStack() as stack:
        names = {"AWS_ACCESS_KEY_ID": "access_key", "AWS_SECRET_ACCESS_KEY": "secret_key"}
        keys = {name: server.exports[variable] for variable, name in names.items()}
        connection = mturk.Connection(server.facts["Address"], **keys)
        photos = HITType.create("Label a photo", "Say what is in it", "0.05", 600, connection=connection)
        if not allowed:
            stack.enter_context(pytest.raises(mturk.errors.RequestError, match="--allow-private-destinations"))
        photos.set_notification(mturk.Notification("http://127.0.0.1:9/000000000000/events", "SQS", ["HITCreated"]))


@pytest.mark.usefixtures("served")
def test_boto3_does_the_main_job_by_the_export_lines_alone(second: Marketplace) -> None:
    client: Any = boto3.client("mturk")
    before = client.get_account_balance()
    question = HTMLQuestion(PAGE).to_xml()
    hit = client.create_hit(
        Title="Label",
        Description="Label a thing",
        Reward="0.10",
        AssignmentDurationInSeconds=600,
        LifetimeInSeconds=3600,
        MaxAssignments=1,
        Question=question,
    )["HIT"]
    assignment_id = work(second, hit["HITId"], "cat")
    (submitted,) = client.list_assignments_for_hit(HITId=hit["HITId"])["Assignments"]
    assert submitted["AssignmentId"] == assignment_id
    assert "<FreeText>cat</FreeText>" in submitted["Answer"]
    client.approve_assignment(AssignmentId=assignment_id)
    client.send_bonus(AssignmentId=assignment_id, WorkerId=WORKER, BonusAmount="1.00", Reason="Good")
    client.update_expiration_for_hit(HITId=hit["HITId"], ExpireAt=datetime.now(timezone.utc))
    client.delete_hit(HITId=hit["HITId"])
    after = client.get_account_balance()
    client.close()
    assert before["AvailableBalance"] == "10000.00"
    assert (after["AvailableBalance"], after["OnHoldBalance"]) == ("9998.68", "0.00")
    assert second.audit() == []


@pytest.mark.usefixtures("served")
def test_the_sdk_does_the_main_job_by_the_export_lines_alone(second: Marketplace) -> None:
    connection = mturk.connect()
    hit = HIT.create(
        HTMLQuestion(PAGE),
        timedelta(hours=1),
        title="Label",
        description="Label a thing",
        reward="0.10",
        assignment_duration=timedelta(minutes=10),
    )
    assignment_id = work(second, hit.id, "cat")
    (submitted,) = hit.assignments(status="Submitted")
    assert (submitted.id, submitted.worker, submitted.answers["label"]) == (assignment_id, Worker(WORKER), "cat")
    submitted.approve("Thank you")
    assert submitted.pay_bonus("1.00", "Good") is True
    assert submitted.pay_bonus("1.00", "Good") is False
    assert not hit.close()
    assert list(HIT.all()) == []
    assert str(connection.balance()) == "9998.68 USD, 0.00 on hold"
    connection.close()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_with_status_0_and_no_word(served: Serving, number: signal.Signals) -> None:
    assert served.end(number) == (0, "")


def test_what_was_answered_is_there_after_kill_9_and_a_restart(database: Path) -> None:
    with serving(database) as first:
        with mturk.using(connection_to(first)) as connection:
            hit = HIT.create(
                HTMLQuestion(PAGE),
                timedelta(hours=1),
                title="Label",
                description="Label a thing",
                reward="0.10",
                assignment_duration=timedelta(minutes=10),
            )
            connection.close()
        assert first.end(signal.SIGKILL)[0] == -signal.SIGKILL
    secret = first.facts["Secret key"]
    with serving(database) as again, mturk.using(connection_to(again, secret)) as connection:
        assert again.facts["Access key"] == first.facts["Access key"]
        assert HIT.get(hit.id).status == "Assignable"
        assert connection.balance().available == mturk.Price("9999.88").amount
        connection.close()


def test_a_lab_chooses_deposit_and_fees(database: Path, second: Marketplace) -> None:
    with (
        serving(database, "--deposit", "20", "--no-fees") as server,
        mturk.using(connection_to(server)) as connection,
    ):
        assert str(connection.balance()) == "20.00 USD, 0.00 on hold"
        hit = HIT.create(
            HTMLQuestion(PAGE),
            timedelta(hours=1),
            title="Label",
            description="Label a thing",
            reward="0.10",
            assignment_duration=timedelta(minutes=10),
        )
        Assignment.get(work(second, hit.id, "cat")).approve()
        assert str(connection.balance()) == "19.90 USD, 0.00 on hold"
        connection.close()


def test_the_database_of_the_environment_is_served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "damaged.sqlite3").write_bytes(b"not a database" * 1000)
    monkeypatch.setenv("MTURK_DATABASE", "damaged.sqlite3")
    assert "damaged.sqlite3 is damaged" in program("serve", "--port", "0", folder=tmp_path).stderr


def connection_to(server: Serving, secret: str | None = None) -> mturk.Connection:
    facts = server.facts
    return mturk.Connection(facts["Address"], access_key=facts["Access key"], secret_key=secret or facts["Secret key"])


def test_serve_makes_no_new_database_where_one_has_to_be_there(database: Path) -> None:
    result = run("serve", "--existing", "--database", str(database))
    assert result.exit_code == 2
    assert "holds no marketplace. Name one that does" in result.stderr
    assert not database.exists()
    Marketplace(database).requesters()
    with serving(database, "--existing", "--processes", "2") as server:
        assert server.end(signal.SIGTERM) == (0, "")


def test_serve_makes_no_new_database_beside_the_key_of_one_that_is_gone(database: Path) -> None:
    market = Marketplace(database)
    market.requesters()
    market.stop()
    database.unlink()
    result = run("serve", "--database", str(database))
    assert result.exit_code == 2
    assert f"is missing, but {database}.key is there" in result.stderr
    assert not database.exists()


def test_a_database_that_is_taken_away_from_a_server_is_refused_and_logged(database: Path) -> None:
    with serving(database) as server:
        exports = server.exports
        client = boto3.client(
            "mturk",
            endpoint_url=exports["AWS_ENDPOINT_URL_MTURK"],
            region_name="us-east-1",
            aws_access_key_id=exports["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=exports["AWS_SECRET_ACCESS_KEY"],
            config=Config(retries={"total_max_attempts": 1}),
        )
        client.create_hit_type(Title="t", Description="d", Reward="0.05", AssignmentDurationInSeconds=60)
        for file in database.parent.glob(f"{database.name}*"):
            file.unlink()
        with pytest.raises(ClientError, match="ServiceFault"):
            client.create_hit_type(Title="u", Description="d", Reward="0.05", AssignmentDurationInSeconds=60)
        client.close()
        _, errors = server.end(signal.SIGTERM)
    assert f"The file {database} is gone while it was in use" in errors
