"""Mail goes out by a real mail server, after the commit; it is tried again, ended, and cannot be abused."""

from __future__ import annotations

import email
import logging
import re
import socket
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager, suppress
from email.message import Message
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from sqlalchemy import func, select

from mturk.marketplace import Marketplace, MarketplaceError
from mturk.marketplace.account import email_address
from mturk.marketplace.clock import SECOND
from mturk.marketplace.database import table as t
from mturk.marketplace.delivery.mail_server import LONGEST, MailServer, Unsent
from mturk.marketplace.delivery.mailer import _one_line
from mturk.marketplace.people.mail import LEASE
from tests.marketplace.conftest import Client, Connect, Publish
from tests.marketplace.sample import hit_arguments
from tests.marketplace.site.conftest import post

WAIT = 5.0
PASSWORD = "correct horse battery"


class PostOffice:
    """Takes mail as a server does; `answers` are what it says to the next ones instead of taking them."""

    def __init__(self) -> None:
        self.taken: list[tuple[list[str], Message]] = []
        self.answers: list[str] = []
        self.greeted = 0
        self._news = threading.Condition()

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd looks for this name
        with self._news:
            self.greeted += 1
            self._news.notify_all()
            if self.answers:
                return self.answers.pop(0)
            self.taken.append((envelope.rcpt_tos, email.message_from_bytes(envelope.content)))
            return "250 OK"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        if address.startswith("nobody@"):
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    def wait(self, condition: Callable[[], bool]) -> None:
        with self._news:
            assert self._news.wait_for(condition, WAIT)

    def mail(self, number: int = 1) -> Message:
        """The last of so many that arrived."""
        self.wait(lambda: len(self.taken) >= number)
        assert len(self.taken) == number
        return self.taken[-1][1]


@pytest.fixture
def office() -> PostOffice:
    return PostOffice()


@pytest.fixture
def server(office: PostOffice) -> Iterator[str]:
    """The address of a mail server on this machine."""
    controller = Controller(office, hostname="127.0.0.1", port=0)
    controller.port = _free_port()
    controller.start()
    yield f"smtp://127.0.0.1:{controller.port}?from=turk@my-lab.org"
    controller.stop()


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.fixture
def market(database: str, server: str) -> Iterator[Marketplace]:
    with Marketplace(database, smtp=server) as market:
        yield market


def path_in(message: Message, what: str) -> str:
    """The path of the link in a message."""
    found = re.search(rf"http://[^/]+(/worker/{what}\S+)", text_of(message))
    assert found
    return found[1]


def text_of(message: Message) -> str:
    content = message.get_payload(decode=True).decode()  # type: ignore[union-attr]  # it has one part
    return content.replace("\r\n", "\n")


def joined(market: Marketplace, office: PostOffice, *, confirmed: bool = True, address: str = "ada@example.org") -> Any:
    """Somebody with an e-mail address, as a browser; it is confirmed by the mail that comes."""
    client = market.app.test_client()
    before = len(office.taken)
    path = market.invite().removeprefix(market.url)
    assert post(client, path, page=path, password=PASSWORD, email=address).status_code == 303
    message = office.mail(before + 1)
    if confirmed:
        path = path_in(message, "confirm")
        link = path.partition("=")[2]
        assert post(client, "/worker/confirm", page=path, link=link).status_code == 200
    return client


def worker_id(client: Any) -> str:
    with client.get("/worker/account/export.json") as answer:
        return str(answer.json["worker"][0]["worker_id"])


def waiting(market: Marketplace) -> int:
    count = select(func.count()).select_from(t.mail)
    return int(market._premises.store.read(lambda database: database.execute(count).scalar_one()))


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + WAIT
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_an_address_is_confirmed_by_the_link_that_is_sent_there(market: Marketplace, office: PostOffice) -> None:
    client = joined(market, office, confirmed=False)
    assert office.taken[0][0] == ["ada@example.org"]
    message = office.mail()
    assert (message["From"], message["To"]) == ("turk@my-lab.org", "ada@example.org")
    assert message["Auto-Submitted"] == "auto-generated"
    assert "not confirmed" in client.get("/worker/account").text
    path = path_in(message, "confirm")
    client.get(path)
    assert "not confirmed" in client.get("/worker/account").text
    assert post(client, "/worker/confirm", page=path, link=path.partition("=")[2]).status_code == 200
    assert "not confirmed" not in client.get("/worker/account").text
    assert post(client, "/worker/confirm", page=path, link=path.partition("=")[2]).status_code == 403


