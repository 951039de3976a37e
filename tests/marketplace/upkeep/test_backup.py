"""Copies of a marketplace: of one moment, whole or not there, and without the master key."""

from __future__ import annotations

import os
import resource
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest

from mturk.marketplace import Marketplace, MarketplaceError, back_up, check, rotate_master_key
from mturk.marketplace.database import seal
from mturk.marketplace.database import table as t
from mturk.marketplace.database.address import Address
from mturk.marketplace.database.store import Store
from mturk.marketplace.upkeep import dump, trial
from tests.marketplace.conftest import MASTER_KEY, Connect
from tests.marketplace.postgresql import PostgreSQL
from tests.marketplace.upkeep.test_inspection import change

MOMENT = 1_800_000_000.0
PROGRAM = """
import os, signal, sys
from mturk.marketplace import back_up

def step(name):
    if name == sys.argv[3]:
        os.kill(os.getpid(), signal.SIGKILL)

back_up(sys.argv[1], sys.argv[2], step=step)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "copies"


def copies(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))


def test_a_copy_has_all_there_is_and_says_when_it_was_made(lab: Path, folder: Path) -> None:
    made = back_up(lab, folder, real_time=lambda: MOMENT)
    assert (made.path, made.key, made.problems) == (folder / "lab-20270115T080000Z.sqlite3", None, [])
    with closing(sqlite3.connect(lab)) as ours, closing(sqlite3.connect(made.path)) as theirs:
        assert list(theirs.iterdump()) == list(ours.iterdump())
    assert copies(folder) == [made.path.name]


def test_a_copy_is_one_file_that_its_owner_alone_can_read(lab: Path, folder: Path) -> None:
    made = back_up(lab, folder, key=folder.parent / "safe" / "lab.key")
    assert made.key is not None
    assert {stat.S_IMODE(path.stat().st_mode) for path in (made.path, made.key)} == {0o600}
    assert os.listdir(folder) == [made.path.name]


def test_two_copies_of_one_second_are_two_files(lab: Path, folder: Path) -> None:
    first, second = (back_up(lab, folder, real_time=lambda: MOMENT).path for _ in range(2))
    assert first != second
    assert copies(folder) == sorted([first.name, second.name])


def test_copies_that_are_made_at_once_are_all_whole(lab: Path, folder: Path) -> None:
    programs = [subprocess.Popen([sys.executable, "-c", PROGRAM, lab, folder, ""]) for _ in range(3)]
    assert [program.wait() for program in programs] == [0] * 3
    assert len(copies(folder)) == 3


def test_the_master_key_goes_only_where_it_is_told_to(lab: Path, folder: Path, tmp_path: Path) -> None:
    apart = tmp_path / "safe" / "lab.key"
    for _ in range(2):
        back_up(lab, folder, key=apart)
    assert apart.read_text() == lab.with_name("lab.sqlite3.key").read_text()
    assert not [name for name in os.listdir(folder) if "key" in name]


def test_the_master_key_is_not_put_beside_the_copies(lab: Path, folder: Path) -> None:
    with pytest.raises(MarketplaceError, match="does not belong beside the copies"):
        back_up(lab, folder, key=folder / "lab.key")


def test_another_master_key_is_not_overwritten(lab: Path, folder: Path, tmp_path: Path) -> None:
    apart = tmp_path / "safe" / "lab.key"
    back_up(lab, folder, key=apart)
    before = apart.read_text()
    rotate_master_key(lab)
    with pytest.raises(MarketplaceError, match="another master key"):
        back_up(lab, folder, key=apart)
    assert apart.read_text() == before
    assert len(copies(folder)) == 1


def test_a_copy_of_a_marketplace_that_is_written_to_is_of_one_moment(tmp_path: Path, folder: Path) -> None:
    """Money is moved all the while, and every copy adds up."""
    with Marketplace(tmp_path / "lab.sqlite3") as market:
        ended = threading.Event()

        def write() -> None:
            number = 0
            while not ended.is_set():
                number += 1
                market.requester(f"lab {number}")

        writer = threading.Thread(target=write)
        writer.start()
        try:
            made = [back_up(tmp_path / "lab.sqlite3", folder) for _ in range(5)]
        finally:
            ended.set()
            writer.join()
    assert [one.problems for one in made] == [[]] * 5
    assert len({one.path.stat().st_size for one in made}) > 1


def test_nobody_who_writes_waits_for_a_copy(lab: Path, folder: Path) -> None:
    """A transaction that is open all the while is no obstacle to it, nor is it to one that begins meanwhile."""
    store, written = Store(lab), []

    def write(name: str) -> None:
        if name == "the copy is made":
            written.append(store.add_shift(0, 2**52))

    with closing(sqlite3.connect(lab, isolation_level=None)) as database:
        database.execute("BEGIN IMMEDIATE")
        assert back_up(lab, folder).problems == []
        database.execute("COMMIT")
    back_up(lab, folder, step=write)
    store.close()
    assert written == [True]


@pytest.mark.parametrize("step", ["the copy is made", "the copy is verified"])
def test_one_that_is_killed_leaves_no_copy(lab: Path, folder: Path, step: str) -> None:
    killed = subprocess.run([sys.executable, "-c", PROGRAM, lab, folder, step], capture_output=True)
    assert killed.returncode == -9, killed.stderr
    assert copies(folder) == []
    back_up(lab, folder)
    assert len(copies(folder)) == 1


@pytest.mark.parametrize("name", [".film.part", ".lab.part1", ".lab-0123456789abcdef.partial", ".x.party"])
def test_what_is_somebody_elses_stays_in_the_folder(name: str, lab: Path, folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / name).write_text("mine")
    os.utime(folder / name, (0, 0))
    back_up(lab, folder)
    assert (folder / name).read_text() == "mine"


def test_what_was_left_behind_is_removed_the_day_after(lab: Path, folder: Path) -> None:
    subprocess.run([sys.executable, "-c", PROGRAM, lab, folder, "the copy is made"], capture_output=True)
    assert len(os.listdir(folder)) == 1
    (left,) = folder.iterdir()
    os.utime(left, (1, 1))
    made = back_up(lab, folder)
    assert os.listdir(folder) == [made.path.name]


def test_on_a_full_disk_there_is_no_copy_and_one_line_says_so(lab: Path, folder: Path) -> None:
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    ran = subprocess.run(
        [sys.executable, "-m", "mturk", "backup", folder, "--database", lab],
        capture_output=True,
        text=True,
        preexec_fn=limit,
    )
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "Nothing is left of it" in ran.stderr
    assert len(ran.stderr.splitlines()) == 1
    assert os.listdir(folder) == []
    assert check(lab) == []


def test_what_is_wrong_in_the_database_is_told_and_copied(lab: Path, folder: Path) -> None:
    change(lab, "UPDATE account SET balance = balance + 1 WHERE kind = 'fees'")
    made = back_up(lab, folder)
    assert {problem.where for problem in made.problems} == {"ledger"}
    assert made.path.exists()


def test_a_key_that_does_not_fit_is_told(lab: Path, folder: Path) -> None:
    seal.write(lab.with_name("lab.sqlite3.key"), [seal.new_key()])
    assert {problem.is_damage for problem in back_up(lab, folder).problems} == {True}


def test_of_what_is_not_there_no_copy_is_made(tmp_path: Path, folder: Path) -> None:
    with pytest.raises(MarketplaceError, match="There is no database"):
        back_up(tmp_path / "lab.sqlite3", folder)
    assert not (tmp_path / "lab.sqlite3").exists()


@pytest.mark.parametrize("shared", ["postgresql"], indirect=True)
def test_of_postgresql_it_is_a_file_of_pg_dump(shared: str, folder: Path, tmp_path: Path, connect: Connect) -> None:
    with Marketplace(shared) as market:
        assert connect(market).get_account_balance()
        made = back_up(shared, folder, key=tmp_path / "lab.key")
    assert made.problems == []
    assert made.path.read_bytes().startswith(dump.MARK)
    assert stat.S_IMODE(made.path.stat().st_mode) == 0o600
    assert os.listdir(folder) == [made.path.name]


def test_copies_that_are_made_at_once_are_both_there(lab: Path, folder: Path) -> None:
    made = []
    first = back_up(lab, folder, step=lambda _: made.append(back_up(lab, folder)))
    assert sorted(os.listdir(folder)) == sorted(one.path.name for one in (first, *made))


def test_of_postgresql_the_schema_may_have_any_name(
    postgresql: PostgreSQL, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MTURK_MARKETPLACE_KEY", MASTER_KEY)
    with psycopg.connect(postgresql.url, autocommit=True) as connection:
        connection.execute('CREATE SCHEMA "Lab*"')
        with Marketplace(f"{postgresql.url}&options=-csearch_path%3D%22Lab*%22") as market:
            assert back_up(market.database, folder).problems == []
        connection.execute('DROP SCHEMA "Lab*" CASCADE')


@pytest.mark.parametrize("shared", ["postgresql"], indirect=True)
def test_without_pg_dump_it_is_said_what_to_do(shared: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Marketplace(shared):
        monkeypatch.setenv("PATH", str(folder))
        with pytest.raises(MarketplaceError, match=r"There is no pg_dump, .* pg_dump --format=custom"):
            back_up(shared, folder)
    assert os.listdir(folder) == []


def test_without_pg_restore_it_is_said_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MarketplaceError, match=r"the same: pg_restore --file=/dev/null lab\.dump$"):
        dump.read_through(Path("lab.dump"))


@pytest.mark.parametrize("shared", ["postgresql"], indirect=True)
class TestTryingOut:
    """A copy of PostgreSQL is put back before it counts as one."""

    def test_it_is_put_back_and_added_up_and_nothing_of_that_stays(self, shared: str, folder: Path) -> None:
        with Marketplace(shared):
            made = back_up(shared, folder)
        assert (made.problems, made.looked_at) == ([], trial.RESTORED)
        assert scratches(shared) == []
        assert os.listdir(folder) == [made.path.name]

    def test_what_is_wrong_in_it_is_told_once(self, shared: str, folder: Path) -> None:
        with Marketplace(shared) as market:
            wrong = t.account.update().where(t.account.c.kind == "fees").values(balance=1)
            market._store.write(lambda database: database.execute(wrong))
            assert len(back_up(shared, folder).problems) == 2

    def test_without_scratch_or_the_right_to_make_a_database_it_is_said_that_it_was_only_read(
        self, shared: str, folder: Path
    ) -> None:
        with Marketplace(shared):
            assert back_up(shared, folder, scratch=False).looked_at == trial.READ
            with lesser_role(shared) as address:
                assert back_up(address, folder).looked_at == trial.NOT_ALLOWED

    def test_a_file_that_is_cut_off_or_changed_is_refused(self, shared: str, folder: Path, tmp_path: Path) -> None:
        with Marketplace(shared):
            content = back_up(shared, folder).path.read_bytes()
        for damaged in (content[:-200], content[: len(content) // 2], content[:-300] + bytes(100) + content[-200:]):
            (tmp_path / "damaged").write_bytes(damaged)
            with pytest.raises(MarketplaceError, match="pg_restore has failed"):
                trial.try_out(tmp_path / "damaged", Address(shared), MOMENT, scratch=False)

    def test_one_that_cannot_be_put_back_is_kept_and_told(self, shared: str, folder: Path) -> None:
        with Marketplace(shared):
            made = back_up(shared, folder).path
        # It needs what is in another schema, which is not in the copy.
        with psycopg.connect(shared.partition("&")[0], autocommit=True) as connection:
            connection.execute("CREATE DOMAIN public.cents AS bigint")
            try:
                schema = shared.rpartition("%3D")[2]
                connection.execute(f"ALTER TABLE {schema}.account ADD COLUMN more public.cents")
                found = back_up(shared, folder)
            finally:
                connection.execute("DROP DOMAIN public.cents CASCADE")
        assert [(one.where, one.is_damage) for one in found.problems] == [("copy", True)]
        assert found.path != made
        assert found.path.exists()
        assert scratches(shared) == []

    def test_one_for_which_no_database_can_be_made_is_kept_and_told(self, shared: str, folder: Path) -> None:
        name = f"mturk_scratch_{int(MOMENT)}_{os.getpid()}"
        with Marketplace(shared), psycopg.connect(shared.partition("&")[0], autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
            try:
                found = back_up(shared, folder, real_time=lambda: MOMENT)
            finally:
                connection.execute(f"DROP DATABASE {name}")
        assert [(one.where, one.is_damage) for one in found.problems] == [("copy", False)]
        assert f'database "{name}" already exists' in found.problems[0].what
        assert found.looked_at == trial.READ
        assert found.path.exists()

    def test_a_database_that_was_left_behind_is_named_and_not_dropped(self, shared: str, folder: Path) -> None:
        with Marketplace(shared), psycopg.connect(shared.partition("&")[0], autocommit=True) as connection:
            connection.execute("CREATE DATABASE mturk_scratch_1_1")
            try:
                (problem,) = back_up(shared, folder).problems
                assert (problem.where, problem.remedy) == ("database mturk_scratch_1_1", "dropdb mturk_scratch_1_1")
                assert scratches(shared) == ["mturk_scratch_1_1"]
            finally:
                connection.execute("DROP DATABASE mturk_scratch_1_1")


def scratches(address: str) -> list[str]:
    """The databases in which copies are tried out."""
    with psycopg.connect(address.partition("&")[0]) as connection:
        return [name for (name,) in connection.execute("SELECT datname FROM pg_database") if "scratch" in name]


@contextmanager
def lesser_role(address: str) -> Iterator[str]:
    """The same address for a role that may read there, and not make databases."""
    schema = address.rpartition("%3D")[2]
    with psycopg.connect(address.partition("&")[0], autocommit=True) as connection:
        connection.execute("CREATE ROLE reader LOGIN")
        connection.execute(f"GRANT USAGE ON SCHEMA {schema} TO reader")
        connection.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO reader")
        connection.execute(f"GRANT SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO reader")
        try:
            yield address.replace("postgres@", "reader@")
        finally:
            connection.execute("DROP OWNED BY reader")
            connection.execute("DROP ROLE reader")
