"""One SOP rule as data, and of which parts it speaks. docs/sop-rules.md explains the language to officers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from deconflict.domain.activity import Part
from deconflict.domain.kinds import ANY, RECORD
from deconflict.domain.severity import Harm, Severity


@dataclass(frozen=True, slots=True)
class Rule:
    """See docs/sop-rules.md for what each field means to an officer. Where: `within_m`, `same_settlement` or `same_commune`,
    one that holds is enough. When: within `within_s` seconds, slack added; `follows` only when the humanitarian side is
    there at the same time or later; `site_hours` only while the site is open. Who: `moving` and `halting` speak of the
    mission side, `together_s` is the least co-movement, `unless` names rules that silence this one on the same parts.
    `urban`, `market_day`, `joint` and `escort` say which modifiers act on it (see `modifiers.py`). `among`: between two
    humanitarian activities, `mission` being the other of the two."""

    id: str
    why: dict[str, str]
    provenance: str
    humanitarian: frozenset[str]
    mission: frozenset[str]
    within_s: float
    severity: Severity
    harm: Harm
    within_m: float | None = None
    same_settlement: bool = False
    same_commune: bool = False
    passing: bool | None = None
    moving: bool = False
    halting: bool = False
    together_s: float | None = None
    same_category: bool = False
    other_category: bool = False
    follows: bool = False
    site_hours: bool = False
    unless: tuple[str, ...] = ()
    urban: bool = False
    market_day: bool = False
    joint: bool = False
    escort: bool = False
    eyes_only: bool = False
    caps: Severity | None = None
    cites: str = ""
    among: bool = False


def named(names: frozenset[str], part: Part) -> bool:
    """Does a rule that lists `names` speak of this part? ANY means everybody who is there in person."""
    if ANY in names and RECORD not in part.groups:
        return True
    return part.kind in names or not names.isdisjoint(part.groups)


def last_instant(part: Part) -> datetime:
    return part.end.at + timedelta(seconds=part.end.declared.late_s + part.end.assumed.late_s)


def first_instant(part: Part) -> datetime:
    return part.start.at - timedelta(seconds=part.start.declared.early_s + part.start.assumed.early_s)
