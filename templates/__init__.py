"""Jinja2 files that render every question document; users extend or replace them."""
