"""Tests of the photo lab: `python manage.py test`."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.test import TestCase
from django.urls import reverse

from mturk.django.test import MarketplaceMixin
from photolab.management.commands.publish import hit_type, publish
from photolab.models import Label, Photo


class PhotoLabTest(MarketplaceMixin, TestCase):
    """A photo is published, labelled by a worker, and reviewed."""

    def setUp(self) -> None:
        """Publish a photo."""
        super().setUp()
        self.hit = publish(hit_type(), "https://my-lab.org/7.jpg")
        self.client.force_login(User.objects.create_superuser("boss"))

    def test_a_photo_is_published_once(self) -> None:
        """The second call finds the first one's HIT."""
        self.assertEqual(publish(hit_type(), "https://my-lab.org/7.jpg"), self.hit)
        self.assertEqual(Photo.objects.get(hit=self.hit).address, "https://my-lab.org/7.jpg")

    def test_the_page_posts_to_the_marketplace(self) -> None:
        """A worker who has accepted gets a form that leads back."""
        assignment_id = self.worker().accept(self.hit.id)
        page = self.client.get(reverse("task", args=[Photo.objects.get().pk]), self.query(assignment_id))
        self.assertContains(page, f'action="{self.market.url.rstrip("/")}/mturk/externalSubmit"')
        self.assertContains(page, f'value="{assignment_id}"')

    def test_a_label_is_kept_and_approved_with_a_bonus(self) -> None:
        """From the submission to the bonus."""
        assignment = self.submit(self.hit, {"label": "cat"})
        label = Label.objects.get()
        self.assertEqual((label.text, label.worker.id), ("cat", "A1WORKER"))
        self.assertContains(self.client.get(reverse("review")), "<b>cat</b>")
        for _ in range(2):
            self.client.post(reverse("decide", args=[label.pk]), {"decision": "bonus"})
        assignment.refresh()
        self.assertEqual(assignment.status, "Approved")
        self.assertEqual([str(bonus.amount) for bonus in assignment.bonuses()], ["0.05"])

    def test_a_bonus_for_which_there_was_no_money_is_paid_the_next_time(self) -> None:
        """The work is approved by then."""
        assignment = self.submit(self.hit, {"label": "cat"})
        assignment.approve()
        self.client.post(reverse("decide", args=[Label.objects.get().pk]), {"decision": "bonus"})
        self.assertEqual([str(bonus.amount) for bonus in assignment.bonuses()], ["0.05"])
        self.assertEqual(Label.objects.get().decision, "approved")

    def test_an_event_that_comes_twice_keeps_one_label(self) -> None:
        """Handlers are safe to repeat."""
        assignment = self.submit(self.hit, {"label": "cat"})
        self.send("AssignmentSubmitted", assignment)
        self.assertEqual(Label.objects.count(), 1)

    def test_a_label_is_rejected_with_a_reason(self) -> None:
        """The worker reads why."""
        assignment = self.submit(self.hit, {"label": "xx"})
        self.client.post(reverse("decide", args=[Label.objects.get().pk]), {"decision": "reject", "reason": "No label"})
        assignment.refresh()
        self.assertEqual((assignment.status, assignment.requester_feedback), ("Rejected", "No label"))

    def test_a_rejected_label_is_neither_approved_nor_paid(self) -> None:
        """As when an old tab is posted."""
        assignment = self.submit(self.hit, {"label": "xx"})
        for decision in ("reject", "approve", "bonus"):
            self.client.post(reverse("decide", args=[Label.objects.get().pk]), {"decision": decision})
        assignment.refresh()
        self.assertEqual((Label.objects.get().decision, assignment.status), ("rejected", "Rejected"))
        self.assertEqual(list(assignment.bonuses()), [])
