"""A consultation, a sitting and a condition in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import format_date
from flask_babel import gettext as _

from deconflict.domain import consultation as rules
from deconflict.domain.consultation_view import ConsultationView
from deconflict.domain.country import Mission
from deconflict.domain.places import label as place_label
from deconflict.domain.procedures import ProcedureFacts
from deconflict.domain.qip_codes import SECTORS
from deconflict.domain.qips import CYCLE
from deconflict.web.desk_words import short
from deconflict.web.language import current_language, label

Rows = list[tuple[str, str]]


def choices(labels: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """Code -> words, for a list to choose from."""
    return {code: label(dict(words)) for code, words in labels.items()}


def words_of(labels: Mapping[str, Mapping[str, str]], code: object) -> str:
    return label(dict(labels[str(code)])) if code in labels else str(code or "")


def title_of(held: Mapping[str, Any] | ConsultationView) -> str:
    """Of a project, in the reader's language where it was given in it."""
    if isinstance(held, ConsultationView):
        titles = (held.title_fr, held.title_en)
    else:
        titles = (str(held.get("title_fr", "")), str(held.get("title_en", "")))
    return (titles[0] or titles[1]) if current_language() == "fr" else (titles[1] or titles[0])


def month(iso: str) -> str:
    return format_date(date.fromisoformat(f"{iso}-01"), "MMMM y") if len(iso) == 7 else ""


def day(iso: str) -> str:
    return format_date(date.fromisoformat(iso), "EEE d MMM y") if iso else ""


def place_of(view: ConsultationView, mission: Mission) -> str:
    known = mission.gazetteer.meant(view.pcode, view.cod_version)
    return place_label(known) if known is not None else _("not known more closely")


def months_of(view: ConsultationView) -> str:
    first, last = month(view.first_month), month(view.last_month)
    return first if first == last else _("%(first)s to %(last)s", first=first, last=last)


def facts_rows(view: ConsultationView, mission: Mission) -> Rows:
    """All that whoever is asked reads of the project."""
    return [
        (_("Sector"), words_of(SECTORS, view.sector)),
        (_("Category"), words_of(mission.qip.categories, view.category)),
        (_("Place"), place_of(view, mission)),
        (_("Works"), months_of(view)),
        (_("State"), label(dict(CYCLE.states[view.state]))),
        (_("Opened"), short(view.opened_at) if view.opened_at else ""),
        (_("Replies until"), short(view.ends_at) if view.ends_at else ""),
    ]


@dataclass(frozen=True, slots=True)
class Count:
    code: str
    words: str
    number: int


def counts(told: Mapping[str, int]) -> list[Count]:
    """In the order of rules.COUNTED: no reply comes last and stands for itself."""
    return [Count(code, words, int(told.get(code, 0))) for code, words in choices(rules.COUNTED).items()]


def outcome_words(codes: list[str]) -> list[str]:
    return [words_of(rules.OUTCOMES, code) for code in codes]


def committee_words(code: object, mission: Mission) -> str:
    return words_of({one.code: one.name for one in mission.committees}, code)


def qip_line(facts: ProcedureFacts) -> str:
    return f"{facts.reference} {title_of(facts.facts)}"
