"""The command `mturk`, also as `python -m mturk`."""

from __future__ import annotations

import sys
from importlib.util import find_spec

EXTRAS = {"cli": ("click", "rich"), "marketplace": ("flask", "sqlalchemy", "waitress")}


def main() -> None:
    """Run the command line, or say in one line which packages it needs."""
    try:
        from mturk.cli.program import command

        command(prog_name="mturk")
    except ImportError as error:
        missing = (error.name or "").partition(".")[0]
        if not any(missing in packages for packages in EXTRAS.values()):
            raise
        wanted = ",".join(extra for extra, packages in EXTRAS.items() if not all(map(_is_there, packages)))
        print(f"mturk: {missing} is not installed: pip install 'mturk[{wanted}]'", file=sys.stderr)
        sys.exit(2)


def _is_there(package: str) -> bool:
    try:
        return find_spec(package) is not None
    except ImportError:
        return False


if __name__ == "__main__":
    main()
