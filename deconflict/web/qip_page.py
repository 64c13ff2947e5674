"""What the page of one QIP is made of, each part by its own gate."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from deconflict.domain.audience import Audience
from deconflict.domain.country import Mission
from deconflict.domain.disclosure import ItemView, view_of_item
from deconflict.domain.errors import NotFound
from deconflict.domain.procedures import Noun, ProcedureFacts
from deconflict.domain.qip_view import QipView, view_of_qip
from deconflict.services.qip_duplicates import Duplicates, duplicates
from deconflict.store import procedures as store
from deconflict.store.base import db
from deconflict.store.procedures import procedure_facts
from deconflict.store.qips import items_named
from deconflict.store.queries import facts_of
from deconflict.web import qip_words
from deconflict.web.filing_words import Words, in_words, moment_words


@dataclass(frozen=True, slots=True)
class Event:
    """A visible event as its own gate shows it."""

    view: ItemView
    words: Words
    when: str


@dataclass(frozen=True, slots=True)
class Shown:
    """`events` are those that exist for the reader; `same` for an officer alone."""

    facts: ProcedureFacts
    view: QipView
    events: tuple[Event, ...]
    visits: tuple[qip_words.Visit, ...]
    overrun: str
    same: Duplicates | None


def shown(reference: str, who: Audience, mission: Mission, now: datetime) -> Shown:
    """Raises NotFound where there is none for this reader."""
    row = store.with_past(db.session(), Noun.QIP, reference)
    facts = procedure_facts(row, past=True) if row is not None else None
    view = view_of_qip(facts, who) if facts is not None else None
    if facts is None or view is None:
        raise NotFound
    return Shown(
        facts=facts,
        view=view,
        events=tuple(_events(view, who, mission)),
        visits=tuple(qip_words.visits(facts)) if view.inside else (),
        overrun=qip_words.overrun_words(view),
        same=duplicates(db.session(), facts, who, mission, now) if view.duplicates else None,
    )


def _events(view: QipView, who: Audience, mission: Mission) -> list[Event]:
    found = []
    for item in items_named(db.session(), view.events or ()):
        try:
            seen = view_of_item(facts_of(db.session(), item, mission.catalogue), who)
        except (ValueError, KeyError, TypeError):  # its own page says so
            continue
        if seen is not None:
            first = seen.stops[0].arrive if seen.stops else None
            found.append(Event(seen, in_words(seen, mission), moment_words(first.earliest) if first else ""))
    return found
