"""What workers try on each other, and what others try on them: accounts, rights to submit, pages, files."""

from __future__ import annotations

import re
from collections.abc import Callable
from xml.etree import ElementTree

from mturk.marketplace import File
from tests.attacks.arena import ADA, Attacker, Browser
from tests.attacks.requester import AT_ONCE, at_once
from tests.marketplace.sample import file_question, form, html_question

PASSWORD = "correct horse battery"


def over_accepted(a: Attacker) -> list[int]:
    """What many workers are answered who want the one place there is."""
    hit, group = a.publish(Title=f"One place {a.number()}")
    names = [f"A3RACER{a.number()}" for _ in range(AT_ONCE)]
    for name in names:
        a.arena.market.worker(name)
    browsers = [a.arena.home().signed_in(name) for name in names]
    tokens = [browser.token() for browser in browsers]

    def accept(browser: Browser, token: str) -> Callable[[], int]:
        fields = {"csrf_token": token, "hit_id": hit}
        way = f"{a.arena.url}/worker/"
        return lambda: browser.send(f"/worker/groups/{group}/accept", fields, Referer=way).status_code

    said = at_once([accept(*pair) for pair in zip(browsers, tokens, strict=True)])
    return [said.count(302), int(a.lab.answer("GetHIT", HITId=hit)["HIT"]["NumberOfAssignmentsPending"])]


def right_of(a: Attacker, assignment: str) -> str:
    """Where the page of an assignment in Ada's hand sends its answers."""
    frame = a.ada.frame(f"/worker/assignments/{assignment}")
    task = a.browser().get(frame)
    found = re.search(r"/pass/[\w.-]+", frame) or re.search(
        r"/pass/[\w.-]+", task.text + task.headers.get("Location", "")
    )
    assert found, frame
    return f"{found[0]}/mturk/externalSubmit"


def submitted_twice(a: Attacker) -> tuple[list[int], int]:
    """What is answered when the same answers come many times at once, and how many there are."""
    hit, _ = a.publish()
    way = right_of(a, a.accepted(hit))
    said = at_once([lambda: a.arena.home().browser().send(way, {"label": "cat"}).status_code] * AT_ONCE)
    return said, a.lab.answer("ListAssignmentsForHIT", HITId=hit)["NumResults"]


def submitted_with(a: Attacker, spoil: Callable[[str], str], **fields: str) -> tuple[int, str]:
    """What is answered to answers with a right that was changed, and what became of the assignment."""
    assignment = a.accepted(a.publish()[0])
    answer = a.browser().send(spoil(right_of(a, assignment)), {"label": "cat", **fields})
    return answer.status_code, a.status(assignment)


def submitted_late(a: Attacker) -> int:
    """A right to submit that is used after the HIT was given back."""
    assignment = a.accepted(a.publish()[0])
    way = right_of(a, assignment)
    a.arena.market.worker(ADA).return_assignment(assignment)
    return a.browser().send(way, {"label": "cat"}).status_code


def by_eve(a: Attacker, path: str, **fields: str) -> tuple[int, str]:
    """A form of Eve's about what Ada has in hand, and what became of that."""
    return a.eve.post(path.format(a.held), **fields).status_code, a.status(a.held)


def adas_message(a: Attacker) -> list[int]:
    """A message to Ada, read by her and by Eve."""
    found = re.search(r'href="[^"]*(/worker/messages/[^"/?]+)"', a.ada.get("/worker/messages").text)
    assert found
    return [who.get(found[1]).status_code for who in (a.ada, a.eve)]


def fixed_session(a: Attacker) -> tuple[bool, bool]:
    """Whether who signs in is in, and whether somebody is who put the cookie there that was before."""
    invitation = a.arena.market.invite().removeprefix(a.arena.url)
    victim, thief = a.browser(), a.browser()
    victim.get(invitation)
    before = victim.cookie
    answer = victim.post(invitation, page=invitation, password=PASSWORD)
    assert answer.status_code == 303, answer.text
    thief.set_cookie(before)
    return victim.is_in(), thief.is_in()