def test_a_link_to_the_address_before_confirms_nothing(market: Marketplace, office: PostOffice) -> None:
    client = joined(market, office, confirmed=False)
    path = path_in(office.mail(), "confirm")
    change = {"email": "new@example.org", "password": PASSWORD}
    assert post(client, "/worker/account/email", page="/worker/account", **change).status_code == 303
    assert post(client, "/worker/confirm", page=path, link=path.partition("=")[2]).status_code == 403
    assert office.mail(2)["To"] == "new@example.org"


def test_a_forgotten_password_is_set_by_mail(market: Marketplace, office: PostOffice) -> None:
    joined(market, office)
    client = market.app.test_client()
    forgotten = "/worker/forgotten-password"
    assert post(client, forgotten, page=forgotten, worker_id="Ada@Example.org").status_code == 200
    path = path_in(office.mail(2), "reset")
    assert post(client, path, page=path, password="another fine password").status_code == 303
    assert client.get("/worker/").status_code == 200


@pytest.mark.parametrize("name", ["unconfirmed@example.org", "nobody@example.org", "A1NOBODY"])
def test_no_mail_goes_where_nobody_confirmed_an_address(market: Marketplace, office: PostOffice, name: str) -> None:
    joined(market, office, confirmed=False, address="unconfirmed@example.org")
    client = market.app.test_client()
    post(client, "/worker/forgotten-password", page="/worker/forgotten-password", worker_id=name)
    until(lambda: waiting(market) == 0)
    assert len(office.taken) == 1


@pytest.mark.parametrize("letter", ["ß", "ŉ", "ΐ"])
def test_no_name_is_too_long_to_be_counted_and_written_down(
    market: Marketplace, office: PostOffice, letter: str
) -> None:
    path = "/worker/forgotten-password"
    answers = [post(market.app.test_client(), path, page=path, worker_id=letter * 254) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]


def test_asking_again_and_again_sends_no_flood(market: Marketplace, office: PostOffice) -> None:
    joined(market, office)
    client = market.app.test_client()
    forgotten = "/worker/forgotten-password"
    outcomes = [post(client, forgotten, page=forgotten, worker_id="ada@example.org").status_code for _ in range(5)]
    assert outcomes == [200, 200, 200, 429, 429]


@pytest.fixture
def met(market: Marketplace, office: PostOffice, connect: Connect) -> tuple[Client, str, Any]:
    """A requester, and a worker whose work they approved and who has an address."""
    client = joined(market, office)
    requester = connect(market)
    hit = requester.create_hit(**hit_arguments())["HIT"]
    worker = market.worker(worker_id(client))
    assignment_id = worker.accept(hit["HITId"])
    worker.submit(assignment_id, {"label": "cat"})
    requester.approve_assignment(AssignmentId=assignment_id)
    return requester, worker.id, client


def notify(requester: Client, worker: str, subject: str = "Hello", text: str = "Dear worker") -> Any:
    return requester.notify_workers(WorkerIds=[worker], Subject=subject, MessageText=text)


def test_notify_workers_goes_out_by_mail_too(met: tuple[Client, str, Any], office: PostOffice) -> None:
    requester, worker, _ = met
    notify(requester, worker, "A new study", "Dear worker,\nthere is more.")
    message = office.mail(2)
    assert message["Subject"] == "[From a requester] A new study"
    first, _, rest = text_of(message).partition("\n\n")
    assert re.fullmatch('The requester "[^"]+" writes to you, not who runs the marketplace:', first)
    assert rest.startswith("Dear worker,\nthere is more.\n")


def test_a_requesters_name_ends_no_line_and_no_quotation(
    met: tuple[Client, str, Any], office: PostOffice, market: Marketplace
) -> None:
    requester, worker, _ = met
    name = t.requester.update().values(name='Lab"\n\nThe site itself:\u202e')
    market._premises.store.write(lambda database: database.execute(name))
    notify(requester, worker)
    assert text_of(office.mail(2)).startswith('The requester "Lab The site itself:" writes to you, not who runs')


