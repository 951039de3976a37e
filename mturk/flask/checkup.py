"""What `flask mturk doctor` looks at: `mturk doctor`'s lines, and those of the app. Nothing is sent or opened."""

from __future__ import annotations

import os
from collections.abc import Iterator

from mturk.cli import doctor
from mturk.cli.advice.finding import Finding
from mturk.connection.credentials import find_credentials
from mturk.connection.endpoint import find_endpoint
from mturk.connection.settings import Settings
from mturk.errors import ConfigurationError
from mturk.event.engine import MARK
from mturk.flask.blueprint import IMPORT_NAME
from mturk.flask.state import State


def findings(state: State) -> Iterator[Finding]:
    """What is looked at, in the order in which it is said."""
    yield doctor.version()
    yield doctor.extras()
    yield Finding(f"App: {state.app.name}, with the instance folder {state.app.instance_path}")
    yield from _connection(state)
    yield _handlers(state)
    yield _mark(state)
    yield _receiver(state)
    yield _task_pages(state)


def _connection(state: State) -> Iterator[Finding]:
    said = state.configuration
    if state.given is not None:
        yield Finding(f"Connection: {state.given!r}, by init_app(app, connection=…)")
        return
    told = {"MTURK_ENDPOINT": said.endpoint, "MTURK_DATABASE": said.database and os.fspath(said.database)}
    settings = Settings({**os.environ, **{name: value for name, value in told.items() if value}}, said.profile)
    try:
        place = find_endpoint(None, settings)
        if said.access_key and place != "local":
            find_credentials(settings, said.access_key, said.secret_key, said.session_token)
    except ConfigurationError as error:
        yield Finding(f"Connection: {error}", good=False)
        return
    endpoint, credentials = doctor.connection(settings)
    yield endpoint
    own = said.access_key and place != "local"
    yield Finding(f"Credentials: access key {said.access_key}, by the app's MTURK_ACCESS_KEY") if own else credentials


def _handlers(state: State) -> Finding:
    names = [getattr(each.handler, "__qualname__", repr(each.handler)) for each in state.subscriptions]
    return Finding(f"Handlers: {', '.join(names) or 'none'}")


def _mark(state: State) -> Finding:
    said = state.configuration.mark
    if said is None:
        return Finding(f"Mark: {os.environ.get('MTURK_MARK') or MARK}, where MTURK_MARK does not say another place")
    # A database's URL may hold a password.
    return Finding(f"Mark: {'a database' if '://' in os.fspath(said) else os.fspath(said)}, by the app's MTURK_MARK")


def _receiver(state: State) -> Finding:
    views = state.app.view_functions
    paths = [rule.rule for rule in state.app.url_map.iter_rules() if views[rule.endpoint].__module__ == IMPORT_NAME]
    if not paths:
        return Finding("Receiver: none; app.register_blueprint(mturk.receiver(), url_prefix=…) takes what SNS posts")
    topics = ", ".join(state.configuration.topics)
    lacking = "no topic, so that all is refused; name yours in MTURK_TOPICS"
    return Finding(f"Receiver: {', '.join(paths)} for {topics or lacking}", good=bool(topics))


def _task_pages(state: State) -> Finding:
    hosts = ", ".join(state.configuration.origins())
    return Finding(f"Task pages: for MTurk's sites, the connection's own{f' and {hosts}' if hosts else ''}")
