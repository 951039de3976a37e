"""Data and task pages for `mturk demo` and the README."""
