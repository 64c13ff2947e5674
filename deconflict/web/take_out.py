"""One's own items as a file, and the desk's: for a spreadsheet, a map or a calendar. Written down before it is given, and the file says of
itself who took it, when and for whom."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, current_app, request, url_for
from flask import Response as FlaskResponse
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from deconflict.domain import roles
from deconflict.domain.desk import view_of_desk_item
from deconflict.domain.disclosure import view_of_item
from deconflict.domain.errors import NotFound, Refused
from deconflict.domain.msgid import N_
from deconflict.domain.taken_out import BACK, MOST, OutItem, is_past, out_item, severest
from deconflict.files.calendars import calendar
from deconflict.files.csv_out import csv_lines
from deconflict.files.drawings import geojson, kml
from deconflict.files.sheets import workbook
from deconflict.services.taking_out import note_taken_out
from deconflict.store import taken_out as store
from deconflict.store.base import db
from deconflict.store.people import Person
from deconflict.web.audience import audience, current_audience
from deconflict.web.clock import now
from deconflict.web.filing_pages import Pages, mission
from deconflict.web.filing_words import moment_words
from deconflict.web.language import current_language
from deconflict.web.out_rows import rows, sheet_columns, table_columns
from deconflict.web.out_shapes import drawn, spans
from deconflict.web.paper import FORMS
from deconflict.web.password_again import password_first
from deconflict.web.upload_columns import columns_of

bp = Blueprint("take_out", __name__)
TOO_MANY = N_("This file would have more than %(most)s items. Take out only what is coming.")
STANDS = N_("A site is in no calendar: it stands there every day. Choose a table or a map.")
SENSITIVITY = {"high": _l("Sensitivity: high."), "severe": _l("Sensitivity: severe.")}
LEFT_OUT = _l("Numbers, number plates and overnight places are in no file, nor is what was cancelled or closed.")


@dataclass(frozen=True, slots=True)
class Whole:
    """All that a file is made of. `note` is what it says of itself."""

    pages: Pages
    what: str
    items: Sequence[OutItem]
    of_others: bool
    note: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of file. `ending` and `type` are those of its format."""

    name: Any
    ending: str
    type: str
    written: Callable[[Whole], bytes]


def _workbook(whole: Whole) -> bytes:
    cols = table_columns(columns_of(whole.pages, whole.what), of_others=whole.of_others)
    notes = [whole.note, str(LEFT_OUT)]
    title = str(whole.pages.sheets[whole.what].paper)
    lines = rows(cols, whole.items, whole.note)
    return workbook(title, sheet_columns(cols), lines, notes=notes, footer=whole.note)


def _csv(whole: Whole, *, semicolons: bool = False) -> bytes:
    cols = table_columns(columns_of(whole.pages, whole.what), of_others=whole.of_others)
    header, tags = [col.header for col in cols], [col.tag for col in cols]
    return b"".join(csv_lines(header, tags, rows(cols, whole.items, whole.note), semicolons=semicolons))


def _geojson(whole: Whole) -> bytes:
    return b"".join(geojson(drawn(whole.items, whole.note), {"note": whole.note}))


def _kml(whole: Whole) -> bytes:
    return b"".join(kml(drawn(whole.items, whole.note), _product(), whole.note))


def _calendar(whole: Whole) -> bytes:
    return calendar(spans(whole.items), _product(), whole.note, whole.at)


KINDS = {
    "xlsx": Kind("Excel", "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", _workbook),
    "csv": Kind("CSV", "csv", "text/csv; charset=utf-8", _csv),
    "csv-semicolons": Kind(
        _l("CSV with semicolons"), "csv", "text/csv; charset=utf-8", lambda whole: _csv(whole, semicolons=True)
    ),
    "geojson": Kind("GeoJSON", "geojson", "application/geo+json", _geojson),
    "kml": Kind("KML", "kml", "application/vnd.google-earth.kml+xml", _kml),
    "ics": Kind(_l("Calendar (ICS)"), "ics", "text/calendar; charset=utf-8", _calendar),
}


@bp.post("/take-out")
@audience(*roles.FILERS_HUMANITARIAN, *roles.FILERS_MISSION)
def own() -> Response:
    """What one's organisation has filed, one kind of form in one file."""
    pages, what, kind = _asked()
    if pages.side != current_audience().side:
        raise NotFound
    return _file(pages, what, kind, of_others=False)


