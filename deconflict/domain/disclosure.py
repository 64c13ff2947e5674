"""THE ONLY GATE: what each audience may see of anything.

The matrix is data (domain.matrix); the functions below turn facts into views by it, and pages, API, exports and messages
receive only views. A fact no cell opens is None in the view, never an empty string that looks like an answer.

With classical notification off (RUL-7), nothing of an item is ever shown to the other side as an item: what a party may
learn of the other is `released_words`, inside a case, by an officer's logged act.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from deconflict.domain.activity import OPEN_END, Side
from deconflict.domain.audience import Audience
from deconflict.domain.filing import Filing, Level, MissionPlan, MovementNotice, StaticSite, Stop
from deconflict.domain.matrix import opens
from deconflict.domain.ocha_areas import OCHA, enters_areas
from deconflict.domain.site_view import SiteView, view_of_site
from deconflict.domain.sites import SiteFacts, may_be_told
from deconflict.domain.zone import Zone


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """Everything about one item at its current version, sealed fields opened. `reduced_at`: since when it is in communes and
    weeks. Never leaves services and disclosure."""

    id: int
    side: Side
    owner_id: int
    owner_name: str
    reference: str
    state: str
    version: int
    level: Level
    area: str
    sector: str
    late: bool
    sensitive: bool
    filed_at: datetime
    filing: Filing
    reduced_at: datetime | None = None
    no_notice: bool = False
    site: SiteFacts | None = None  # of a static site, and of nothing else
    of_ocha: bool = False  # an area that OCHA entered (domain.ocha_areas): no party is behind it


@dataclass(frozen=True, slots=True)
class ItemView:
    """One item as somebody may see it; None where he may not."""

    reference: str
    side: Side
    state: str
    version: int
    level: Level
    late: bool
    filed_at: datetime
    own: bool
    area: str | None
    sector: str | None
    organisation: str | None
    kind: str | None
    mode: str | None
    stops: tuple[Stop, ...] | None
    vehicles: int | None = None
    marking: str | None = None
    persons: int | None = None
    cargo: str | None = None
    urgency: str | None = None
    urgency_reason: str | None = None
    escort: str | None = None
    escort_by: str | None = None
    communications: str | None = None
    overnight: str | None = None
    plates: str | None = None
    aid_component: str | None = None
    joint_with: str | None = None
    title: str | None = None
    media: bool | None = None
    reduced_at: datetime | None = None
    vehicle_type: str | None = None
    second_phone: str | None = None
    radio: str | None = None
    coverage_lost_at: datetime | None = None
    check_in_plan: str | None = None
    confirmed: bool | None = None
    category: str | None = None
    zone: Zone | None = None
    no_notice: bool | None = None
    site: SiteView | None = None
    of_ocha: bool = False
    known_from: str | None = None  # of an area that OCHA entered, for OCHA alone
    needs_basis: str | None = None
    civilian_lead: str | None = None
    civilian_actor: str | None = None
    civilian_reason: str | None = None
    alternative: str | None = None
    alternative_too: str | None = None
    qip: str | None = None
    occasion: str | None = None
    civilian: bool | None = None


def owns(audience: Audience, side: str, owner_id: int, sector: str) -> bool:
    """Its owner's people; for the mission narrowed to the sector, unless the account is of the whole force; at OCHA those who enter
    areas. To be asked of the bare row, before what was filed is opened: that it cannot be read would tell a stranger that it is
    there."""
    if owner_id != audience.organisation_id or (audience.side == OCHA and not enters_areas(audience)):
        return False
    return side == Side.HUMANITARIAN or audience.sector in (None, sector)


def is_own(facts: ItemFacts, audience: Audience) -> bool:
    return owns(audience, facts.side, facts.owner_id, facts.sector)


def sees_person(audience: Audience, *, organisation_id: int, side: str, scope: str | None) -> bool:
    """Whether somebody stands on a list of people for this audience. In the mission whoever works in another sector is not
    one's own."""
    near = side != Side.MISSION or None in (audience.scope, scope) or audience.scope == scope
    return opens("people.list", audience, own=near and organisation_id == audience.organisation_id)


def sees_colleagues(audience: Audience, *, organisation_id: int) -> bool:
    """Whether the names of an organisation's people are known to this audience, who names one of them on a form."""
    return opens("people.colleagues", audience, own=organisation_id == audience.organisation_id)


