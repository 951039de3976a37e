"""Waiting in a browser while one page gives way to the next."""

from __future__ import annotations

from selenium.common.exceptions import WebDriverException
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.support.wait import WebDriverWait


def page_turn(browser: WebDriver) -> WebDriverWait[WebDriver]:
    """Wait up to ten seconds, also where the page that is read is being replaced.

    The driver words that in several ways: as a stale element, as a detached shadow root, and now and then as an unknown
    error of its inspector ("Node with given id does not belong to the document").
    """
    return WebDriverWait(browser, 10, ignored_exceptions=[WebDriverException])
