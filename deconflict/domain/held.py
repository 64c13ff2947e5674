"""What the brake holds, as an officer reads it. A part of the gate that disclosure.py is: SENSITIVE cases are for their readers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from deconflict.domain.audience import Audience
from deconflict.domain.disclosure import sees_desk_case
from deconflict.domain.severity import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldLine:
    """One case of which messages wait, by the desk's reference; `people` are waited for by them."""

    case: str
    area: str
    severity: Severity
    starts_at: datetime
    people: int


@dataclass(frozen=True, slots=True)
class HeldFacts:
    """Never leaves services and disclosure."""

    line: HeldLine
    sensitive: bool


def held_for(facts: Iterable[HeldFacts], audience: Audience) -> list[HeldLine]:
    """What this audience may see of them: the gravest first, then what starts first."""
    mine = [one.line for one in facts if sees_desk_case(audience, sensitive=one.sensitive)]
    return sorted(mine, key=lambda line: (-line.severity.rank, line.starts_at, line.case))
