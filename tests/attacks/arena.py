"""A marketplace in which there is something to take: a lab's HITs, answers, queue and skills, and a worker at work."""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any
from urllib.parse import urlsplit

import requests

from mturk.marketplace import Marketplace
from tests.attacks.caller import Call, Line
from tests.marketplace.sample import hit_arguments, qualification_type_arguments, type_arguments
from tests.marketplace.site.conftest import sitting_of

ADA, EVE = "A1ADA", "A2EVE"
PATIENCE = 60


class Arena:
    """The marketplace `market` as it is reached at `url`; the front may be nginx, or another process."""

    def __init__(self, market: Marketplace, url: str, trust: str | None = None) -> None:
        self.market, self.url, self.trust = market, url, trust
        self.tls = ssl.create_default_context(cafile=trust) if trust else None
        self._addresses = (
            f"127.{one}.{two}.{three}" for one in range(1, 99) for two in range(9) for three in range(1, 250)
        )
        self._numbers = count(1)
        for worker_id in (ADA, EVE):
            market.worker(worker_id, country="US")
        home = self.home()
        lab, self.rival_key = home.lab, market.requester("rival").access_key
        self.hit_type = lab.answer("CreateHITType", **type_arguments(Title="Private work of the lab"))["HITTypeId"]
        self.skill = lab.answer("CreateQualificationType", **qualification_type_arguments())["QualificationType"][
            "QualificationTypeId"
        ]
        self.hit, self.group = self.publish(Title="Private work of the lab", MaxAssignments=9)
        self.held, self.done = (self.accepted(self.hit, worker_id) for worker_id in (ADA, EVE))
        market.worker(EVE).submit(self.done, {"label": "cat"})
        self.queue = lab.queues("CreateQueue", QueueName="votes").members["QueueUrl"]
        lab("NotifyWorkers", Subject="For Ada", MessageText="alone", WorkerIds=[ADA])

    def address(self) -> str:
        """An address of this machine that nobody has used, so that what is counted by address begins anew."""
        return next(self._addresses)

    def number(self) -> int:
        """A number that nobody has used."""
        return next(self._numbers)

    def home(self) -> Attacker:
        """Somebody at an address of their own."""
        return Attacker(self)

    def honest(self) -> str:
        """What somebody elsewhere is answered who has a key."""
        return self.home().lab("GetAccountBalance")

    def publish(self, **changes: Any) -> tuple[str, str]:
        """A new HIT of the lab's, and its group."""
        made = self.home().lab.answer("CreateHIT", **hit_arguments(**changes))["HIT"]
        return made["HITId"], made["HITGroupId"]

    def accepted(self, hit: str, worker_id: str = ADA) -> str:
        """The assignment of who accepts a HIT."""
        return self.market.worker(worker_id).accept(hit)

    def submitted(self, **changes: Any) -> str:
        """An assignment that was just submitted."""
        assignment = self.accepted(self.publish(**changes)[0])
        self.market.worker(ADA).submit(assignment, {"label": "cat"})
        return assignment

    def status(self, assignment: str) -> str:
        """What became of an assignment, as its worker sees it."""
        page = self.home().signed_in(ADA).get(f"/worker/assignments/{assignment}").text
        return "in hand" if "turkSubmitTo" in page else "gone"


