"""Somebody at OCHA enters for an organisation what it called in: who said so, which way, and how it is known that it was he. A part of the
gate that disclosure.py is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from deconflict.domain import roles
from deconflict.domain.activity import Side
from deconflict.domain.audience import Audience
from deconflict.domain.filing import Level
from deconflict.domain.matrix import opens

RELAYS = roles.OFFICERS | {roles.RADIO_OPERATOR}
CALLED_WITHIN = timedelta(hours=48)  # what was heard longer ago is called in again


class Way(StrEnum):
    """How it was heard."""

    PHONE = "phone"
    RADIO = "radio"
    SATELLITE = "satellite"


class Back(StrEnum):
    """How it is known who spoke. To call back is the rule: `directory` on a number that the directory has of the organisation, `other`
    on one that was given; `heard`: on a radio, nobody can be called back, and a voice is known."""

    DIRECTORY = "directory"
    OTHER = "other"
    HEARD = "heard"


class Act(StrEnum):
    """What was done for somebody."""

    FILE = "file"
    AMEND = "amend"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """`caller_id`: somebody of the organisation's directory; None for a voice that is known and whose name is kept nowhere. `number`, in
    E.164, where the call back went to another one than the directory's."""

    caller_id: int | None
    way: Way
    called_at: datetime
    back: Back
    number: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One act that was done for an organisation, and of whom it was heard. `caller`: a name, "" for a known voice; `by` who entered it.
    Of rows it is everything, after `entries_for` what one reader may see."""

    version: int
    act: str
    at: datetime
    by: str
    caller: str
    way: str
    back: str
    number: str
    called_at: datetime
    read_back_at: datetime


def may_enter(audience: Audience) -> bool:
    return audience.side == "ocha" and audience.may(*RELAYS)


def scribe(by: Audience, organisation_id: int) -> Audience:
    """Whoever writes for this organisation while he does: he files as its people do, and reads of it what he is told, but not where it
    sleeps nor its plates."""
    return Audience(by.person_id, organisation_id, Side.HUMANITARIAN, frozenset({roles.SCRIBE}), language=by.language)


def ceiling(default: str | None, back: Back, *, answers: bool) -> Level:
    """How much may be told at most, by whom it was heard: a voice could be anybody's, so never more than the organisation set for all its
    notices, and where it set nothing, nothing. Only whoever answers for it (`answers`), called back on a number that the directory
    has, may say more."""
    if answers and back is Back.DIRECTORY:
        return Level.FULL
    return Level(default) if default else Level.MATCH_ONLY


def within(level: Level, most: Level) -> bool:
    every = list(Level)
    return every.index(level) <= every.index(most)


def entries_for(entries: Iterable[Entry], audience: Audience, *, own: bool, sensitive: bool) -> list[Entry]:
    """As the owner and the desk may read them; a number is for whoever reads the organisation's numbers, and who at OCHA wrote it down is
    for OCHA."""
    if not opens("notice.organisation", audience, own=own, sensitive=sensitive):
        return []
    numbers = opens("contact.phone", audience, own=own)
    return [_seen(entry, audience, numbers=numbers) for entry in entries]


def _seen(entry: Entry, audience: Audience, *, numbers: bool) -> Entry:
    by = entry.by if audience.side == "ocha" else ""
    return replace(entry, by=by, number=entry.number if numbers else "")
