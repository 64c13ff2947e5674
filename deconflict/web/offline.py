"""Without a network: what a telephone keeps to show by itself, and what was written on it when it comes back (RUL-20). A telephone is
searched: until a passphrase opens it, nothing that it keeps says what it is for, nor whose it is."""

from __future__ import annotations

import hashlib
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, render_template, request, url_for
from flask_babel import force_locale
from flask_security import current_user

from deconflict.domain import roles
from deconflict.schemas.filings import MOST_STOPS
from deconflict.schemas.forms import STOP_FIELD
from deconflict.web import filing_form
from deconflict.web.audience import PUBLIC, audience, current_audience_or_none
from deconflict.web.clock import now
from deconflict.web.filing_pages import mission
from deconflict.web.filing_places import Beside
from deconflict.web.filing_write import kinds_of, read_filing
from deconflict.web.forms_ui import Form
from deconflict.web.headers import asset
from deconflict.web.kept_forms import MARK, token
from deconflict.web.language import LOCALES
from deconflict.web.notices import PAGES
from deconflict.web.offline_taken import taken

bp = Blueprint("offline", __name__, url_prefix="/offline")
WHAT = "movement"
DAY_S = 24 * 3600
TAG = "/<any(fr, en):tag>"
LOOKS = ("style.css", "icon.svg", "after.js", "vault.js", "offline.js")


@bp.get(TAG)
@audience(PUBLIC)
def page(tag: str) -> str:
    return _shown(tag, "offline/page.html")


@bp.get(TAG + "/lost")
@audience(PUBLIC)
def lost(tag: str) -> str:
    return _shown(tag, "offline/lost.html")


@bp.get(TAG + "/sw.js")
@audience(PUBLIC)
def worker(tag: str) -> Response:
    """The service worker: of another name whenever a page or a file that it keeps is another."""
    shell = [url_for("offline.page", tag=tag), url_for("offline.lost", tag=tag), *(asset(name) for name in LOOKS)]
    seen = "".join([*shell, page(tag), lost(tag)])
    script = render_template(
        "offline/sw.js",
        shell=shell,
        page=shell[0],
        lost=shell[1],
        vault=asset("vault.js"),
        leaving=url_for("security.logout"),
        name=f"shell-{hashlib.sha256(seen.encode()).hexdigest()[:16]}",
    )
    answer = Response(script, mimetype="text/javascript")
    answer.headers["Service-Worker-Allowed"] = "/"
    return answer


@bp.get(TAG + "/app.webmanifest")
@audience(PUBLIC)
def manifest(tag: str) -> Response:
    """What a telephone installs: a name and an icon that say nothing."""
    product = current_app.config["PRODUCT_NAME"]
    icons = [
        {"src": asset(f"icon-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png", "purpose": "any maskable"}
        for size in (192, 512)
    ]
    start = url_for("offline.page", tag=tag)
    facts: dict[str, Any] = {
        **{"name": product, "short_name": product, "lang": tag, "id": "/", "scope": "/", "start_url": start},
        **{"display": "standalone", "theme_color": "#144372", "background_color": "#ffffff", "icons": icons},
    }
    answer = jsonify(facts)
    answer.mimetype = "application/manifest+json"
    return _lasting(answer)


@bp.get(TAG + "/sheet")
@audience(*roles.FILERS_HUMANITARIAN)
def sheet(tag: str) -> Response:
    """The form as it is written on without a network, to be sealed on the telephone: for how long what stands on it is kept, whose it
    is, for which script it was made, and the time (`at`, in ms since 1970). Sensitive activities are not on it (RUL-20)."""
    with force_locale(LOCALES[tag]):
        html = render_template("offline/sheet.html", **_asked(tag))
    html = "\n".join(
        line.strip() for line in html.splitlines() if line.strip()
    )  # a third less, for the line and the telephone
    kept_s = mission().pack.offline_kept.total_seconds()
    return jsonify(
        html=html, kept_s=kept_s, whose=_whose(), at=round(now().timestamp() * 1000), format=asset("offline.js")
    )


@bp.get("/session")
@audience(*roles.FILERS_HUMANITARIAN)
def session() -> Response:
    """Whether somebody is signed in who files, and what a form needs from him."""
    return jsonify(token=token(), whose=_whose())


@bp.post(TAG + "/send")
@audience(*roles.FILERS_HUMANITARIAN)
def send(tag: str) -> Response:
    """One of those that were written without a network. What comes twice is answered as the first time, in the page's language."""
    with force_locale(LOCALES[tag]):
        return jsonify(taken(PAGES, WHAT, filing_form.read(request.form)))


def _asked(tag: str) -> dict[str, Any]:
    """As the page of a new notice, of as many stops as there may be."""
    what = PAGES.sheets[WHAT]
    typed = filing_form.fresh(what.start, what.stops)
    catalogue = mission().catalogue
    kinds = {
        name: {code: words for code, words in found.items() if not catalogue[code].sensitive}
        for name, found in kinds_of(PAGES, what).items()
    }
    return {
        "layout": "offline/inside.html",
        "offline": True,
        "labels": {},
        "tag": tag,
        "pages": PAGES,
        "sheet": what,
        "typed": typed,
        "form": Form(typed.values, {}),
        "beside": [Beside()] * MOST_STOPS,
        "most": MOST_STOPS,
        "kinds": kinds,
        "options": {**PAGES.options, **PAGES.asked()},
        "needed": _needed(),
        "hours": round(mission().pack.offline_kept.total_seconds() / 3600),
    }


def _needed() -> dict[str, dict[str, str]]:
    """What an empty form lacks, in words: of the whole by field name, of the first and the last stop by the name within it."""
    what = PAGES.sheets[WHAT]
    empty = filing_form.fresh({}, 2)
    _filing, errors = read_filing(PAGES, WHAT, empty, None)
    found: dict[str, dict[str, str]] = {"whole": {}, "first": {}, "last": {}}
    for name, texts in filing_form.problems(empty, errors, what.layout).items():
        at = STOP_FIELD.fullmatch(name)
        part = ("first" if at[1] == "0" else "last") if at else "whole"
        found[part][at[2] if at else name] = texts[0]
    return found


def _shown(tag: str, template: str) -> str:
    """As a stranger sees it, whoever asks: it is kept on the telephone."""
    with force_locale(LOCALES[tag]):
        return render_template(template, tag=tag)


def _whose() -> str:
    return token().partition(MARK)[2]


def _lasting(answer: Response) -> Response:
    answer.headers["Cache-Control"] = f"max-age={DAY_S}"
    return answer


@bp.after_app_request
def _wiped(answer: Response) -> Response:
    """Whoever signs out takes everything with him. Only whoever was signed in: a form on a page of somebody else's, which comes
    without the cookie, would wipe what is not sent yet."""
    signed_out = request.endpoint == "security.logout" and not current_user.is_authenticated
    if signed_out and current_audience_or_none() is not None:
        answer.headers["Clear-Site-Data"] = '"storage"'
    return answer
