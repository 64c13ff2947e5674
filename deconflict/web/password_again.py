"""Who changes where somebody's messages go gives the password once more, unless it was given a short while ago: a session that was left
open, or stolen, turns nobody's alerts to another phone."""

from __future__ import annotations

import time
from datetime import timedelta

from flask import redirect, session, url_for
from werkzeug.wrappers import Response

from deconflict.web import kept_forms

WITHIN = timedelta(minutes=10)


def password_first(back: str) -> Response | None:
    """To the page that asks for it, from where the form is shown again as it was sent; None where it was given by now. `back`: the page
    of the form, where it cannot be kept."""
    # Flask-Security writes the second of the sign-in down by the machine's clock, and no grace of its own counts here.
    age = time.time() - session.get("fs_paa", 0)
    if 0 <= age < WITHIN.total_seconds():
        return None
    return redirect(url_for("security.verify", next=kept_forms.keep_for_later() or back), 303)
