"""HITs and submissions in the site's own database, beside the marketplace that they come from."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin import AdminSite
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.core.management import call_command
from django.test import Client, RequestFactory
from django.utils import timezone

import mturk
from mturk import Connection, HITType, HTMLQuestion
from mturk.django.mirror.admin import MOST, AssignmentAdmin
from mturk.django.mirror.models import HIT, Assignment
from mturk.django.mirror.reconciliation import reconcile
from mturk.django.mirror.reflection import look_at_assignment, look_at_hit
from mturk.marketplace import Marketplace
from tests.page import PAGE

DAY = timedelta(days=1)


@pytest.fixture
def hit(mturk_connection: Connection, db: None) -> mturk.HIT:
    photos = HITType.create("Label", "Say what is in the picture", "0.05", 600)
    return photos.create_hit(HTMLQuestion(PAGE), DAY, max_assignments=3, requester_annotation="photo 7")


def work(market: Marketplace, hit: mturk.HIT, worker: str = "A1ADA", **answers: str) -> mturk.Assignment:
    """A submission by this worker."""
    player = market.worker(worker)
    assignment_id = player.accept(hit.id)
    player.submit(assignment_id, answers or {"label": "cat"})
    return mturk.Assignment(assignment_id)


def see(assignment: mturk.Assignment) -> Assignment:
    """Look at a submission, as its event does, and get its row."""
    look_at_assignment(assignment.id, assignment.hit_id, assignment.connection)
    return Assignment.objects.get(pk=assignment.id)


def test_the_migrations_are_complete(db: None) -> None:
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


def test_a_hit_is_kept_as_the_service_tells_it(hit: mturk.HIT) -> None:
    look_at_hit(hit.id, hit.connection)
    row = HIT.objects.get()
    assert (row.id, row.title, row.reward, row.status) == (hit.id, "Label", hit.reward, "Assignable")
    assert (row.max_assignments, row.requester_annotation, row.expiration) == (3, "photo 7", hit.expiration)
    assert row.record == hit


def test_a_submission_is_kept_with_its_hit_and_its_answers(hit: mturk.HIT, mturk_market: Marketplace) -> None:
    row = see(work(mturk_market, hit, label="dog"))
    assert (row.hit.title, row.worker_id, row.status, dict(row.answers)) == (
        "Label", "A1ADA", "Submitted", {"label": "dog"},
    )  # fmt: skip


def test_one_call_keeps_both(hit: mturk.HIT, mturk_market: Marketplace) -> None:
    calls: list[Any] = []
    done = work(mturk_market, hit)
    with mturk.tracer(calls.append):
        look_at_assignment(done.id, hit.id, hit.connection)
    assert len(calls) == 1


def test_seeing_twice_is_as_good_as_once(hit: mturk.HIT, mturk_market: Marketplace) -> None:
    done = work(mturk_market, hit)
    assert see(done).status == see(done).status == "Submitted"
    assert (HIT.objects.count(), Assignment.objects.count()) == (1, 1)


def test_a_decision_is_kept(hit: mturk.HIT, mturk_market: Marketplace) -> None:
    done = work(mturk_market, hit)
    done.approve("Thank you")
    row = see(done)
    assert (row.status, row.requester_feedback, row.approval_time is None) == ("Approved", "Thank you", False)


def test_an_old_answer_that_comes_late_undoes_nothing(hit: mturk.HIT, mturk_market: Marketplace) -> None:
    submitted, asked_at = work(mturk_market, hit), timezone.now()
    submitted.refresh()
    mturk.Assignment.get(submitted.id).approve()
    see(submitted)
    Assignment.keep(submitted, asked_at)
    Assignment.keep(submitted, timezone.now() + DAY)  # and be the clocks as they may
    assert Assignment.objects.get().status == "Approved"


def test_of_two_answers_that_say_the_same_the_later_one_stays(hit: mturk.HIT, mturk_market: Marketplace) -> None:
    earlier, done = timezone.now(), work(mturk_market, hit)
    later = see(done).asked_at
    Assignment.keep(mturk.Assignment.get(done.id), earlier)
    assert Assignment.objects.get().asked_at == later


def test_a_hit_that_was_asked_for_earlier_does_not_replace_a_later_answer(hit: mturk.HIT) -> None:
    asked_at = timezone.now()
    before = mturk.HIT.get(hit.id)
    hit.add_assignments(2)
    look_at_hit(hit.id, hit.connection)
    HIT.keep(before, asked_at)
    assert HIT.objects.get().max_assignments == 5


def test_a_hit_may_be_on_offer_again(hit: mturk.HIT) -> None:
    hit.expire()
    look_at_hit(hit.id, hit.connection)
    assert HIT.objects.get().status == "Reviewable"
    hit.extend(DAY)
    look_at_hit(hit.id, hit.connection)
    assert HIT.objects.get().status == "Assignable"


def test_an_overridden_rejection_is_kept(hit: mturk.HIT, mturk_market: Marketplace) -> None:
    done = work(mturk_market, hit)
    done.reject("No label")
    assert see(done).status == "Rejected"
    done.approve(override_rejection=True)
    assert see(done).status == "Approved"


def test_a_deleted_hit_is_marked_and_its_submissions_stay(hit: mturk.HIT, mturk_market: Marketplace) -> None:
    done = work(mturk_market, hit)
    done.approve()
    see(done)
    hit.expire()
    hit.delete()
    look_at_assignment(done.id, hit.id, hit.connection)
    assert (HIT.objects.get().status, Assignment.objects.get().status) == ("Disposed", "Approved")


def test_a_disposed_hit_does_not_come_back_by_an_old_answer(hit: mturk.HIT) -> None:
    asked_at = timezone.now()
    HIT.keep(hit, asked_at)
    HIT.dispose(hit.id, asked_at + DAY)
    HIT.keep(hit, asked_at)
    assert HIT.objects.get().status == "Disposed"


def test_what_was_never_there_leaves_no_row(hit: mturk.HIT) -> None:
    look_at_assignment("3INVENTED", "3INVENTEDTOO", hit.connection)
    assert not HIT.objects.exists()


# Reconciliation.


def test_reconciling_finds_what_no_event_told_of(hit: mturk.HIT, mturk_market: Marketplace) -> None:
    work(mturk_market, hit, "A1ADA")
    work(mturk_market, hit, "A2BEN")
    done = reconcile(hit.connection)
    assert (done.hits, done.lists, done.submissions, done.gone) == (1, 1, 2, 0)
    assert set(Assignment.objects.values_list("worker_id", flat=True)) == {"A1ADA", "A2BEN"}


def test_a_lost_event_is_found_though_a_later_one_came(hit: mturk.HIT, mturk_market: Marketplace) -> None:
    reconcile(hit.connection)
    work(mturk_market, hit, "A1ADA")  # whose event is lost
    see(work(mturk_market, hit, "A2BEN"))
    reconcile(hit.connection)
    assert Assignment.objects.count() == 2


def test_what_has_not_changed_is_not_listed_again(hit: mturk.HIT, mturk_market: Marketplace) -> None:
    work(mturk_market, hit)
    reconcile(hit.connection)
    calls: list[Any] = []
    with mturk.tracer(calls.append):
        assert reconcile(hit.connection).lists == 0
    assert {call.operation for call in calls} == {"ListHITs"}
    assert reconcile(hit.connection, full=True).lists == 1


def test_a_decision_elsewhere_is_found(hit: mturk.HIT, mturk_market: Marketplace) -> None:
    done = work(mturk_market, hit)
    reconcile(hit.connection)
    done.reject("No label")
    reconcile(hit.connection)
    assert Assignment.objects.get().status == "Rejected"
    done.approve(override_rejection=True)
    reconcile(hit.connection, full=True)
    assert Assignment.objects.get().status == "Approved"


def test_what_is_gone_is_marked(hit: mturk.HIT) -> None:
    reconcile(hit.connection)
    hit.expire()
    hit.delete()
    assert reconcile(hit.connection).gone == 1
    assert HIT.objects.get().status == "Disposed"
    assert reconcile(hit.connection).gone == 0


def test_what_another_account_did_not_know_comes_back(hit: mturk.HIT, mturk_market: Marketplace) -> None:
    work(mturk_market, hit)
    reconcile(hit.connection)
    with Marketplace(":memory:") as other:
        keys = {"access_key": other.access_key, "secret_key": other.secret_key, "region": "us-east-1"}
        with Connection(other.url, **keys) as elsewhere:
            assert reconcile(elsewhere).gone == 1
    done = reconcile(hit.connection)
    assert (done.hits, done.submissions, HIT.objects.get().status) == (1, 1, "Assignable")


# The admin.

CHANGELIST = "/admin/mturk_mirror/assignment/"


@pytest.fixture
def boss(db: None) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("boss"))
    return client


def user(*codenames: str) -> Client:
    """Somebody of the staff with these permissions."""
    person = User.objects.create_user("somebody", is_staff=True)
    person.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client = Client()
    client.force_login(person)
    return client


def choose(action: str, *rows: Assignment, **more: str) -> dict[str, Any]:
    return {"action": action, "_selected_action": [row.pk for row in rows], **more}


def test_the_admin_shows_hits_and_answers(boss: Client, hit: mturk.HIT, mturk_market: Marketplace) -> None:
    row = see(work(mturk_market, hit, label="<script>alert(1)</script>"))
    assert b"Label" in boss.get("/admin/mturk_mirror/hit/").content
    page = boss.get(f"{CHANGELIST}{row.pk}/change/").content.decode()
    assert "<b>label</b>: &lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert 'name="_save"' not in page


def test_answers_that_cannot_be_read_are_shown_as_they_are(
    boss: Client, hit: mturk.HIT, mturk_market: Marketplace
) -> None:
    row = see(work(mturk_market, hit))
    Assignment.objects.update(answer_xml="<broken>")
    assert b"&lt;broken&gt;" in boss.get(f"{CHANGELIST}{row.pk}/change/").content


@pytest.mark.parametrize("what", ["hit", "assignment"])
def test_nothing_is_added_changed_or_deleted_in_the_admin(
    boss: Client, what: str, hit: mturk.HIT, mturk_market: Marketplace
) -> None:
    row = see(work(mturk_market, hit))
    pk = row.pk if what == "assignment" else row.hit_id
    for page in ("add/", f"{pk}/delete/"):
        assert boss.get(f"/admin/mturk_mirror/{what}/{page}").status_code == 403
    assert boss.post(f"/admin/mturk_mirror/{what}/{pk}/change/", {"status": "Approved"}).status_code == 403


def test_approving_asks_first_and_then_pays(boss: Client, hit: mturk.HIT, mturk_market: Marketplace) -> None:
    row = see(work(mturk_market, hit))
    page = boss.post(CHANGELIST, choose("approve", row)).content.decode()
    assert "Their workers are paid" in page
    assert row.record.status == "Submitted"
    answer = boss.post(CHANGELIST, choose("approve", row, confirmed="yes", feedback="Thank you"), follow=True)
    assert f"{row.pk} is approved." in answer.content.decode()
    row.refresh_from_db()
    assert (row.status, row.requester_feedback, row.record.status) == ("Approved", "Thank you", "Approved")
    assert LogEntry.objects.get().object_id == row.pk


def test_rejecting_wants_a_reason(boss: Client, hit: mturk.HIT, mturk_market: Marketplace) -> None:
    row = see(work(mturk_market, hit))
    page = boss.post(CHANGELIST, choose("reject", row, confirmed="yes", feedback="")).content.decode()
    assert "This field is required" in page
    assert row.record.status == "Submitted"
    boss.post(CHANGELIST, choose("reject", row, confirmed="yes", feedback="No label"))
    row.refresh_from_db()
    assert (row.status, row.requester_feedback) == ("Rejected", "No label")


def test_what_the_service_refuses_is_told_for_each(boss: Client, hit: mturk.HIT, mturk_market: Marketplace) -> None:
    decided, open_ = see(work(mturk_market, hit, "A1ADA")), see(work(mturk_market, hit, "A2BEN"))
    decided.record.reject("No label")
    page = boss.post(CHANGELIST, choose("approve", decided, open_, confirmed="yes", feedback=""), follow=True)
    text = page.content.decode()
    assert f"{decided.pk}: ApproveAssignment" in text
    assert f"{open_.pk} is approved." in text
    decided.refresh_from_db()
    assert decided.status == "Rejected", "as the service says"


def test_what_is_decided_is_not_decided_again(boss: Client, hit: mturk.HIT, mturk_market: Marketplace) -> None:
    done = work(mturk_market, hit)
    done.approve()
    page = boss.post(CHANGELIST, choose("reject", see(done)), follow=True)
    assert b"no undecided submission is selected" in page.content


def test_who_may_only_look_decides_nothing(hit: mturk.HIT, mturk_market: Marketplace) -> None:
    row = see(work(mturk_market, hit))
    client = user("view_assignment")
    assert b"approve" not in client.get(CHANGELIST).content
    client.post(CHANGELIST, choose("approve", row, confirmed="yes", feedback=""))
    assert row.record.status == "Submitted"


def test_who_may_change_submissions_decides(hit: mturk.HIT, mturk_market: Marketplace) -> None:
    row = see(work(mturk_market, hit))
    user("change_assignment").post(CHANGELIST, choose("approve", row, confirmed="yes", feedback=""))
    assert row.record.status == "Approved"


def test_more_than_a_person_can_look_at_is_not_decided_at_once(
    boss: Client, hit: mturk.HIT, mturk_market: Marketplace
) -> None:
    row = see(work(mturk_market, hit))
    for number in range(MOST):
        Assignment.objects.create(
            pk=f"3{number}", hit=row.hit, worker_id="A1ADA", status="Submitted", asked_at=timezone.now()
        )
    rows = Assignment.objects.all()
    page = boss.post(CHANGELIST, choose("approve", *rows), follow=True).content.decode()
    assert f"{MOST + 1} undecided submissions are selected, of at most {MOST}" in page
    assert b"You are about to approve 200" in boss.post(CHANGELIST, choose("approve", *rows[:MOST])).content


def test_the_question_of_another_admin_site_leads_back_to_it(hit: mturk.HIT, mturk_market: Marketplace) -> None:
    see(work(mturk_market, hit))
    site = AdminSite("staff")
    request: Any = RequestFactory().post("/")
    request.user, request.session = User.objects.create_superuser("boss"), {}
    AssignmentAdmin(Assignment, site).approve(request, Assignment.objects.all())
    assert request.current_app == "staff"
