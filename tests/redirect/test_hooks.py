"""What leads clients that read no proxy: the module for Node, the plugin for boto 2, and what both leave as it was."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import requests

from mturk.errors import ConfigurationError
from mturk.redirect import hooks
from mturk.redirect.redirect import Redirect
from tests.redirect.conftest import Elsewhere

PATIENCE = 60
BOTO = Path(__file__).parents[1] / "third_party" / "boto2" / ".venv" / "bin" / "python"
OF_BOTO = sys.version_info < (3, 12)  # its last release runs on no later Python


def ran(command: list[str], environment: dict[str, str]) -> str:
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def node(script: str, environment: dict[str, str]) -> str:
    return ran(["node", "-e", script], environment)


def asked(address: str, options: str = "{}") -> str:
    """A program for Node that writes the answer of an address, or why there is none."""
    module = address.partition(":")[0]
    return f"""
        const shown = (answer) => answer.on("data", (data) => process.stdout.write(data));
        require("{module}").get("{address}", {options}, shown).on("error", (error) => console.log(error.message));
    """


# Node


@pytest.mark.system
@pytest.mark.parametrize("scheme", ["https", "http"])
@pytest.mark.parametrize("agent", ["undefined", "false", 'new (require("{}").Agent)({{keepAlive: true}})'])
def test_a_client_for_node_is_led_with_any_agent(environment: dict[str, str], scheme: str, agent: str) -> None:
    script = asked(f"{scheme}://www.mturk.com/", f"{{agent: {agent.format(scheme)}}}")
    # A kept connection would keep the program.
    assert "a marketplace for human work" in node(
        f"{script} setTimeout(() => process.exit(), 5000).unref();", environment
    )


@pytest.mark.system
@pytest.mark.parametrize("host", ["WWW.MTurk.com", "www.mturk.com."])
def test_a_name_in_capitals_or_with_a_dot_is_the_same_host_for_node(environment: dict[str, str], host: str) -> None:
    script = f"require('https').get({{host: '{host}'}}, (answer) => answer.pipe(process.stdout))"
    assert "a marketplace for human work" in node(script, environment)


@pytest.mark.system
def test_a_program_for_node_that_forgets_the_proxy_is_led(environment: dict[str, str]) -> None:
    script = f"delete process.env.HTTPS_PROXY; {asked('https://www.mturk.com/')}"
    assert "a marketplace for human work" in node(script, environment)


@pytest.mark.system
def test_nodes_other_hosts_are_left_alone(environment: dict[str, str], elsewhere: Elsewhere) -> None:
    script = asked(f"https://localhost:{elsewhere.port}/x", "{rejectUnauthorized: false}")
    assert node(script, environment) == "/x"
    assert elsewhere.heads[0][0] == "GET /x HTTP/1.1"


@pytest.mark.system
def test_node_is_told_that_the_redirect_has_ended(environment: dict[str, str], redirect: Redirect) -> None:
    redirect.__exit__()
    assert node(asked("https://www.mturk.com/"), environment).startswith("mturk's redirect is not reached: ")


@pytest.mark.system
def test_node_is_told_what_the_redirect_refuses(environment: dict[str, str]) -> None:
    told = node(asked("https://www.mturk.com:8443/"), environment)
    assert told.startswith("mturk's redirect answered 403: Of www.mturk.com only the ports 443 and 80 are led")


@pytest.mark.system
def test_without_the_proxy_the_module_does_nothing(environment: dict[str, str]) -> None:
    without = {name: value for name, value in environment.items() if name.upper() != "HTTPS_PROXY"}
    script = "console.log(require('https').Agent.prototype.createConnection.toString().includes('through'))"
    assert node(script, without) == "false"
    assert node(script, environment) == "true"


@pytest.mark.system
def test_a_folder_with_blanks_and_quotes_is_found_by_node(tmp_path: Path) -> None:
    folder = tmp_path / 'my "old" lab\\'
    folder.mkdir()
    hooks.write(folder, {})
    environment = {"PATH": "/usr/bin:/bin:/usr/local/bin", **hooks.variables(folder, {})}
    assert node("console.log(Object.keys(require.cache).length)", environment) == "1"


@pytest.mark.parametrize(
    ("before", "kept"),
    [
        ("--max-old-space-size=4096", "--max-old-space-size=4096 "),
        ("--require=/lab/first.js --require /old/lead_node.cjs", "--require=/lab/first.js "),
        ('--require "/old lab/lead_node.cjs"', ""),
    ],
)
def test_nodes_options_stay_but_for_those_of_an_earlier_start(before: str, kept: str, tmp_path: Path) -> None:
    found = hooks.variables(tmp_path, {"NODE_OPTIONS": before})["NODE_OPTIONS"]
    assert found == f"{kept}--require {tmp_path}/lead_node.cjs"


# boto 2

if OF_BOTO:
    BALANCE = "from boto.mturk.connection import MTurkConnection as C; import boto; print({})"

    answering = pytest.mark.parametrize("market", [True], indirect=True, ids=["old API"])

    @pytest.mark.system
    @answering
    @pytest.mark.parametrize("options", ["", "host='mechanicalturk.sandbox.amazonaws.com'", "is_secure=False"])
    def test_boto_2_is_led(environment: dict[str, str], options: str) -> None:
        script = BALANCE.format(f"C({options}).get_account_balance()[0]")
        assert ran([str(BOTO), "-W", "ignore", "-c", script], environment) == "$10,000.00"

    @pytest.mark.system
    @answering
    @pytest.mark.parametrize("options", ["", "is_secure=False"])
    def test_boto_2_is_led_past_a_proxy_that_it_reads_itself(environment: dict[str, str], options: str) -> None:
        script = BALANCE.format(f"C({options}).get_account_balance()[0]")
        lab = {**environment, "http_proxy": "http://lab:word@127.0.0.1:9"}
        assert ran([str(BOTO), "-W", "ignore", "-c", script], lab) == "$10,000.00"

    @pytest.mark.system
    @answering
    def test_a_program_for_boto_2_that_forgets_the_proxy_is_led(environment: dict[str, str]) -> None:
        script = f"import os, boto; os.environ.clear(); {BALANCE}"
        keys = "{!r}, {!r}".format(environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"])
        script = script.format(f"C({keys}).get_account_balance()[0]")
        assert ran([str(BOTO), "-W", "ignore", "-c", script], environment) == "$10,000.00"

    @pytest.mark.system
    @answering
    def test_what_boto_2_read_of_its_own_it_still_reads(environment: dict[str, str], tmp_path: Path) -> None:
        (tmp_path / "plugins").mkdir()
        (tmp_path / "plugins" / "own.py").write_text("import boto; boto.own = 'plugin'")
        own = tmp_path / "own.cfg"
        own.write_text(f"[Lab]\nname = Ada\n[Plugin]\nplugin_directory = {tmp_path / 'plugins'}\n")
        hooks.write(tmp_path, {"BOTO_CONFIG": str(own)})
        script = BALANCE.format("boto.config.get('Lab', 'name'), boto.own, C().get_account_balance()[0]")
        assert ran([str(BOTO), "-W", "ignore", "-c", script], environment) == "Ada plugin $10,000.00"


@pytest.mark.parametrize(
    ("environ", "before"),
    [
        ({}, ("/etc/boto.cfg", "~/.boto")),
        ({"BOTO_CONFIG": "/lab/boto.cfg", "BOTO_PATH": "/other"}, ("/lab/boto.cfg",)),
        ({"BOTO_PATH": "/first:/second"}, ("/first", "/second")),
        ({"BOTO_CONFIG": "HERE/boto.cfg"}, ("/etc/boto.cfg", "~/.boto")),
    ],
)
def test_boto_2_is_led_to_its_own_configuration(
    environ: dict[str, str], before: tuple[str, ...], tmp_path: Path
) -> None:
    hooks.write(tmp_path, {name: value.replace("HERE", str(tmp_path)) for name, value in environ.items()})
    assert f"BEFORE = {before!r}" in (tmp_path / "boto_plugins" / "lead_boto.py").read_text()


@pytest.mark.parametrize("host", ["mechanicalturk.amazonaws.com", "mechanicalturk.sandbox.amazonaws.com"])
def test_a_marketplace_without_the_old_api_says_what_to_do(
    redirect: Redirect, environment: dict[str, str], host: str
) -> None:
    proxies, trusted = {"https": redirect.url}, environment["SSL_CERT_FILE"]
    address = f"https://{host}/?Operation=GetAccountBalance&AWSAccessKeyId=x"
    told = requests.get(address, proxies=proxies, verify=trusted, timeout=20).text
    assert "<Code>AWS.MechanicalTurk.OperationNoLongerSupported</Code>" in told
    assert "unless its owner says so: mturk serve --query-api" in told


# Who could have programs run what is theirs


@pytest.mark.parametrize("mode", [0o770, 0o707])
def test_a_folder_that_others_can_write_to_is_refused(mode: int, tmp_path: Path) -> None:
    tmp_path.chmod(mode)
    with pytest.raises(ConfigurationError, match="others may write to it: chmod go-w"):
        hooks.write(tmp_path, {})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("mode", [0o777, 0o775])
def test_a_folder_in_one_that_others_can_write_to_is_refused(
    mode: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "mine"
    folder.mkdir(mode=0o700)
    tmp_path.chmod(mode)
    monkeypatch.setattr("grp.getgrgid", lambda _: SimpleNamespace(gr_name="lab", gr_mem=["ada", "eve"]))
    with pytest.raises(ConfigurationError, match="could put another folder in its place"):
        hooks.write(folder, {})
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("mode", [0o1777, 0o755])
def test_a_folder_is_taken_whose_place_nobody_else_can_take(mode: int, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir(mode=0o700)
    tmp_path.chmod(mode)
    hooks.write(folder, {})


def test_a_group_of_the_owner_alone_takes_no_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "mine"
    folder.mkdir(mode=0o700)
    tmp_path.chmod(0o775)
    monkeypatch.setattr("pwd.getpwuid", lambda _: SimpleNamespace(pw_name="ada"))
    monkeypatch.setattr("grp.getgrgid", lambda _: SimpleNamespace(gr_name="ada", gr_mem=[]))
    hooks.write(folder, {})


def test_no_password_is_in_the_files(redirect: Redirect, environment: dict[str, str], tmp_path: Path) -> None:
    password = environment["HTTPS_PROXY"].split(":")[2].partition("@")[0]
    assert password in redirect.url
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and password in path.read_text()]


def test_the_command_that_is_told_names_the_folder_as_a_shell_reads_it(tmp_path: Path) -> None:
    folder = tmp_path / "a $(b)"
    folder.mkdir()
    folder.chmod(0o770)
    with pytest.raises(ConfigurationError, match=r"chmod go-w '.*/a \$\(b\)'"):
        hooks.write(folder, {})
