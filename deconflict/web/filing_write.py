"""How both sides write: the form, the review in words, filing, amending, cancelling. Nothing here looks at the other side."""

from __future__ import annotations

from dataclasses import replace

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from deconflict.domain import states
from deconflict.domain.disclosure import ItemView
from deconflict.domain.errors import LostRace, NotFound, Refused
from deconflict.domain.filing import Filing
from deconflict.domain.msgid import N_
from deconflict.domain.party import view_of_draft
from deconflict.schemas.filings import MOST_STOPS
from deconflict.schemas.forms import receive
from deconflict.services import filing as service
from deconflict.store import own
from deconflict.store.base import db
from deconflict.web import filing_form
from deconflict.web.audience import current_audience
from deconflict.web.clock import now
from deconflict.web.filing_form import Errors, Typed
from deconflict.web.filing_notes import notes
from deconflict.web.filing_pages import Page, Pages, Sheet, filing_of, mission, own_versions
from deconflict.web.filing_places import beside
from deconflict.web.filing_words import Words, changes, in_words
from deconflict.web.forms_ui import Form
from deconflict.web.intake import number
from deconflict.web.kept_forms import typed_before
from deconflict.web.language import label


def new(pages: Pages, what: str) -> Page:
    sheet = pages.sheets[what]
    if request.method == "GET":
        if before := typed_before():
            return _form(pages, what, filing_form.read(before))
        level = own.default_level(db.session(), current_audience().organisation_id)
        start = dict(sheet.start) | ({"level": level} if level else {})
        return _form(pages, what, filing_form.fresh(start, sheet.stops))
    return _written(pages, what, None)


def amend(pages: Pages, reference: str) -> Page:
    current = filing_of(pages, reference)
    view = own_versions(pages, reference)[-1]
    what = pages.sheet_of(view.kind)
    if "amend" not in states.possible("item", view.state, "owner"):
        if request.method == "GET":
            raise Refused(N_("It can no longer be amended. Make a new one."))
        return _as_new(pages, what)
    if request.method == "GET":
        if before := typed_before():
            return _form(pages, what, filing_form.read(before), view)
        return _form(pages, what, filing_form.amending(current, view.version, mission()), view)
    return _written(pages, what, view)


def cancel(pages: Pages, reference: str) -> Page:
    view = own_versions(pages, reference)[-1]
    form = Form({"reason": request.form.get("reason", "")})
    status = 200
    if request.method == "POST":
        try:
            service.cancel_item(reference, current_audience(), form.value("reason"), now())
        except NotFound:
            raise
        except Refused as error:
            if error.field is None:
                raise
            form, status = replace(form, errors={error.field: [_(error.sentence)]}), 422
        else:
            flash(_("It is cancelled. It stays readable here."))
            return redirect(url_for(f"{pages.name}.show", reference=reference), 303)
    return render_template(
        "own/cancel.html", pages=pages, view=view, form=form, words=in_words(view, mission())
    ), status


def resume(pages: Pages, what: str, typed: Typed, view: ItemView | None = None) -> Page:
    """The form with what stands in it already."""
    return _form(pages, what, typed, view)


def pressed(pages: Pages, what: str, view: ItemView | None) -> Page:
    """What a page with the form, or its review, sent."""
    return _written(pages, what, view)


def _written(pages: Pages, what: str, view: ItemView | None) -> Page:
    """What a button of the form or of the review asked for."""
    do = request.form.get("_do", "review")
    typed = filing_form.picked(filing_form.read(request.form), request.form, mission().gazetteer)
    if do == "add":
        full = {"": [_("Twelve stops at most: enter the rest as another one.")]} if typed.stops == MOST_STOPS else {}
        return _form(pages, what, filing_form.with_stop(typed), view, full)
    if do.startswith("remove-"):
        gone = number(do.removeprefix("remove-"))
        return _form(pages, what, filing_form.without_stop(typed, -1 if gone is None else gone), view)
    if do == "change":
        return _form(pages, what, typed, view)
    received = receive(pages.schema(mission(), now()), typed.values)
    errors = received.errors if received.filing is None else _not_here(pages, what, received.filing, view)
    if pages.hands is not None:
        errors = pages.hands.wrong(received.filing) | errors
    if errors or received.filing is None:
        return _wrong(pages, what, typed, view, errors)
    if do == "file" and (pages.hands is None or pages.hands.read_back()):
        return _file(pages, what, typed, received.filing, view)
    return _review(pages, what, typed, received.filing, view)