def test_mail_of_requesters_is_ended_by_one_click(met: tuple[Client, str, Any], office: PostOffice) -> None:
    requester, worker, client = met
    notify(requester, worker)
    message = office.mail(2)
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = path_in(message, "mail")
    assert message["List-Unsubscribe"].endswith(f"{path}>")
    assert client.get(path).status_code == 200
    notify(requester, worker)
    office.mail(3)
    # As a mail program sends it: from outside, without a token of the site.
    assert client.post(path, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    notify(requester, worker)
    client.post("/worker/account/mail")
    assert len(office.taken) == 3


def test_mail_of_requesters_is_ended_in_the_account(
    met: tuple[Client, str, Any], office: PostOffice, market: Marketplace
) -> None:
    requester, worker, client = met
    assert post(client, "/worker/account/mail", page="/worker/account").status_code == 303
    notify(requester, worker)
    assert waiting(market) == 0


@pytest.mark.parametrize("token", ["guessed", "%00", "x" * 500])
def test_nobody_ends_mail_with_a_token_that_was_never_made(market: Marketplace, token: str) -> None:
    assert market.app.test_client().post(f"/worker/mail/{token}").status_code == 404


def test_a_subject_adds_no_header_and_a_text_no_order_to_a_terminal(
    met: tuple[Client, str, Any], office: PostOffice
) -> None:
    requester, worker, _ = met
    notify(requester, worker, "Hello\r\nBcc: all@example.org\n\nInjected", "Dear worker\u202e\n.\nQUIT\n")
    message = office.mail(2)
    assert message["Bcc"] is None
    assert message["Subject"] == "[From a requester] Hello Bcc: all@example.org Injected"
    assert office.taken[-1][0] == ["ada@example.org"]
    assert "\u202e" not in text_of(message)
    assert "\n.\nQUIT\n" in text_of(message)


def test_a_subject_that_is_encoded_adds_no_header_and_no_text(met: tuple[Client, str, Any], office: PostOffice) -> None:
    requester, worker, _ = met
    notify(requester, worker, "=?utf-8?q?Hello=0d=0aReply-To:_eve@example.org=0d=0a=0d=0aYour_password_has_ended?=")
    message = office.mail(2)
    assert message["Reply-To"] is None
    assert message["Subject"].startswith("[From a requester] = ?utf-8?q?Hello=0d")
    assert text_of(message).startswith('The requester "')


def test_mail_that_cannot_be_written_keeps_no_other_waiting(
    met: tuple[Client, str, Any], office: PostOffice, market: Marketplace, caplog: pytest.LogCaptureFixture
) -> None:
    requester, worker, _ = met
    # Addresses that were taken before there was a rule against them.
    odd = t.person.update().values(email="=?x?q??=@example.org", email_key="=?x?q??=@example.org")
    even = t.person.update().values(email="ada@example.org", email_key="ada@example.org")
    store = market._premises.store
    store.write(lambda database: database.execute(odd))
    for _ in range(4):
        notify(requester, worker, "Lost")
    until(lambda: caplog.text.count("has to wait") == 4)
    store.write(lambda database: database.execute(even))
    notify(requester, worker, "Hello")
    assert office.mail(2)["Subject"] == "[From a requester] Hello"


@pytest.mark.parametrize("address", ["=?x?q??=@example.org", "ada.=?utf-8?q?=0a?=@example.org"])
def test_an_address_that_is_encoded_is_none(address: str) -> None:
    assert email_address.read(address) is None


@pytest.mark.parametrize(
    ("subject", "shown"), [("", "A message"), ("\n\r", "A message"), ("é" * 500, "é" * 200), ("a\u2028b", "a b")]
)
def test_a_subject_is_one_line(subject: str, shown: str) -> None:
    assert _one_line(subject) == shown


def test_mail_that_was_not_taken_is_tried_again(
    met: tuple[Client, str, Any], office: PostOffice, market: Marketplace, caplog: pytest.LogCaptureFixture
) -> None:
    requester, worker, _ = met
    office.answers = ["451 come back later"]
    notify(requester, worker)
    office.wait(lambda: not office.answers)
    until(lambda: "has to wait" in caplog.text)
    assert waiting(market) == 1
    market._premises.store.write(lambda database: database.execute(t.mail.update().values(due=0)))
    assert office.mail(2)["Subject"] == "[From a requester] Hello"
    until(lambda: waiting(market) == 0)


def test_mail_that_will_never_be_taken_is_given_up(
    met: tuple[Client, str, Any], office: PostOffice, market: Marketplace, caplog: pytest.LogCaptureFixture
) -> None:
    requester, worker, _ = met
    office.answers = ["554 we do not want this"]
    notify(requester, worker)
    until(lambda: waiting(market) == 0)
    assert "given up" in caplog.text
    assert len(office.taken) == 1


def test_what_a_call_undoes_is_not_sent(met: tuple[Client, str, Any], office: PostOffice, market: Marketplace) -> None:
    from mturk.marketplace.people import mail

    def undone(context: Any) -> None:
        mail.send_message(context, 1, [1], "Never", "Never")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        market._dispatch.run(undone)
    assert waiting(market) == 0


def test_nothing_goes_to_who_closed_the_account_in_the_meantime(
    met: tuple[Client, str, Any], office: PostOffice, market: Marketplace
) -> None:
    requester, worker, client = met
    office.answers = ["451 come back later"]
    notify(requester, worker)
    office.wait(lambda: not office.answers)
    close = "/worker/account/close"
    assert post(client, close, page=close, password=PASSWORD).status_code == 303
    assert waiting(market) == 0


def test_without_a_server_no_mail_is_written(client: Client, publish: Publish, connect: Connect) -> None:
    with Marketplace() as market:
        browser = market.app.test_client()
        path = market.invite().removeprefix(market.url)
        post(browser, path, page=path, password=PASSWORD, email="ada@example.org")
        assert waiting(market) == 0
        assert "Send the link" not in browser.get("/worker/forgotten-password").text


def test_mail_outlives_the_process_that_wrote_it(shared: str, server: str, office: PostOffice) -> None:
    office.answers = ["451 come back later"]
    with Marketplace(shared, smtp=server, public_url="http://turk.my-lab.org") as market:
        client = market.app.test_client()
        path = market.invite().removeprefix("http://turk.my-lab.org")
        post(client, path, page=path, password=PASSWORD, email="ada@example.org")
        office.wait(lambda: not office.answers)
    with Marketplace(shared, smtp=server, public_url="http://turk.my-lab.org") as market:
        market._premises.store.write(lambda database: database.execute(t.mail.update().values(due=0)))
        assert "http://turk.my-lab.org/worker/confirm?link=" in text_of(office.mail())


def test_a_link_waits_sealed(market: Marketplace, office: PostOffice) -> None:
    office.answers = ["451 come back later"]
    client = market.app.test_client()
    path = market.invite().removeprefix(market.url)
    post(client, path, page=path, password=PASSWORD, email="ada@example.org")
    office.wait(lambda: not office.answers)
    (row,) = market._premises.store.read(lambda database: database.execute(select(t.mail)).all())
    assert "{link}" in row.text
    secret = market._premises.opening.seal.open(row.sealed_link, "link in mail")
    assert secret not in str(row)


def test_two_mailers_send_each_mail_once(shared: str, server: str, office: PostOffice) -> None:
    markets = [Marketplace(shared, smtp=server, public_url="http://turk.my-lab.org") for _ in range(2)]
    for market in markets:
        market.start()
    client = markets[0].app.test_client()
    for number in range(5):
        path = markets[0].invite().removeprefix("http://turk.my-lab.org")
        client = markets[0].app.test_client()
        post(client, path, page=path, password=PASSWORD, email=f"ada{number}@example.org")
    office.wait(lambda: len(office.taken) >= 5)
    until(lambda: waiting(markets[0]) == 0)
    for market in markets:
        market.stop()
    assert sorted(message["To"] for _, message in office.taken) == [f"ada{number}@example.org" for number in range(5)]


@pytest.mark.parametrize(
    "url",
    [
        "",
        "mail.my-lab.org",
        "http://mail.my-lab.org?from=a@b",
        "smtp://mail.my-lab.org",
        "smtp://mail.my-lab.org?from=",
        "smtp://mail.my-lab.org?from=a@b&from=c@d",
        "smtp://mail.my-lab.org?from=a@b&to=c@d",
        "smtp://mail.my-lab.org/path?from=a@b",
        "smtp://mail.my-lab.org:port?from=a@b",
        "smtp://mail.my-lab.org?from=a%0ab@c",
        "smtp://?from=a@b",
        "smtps://user:hidden word@mail.my-lab.org",
        "smtp://user:hidden@mail.my-lab.org?from=a@b",
    ],
)
def test_a_server_that_cannot_be_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(MarketplaceError) as caught:
        MailServer(url)
    assert "hidden" not in str(caught.value)


def test_a_password_is_never_shown() -> None:
    url = "smtp+starttls://user:hidden%20word@mail.my-lab.org?from=turk@my-lab.org"
    server = MailServer(url)
    assert repr(server) == "<MailServer smtp+starttls://mail.my-lab.org:587>"
    market = Marketplace(smtp=url)
    for one in (market, market._premises, server):
        assert "hidden" not in repr(one)


def test_a_password_is_not_in_what_a_failure_says(caplog: pytest.LogCaptureFixture) -> None:
    def refuse(_server: Any, _session: Any, _envelope: Any, _mechanism: str, _data: Any) -> AuthResult:
        return AuthResult(success=False, handled=False, message="535 bad: hidden word")

    controller = Controller(
        PostOffice(), hostname="127.0.0.1", port=_free_port(), authenticator=refuse, auth_require_tls=False
    )
    controller.start()
    try:
        server = MailServer(f"smtp://user:hidden%20word@127.0.0.1:{controller.port}?from=turk@my-lab.org")
        message = email.message.EmailMessage()
        with pytest.raises(Unsent) as caught, caplog.at_level(logging.DEBUG):
            server.send(message, "ada@example.org")
    finally:
        controller.stop()
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("mturk")]
    assert "hidden" not in f"{caught.value} {ours}"
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
def test_a_server_with_a_certificate_of_nobody_is_not_spoken_to(scheme: str, office: PostOffice, server: str) -> None:
    url = server.replace("smtp:", f"{scheme}:")
    with pytest.raises(Unsent):
        MailServer(url).send(email.message.EmailMessage(), "ada@example.org")
    assert office.taken == []


