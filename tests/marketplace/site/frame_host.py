"""A marketplace whose task pages are shown in a frame, as the site shows them, and what became of their answers."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from xml.sax.saxutils import escape

from flask import Blueprint, Response, session
from markupsafe import Markup
from selenium.webdriver.remote.webdriver import WebDriver

from mturk import HIT, Assignment, Connection
from mturk.marketplace import Marketplace
from mturk.marketplace.call import Context
from mturk.marketplace.hit import assignment, hit
from mturk.marketplace.http.server import Server
from mturk.marketplace.site.service import look
from mturk.marketplace.site.task_frame import Frame, InHand, task_frame
from mturk.marketplace.site.visitor import open_to_all
from tests.marketplace.site.conftest import sitting_of
from tests.page_turn import page_turn

WORKER = "A1ADA"
NAMESPACE = "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas"
# The page around a frame: it listens for the message that work has arrived, and counts what else it is told.
AROUND = """<!doctype html><title>At work</title>
<iframe name="task" src="{src}" sandbox="{sandbox}" style="width: 700px; height: 800px"></iframe>
<script>
  window.secret = "of the site";
  window.told = [];
  addEventListener("message", function (event) {{
    if (event.source !== document.querySelector("iframe").contentWindow) return;
    told.push(event.data);
    if (event.data.mturk === "submitted") document.title = "Submitted";
  }});
</script>
"""
LARGEST = 10_000_000


class FrameHost:
    """A marketplace that serves, a requester of it, and a worker who looks at pages in a frame."""

    def __init__(self, market: Marketplace, port: int, largest: int) -> None:
        self.market = market
        app = market.app
        self.site = app.extensions["mturk.site"]
        self.site.register_blueprint(_pages(self))
        self._serve = lambda: Server(app, "127.0.0.1", port, largest=lambda _: largest)
        self._server = self._serve()
        self._server.start()
        self.url = f"http://127.0.0.1:{port}"
        self.connection = Connection(self.url, access_key=market.access_key, secret_key=market.secret_key)
        market.worker(WORKER)

    def stop(self) -> None:
        """Stop to serve."""
        self.connection.close()
        self._server.stop()
        self.market.stop()

    @contextmanager
    def down(self) -> Iterator[None]:
        """For a while nothing is served."""
        self._server.stop()
        yield
        self._server = self._serve()
        self._server.start()

    def publish(self, html: str, *, height: int = 0, **terms: Any) -> HIT:
        """Publish a page as an HTMLQuestion."""
        inside = "]]]]><![CDATA[>".join(html.split("]]>"))
        content = f"<HTMLContent><![CDATA[{inside}]]></HTMLContent><FrameHeight>{height}</FrameHeight>"
        xmlns = f"{NAMESPACE}/2011-11-11/HTMLQuestion.xsd"
        return self.put(f'<HTMLQuestion xmlns="{xmlns}">{content}</HTMLQuestion>', **terms)

    def publish_external(self, url: str, **terms: Any) -> HIT:
        """Publish an address as an ExternalQuestion."""
        content = f"<ExternalURL>{escape(url)}</ExternalURL><FrameHeight>0</FrameHeight>"
        xmlns = f"{NAMESPACE}/2006-07-14/ExternalQuestion.xsd"
        return self.put(f'<ExternalQuestion xmlns="{xmlns}">{content}</ExternalQuestion>', **terms)

    def put(self, question: str, *, requester: str | None = None, title: str = "Look at a page") -> HIT:
        """Publish a question document as it is: the SDK would refuse pages that only a site can complete."""
        with self.requester(requester) as connection:
            made = connection.call(
                "CreateHIT",
                Title=title,
                Description="What is in it?",
                Reward="0.05",
                AssignmentDurationInSeconds=3_600,
                LifetimeInSeconds=86_400,
                MaxAssignments=9,
                Question=question,
            )
        return HIT(made["HIT"]["HITId"], connection=self.connection)

    @contextmanager
    def requester(self, name: str | None) -> Iterator[Connection]:
        """A connection of that requester; None is the first."""
        if name is None:
            yield self.connection
            return
        who = self.market.requester(name)
        with Connection(self.url, access_key=who.access_key, secret_key=who.secret_key) as connection:
            yield connection

    def accept(self, found: HIT, worker_id: str = WORKER) -> str:
        """Accept a HIT for a worker, and say the assignment's id."""
        return self.market.worker(worker_id).accept(found.id)

    def frame(self, assignment_id: str | None = None, hit_id: str | None = None, base: str | None = None) -> Frame:
        """What the site would put into its page, for a browser that is at this address."""
        with self.site.test_request_context(base_url=base or self.url):
            return _frame(assignment_id, hit_id)

    def show(self, browser: WebDriver, assignment_id: str | None = None, hit_id: str | None = None) -> None:
        """Show an assignment at work, or the preview of a HIT, and go into its frame."""
        self.leave(browser)
        where = f"work/{assignment_id}" if assignment_id else f"preview/{hit_id}"
        browser.get(f"{self.url}/worker/test/{where}")
        browser.switch_to.frame("task")

    def visit(self, browser: WebDriver, path: str) -> None:
        """Show a page of the site to the worker, who is signed in."""
        self.leave(browser)
        browser.get(f"{self.url}/worker/sign-in")
        sitting = {"sitting": sitting_of(self.market, WORKER)}
        signed = self.site.session_interface.get_signing_serializer(self.site).dumps(sitting)
        browser.add_cookie({"name": "mturk-session", "value": signed, "httpOnly": True})
        browser.get(f"{self.url}{path}")

    def work(self, browser: WebDriver, html: str, **terms: Any) -> str:
        """Publish a page, accept it, show it; say the assignment's id."""
        assignment_id = self.accept(self.publish(html, **terms))
        self.show(browser, assignment_id)
        return assignment_id

    def leave(self, browser: WebDriver) -> None:
        """Go out of the frame."""
        browser.switch_to.default_content()

    def arrived(self, browser: WebDriver, assignment_id: str) -> Assignment:
        """What was submitted, once the page around the frame was told so."""
        self.leave(browser)
        page_turn(browser).until(lambda _: browser.title == "Submitted")
        return self.submitted(assignment_id)

    def submitted(self, assignment_id: str) -> Assignment:
        """An assignment as its requester sees it."""
        return Assignment.get(assignment_id, connection=self.connection)

    def hit_of(self, assignment_id: str) -> HIT:
        """The HIT of an assignment, whatever its state."""
        with self.site.test_request_context(base_url=self.url):
            found = look(lambda context: assignment.by_id(context, assignment_id))
        assert found is not None
        return HIT.get(found.hit_id, connection=self.connection)

    def status(self, assignment_id: str) -> str:
        """The state of an assignment in the marketplace."""
        with self.site.test_request_context(base_url=self.url):
            found = look(lambda context: assignment.by_id(context, assignment_id))
        assert found is not None
        return found.status


