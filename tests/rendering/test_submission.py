"""Whether workers can submit a page, and pages written for MTurk's own site, made so that they can."""

from __future__ import annotations

import re

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webdriver import WebDriver

from mturk import HTMLQuestion, ValidationError
from mturk.question import question
from mturk.rendering import html_page, submission
from tests.page import PAGE
from tests.rendering.conftest import Site

LOADER = "<script src='https://assets.crowd.aws/crowd-html-elements.js'></script>"


@pytest.mark.parametrize(
    ("html", "problems"),
    [
        (PAGE, []),
        (PAGE.upper().replace("EXTERNALSUBMIT", "externalSubmit").replace("ASSIGNMENTID", "assignmentId"), []),
        (f"\n{LOADER}<crowd-form>", []),
        ("<crowd-form></crowd-form>", ["without what makes it work"]),
        ("<!-- " + LOADER + " --><crowd-form></crowd-form>", ["without what makes it work"]),
        (PAGE.replace("<!DOCTYPE html>", ""), ["no document type"]),
        (PAGE.replace("html", "xml"), ["no document type"]),
        ("<!doctype HTML><p>", ["no form"]),
        ("<!-- <form> -->", ["no document type", "no form"]),
        (PAGE.replace("externalSubmit", "elsewhere"), ["no form is submitted"]),
        (PAGE.replace("externalSubmit", "elsewhere") + "<!-- externalSubmit -->", ["no form is submitted"]),
        (re.sub(" action='[^']*'", "", PAGE), ["no form is submitted"]),
        (PAGE.replace("method='post'", ""), ["does not post"]),
        (PAGE.replace("'post'", "'get'"), ["does not post"]),
        (PAGE.replace("assignmentId", "assignment"), ["no field says which assignment"]),
        (PAGE.replace("name='label'", ""), ["no field has a name"]),
        (PAGE.replace("'label'", "'workerId'"), ["is named workerId", "no field has a name"]),
        (PAGE.replace("<input name='label'>", "<input name='hitId'><input name='a'><button>"), ["is named hitId"]),
        (PAGE.replace("<input name='label'>", "<textarea name=a></textarea>"), ["nothing submits"]),
        (PAGE.replace("<input name='label'>", "<textarea name=a></textarea><button>"), []),
        (PAGE.replace("<input name='label'>", "<select name=a></select><input type=image>"), []),
        (PAGE.replace("<input name='label'>", "<input type=submit name=a>"), []),
        (
            PAGE.replace("<input name='label'>", "<button name=a value=y>Y</button><button name=a value=n>N</button>"),
            [],
        ),
        (
            PAGE.replace("<input name='label'>", "<button type=button name=a>"),
            ["no field has a name"],
        ),
        (PAGE.replace("<input name='label'>", "<input name=a><input name=b>"), ["nothing submits"]),
        (PAGE + "<input name=b>", ["b outside the form"]),
        (f"<form id=s><input name=q></form>{PAGE}", ["q outside the form"]),
        (PAGE + PAGE.replace("'label'", "'other'"), []),
        (
            "<!DOCTYPE html><input type=hidden name=assignmentId form=m><input name=q form=m>"
            "<form id=m method=post action=/mturk/externalSubmit></form>",
            [],
        ),
        (PAGE.replace("/mturk/externalSubmit", "/externalSubmit.php"), ["no form is submitted"]),
        (
            PAGE.replace("<input name='label'>", "<template><input name=a></template>"),
            ["no field has a name"],
        ),
        (
            PAGE.replace(" action=", " data-a=") + "<script src=https://code.jquery.com/jquery.js></script>",
            ["no form is submitted"],
        ),
        ("<script type=module>import 'https://assets.crowd.aws/crowd-html-elements.js'</script><crowd-form>", []),
    ],
)
def test_what_keeps_a_page_from_being_submitted_is_named(html: str, problems: list[str]) -> None:
    found, doubts = submission.judge(html)
    assert doubts == []
    assert len(found) == len(problems), found
    assert all(words in one for words, one in zip(problems, found, strict=True))


@pytest.mark.parametrize(
    "html",
    [
        "<!DOCTYPE html><div id=app></div><script src=app.js></script>",
        PAGE.replace(" action=", " data-a=")
        + "<script>f.action = turkGetSubmitToHost() + '/mturk/externalSubmit'</script>",
        PAGE.replace(" action=", " onsubmit='this.action=turkSubmitTo' data-a="),
        PAGE.replace(" action=", " data-a=") + "<script src=https://my-lab.org/task.js></script>",
        PAGE.replace("<input name='label'>", "<div id=app></div>") + "<script>app.innerHTML='<input name=a>'</script>",
        PAGE.replace("assignmentId", "") + "<script>i.name = 'assignmentId'; f.append(i)</script>",
    ],
)
def test_what_a_script_may_see_to_is_a_doubt(html: str) -> None:
    problems, doubts = submission.judge(html)
    assert (problems, bool(doubts)) == ([], True)