class Attacker:
    """Somebody at one address: with two requesters' keys, with none, as a worker, or with bytes on a socket."""

    def __init__(self, arena: Arena) -> None:
        self.arena = arena
        self.source = arena.address()
        market = arena.market
        self.lab, self.rival = (Call(self, market.requester(name)) for name in ("lab", "rival"))
        self.nobody = Call(self, None)

    def __getattr__(self, name: str) -> Any:
        # What is there to be taken: `a.hit`, `a.done`.
        return getattr(self.arena, name)

    def line(self) -> Line:
        """A connection of its own."""
        return Line(self.arena.url, self.source, self.arena.tls)

    def raw(self, text: str, behind: str = "GET /health/live HTTP/1.1\nHost: lab\n\n") -> tuple[int, int]:
        """Send a request as it is written, and another one behind it: the status, and how many answers there were."""
        with self.line() as line:
            line.send(text, behind)
            found = [int(status) for status in re.findall(rb"HTTP/1\.[01] (\d{3}) ", line.everything())]
        return found[0], len(found)

    def page(self, path: str, **headers: str) -> int:
        """The status of a path that is asked for as it stands, which clients would tidy up."""
        more = "".join(f"{name.replace('_', '-')}: {value}\n" for name, value in headers.items())
        return self.raw(f"GET {path} HTTP/1.1\nHost: lab\nConnection: close\n{more}\n", "")[0]

    def browser(self) -> Browser:
        """A browser in which nobody is signed in."""
        return Browser(self.arena, self.source)

    def signed_in(self, worker_id: str) -> Browser:
        """A browser in which that worker is."""
        found = self.browser()
        site = self.arena.market.app.extensions["mturk.site"]
        visit = {"sitting": sitting_of(self.arena.market, worker_id)}
        found.set_cookie(site.session_interface.get_signing_serializer(site).dumps(visit))
        return found

    @property
    def ada(self) -> Browser:
        return self.signed_in(ADA)

    @property
    def eve(self) -> Browser:
        return self.signed_in(EVE)

    def lines(self, number: int, text: str) -> Any:
        """So many connections, on each of which that was sent."""
        return opened([self.line() for _ in range(number)], text)


@contextmanager
def opened(lines: list[Line], text: str) -> Iterator[list[Line]]:
    """Connections that are closed in the end."""
    try:
        for line in lines:
            line.send(text)
        yield lines
    finally:
        for line in lines:
            line.close()


class Browser:
    """Asks for pages of the worker site, and sends forms with or without the site's own token."""

    def __init__(self, arena: Arena, source: str) -> None:
        self._arena = arena
        self._session = requests.Session()
        self._session.verify = arena.trust or True
        self._session.trust_env = False
        self._session.mount(arena.url, _From(source))

    @property
    def _cookie(self) -> str:
        return "__Host-mturk-session" if self._arena.url.startswith("https") else "mturk-session"

    def set_cookie(self, value: str) -> None:
        """Have this as the cookie of the visit."""
        self._session.cookies.clear()
        host = urlsplit(self._arena.url).hostname or ""
        # The jar has names without a dot below a domain of its own.
        self._session.cookies.set(self._cookie, value, domain="localhost.local" if host == "localhost" else host)

    @property
    def cookie(self) -> str:
        """The cookie of the visit."""
        found = [cookie.value for cookie in self._session.cookies if cookie.name == self._cookie]
        return found[-1] or ""

    @property
    def header(self) -> str:
        """The same as a header, which goes to any host."""
        return f"{self._cookie}={self.cookie}"

    def get(self, path: str, **headers: str) -> requests.Response:
        """A page."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return self._session.get(f"{self._arena.url}{path}", headers=sent, allow_redirects=False, timeout=PATIENCE)

    def send(self, path: str, fields: Any, **headers: str) -> requests.Response:
        """A form without anything of the site's in it."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return self._session.post(
            f"{self._arena.url}{path}", data=fields, headers=sent, allow_redirects=False, timeout=PATIENCE
        )

    def post(self, path: str, *, page: str = "/worker/", **fields: str) -> requests.Response:
        """A form of the site, as a browser sends it that has the page open."""
        return self.send(path, {"csrf_token": self.token(page), **fields}, Referer=f"{self._arena.url}{page}")

    def token(self, page: str = "/worker/") -> str:
        """What a form of that page has in it."""
        found = re.search('name="csrf_token" value="([^"]+)"', self.get(page).text)
        assert found, page
        return found[1]

    def is_in(self) -> bool:
        """Whether somebody is signed in."""
        return self.get("/worker/").status_code == 200

    def sign_in(self, worker_id: str, password: str) -> requests.Response:
        """Try to sign in."""
        return self.post("/worker/sign-in", page="/worker/sign-in", worker_id=worker_id, password=password)

    def frame(self, path: str) -> str:
        """The address of the task in a page's frame, without the host."""
        found = re.search(r'<iframe[^>]* src="([^"]+)"', self.get(path).text)
        assert found, path
        return found[1].replace("&amp;", "&").removeprefix(self._arena.url)


class _From(requests.adapters.HTTPAdapter):
    """Connections from one address."""

    def __init__(self, source: str) -> None:
        self._source = source
        super().__init__()

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options, source_address=(self._source, 0))
