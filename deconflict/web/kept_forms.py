"""Nothing typed is lost when a session ends while somebody writes: what was sent too late is kept for that very account, and its page
shows it again after the sign-in. Whose form it is stands in its token, so that nobody else is given it, and nobody sends it in his name."""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Flask, current_app, flash, g, redirect, request, session, url_for
from flask_babel import gettext as _
from flask_security import current_user
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from deconflict.domain.errors import NotFound
from deconflict.services import kept_forms as service
from deconflict.store.base import lookup_hash
from deconflict.web.audience import EVERYONE, audience
from deconflict.web.clock import now
from deconflict.web.intake import NUL, number

bp = Blueprint("kept_forms", __name__)
MARK = "~"  # between a form's token and whose it is; extensions.Tokens takes it off
TO = "_to"

# Where a form stands that is sent to an address of its own; others stand where they are sent to.
STANDS_ON = {
    **dict.fromkeys(
        [f"contacts.{act}" for act in ("add_number", "add_mailbox", "put_first", "remove")], "contacts.page"
    ),
    **dict.fromkeys(["numbers.confirm", "numbers.read_back"], "numbers.index"),
    **dict.fromkeys(["own_people.contract", "own_people.retire"], "own_people.person"),
    **dict.fromkeys(
        [
            f"desk.{act}"
            for act in (
                *("ask", "send_now", "call", "accept_risk", "release", "agree", "dismiss", "relay", "closing", "note"),
            )
        ],
        "desk.case",
    ),
    **dict.fromkeys([f"desk.{act}_group" for act in ("take", "hand_back", "dismiss")], "desk.group"),
    "passing.note": "requests.show",
    **dict.fromkeys(["desk.give_back", "desk.check_in", "desk.note_item"], "desk.item"),
    "desk.note_site": "desk.site",
    "people.contract": "people.person",
    "desk.called": "desk.calls",
    "desk.write_after_note": "desk.after_note",
    "desk.decide_held": "desk.held",
    "desk.change_case_hold": "desk.case_hold",
    "desk.change_item_hold": "desk.item_hold",
    "requests.answer": "requests.show",
    "relay.write": "relay.page",
    "relay.write_check_in": "relay.check_in",
    "roster.assign": "roster.index",
    "absences.note": "absences.index",
    "telling.choose": "telling.index",
    **dict.fromkeys(["handing_over.write", "handing_over.draft"], "handing_over.index"),
    **dict.fromkeys(["sop_versions.begin", "sop_versions.endorse"], "sop_versions.index"),
    "sop_versions.propose": "sop_versions.show",
    "sop_figures.change": "sop_figures.page",
    "on_behalf.begin": "on_behalf.mine",
    "notices.give_back": "notices.draft",
    **dict.fromkeys(["consultations.reply", "consultations.summary"], "consultations.show"),
    "conditions.act": "conditions.show",
    **dict.fromkeys([f"asset_requests.{act}" for act in ("review", "decide", "act", "link")], "asset_requests.show"),
    "aid_reports.act": "aid_reports.show",  # a report itself is not kept: beside an account it would say who made it
    **dict.fromkeys(["hazards.set_aside", "hazards.renew"], "hazards.show"),
    **dict.fromkeys(["meetings.cancel", "meetings.follow"], "meetings.show"),
    "qips.step": "qips.show",
}
STANDS_HERE = frozenset(
    [f"{side}.{act}" for side in ("notices", "plans") for act in ("amend", "cancel", "postpone", "sharing")]
    + [
        "notices.new",
        "plans.write",
        "people.invite",
        "people.add_organisation",
        "own_people.invite",
        "on_behalf.new",
        "on_behalf.site",
    ]
    + [
        "sites.new",
        "sites.amend",
        "sites.sharing",
        "notices.again",
        "plans.again",
        "notices.keep",
        "convoys.join",
        "plans.close_out",
        "on_behalf.change",
        "on_behalf.cancel",
        *("areas.new", "areas.amend", "areas.cancel"),
        *("consultations.override", "sittings.new", "sittings.cancel", "sittings.decide", "sittings.minutes"),
        *("asset_requests.new", "asset_requests.correct"),
        *("access_incidents.new", "access_incidents.correct"),
        *("hazards.new", "hazards.correct"),
        *("meetings.new", "meetings.write"),
        *("qips.new", "qips.amend"),
    ]
)


class AnotherWrote(Exception):
    """The form that was sent is not of whoever is signed in."""


def page_of(endpoint: str | None, args: dict[str, Any] | None) -> str | None:
    """Path of the page whose form is sent to this endpoint; None where nothing is typed that could be shown again."""
    page = endpoint if endpoint in STANDS_HERE else STANDS_ON.get(endpoint or "")
    if page is None:
        return None
    rule = next(current_app.url_map.iter_rules(page))
    return url_for(page, **{name: value for name, value in (args or {}).items() if name in rule.arguments})


