"""A Quick Impact Project as its manager describes it, and as what the matcher is to see of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from deconflict.domain.filing import Level, Location, MissionPlan, Stop, Window
from deconflict.domain.qip_codes import SAME_AID


@dataclass(frozen=True, slots=True)
class QipProposal:
    """All that D3.3 asks of a project before anybody is consulted about it. `budget_usd` in whole USD; codes as in
    domain.qip_codes, `category` as mission.toml has them; `sure`: the doubts about its place that were shown and confirmed."""

    title_fr: str
    title_en: str
    category: str
    sector: str
    location: Location
    partner: str
    partner_class: str
    partner_capacity: str
    owner_section: str
    budget_usd: int
    starts_on: date
    ends_on: date
    signage: str
    band: str
    work_plan: bool
    sure: tuple[str, ...] = ()

    def facts(self) -> dict[str, Any]:
        """By the names under which a procedure keeps them; plain types only."""
        plain = asdict(self)
        place = plain.pop("location")
        plain |= {
            "place": place | {"point": list(place["point"])},
            "sure": list(self.sure),
            "starts_on": self.starts_on.isoformat(),
            "ends_on": self.ends_on.isoformat(),
        }
        return plain


def place_of(facts: Mapping[str, Any]) -> Location:
    """Of the facts of a procedure."""
    place = facts["place"]
    return Location(**{**place, "point": (float(place["point"][0]), float(place["point"][1]))})


def plan_of(facts: Mapping[str, Any], kind: str, level: Level, begins: datetime, ends: datetime) -> MissionPlan:
    """What is filed of it for the matcher: one place, one window, the aid it is. Nobody in uniform stands there for being a
    project, and what is given is the project itself: it speaks by its kind and by nothing else."""
    stop = Stop(
        place_of(facts), Window(begins, begins), Window(ends, ends), halt=True, sure=tuple(facts.get("sure", ()))
    )
    return MissionPlan(
        kind=kind,
        level=level,
        stops=(stop,),
        title=str(facts["title_fr"])[:120],
        category=next(iter(SAME_AID[facts["sector"]]), ""),
    )