def test_publishing_holds_a_page_to_the_same_checks_as_validate() -> None:
    lacking = HTMLQuestion(PAGE.replace("assignmentId", "assignment"))
    for check in (lacking.validate, lambda: question.document(lacking), lambda: question.document(lacking.to_xml())):
        with pytest.raises(ValidationError, match="no field says which assignment"):
            check()


def test_a_doubt_is_a_warning_that_points_to_the_user_s_line() -> None:
    doubtful = HTMLQuestion("<!DOCTYPE html><div id=app></div><script src=app.js></script>")
    for check in (lambda: doubtful.validate(schemas=False), lambda: question.document(doubtful)):
        with pytest.warns(UserWarning, match="no form") as caught:
            check()
        assert caught[0].filename == __file__


@pytest.mark.parametrize("html", ["<a <a" * 12_000, '<form "' * 9_000, "<script>" * 8_000, "<!--" * 16_000, "<![x"])
def test_a_page_that_is_there_to_do_harm_is_judged_in_no_time(html: str) -> None:
    assert submission.judge(html)[0]


FOR_THE_SITE = {
    "a fragment": "<p>${a}</p><textarea name='why'></textarea>",
    "a fragment with a button": "<input name=why><input type='submit' value='Go'>",
    "a fragment with a plain button": "<input name=why><button>Go</button>",
    "a whole page without a form": "<html><head><title>t</title></head><body class=x><input name=why></body></html>",
    "a page without a body": "<html><input name=why></html>",
    "a form without an action": "<form><input name=why><input type=hidden name=assignmentId></form>",
    "a form that posts elsewhere": "<form method='get' action='edit'><input name=why><button type=submit>Go</form>",
    "a form with the action of the sandbox": (
        "<form method=post action='https://workersandbox.mturk.com/mturk/externalSubmit'><input name=why></form>"
    ),
    "a form that calls the helper": (
        "<body><form><input name=why><input type=hidden name=assignmentId id=assignmentId></form>"
        "<script>turkSetAssignmentID();</script></body>"
    ),
    "a form that is not closed": "<form><input name=why>",
}


@pytest.mark.parametrize("written", FOR_THE_SITE.values(), ids=FOR_THE_SITE)
def test_a_template_for_the_site_becomes_a_page_that_can_be_submitted_once(written: str) -> None:
    made = submission.completed(written)
    assert submission.judge(made) == ([], [])
    page = html_page.read(made)
    assert (len(page.forms), page.submits, page.fields.count("assignmentId")) == (1, 1, 1)


def test_a_crowd_form_gets_its_loader_and_nothing_else() -> None:
    assert submission.completed("<crowd-form></crowd-form>").endswith("</script><crowd-form></crowd-form>")
    assert submission.completed(f"{LOADER}<crowd-form></crowd-form>") == f"{LOADER}<crowd-form></crowd-form>"


@pytest.mark.parametrize("written", FOR_THE_SITE.values(), ids=FOR_THE_SITE)
def test_a_worker_submits_it_in_a_browser(written: str, browser: WebDriver, site: Site) -> None:
    site.open(browser, submission.completed(written), "3ASSIGNMENT")
    browser.find_element(By.NAME, "why").send_keys("because")
    browser.find_element(By.CSS_SELECTOR, "form input[type=submit], form button").click()
    assert site.posted(browser) == {"assignmentId": "3ASSIGNMENT", "why": "because"}


@pytest.mark.parametrize("written", FOR_THE_SITE.values(), ids=FOR_THE_SITE)
def test_a_preview_cannot_be_submitted_in_any_way(written: str, browser: WebDriver, site: Site) -> None:
    site.open(browser, submission.completed(written), "ASSIGNMENT_ID_NOT_AVAILABLE")
    assert not browser.find_element(By.CSS_SELECTOR, "form input[type=submit], form button").is_enabled()
    browser.find_element(By.NAME, "why").send_keys("because")
    browser.find_element(By.NAME, "why").submit()
    browser.execute_script("const f = document.forms[0]; f.submit(); f.requestSubmit && f.requestSubmit();")
    assert browser.title != "Submitted"
    assert site.posts == []


@pytest.mark.parametrize(
    "written",
    [
        "<form id=login></form><form id=answers><input name=why><input name=how></form>",
        "<form id=s><input name=x><button>Search</button></form>"
        "<form action='/mturk/externalSubmit' method=post><input name=why><input name=how></form>",
        "<input type=hidden name=assignmentId form=m><form id=m><input name=why><input name=how></form>",
    ],
    ids=["two forms", "a form to search", "a field that names its form"],
)
def test_of_several_forms_the_one_with_the_answers_is_completed(written: str) -> None:
    page = html_page.read(submission.completed(written))
    form = page.form
    assert form is not None
    assert (form.answers, form.submits, form.is_submitted) == (["why", "how"], 1, True)
    assert form.fields.count("assignmentId") == 1


def test_fields_outside_the_submitted_form_are_named() -> None:
    problems, _ = submission.judge(submission.completed("<input name=first><form><input name=second></form>"))
    assert ["first outside the form" in problem for problem in problems] == [True]
