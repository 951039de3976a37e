"""The cookie of the site: signed, for this host only, and never seen by task pages or other sites."""

from __future__ import annotations

from flask import Flask, request
from flask.sessions import SecureCookieSessionInterface

_NAME = "mturk-session"


class SessionCookie(SecureCookieSessionInterface):
    """Flask's own, with a name that a browser takes from this very host and over TLS only, where there is TLS."""

    def get_cookie_name(self, app: Flask) -> str:
        # A page at a task host is a neighbour, and could set a cookie of the plain name for both.
        return f"__Host-{_NAME}" if request.is_secure else _NAME

    def get_cookie_secure(self, app: Flask) -> bool:
        return request.is_secure

    def get_cookie_path(self, app: Flask) -> str:
        return "/"  # as the prefix __Host- asks for

    def get_cookie_httponly(self, app: Flask) -> bool:
        return True

    def get_cookie_samesite(self, app: Flask) -> str:
        return "Lax"
