"""What of a consultation each audience may see (RUL-13): OCHA everything; the committees and the manager what OCHA wrote for them;
whoever is asked the project's place, sector, category, title and months, and his own reply. Nobody else learns how many were asked: that
says who works in a commune."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from deconflict.domain import consultation as rules
from deconflict.domain.audience import Audience
from deconflict.domain.consultation import Reply, Tally
from deconflict.domain.procedures import ProcedureFacts
from deconflict.domain.qips import sees


@dataclass(frozen=True, slots=True)
class ConsultationView:
    """`pcode`: the settlement, or the commune where that is not known; never figures. `mine`: what the audience himself may answer, without
    words. `replies` and `tally` for OCHA; `summary` and `override` None where he may not or there is none. `opened_at` None: it was not
    opened yet."""

    reference: str
    state: str
    version: int
    title_fr: str
    title_en: str
    sector: str
    category: str
    pcode: str | None
    cod_version: str
    first_month: str
    last_month: str
    opened_at: datetime | None
    ends_at: datetime | None
    closed: bool
    takes_replies: bool
    mine: tuple[Reply, ...]
    replies: tuple[Reply, ...] | None
    tally: Tally | None
    reads_summary: bool
    summary: Mapping[str, Any] | None
    override: Mapping[str, Any] | None
    passed_on_at: datetime | None
    may_summarise: bool


def view_of_consultation(
    facts: ProcedureFacts, replies: Sequence[Reply], audience: Audience
) -> ConsultationView | None:
    """None where the project does not exist for this audience."""
    if not sees(facts, audience):
        return None
    held, place = facts.facts, facts.facts.get("place") or {}
    whole, inside = rules.reads_replies(audience), rules.reads_summary(audience)
    passed_on = rules.instant(held, "passed_on_at")
    mine = [
        one
        for one in replies
        if rules.may_answer(one.capacity, one.organisation_id, audience, passed_on=passed_on is not None)
    ]
    return ConsultationView(
        reference=facts.reference,
        state=facts.state,
        version=facts.version,
        title_fr=str(held.get("title_fr", "")),
        title_en=str(held.get("title_en", "")),
        sector=str(held.get("sector", "")),
        category=str(held.get("category", "")),
        pcode=held.get("settlement") or held.get("commune") or place.get("pcode"),
        cod_version=str(place.get("cod_version", "")),
        first_month=str(held.get("starts_on", ""))[:7],
        last_month=str(held.get("ends_on", ""))[:7],
        opened_at=rules.instant(held, "consultation_opened_at"),
        ends_at=rules.instant(held, "consultation_ends_at"),
        closed=bool(held.get("consultation_closed_at")),
        takes_replies=rules.is_open(facts),
        mine=tuple(mine),
        replies=tuple(replies) if whole else None,
        tally=rules.tally(replies) if whole else None,
        reads_summary=inside,
        summary=held.get("summary") if inside else None,
        override=held.get("override") if inside and held.get("overridden_at") else None,
        passed_on_at=passed_on if inside else None,
        may_summarise=facts.state in ("consulted", "scheduled")
        and rules.may_summarise(audience, passed_on=passed_on is not None),
    )
