"""The site as a Flask application of its own: its pages, and what all of them share."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask, url_for
from flask_wtf import CSRFProtect

from mturk.marketplace.http.form_limit import FormRequest
from mturk.marketplace.site.intake import allow_files
from mturk.marketplace.site.language import LANGUAGES, catalogue, language
from mturk.marketplace.site.navigation import navigation
from mturk.marketplace.site.protection import protect
from mturk.marketplace.site.refusal import explain_refusals
from mturk.marketplace.site.service import Services, provide
from mturk.marketplace.site.session_cookie import SessionCookie
from mturk.marketplace.site.show import FILTERS
from mturk.marketplace.site.visitor import ask_to_sign_in, has_terms, is_named_by_proxy, known_worker_id
from mturk.marketplace.site.way_back import here, stay_here
from mturk.marketplace.watch import route

if TYPE_CHECKING:
    from flask import Blueprint

_YEAR = 31_536_000
_LARGEST_FORM = 1_000_000
_MOST_FIELDS = 20_000


def make_site(services: Services, pages: Iterable[Blueprint]) -> Flask:
    """The application; it answers below `/worker/`."""
    app = Flask("mturk.marketplace.site", static_url_path="/worker/static")
    app.request_class = FormRequest
    app.config.update(
        SECRET_KEY=services.key.text(),
        MAX_CONTENT_LENGTH=_LARGEST_FORM,
        MAX_FORM_MEMORY_SIZE=_LARGEST_FORM,
        MAX_FORM_PARTS=_MOST_FIELDS,
        PROPAGATE_EXCEPTIONS=False,
        SEND_FILE_MAX_AGE_DEFAULT=_YEAR,
        # A form is good for as long as the visit that it belongs to.
        WTF_CSRF_TIME_LIMIT=None,
        # A sitting ends by what the database says; a cookie in every answer, of files too, could end up in some cache.
        SESSION_REFRESH_EACH_REQUEST=False,
        WTF_CSRF_SSL_STRICT=False,
    )
    app.extensions.update(provide(services))
    app.session_interface = SessionCookie()
    app.before_request(route.remember)
    app.after_request(route.name)
    app.before_request(lambda: allow_files(services.upload_limit))
    CSRFProtect(app)
    _speak(app)
    for one in pages:
        app.register_blueprint(one)
    app.before_request(ask_to_sign_in)
    app.after_request(protect)
    app.after_request(stay_here)
    explain_refusals(app)
    return app


def _speak(app: Flask) -> None:
    """Give the templates what all of them need: the language, filters, and who is signed in."""
    environment = app.jinja_env
    environment.add_extension("jinja2.ext.i18n")
    environment.install_gettext_callables(  # type: ignore[attr-defined]  # the extension adds it
        lambda text: catalogue().gettext(text),
        lambda one, many, number: catalogue().ngettext(one, many, number),
        newstyle=True,
    )
    environment.filters.update(FILTERS)
    environment.trim_blocks = environment.lstrip_blocks = True
    environment.policies["ext.i18n.trimmed"] = True
    environment.globals.update(
        language=language,
        languages=LANGUAGES,
        here=here,
        navigation=navigation,
        visitor=known_worker_id,
        named_by_proxy=is_named_by_proxy,
        has_terms=has_terms,
    )
    versions = {path.name: str(int(path.stat().st_mtime)) for path in Path(app.static_folder or "").iterdir()}
    environment.globals["asset"] = lambda name: url_for("static", filename=name, v=versions.get(name))