def typed_now() -> list[tuple[str, str]]:
    """What this request sent, without its token and without characters that nobody sees."""
    return [
        (name, text.replace(NUL, ""))
        for name, text in request.form.items(multi=True)
        if name not in ("csrf_token", "_do", TO) and NUL not in name
    ]


def writer() -> int | None:
    """The account whose form this is, as its token says; None where it says nothing, or is not ours."""
    account, _dot, seal = request.form.get("csrf_token", "").partition(MARK)[2].partition(".")
    id = number(account)
    return id if id is not None and hmac.compare_digest(seal.encode(), _seal(id).encode()) else None


def keep_for_writer() -> str | None:
    """Keeps what this request sent, for whoever wrote it. The address that shows it again; None where it cannot be kept."""
    id = writer()
    page = page_of(request.endpoint, request.view_args) if request.method == "POST" else None
    return _kept(id, page, typed_now()) if id is not None and page is not None else None


def keep_for_later() -> str | None:
    """As above, for whoever is signed in and is asked for something first."""
    page = page_of(request.endpoint, request.view_args) if request.method == "POST" else None
    return _kept(current_user.id, page, typed_now()) if page is not None else None


def _kept(account_id: int, page: str, typed: list[tuple[str, str]]) -> str | None:
    row = service.keep(account_id, page, typed, now())
    g.kept = row is not None
    return f"{page}?again={row}" if row is not None else None


@bp.post("/kept")
@audience(EVERYONE)
def again() -> Response:
    """From the page that says that something went wrong: it carries what was typed, and where it was to go."""
    routes = current_app.url_map.bind_to_environ(request.environ)
    try:
        endpoint, args = routes.match(request.form.get(TO, ""), method="POST")
    except HTTPException:
        raise NotFound from None
    page = page_of(str(endpoint), dict(args))
    kept = _kept(current_user.id, page, typed_now()) if page is not None else None
    if kept is None:
        raise NotFound
    return redirect(kept, 303)


def waiting() -> list[tuple[int, str]]:
    """For the front page: ids and addresses of what whoever is signed in may go on with."""
    return [(id, f"{page}?again={id}") for id, page in service.waiting(current_user.id, now())]


def typed_before() -> dict[str, str]:
    """What stood in this page's form when the session ended, the first of each name; empty on any other page."""
    found: dict[str, list[str]] = g.get("again", {})
    return {name: texts[0] for name, texts in found.items()}


def init_app(app: Flask) -> None:
    app.extensions["plain_token"] = app.jinja_env.globals["csrf_token"]
    app.jinja_env.globals["csrf_token"] = token
    app.context_processor(lambda: {"csrf_token": token})
    app.before_request(_is_the_writer_s)
    app.before_request(_show_again)
    app.after_request(_was_sent)


def token() -> str:
    """Of a form, with whose it is."""
    found = plain_token()
    return f"{found}{MARK}{current_user.id}.{_seal(current_user.id)}" if current_user.is_authenticated else found


def plain_token() -> str:
    """Without whose form it is: asks the database nothing."""
    return str(current_app.extensions["plain_token"]())


def _seal(account_id: int) -> str:
    return lookup_hash(f"writes:{account_id}")[:20]


def _is_the_writer_s() -> None:
    """Of a form that somebody else opened in this browser nothing is done in the name of whoever is signed in now. To choose a language
    and to sign out or in is anybody's."""
    if request.blueprint in ("language", "security"):
        return
    if request.method == "POST" and current_user.is_authenticated and writer() not in (None, current_user.id):
        raise AnotherWrote


def _show_again() -> None:
    """`?again=` on the page of a form: what had been typed there, for the account that typed it."""
    id = number(request.args.get("again"))
    if request.method != "GET" or id is None or not current_user.is_authenticated:
        return
    typed = service.typed_in(id, current_user.id, request.path, now())
    if typed is None:
        flash(_("What you had typed is kept no longer."), "error")
        return
    g.again = typed
    flash(_("Nothing was sent. Below stands what you had typed: look at it, and send it."), "error")


def _was_sent(response: Response) -> Response:
    if request.method != "POST" or response.status_code != 303 or g.get("kept"):
        return response
    if session and current_user.is_authenticated:
        page = page_of(request.endpoint, request.view_args)
        if page is not None:
            service.sent(current_user.id, page, now())
    return response


def fields() -> Iterator[tuple[str, str]]:
    """For the page of a mistake of ours: what was typed, and where it was to go."""
    yield from typed_now()
    yield TO, request.path
