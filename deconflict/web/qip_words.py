"""A QIP in words, as far as its view goes: what is None there has no line here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import format_date, format_datetime, format_decimal
from flask_babel import gettext as _

from deconflict.domain import qip_codes as codes
from deconflict.domain.country import Mission
from deconflict.domain.places import label as place_label
from deconflict.domain.procedures import ProcedureFacts
from deconflict.domain.qip_proposal import place_of
from deconflict.domain.qip_view import QipView
from deconflict.domain.qips import CYCLE
from deconflict.web.language import current_language, label
from deconflict.web.place_words import placed_words

Rows = list[tuple[str, str]]


def code_words(labels: Mapping[str, Mapping[str, str]], code: str | None) -> str:
    return label(dict(labels[code])) if code and code in labels else ""


def choices(labels: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """Code -> words, for a list to choose from."""
    return {code: label(dict(words)) for code, words in labels.items()}


def title_of(view: QipView) -> str:
    """In the reader's language; whoever may not read the title is told the sector."""
    title = view.title_fr if current_language() == "fr" else view.title_en
    return title or code_words(codes.SECTORS, view.sector)


def where(view: QipView, mission: Mission) -> str:
    """The place as far as the view tells it: the settlement alone, or how it was given."""
    if view.inside:
        return placed_words(place_of({"place": view.place}), mission)
    known = mission.gazetteer.meant(view.place["pcode"], view.place["cod_version"])
    return place_label(known) if known is not None else _("not known more closely")


def when(view: QipView) -> str:
    if view.starts_on and view.ends_on:
        return _("%(first)s to %(last)s", first=day(view.starts_on), last=day(view.ends_on))
    first, last = month(view.first_month), month(view.last_month)
    return first if first == last else _("%(first)s to %(last)s", first=first, last=last)


def day(iso: str) -> str:
    return format_date(date.fromisoformat(iso), "d MMMM y")


def month(iso: str) -> str:
    return format_date(date.fromisoformat(f"{iso}-01"), "MMMM y")


def money(usd: int | None) -> str:
    return "" if usd is None else _("%(sum)s USD", sum=format_decimal(usd))


def rows(view: QipView, mission: Mission) -> Rows:
    """(term, words) in the order in which people ask; empty words are not shown."""
    committees = {one.code: one.name for one in mission.committees}
    return [
        (_("Title (French)"), view.title_fr or ""),
        (_("Title (English)"), view.title_en or ""),
        (_("Sector"), code_words(codes.SECTORS, view.sector)),
        (_("Category"), code_words(mission.qip.categories, view.category)),
        (_("Place"), where(view, mission)),
        (_("Works"), when(view)),
        (_("For"), code_words(codes.BANDS, view.band)),
        (_("Whose project"), code_words(codes.SECTIONS, view.owner_section)),
        (_("Implementing partner"), view.partner or ""),
        (_("What the partner is"), code_words(codes.PARTNERS, view.partner_class)),
        (_("Capacity of the partner"), code_words(codes.CAPACITIES, view.partner_capacity)),
        (_("Budget"), money(view.budget_usd)),
        (_("Sign on site"), view.signage or ""),
        (_("Work plan"), "" if view.work_plan is None else _("Attached") if view.work_plan else _("Missing")),
        (_("Reviewed by"), code_words(committees, view.committee)),
        (_("Works began"), day(view.started_on) if view.started_on else ""),
        (_("Completed"), day(view.completed_on) if view.completed_on else ""),
        (_("Evaluation"), code_words(codes.RATINGS, view.rating)),
    ]


def overrun_words(view: QipView) -> str:
    """Since when it is over its time; empty where it is not, or where nobody may know the days."""
    if not view.overrun_at or view.state not in ("signed", "in_progress", "suspended"):
        return ""
    return format_datetime(datetime.fromisoformat(view.overrun_at), "d MMMM y")


@dataclass(frozen=True, slots=True)
class Visit:
    on: str
    finding: str
    words: str


def visits(facts: ProcedureFacts) -> list[Visit]:
    """Monitoring visits, the newest first, as its history keeps them."""
    found = [line for line in facts.past if line.event == "visit"]
    return [
        Visit(day(str(line.facts["on"])), code_words(codes.FINDINGS, line.code), line.words) for line in reversed(found)
    ]


def state_words(state: str) -> str:
    return label(dict(CYCLE.states[state]))


def step_words(event: str) -> str:
    return label(dict(CYCLE.act_label(event)))
