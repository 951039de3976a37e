"""What a worker is told inside of the frame, by the script of task pages."""

from __future__ import annotations

from mturk.marketplace.site.language import gettext as _


def frame_texts() -> dict[str, str]:
    """The texts of `task.js`, in the language of the page."""
    return {
        "again": _("Send again"),
        "close": _("Close this message"),
        "large": _(
            "Your answers are too large to be sent. Make them shorter, or leave something out, and submit again."
        ),
        "locked": _("Accept the HIT to submit"),
        "preview": _("This is a preview. Accept the HIT to work on it; then you can submit."),
        "sending": _("Your answers are being sent …"),
        "submitted": _("Your answers have arrived. Thank you."),
        "unreachable": _(
            "Your answers could not be sent. Nothing of what you entered is lost: try it again in a moment."
        ),
        "written": _("What you entered, to be copied:"),
    }
