"""How both sides write: the form, the review in words, filing, amending, cancelling. Nothing here looks at the other side."""

from __future__ import annotations

from dataclasses import replace

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from deconflict.domain import states
from deconflict.domain.activity import Side
from deconflict.domain.disclosure import ItemView
from deconflict.domain.drafts import Draft
from deconflict.domain.errors import LostRace, NotFound, Refused
from deconflict.domain.filing import Filing
from deconflict.domain.free_text import check_words
from deconflict.domain.msgid import N_
from deconflict.domain.party import view_of_draft
from deconflict.schemas.filings import MOST_STOPS
from deconflict.schemas.forms import receive
from deconflict.services import drafts, repeating
from deconflict.services import filing as service
from deconflict.services.convoys import leaves_convoy
from deconflict.services.hazards_near import on_way
from deconflict.store import own
from deconflict.store.base import db
from deconflict.web import draw_area, filing_drafts, filing_form, large_map, map_pick, own_asked
from deconflict.web.audience import current_audience
from deconflict.web.clock import now
from deconflict.web.filing_form import Errors, Typed
from deconflict.web.filing_notes import notes
from deconflict.web.filing_pages import Page, Pages, Sheet, filing_of, map_of, mission, own_versions
from deconflict.web.filing_places import beside
from deconflict.web.filing_words import Words, changes, half_days_words, in_words
from deconflict.web.forms_ui import Form, errors_of
from deconflict.web.hazard_words import lines_of
from deconflict.web.intake import number
from deconflict.web.kept_forms import typed_before
from deconflict.web.language import label
from deconflict.web.map_words import sign_of
from deconflict.web.own_requests import ASKS
from deconflict.web.window_words import instants_understood


def new(pages: Pages, what: str) -> Page:
    sheet = pages.sheets[what]
    if request.method == "GET":
        if before := typed_before():
            return _form(pages, what, filing_form.read(before))
        level = own.default_level(db.session(), current_audience().organisation_id)
        start = dict(sheet.start) | ({"level": level} if level else {})
        last = (
            None
            if pages.sites or pages.hands or pages.of_ocha
            else own.last_reference(db.session(), pages.side, current_audience(), mission(), now())
        )
        return _form(pages, what, filing_form.fresh(start, sheet.stops), last=last)
    return _written(pages, what, None)


def amend(pages: Pages, reference: str) -> Page:
    current = filing_of(pages, reference)
    view = own_versions(pages, reference)[-1]
    what = pages.sheet_of(view.kind)
    if "amend" not in states.possible(states.table_of(view.state), view.state, "owner"):
        if request.method == "GET":
            raise Refused(N_("It can no longer be amended. Make a new one."))
        return _as_new(pages, what)
    if request.method == "GET":
        if before := typed_before():
            return _form(pages, what, filing_form.read(before), view)
        typed = filing_form.amending(current, view.version, mission())
        asked = own_asked.asked_of(request.args.get("asked", ""), reference)
        return _form(pages, what, own_asked.prefilled(typed, current, asked) if asked else typed, view)
    return _written(pages, what, view)


