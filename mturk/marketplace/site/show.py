"""How values are written on pages: amounts, times, lengths of time."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from babel.dates import format_date, format_time, format_timedelta
from babel.numbers import format_currency, format_decimal, format_percent
from markupsafe import Markup

from mturk.marketplace.clock import SECOND, as_datetime
from mturk.marketplace.site.language import gettext as _
from mturk.marketplace.site.language import language, ngettext

_CENTS = 100
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


def money(cents: int) -> str:
    """An amount of US dollars, as the page's language writes it."""
    return str(format_currency(Decimal(cents) / _CENTS, "USD", locale=language()))


def moment(milliseconds: int) -> Markup:
    """A time, which the browser shows in its own zone; without a script it is in UTC."""
    time = as_datetime(milliseconds)
    exact = time.strftime("%Y-%m-%dT%H:%M:%SZ")
    plain = f"{day(time)}, {format_time(time, 'short', locale=language())} UTC"
    return Markup('<time datetime="{}">{}</time>').format(exact, plain)


def duration(milliseconds: int) -> str:
    """A length of time in its largest two units."""
    seconds = max(0, milliseconds) // SECOND
    units = (
        (_DAY, ngettext("%(num)s day", "%(num)s days", seconds // _DAY)),
        (_HOUR, ngettext("%(num)s hour", "%(num)s hours", seconds % _DAY // _HOUR)),
        (_MINUTE, ngettext("%(num)s minute", "%(num)s minutes", seconds % _HOUR // _MINUTE)),
        (1, ngettext("%(num)s second", "%(num)s seconds", seconds % _MINUTE)),
    )
    first = next((place for place, (size, _words) in enumerate(units) if seconds >= size), len(units) - 1)
    shown = [units[first][1]]
    if first + 1 < len(units) and seconds % units[first][0] >= units[first + 1][0]:
        shown.append(units[first + 1][1])
    return " ".join(shown)


def ago(milliseconds: int) -> str:
    """How long ago something was, in its largest unit."""
    seconds = milliseconds // SECOND
    if seconds < _MINUTE:
        return _("just now")
    return str(format_timedelta(-seconds, "second", threshold=1, add_direction=True, locale=language()))


def day(value: date) -> str:
    """A day, as the page's language writes it."""
    return str(format_date(value, "medium", locale=language()))


def number(value: int) -> str:
    """How many, as the page's language writes it."""
    return str(format_decimal(value, locale=language()))


def percent(value: int) -> str:
    """A share of a hundred, as the page's language writes it."""
    return str(format_percent(Decimal(value).scaleb(-2), locale=language()))


FILTERS = {
    "ago": ago,
    "day": day,
    "duration": duration,
    "moment": moment,
    "money": money,
    "number": number,
    "percent": percent,
}
