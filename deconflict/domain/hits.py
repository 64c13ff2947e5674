"""What is said of an encounter on which a rule fired: by what, how surely, how severe, with its figures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import tzinfo

from deconflict.domain import overlap
from deconflict.domain.activity import Part
from deconflict.domain.encounter import Basis, Encounter, Span
from deconflict.domain.judgement import DELAYS, IMPLIED, POSITION, Hit
from deconflict.domain.modifiers import Modifiers
from deconflict.domain.overlap import Nominal
from deconflict.domain.severity import Severity
from deconflict.domain.sides import Sides


@dataclass(frozen=True, slots=True)
class Verdict:
    """`severity` softened, raised and capped; `notes` of the modifiers that acted."""

    basis: Basis
    possible: bool
    severity: Severity
    notes: tuple[str, ...]


def verdict_of(encounter: Encounter, bases: Sequence[Basis], modifiers: Modifiers) -> Verdict:
    """The worst that any of the bases on which the rule fires amounts to; of equals the surest, then the most telling."""
    verdicts = [_on(basis, encounter, modifiers) for basis in bases]
    return max(verdicts, key=lambda v: (v.severity.rank, not v.possible))


def _on(basis: Basis, encounter: Encounter, modifiers: Modifiers) -> Verdict:
    possible = bool(encounter.doubts) or not _near(encounter, basis, modifiers.timezone)
    severity = encounter.rule.severity.milder if possible else encounter.rule.severity
    for _ in range(encounter.raised):
        severity = severity.graver
    notes = encounter.notes
    if basis is Basis.COMMUNE:
        severity, said = modifiers.capped(severity, encounter)
        notes = (*notes, *said)
    return Verdict(basis, possible, severity, notes)


def _near(encounter: Encounter, basis: Basis, zone: tzinfo) -> bool:
    """As filed, with nothing assumed."""
    return encounter.stated().fires(basis, zone, assumed=False, uncertain=False)


def hit_of(encounter: Encounter, verdict: Verdict, span: Span, nominal: Nominal, modifiers: Modifiers) -> Hit:
    """`span` is that of the meeting, `nominal` of the parts that the verdict rests on."""
    rule, here, sides = encounter.rule, [encounter.part], encounter.sides
    shown = encounter.by(verdict.basis)
    by_distance = verdict.basis is Basis.DISTANCE
    because = _because(encounter, verdict.basis, modifiers.timezone) if verdict.possible else ()
    return Hit(
        rule_id=rule.id,
        severity=verdict.severity,
        harm=rule.harm,
        possible=verdict.possible,
        gap_m=encounter.gap_m(shown) if by_distance else nominal.distance_m,
        limit_m=rule.within_m,
        time_gap_s=overlap.time_gap_s(here, shown),
        limit_s=rule.within_s,
        same_settlement=rule.same_settlement and bool(encounter.at_settlement()),
        nominal=nominal,
        minutes_within=_minutes(here, shown, rule.within_m, sides),
        meets_from=span[0],
        meets_until=span[1],
        same_commune=rule.same_commune and bool(encounter.in_commune()),
        eyes_only=rule.eyes_only,
        basis=str(verdict.basis),
        because=because,
        unsure_m=_unsure_m(encounter, shown) if by_distance and POSITION in because else 0.0,
        modifiers=verdict.notes,
    )


def _minutes(here: Sequence[Part], shown: Sequence[Part], within_m: float | None, sides: Sides) -> float:
    return 0.0 if within_m is None else overlap.minutes_within(here, shown, within_m, among=sides)


def _unsure_m(encounter: Encounter, shown: Sequence[Part]) -> float:
    """How little is known of both places together, where they may come nearest."""
    nearest = min(shown, key=lambda other: encounter.gap_m([other])) if len(shown) > 1 else shown[0]
    return encounter.part.uncertainty_m + nearest.uncertainty_m


def _because(encounter: Encounter, basis: Basis, zone: tzinfo) -> tuple[str, ...]:
    """What makes it possible only."""
    found = {*encounter.doubts, *(() if _near(encounter, basis, zone) else _lacking(encounter, basis, zone))}
    return tuple(reason for reason in (POSITION, DELAYS, IMPLIED) if reason in found)


def _lacking(encounter: Encounter, basis: Basis, zone: tzinfo) -> Iterator[str]:
    """Each thing that alone would make the rule fire; all that play a part when none does alone."""
    stated = encounter.stated()
    alone = {
        POSITION: stated.fires(basis, zone, assumed=False, uncertain=True),
        DELAYS: stated.fires(basis, zone, assumed=True, uncertain=False),
        IMPLIED: encounter.fires(basis, zone, assumed=False, uncertain=False),
    }
    if any(alone.values()):
        yield from (reason for reason, enough in alone.items() if enough)
        return
    yield from (POSITION,) if not encounter.fires(basis, zone, uncertain=False) else ()
    yield from (DELAYS,) if not encounter.fires(basis, zone, assumed=False) else ()
    yield from (IMPLIED,) if not stated.fires(basis, zone) else ()
