"""Where answers are sent: who may, for which assignment, once; and what is told."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from mturk import TaskRequest
from mturk.marketplace.document import answer
from mturk.marketplace.frame.ticket import SubmitTicket, Tickets
from tests.marketplace.site.frame_host import WORKER, FrameHost, answers_of, frame_host

FORM = "<form><input name=label></form>"
JSON = {"Accept": "application/json"}


@pytest.fixture(scope="module")
def host() -> Iterator[FrameHost]:
    with frame_host() as made:
        yield made


def query_of(host: FrameHost, assignment_id: str) -> dict[str, str]:
    """What a task page reads in its address."""
    return {name: values[0] for name, values in parse_qs(urlsplit(host.frame(assignment_id).address).query).items()}


def accepted(host: FrameHost, worker_id: str = WORKER, html: str = FORM) -> tuple[str, str]:
    """A new assignment in a worker's hand, and where its page sends its answers."""
    host.market.worker(worker_id)
    assignment_id = host.accept(host.publish(html), worker_id)
    return assignment_id, f"{query_of(host, assignment_id)['turkSubmitTo']}/mturk/externalSubmit"


def send(address: str, fields: object = (("label", "cat"),), **options: object) -> requests.Response:
    return requests.post(address, data=fields, timeout=20, **options)  # type: ignore[arg-type]  # as the tests say


def test_a_task_page_is_told_what_mturk_told_it(host: FrameHost) -> None:
    found = host.publish(FORM)
    assignment_id = host.accept(found)
    query = query_of(host, assignment_id)
    assert (query["assignmentId"], query["hitId"], query["workerId"]) == (assignment_id, found.id, WORKER)
    assert re.fullmatch(rf"{host.url}/pass/[\w.-]+", query["turkSubmitTo"])
    preview = parse_qs(urlsplit(host.frame(hit_id=found.id).address).query)
    assert preview == {"assignmentId": ["ASSIGNMENT_ID_NOT_AVAILABLE"], "hitId": [found.id]}


def test_a_site_of_ones_own_is_told_where_answers_arrive(host: FrameHost) -> None:
    assignment_id, _ = accepted(host)
    task = TaskRequest.from_query(query_of(host, assignment_id), allowed_hosts=[host.url])
    assert task.submit_url is not None
    assert "<h1>Submitted</h1>" in send(task.submit_url).text
    assert dict(answers_of(host.submitted(assignment_id)))["label"] == "cat"


@pytest.mark.parametrize(
    "way",
    [
        lambda address: send(address, [("a", "1"), ("b", "ü"), ("a", "2")]),
        lambda address: send(f"{address}?assignmentId=", [("a", "1"), ("b", "ü"), ("a", "2"), ("assignmentId", "")]),
        lambda address: send(address, [("a", "1"), ("b", "ü"), ("a", "2")], files=[("f", ("", b""))]),
        lambda address: send(address, "a=1\r\nb=ü\r\na=2\r\n".encode(), headers={"Content-Type": "text/plain"}),
        lambda address: send(
            address,
            b"_charset_=windows-1252&a=1&b=%FC&a=2",
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        ),
        lambda address: requests.get(f"{address}?a=1&b=%C3%BC&a=2&hitId=y&workerId=z", timeout=20),
    ],
)
def test_answers_arrive_however_they_are_sent(host: FrameHost, way: Callable[[str], requests.Response]) -> None:
    assignment_id, address = accepted(host)
    answer = way(address)
    assert (answer.status_code, "<h1>Submitted</h1>" in answer.text) == (200, True)
    assert [pair for pair in answers_of(host.submitted(assignment_id)) if pair[1]] == [
        ("a", "1"),
        ("a", "2"),
        ("b", "ü"),
    ]


def test_the_requester_reads_the_fields_in_the_order_in_which_they_were_posted(host: FrameHost) -> None:
    assignment_id, address = accepted(host)
    send(address, [("a", "1"), ("b", "2"), ("hitId", "x"), ("a", "3"), ("b", "4")])
    found = host.connection.call("GetAssignment", AssignmentId=assignment_id)["Assignment"]["Answer"]
    read = re.findall("<QuestionIdentifier>(.)</QuestionIdentifier><FreeText>(.)</FreeText>", found)
    assert read == [("a", "1"), ("b", "2"), ("a", "3"), ("b", "4")]


def test_a_crowd_form_that_posts_nothing_has_no_answers(host: FrameHost) -> None:
    assignment_id, address = accepted(host, html="<crowd-form></crowd-form>")
    assert send(address, {"assignmentId": assignment_id}).status_code == 400
    assert host.status(assignment_id) == "Accepted"


def test_a_file_is_its_name(host: FrameHost) -> None:
    assignment_id, address = accepted(host)
    send(address, {}, files={"picture": ("<b>.svg", b"<svg onload=alert(1)>", "image/svg+xml")})
    assert answers_of(host.submitted(assignment_id)) == [("picture", "<b>.svg")]


