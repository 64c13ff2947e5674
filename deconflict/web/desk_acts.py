"""What an officer does on a case page. A lost race answers with the fresh page and a sentence; what is missing in a form is
said beside it, with everything typed kept."""

from __future__ import annotations

from collections.abc import Callable, Collection

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from deconflict.domain import roles
from deconflict.domain.errors import LostRace, NotFound, Refused, WrongState
from deconflict.schemas.people import LANGUAGES
from deconflict.services import acknowledgements, asked, cases, releases, requests
from deconflict.services.preview import preview
from deconflict.web.audience import audience, current_audience
from deconflict.web.call_script import call_typed, scripts
from deconflict.web.clock import now
from deconflict.web.desk_case import mission, page, seen_case, texts
from deconflict.web.desk_words import short
from deconflict.web.forms_ui import Form, errors_of, said, typed
from deconflict.web.intake import number
from deconflict.web.own_requests import ASKS as PARTY_READS

Page = str | tuple[str, int] | Response
# Fields of the page on which it is read before it leaves.
OF_PREVIEW = ("now", "whom", "outcome", "how", "read", "words")


@audience(*roles.OFFICERS)
def take(reference: str) -> Page:
    def do() -> str:
        cases.take(reference, round_seen(), current_audience(), mission().catalogue, now())
        return _("The case is yours.")

    return press(reference, "take", do)


@audience(*roles.OFFICERS)
def have(reference: str) -> Page:
    """The officer's own alert has reached him. It takes nothing: the case still waits for somebody to act."""
    me, at = current_audience(), now()
    for alert in seen_case(reference)[1].log.owed_to(me.person_id):
        acknowledgements.acknowledge_in_app(alert.id, me, at)
    flash(_("Noted: the alert has reached you. The case still waits for somebody to act."))
    return redirect(url_for("desk.case", reference=reference), 303)


@audience(*roles.OFFICERS)
def hand_back(reference: str) -> Page:
    def do() -> str:
        cases.hand_back(reference, current_audience(), mission(), now())
        return _("The case is free for somebody else to take.")

    return press(reference, "hand_back", do)


@audience(*roles.OFFICERS)
def ask_preview(reference: str) -> Page:
    """The exact words and messages, before anything leaves."""
    side = request.args.get("side", "")
    return _preview(reference, side, request.args.get(f"ask-{side}", ""), Form())


def _preview(reference: str, side: str, code: str, form: Form) -> Page:
    _id, view = seen_case(reference)
    try:
        shown = preview(reference, round_seen(), side, code, current_audience(), mission(), now())
    except NotFound:
        raise
    except (LostRace, WrongState) as error:
        return page(reference, warning=said(error)), 409
    except Refused as error:
        name = f"ask-{side}" if error.field == "ask" else ""
        return page(reference, form=Form({}, {name: [said(error)]}), act="ask"), 422
    shown_page = render_template(
        "desk/ask.html",
        line=view.line,
        asked=view.side(side),
        shown=shown,
        sentence=PARTY_READS[code],
        form=form,
        case=view,
        scripts=scripts(shown, view.side(side)) if shown.by_phone else [],
        languages=LANGUAGES,
        **texts(),
    )
    return (shown_page, 422) if form.errors else shown_page


@audience(*roles.OFFICERS)
def ask(reference: str) -> Page:
    side, code, why = (request.form.get(name, "") for name in ("side", "ask", "ask-now"))
    called = call_typed("ask")[1] if request.form.get("ask-whom") or request.form.get("ask-outcome") else None

    def do() -> str:
        made = requests.ask(
            reference, round_seen(), side, code, current_audience(), mission(), now(), why_now=why, called=called
        )
        leaves_at = asked.leaves_at(made)
        if leaves_at is not None and leaves_at > now():
            return _("The request is written down and leaves %(time)s.", time=short(leaves_at))
        return _("The request is on its way. Who was told, and whether they have it, is shown below.")

    try:
        return press(reference, "ask", do, OF_PREVIEW)
    except Refused as error:
        fields: dict[str | None, str] = {error.field: f"ask-{error.field}"}
        return _preview(reference, side, code, Form(typed(request.form), errors_of(error, fields)))


