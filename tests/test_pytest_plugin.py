"""The pytest plugin, as users' tests see it: each of these runs pytest in a process of its own."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import mturk

pytest_plugins = ["pytester"]
PAGE = Path(__file__).parents[1] / "docs" / "testing.md"


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Callable[..., pytest.RunResult]:
    """Run tests that are given as source, with the plugin of this checkout and not of one that is installed."""
    monkeypatch.setenv("PYTHONPATH", str(Path(mturk.__file__).parents[1]))

    def run(source: str, *arguments: str) -> pytest.RunResult:
        pytester.makepyfile(source)
        return pytester.runpytest_subprocess("-p", "mturk.pytest_plugin", "-p", "no:mturk", "-W", "error", *arguments)

    return run


def test_the_example_of_the_page_about_testing_passes(
    pytester: pytest.Pytester, run: Callable[..., pytest.RunResult]
) -> None:
    script, tests = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(), re.DOTALL | re.MULTILINE)
    pytester.makepyfile(label=script)
    pytester.makepyfile(test_label=tests)
    run("", "-v").assert_outcomes(passed=5)


def test_the_settings_of_the_page_about_testing_are_ones_that_pytest_takes(
    pytester: pytest.Pytester, run: Callable[..., pytest.RunResult]
) -> None:
    (settings,) = re.findall(r"^```toml\n(.*?)^```$", PAGE.read_text(), re.DOTALL | re.MULTILINE)
    pytester.makepyprojecttoml(settings)
    test = "def test_nothing(mturk_market): assert mturk_market._premises._settings.fees is False"
    run(test).assert_outcomes(passed=1)


def test_each_test_has_a_marketplace_of_its_own_and_leaves_nothing_behind(run: Callable[..., pytest.RunResult]) -> None:
    result = run(
        """
        import os, threading
        import boto3, mturk, pytest
        from mturk.connection.connection import existing

        seen, before = [], (dict(os.environ), existing())

        @pytest.mark.parametrize("time", [1, 2])
        def test_is_alone(mturk_connection, mturk_market, time):
            assert mturk_market.requesters() == ["requester"]
            mturk_market.requester("another")
            seen.append(mturk_market.url)

        def test_in_force(mturk_connection):
            assert mturk.current() is mturk_connection

        def test_in_force_in_threads(mturk_connection):
            found = []
            thread = threading.Thread(target=lambda: found.append(mturk.current()))
            thread.start(); thread.join()
            assert found == [mturk_connection]

        def test_made_anew_by_the_script(mturk_connection):
            mturk.connect().close()
            assert mturk.current().url == mturk_connection.url

        def test_boto3_finds_it(mturk_connection, mturk_market):
            client = boto3.client("mturk")
            assert client.meta.endpoint_url == mturk_market.url
            assert client.get_account_balance()["AvailableBalance"] == "10000.00"
            client.close()

        def test_afterwards():
            without = lambda environment: {k: v for k, v in environment.items() if k != "PYTEST_CURRENT_TEST"}
            assert (without(os.environ), existing()) == (without(before[0]), before[1])
            assert not [each for each in threading.enumerate() if "mturk" in each.name]
            assert len(set(seen)) == 2
        """,
    )
    result.assert_outcomes(passed=7)


def test_the_environment_of_the_machine_does_not_get_in_the_way(
    run: Callable[..., pytest.RunResult], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    monkeypatch.setenv("MTURK_ENDPOINT", "production")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "old")
    run("def test_it(mturk_connection): assert mturk_connection.balance().available").assert_outcomes(passed=1)


def test_markers_set_what_the_marketplace_is_like(
    pytester: pytest.Pytester, run: Callable[..., pytest.RunResult]
) -> None:
    pytester.makeini("[pytest]\nmturk_deposit = 7.00\nmturk_faults =\n    GetHIT: refused\n")
    result = run(
        """
        import pytest
        from mturk.marketplace import Fault

        def balance(connection):
            return str(connection.balance().available)

        def test_configured(mturk_connection):
            assert balance(mturk_connection) == "7.00"

        @pytest.mark.mturk_market(deposit="5.00", fees=0)
        class TestClass:
            def test_class(self, mturk_connection, mturk_market):
                assert balance(mturk_connection) == "5.00"
                assert not mturk_market._premises._settings.fees

            @pytest.mark.mturk_market(deposit="3.00")
            def test_nearest(self, mturk_connection, mturk_market):
                assert balance(mturk_connection) == "3.00"
                assert not mturk_market._premises._settings.fees

        @pytest.mark.mturk_market(faults=[Fault("GetAccountBalance", "refused", every=2), "GetHIT: slow every 3"])
        def test_faults(mturk_market):
            plan = mturk_market._premises._web._api._faults
            assert [[fault.kind for fault in plan.due("GetAccountBalance")] for _ in range(2)] == [[], ["refused"]]
            assert [[fault.kind for fault in plan.due("GetHIT")] for _ in range(3)] == [[], [], ["slow"]]

        def test_configured_faults(mturk_market):
            assert [fault.kind for fault in mturk_market._premises._web._api._faults.due("GetHIT")] == ["refused"]

        @pytest.mark.mturk_market(strict=True, question_limit=100, rate=5, burst=2, eventual=3)
        def test_the_others(mturk_market):
            terms = mturk_market._premises._settings
            assert (terms.strict, terms.question_limit, terms.eventual) == (True, 100, 3000)
        """,
        "--strict-markers",
    )
    result.assert_outcomes(passed=6)


@pytest.mark.parametrize(
    ("marker", "said"),
    [
        ("fee=0", "mturk_market takes deposit, fees, *name_hold by name, not fee."),
        ("0", "mturk_market takes deposit, *by name, not 0."),
        ("deposit='much'", "mturk_market: deposit: 'much' is not an amount of money."),
        ("faults=['SendBonus']", "*a fault is a Fault, or a text such as *not 'SendBonus'."),
        ("faults=['SendBonus: slow every day']", "*a fault is a Fault, or a text such as *"),
        ("faults=['SendBonus: late']", "*A fault's kind is one of lost answer, refused, slow, not 'late'."),
    ],
)
def test_a_wrong_marker_is_told_in_one_line(run: Callable[..., pytest.RunResult], marker: str, said: str) -> None:
    result = run(f"import pytest\n@pytest.mark.mturk_market({marker})\ndef test_it(mturk_market): pass")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([f"*{said}"])


def test_nothing_of_the_marketplace_is_imported_before_a_fixture_is_used() -> None:
    script = (
        "import sys, mturk.pytest_plugin\n"
        "print(*{name.partition('.')[0] for name in sys.modules} & {'flask', 'sqlalchemy', 'requests', 'attr'})\n"
        "print(*sorted(name for name in sys.modules if name.startswith('mturk')))"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    third_party, ours = ran.stdout.splitlines()
    assert third_party == ""
    assert ours == "mturk mturk.pytest_plugin"


def test_a_missing_extra_is_told_with_the_pip_command(
    pytester: pytest.Pytester, run: Callable[..., pytest.RunResult]
) -> None:
    pytester.makeconftest(
        """
        import sys

        class Missing:
            def find_spec(self, name, path=None, target=None):
                if name.partition(".")[0] == "flask":
                    raise ModuleNotFoundError(f"No module named {name!r}", name=name)

        sys.meta_path.insert(0, Missing())
        """
    )
    result = run("def test_it(mturk_market): pass")
    result.stdout.fnmatch_lines(["*mturk_market needs flask: pip install 'mturk[[]marketplace[]]'"])


def test_pytest_finds_the_plugin_where_mturk_is_installed() -> None:
    setup = (PAGE.parents[1] / "setup.cfg").read_text()
    assert "\npytest11 =\n    mturk = mturk.pytest_plugin\n" in setup