def drip(line: socket.socket, asked: threading.Event) -> None:
    """Answer as a mail server does that never comes to its end."""
    with line, suppress(OSError):
        for _ in range(1000):
            line.sendall(b"2")
            if asked.wait(0.02):
                return


def test_a_server_that_never_comes_to_its_end_is_left(office: PostOffice) -> None:
    ended = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=lambda: drip(listening.accept()[0], ended))
        thread.start()
        server = MailServer(f"smtp://127.0.0.1:{listening.getsockname()[1]}?from=turk@my-lab.org", longest=0.2)
        start = time.monotonic()
        with pytest.raises(Unsent):
            server.send(email.message.EmailMessage(), "ada@example.org")
        assert time.monotonic() - start < WAIT
        ended.set()
        thread.join(WAIT)


def flood(line: socket.socket, sent: list[int]) -> None:
    """Answer as a mail server does whose first answer has lines without end."""
    more = b"220-" + b"x" * 4_000 + b"\r\n"
    with line, suppress(OSError):
        while True:
            sent.append(line.send(more))


def test_of_an_answer_without_end_so_many_lines_are_kept_and_no_more() -> None:
    sent: list[int] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=lambda: flood(listening.accept()[0], sent))
        thread.start()
        server = MailServer(f"smtp://127.0.0.1:{listening.getsockname()[1]}?from=turk@my-lab.org", longest=2)
        with pytest.raises(Unsent):
            server.send(email.message.EmailMessage(), "ada@example.org")
        thread.join(WAIT)
    assert sum(sent) < 20_000_000


