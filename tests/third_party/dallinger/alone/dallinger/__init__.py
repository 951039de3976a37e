"""The package dallinger without what its own first file loads: its modules are found where it is installed."""

import pkgutil

__path__ = pkgutil.extend_path(__path__, __name__)
