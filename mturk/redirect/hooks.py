"""What leads clients that read no proxy from the environment: a module for Node, and a plugin for boto 2."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path

from mturk.data.whole_file import written
from mturk.redirect.aws_host import HOSTS
from mturk.redirect.own_folder import expect_own

_NODE = "lead_node.cjs"
_BOTO = "boto.cfg"
_PLUGINS = "boto_plugins"
_USUAL = ("/etc/boto.cfg", "~/.boto")  # where boto 2 looks by itself
_OURS = re.compile(rf'--require[= ]("[^"]*{re.escape(_NODE)}"|[^\s"]*{re.escape(_NODE)})')


def write(folder: Path, environ: Mapping[str, str]) -> None:
    """Write both, and what leads boto 2 to its own, into a folder that nobody else can write to."""
    expect_own(folder)
    plugins = folder / _PLUGINS
    plugins.mkdir(mode=0o700, exist_ok=True)
    before = _before(folder, environ)
    _put(folder / _NODE, _text(_NODE).replace("/*HOSTS*/", json.dumps(HOSTS)))
    plugin = _text("lead_boto.txt").replace("()  # HOSTS", repr(HOSTS)).replace("()  # BEFORE", repr(before))
    _put(plugins / "lead_boto.py", plugin)
    _put(folder / _BOTO, f"[Plugin]\nplugin_directory = {plugins.absolute()}\n")


def variables(folder: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """What makes programs load them."""
    return {"BOTO_CONFIG": str(folder / _BOTO), "NODE_OPTIONS": _node_options(folder / _NODE, environ)}


def _before(folder: Path, environ: Mapping[str, str]) -> tuple[str, ...]:
    """The files that boto 2 would have read; one of an earlier start of ours is none."""
    named = environ.get("BOTO_CONFIG")
    if named and Path(named).absolute() != (folder / _BOTO).absolute():
        return (named,)
    path = environ.get("BOTO_PATH")
    return tuple(path.split(";" if sys.platform == "win32" else ":")) if path else _USUAL


def _node_options(module: Path, environ: Mapping[str, str]) -> str:
    path = str(module)
    if re.search(r'[\s"\\]', path):  # versions before 12 know no quotes, and need none otherwise
        escaped = path.replace("\\", "\\\\").replace('"', '\\"')
        path = f'"{escaped}"'
    # The module of an earlier start may be there no more, and then Node would not start.
    others = _OURS.sub("", environ.get("NODE_OPTIONS", "")).strip()
    return f"{others} --require {path}".strip()


def _text(name: str) -> str:
    return Path(__file__).with_name(name).read_text(encoding="utf-8")


def _put(path: Path, text: str) -> None:
    with written(path) as file:
        file.write(text)
