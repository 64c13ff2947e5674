"""Static sites: where a humanitarian organisation stands. Filed and amended like a movement; confirmed, suspended, closed here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask_babel import gettext as _

from deconflict.domain import roles, states
from deconflict.domain.activity import Side
from deconflict.domain.disclosure import ItemView, view_of_item
from deconflict.domain.sites import SiteTerms
from deconflict.services import sites as service
from deconflict.store import own
from deconflict.store.base import db
from deconflict.store.own_sites import own_sites
from deconflict.store.queries import last_entry
from deconflict.store.sites import entered_at
from deconflict.web import filing_drafts, filing_write, own_changes
from deconflict.web.acts import press, submit
from deconflict.web.audience import audience, current_audience
from deconflict.web.clock import now
from deconflict.web.filing_pages import Page, VersionRow, map_of, mission, own_versions
from deconflict.web.filing_words import RETURNS, Words, changes, in_words, moment_words
from deconflict.web.forms_ui import Form
from deconflict.web.intake import number, page_asked
from deconflict.web.on_behalf_words import entered
from deconflict.web.site_sheet import PAGES
from deconflict.web.site_words import SUSPENSIONS, last_verified

bp = Blueprint("sites", __name__)


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the list. `waits`: its owner's word is asked for."""

    view: ItemView
    words: Words
    verified: str
    waits: bool


@bp.get("/sites")
@audience(*roles.FILERS_HUMANITARIAN)
def mine() -> Page:
    page = page_asked()
    found = own_sites(db.session(), current_audience(), mission(), now(), page=page)
    return render_template(
        "sites/mine.html",
        pages=PAGES,
        live=sorted(_rows(found.ahead), key=lambda row: not row.waits),
        gone=_rows(found.past),
        unreadable=found.unreadable,
        page=page,
        more=found.more,
        drafts=filing_drafts.rows(PAGES),
    )


@bp.get("/sites/drafts/<key>")
@audience(*roles.FILERS_HUMANITARIAN)
def draft(key: str) -> Page:
    return filing_write.draft(PAGES, key)


@bp.post("/sites/drafts/<key>/delete")
@audience(*roles.FILERS_HUMANITARIAN)
def drop_draft(key: str) -> Page:
    return filing_drafts.drop(PAGES, key)


@bp.route("/sites/new", methods=["GET", "POST"])
@audience(*roles.FILERS_HUMANITARIAN)
def new() -> Page:
    return filing_write.new(PAGES, "site")


@bp.get("/sites/<reference>")
@audience(*roles.FILERS_HUMANITARIAN)
def show(reference: str) -> Page:
    return _page(reference)


@bp.get("/sites/<reference>/filed")
@audience(*roles.FILERS_HUMANITARIAN)
def filed(reference: str) -> Page:
    """The same page whatever stands beside it or is planned there (RUL-11): it reads the site and nothing else."""
    views = own_versions(PAGES, reference)
    pair = [in_words(view, mission()) for view in views[-2:]]
    return render_template(
        "sites/filed.html",
        pages=PAGES,
        view=views[-1],
        words=pair[-1],
        map=map_of(views[-1]),
        changed=changes(*pair) if len(pair) == 2 else None,
        days=mission().pack.sites.processing_days,
    )


@bp.route("/sites/<reference>/amend", methods=["GET", "POST"])
@audience(*roles.FILERS_HUMANITARIAN)
def amend(reference: str) -> Page:
    return filing_write.amend(PAGES, reference)


@bp.route("/sites/<reference>/sharing", methods=["GET", "POST"])
@audience(*roles.FILERS_HUMANITARIAN)
def sharing(reference: str) -> Page:
    return own_changes.lower(PAGES, reference)


@bp.post("/sites/<reference>/confirm")
@audience(*roles.FILERS_HUMANITARIAN)
def confirm(reference: str) -> Page:
    def do() -> str:
        service.confirm_site(reference, _version(), current_audience(), now())
        return _("Written down: nothing has changed. The desk verifies it again.")

    return press(_address(reference), do)


@bp.post("/sites/<reference>/second")
@audience(*roles.FILERS_HUMANITARIAN)
def second(reference: str) -> Page:
    def do() -> str:
        service.second_site(reference, _version(), current_audience(), now())
        return _("Written down: you have looked at the position too.")

    return press(_address(reference), do)


@bp.post("/sites/<reference>/suspend")
@audience(*roles.FILERS_HUMANITARIAN)
def suspend(reference: str) -> Page:
    def do() -> str:
        code = request.form.get("code", "")
        service.suspend_own_site(reference, _version(), code, current_audience(), now())
        if code == service.OCCUPIED:
            return _(
                "It is suspended, and OCHA is alerted. Nothing of it is told to the other side. If people are in danger, follow your "
                "organisation's procedure and call the desk."
            )
        return _(
            "It is suspended: nothing of it is told to the other side. It is still compared with the mission's plans."
        )

    return submit(_address(reference), do, lambda form: _page(reference, form))


