"""A filing made again: from one that was filed or from one kept under a name, on another day or on several."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from flask import flash, redirect, render_template, request, url_for
from flask_babel import format_date, ngettext
from flask_babel import gettext as _

from deconflict.domain.errors import NotFound, Refused
from deconflict.domain.filing import Filing, MovementNotice
from deconflict.domain.party import view_of_draft
from deconflict.domain.repeats import EVERY, MOST, days_of, each_on
from deconflict.schemas.notices import DISCLAIMER_VERSION
from deconflict.services import repeating as service
from deconflict.services.filing import lead_time
from deconflict.store import patterns
from deconflict.store.base import db
from deconflict.web import filing_form
from deconflict.web.acts import submit
from deconflict.web.audience import current_audience
from deconflict.web.clock import now
from deconflict.web.filing_form import KEY
from deconflict.web.filing_notes import late_words
from deconflict.web.filing_pages import Page, Pages, filing_of, mission, own_versions
from deconflict.web.filing_words import DAY, Words, in_words
from deconflict.web.filing_write import form_page
from deconflict.web.forms_ui import Form

ISO = "%Y-%m-%d"


@dataclass(frozen=True, slots=True)
class Source:
    """What is made again: `name` as its owner knows it, `reference` of an item, empty for one kept under a name; `url` is the
    page's own address."""

    filing: Filing
    name: str
    url: str
    reference: str = ""
    pattern_id: int = 0


@dataclass(frozen=True, slots=True)
class DayRow:
    """One occurrence to tick: `value` as the page sends it back."""

    value: str
    words: str
    late: bool


def of_item(pages: Pages, reference: str) -> Page:
    view = own_versions(pages, reference)[-1]
    if view.reduced_at is not None:
        raise Refused(_("Its places and hours are not kept any more. Make a new one."))
    source = Source(
        filing_of(pages, reference),
        in_words(view, mission()).summary,
        url_for(f"{pages.name}.again", reference=reference),
        reference,
    )
    return _again(pages, source)


def of_pattern(pages: Pages, pattern_id: int) -> Page:
    return _again(pages, _pattern(pages, pattern_id))


def listed(pages: Pages) -> str:
    """What the organisation keeps under names."""
    rows = patterns.patterns_of(db.session(), current_audience())
    return render_template("own/patterns.html", pages=pages, rows=[(row.id, row.name) for row in rows])


def keep(pages: Pages, reference: str) -> Page:
    view = own_versions(pages, reference)[-1]

    def page(form: Form) -> str:
        return render_template("own/keep.html", pages=pages, view=view, words=in_words(view, mission()), form=form)

    def do() -> str:
        service.keep_pattern(reference, request.form.get("name", ""), current_audience(), mission(), now())
        return _("It is kept under this name, to be made again.")

    return page(Form()) if request.method == "GET" else submit(url_for(f"{pages.name}.patterns"), do, page)


def drop(pages: Pages, pattern_id: int) -> Page:
    service.drop_pattern(pattern_id, current_audience(), now())
    flash(_("It is deleted here. What was filed with it stays."))
    return redirect(url_for(f"{pages.name}.patterns"), 303)


def _pattern(pages: Pages, pattern_id: int) -> Source:
    row = patterns.pattern_of(db.session(), pattern_id, current_audience())
    if row is None:
        raise NotFound
    try:
        filing = row.filed
    except (ValueError, KeyError, TypeError):
        raise Refused(_("This cannot be read any more. Delete it and keep another.")) from None
    return Source(filing, row.name, url_for(f"{pages.name}.use_pattern", pattern_id=row.id), pattern_id=row.id)


def _again(pages: Pages, source: Source) -> Page:
    """First which days, then each of them to tick, then they are filed; a single one opens as the ordinary form instead."""
    do = request.form.get("_do", "")
    if request.method == "GET":
        return _days_page(pages, source, Form({"first": "", "every": "once", "last": ""}))
    if do == "file":
        return _file(pages, source)
    typed = {name: request.form.get(name, "").strip() for name in ("first", "every", "last")}
    try:
        days = _days(typed)
    except Wrong as error:
        return _days_page(pages, source, Form(typed, {error.field: [error.said]})), 422
    if len(days) == 1:
        return _open(pages, source, days[0])
    return _list_page(pages, source, days, Form({"days": [f"{day:{ISO}}" for day in days]}), typed)


class Wrong(Exception):
    """What was typed of the days: the field and what to mend."""

    def __init__(self, field: str, said: str) -> None:
        super().__init__(said)
        self.field, self.said = field, said


