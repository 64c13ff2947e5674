"""What each reader sees of two notices that may bring the same aid to one place (R17). A part of the gate that disclosure.py
is, apart because its readers are others: OCHA's officers, and the cluster; never the mission nor the other organisation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from deconflict.domain import roles
from deconflict.domain.activity import LatLon
from deconflict.domain.audience import Audience
from deconflict.domain.desk import DeskItemFacts, DeskItemView, view_of_desk_item
from deconflict.domain.filing import Level
from deconflict.domain.judgement import Judgement
from deconflict.domain.kinds import Catalogue, Kind

READERS = frozenset({*roles.OFFICERS, roles.CLUSTER})


@dataclass(frozen=True, slots=True)
class DuplicateFacts:
    """Both notices as the desk knows them and the judgement of the two. Never leaves store and disclosure."""

    id: int
    items: tuple[DeskItemFacts, DeskItemFacts]
    judgement: Judgement
    seen_at: datetime

    @property
    def point(self) -> LatLon:
        return self.judgement.hits[0].nominal.a_point

    @property
    def instants(self) -> tuple[datetime, datetime]:
        nominal = self.judgement.hits[0].nominal
        return nominal.a_at, nominal.b_at


@dataclass(frozen=True, slots=True)
class DuplicateView:
    """`point` is for naming the settlement. `aid`: categories both bring, without those that are named to insiders only.
    `weeks`: the Mondays of the two, on the mission's wall clock. `owners`: None where the organisation is not named.
    `items` and `judgement` are for officers."""

    id: int
    point: LatLon
    aid: tuple[str, ...]
    weeks: tuple[date, date]
    owners: tuple[str | None, str | None]
    seen_at: datetime
    items: tuple[DeskItemView, ...] = ()
    judgement: Judgement | None = None


def view_of_duplicate(
    facts: DuplicateFacts, audience: Audience, catalogue: Catalogue, zone: tzinfo
) -> DuplicateView | None:
    """None when for this reader there is none: a SENSITIVE notice for a sub-office head, and for the cluster any that its
    owner keeps to himself or the desk has not been able to read."""
    weeks = (_monday(facts.instants[0], zone), _monday(facts.instants[1], zone))
    if audience.is_officer:
        views = [view for item in facts.items if (view := view_of_desk_item(item, audience)) is not None]
        if len(views) < 2:
            return None
        owners = (views[0].owner, views[1].owner)
        aid = tuple(sorted(kind.category for kind in _shared(facts, catalogue) if kind.category))
        return DuplicateView(
            facts.id, facts.point, _once(aid), weeks, owners, facts.seen_at, tuple(views), facts.judgement
        )
    if not _reads_for_cluster(audience) or not all(_told_to_cluster(item, audience) for item in facts.items):
        return None
    aid = tuple(sorted(kind.category for kind in _shared(facts, catalogue) if kind.category and not kind.shown_as))
    first, second = facts.items
    return DuplicateView(facts.id, facts.point, _once(aid), weeks, (_named(first), _named(second)), facts.seen_at)


def _reads_for_cluster(audience: Audience) -> bool:
    """Never whoever files too, whatever roles an account has been left with: his own notice would be a question."""
    return audience.may(roles.CLUSTER) and roles.may_be_combined(audience.roles)


def _told_to_cluster(item: DeskItemFacts, audience: Audience) -> bool:
    """What is kept to its owner goes to nobody but the officer, and a cluster of one area looks at that area. What his own
    organisation is in, OCHA speaks of with both: a colleague's notice would be as good a question."""
    facts = item.facts
    if facts is None or facts.sensitive or facts.level is Level.MATCH_ONLY:
        return False
    if facts.owner_id == audience.organisation_id:
        return False
    return audience.scope in (None, facts.area, facts.sector)


def _named(item: DeskItemFacts) -> str | None:
    """An organisation is named to the cluster where its owner shares everything."""
    return item.owner if item.facts is not None and item.facts.level is Level.FULL else None


def _shared(facts: DuplicateFacts, catalogue: Catalogue) -> list[Kind]:
    """The kinds of aid of either notice whose category both have."""
    kinds = [_kinds(item, catalogue) for item in facts.items]
    both = {kind.category for kind in kinds[0]} & {kind.category for kind in kinds[1]}
    return [kind for side in kinds for kind in side if kind.category in both]


def _kinds(item: DeskItemFacts, catalogue: Catalogue) -> list[Kind]:
    if item.facts is None:
        return []
    filing = item.facts.filing
    return [catalogue[code] for code in (filing.kind, *(stop.activity for stop in filing.stops)) if code]


def _once(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words))


def _monday(at: datetime, zone: tzinfo) -> date:
    day = at.astimezone(zone).date()
    return day - timedelta(days=day.weekday())