@audience(*roles.OFFICERS)
def send_now(reference: str) -> Page:
    """A request that waits for its hour leaves at once."""
    side = request.form.get("side", "")

    def do() -> str:
        why = request.form.get(f"send-{side}-why", "")
        asked.send_now(reference, round_seen(), side, why, current_audience(), mission(), now())
        return _("The request is on its way. Who was told, and whether they have it, is shown below.")

    return press(reference, f"send-{side}", do)


@audience(*roles.OFFICERS)
def release(reference: str) -> Page:
    side = request.form.get("side", "")

    def do() -> str:
        how, answer = request.form.get(f"release-{side}-how", ""), request.form.get("answer")
        yes = answer == "yes"
        if answer == "later":
            due_at = releases.ask_release(reference, round_seen(), side, how, current_audience(), mission(), now())
            return _("Noted: an answer is due by %(time)s. Nothing may be told before.", time=short(due_at))
        releases.release_once(reference, side, yes, how, current_audience(), mission().catalogue, now())
        return _("Noted: the owner releases it for this case.") if yes else _("Noted: the owner releases nothing.")

    return press(reference, f"release-{side}", do)


@audience(*roles.OFFICERS)
def agree(reference: str) -> Page:
    def do() -> str:
        code, words = request.form.get("agree-code", ""), request.form.get("agree-words", "")
        cases.agree(reference, round_seen(), code, words, current_audience(), mission().catalogue, now())
        return _("Noted. The case stays open until a plan really changes.")

    return press(reference, "agree", do)


@audience(*roles.OFFICERS)
def dismiss(reference: str) -> Page:
    def do() -> str:
        code, reason = request.form.get("dismiss-code", ""), request.form.get("dismiss-reason", "")
        cases.dismiss(reference, round_seen(), code, reason, current_audience(), mission(), now())
        return _("The case is dismissed. Whoever had been told hears that it is over.")

    return press(reference, "dismiss", do)


@audience(*roles.OFFICERS)
def relay(reference: str) -> Page:
    def do() -> str:
        alert = number(request.form.get("relay-alert"))
        if alert is None:
            raise Refused(_("Choose whose answer it is."), field="alert")
        level, answer, how, words = (
            request.form.get(f"relay-{name}", "") for name in ("level", "answer", "how", "words")
        )
        by, catalogue = current_audience(), mission().catalogue
        read_back = bool(request.form.get("relay-read"))
        acknowledgements.acknowledge_by_relay(
            reference, alert, level, answer, how, words, by, catalogue, now(), read_back
        )
        return _("Written down.")

    return press(reference, "relay", do)


@audience(*roles.OFFICERS)
def closing(reference: str) -> Page:
    def do() -> str:
        count = cases.tell_closing_now(reference, current_audience(), mission().catalogue, now())
        return str(ngettext("%(num)s closing text leaves now.", "%(num)s closing texts leave now.", count))

    return press(reference, "closing", do)


def press(reference: str, act: str, do: Callable[[], str], elsewhere: Collection[str] = ()) -> Page:
    """Does what a button of the case page asked for. What is wrong with a field that stands `elsewhere` is raised."""
    try:
        done = do()
    except NotFound:
        raise
    except (LostRace, WrongState) as error:
        return page(reference, warning=said(error), form=Form(typed(request.form)), act=act, unsent=_words(act)), 409
    except Refused as error:
        if error.field in elsewhere:
            raise
        fields: dict[str | None, str] = {error.field: f"{act}-{error.field}"} if error.field else {}
        return page(reference, form=Form(typed(request.form), errors_of(error, fields)), act=act), 422
    flash(done)
    return redirect(url_for("desk.case", reference=reference), 303)


def _words(act: str) -> str:
    """What the officer wrote himself; of a relay `how` is a code of a list."""
    names = ("words",) if act == "relay" else ("words", "reason", "how")
    return " ".join(request.form.get(f"{act}-{name}", "").strip() for name in names).strip()


def round_seen() -> int:
    """The round that the officer was looking at; one that is none never is the current one."""
    given = number(request.values.get("round"))
    return -1 if given is None else given
