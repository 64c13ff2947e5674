"""What a file draws, as if it had been filed with a mission: what the profile knows of kinds and places, and the slack that
sop.toml assumes. domain.presence does the same for filings, which say more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from deconflict.domain.activity import NO_SLACK, Activity, Moment, Part, Slack, Spot
from deconflict.domain.country import Mission
from deconflict.domain.kinds import Kind


def as_filed(activity: Activity, mission: Mission) -> Activity:
    """The same parts with groups, category, codes of places, halts and assumed slack. What is drawn stays as drawn: no radius
    and no uncertainty is assumed. Raises KeyError for a kind that the profile does not know."""
    return replace(activity, parts=tuple(_Understood(activity, mission).parts()))


@dataclass(frozen=True, slots=True)
class _Understood:
    activity: Activity
    mission: Mission

    def parts(self) -> list[Part]:
        drawn = self.activity.parts
        return [self._part(way, n) for way in _ways(drawn) for n in range(len(way))]

    def _part(self, way: Sequence[Part], n: int) -> Part:
        part = way[n]
        kind = self._kind(part)
        lasts_s = (part.end.at - part.start.at).total_seconds()
        comes, leaves = self._slack(way, n, kind)
        return replace(
            part,
            kind=kind.code,
            groups=kind.groups,
            category=kind.category,
            hours=kind.hours,
            spot=self._spot(part),
            halt=not part.moving and lasts_s >= self.mission.pack.passing_under_s,
            start=Moment(part.start.at, part.start.declared, comes),
            end=Moment(part.end.at, part.end.declared, leaves),
        )

    def _kind(self, part: Part) -> Kind:
        kind = self.mission.catalogue[part.kind]
        return self.mission.catalogue.travelling(kind) if part.moving and not kind.record else kind

    def _spot(self, part: Part) -> Spot:
        """A point belongs to the nearest town within the radius (RUL-22); of lines and areas nobody can say."""
        if len(part.shape.points) > 1:
            return Spot()
        gazetteer, radius_m = self.mission.gazetteer, self.mission.pack.geography.same_settlement_radius_m
        found = gazetteer.nearest(part.shape.points[0], radius_m)
        return Spot(found[0].pcode, found[0].commune, found[0].name) if found else Spot()

    def _slack(self, way: Sequence[Part], n: int, kind: Kind) -> tuple[Slack, Slack]:
        """On a way it runs from that of leaving to that of arriving, so that corners with times change nothing."""
        if way[n].moving:
            first, last = way[0].start.at, way[-1].end.at
            leaves, comes = self.mission.pack.leaving_slack(first), self.mission.pack.arriving_slack(first, last)
            starts, ends = ((at - first) / (last - first) for at in (way[n].start.at, way[n].end.at))
            return _mixed(leaves, comes, starts), _mixed(leaves, comes, ends)
        if kind.site or kind.record:
            return NO_SLACK, NO_SLACK
        return self.mission.pack.on_site_slack, self.mission.pack.on_site_slack


def _mixed(first: Slack, last: Slack, share: float) -> Slack:
    return Slack(
        first.early_s + share * (last.early_s - first.early_s), first.late_s + share * (last.late_s - first.late_s)
    )


def _ways(parts: Sequence[Part]) -> list[list[Part]]:
    """Parts that move on without a break are one way; every other part stands by itself."""
    ways: list[list[Part]] = []
    for part in parts:
        last = ways[-1][-1] if ways else None
        if last and last.moving and part.moving and _goes_on(last, part):
            ways[-1].append(part)
        else:
            ways.append([part])
    return ways


def _goes_on(last: Part, part: Part) -> bool:
    return last.end.at == part.start.at and last.shape.points[-1] == part.shape.points[0]
