"""French or English: the person's own, else the browser's, French first."""

from __future__ import annotations

from flask import Blueprint, Flask, current_app, has_request_context, redirect, request
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_security import current_user
from werkzeug.wrappers import Response

from deconflict.schemas.people import LANGUAGES
from deconflict.services import people
from deconflict.web.audience import PUBLIC, audience, current_audience_or_none
from deconflict.web.clock import now

# Territories set dates and a 24 h clock; the part before the underscore is the language.
LOCALES = {"fr": "fr_FR", "en": "en_GB"}
COOKIE = "language"
YEAR_S = 365 * 24 * 3600

bp = Blueprint("language", __name__)


def choose_locale() -> str:
    """Babel's question, answered once a request."""
    return LOCALES[_wanted()]


def _wanted() -> str:
    if not has_request_context():
        return "fr"
    if current_user and current_user.is_authenticated and current_user.person.language in LOCALES:
        return str(current_user.person.language)
    if request.cookies.get(COOKIE) in LOCALES:
        return str(request.cookies[COOKIE])
    return request.accept_languages.best_match(["fr", "en"]) or "fr"


def current_language() -> str:
    """fr or en."""
    locale = get_locale()
    return str(locale.language) if locale else "fr"


def named(name: object, what: object) -> str:
    """As `Mission: declined`: French sets a space before the colon."""
    return _("%(name)s: %(what)s", name=name, what=what)


def label(texts: dict[str, str]) -> str:
    """One of a `{"fr": ..., "en": ...}` that comes from data."""
    return texts.get(current_language()) or texts["fr"]


def local_path(text: str | None) -> str:
    """`text` if it is a path of ours, else the front page: a form field must not send anybody elsewhere."""
    ours = bool(text) and str(text).startswith("/") and not str(text).startswith("//") and "\\" not in str(text)
    return str(text) if ours and str(text).isprintable() else "/"


def here() -> str:
    """Where to come back to after a change of language: this page, unless it can only be posted to."""
    rule = request.url_rule
    return request.full_path.rstrip("?") if rule and "GET" in (rule.methods or ()) else "/"


@bp.post("/language")
@audience(PUBLIC)
def choose() -> Response:
    """Whoever is signed in also receives messages in it from then on."""
    wanted = request.form.get("language", "fr")
    response = redirect(local_path(request.form.get("next")), 303)
    if wanted in LOCALES:
        who = current_audience_or_none()
        if who:
            people.choose_language(who, wanted, now=now())
        response.set_cookie(
            COOKIE,
            wanted,
            max_age=YEAR_S,
            httponly=True,
            samesite="Lax",
            secure=current_app.config["SESSION_COOKIE_SECURE"],
        )
    return response


def init_app(app: Flask) -> None:
    app.jinja_env.globals.update(current_language=current_language, language_names=LANGUAGES, label=label, here=here)
