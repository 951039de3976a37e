"""The libraries that task pages load from public hosts: which address asks for which file of which package of npm.

One version stands for all that a page can tell no difference to: the last of its line. What is pinned here is free to
be handed on (MIT, ISC and BSD licences), and none of it is in this repository: see `npm.py`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlsplit


class Package(NamedTuple):
    """A package of npm: its tarball is known by its SHA-512, as npm writes it."""

    name: str
    version: str
    integrity: str

    @property
    def folder(self) -> str:
        """Where its files are, in the folder of all packages and in addresses."""
        return f"{self.name}@{self.version}"


class _Line(NamedTuple):
    """The versions of a library that one package stands for, and its files by the names that pages ask for."""

    versions: str
    package: str
    files: Mapping[str, str]


_PINNED = """
bootstrap 3.4.1
yN5oZVmRCwe5aKwzRj6736nSmKDX7pLYwsXiCj/EYmo16hODaBiT4En5btW/jhBF/seV+XMx3aYwukYC3A49DA==
bootstrap 4.6.2
51Bbp/Uxr9aTuy6ca/8FbFloBUJZLHwnhTcnjIeRn2suQWsWzcuJhGjKDB5eppVte/8oCdOL3VuwxvZDUggwGQ==
bootstrap 5.3.3
8HLCdWgyoMguSO9o+aH+iuZ+aht+mzW0u3HIMzVu7Srrpv7EBBxTnrFlSCskwdY1+EOFQSm7uMJhNQHkdPcmjg==
bootstrap-slider 10.6.1
lA6SwGr33YcKHtpt0lYjwspc4RCgM2bdrFdHU1U77Lal6gZGjVF/Ii9/Mff0b1dyZ4RvSAzaOlSsuY1d5wCtdA==
chroma-js 1.3.7
ARq0P94NObL8hdQbgc+E33X9OHiNzdHO7epe3nC/KgxNRxkQcFpzNqnGeFjvOY2GxfVhbia686NXD2jByb1o0g==
datatables.net 1.10.16
ydkKfwsraKsikmgGaatw7qqIigJlwLLgMNNzF46JN0+CSxMRKkLJgF5+vKe3MHBsB1Fp/+fgPOGWiUmJVAh8IQ==
datatables.net-dt 1.10.16
Z0is+NOPOdOHqqEL7p7yLGgc/S068o0c5uU4ILYUijCSxr7xQVn+NiOEgJsrySRnxidFDmERWAdyiD4O30SJIg==
distinct-colors 1.0.4
jpQWWfqTQ/ccmUhEEHglhQJWb4RbGx2YKGZLU/CVHFV5riS6VVeYo2dx3NOygUdPfr2003n1ic5WuwV4xeod/w==
jquery 1.12.4
UEVp7PPK9xXYSk8xqXCJrkXnKZtlgWkd2GsAQbMRFK6S/ePU2JN5G2Zum8hIVjzR3CpdfSqdqAzId/xd4TJHeg==
jquery 2.2.4
lBHj60ezci2u1v2FqnZIraShGgEXq35qCzMv4lITyHGppTnA13rwR0MgwyNJh9TnDs3aXUvd1xjAotfraMHX/Q==
jquery 3.4.1
36+AdBzCL+y6qjw5Tx7HgzeGCzC81MDDgaUP8ld2zhx58HdqXGoBd+tHdrBMiyjGQs0Hxs/MLZTu/eHNJJuWPw==
jquery 3.7.1
m4avr8yL8kmFN8psrbFFFmB/If14iN5o9nw/NgnnM+kybDJpRsAynV2BsfpTYrTRysYUdADVD7CkUUizgkpLfg==
jquery-ui-dist 1.12.1
UnQQWIvxaP7s13FLx37WufEwDYLSXKpp9JHrqEYTP6GqQNM+RMVEwsJMoc163QlzEaAV5YVfWlgQU5FPjKBtSw==
jquery.cookie 1.4.1
c/hZOOL+8VSw/FkTVH637gS1/6YzMSCROpTZ2qBYwJ7s7sHajU7uBkSSiE5+GXWwrfCCyO+jsYjUQ7Hs2rIxAA==
lightbox2 2.11.1
24vsIspqtcnkVlh6XgGK+vHm9tUc2/x4tNpAQdEAbafIrTk4fzVgozcIX7ExUG0TAlhsE7VMtWc+WD5Sb7PiXA==
popper.js 1.16.1
Wb4p1J4zyFTbM+u6WuO4XstYx4Ky9Cewe4DWrel7B0w6VVICvPwdOpotjzcf6eD8TsckVnIMNONQyPIUFOUbCQ==
svg.js 2.6.5
vBEAhnUl6fx9i2IP7QSNpOdpN4Z5d0dl+7sur7ENuKsDJbNMZPwxZFeslHAn79TmMWHJmtzhFhZUT0sNnSc0IA==
tachyons 4.10.0
50KOizE6V9QB7LdQqVLsLw17dnBzxonC2JWhmbu8xnQYUoyqV+Gcx678NwVM+O8A7jljobtC6QMl/hc8UZOzAA==
"""
PACKAGES = {
    f"{name}@{version}": Package(name, version, f"sha512-{digest}")
    for name, version, digest in zip(*[iter(_PINNED.split())] * 3, strict=True)
}


def _under(folder: str, *names: str) -> dict[str, str]:
    return {name: f"{folder}{name}" for name in names}


_JQUERY = _under("dist/", "jquery.js", "jquery.min.js")
_JQUERY_3 = {**_JQUERY, **_under("dist/", "jquery.slim.js", "jquery.slim.min.js")}
_BOOTSTRAP = {
    **_under("dist/css/", "bootstrap.css", "bootstrap.min.css"),
    **_under("dist/js/", "bootstrap.js", "bootstrap.min.js"),
}
_BUNDLE = {**_BOOTSTRAP, **_under("dist/js/", "bootstrap.bundle.js", "bootstrap.bundle.min.js")}
_THEMED = {**_BOOTSTRAP, **_under("dist/css/", "bootstrap-theme.css", "bootstrap-theme.min.css")}
_LINES = {
    "jquery": (
        _Line(r"1\.|latest$", "jquery@1.12.4", _JQUERY),
        _Line(r"2\.", "jquery@2.2.4", _JQUERY),
        # What 3.5 changed in how it reads HTML breaks pages that were written before.
        _Line(r"3\.[0-4]\b", "jquery@3.4.1", _JQUERY_3),
        _Line(r"3\.", "jquery@3.7.1", _JQUERY_3),
    ),
    "jqueryui": (
        _Line(
            r"1\.",
            "jquery-ui-dist@1.12.1",
            _under("", "jquery-ui.js", "jquery-ui.min.js", "jquery-ui.css", "jquery-ui.min.css"),
        ),
    ),
    "bootstrap": (
        _Line(r"3\.", "bootstrap@3.4.1", _THEMED),
        _Line(r"4\.", "bootstrap@4.6.2", _BUNDLE),
        _Line(r"5\.", "bootstrap@5.3.3", _BUNDLE),
    ),
    "popper.js": (_Line(r"1\.", "popper.js@1.16.1", _under("dist/umd/", "popper.js", "popper.min.js")),),
    "svg.js": (_Line(r"2\.", "svg.js@2.6.5", _under("dist/", "svg.js", "svg.min.js")),),
    "chroma-js": (_Line(r"1\.", "chroma-js@1.3.7", _under("", "chroma.js", "chroma.min.js")),),
    "distinct-colors": (
        _Line("", "distinct-colors@1.0.4", _under("dist/", "distinct-colors.js", "distinct-colors.min.js")),
    ),
    "tachyons": (_Line(r"4\.", "tachyons@4.10.0", _under("css/", "tachyons.css", "tachyons.min.css")),),
    "lightbox2": (
        _Line(
            r"2\.",
            "lightbox2@2.11.1",
            {
                **_under("dist/css/", "lightbox.css", "lightbox.min.css"),
                **_under("dist/js/", "lightbox.js", "lightbox.min.js", "lightbox-plus-jquery.js"),
                **_under("dist/js/", "lightbox-plus-jquery.min.js"),
            },
        ),
    ),
    "bootstrap-slider": (
        _Line(
            r"(9|10)\.",
            "bootstrap-slider@10.6.1",
            {
                **_under("dist/", "bootstrap-slider.js", "bootstrap-slider.min.js"),
                **_under("dist/css/", "bootstrap-slider.css", "bootstrap-slider.min.css"),
            },
        ),
    ),
    # Of these npm has no small file; pages that ask for it get the whole one.
    "jquery.cookie": (
        _Line(
            r"1\.",
            "jquery.cookie@1.4.1",
            {"jquery.cookie.js": "jquery.cookie.js", "jquery.cookie.min.js": "jquery.cookie.js"},
        ),
    ),
    "datatables": (
        _Line(
            r"1\.10\b",
            "datatables.net@1.10.16",
            dict.fromkeys(("jquery.dataTables.js", "jquery.dataTables.min.js"), "js/jquery.dataTables.js"),
        ),
        _Line(
            r"1\.10\b",
            "datatables.net-dt@1.10.16",
            dict.fromkeys(("jquery.dataTables.css", "jquery.dataTables.min.css"), "css/jquery.dataTables.css"),
        ),
    ),
}
_OTHER_NAMES = {
    "jquery-ui": "jqueryui",
    "jquery-ui-dist": "jqueryui",
    "twitter-bootstrap": "bootstrap",
    "jquery-cookie": "jquery.cookie",
    "datatables.net": "datatables",
    "datatables.net-dt": "datatables",
}
_VERSION = r"(?P<version>\d[\w.-]*|latest)"
_NUMBERS = r"(?P<version>\d+(?:\.\d+)*|latest)?"
# Each host has its own way to write library, version and file.
_ADDRESSES = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"code\.jquery\.com/(?P<library>jquery)-{_NUMBERS}(?P<rest>(?:\.slim)?(?:\.min)?\.js)",
        rf"ajax\.aspnetcdn\.com/ajax/(?P<library>jquery)/jquery-{_VERSION}?(?P<rest>(?:\.slim)?(?:\.min)?\.js)",
        rf"code\.jquery\.com/ui/{_VERSION}/(?:themes/[^/]+/)?(?P<file>(?P<library>jquery-ui)[^/]*)",
        rf"ajax\.googleapis\.com/ajax/libs/(?P<library>[^/]+)/{_VERSION}/(?:themes/[^/]+/)?(?P<file>[^/]+)",
        rf"cdnjs\.cloudflare\.com/ajax/libs/(?P<library>[^/]+)/{_VERSION}/(?:[^/]+/)*(?P<file>[^/]+)",
        rf"\w+\.bootstrapcdn\.com/(?:twitter-)?(?P<library>bootstrap)/{_VERSION}/(?:css|js)/(?P<file>[^/]+)",
        rf"(?:cdn\.jsdelivr\.net/npm|unpkg\.com)/(?P<library>[^/@]+)@{_VERSION}/(?:[^/]+/)*(?P<file>[^/]+)",
        rf"cdn\.datatables\.net/{_VERSION}/(?:css|js)/(?P<file>jquery\.(?P<library>datatables)[^/]*)",
        r"cdn\.rawgit\.com/internalfx/(?P<library>distinct-colors)/(?P<version>\w+)/dist/(?P<file>[^/]+)",
    )
]
_LONGEST = 300  # of an address that is looked at


def file_for(address: str) -> str | None:
    """The file that is meant by a public address, as `jquery@3.7.1/dist/jquery.min.js`; None for all others."""
    place = place_of(address)
    found = place and next(filter(None, (pattern.fullmatch(place) for pattern in _ADDRESSES)), None)
    if not found or "/esm/" in found[0]:
        return None
    parts = found.groupdict()
    library = parts["library"].lower()
    name = parts.get("file") or f"{library}{parts['rest']}"
    for line in _LINES.get(_OTHER_NAMES.get(library, library), ()):
        if name in line.files and re.match(line.versions, parts["version"] or "latest"):
            return f"{line.package}/{line.files[name]}"
    return None


def place_of(address: str) -> str | None:
    """Host and path of an address on the web, however it is spelled; None for all others."""
    if len(address) > _LONGEST:
        return None
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in ("", "http", "https") or not parts.hostname or port not in (None, 80, 443):
        return None
    return f"{parts.hostname}{parts.path}"
