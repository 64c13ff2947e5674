"""The forms on paper, for a base without a line: filled in, read out over a telephone or a radio field by field, and entered by whoever
hears it. Signed in: on a phone that is searched a page that anybody can open would say what this system is. The file goes on by any way."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, current_app, make_response, render_template, request
from flask_babel import force_locale
from markupsafe import Markup
from werkzeug.wrappers import Response

from deconflict.domain import roles
from deconflict.domain.activity import Side
from deconflict.domain.audience import Audience
from deconflict.domain.errors import NotFound
from deconflict.domain.on_behalf import RELAYS
from deconflict.schemas.filings import FilingSchema
from deconflict.schemas.zones import ZoneSchema
from deconflict.web import notices, plans, site_sheet
from deconflict.web.audience import audience, current_audience
from deconflict.web.clock import now
from deconflict.web.filing_pages import Pages, mission
from deconflict.web.language import LOCALES, current_language
from deconflict.web.paper_words import Paper, paper_of

bp = Blueprint("paper", __name__)
STOPS = 4  # a longer way takes a second sheet
LINES = 12  # of corners or villages
FORMS = {sheet: (pages, sheet) for pages in (notices.PAGES, site_sheet.PAGES, plans.PAGES) for sheet in pages.sheets}


@bp.get("/paper/<what>")
@audience(*roles.FILERS_HUMANITARIAN, *roles.FILERS_MISSION, *RELAYS)
def form(what: str) -> str:
    """To be printed."""
    return _page(what, "")


@bp.get("/paper/<what>/file")
@audience(*roles.FILERS_HUMANITARIAN, *roles.FILERS_MISSION, *RELAYS)
def file(what: str) -> Response:
    """The same whole in one file, to be kept, passed on and printed without a line. Its name says nothing."""
    style = (Path(str(current_app.static_folder)) / "paper.css").read_text(encoding="utf-8")
    whole = Markup(f"<style>{style}</style>")  # noqa: S704 - a file of ours; a saved page has no other server to ask
    answer = make_response(_page(what, whole))
    answer.headers["Content-Disposition"] = f'attachment; filename="form-{_language()}.html"'
    return answer


def _page(what: str, style: str) -> str:
    pages, sheet = _form(what, current_audience())
    with force_locale(LOCALES[_language()]):
        found = blank(pages, sheet)
        return render_template(
            "paper/form.html",
            paper=found,
            title=pages.sheets[sheet].paper,
            what=what,
            style=style,
            lines=LINES,
            tag=_language(),
        )


def blank(pages: Pages, sheet: str) -> Paper:
    """In the language that is current."""
    return paper_of(pages.sheets[sheet], door(pages, sheet), mission(), STOPS, pages.options)


def door(pages: Pages, sheet: str) -> FilingSchema | ZoneSchema:
    """What reads this form."""
    found: FilingSchema | ZoneSchema = (pages.sheets[sheet].schema or pages.schema)(mission(), now())
    return found


def _form(what: str, who: Audience) -> tuple[Pages, str]:
    """One's own side's; OCHA has both, whoever sits at the radio those that are called in. Raises NotFound."""
    readers = {
        Side.HUMANITARIAN: roles.FILERS_HUMANITARIAN | RELAYS,
        Side.MISSION: roles.FILERS_MISSION | roles.OFFICERS,
    }
    if what not in FORMS or not who.may(*readers[FORMS[what][0].side]):
        raise NotFound
    return FORMS[what]


def _language() -> str:
    asked = request.args.get("language", "")
    return asked if asked in LOCALES else current_language()