@bp.post("/sites/<reference>/resume")
@audience(*roles.FILERS_HUMANITARIAN)
def resume(reference: str) -> Page:
    def do() -> str:
        service.resume_own_site(reference, _version(), current_audience(), now())
        return _("It is in use again. The desk verifies it.")

    return press(_address(reference), do)


@bp.post("/sites/<reference>/left")
@audience(*roles.FILERS_HUMANITARIAN)
def left(reference: str) -> Page:
    def do() -> str:
        service.left_own_site(reference, _version(), current_audience(), now())
        return _("Written down: the armed people have left.")

    return press(_address(reference), do)


@bp.post("/sites/<reference>/reopen")
@audience(*roles.FILERS_HUMANITARIAN)
def reopen(reference: str) -> Page:
    def do() -> str:
        service.reopen_site(reference, _version(), current_audience(), mission(), now())
        return _("It is taken up again, and compared with the mission's plans from now on. The desk verifies it.")

    return press(_address(reference), do)


@bp.post("/sites/<reference>/close")
@audience(*roles.FILERS_HUMANITARIAN)
def close(reference: str) -> Page:
    def do() -> str:
        service.close_site(reference, _version(), current_audience(), now())
        return _("It is closed, and no longer compared with the mission's plans. It stays readable here.")

    return press(_address(reference), do)


@bp.context_processor
def _on_the_page() -> dict[str, Any]:
    return {
        "last_verified": last_verified,
        "entered": lambda view: entered(view.reference, own=view.own, old=view.reduced_at is not None),
        "moment_words": moment_words,
    }


def _page(reference: str, form: Form | None = None) -> str:
    views = own_versions(PAGES, reference)
    view, written = views[-1], own.reasons(db.session(), Side.HUMANITARIAN, reference, mission(), now())
    said = [in_words(each, mission()) for each in views]
    rows = [
        VersionRow(
            each.version,
            moment_words(each.filed_at),
            written.get(each.version, ""),
            changes(said[n - 1], said[n]) if n else [],
        )
        for n, each in enumerate(views)
    ]
    return render_template(
        "sites/show.html",
        pages=PAGES,
        view=view,
        words=said[-1],
        map=map_of(view),
        versions=list(reversed(rows)),
        possible=_possible(view),
        returned=RETURNS.get(_code(view, states.SiteState.RETURNED, "return")),
        suspended=_suspended(view),
        occupied=moment_words(view.site.occupied_at) if view.site and view.site.occupied_at else "",
        suspensions=SUSPENSIONS,
        until=_until(view, mission().pack.sites),
        waits=_waits(view),
        may_second=_may_second(view),
        form=form or Form(),
    )


def _possible(view: ItemView) -> list[str]:
    """What its owner may do; an archived site whose position is gone comes back by a new filing alone."""
    found = states.possible("site", view.state, "owner")
    return [event for event in found if event != "reopen" or view.reduced_at is None]


def _may_second(view: ItemView) -> bool:
    """Whether the reader is the second pair of eyes that is still missing."""
    if view.site is None or view.site.seconded or view.state not in states.LIVE_SITES:
        return False
    return current_audience().person_id not in entered_at(db.session(), view.reference)


def _code(view: ItemView, state: str, verb: str) -> str:
    """Why it is in this state, empty where it is not."""
    entry = last_entry(db.session(), Side.HUMANITARIAN, view.reference, verb) if view.state == state else None
    return str(entry.detail.get("code", "")) if entry is not None else ""


def _suspended(view: ItemView) -> str:
    """Why, in words. That armed people are in it is said apart, for as long as it holds and in every state."""
    why = _code(view, states.SiteState.SUSPENDED, "suspend")
    return str(SUSPENSIONS.get(why, "")) if why != service.OCCUPIED else ""


def _until(view: ItemView, terms: SiteTerms) -> str:
    """Until when its verification holds, in words."""
    site = view.site
    if site is None or site.verified_at is None or view.state not in states.VERIFIED_SITES:
        return ""
    return moment_words(site.verified_at + terms.verify)


def _waits(view: ItemView) -> bool:
    """Whether its owner has not spoken since it fell due."""
    site, terms = view.site, mission().pack.sites
    if view.state == states.SiteState.RETURNED:
        return True
    if site is None or site.heard_at is None or view.state not in ("verify_due", "stale"):
        return False
    verified_at = site.verified_at or site.heard_at
    return site.heard_at < verified_at + terms.verify - terms.notice


def _rows(items: Any) -> list[Row]:
    views = [view for facts in items if (view := view_of_item(facts, current_audience())) is not None and view.own]
    return [Row(view, in_words(view, mission()), last_verified(view.site), _waits(view)) for view in views]


def _version() -> int:
    return number(request.form.get("version")) or 0


def _address(reference: str) -> str:
    return url_for("sites.show", reference=reference)
