"""For whoever sits at a telephone or a radio at OCHA: a movement notice that its owner called in, changed or cancelled, or a site that
he called in. The same form, the same checks and the same page to read over; beside it the call, and a read-back before it is sent. A radio
operator opens no notice but by its reference and code, and gets no answer but a reference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from marshmallow import ValidationError

from deconflict.domain import states
from deconflict.domain.audience import Audience
from deconflict.domain.disclosure import ItemView
from deconflict.domain.errors import NotFound, Refused
from deconflict.domain.filing import Filing
from deconflict.domain.msgid import N_
from deconflict.domain.on_behalf import RELAYS, Call, Way
from deconflict.schemas.on_behalf import BACKS, VOICE, WAYS, CallSchema
from deconflict.services import on_behalf as service
from deconflict.services.filing import Filed
from deconflict.services.on_behalf import Opened
from deconflict.store import on_behalf as store
from deconflict.store.base import db
from deconflict.store.check_ins import code_of
from deconflict.web import filing_form, filing_write, notices, site_sheet
from deconflict.web.audience import acting, audience, current_audience
from deconflict.web.clock import now
from deconflict.web.desk_words import function_words
from deconflict.web.filing_form import Typed
from deconflict.web.filing_pages import Page, Pages, filing_of, mission, own_versions
from deconflict.web.forms_ui import Form, errors_of
from deconflict.web.intake import number
from deconflict.web.kept_forms import typed_before
from deconflict.web.language import LOCALES
from deconflict.web.on_behalf_words import script
from deconflict.web.paper_words import edition_of

bp = Blueprint("on_behalf", __name__)
SHOWN_FOR = timedelta(hours=24)  # of what one entered oneself: long enough to read the reference out once more
# Of the call; the page's own names begin with an underscore, so that no notice has them.
ASKED: dict[str, Any] = {
    "_caller": _l("Who called"),
    "_way": _l("Means of the call"),
    "_call_date": _l("Day of the call"),
    "_call_time": _l("Hour of the call"),
    "_back": _l("Called back"),
    "_number": _l("Number called back"),
}
KEPT = (*ASKED, "_language", "_which")
MOVEMENT, SITE = "movement", "site"
OWN = {MOVEMENT: notices.PAGES, SITE: site_sheet.PAGES}
TITLES = {MOVEMENT: _l("Enter a movement for an organisation"), SITE: _l("Enter a site for an organisation")}
UNREAD = {"overnight": notices.MOVEMENT.layout.after["overnight"], "plates": notices.MOVEMENT.layout.after["plates"]}


@dataclass(frozen=True, slots=True)
class Voice:
    """filing_pages.Hands of one request: `by` really writes, for the organisation `owner_id`."""

    by: Audience
    owner_id: int

    def wrong(self, filing: Filing | None) -> dict[str, list[str]]:
        """Remembered for the page, which shows the call beside the notice."""
        g.call_errors = self._wrong(filing)
        return dict(g.call_errors)

    def read_back(self) -> bool:
        if request.form.get("_read_back") == "yes":
            return True
        g.call_errors = {"_read_back": [_("Read it out first, and tick that it was confirmed.")]}
        return False

    def in_clear(self) -> bool:
        return request.form.get("_way") == Way.RADIO

    def send(self, filing: Filing, typed: Typed, view: ItemView | None) -> Filed:
        call = self._call()
        if view is None:
            return service.enter(filing, call, typed.key, self.by, self.owner_id, mission(), now())
        return service.amend(
            view.reference, filing, typed.base, typed.reason, call, self.by, self.owner_id, mission(), now()
        )

    def call(self) -> tuple[Call | None, dict[str, list[str]]]:
        """What was written down of it, and what is to be mended, by field name of the page."""
        try:
            call = self._call()
            service.check(call, self.owner_id, None, None, now())
        except ValidationError as error:
            return None, {f"_{name}": texts for name, texts in errors_of(error).items()}
        except Refused as error:
            return None, errors_of(error)
        return call, {}

    def _wrong(self, filing: Filing | None) -> dict[str, list[str]]:
        call, errors = self.call()
        if call is None or filing is None:
            return errors
        try:
            service.check(call, self.owner_id, filing.level, None if g.get("before") is None else g.before, now())
        except Refused as error:
            return errors_of(error)
        return {}

    def _call(self) -> Call:
        typed = {name.removeprefix("_"): request.form.get(name, "")[:60] for name in ASKED}
        people = [person.id for person in store.callers(db.session(), self.owner_id, now())]
        call: Call = CallSchema(people, mission().phone_plan, mission().zone).load(typed)
        return call


@bp.get("/on-behalf")
@audience(*RELAYS)
def mine() -> str:
    return _index(Form())


@bp.route("/on-behalf/<int:organisation_id>/new", methods=["GET", "POST"])
@audience(*RELAYS)
def new(organisation_id: int) -> Page:
    return _new(organisation_id, MOVEMENT)


@bp.route("/on-behalf/<int:organisation_id>/site", methods=["GET", "POST"])
@audience(*RELAYS)
def site(organisation_id: int) -> Page:
    """A site has no code that somebody could read out: it is entered here, and its owner changes it himself."""
    return _new(organisation_id, SITE)


@bp.post("/on-behalf/begin")
@audience(*RELAYS)
def begin() -> Page:
    """To the form of the organisation that was chosen."""
    chosen = number(request.form.get("organisation"))
    if chosen not in store.organisations(db.session()):
        form = Form(
            {"organisation": request.form.get("organisation", "")}, {"organisation": [_("Choose one of the list.")]}
        )
        return _index(form), 422
    door = "on_behalf.site" if request.form.get("what") == SITE else "on_behalf.new"
    return redirect(url_for(door, organisation_id=chosen), 303)


@bp.route("/on-behalf/change", methods=["GET", "POST"])
@audience(*RELAYS)
def change() -> Page:
    """The form of a notice that its reference and code open, then whatever is pressed on it. Both stay in the page and in no address."""
    by, before = current_audience(), typed_before()
    found = _opened(by)
    if not isinstance(found, Opened):
        return found
    with acting(service.acting(by, found.organisation_id)):
        _remember(by, found.organisation_id)
        pages = _pages(Voice(by, found.organisation_id))
        view = own_versions(pages, found.reference)[-1]
        if "amend" not in states.possible("item", view.state, "owner"):
            raise Refused(N_("It can no longer be amended. Make a new one."))
        current = filing_of(pages, found.reference)
        g.before = current.level
        if "_do" in request.form:
            return filing_write.pressed(pages, "movement", view)
        if "_stops" in before:
            return filing_write.resume(pages, "movement", filing_form.read(before), view)
        typed = filing_form.amending(current, view.version, mission())
        shown = {name: text for name, text in typed.values.items() if name not in UNREAD}
        return filing_write.resume(pages, "movement", replace(typed, values=shown), view)


@bp.route("/on-behalf/cancel", methods=["GET", "POST"])
@audience(*RELAYS)
def cancel() -> Page:
    """Asks for the call and the reason, of a notice that its reference and code open, and shows nothing of it."""
    by = current_audience()
    found = _opened(by)
    if not isinstance(found, Opened):
        return found
    _remember(by, found.organisation_id)
    if "reason" not in request.form:  # what had been typed when the session ended the form itself knows
        return _cancel_page(found, Form())
    voice, typed = Voice(by, found.organisation_id), {"reason": request.form.get("reason", "")[:500]}
    call, errors = voice.call()
    if not voice.read_back():
        errors |= g.call_errors
    g.call_errors = errors
    try:
        if call is None or errors:
            raise ValidationError({})
        service.cancel(found.reference, typed["reason"], call, by, found.organisation_id, now())
    except (ValidationError, Refused) as error:
        if isinstance(error, Refused):
            if error.field is None:
                raise
            errors = errors_of(error)
        return _cancel_page(found, Form(typed, errors)), 422
    flash(_("It is cancelled for its owner."))
    return redirect(url_for("on_behalf.show", reference=found.reference), 303)


@bp.get("/on-behalf/<reference>")
@audience(*RELAYS)
def show(reference: str) -> str:
    """What oneself entered of late: the reference and the code, to read out. Nothing of the notice."""
    row = store.entered_by(db.session(), reference, current_audience().person_id, now() - SHOWN_FOR)
    if row is None:
        raise NotFound
    return render_template(
        "on_behalf/entered.html",
        reference=reference,
        act=row.act,
        version=row.version,
        code=code_of(row.item),
        late=row.item.late,
        owner=row.item.owner.name,
        stands=row.item.site is not None,
    )


bp.add_url_rule("/on-behalf/<reference>/filed", "filed", show)


@bp.context_processor
def _beside() -> dict[str, Any]:
    """The call, for the pages of a notice that is entered for somebody else."""
    if "owner_id" not in g:
        return {}
    local = now().astimezone(mission().zone)
    start = {"_call_date": f"{local:%Y-%m-%d}", "_call_time": f"{local:%H:%M}", "_language": "fr"}
    sent = typed_before() or request.form
    typed = {name: sent[name][:60] for name in KEPT if name in sent}
    values = (start if not any(name in sent for name in ASKED) else {}) | typed | {"_which": g.which}
    people, sheet = store.callers(db.session(), g.owner_id, now()), OWN[g.what].sheets[g.what]
    callers = {str(one.id): f"{one.name} ({label_of(one)})" for one in people}
    return {
        "call": Form(values, g.get("call_errors", {})),
        "callers": callers | {VOICE: _("A voice that we know, whose name is not kept")},
        "ways": WAYS,
        "backs": BACKS,
        "owner": store.organisations(db.session())[g.owner_id],
        "script": _script,
        "kept": KEPT,
        "what": g.what,
        "edition": edition_of(sheet.layout, OWN[g.what].schema(mission(), now()), mission()),
        "back": url_for("on_behalf.mine"),
    }


def _new(organisation_id: int, what: str) -> Page:
    by = current_audience()
    with acting(service.acting(by, organisation_id)):
        _remember(by, organisation_id, "", what)
        return filing_write.new(_pages(Voice(by, organisation_id), what), what)


def label_of(person: Any) -> str:
    return str(function_words("humanitarian", person.function))


def _script(view_of: Any, typed: Typed) -> list[str]:
    """To read out: in the language of whoever called, else the one that was chosen."""
    caller = next(
        (one for one in store.callers(db.session(), g.owner_id, now()) if str(one.id) == request.form.get("_caller")),
        None,
    )
    language = caller.language if caller is not None else request.form.get("_language", "fr")
    unread = {str(words): typed.values.get(name, "") for name, words in UNREAD.items()}
    return script(
        view_of, language if language in LOCALES else "fr", unread, in_clear=request.form.get("_way") == Way.RADIO
    )


def _remember(by: Audience, owner_id: int, which: str | None = None, what: str = MOVEMENT) -> None:
    """For the pages of this request. `which`: reference and code, by default as typed; `what`: the form."""
    g.by, g.owner_id, g.which, g.what = by, owner_id, _which() if which is None else which, what


def _which() -> str:
    """Reference and code as typed, now or before the session ended."""
    sent = typed_before() or request.form
    return (sent.get("_which") or sent.get("code", ""))[:60]


def _opened(by: Audience) -> Opened | Page:
    """The notice that reference and code open; else the page that asks for them, with what was typed."""
    typed = _which()
    if request.method == "GET" and not typed:
        return redirect(url_for("on_behalf.mine"), 303)
    try:
        return service.opened(typed, by, mission().catalogue, now())
    except Refused as error:
        return _index(Form({"code": typed}, errors_of(error))), 422


def _pages(voice: Voice, what: str = MOVEMENT) -> Pages:
    """Those of the organisation's own people, with the call before them."""
    own = OWN[what]
    sheet, layout = own.sheets[what], own.sheets[what].layout
    asked = replace(layout, before={**ASKED, **layout.before})
    sheet = replace(sheet, layout=asked, title=TITLES[what])
    words: Mapping[str, Any] = {**own.words, "amend": _l("Amend a movement for an organisation")}
    return replace(own, name="on_behalf", sheets={**own.sheets, what: sheet}, words=words, hands=voice)


def _index(form: Form) -> str:
    found = {str(id): name for id, name in store.organisations(db.session()).items()}
    return render_template("on_behalf/index.html", form=form, organisations=found)


def _cancel_page(found: Opened, form: Form) -> str:
    return render_template("on_behalf/cancel.html", form=form, reference=found.reference, labels=ASKED)
