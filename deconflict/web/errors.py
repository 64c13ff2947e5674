"""Refusals and mistakes -> one page each, in the reader's language."""

from __future__ import annotations

from typing import Any

from flask import Flask, current_app, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from deconflict.domain.errors import LostRace, NotFound, Refused, WrongState
from deconflict.log import log
from deconflict.store.base import Unreadable
from deconflict.web import kept_forms
from deconflict.web.audience import SignedOut, current_audience_or_none
from deconflict.web.forms_ui import said
from deconflict.web.intake import NUL, InvisibleCharacter
from deconflict.web.kept_forms import AnotherWrote

Answer = tuple[str, int] | Response


def _page(status: int, title: str, text: str, typed: list[str] | None = None) -> tuple[str, int]:
    """Nothing on it depends on the address: a page that exists for others must look like one that does not."""
    page = render_template(
        "errors/error.html", title=title, text=text, status=status, typed=typed or [], here=lambda: "/"
    )
    return page, status


def not_found(_error: Exception) -> Answer:
    """The same for what does not exist and for what is not yours."""
    return _page(404, _("There is no such page."), _("Check the reference, or start again from the front page."))


def unreadable(error: Unreadable) -> Answer:
    """Where no page of its own says so. To a party it looks like what is missing: it may be another's."""
    log.error("a field could not be read", exc_info=error)
    who = current_audience_or_none()
    if who is None or who.side != "ocha":
        return not_found(error)
    return _page(
        409, _("This could not be read."), _("What is kept here is damaged, or was sealed with a key that is gone.")
    )


def moved(error: Refused) -> Answer:
    return _page(409, _("Nothing was changed."), said(error), typed=_words_typed())


def refused(error: Refused) -> Answer:
    return _page(422, _("This cannot be done."), said(error), typed=_words_typed())


def _words_typed() -> list[str]:
    """There is no form left to show them in: to be copied from the page."""
    if request.method != "POST" or kept_forms.page_of(request.endpoint, request.view_args) is None:
        return []
    return [text for name, text in kept_forms.typed_now() if " " in text.strip() and not name.startswith("_")]


# Long forms, which are read over in words before they count. Not the cancelling, which counts at once.
KEPT = frozenset(
    {
        *("notices.new", "notices.amend", "plans.write", "plans.amend", "sites.new", "sites.amend"),
        *("on_behalf.new", "on_behalf.change"),
    }
)


def stale_form(error: CSRFError) -> Answer:
    """Almost always a session that ended while somebody was writing."""
    if (later := _later()) is not None:
        return later
    if _is_kept():
        return _again(400)
    if current_audience_or_none() is None:
        return redirect(url_for("security.login"), 303)
    return _page(400, _("This form is too old."), _("Go back, load the page again, and send it once more."))


def signed_out(_error: SignedOut) -> Answer:
    """To the sign-in and back. A session that was ended elsewhere leaves the token of a form as good as it was, and what was
    typed into it is kept as for one that is too old."""
    if (later := _later()) is not None:
        return later
    if _is_kept():
        return _again(400)
    back = request.full_path.rstrip("?") if request.method == "GET" and request.path != "/" else None
    return redirect(url_for("security.login", next=back), 303)


def another_wrote(_error: AnotherWrote) -> Answer:
    """Somebody else signed in in this browser meanwhile. What the first typed is kept for him, and neither shown nor done."""
    kept_forms.keep_for_writer()
    return _page(
        400,
        _("Somebody else had opened this form."),
        _(
            "Nothing was done. Whoever wrote it signs in and finds on the front page what was typed. Open the form again yourself."
        ),
    )


def _later() -> Answer | None:
    """What was typed is kept for whoever wrote it, and shown again after the sign-in, or at once where he is signed in; None where it
    is no such form, or does not say whose it is."""
    page = kept_forms.keep_for_writer()
    if page is None:
        return None
    who = current_audience_or_none()
    return redirect(page if who is not None else url_for("security.login", next=page), 303)


def invisible(error: InvisibleCharacter) -> Answer:
    """A character that nobody sees is taken out of a long form, which is then read over in words; of any other it is taken out, and the
    page shows the rest again."""
    if not _is_kept() and (later := _later()) is not None:
        return later
    return _again(422, _("An invisible character was taken out of it.")) if _is_kept() else refused(error)


def _is_kept() -> bool:
    return request.endpoint in KEPT and request.method == "POST"


def _again(status: int, note: str = "") -> tuple[str, int]:
    """What was typed into a long form stays in the page that says what happened, and in no other place, to be sent again."""
    typed = [
        (name, text.replace(NUL, ""))
        for name, text in request.form.items(multi=True)
        if name not in ("csrf_token", "_do") and NUL not in name
    ]
    typed.append(("_do", "review"))  # whoever sent it from elsewhere gets nobody to file it unread
    signed_in = current_audience_or_none() is not None
    page = render_template("errors/again.html", typed=typed, signed_in=signed_in, note=note, here=lambda: "/")
    return page, status


def other(error: HTTPException) -> Answer:
    status = error.code or 500
    if status < 400:
        return error.get_response()
    texts = {
        405: _(
            "This address does not take what was sent. Open the page anew from the front page, and send it from there."
        ),
        413: _("The file is too large: 2 MB at most."),
        429: _("Too many attempts. Wait a few minutes, then try again."),
    }
    mend = _("What was sent could not be read. Go back, load the page again, and send it once more.")
    return _page(status, _("This cannot be done."), texts.get(status, mend))


def failed(error: Exception) -> Answer:
    """Plain, in both languages, without the database: that may be what failed."""
    cause = getattr(error, "original_exception", None) or error
    log.error("failed", exc_info=cause)
    return current_app.jinja_env.get_template("errors/500.html").render(**_what_was_typed()), 500


def _what_was_typed() -> dict[str, Any]:
    """Carried by the page itself, for whoever will be signed in when it is sent."""
    try:
        if request.method == "POST" and kept_forms.page_of(request.endpoint, request.view_args) is not None:
            return {"typed": list(kept_forms.fields()), "token": kept_forms.plain_token()}
    except Exception as error:  # a second mistake must not hide the first
        log.error("what was typed could not be put into the page", exc_info=error)
    return {}


def init_app(app: Flask) -> None:
    for kind, handler in (
        (NotFound, not_found),
        (404, not_found),
        (Unreadable, unreadable),
        (LostRace, moved),
        (WrongState, moved),
        (InvisibleCharacter, invisible),
        (Refused, refused),
        (SignedOut, signed_out),
        (AnotherWrote, another_wrote),
        (CSRFError, stale_form),
        (500, failed),
        (HTTPException, other),
    ):
        app.register_error_handler(kind, handler)
