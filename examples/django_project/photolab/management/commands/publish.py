"""`manage.py publish ADDRESS…`: have photos labelled."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from mturk import ExternalQuestion, HITType, MTurkError, Notification
from photolab.models import Photo


class Command(BaseCommand):
    """Publishes a HIT for each photo that has none."""

    help = "Publish a HIT for each of these photos; one that was published is left alone."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The photos, and where events go."""
        parser.add_argument("addresses", nargs="+", metavar="ADDRESS")
        parser.add_argument("--notify", metavar="TOPIC", help="the SNS topic that is told of submissions")

    def handle(self, *_words: Any, **options: Any) -> None:
        """Publish them."""
        try:
            photos = hit_type()
            if options["notify"]:
                photos.set_notification(Notification(options["notify"], "SNS", ["AssignmentSubmitted"]))
            for address in options["addresses"]:
                self.stdout.write(publish(photos, address).id)
        except MTurkError as error:
            raise CommandError(str(error)) from error


def hit_type() -> HITType:
    """The terms; the service gives the same terms the same type."""
    return HITType.create(
        title="Label a photo",
        description="Say what is in the picture",
        reward="0.05",
        assignment_duration=timedelta(minutes=10),
    )


def publish(photos: HITType, address: str) -> Any:
    """The HIT of a photo, made if there is none. The token makes one HIT of two calls for one photo."""
    photo, _ = Photo.objects.get_or_create(address=address)
    if photo.hit is None:
        page = ExternalQuestion(settings.SITE_URL + reverse("task", args=[photo.pk]), 600)
        photo.hit = photos.create_hit(page, timedelta(days=1), max_assignments=3, unique_request_token=photo.token.hex)
        photo.save()
    return photo.hit
