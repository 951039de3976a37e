"""The command `mturk`, also as `python -m mturk`."""

from __future__ import annotations

import sys
from importlib import import_module

EXTRAS = {"cli": ("click", "rich"), "marketplace": ("flask", "sqlalchemy", "waitress")}


def main() -> None:
    """Run the command line, or say in one line which packages it wants."""
    try:
        from mturk.cli import command

        command(prog_name="mturk")
    except ImportError as error:
        extras = ",".join(extra for extra, packages in EXTRAS.items() if not all(map(_is_there, packages)))
        if not extras:
            raise
        print(f"mturk: {error.name} is not installed: pip install 'mturk[{extras}]'", file=sys.stderr)
        sys.exit(2)


def _is_there(package: str) -> bool:
    try:
        import_module(package)
    except ImportError:
        return False
    return True


if __name__ == "__main__":
    main()
