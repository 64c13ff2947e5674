"""Whom the desk calls by hand, because no text may reach him in time. A part of the gate that disclosure.py is: numbers are for
officers, those of a SENSITIVE case for its readers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from deconflict.domain.audience import Audience
from deconflict.domain.disclosure import sees_desk_case
from deconflict.domain.matrix import opens
from deconflict.domain.severity import Severity


class Why(StrEnum):
    """Worst first."""

    UNREACHED = "unreached"  # no address is left
    NO_PHONE = "no_phone"  # only an e-mail may have arrived
    WAITING = "waiting"  # it should have left, and has not


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One person who is owed word. `label` is the alert's reference and counter, `case` the desk's reference; `numbers` in the
    order to try, those known to fail last; `team`: they ring a team, whose focal point `person` is."""

    alert_id: int
    label: str
    case: str
    area: str
    severity: Severity
    starts_at: datetime
    side: str
    purpose: str
    person: str
    organisation: str
    function: str
    team: bool
    numbers: tuple[str, ...]
    why: Why
    since: datetime


@dataclass(frozen=True, slots=True)
class CallFacts:
    """Never leaves services and disclosure."""

    call: Call
    sensitive: bool


def calls_for(facts: Iterable[CallFacts], audience: Audience) -> list[Call]:
    """What this audience may see of them: the gravest first, then what starts first."""
    mine = [
        one.call
        for one in facts
        if sees_desk_case(audience, sensitive=one.sensitive)
        and opens("contact.phone", audience, own=False, sensitive=one.sensitive)
    ]
    return sorted(mine, key=lambda call: (-call.severity.rank, call.starts_at, list(Why).index(call.why), call.since))
