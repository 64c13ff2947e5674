"""Pages that were kept before they were sent: the list of them, opening one again, deleting one, giving one back. A page keeps itself
at every button; static/draft.js keeps it in between."""

from __future__ import annotations

from dataclasses import dataclass

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _

from deconflict.domain.drafts import Draft, is_read_by, sends
from deconflict.domain.errors import NotFound, Refused
from deconflict.schemas.zones import lines_in
from deconflict.services import drafts as service
from deconflict.store.base import db
from deconflict.store.drafts import draft_by_key, drafts_for
from deconflict.web.audience import current_audience
from deconflict.web.clock import now
from deconflict.web.filing_form import KEY, Typed
from deconflict.web.filing_pages import Page, Pages, own_versions
from deconflict.web.filing_words import moment_words
from deconflict.web.forms_ui import Form, errors_of

MOST_PLACES = 4
# Beside a place: what says that somebody began to write.
BEGUN = ("points", "persons", "title", "name", "operator", "works", "radius_m")


@dataclass(frozen=True, slots=True)
class DraftRow:
    """A line of the list. `own`: written by who looks; `asked`: a focal point is to send it; `writer` of another's."""

    key: str
    places: str
    kept: str
    asked: str
    departs: str
    given_back: str
    own: bool
    writer: str
    late: bool


def rows(pages: Pages) -> list[DraftRow]:
    """The person's own and, for a focal point, those that wait for him."""
    who = current_audience()
    found = drafts_for(db.session(), pages.side, who)
    return [_row(draft, who.person_id) for draft in found if draft.sheet in pages.sheets]


def as_draft(pages: Pages, what: str, typed: Typed, reference: str = "") -> Draft:
    return Draft(
        key=typed.key,
        side=pages.side,
        sheet=what,
        values=typed.values,
        stops=typed.stops,
        reference=reference,
        base=typed.base,
        reason=typed.reason,
        convoy=typed.convoy,
    )


def keep(pages: Pages, what: str, typed: Typed, reference: str = "") -> str | None:
    """By the way, at every button: None once it is kept, otherwise why it is not, in words; what is not kept is still in the page. A
    page on which nothing was typed is none, and there is nothing to say of it."""
    begun = [f"stops-{n}-{name}" for n in range(typed.stops) for name in ("place", "position")]
    if not any(typed.values.get(name) for name in (*begun, *BEGUN)) and not _is_kept(typed.key):
        return ""
    try:
        kept = service.keep(as_draft(pages, what, typed, reference), current_audience(), now())
    except Refused as error:
        return _(error.sentence, **error.facts)
    return None if kept else _("This form was used already. Open a new one and start again.")


def _is_kept(key: str) -> bool:
    """So that what is emptied again does not stay in the draft."""
    return bool(KEY.fullmatch(key)) and draft_by_key(db.session(), key, current_audience()) is not None


def found(pages: Pages, key: str) -> Draft:
    """Raises NotFound, for another's as for none."""
    draft = draft_by_key(db.session(), key, current_audience()) if KEY.fullmatch(key) else None
    if draft is None or draft.side != pages.side or draft.sheet not in pages.sheets:
        raise NotFound
    if draft.reference:
        own_versions(pages, draft.reference)
    return draft


def typed_of(draft: Draft) -> Typed:
    return Typed(dict(draft.values), draft.stops, draft.key, draft.base, draft.reason, draft.convoy)


def drop(pages: Pages, key: str) -> Page:
    service.forget(found(pages, key).key, current_audience())
    flash(_("The draft is deleted."))
    return redirect(url_for(f"{pages.name}.mine"), 303)


def give_back(draft: Draft) -> Form | None:
    """To whoever wrote it, with what is to be changed. The form as it was typed, with what is to be mended in it; None once it is done.
    Raises NotFound."""
    words = request.form.get("words", "")
    try:
        service.give_back(draft.key, words, current_audience(), now())
    except NotFound:
        raise
    except Refused as error:
        return Form({"words": words[:200]}, errors_of(error))
    return None


def waits_for_me(draft: Draft) -> bool:
    """Whether who looks is the focal point who is to send it."""
    who = current_audience()
    return draft.asked_at is not None and sends(who) and draft.person_id != who.person_id and is_read_by(draft, who)


def _row(draft: Draft, me: int) -> DraftRow:
    assert draft.kept_at is not None
    return DraftRow(
        key=draft.key,
        places=_places(draft) or _("No place yet"),
        kept=moment_words(draft.kept_at),
        asked=moment_words(draft.asked_at) if draft.asked_at else "",
        departs=moment_words(draft.departs_at) if draft.asked_at and draft.departs_at else "",
        given_back=draft.given_back,
        own=draft.person_id == me,
        writer=draft.writer,
        late=draft.asked_at is not None and draft.departs_at is not None and draft.departs_at <= now(),
    )


def _places(draft: Draft) -> str:
    """As `Mopti - Bankass`, as they were typed; of an area its lines, of what has no place yet its name."""
    typed = [
        draft.values.get(f"stops-{n}-place") or draft.values.get(f"stops-{n}-position") for n in range(draft.stops)
    ]
    typed = typed if any(typed) else [*lines_in(draft.values.get("points", "")), draft.values.get("name", "")]
    names = list(dict.fromkeys(" ".join(name.split())[:40] for name in typed if name))
    return " - ".join(names[:MOST_PLACES] + ["..."] * (len(names) > MOST_PLACES))