def signed_out(a: Attacker) -> tuple[bool, bool]:
    """Whether a stolen cookie opens anything, before its owner signs out and afterwards."""
    owner, thief = a.ada, a.browser()
    thief.set_cookie(owner.cookie)
    before = thief.is_in()
    owner.post("/worker/sign-out")
    return before, thief.is_in()


def forged(a: Attacker, cookie: Callable[[str], str]) -> bool:
    """Whether a cookie that was changed opens anything."""
    thief = a.browser()
    thief.set_cookie(cookie(a.ada.cookie))
    return thief.is_in()


def led_to(a: Attacker, way: str) -> tuple[str, bool]:
    """Where a form leads that was told to go on to somewhere else, and whether headers came of that."""
    answer = a.ada.post("/worker/language", language="de", next=way)
    return answer.headers["Location"].removeprefix(a.url), "X-Evil" in answer.headers


def sandbox(a: Attacker) -> list[bool]:
    """Whether a requester's page may be of the site's own origin: by the frame around it, and by its own headers."""
    assignment = a.accepted(a.publish(Question=html_question("<form><script>steal()</script></form>"))[0])
    page = a.ada.get(f"/worker/assignments/{assignment}").text
    around = re.search(r'<iframe[^>]* sandbox="([^"]*)"', page)
    own = a.browser().get(a.ada.frame(f"/worker/assignments/{assignment}")).headers["Content-Security-Policy"]
    inner = re.search(r"sandbox([^;]*)", own)
    assert around, page
    return [
        "allow-same-origin" in around[1],
        "allow-top-navigation" in around[1],
        inner is None or "allow-same-origin" in inner[1],
    ]


def shown(a: Attacker, **terms: str) -> list[bool]:
    """Whether the words of a requester are a part of the pages of the site."""
    _, group = a.publish(**terms)
    pages = [a.ada.get(f"/worker/groups/{group}").text, a.ada.get("/worker/?sort=newest").text]
    return ["<script>alert" in page or "<img src=x" in page for page in pages]


def answered(a: Attacker, text: str) -> list[str]:
    """The answers that the requester reads when a worker writes something that looks like the document around it."""
    hit, _ = a.publish()
    way = right_of(a, a.accepted(hit))
    a.browser().send(way, {"label": text})
    (found,) = a.lab.answer("ListAssignmentsForHIT", HITId=hit)["Assignments"]
    return [one.text or "" for one in ElementTree.fromstring(found["Answer"]).iter() if one.tag.endswith("FreeText")]


def uploaded(a: Attacker, name: str) -> list[str]:
    """What is said of an uploaded page with that name when it is fetched."""
    hit, _ = a.publish(Question=form(file_question("file", 5000), day="2005-10-01"))
    assignment = a.accepted(hit)
    a.arena.market.worker(ADA).submit(assignment, {"file": File(name, b"<script>steal()</script>")})
    where = a.lab.answer("GetFileUploadURL", AssignmentId=assignment, QuestionIdentifier="file")["FileUploadURL"]
    headers = a.browser().get(where.removeprefix(a.url)).headers
    return [
        headers["Content-Disposition"].partition(";")[2].strip(),
        headers["Content-Type"],
        headers["X-Content-Type-Options"],
    ]


def file_of(a: Attacker, spoil: Callable[[str], str]) -> int:
    """The status of the address of a file that was changed."""
    hit, _ = a.publish(Question=form(file_question("file", 5000), day="2005-10-01"))
    assignment = a.accepted(hit)
    a.arena.market.worker(ADA).submit(assignment, {"file": File("a.txt", b"private")})
    where = a.lab.answer("GetFileUploadURL", AssignmentId=assignment, QuestionIdentifier="file")["FileUploadURL"]
    return a.browser().get(spoil(where.removeprefix(a.url))).status_code