def test_what_a_crowd_form_posts_is_not_packed_again(host: FrameHost) -> None:
    assignment_id, address = accepted(host, html="<crowd-form></crowd-form>")
    send(address, {"taskAnswers": '[{"label": "cat"}]', "assignmentId": assignment_id, "go": ""})
    assert dict(host.submitted(assignment_id).answers) == {"label": "cat", "go": ""}


def test_what_a_crowd_form_posts_field_by_field_stays_so(host: FrameHost) -> None:
    assignment_id, address = accepted(host, html="<crowd-form answer-format='flatten-objects'></crowd-form>")
    send(address, {"kind.cat": "true", "kind.dog": "false", "why": "fur"})
    assert dict(host.submitted(assignment_id).answers) == {"kind.cat": "true", "kind.dog": "false", "why": "fur"}


def test_an_answer_is_taken_once(host: FrameHost) -> None:
    assignment_id, address = accepted(host)
    assert send(address, headers=JSON).json() == {
        "again": False,
        "over": True,
        "text": "Your answers have arrived. Thank you.",
    }
    for again in (
        send(address, {"label": "dog"}, headers=JSON),
        requests.get(f"{address}?label=dog", headers=JSON, timeout=20),
    ):
        assert (again.status_code, again.json()["over"]) == (409, True)
    assert answers_of(host.submitted(assignment_id)) == [("label", "cat")]


def test_of_many_at_once_one_is_taken(host: FrameHost) -> None:
    assignment_id, address = accepted(host)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda number: send(address, {"label": str(number)}, headers=JSON), range(8)))
    taken = [number for number, answer in enumerate(answers) if answer.status_code == 200]
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 7
    assert answers_of(host.submitted(assignment_id)) == [("label", str(taken[0]))]


def test_no_answer_is_told_and_can_be_mended(host: FrameHost) -> None:
    assignment_id, address = accepted(host)
    answer = send(address, {"assignmentId": assignment_id}, headers=JSON)
    assert (answer.status_code, answer.json()["over"]) == (400, False)
    assert "no answers" in answer.json()["text"]
    assert send(address).status_code == 200


def test_the_last_pages_of_psiturk_and_dallinger_are_taken_which_post_only_whose_work_it_was(host: FrameHost) -> None:
    assignment_id, address = accepted(host)
    posted = {"assignmentId": assignment_id, "hitId": "3H", "workerId": WORKER}
    assert send(address, posted).status_code == 200
    assert dict(host.submitted(assignment_id).answers) == {"hitId": "3H", "workerId": WORKER}


def test_what_was_returned_cannot_be_submitted(host: FrameHost) -> None:
    assignment_id, address = accepted(host)
    host.market.worker(WORKER).return_assignment(assignment_id)
    answer = send(address)
    assert answer.status_code == 409
    assert "The time for this HIT is over, or you returned it." in answer.text


def test_an_earlier_right_is_worth_nothing_for_the_next_worker_nor_for_the_same(host: FrameHost) -> None:
    found = host.publish(FORM)
    assignment_id = host.accept(found)
    address = f"{query_of(host, assignment_id)['turkSubmitTo']}/mturk/externalSubmit"
    host.market.worker(WORKER).return_assignment(assignment_id)
    host.market.clock.advance(seconds=1)
    host.market.worker("A2BOB")
    assert host.accept(found, "A2BOB") == assignment_id
    assert send(address).status_code == 409
    host.market.worker("A2BOB").return_assignment(assignment_id)
    host.market.clock.advance(seconds=1)
    assert host.accept(found) == assignment_id
    assert send(address).status_code == 409
    assert host.status(assignment_id) == "Accepted"


def test_after_the_time_is_over_the_answers_are_shown_and_kept(host: FrameHost) -> None:
    _, address = accepted(host)
    host.market.clock.advance(hours=2)
    answer = send(address, {"label": "<script>alert(1)</script>", 'x" onfocus="alert(1)': "two\nlines"})
    assert answer.status_code == 409
    assert "&lt;script&gt;alert(1)&lt;/script&gt;</textarea>" in answer.text
    assert 'name="x&#34; onfocus=&#34;alert(1)"' in answer.text
    assert "\ntwo\nlines</textarea>" in answer.text.replace("\r\n", "\n")
    assert "<script" not in answer.text


def forged(host: FrameHost, assignment_id: str) -> Iterator[str]:
    """Addresses that somebody might make who knows the assignment, the worker, and how the real ones look."""
    real = query_of(host, assignment_id)["turkSubmitTo"].rpartition("/")[2]
    yield from ("", "x", assignment_id, real[:-2], f"{real}x", real.split(".")[0], real.swapcase())
    yield Tickets("guessed").submission(SubmitTicket(assignment_id, "en", WORKER, 1_700_000_000_000))
    # The address of the page is signed too, and is no right to submit.
    yield urlsplit(host.frame(assignment_id).address).path.rpartition("/")[2]


def test_a_forged_right_is_refused(host: FrameHost) -> None:
    assignment_id, _ = accepted(host)
    for text in forged(host, assignment_id):
        answer = send(f"{host.url}/pass/{text}/mturk/externalSubmit", {"assignmentId": assignment_id, "label": "cat"})
        assert answer.status_code in (403, 404), text
    assert host.status(assignment_id) == "Accepted"


