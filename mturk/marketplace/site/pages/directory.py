"""All pages of the site."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Blueprint

from mturk.marketplace.site.pages.account_page import account_pages
from mturk.marketplace.site.pages.asset_page import asset_pages
from mturk.marketplace.site.pages.consent_page import consent_pages
from mturk.marketplace.site.pages.dashboard_page import dashboard_pages
from mturk.marketplace.site.pages.entrance_page import entrance_pages
from mturk.marketplace.site.pages.external_submit import submit_pages
from mturk.marketplace.site.pages.group_page import group_pages
from mturk.marketplace.site.pages.language_page import language_pages
from mturk.marketplace.site.pages.mail_page import mail_pages
from mturk.marketplace.site.pages.message_page import message_pages
from mturk.marketplace.site.pages.qualification_page import qualification_pages
from mturk.marketplace.site.pages.report_page import report_pages
from mturk.marketplace.site.pages.task_page import task_pages
from mturk.marketplace.site.pages.work_page import work_pages


def all_pages() -> Iterator[Blueprint]:
    """Each subject's pages, made for one application."""
    for make in (
        account_pages,
        consent_pages,
        dashboard_pages,
        entrance_pages,
        group_pages,
        language_pages,
        mail_pages,
        message_pages,
        qualification_pages,
        report_pages,
        work_pages,
        asset_pages,
        submit_pages,
        task_pages,
    ):
        yield make()