def _not_here(pages: Pages, what: str, filing: Filing, view: ItemView | None) -> dict[str, list[str]]:
    """What is a sound filing, but not on this page or not of this account."""
    if pages.sheet_of(filing.kind) != what:
        return {"kind": [_("Choose one of the list.")]}
    try:
        service.check_scope(filing, current_audience(), mission())
    except Refused as error:
        return {error.field or "": [_(error.sentence)]}
    if view is not None and not changes(in_words(view, mission()), _draft_words(filing)):
        return {"": [_("Nothing is different from what was filed. Change something, or go back.")]}
    return {}


def _file(pages: Pages, what: str, typed: Typed, filing: Filing, view: ItemView | None) -> Page:
    by = current_audience()
    try:
        if pages.hands is not None:
            done = pages.hands.send(filing, typed, view)
        elif view is None:
            done = service.file_item(filing, by, typed.key, mission(), now())
        else:
            done = service.amend_item(view.reference, filing, typed.base, by, mission(), now(), typed.reason)
    except NotFound:
        raise
    except LostRace:
        return _overtaken(pages, what, typed, view)
    except Refused as error:
        return _wrong(pages, what, typed, view, {error.field or "": [_(error.sentence)]})
    if view is None and filing_of(pages, done.reference) != filing:
        # The key was used: a page was sent twice, and changed in between. What is kept is the first.
        said = _(
            "This page was sent already, as %(reference)s, and what you changed since was not. Amend that one.",
            reference=done.reference,
        )
        return _wrong(pages, what, typed, view, {"": [said]})
    return redirect(url_for(f"{pages.name}.filed", reference=done.reference), 303)


def _as_new(pages: Pages, what: str) -> Page:
    """A colleague cancelled it, or it was over, while somebody was writing: what was typed stays, to be sent as a new one."""
    typed = replace(filing_form.read(request.form), base=0, reason="")
    said = _("It can no longer be amended. What you typed is below: if you go on, it becomes a new one.")
    return _form(pages, what, typed, errors={"": [said]}, action=pages.new_url(what)), 409


def _overtaken(pages: Pages, what: str, typed: Typed, view: ItemView | None) -> Page:
    """A colleague amended it meanwhile: what was typed stays, on top of the version that is current now."""
    if view is None:
        raise NotFound
    base = own_versions(pages, view.reference)[-1].version
    said = _(
        "A colleague amended it meanwhile: version %(version)s. Read it, then send yours on top of it if it still holds.",
        version=base,
    )
    return _wrong(pages, what, replace(typed, base=base), view, {"": [said]}, status=409)


def _review(pages: Pages, what: str, typed: Typed, filing: Filing, view: ItemView | None) -> Page:
    draft = _draft(filing)
    words = in_words(draft, mission())
    return render_template(
        "own/review.html",
        draft=draft,
        pages=pages,
        sheet=pages.sheets[what],
        typed=typed,
        words=words,
        view=view,
        changed=changes(in_words(view, mission()), words) if view else None,
        notes=notes(filing, mission(), now()),
    )


def _form(
    pages: Pages,
    what: str,
    typed: Typed,
    view: ItemView | None = None,
    errors: Errors | None = None,
    *,
    action: str = "",
) -> str:
    """`action` where it is sent to, by default where it was asked for."""
    sheet, errors = pages.sheets[what], errors or {}
    return render_template(
        sheet.template,
        action=action,
        pages=pages,
        sheet=sheet,
        what=what,
        typed=typed,
        view=view,
        form=Form(typed.values, errors, sheet.layout.numbers(typed.stops) if pages.hands else {}),
        labels=sheet.layout.labels(typed.stops),
        beside=beside(typed.values, typed.stops, errors, mission()),
        most=MOST_STOPS,
        kinds=_kinds(pages, sheet),
        options=pages.options,
    )


def _wrong(
    pages: Pages, what: str, typed: Typed, view: ItemView | None, errors: dict[str, list[str]], status: int = 422
) -> Page:
    found = filing_form.problems(typed, errors, pages.sheets[what].layout)
    return _form(pages, what, typed, view, found), status


def _kinds(pages: Pages, sheet: Sheet) -> dict[str, dict[str, str]]:
    """Labels by code: of the whole, and of what is done at a stop."""
    catalogue = mission().catalogue
    whole, site = catalogue.of(pages.side, **{sheet.flag: True}), catalogue.of(pages.side, on_site=True)
    return {
        name: {kind.code: label(kind.label) for kind in kinds} for name, kinds in (("whole", whole), ("site", site))
    }


def _draft_words(filing: Filing) -> Words:
    return in_words(_draft(filing), mission())


def _draft(filing: Filing) -> ItemView:
    view = view_of_draft(filing, current_audience(), now())
    if view is None:
        raise NotFound
    return view
