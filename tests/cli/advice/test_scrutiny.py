"""`mturk doctor SCRIPT…`: each line that would not go to a marketplace is told, and nothing else is."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mturk.cli.program import command

SANDBOX = "https://mturk-requester-sandbox.us-east-1.amazonaws.com"

# A program, and what is said of its second line.
TOLD = [
    ("a.py", f"client = boto3.client('mturk', endpoint_url='{SANDBOX}')", "an address of Amazon's"),
    ("a.py", f'HOST = """\n{SANDBOX}"""', "an address of Amazon's"),
    (
        "a.py",
        "client = boto3.client(\n'mturk', endpoint_url=f'https://mturk-requester.{r}.amazonaws.com')",
        "an address",
    ),
    ("a.py", "from boto.mturk.connection import MTurkConnection", "boto 2"),
    ("a.py", "import boto.mturk.question", "boto 2"),
    ("a.py", "c = MTurkConnection(host='mechanicalturk.sandbox.amazonaws.com')", "Amazon ended in 2019"),
    ("a.py", "print 'https://workersandbox.mturk.com/mturk/preview?groupId=' + group", "a page of Amazon's"),
    ("a.py", "import larry as lry", "larry, which names"),
    ("a.py", "from larry import mturk", "larry, which names"),
    ("a.py", "client = boto3.client('mturk', aws_access_key_id='PASTE_YOURS_HERE')", "a key pair"),
    (
        "a.py",
        "os.environ['AWS_SECRET_ACCESS_KEY'] = 'wJalrXUtnFEMI/K7MDENG'\nkey = 'AKIAIOSFODNN7EXAMPLE'",
        "a key pair",
    ),
    ("a.js", "AWS.config.update({accessKeyId: 'PASTE_YOURS_HERE'});", "a key pair"),
    ("a.py", "assert client.get_account_balance()['AvailableBalance'] == '10000.00'", "Amazon's sandbox"),
    ("a.py", "client.create_hit(HITLayoutId='3ABCDEFGHIJKLMNOPQRSTUVWXYZ012')", "a layout"),
    ("a.js", "const turk = new AWS.MTurk();", "does not read AWS_ENDPOINT_URL_MTURK"),
    ("a.js", "const turk = new MTurk({region: 'us-east-1'});", "does not read AWS_ENDPOINT_URL_MTURK"),
    ("a.js", f"const endpoint = '{SANDBOX}';", "an address of Amazon's"),
    ("a.mjs", "import mturk from 'mturk';", "the Node module mturk"),
    ("a.ts", "const api = require('mturk-api');", "SOAP"),
    ("a.R", "library(pyMTurkR)", "name Amazon's address themselves"),
    ("a.r", 'require("MTurkR")', "name Amazon's address themselves"),
    ("a.sh", f"aws mturk list-hits --endpoint-url {SANDBOX}", "an address of Amazon's"),
    ("a.sh", "aws --endpoint-url https://turk.my-lab.org mturk list-hits", "an address on the command line"),
]
FORMS = [
    ("a.py", "form = '<form action=\"https://www.mturk.com/mturk/externalSubmit\">'"),
    ("thanks.html", '<form action="https://workersandbox.mturk.com/mturk/externalSubmit" method="post">'),
]
QUIET = [
    ("a.py", "client = boto3.client('mturk', region_name='us-east-1')"),
    ("a.py", "import boto3, mturk  # was mechanicalturk.amazonaws.com"),
    ("a.py", f'def f():\n    """Calls {SANDBOX}."""'),
    ("a.py", "ns = 'http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2006-07-14/ExternalQuestion.xsd'"),
    ("a.js", "const turk = new AWS.MTurk({region: 'us-east-1', endpoint: process.env.AWS_ENDPOINT_URL_MTURK});"),
    ("a.js", "const turk = new MTurkClient({});  // not https://www.mturk.com"),
    ("a.py", "client = boto3.client('mturk', aws_access_key_id=os.environ['AWS_ACCESS_KEY_ID'])"),
    ("a.js", "const url = `http://127.0.0.1/${mturk}`;"),
    ("a.R", "# library(pyMTurkR)"),
    ("a.sh", "aws mturk list-hits --endpoint-url http://127.0.0.1:8017"),
    ("a.sh", "# aws mturk list-hits --endpoint-url https://turk.my-lab.org"),
]


def doctor(*arguments: str | Path) -> Result:
    return CliRunner().invoke(command, ["doctor", *map(str, arguments)], prog_name="mturk")


def written(folder: Path, name: str, code: str) -> Path:
    path = folder / name
    path.write_text(f"\n{code}\n")
    return path


@pytest.mark.parametrize(("name", "code", "what"), TOLD, ids=[code for _, code, _ in TOLD])
def test_a_line_that_leads_elsewhere_is_told(name: str, code: str, what: str, tmp_path: Path) -> None:
    path = written(tmp_path, name, code)
    said = doctor(path)
    lines = said.stdout.splitlines()
    line = 2 + code.count("\n")
    assert said.exit_code == 1
    (found,) = [text for text in lines if what in text]
    assert found.startswith(f"{path}:{line}: ")
    assert ". Instead: " in found
    assert found.endswith(" [!]")


@pytest.mark.parametrize(("name", "code"), QUIET, ids=[code for _, code in QUIET])
def test_a_line_that_will_do_is_not_told(name: str, code: str, tmp_path: Path) -> None:
    said = doctor(written(tmp_path, name, code))
    assert (said.exit_code, said.stdout) == (0, "1 file read, nothing to change\n")


@pytest.mark.parametrize(("name", "code"), FORMS, ids=[name for name, _ in FORMS])
def test_a_form_that_will_do_where_the_page_is_of_a_hit_is_told_and_is_no_mistake(
    name: str, code: str, tmp_path: Path
) -> None:
    said = doctor(written(tmp_path, name, code))
    first, last = said.stdout.splitlines()
    assert ":2: a form that posts answers to Amazon, which will do in an HTMLQuestion. Instead: on a page of" in first
    assert (said.exit_code, last) == (0, "1 file read, nothing to change")


def test_no_key_that_is_found_is_shown(tmp_path: Path) -> None:
    said = doctor(written(tmp_path, "a.py", "boto3.client('mturk', aws_secret_access_key='wJalrXUtnFEMI')"))
    assert "wJalr" not in said.output


def test_how_to_run_it_names_the_program(tmp_path: Path) -> None:
    path = written(tmp_path, "old turk.py", "import boto.mturk")
    assert f"mturk run -- python '{path}'" in doctor(path).stdout


def test_a_cell_of_a_notebook_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.ipynb"
    cells = [
        {"cell_type": "markdown", "source": [SANDBOX]},
        {"cell_type": "code", "source": ["import boto3\n", f"boto3.client('mturk', endpoint_url='{SANDBOX}')"]},
    ]
    path.write_text(json.dumps({"nbformat": 4, "cells": cells}))
    said = doctor(path).stdout.splitlines()
    assert said[0].startswith(f"{path}:cell 2:2: an address of Amazon's")
    assert len(said) == 2


def test_a_folder_is_gone_through_without_what_others_installed(tmp_path: Path) -> None:
    for name in ("a.py", "b/c.js", "node_modules/d/e.js", ".venv/f.py", "g.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(f"url = '{SANDBOX}'")
    said = doctor(tmp_path).stdout.splitlines()
    assert [line.split(":")[0] for line in said[:-1]] == [str(tmp_path / "a.py"), str(tmp_path / "b/c.js")]
    assert said[-1] == "2 files read, 2 to change or to run by `mturk run`"


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("a.txt", b"text", "not a kind of program"),
        ("a.ipynb", b'{"cells": [{"cell_type": "code"}]}', "not a notebook"),
        ("a.ipynb", b"[" * 100_000, "not a notebook"),
        ("a.py", None, "cannot be read (No such file or directory)"),
        ("a.py", b" " * 10_000_001, "larger than 10,000,000 bytes"),
    ],
)
def test_what_cannot_be_read_is_told_and_the_rest_is_read(
    name: str, content: bytes | None, why: str, tmp_path: Path
) -> None:
    path, other = tmp_path / name, written(tmp_path, "other.py", "import boto.mturk")
    if content is not None:
        path.write_bytes(content)
    said = doctor(path, other)
    first, second, _ = said.stdout.splitlines()
    assert (said.exit_code, first.startswith(str(path)), why in first) == (1, True, True)
    assert "boto 2" in second


def test_an_old_encoding_and_an_old_python_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_bytes("# -*- coding: latin-1 -*-\nprint u'é', `1`\nimport boto.mturk\n".encode("latin-1"))
    assert doctor(path).stdout.startswith(f"{path}:3: boto 2")


@pytest.mark.parametrize("between", ["\n\f\n", "\n# \u2028\n", "\r\n\r\n", "\r\r"], ids=ascii)
def test_lines_are_counted_as_editors_do(between: str, tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(f"import os{between}import boto.mturk\n".encode())
    assert doctor(path).stdout.startswith(f"{path}:3: boto 2")


def test_a_text_cannot_move_the_cursor(tmp_path: Path) -> None:
    path = written(tmp_path, "a\x1b[2J.py", "import boto.mturk")
    assert "\x1b" not in doctor(path).stdout


def test_programs_are_looked_at_without_a_service(tmp_path: Path) -> None:
    path = written(tmp_path, "a.py", "")
    said = doctor(path, "--online")
    assert said.exit_code == 2
    assert "leave --online" in said.stderr


def test_a_folder_without_programs_is_said(tmp_path: Path) -> None:
    said = doctor(tmp_path)
    assert (said.exit_code, said.stdout.startswith("No program was found; expected files that end in .py")) == (1, True)


@pytest.mark.parametrize(
    ("name", "piece"),
    [
        ("a.sh", "aws "),
        ("a.sh", "aws --"),
        ("a.py", "balance "),
        ("a.js", "new MTurk({ "),
        ("a.py", f'"3{"A" * 29}"\n'),
        ("a.py", "HITLayoutId "),
        ("a.py", "HITLayoutId" + " " * 5000),
    ],
)
def test_a_program_of_one_piece_is_read_in_a_moment(name: str, piece: str, tmp_path: Path) -> None:
    path = written(tmp_path, name, piece * (400_000 // len(piece)))
    start = time.process_time()
    doctor(path)
    assert time.process_time() - start < 20  # of the square of its length it would be hours
