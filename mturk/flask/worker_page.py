"""The decorator for views that show a task to a worker, and the request that such a view answers."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from flask import Response, abort, current_app, has_request_context, request, views
from werkzeug.local import LocalProxy

from mturk.errors import ValidationError
from mturk.flask import framing
from mturk.flask.state import State, state_of
from mturk.question.task_request import TaskRequest

View = Callable[..., Any]
_KEY = "mturk.task"
_READ = ("assignmentId", "hitId", "workerId", "turkSubmitTo")
_UNKNOWN = "This page is for workers, who come from the site that offers the task. Please open it there."


def task_page(view: View) -> View:
    """Make a view the page of an ExternalQuestion: its first argument is the worker's `mturk.TaskRequest`.

        @app.get("/label/<photo>")
        @task_page
        def label(task, photo):
            return task.render("label.html", photo=photo)

    In a class of `flask.views` it stands before a method, whose first argument after `self` is the task then, or in the
    class's `decorators`, with which each method is given it by the name `task`.

    The page may be framed by MTurk's worker sites, by the marketplace of the app's connection and by
    MTURK_ALLOWED_HOSTS, and by no others; the same are the places that a worker's answers may be sent to. A query
    that names another place is answered 400. The page is not cached, and its address, in which the worker's id
    stands, is not told to other sites.

    The query is the worker's word alone: anybody can write another worker's id into it. What is worth something
    is read from the assignment after it was submitted.
    """

    by_name = _takes_names_alone(view)

    @wraps(view)
    def shown(*args: Any, **kwargs: Any) -> Response:
        state = state_of(current_app)
        framing.allow(request.environ, state.origins())
        task = request.environ[_KEY] = _read(state)
        call = current_app.ensure_sync(view)
        if by_name:
            return cast(Response, call(*args, task=task, **kwargs))
        itself, others = (args[:1], args[1:]) if args and isinstance(args[0], views.View) else ((), args)
        return cast(Response, call(*itself, task, *others, **kwargs))

    return shown


def _takes_names_alone(view: View) -> bool:
    """Whether it is the function that Flask makes of a class, or another one like that."""
    kinds = {parameter.kind for parameter in inspect.signature(view).parameters.values()}
    return kinds == {inspect.Parameter.VAR_KEYWORD}


def _read(state: State) -> TaskRequest:
    if any(len(request.args.getlist(name)) > 1 for name in _READ):
        abort(400, _UNKNOWN)  # who else reads the address may take the other one
    try:
        return TaskRequest.from_query(request.args, allowed_hosts=state.origins())
    except ValidationError:
        abort(400, _UNKNOWN)


def _current() -> TaskRequest:
    task = request.environ.get(_KEY) if has_request_context() else None
    if task is None:
        raise RuntimeError("current_task is there only while a view with @mturk.flask.task_page runs.")
    return cast(TaskRequest, task)


current_task: TaskRequest = cast(TaskRequest, LocalProxy(_current))
"""The `mturk.TaskRequest` of the worker whose page is being made."""
