"""Which forms come as files, and for whom."""

from __future__ import annotations

from deconflict.domain.audience import Audience
from deconflict.domain.errors import NotFound
from deconflict.web import notices, plans, site_sheet
from deconflict.web.audience import current_audience
from deconflict.web.filing_pages import Pages, Sheet

# An area is drawn, and comes as a shape (upload_routes), never as a line of a list.
FORMS: dict[str, Pages] = {
    what: pages
    for pages in (notices.PAGES, site_sheet.PAGES, plans.PAGES)
    for what, sheet in pages.sheets.items()
    if sheet.flag != "zone"
}


def forms_for(who: Audience) -> dict[str, Sheet]:
    return {what: pages.sheets[what] for what, pages in FORMS.items() if pages.side == who.side}


def form_of(what: str) -> Pages:
    """Raises NotFound, for another side's as for none."""
    pages = FORMS.get(what)
    if pages is None or pages.side != current_audience().side:
        raise NotFound
    return pages
