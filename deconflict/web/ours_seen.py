"""Who can see one's own item, who has seen it, and what of it was told to the other side: of OCHA's people what they are, never who."""

from __future__ import annotations

from flask import render_template, url_for
from flask_babel import lazy_gettext as _l

from deconflict.domain import roles
from deconflict.domain.activity import Side
from deconflict.domain.disclosure import ItemView, view_of_item
from deconflict.domain.errors import NotFound, Refused
from deconflict.domain.msgid import N_
from deconflict.domain.seen import view_of_seen
from deconflict.store import own
from deconflict.store import seen as store
from deconflict.store.base import db
from deconflict.web import notices, plans, site_sheet
from deconflict.web.audience import current_audience
from deconflict.web.clock import now
from deconflict.web.filing_pages import Pages, mission
from deconflict.web.filing_words import half_days_words, in_words, level_words, moment_words, vehicles_words
from deconflict.web.language import label

ACTS = {
    "read": _l("Read at the desk"),
    "return": _l("Given back to be mended"),
    "site_verify": _l("Position verified"),
    "site_return": _l("Given back to be mended"),
    "take_out": _l("Taken out at the desk, in a file with others"),
}
# What the other side was asked, as its owner reads it.
ASKED = {
    "avoid_place": _l("Not to be at this place during the half-days below."),
    "change_time": _l("To change its times, so that it is not at this place during the half-days below."),
    "change_place": _l("To do it at another place than this one during the half-days below."),
    "call_desk": _l("To call the desk about this place and these half-days."),
}


def who(reference: str) -> str:
    """Raises NotFound for what does not exist and for what is another's alike."""
    session, me, at = db.session(), current_audience(), now()
    try:
        versions = own.versions_by_reference(session, Side(me.side), reference, me, mission(), at)
    except (ValueError, KeyError, TypeError):
        raise Refused(N_("This item cannot be shown. Call the desk and give its reference.")) from None
    view = view_of_item(versions[-1], me) if versions else None
    if view is None:
        raise NotFound
    cases = list(store.cases_told(session, versions[-1], me, mission(), at))
    seen = view_of_seen(versions[-1], store.acts(session, versions[-1]), cases, me)
    if seen is None:
        raise NotFound
    pages = pages_of(view)
    return render_template(
        "ours/who.html",
        view=view,
        words=in_words(view, mission()),
        url=url_for(f"{pages.name}.show", reference=reference),
        seen=seen,
        who_can=pages.options["who_sees"][view.level],
        level=level_words(view),
        acts=ACTS,
        asked=ASKED,
        role=lambda code: label(roles.LABELS[code]),
        half_days_words=half_days_words,
        vehicles_words=vehicles_words,
        moment_words=moment_words,
    )


def pages_of(view: ItemView) -> Pages:
    """Where an item of one's own is read."""
    if view.site is not None:
        return site_sheet.PAGES
    return notices.PAGES if view.side is Side.HUMANITARIAN else plans.PAGES
