"""After the fact: notes that are owed of what lapsed, those that were written, and which rule cries wolf."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from flask import render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from deconflict.domain import roles
from deconflict.domain.desk import DeskCaseView, view_of_desk_case
from deconflict.domain.errors import NotFound
from deconflict.domain.matrix import SENSITIVE_READERS
from deconflict.domain.states import CaseState
from deconflict.domain.tuning import tally
from deconflict.services.after_action import write_note
from deconflict.store import after_action as store
from deconflict.store import desk
from deconflict.store.base import db
from deconflict.store.cases import Case
from deconflict.store.tuning import judged_since
from deconflict.web.acts import Page, submit
from deconflict.web.audience import audience, current_audience
from deconflict.web.clock import now
from deconflict.web.desk_acts import round_seen
from deconflict.web.desk_case import mission, place_of, seen_case, texts
from deconflict.web.desk_words import DISMISSALS
from deconflict.web.forms_ui import Form
from deconflict.web.language import label

COUNTED = timedelta(days=180)
HAPPENED = {
    "both": _l("Both went ahead"),
    "humanitarian_only": _l("Only the humanitarian side went ahead"),
    "mission_only": _l("Only the mission went ahead"),
    "neither": _l("Neither went ahead"),
    "unknown": _l("Nobody knows"),
}
SEEN = {
    "nothing": _l("Nothing was reported"),
    "together": _l("They were seen at the same place"),
    "tension": _l("There was tension in the community"),
    "turned_back": _l("One of them turned back"),
    "harm": _l("Somebody came to harm: followed up outside this system"),
    "unknown": _l("Nobody knows"),
}
LESSONS = {
    "filed_late": _l("It was filed too late"),
    "found_late": _l("The desk looked too late"),
    "no_release": _l("Nothing was released, so nobody could be asked"),
    "no_answer": _l("A request was not answered"),
    "not_reached": _l("Somebody could not be reached"),
    "declined": _l("A side declined"),
    "agreed_not_done": _l("It was agreed and not carried out"),
    "proceeded": _l("Its owner knew and chose to proceed"),
    "rule": _l("The rule is not right for this"),
    "other": _l("Something else"),
}


@audience(*roles.OFFICERS)
def after_action() -> str:
    session = db.session()
    owed = store.without_note(session, frozenset(map(str, mission().pack.clocks.review)))
    written = {note.case_id: note for note in reversed(store.notes(session))}
    known = _seen([note.case for note in written.values()])
    return render_template(
        "desk/after.html",
        owed=[(view, place_of(view.line)) for view in _seen(owed).values()],
        notes=[(note, known[note.case.reference]) for note in written.values() if note.case.reference in known][::-1],
        happened=HAPPENED,
        seen=SEEN,
        lessons=LESSONS,
        **texts(),
    )


@audience(*roles.OFFICERS)
def after_note(reference: str) -> Page:
    """The form of one note, of a case that lapsed."""
    return _page(_lapsed(reference))(Form())


@audience(*roles.OFFICERS)
def write_after_note(reference: str) -> Page:
    page = _page(_lapsed(reference))

    def do() -> str:
        happened, seen, lesson, words = (request.form.get(name, "") for name in ("happened", "seen", "lesson", "words"))
        write_note(reference, round_seen(), happened, seen, lesson, words, current_audience(), mission(), now())
        return _("The note is written.")

    return submit(url_for("desk.after_action"), do, page)


@audience(*roles.OFFICERS)
def rules_heard() -> str:
    """Counts alone; of SENSITIVE notices none, for whom they do not exist."""
    me = current_audience()
    catalogue = None if me.roles & SENSITIVE_READERS else mission().catalogue
    rows = tally(judged_since(db.session(), now() - COUNTED, catalogue))
    why = {rule.id: label(rule.why) for rule in mission().pack.rules}
    return render_template(
        "desk/rules_heard.html", rows=rows, why=why, dismissals=DISMISSALS, days=COUNTED.days, **texts()
    )


def _lapsed(reference: str) -> DeskCaseView:
    _id, view = seen_case(reference)
    if view.line.state != CaseState.LAPSED:
        raise NotFound
    return view


def _page(view: DeskCaseView) -> Callable[[Form], str]:
    def page(form: Form) -> str:
        return render_template(
            "desk/after_note.html",
            line=view.line,
            case=view,
            place=place_of(view.line),
            form=form,
            happened=HAPPENED,
            seen=SEEN,
            lessons=LESSONS,
            **texts(),
        )

    return page


def _seen(rows: list[Case]) -> dict[str, DeskCaseView]:
    """By reference, in this order, those of these cases that exist for this officer."""
    me = current_audience()
    views = (view_of_desk_case(facts, me) for facts in desk.these_cases(db.session(), rows, mission().catalogue))
    return {view.line.reference: view for view in views if view is not None}