def cancel(pages: Pages, reference: str) -> Page:
    view = own_versions(pages, reference)[-1]
    later = len(own.later_of(db.session(), reference, pages.side, now()))
    form = Form({"reason": request.form.get("reason", "")})
    status = 200
    if request.method == "POST":
        try:
            _cancel(reference, form.value("reason"), rest=bool(later and request.form.get("rest")))
        except NotFound:
            raise
        except Refused as error:
            if error.field is None:
                raise
            form, status = replace(form, errors={error.field: [_(error.sentence, **error.facts)]}), 422
        else:
            flash(_("It is cancelled. It stays readable here."))
            return redirect(url_for(f"{pages.name}.show", reference=reference), 303)
    return render_template(
        "own/cancel.html", pages=pages, view=view, form=form, words=in_words(view, mission()), later=later
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
    if pages.keeps_drafts and do != "file":
        if do == "keep":
            return _keep(pages, what, typed, view)
        why_not = filing_drafts.keep(pages, what, typed, view.reference if view else "")
        if do == "autosave":  # what was not kept must not be said to be
            return ("", 204) if why_not is None else Response(why_not, mimetype="text/plain")
    turned = (draw_area if pages.sheets[what].flag == "zone" else map_pick).turned(request.form, typed, mission())
    if isinstance(turned, Typed):
        return _form(pages, what, turned, view)
    if isinstance(turned, draw_area.Drawing):
        return draw_area.page(turned, sign_of(pages.side, of_ocha=pages.of_ocha), mission())
    if turned is not None:
        return map_pick.page(typed, turned, mission(), pages.side)
    if do == "large":
        return large_map.page(typed)
    if do == "large-add":
        return large_map.page(filing_form.with_stop(typed))
    if do == "add":
        full = {"": [_("Twelve stops at most: enter the rest as another one.")]} if typed.stops == MOST_STOPS else {}
        return _form(pages, what, filing_form.with_stop(typed), view, full)
    if do.startswith("remove-"):
        gone = number(do.removeprefix("remove-"))
        return _form(pages, what, filing_form.without_stop(typed, -1 if gone is None else gone), view)
    if do == "change":
        return _form(pages, what, typed, view)
    filing, errors = read_filing(pages, what, typed, view)
    errors = _reason_wrong(typed) | errors
    if pages.hands is not None:
        errors = pages.hands.wrong(filing) | errors
    if errors or filing is None:
        return _wrong(pages, what, typed, view, errors)
    if do == "file" and (pages.hands is None or pages.hands.read_back()):
        return _file(pages, what, typed, filing, view)
    return _review(pages, what, typed, filing, view)


def read_filing(pages: Pages, what: str, typed: Typed, view: ItemView | None) -> tuple[Filing | None, Errors]:
    """What was typed, as a filing; where that cannot be, what is to be mended by field name. `view`: the item that it amends."""
    received = receive((pages.sheets[what].schema or pages.schema)(mission(), now()), typed.values)
    if received.filing is None:
        return None, received.errors
    return received.filing, _not_here(pages, what, received.filing, view)


def give_back(pages: Pages, key: str) -> Page:
    """A draft to whoever wrote it; without a word of what is to be changed, the page itself again."""
    wrong = filing_drafts.give_back(filing_drafts.found(pages, key))
    if wrong is not None:
        return draft(pages, key, wrong), 422
    flash(_("It is back with whoever wrote it, who gets an e-mail."))
    return redirect(url_for(f"{pages.name}.mine"), 303)


def draft(pages: Pages, key: str, back: Form | None = None) -> str:
    """A page that was kept, as it was; for the focal point who is to send it, in words. `back`: what he typed to give it back."""
    found = filing_drafts.found(pages, key)
    typed, what = filing_drafts.typed_of(found), found.sheet
    view = own_versions(pages, found.reference)[-1] if found.reference else None
    action = url_for(f"{pages.name}.amend", reference=found.reference) if view else pages.new_url(what)
    if not filing_drafts.waits_for_me(found):
        return _form(pages, what, typed, view, action=action)
    filing, errors = read_filing(pages, what, typed, view)
    giving = back or Form()
    if errors or filing is None:
        wrong = filing_form.problems(typed, errors, pages.sheets[what].layout)
        wrong |= {name: list(said) for name, said in giving.errors.items()}
        return _form(pages, what, typed, view, wrong, action=action, waiting=found, giving=giving)
    return _review(pages, what, typed, filing, view, waiting=found, action=action, giving=giving)


def _cancel(reference: str, reason: str, *, rest: bool) -> None:
    if not rest:
        service.cancel_item(reference, current_audience(), reason, now())
    elif left := repeating.cancel_with_rest(reference, current_audience(), reason, now()):
        flash(_("These could not be cancelled: %(references)s", references=", ".join(left)), "error")


def _keep(pages: Pages, what: str, typed: Typed, view: ItemView | None) -> Page:
    """By its own button, which says what could not be done."""
    try:
        kept = drafts.keep(
            filing_drafts.as_draft(pages, what, typed, view.reference if view else ""), current_audience(), now()
        )
    except Refused as error:
        return _wrong(pages, what, typed, view, errors_of(error))
    if not kept:
        return _wrong(
            pages, what, typed, view, {"": [_("This form was used already. Open a new one and start again.")]}
        )
    flash(_("It is kept as a draft, for you alone. OCHA knows nothing of it yet."))
    return redirect(url_for(f"{pages.name}.mine"), 303)


def _not_here(pages: Pages, what: str, filing: Filing, view: ItemView | None) -> dict[str, list[str]]:
    """What is a sound filing, but not on this page or not of this account."""
    if pages.sheet_of(filing.kind) != what:
        return {"kind": [_("Choose one of the list.")]}
    try:
        service.check_scope(filing, current_audience(), mission())
    except Refused as error:
        return {error.field or "": [_(error.sentence, **error.facts)]}
    if view is not None and not changes(in_words(view, mission()), _draft_words(filing)):
        return {"": [_("Nothing is different from what was filed. Change something, or go back.")]}
    return {}


def _reason_wrong(typed: Typed) -> dict[str, list[str]]:
    """Said before the review, with everything else that is to be mended."""
    try:
        check_words(typed.reason, current_audience())
    except Refused as error:
        return {error.field or "": [_(error.sentence, **error.facts)]}
    return {}


def _file(pages: Pages, what: str, typed: Typed, filing: Filing, view: ItemView | None) -> Page:
    by, before = current_audience(), filing_of(pages, view.reference) if view else None
    if drafts.needs_second(filing, by):
        return _ask_to_send(pages, what, typed, filing, view)
    try:
        if pages.hands is not None:
            done = pages.hands.send(filing, typed, view)
        elif view is None:
            done = service.file_item(filing, by, typed.key, mission(), now(), convoy=typed.convoy)
        else:
            done = service.amend_item(
                view.reference,
                filing,
                typed.base,
                by,
                mission(),
                now(),
                typed.reason,
                own_asked.linked(typed.asked, view.reference),
                key=typed.key,
            )
    except NotFound:
        raise
    except LostRace:
        return _overtaken(pages, what, typed, view)
    except Refused as error:
        return _wrong(pages, what, typed, view, {error.field or "": [_(error.sentence, **error.facts)]})
    if view is not None and before is not None and pages.hands is None and request.form.get("_rest"):
        _amend_rest(pages, view.reference, before, filing, typed.reason)
    if view is None and filing_of(pages, done.reference) != filing:
        # The key was used: a page was sent twice, and changed in between. What is kept is the first.
        said = _(
            "This page was sent already, as %(reference)s, and what you changed since was not. Amend that one.",
            reference=done.reference,
        )
        return _wrong(pages, what, typed, view, {"": [said]})
    return redirect(url_for(f"{pages.name}.filed", reference=done.reference), 303)


def _amend_rest(pages: Pages, reference: str, before: Filing, after: Filing, reason: str) -> None:
    """The later ones of its series, and word of those that somebody had changed by themselves."""
    changed, left = repeating.amend_rest(reference, before, after, current_audience(), mission(), now(), reason)
    flash(ngettext("%(num)s later one is changed too.", "%(num)s later ones are changed too.", changed))
    if left:
        flash(
            _("These were left as they are, since they are different: %(references)s", references=", ".join(left)),
            "warning",
        )


def ask_second(pages: Pages, what: str, typed: Typed, filing: Filing, reference: str = "") -> None:
    """A focal point is to send it. Raises as services.drafts.ask."""
    departs_at = min(window.earliest for stop in filing.stops for window in stop.windows)
    drafts.ask(filing_drafts.as_draft(pages, what, typed, reference), departs_at, current_audience(), now())


def _ask_to_send(pages: Pages, what: str, typed: Typed, filing: Filing, view: ItemView | None) -> Page:
    try:
        ask_second(pages, what, typed, filing, view.reference if view else "")
    except NotFound:
        raise
    except Refused as error:
        return _wrong(pages, what, typed, view, {"": [_(error.sentence)]})
    flash(
        _("It waits for a focal point of your organisation, who gets an e-mail. OCHA knows nothing of it yet."),
        "warning",
    )
    return redirect(url_for(f"{pages.name}.mine"), 303)


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


def _review(
    pages: Pages,
    what: str,
    typed: Typed,
    filing: Filing,
    view: ItemView | None,
    *,
    waiting: Draft | None = None,
    action: str = "",
    giving: Form | None = None,
) -> str:
    """`waiting`: a draft that somebody else wrote and this person is to send; `action` where it is sent to; `giving` what he typed to
    give it back instead."""
    draft = _draft(filing)
    words = in_words(draft, mission())
    in_clear = pages.hands is not None and pages.hands.in_clear()
    return render_template(
        "own/review.html",
        draft=draft,
        pages=pages,
        sheet=pages.sheets[what],
        typed=typed,
        words=words,
        view=view,
        changed=changes(in_words(view, mission()), words) if view else None,
        notes=[] if pages.of_ocha else [*notes(filing, mission(), now(), in_clear=in_clear), *_of_convoy(view, filing)],
        needs_second=drafts.needs_second(filing, current_audience()),
        waiting=waiting,
        giving=giving,
        action=action,
        later=len(own.later_of(db.session(), view.reference, pages.side, now())) if view and not pages.hands else 0,
        map=map_of(draft),
        near=lines_of(on_way(filing, current_audience(), mission(), now()), current_audience(), mission()),
    )


def _form(
    pages: Pages,
    what: str,
    typed: Typed,
    view: ItemView | None = None,
    errors: Errors | None = None,
    *,
    action: str = "",
    last: str | None = None,
    waiting: Draft | None = None,
    giving: Form | None = None,
) -> str:
    """`action` where it is sent to, by default where it was asked for; `last` what the person filed last, on an empty page; `waiting`
    and `giving` as of a review."""
    sheet, errors = pages.sheets[what], errors or {}
    return render_template(
        sheet.template,
        action=action,
        last=last,
        waiting=waiting,
        giving=giving,
        pages=pages,
        sheet=sheet,
        what=what,
        typed=typed,
        view=view,
        form=Form(typed.values, errors, sheet.layout.numbers(typed.stops) if pages.hands else {}),
        labels=sheet.layout.labels(typed.stops),
        beside=beside(typed.values, typed.stops, errors, mission(), military=pages.side is Side.MISSION),
        instants=instants_understood(typed.values, mission().zone) if sheet.flag == "zone" else {},
        most=MOST_STOPS,
        kinds=kinds_of(pages, sheet),
        options={**pages.options, **pages.asked()},
        **own_asked_words(pages, typed, view),
    )


def own_asked_words(pages: Pages, typed: Typed, view: ItemView | None) -> dict[str, object]:
    """What the page says of the request that its amendment answers; nothing of any other page."""
    asked = own_asked.asked_of(typed.asked, view.reference) if typed.asked and view is not None else None
    if asked is None or view is None:
        return {}
    return {
        "asked": asked,
        "asked_words": ASKS[asked.ask],
        "half_days": half_days_words(asked.words.half_days),
        "done": own_asked.done_to(filing_of(pages, view.reference), asked),
    }


def _of_convoy(view: ItemView | None, filing: Filing) -> list[str]:
    if view is None or not leaves_convoy(view.reference, filing):
        return []
    return [_("This is another way than that of the joint convoy: from then on your notice travels alone.")]


def form_page(pages: Pages, what: str, typed: Typed, *, action: str) -> str:
    """The form with this typed into it, to be sent to `action`."""
    return _form(pages, what, typed, action=action)


def _wrong(
    pages: Pages, what: str, typed: Typed, view: ItemView | None, errors: dict[str, list[str]], status: int = 422
) -> Page:
    found = filing_form.problems(typed, errors, pages.sheets[what].layout)
    return _form(pages, what, typed, view, found), status


def kinds_of(pages: Pages, sheet: Sheet) -> dict[str, dict[str, str]]:
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