@contextmanager
def silent() -> Iterator[socket.socket]:
    """A server that takes a connection, and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


@contextmanager
def deaf() -> Iterator[socket.socket]:
    """A server to which connections do not even come, as behind a firewall: others stand in its queue."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listening, ExitStack() as others:
        for _ in range(3):
            other = others.enter_context(socket.socket())
            other.setblocking(False)
            other.connect_ex(listening.getsockname())
        yield listening


def is_sending(market: Marketplace) -> bool:
    attempts = select(func.max(t.mail.c.attempts))
    return bool(market._premises.store.read(lambda database: database.execute(attempts).scalar()))


@pytest.mark.parametrize(("server", "scheme"), [(silent, "smtp"), (silent, "smtps"), (deaf, "smtp")])
def test_a_server_that_hangs_does_not_hold_up_the_end_of_the_program(
    server: Callable[[], AbstractContextManager[socket.socket]], scheme: str, tmp_path: Path
) -> None:
    database = str(tmp_path / "lab.sqlite3")
    with server() as listening:
        smtp = f"{scheme}://127.0.0.1:{listening.getsockname()[1]}?from=turk@my-lab.org"
        market = Marketplace(database, smtp=smtp, public_url="http://localhost")
        market.start()
        path = market.invite().removeprefix("http://localhost")
        post(market.app.test_client(), path, page=path, password=PASSWORD, email="ada@example.org")
        until(lambda: is_sending(market))
        start = time.monotonic()
        market.stop()
        assert time.monotonic() - start < 2 * WAIT
    with closing(sqlite3.connect(database)) as left:
        assert left.execute("SELECT count(*) FROM mail").fetchone() == (1,)


