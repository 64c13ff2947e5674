"""Static sites: the clocks of verification (D7.2), who may verify, and when two of them may be one. Pure: the clock comes in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from deconflict.domain.filing import StaticSite
from deconflict.domain.geodesy import distance_m
from deconflict.domain.place import fold
from deconflict.domain.severity import Severity
from deconflict.domain.states import LIVE_SITES, VERIFIED_SITES, SiteState
from deconflict.domain.working_days import DayOff, after


@dataclass(frozen=True, slots=True)
class SiteTerms:
    """sop.toml's [static_site]. A verification holds for `verify`; `notice` before that, and before a site leaves matching, its
    owner is told; it leaves `archive` after the last word of it. A filing is to be verified within `processing_days` working days.
    Two sites nearer than `same_place_m` under other names may be one; the officer reads those within `near_m`. `occupied`: how grave
    it is that armed people are in one."""

    verify: timedelta = timedelta(days=90)
    notice: timedelta = timedelta(days=14)
    archive: timedelta = timedelta(days=180)
    processing_days: int = 5
    same_place_m: float = 200.0
    near_m: float = 1000.0
    occupied: Severity = Severity.HIGH


PROPOSED = SiteTerms()


@dataclass(frozen=True, slots=True)
class SiteFacts:
    """What is known of a site beside what was filed. `heard_at`: the last word of its owner or of a verification; `told_at`: the last
    letter about its clocks; `ended_at`: since when it is closed or archived; `disputed`: it may be the same as another one.
    `method` is how it was verified, or will be, by `verifier`; `taker` has taken it; `seconder`, a colleague of whoever filed it, has
    looked at its position too: all three are names. `occupied_at`: when it was said last that armed people are in it, None once it was
    said that they have left."""

    heard_at: datetime
    verified_at: datetime | None = None
    verified_version: int | None = None
    told_at: datetime | None = None
    method: str | None = None
    verifier: str | None = None
    taker: str | None = None
    disputed: bool = False
    ended_at: datetime | None = None
    seconder: str | None = None
    occupied_at: datetime | None = None


def may_be_told(state: str, *, disputed: bool, occupied: bool) -> bool:
    """Whether anything of a site may go to the other side at all, whatever its level: an officer has verified it, not too long ago,
    nobody doubts it, and nobody has said that armed people are in it."""
    return state in VERIFIED_SITES and not disputed and not occupied


def verify_by(facts: SiteFacts, terms: SiteTerms) -> datetime | None:
    """Until when its verification holds; None for one that never was."""
    return None if facts.verified_at is None else facts.verified_at + terms.verify


def archived_from(facts: SiteFacts, terms: SiteTerms) -> datetime | None:
    """From when on it is out of matching if nobody says a word; None while its owner has not been told, which comes first."""
    if facts.told_at is None or facts.told_at < facts.heard_at:
        return None
    return max(facts.heard_at + terms.archive, facts.told_at + terms.notice)


def event_due(state: str, facts: SiteFacts, terms: SiteTerms, now: datetime) -> str | None:
    """What the clock does to a site now: `due`, `expire` and `archive` of states.SITE, or `warn`, which moves nothing and tells its
    owner that it will be archived. After an outage the later one counts, but nothing is archived unannounced."""
    if state not in LIVE_SITES:
        return None
    ends = verify_by(facts, terms)
    if state in VERIFIED_SITES and ends is not None:
        if now >= ends:
            return "expire"
        if state == SiteState.VERIFIED and now >= ends - terms.notice:
            return "due"
        return None
    gone_at = archived_from(facts, terms)
    if gone_at is not None:
        return "archive" if now >= gone_at else None
    return "warn" if now >= facts.heard_at + terms.archive - terms.notice else None


def process_by(heard_at: datetime, terms: SiteTerms, day_off: DayOff) -> datetime:
    """By when a filing is to be verified: the same hour, so many working days later."""
    day = heard_at.date()
    return heard_at + (after(day, terms.processing_days, day_off) - day)


# ---- two that may be one -----------------------------------------------------------------------------------------


def names_of(site: StaticSite) -> frozenset[str]:
    """Everything it is or was called, folded."""
    return frozenset(folded for name in (site.name, *site.aliases) if (folded := fold(name)))


def apart_m(one: StaticSite, other: StaticSite) -> float:
    return distance_m(one.stops[0].location.point, other.stops[0].location.point)


def may_be_one(one: StaticSite, other: StaticSite, terms: SiteTerms) -> bool:
    """Two places so near each other that have no name in common: one of them is wrong, or they are one under two names."""
    return apart_m(one, other) <= terms.same_place_m and not names_of(one) & names_of(other)


def same_claim(before: StaticSite, after: StaticSite) -> bool:
    """Whether what an officer has settled of it still holds: where it is, and under which names."""
    return before.stops[0].location.point == after.stops[0].location.point and names_of(before) == names_of(after)


# ---- what a change means -----------------------------------------------------------------------------------------


def needs_verifying(before: StaticSite, after: StaticSite) -> bool:
    """Whether an amendment touches what is verified: where it is, what it is, how large, its name and whether it works."""

    def claim(site: StaticSite) -> tuple[object, ...]:
        return site.kind, site.stops[0].location, site.name, site.radius_m, site.operator, site.works

    return claim(before) != claim(after)