@pytest.mark.parametrize(
    "send_for",
    [
        lambda address, theirs: send(f"{address}?assignmentId={theirs}"),
        lambda address, theirs: send(address, {"assignmentId": theirs, "label": "x"}),
        lambda address, theirs: send(address, [("assignmentId", ""), ("assignmentId", theirs), ("label", "x")]),
        lambda address, theirs: requests.get(f"{address}?assignmentId={theirs}&label=x", timeout=20),
    ],
)
def test_answers_for_another_assignment_than_the_right_is_for_are_not_stored(
    host: FrameHost, send_for: Callable[[str, str], requests.Response]
) -> None:
    theirs, _ = accepted(host, "A2BOB")
    mine, address = accepted(host)
    answer = send_for(address, theirs)
    assert (answer.status_code, "for another HIT" in answer.text, "Send again" in answer.text) == (409, True, False)
    assert (host.status(mine), host.status(theirs)) == ("Accepted", "Accepted")
    assert send(address, {"assignmentId": mine, "workerId": "A2BOB", "label": "x"}).status_code == 200
    assert (host.status(mine), host.status(theirs)) == ("Submitted", "Accepted")


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_address_that_mturk_had_takes_nothing(host: FrameHost, method: str) -> None:
    assignment_id, _ = accepted(host)
    fields = {"assignmentId": assignment_id, "label": "cat"}
    answer = requests.request(method, f"{host.url}/mturk/externalSubmit", params=fields, timeout=20)
    assert answer.status_code == 403
    assert "does not say which HIT is submitted" in answer.text
    assert host.status(assignment_id) == "Accepted"


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS"])
def test_who_only_asks_submits_nothing(host: FrameHost, method: str) -> None:
    assignment_id, address = accepted(host)
    answer = requests.request(method, f"{address}?label=cat", timeout=20)
    assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (204, "*")
    assert host.status(assignment_id) == "Accepted"


def test_others_write_while_answers_are_made_into_their_document(
    host: FrameHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, address = accepted(host)
    escaped, waited = answer._escaped, list[float]()

    def watched(text: str) -> str:
        begun = time.monotonic()
        with ThreadPoolExecutor(1) as other:
            other.submit(host.market._store.write, lambda _: None, within=1).result()
        waited.append(time.monotonic() - begun)
        return escaped(text)

    monkeypatch.setattr(answer, "_escaped", watched)
    assert requests.post(address, {"label": "cat"}, headers=JSON).status_code == 200
    assert waited
    assert max(waited) < 1


def test_too_large_answers_are_refused_and_can_be_sent_smaller(host: FrameHost) -> None:
    assignment_id, address = accepted(host)
    answer = send(address, {"label": "x" * 5_000_001}, headers=JSON)
    assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (413, "*")
    assert "too large" in answer.json()["text"]
    assert send(address, {"label": "x" * 1_500_000}).status_code == 200
    assert len(str(host.submitted(assignment_id).answers["label"])) == 1_500_000


@pytest.mark.parametrize(
    ("body", "kind"),
    [(b'{"label": 1}', "application/json"), (b"broken", "multipart/form-data; boundary=x"), (b"a=1", "image/png")],
)
def test_what_no_form_sends_is_refused(host: FrameHost, body: bytes, kind: str) -> None:
    assignment_id, address = accepted(host)
    answer = send(address, body, headers={"Content-Type": kind})
    assert answer.status_code == 400
    assert host.status(assignment_id) == "Accepted"


def test_the_answer_gives_no_cookie_and_takes_none(host: FrameHost) -> None:
    _, address = accepted(host)
    answer = send(address, headers=JSON, cookies={"mturk-session": "stolen"})
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert "Access-Control-Allow-Credentials" not in answer.headers


def test_the_page_that_answers_a_form_has_no_origin_and_no_script_of_others(host: FrameHost) -> None:
    _, address = accepted(host)
    answer = send(address)
    policy = dict(part.split(" ", 1) for part in answer.headers["Content-Security-Policy"].split("; "))
    assert policy["sandbox"] == "allow-scripts allow-forms"
    assert policy["script-src"] == policy["style-src"] == policy["form-action"] == host.url
    assert answer.headers["Cache-Control"] == "no-store"


def test_hostile_answers_come_to_the_requester_as_text(host: FrameHost) -> None:
    assignment_id, address = accepted(host)
    hostile = {
        "</FreeText><QuestionIdentifier>x": "<!ENTITY x SYSTEM 'file:///etc/passwd'>&x;",
        "n\x00ul": "\x1b[31m\ud7ff",
    }
    assert send(address, hostile).status_code == 200
    found = host.submitted(assignment_id).answers
    assert dict(found) == {
        "</FreeText><QuestionIdentifier>x": "<!ENTITY x SYSTEM 'file:///etc/passwd'>&x;",
        "nul": "[31m\ud7ff",
    }