def view_of_item(facts: ItemFacts, audience: Audience) -> ItemView | None:
    """The item as this audience may see it, None when for him it does not exist."""
    noun = "notice" if facts.side is Side.HUMANITARIAN else "plan"
    own = is_own(facts, audience)

    def sees(element: str) -> bool:
        return opens(f"{noun}.{element}", audience, own=own, sensitive=facts.sensitive)

    if not sees("route"):
        return None
    filing = facts.filing
    view = ItemView(
        reference=facts.reference,
        side=facts.side,
        state=facts.state,
        version=facts.version,
        level=facts.level,
        late=facts.late,
        filed_at=facts.filed_at,
        own=own,
        area=facts.area,
        sector=facts.sector,
        organisation=facts.owner_name if sees("organisation") else None,
        kind=filing.kind if sees("activity") else None,
        mode=filing.mode,
        stops=filing.stops if sees("timing") else None,
        reduced_at=facts.reduced_at,
        zone=filing.zone if isinstance(filing, MissionPlan) and sees("timing") else None,
        of_ocha=facts.of_ocha,
    )
    if isinstance(filing, MovementNotice):
        return replace(view, **_notice_fields(filing, sees))
    if isinstance(filing, StaticSite):
        return replace(
            view,
            site=view_of_site(
                filing,
                facts.site,
                own=own,
                phone=sees("team_phone"),
                desk=sees_desk_case(audience, sensitive=facts.sensitive),
            ),
        )
    if isinstance(filing, MissionPlan) and sees("traits"):
        return replace(
            view,
            aid_component=filing.aid_component,
            joint_with=filing.joint_with,
            title=filing.title,
            media=filing.media,
            urgency=filing.urgency,
            category=filing.category,
            needs_basis=filing.needs_basis,
            civilian_lead=filing.civilian_lead,
            civilian_actor=filing.civilian_actor,
            civilian_reason=filing.civilian_reason,
            alternative=filing.alternative,
            alternative_too=filing.alternative_too,
            no_notice=facts.no_notice,
            qip=filing.qip,
            occasion=filing.occasion,
            civilian=filing.civilian,
            known_from=filing.known_from if facts.of_ocha and audience.side == OCHA else None,
        )
    return view


def _notice_fields(filing: MovementNotice, sees: Any) -> dict[str, Any]:
    by_element: dict[str, dict[str, Any]] = {
        "route": {"confirmed": filing.confirmed_by is not None},
        "vehicles": {
            "vehicles": filing.vehicles,
            "marking": filing.marking,
            "vehicle_type": filing.vehicle_type,
        },
        "persons": {"persons": filing.persons},
        "cargo": {"cargo": filing.cargo},
        "timing": {
            "urgency": filing.urgency,
            "urgency_reason": filing.urgency_reason,
            "coverage_lost_at": filing.coverage_lost_at,
            "check_in_plan": filing.check_in_plan,
        },
        "escort": {"escort": filing.escort, "escort_by": filing.escort_by},
        "team_phone": {
            "communications": filing.communications,
            "second_phone": filing.second_phone,
            "radio": filing.radio,
        },
        "overnight": {"overnight": filing.overnight},
        "plates": {"plates": filing.plates},
    }
    return {field: value for element, fields in by_element.items() if sees(element) for field, value in fields.items()}


def sees_desk_case(audience: Audience, *, sensitive: bool) -> bool:
    """Whether the desk's side of a case (both items, figures, history) exists for this audience."""
    return opens("case.desk", audience, own=False, sensitive=sensitive)


def sees_own_case(facts: ItemFacts, audience: Audience, *, told: bool) -> bool:
    """Whether a party may open its page of a case: its own item, and only once something was said to that side."""
    return told and opens("case.own", audience, own=is_own(facts, audience))


# ---- what one side may be told of the other ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class HalfDay:
    """A local date and a part of it: morning 06-12, afternoon 12-18, night 18-06 (RUL-9). A night bears the date of its
    evening."""

    day: date
    part: str


NO_END = HalfDay(OPEN_END.date(), "night")  # the last half-day of what stands there until further notice