@bp.post("/desk/take-out")
@audience(*roles.OFFICERS)
def desk() -> Response:
    """What everybody of one side has filed: no file holds both (RUL-14). It is the most that can be carried away at once, and a screen
    may have been left open: the password comes first."""
    pages, what, kind = _asked()
    return password_first(url_for("desk.items")) or _file(pages, what, kind, of_others=True)


def _asked() -> tuple[Pages, str, str]:
    what, kind = request.form.get("what", ""), request.form.get("form", "")
    if what not in FORMS or kind not in KINDS:
        raise NotFound
    pages = FORMS[what][0]
    if kind == "ics" and pages.sites:
        raise Refused(STANDS)
    return pages, what, kind


def _file(pages: Pages, what: str, kind: str, *, of_others: bool) -> Response:
    past, at = request.form.get("past") == "yes" and not pages.sites, now()
    ids, items = (_of_desk if of_others else _of_own)(pages, what, at - BACK if past else None, at)
    if len(ids) > MOST:
        raise Refused(TOO_MANY, facts={"most": MOST})
    found = list(items)
    references = [item.reference for item in found]
    code = note_taken_out(current_audience(), pages.side, what, kind, references, past=past, now=at)
    whole = Whole(pages, what, found, of_others, _note(found, code, at, of_others=of_others), at)
    form = KINDS[kind]
    answer = FlaskResponse(form.written(whole), content_type=form.type)
    answer.headers["Content-Disposition"] = f'attachment; filename="list-{current_language()}.{form.ending}"'
    return answer


Found = tuple[list[int], Iterator[OutItem]]


def _of_own(pages: Pages, what: str, since: datetime | None, at: datetime) -> Found:
    session, who = db.session(), current_audience()
    ids = store.own_ids(session, pages.side, _kinds(pages, what), who, at, since)

    def items() -> Iterator[OutItem]:
        for reference, facts in store.own_facts(session, ids, mission(), at):
            if facts is None:
                yield OutItem(reference, 0, None, None)
                continue
            view = view_of_item(facts, who)
            if view is None or not view.own:
                continue
            item = out_item(view, sensitive=facts.sensitive)
            if not is_past(item, since or at):
                yield item

    return ids, items()


def _of_desk(pages: Pages, what: str, since: datetime | None, at: datetime) -> Found:
    session, who = db.session(), current_audience()
    ids = store.desk_ids(session, pages.side, _kinds(pages, what), at, since)

    def items() -> Iterator[OutItem]:
        for facts in store.desk_facts(session, ids, mission()):
            seen = view_of_desk_item(facts, who)
            if seen is None:
                continue
            if seen.view is None:
                yield OutItem(seen.reference, seen.version, seen.owner, None)
            else:
                yield out_item(seen.view, of_others=True, sensitive=seen.sensitive)

    return ids, items()


def _kinds(pages: Pages, what: str) -> list[str]:
    """Codes of those that this form offers."""
    return [kind.code for kind in mission().catalogue.of(pages.side, **{pages.sheets[what].flag: True})]


def _note(items: Sequence[OutItem], code: str, at: datetime, *, of_others: bool) -> str:
    """Who took it, when, for whom; the code is that of its entry in the audit."""
    by = db.session.get_one(Person, current_audience().person_id)
    facts = {"name": by.name, "organisation": by.organisation.name, "when": moment_words(at), "code": code}
    if of_others:
        said = _(
            "Taken out by %(name)s, %(organisation)s, on %(when)s, for CMCoord officers and heads at OCHA alone. Not for onward "
            "sharing. Notification is not permission. File %(code)s.",
            **facts,
        )
    else:
        said = _(
            "Taken out by %(name)s, %(organisation)s, on %(when)s, for this organisation alone. Not for onward sharing. "
            "Notification is not permission. File %(code)s.",
            **facts,
        )
    return f"{said} {SENSITIVITY[severest(items, of_others=of_others)]}"


def _product() -> str:
    return str(current_app.config["PRODUCT_NAME"])


@bp.app_context_processor
def _on_lists() -> dict[str, Any]:
    """For templates/own/_take_out.html."""
    return {
        "file_kinds": KINDS,
        "file_sheets": lambda: {what: pages.sheets[what] for what, (pages, _what) in FORMS.items()},
    }