def answers_of(found: Assignment) -> list[tuple[str, object]]:
    """All answers, each value of a name by itself."""
    return [(name, value) for name in found.answers for value in found.answers.getlist(name)]


@contextmanager
def frame_host(**options: Any) -> Iterator[FrameHost]:
    """A marketplace that serves at a port of its own; `task_host` may have a place for the port."""
    port = _free_port()
    if "task_host" in options:
        options = {
            **options,
            "task_host": options["task_host"].format(port=port),
            "public_url": f"http://127.0.0.1:{port}",
        }
    largest = options.pop("largest", LARGEST)
    host = FrameHost(Marketplace(**options), port, largest)
    try:
        yield host
    finally:
        host.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _frame(assignment_id: str | None, hit_id: str | None) -> Frame:
    def look_up(context: Context) -> tuple[Any, str, InHand | None]:
        if assignment_id is None:
            return hit.by_id(context, hit_id or ""), WORKER, None
        held = assignment.by_id(context, assignment_id)
        assert held is not None
        in_hand = InHand(assignment_id, held.worker_id or "", held.accept_time or 0)
        return hit.by_id(context, held.hit_id), in_hand.worker_id, in_hand

    return task_frame(*look(look_up))


def _pages(host: FrameHost) -> Blueprint:
    pages = Blueprint("test", __name__)

    @pages.get("/worker/test/work/<assignment_id>")
    @open_to_all
    def at_work(assignment_id: str) -> Response:
        return _around(_frame(assignment_id, None))

    @pages.get("/worker/test/preview/<hit_id>")
    @open_to_all
    def preview(hit_id: str) -> Response:
        return _around(_frame(None, hit_id))

    return pages


def _around(frame: Frame) -> Response:
    session["visits"] = 1  # a cookie that the frame must not see
    page = AROUND.format(src=Markup.escape(frame.address), sandbox=frame.sandbox)
    return Response(page, headers={"Content-Security-Policy": f"frame-src {' '.join(frame.sources)}"})