def _days(typed: dict[str, str]) -> list[date]:
    first = _day(typed["first"])
    if first is None:
        raise Wrong("first", _("Give the first day, for example 10/12/2019."))
    if typed["every"] not in EVERY:
        raise Wrong("every", _("Choose one of the list."))
    last = _day(typed["last"]) if typed["last"] else None
    if typed["every"] != "once" and (last is None or last < first):
        raise Wrong("last", _("Give the last day, on or after the first."))
    try:
        return days_of(first, typed["every"], last)
    except ValueError:
        raise Wrong("last", _("At most %(most)s at a time: give an earlier last day.", most=MOST)) from None


def _day(text: str) -> date | None:
    for shape in (ISO, "%d/%m/%Y"):
        try:
            return datetime.strptime(text, shape).date()  # noqa: DTZ007  # a day, not an instant
        except ValueError:
            continue
    return None


def _open(pages: Pages, source: Source, day: date) -> Page:
    """The ordinary form, filled in for that day: everything can still be changed before it is read over."""
    filing = _fresh(each_on(source.filing, [day], mission().zone)[0])
    typed = filing_form.amending(filing, 0, mission())
    typed.values.pop("disclaimer", None)
    if source.pattern_id:
        service.use_pattern(source.pattern_id, current_audience(), now())
    what = pages.sheet_of(filing.kind)
    return form_page(pages, what, typed, action=pages.new_url(what))


def _fresh(filing: Filing) -> Filing:
    """Who checked the positions and what could not wait were of the one before."""
    if isinstance(filing, MovementNotice):
        return replace(filing, confirmed_by=None, urgency="standard", urgency_reason="", disclaimer="")
    return filing


def _file(pages: Pages, source: Source) -> Page:
    by, ticked = current_audience(), [day for text in request.form.getlist("days") if (day := _day(text))]
    key = request.form.get("_key", "")
    wrong = {}
    if isinstance(source.filing, MovementNotice) and request.form.get("disclaimer") != DISCLAIMER_VERSION:
        wrong["disclaimer"] = [_("Read the clause and tick it.")]
    offered = [day for text in request.form.getlist("offered") if (day := _day(text))][:MOST]
    if not wrong:
        filing = _fresh(source.filing)
        if isinstance(filing, MovementNotice):
            filing = replace(filing, disclaimer=DISCLAIMER_VERSION)
        try:
            done = service.file_series(
                filing,
                ticked,
                by,
                key if KEY.fullmatch(key) else secrets.token_hex(16),
                mission(),
                now(),
                source=source.reference,
            )
        except NotFound:
            raise
        except Refused as error:
            wrong[error.field or ""] = [_(error.sentence)]
        else:
            said = ngettext("%(num)s is filed.", "%(num)s are filed, one for each day.", len(done))
            flash(said)
            flash(
                _("This system does not know of every armed presence. Without a message, conclude nothing."), "warning"
            )
            return redirect(url_for(f"{pages.name}.mine"), 303)
    values = {"days": [f"{day:{ISO}}" for day in ticked], "disclaimer": request.form.get("disclaimer", "")}
    return _list_page(pages, source, offered or ticked, Form(values, wrong), {}, key=key), 422


def _days_page(pages: Pages, source: Source, form: Form) -> str:
    words = _words(source.filing)
    return render_template("own/again.html", pages=pages, source=source, form=form, words=words, every=_every())


def _list_page(
    pages: Pages, source: Source, days: Sequence[date], form: Form, typed: dict[str, str], key: str = ""
) -> str:
    filings = each_on(source.filing, days, mission().zone)
    rows = [_row(day, filing) for day, filing in zip(days, filings, strict=True)]
    return render_template(
        "own/again_days.html",
        pages=pages,
        source=source,
        form=form,
        rows=rows,
        typed=typed,
        words=_words(filings[0]) if filings else _words(source.filing),
        late=late_words(lead_time(source.filing, mission())) if any(row.late for row in rows) else "",
        asks_clause=isinstance(source.filing, MovementNotice),
        disclaimer=DISCLAIMER_VERSION,
        key=key if KEY.fullmatch(key) else secrets.token_hex(16),
    )


def _row(day: date, filing: Filing) -> DayRow:
    starts = min(window.earliest for stop in filing.stops for window in stop.windows)
    return DayRow(f"{day:{ISO}}", format_date(day, DAY), starts - now() < lead_time(filing, mission()))


def _words(filing: Filing) -> Words:
    view = view_of_draft(filing, current_audience(), now())
    if view is None:
        raise NotFound
    return in_words(view, mission())


def _every() -> dict[str, str]:
    said = {"once": _("Once"), "day": _("Every day"), "week": _("Every week"), "fortnight": _("Every second week")}
    return {code: said[code] for code in EVERY}
