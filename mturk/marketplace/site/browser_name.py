"""What people call a browser, out of what it calls itself."""

from __future__ import annotations

from mturk.marketplace.site.language import gettext as _

# In this order: each calls itself by the names of those after it too.
_BROWSERS = {
    "Edg": "Edge",
    "OPR": "Opera",
    "SamsungBrowser": "Samsung Internet",
    "Firefox": "Firefox",
    "FxiOS": "Firefox",
    "Chrome": "Chrome",
    "CriOS": "Chrome",
    "Safari": "Safari",
}
_SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "Mac OS X": "macOS",
    "CrOS": "ChromeOS",
    "Linux": "Linux",
}


def browser_name(agent: str) -> str:
    """A browser and its system, as far as they are known."""
    browser = next((name for word, name in _BROWSERS.items() if word in agent), None)
    system = next((name for word, name in _SYSTEMS.items() if word in agent), None)
    if browser and system:
        return _("%(browser)s on %(system)s", browser=browser, system=system)
    return browser or system or _("Unknown browser")
