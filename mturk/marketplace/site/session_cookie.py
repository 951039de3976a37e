"""The cookie of the site: signed, for this host only, and never seen by task pages or other sites."""

from __future__ import annotations

from flask import Flask, Request, Response, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin

from mturk.marketplace.site.door import AT_TASK_HOST

_NAME = "mturk-session"


class SessionCookie(SecureCookieSessionInterface):
    """Flask's own, with a name that a browser takes from this very host and over TLS only, where there is TLS."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        # A page at a task host could put a cookie there, and read one.
        return SecureCookieSession() if request.environ.get(AT_TASK_HOST) else super().open_session(app, request)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if not request.environ.get(AT_TASK_HOST):
            super().save_session(app, session, response)

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
