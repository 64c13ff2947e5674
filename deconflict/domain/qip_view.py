"""What of a QIP each audience may see (D8, RUL-13): whoever runs or reviews it the whole, sector operations neither money nor partner,
whoever is consulted a place, a sector and a month, and what a ceremony would tell once the project is decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from deconflict.domain import roles
from deconflict.domain.audience import Audience
from deconflict.domain.procedures import ProcedureFacts
from deconflict.domain.qips import CONSULTED, READERS, sees

DECIDED = frozenset({"approved", "signed", "in_progress", "suspended", "completed", "closed"})
_ALL_BUT_OPS = READERS - {roles.OPS}
_CLASS_ONLY = frozenset({roles.FOCAL_POINT, roles.CLUSTER, roles.NGO_FORUM})
# Element -> who reads it from the beginning, who reads it once the national committee has decided.
CELLS: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    "inside": (READERS, READERS),  # days, exact place, signage, work plan, capacity, committee, history
    "title": (READERS, READERS | CONSULTED),
    "budget": (_ALL_BUT_OPS, _ALL_BUT_OPS | CONSULTED),
    "partner": (_ALL_BUT_OPS, _ALL_BUT_OPS),
    "partner_class": (_ALL_BUT_OPS | _CLASS_ONLY, _ALL_BUT_OPS | _CLASS_ONLY),
    # Where humanitarians plan the same: nobody but OCHA, whatever else he reads of the project.
    "duplicates": (roles.OFFICERS, roles.OFFICERS),
}


@dataclass(frozen=True, slots=True)
class QipView:
    """One QIP as somebody may see it; None where he may not. `place`: a Location as JSON, of which whoever is not `inside` is shown
    the settlement; `first_month` and `last_month` as 2026-12, all that he learns of the days."""

    reference: str
    state: str
    version: int
    sector: str
    category: str
    place: Mapping[str, Any]
    first_month: str
    last_month: str
    band: str
    inside: bool
    duplicates: bool
    title_fr: str | None = None
    title_en: str | None = None
    budget_usd: int | None = None
    partner: str | None = None
    partner_class: str | None = None
    partner_capacity: str | None = None
    owner_section: str | None = None
    starts_on: str | None = None
    ends_on: str | None = None
    started_on: str | None = None
    completed_on: str | None = None
    signage: str | None = None
    work_plan: bool | None = None
    committee: str | None = None
    overrun_at: str | None = None
    rating: str | None = None
    events: tuple[str, ...] | None = None


def view_of_qip(facts: ProcedureFacts, audience: Audience) -> QipView | None:
    """None where it does not exist for this audience."""
    if not sees(facts, audience):
        return None
    held = facts.facts

    def may(element: str) -> bool:
        return bool(CELLS[element][facts.state in DECIDED] & audience.roles)

    def told(element: str, name: str) -> Any:
        return held.get(name) if may(element) else None

    inside = may("inside")
    return QipView(
        reference=facts.reference,
        state=facts.state,
        version=facts.version,
        sector=held["sector"],
        category=held["category"],
        place=held["place"] if inside else settlement_only(held),
        first_month=held["starts_on"][:7],
        last_month=held["ends_on"][:7],
        band=held["band"],
        inside=inside,
        duplicates=may("duplicates"),
        events=tuple(held.get("events", ())) if inside else None,
        **{name: told("title", name) for name in ("title_fr", "title_en")},
        **{name: told("inside", name) for name in INSIDE},
        budget_usd=told("budget", "budget_usd"),
        partner=told("partner", "partner"),
        partner_class=told("partner_class", "partner_class"),
        partner_capacity=told("partner", "partner_capacity"),
    )


INSIDE = (
    *("owner_section", "starts_on", "ends_on", "started_on", "completed_on", "signage", "work_plan", "committee"),
    *("overrun_at", "rating"),
)


def settlement_only(held: Mapping[str, Any]) -> dict[str, Any]:
    """The settlement, or where that is not known the commune: never figures, nor what was typed."""
    return {"pcode": held.get("settlement") or held.get("commune"), "cod_version": held["place"]["cod_version"]}