def half_days(starts_at: datetime, ends_at: datetime, zone: str) -> tuple[HalfDay, ...]:
    """The first and the last half-day the span touches, rounded outward, in the mission's zone: one where they are the same,
    none for a span that ends before it begins, `NO_END` last for one without an end."""
    if ends_at < starts_at:
        return ()
    first = _half_day_at(starts_at.astimezone(ZoneInfo(zone)))
    last = NO_END if ends_at >= OPEN_END else _half_day_at(ends_at.astimezone(ZoneInfo(zone)))
    return (first,) if first == last else (first, last)


def _half_day_at(at: datetime) -> HalfDay:
    """The half-day that holds a local instant."""
    if at.hour < 6:
        return HalfDay(at.date() - timedelta(days=1), "night")
    return HalfDay(at.date(), "morning" if at.hour < 12 else "afternoon" if at.hour < 18 else "night")


RECOGNITION = "recognition"  # under this name beside the words of a request
PLATES_BEFORE = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Recognition:
    """What a patrol knows vehicles by, of a notice at the full level: how many, and their marking. `version` of the notice it
    was taken from: a later one is not followed, since that would tell what its owner changed."""

    vehicles: int
    marking: str
    version: int


@dataclass(frozen=True, slots=True)
class ReleasedWords:
    """All that one side may be told of the other's plan: avoid a place from the first of `half_days` to the last. Never why,
    never whom (RUL-7, R6). `crowd` says to the mission whether people will gather (R2); to a humanitarian it is
    always None."""

    place: str
    pcode: str | None
    half_days: tuple[HalfDay, ...]
    crowd: bool | None = None
    recognition: Recognition | None = None


def releases(facts: ItemFacts, released_once: bool) -> bool:
    """Whether the owner lets the officer tell the other side anything, by level or by a one-off release. Of a static site nothing is
    told that nobody has verified, or not for long, or that is in doubt: no release mends that (D7.2)."""
    if facts.sensitive or not tellable(facts):
        return False
    return facts.level is not Level.MATCH_ONLY or released_once


def tellable(facts: ItemFacts) -> bool:
    """Whether there is anything to be told by now, whatever its owner lets be told: of everything but a site there is."""
    if not isinstance(facts.filing, StaticSite):
        return True
    return facts.site is not None and may_be_told(
        facts.state, disputed=facts.site.disputed, occupied=facts.site.occupied_at is not None
    )


def may_be_asked(asked: ItemFacts, other: ItemFacts, released: frozenset[str]) -> bool:
    """RUL-8: asking an owner to move reveals what the *other* side released; where it released nothing, he may not be
    asked. For SENSITIVE notices nothing is ever derived towards the mission. Of an area that OCHA entered nobody is there to ask."""
    return not asked.of_ocha and releases(other, other.side.value in released)


def released_words(
    other: ItemFacts,
    *,
    place: str,
    pcode: str | None,
    starts_at: datetime,
    ends_at: datetime,
    crowd: bool,
    zone: str,
    released: frozenset[str],
) -> ReleasedWords | None:
    """What may be said of `other` in a request: the settlement of the overlap and the half-days of `other`'s presence
    there; None when its owner released nothing."""
    if not releases(other, other.side.value in released):
        return None
    gathers = crowd if other.side is Side.HUMANITARIAN else None
    return ReleasedWords(place, pcode, half_days(starts_at, ends_at, zone), gathers, recognition_of(other))


def recognition_of(other: ItemFacts) -> Recognition | None:
    """For the mission, of a notice whose owner chose the full level; a one-off release never is that much (D4.3, D8)."""
    notice = other.filing
    if not isinstance(notice, MovementNotice) or notice.level is not Level.FULL or other.sensitive:
        return None
    return Recognition(notice.vehicles, notice.marking, other.version)


def plates_shown(other: ItemFacts, now: datetime) -> str | None:
    """Number plates, for a checkpoint: from a day before the first departure to the end and at no other time (D8). `other` at
    the version that the request was made from."""
    notice = other.filing
    if recognition_of(other) is None or not isinstance(notice, MovementNotice) or not notice.plates:
        return None
    windows = [window for stop in notice.stops for window in stop.windows]
    begins, ends = min(w.earliest for w in windows), max(w.latest for w in windows)
    return notice.plates if begins - PLATES_BEFORE <= now <= ends else None
