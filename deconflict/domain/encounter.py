"""One rule on one humanitarian part and the parts of the other side: by what it fires, and from when to when they meet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum

from deconflict.domain import overlap
from deconflict.domain.activity import Part
from deconflict.domain.hours import open_span
from deconflict.domain.rules import Rule, first_instant, last_instant
from deconflict.domain.sides import Asked, Sides, touches
from deconflict.domain.timewindow import Allow, widened

Span = tuple[datetime, datetime]


class Basis(StrEnum):
    """What makes a rule fire, the most telling first."""

    DISTANCE = "distance"
    SETTLEMENT = "settlement"
    COMMUNE = "commune"


@dataclass(frozen=True, slots=True)
class Encounter:
    """`rule` is as it stands here: modifiers may have narrowed its distance or stretched its hours. `notes` says which,
    `raised` by how many steps they make it worse. `doubts` are what leaves open whether the others pass, or keep company, as
    the rule says. `sides` knows all parts of both activities."""

    sides: Sides
    rule: Rule
    part: Part
    others: tuple[Part, ...]
    notes: tuple[str, ...] = ()
    raised: int = 0
    doubts: tuple[str, ...] = ()

    def at_settlement(self) -> tuple[Part, ...]:
        mine = self.part.spot.settlement
        if mine is None or self.part.commune_only:
            return ()
        return tuple(o for o in self.others if o.spot.settlement == mine and not o.commune_only)

    def in_commune(self) -> tuple[Part, ...]:
        mine = self.part.spot.commune
        return () if mine is None else tuple(o for o in self.others if o.spot.commune == mine)

    def measured(self) -> tuple[Part, ...]:
        """Those whose place is known well enough for a distance (RUL-22)."""
        return () if self.part.commune_only else tuple(o for o in self.others if not o.commune_only)

    def by(self, basis: Basis) -> tuple[Part, ...]:
        """The parts that the rule looks at on this basis; none when it does not ask for it."""
        rule = self.rule
        match basis:
            case Basis.DISTANCE:
                return self.measured() if rule.within_m is not None else ()
            case Basis.SETTLEMENT:
                return self.at_settlement() if rule.same_settlement else ()
            case Basis.COMMUNE:
                return self.in_commune() if rule.same_commune else ()

    def stated(self) -> Encounter:
        """Without what nobody filed."""
        return self.of(() if self.part.implied else (o for o in self.others if not o.implied))

    def of(self, others: Iterable[Part]) -> Encounter:
        return replace(self, others=tuple(others))

    def fires(self, basis: Basis, zone: tzinfo, *, assumed: bool = True, uncertain: bool = True) -> bool:
        """Touching counts. Without `assumed` and `uncertain`: with assumed slack and uncertainty set to zero."""
        here = [self.part]
        others = [o for o in self.by(basis) if self._timely(o, zone, assumed=assumed)]
        if not others:
            return False
        if basis is Basis.DISTANCE:
            return touches(self.gap_m(others, assumed=assumed, uncertain=uncertain), self.rule.within_m or 0.0)
        return overlap.time_gap_s(here, others, assumed=assumed) <= self.rule.within_s

    def gap_m(self, others: Sequence[Part], *, assumed: bool = True, uncertain: bool = True) -> float:
        """To these of the others, within the rule's hours; `math.inf` perhaps when it is more than the rule's distance."""
        here, within_s, most_m = [self.part], self.rule.within_s, self.rule.within_m or 0.0
        return overlap.gap_m(
            here, others, within_s, assumed=assumed, uncertain=uncertain, most_m=most_m, among=self.sides
        )

    def asked(self, basis: Basis) -> Asked:
        return Asked([self.part], self.by(basis), self.rule.within_m or 0.0, self.rule.within_s)

    def bases(self, zone: tzinfo) -> list[Basis]:
        return [basis for basis in Basis if self.fires(basis, zone)]

    def meeting(self, near: Span | None, zone: tzinfo) -> Span:
        """The first and the last instant at which somebody is in the overlap, all slack included. `near`: those at which the two
        are within the rule's distance."""
        spans = [near]
        coded = {id(o): o for basis in (Basis.SETTLEMENT, Basis.COMMUNE) for o in self.by(basis)}
        spans += [self.at_once(other) for other in coded.values()]
        met = [span for span in spans if span is not None]
        if not met:  # the rule fired by less than the last digit: as wide as the windows allow
            met = [self.at_once(other) or _both(self.part, other) for other in self.others]
        span = min(start for start, _ in met), max(end for _, end in met)
        return self._open(span, zone) or span

    def at_once(self, other: Part) -> Span | None:
        """The instants of either that have one of the other within the rule's hours; None when there is none."""
        buffer = timedelta(seconds=self.rule.within_s)
        ours, theirs = _window(self.part), _window(other)
        mine = max(ours[0], theirs[0] - buffer), min(ours[1], theirs[1] + buffer)
        others = max(theirs[0], ours[0] - buffer), min(theirs[1], ours[1] + buffer)
        return None if mine[0] > mine[1] else (min(mine[0], others[0]), max(mine[1], others[1]))

    def _timely(self, other: Part, zone: tzinfo, *, assumed: bool) -> bool:
        """Is the other there while or before the part is, and while the site is open, where the rule asks for that?"""
        if not self.rule.follows and not self.rule.site_hours:
            return True
        allow = Allow.ASSUMED if assumed else Allow.DECLARED
        mine, theirs = widened(self.part, allow), widened(other, allow)
        if self.rule.follows and mine.latest < theirs.earliest:
            return False
        both = max(mine.earliest, theirs.earliest), min(mine.latest, theirs.latest)
        return not self.rule.site_hours or (both[0] <= both[1] and self._open(both, zone) is not None)

    def _open(self, span: Span, zone: tzinfo) -> Span | None:
        hours = self.part.hours if self.rule.site_hours else None
        return span if hours is None else open_span(hours, *span, zone, self.part.days)


def meetings(encounters: Sequence[Encounter], sides: Sides, zone: tzinfo) -> list[Span]:
    """That of each."""
    near = overlap.each_together([encounter.asked(Basis.DISTANCE) for encounter in encounters], sides)
    return [encounter.meeting(span, zone) for encounter, span in zip(encounters, near, strict=True)]


def _window(part: Part) -> Span:
    return first_instant(part), last_instant(part)


def _both(part: Part, other: Part) -> Span:
    return min(first_instant(part), first_instant(other)), max(last_instant(part), last_instant(other))
