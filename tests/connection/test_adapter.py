"""The private parts of requests that the adapter relies on are as they were when it was written."""

from __future__ import annotations

import ast
import inspect
import textwrap

import requests
from requests.adapters import HTTPAdapter

from mturk import Connection
from mturk.connection.adapter import Adapter
from tests.judge import Judge

# What sending asks of an adapter, and what it reads of a request, in requests 2.33.0 and 2.34.2.
OF_ADAPTER = {
    "add_headers",
    "build_response",
    "cert_verify",
    "get_connection_with_tls_context",
    "max_retries",
    "request_url",
}
OF_REQUEST = {"body", "headers", "method", "url"}


def _attributes(function: object, of: str) -> set[str]:
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))  # type: ignore[arg-type]  # a function
    return {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == of
    }


def test_sending_asks_the_adapter_for_what_is_known() -> None:
    assert _attributes(HTTPAdapter.send, "self") == OF_ADAPTER


def test_sending_reads_of_a_request_only_what_is_prepared() -> None:
    assert _attributes(HTTPAdapter.send, "request") == OF_REQUEST


def test_the_adapter_takes_over_only_methods_that_are_there() -> None:
    own = {name for name in vars(Adapter) if not name.startswith("_")}
    assert own <= set(dir(HTTPAdapter))


def test_a_response_gives_the_content_that_was_put_into_it() -> None:
    response = requests.Response()
    response._content = b"read before"
    assert (response.content, response.text) == (b"read before", "read before")


def test_the_pool_and_the_path_are_found_once(judge: Judge, connection: Connection) -> None:
    judge.answer("GetAccountBalance", {"AvailableBalance": "1.00"})
    connection.balance()
    adapter = connection._transport._adapter
    pool, path = adapter._pool, adapter._target
    judge.answer("GetAccountBalance", {"AvailableBalance": "2.00"})
    connection.balance()
    assert (adapter._pool, adapter._target, path) == (pool, path, "/")


def test_what_a_proxy_adds_to_the_headers_of_a_request_is_in_no_other(connection: Connection) -> None:
    first, second = (connection._transport._signed("GetHIT", b"{}", 0).headers for _ in range(2))
    first.copy().update({"Proxy-Authorization": "Basic aHVzaA=="})
    assert "Proxy-Authorization" not in second
    assert second == connection._transport._signed("GetHIT", b"{}", 0).headers