def test_mail_that_was_broken_off_is_sent_at_once_by_the_next_process(
    tmp_path: Path, server: str, office: PostOffice, caplog: pytest.LogCaptureFixture
) -> None:
    database = str(tmp_path / "lab.sqlite3")
    with silent() as listening:
        smtp = f"smtp://127.0.0.1:{listening.getsockname()[1]}?from=turk@my-lab.org"
        with Marketplace(database, smtp=smtp, public_url="http://localhost") as market:
            path = market.invite().removeprefix("http://localhost")
            post(market.app.test_client(), path, page=path, password=PASSWORD, email="ada@example.org")
            until(lambda: is_sending(market))
    assert "has to wait" not in caplog.text
    with Marketplace(database, smtp=server, public_url="http://localhost"):
        office.mail()


def test_no_number_of_messages_goes_before_a_link(shared: str, server: str, office: PostOffice) -> None:
    market = Marketplace(shared, smtp=server, public_url="http://localhost")
    for number in range(3):
        path = market.invite().removeprefix("http://localhost")
        post(market.app.test_client(), path, page=path, password=PASSWORD, email=f"ada{number}@example.org")
    store = market._premises.store
    # The first two are messages of a requester's, the third is a link that was put off once.
    facts = {"kind": "message", "sender": 1, "sealed_link": None}
    people = t.person.update().values(email_time=1)
    store.write(lambda database: database.execute(people))
    store.write(lambda database: database.execute(t.mail.update().where(t.mail.c.number < 3).values(facts)))
    store.write(lambda database: database.execute(t.mail.update().where(t.mail.c.number == 3).values(due=1)))
    market.start()
    office.wait(lambda: len(office.taken) == 3)
    market.stop()
    assert [one["To"] for _, one in office.taken] == [f"ada{number}@example.org" for number in (2, 0, 1)]


def test_no_number_of_messages_of_a_requester_goes_before_those_of_others(
    shared: str, server: str, office: PostOffice
) -> None:
    market = Marketplace(shared, smtp=server, public_url="http://localhost")
    path = market.invite().removeprefix("http://localhost")
    client = market.app.test_client()
    post(client, path, page=path, password=PASSWORD, email="ada@example.org")
    store, worker = market._premises.store, market.worker(worker_id(client))
    store.write(lambda database: database.execute(t.mail.delete()))
    store.write(lambda database: database.execute(t.person.update().values(email_time=1)))
    for name, subjects in (("one", ["1", "2", "3"]), ("other", ["4"]), ("third", ["5", "6"])):
        call = partial(market._dispatch.call, market.requester(name)._number)
        assignment_id = worker.accept(call("CreateHIT", hit_arguments())["HIT"]["HITId"])
        worker.submit(assignment_id, {"label": "cat"})
        call("ApproveAssignment", {"AssignmentId": assignment_id})
        for subject in subjects:
            call("NotifyWorkers", {"WorkerIds": [worker.id], "Subject": subject, "MessageText": "Dear worker"})
    market.start()
    office.wait(lambda: len(office.taken) == 6)
    market.stop()
    assert [str(one["Subject"])[-1] for _, one in office.taken] == ["1", "4", "5", "2", "6", "3"]


def test_a_sending_ends_before_another_process_may_send_the_same() -> None:
    assert LONGEST * SECOND < LEASE


class Rude(PostOffice):
    """Takes mail, and says nothing good at the end."""

    async def handle_QUIT(self, _server: Any, _session: Any, _envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        return "421 no goodbye"


def test_mail_that_was_taken_is_sent_whatever_the_server_says_at_the_end() -> None:
    office = Rude()
    controller = Controller(office, hostname="127.0.0.1", port=_free_port())
    controller.start()
    try:
        message = email.message.EmailMessage()
        message["To"] = "ada@example.org"
        MailServer(f"smtp://127.0.0.1:{controller.port}?from=turk@my-lab.org").send(message, "ada@example.org")
    finally:
        controller.stop()
    assert len(office.taken) == 1
