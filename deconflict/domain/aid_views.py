"""What each audience may read of a report of aid outside QIPs (D8): whoever reported it is known to the CMCoord officer alone; heads at
OCHA read the rest; the mission reads what was raised with it, which is place, day and kind, and nothing in a reporter's words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

from deconflict.domain import roles
from deconflict.domain.aid_reports import sees
from deconflict.domain.aid_sources import Source, source_from
from deconflict.domain.audience import Audience
from deconflict.domain.procedures import ProcedureFacts


class Reader(StrEnum):
    """As whom somebody reads."""

    OFFICER = "officer"  # CMCoord
    HEAD = "head"  # of OCHA
    MISSION = "mission"  # what was raised with it
    DECLARER = "declarer"  # the mission, of what it declared itself
    REPORTER = "reporter"  # whoever reported it, on a page of his own


@dataclass(frozen=True, slots=True)
class AidView:
    """None where the reader may not know. `reporter_id` and `reporter_organisation_id` of a report that protects whoever made it."""

    reader: Reader
    facts: ProcedureFacts | None  # for where it stands; None for whoever reported it
    state: str
    day: date
    pcode: str
    cod_version: str
    kind: str
    declared: bool | None = None
    needs: str | None = None
    consulted: str | None = None
    consequence: str | None = None
    description: str | None = None
    giver: str | None = None
    source: str | None = None
    sources: tuple[Source, ...] | None = None
    reporter_id: int | None = None
    reporter_organisation_id: int | None = None


def reader_of(facts: ProcedureFacts, audience: Audience) -> Reader | None:
    """None where there is no such report for him."""
    if not sees(facts, audience):
        return None
    if audience.is_officer:
        return Reader.OFFICER if audience.may(roles.CMCOORD) else Reader.HEAD
    return Reader.DECLARER if facts.owner_id == audience.organisation_id else Reader.MISSION


def view_of_report(facts: ProcedureFacts, secret: Mapping[str, Any], reader: Reader, pcode: str, cod: str) -> AidView:
    """`secret`: what is sealed, opened; empty once it was forgotten."""
    told = facts.facts
    bare = AidView(reader, facts, facts.state, date.fromisoformat(told["day"]), pcode, cod, told["kind"])
    if reader is Reader.MISSION:
        return bare
    view = replace(
        bare,
        declared=bool(told.get("declared")),
        needs=told.get("needs"),
        consulted=told.get("consulted"),
        consequence=told.get("consequence"),
        description=secret.get("description", ""),
        giver=secret.get("giver", "") if reader is not Reader.DECLARER else None,
    )
    if reader is Reader.REPORTER:
        return replace(view, facts=None, source=secret.get("source"))
    if reader is not Reader.OFFICER:
        return view
    return replace(
        view,
        source=secret.get("source"),
        sources=tuple(source_from(one) for one in secret.get("sources", ())),
        reporter_id=secret.get("person_id"),
        reporter_organisation_id=secret.get("organisation_id"),
    )
