"""Names in activities.toml of which sop.toml makes nothing: a letter that is wrong there would look like quiet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from deconflict.domain.activity import Side
from deconflict.domain.kinds import ANY, RECORD, STANDING, Kind
from deconflict.domain.rules import Rule
from deconflict.schemas.rule_checks import Fault, did_you_mean, speaks
from deconflict.schemas.toml_fields import Loaded

OURS = frozenset({STANDING, RECORD})  # groups that the flags of a kind give it
Names = dict[Side, frozenset[str]]


def kind_faults(activities: Loaded, sop: Loaded) -> Iterator[Fault]:
    """Faults of activities.toml: groups that no rule and no modifier names, and kinds that no rule names."""
    cited = {side: _cited(side, sop) for side in Side}
    for index, kind in enumerate(activities["kind"]):
        unknown = sorted(kind.groups - cited[kind.side] - OURS)
        for name in unknown:
            yield ("kind", index, "groups"), _unknown(name, kind.side, cited)
        if not unknown:  # else the rule it lacks is that of the group
            yield from ((("kind", index, key), words) for key, words in _alone(kind, sop["rule"]))
    for field, values in activities["traits"].items():
        for value, groups in values.items():
            for name in sorted(groups - cited[Side.MISSION]):
                yield ("traits", field, value), _unknown(name, Side.MISSION, cited)


def _cited(side: Side, sop: Loaded) -> frozenset[str]:
    """What the rules, and the modifiers that name anybody, name on one side."""
    names = {name for rule in sop["rule"] for listed in _of_side(rule, side) for name in listed}
    if side is Side.MISSION:
        names |= {name for modifier in ("joint", "escort") for name in sop["modifier"][modifier]["mission"]}
    return frozenset(names - {ANY})


def _unknown(name: str, side: Side, cited: Names) -> str:
    return f"No rule or modifier of sop.toml names {name!r} on the {side} side." + did_you_mean(name, cited[side])


def _alone(kind: Kind, rules: Sequence[Rule]) -> Iterator[tuple[str, str]]:
    """A kind that no rule means, or none but those that mean everybody: it must say so itself."""
    listed = [names for rule in rules for names in _of_side(rule, kind.side)]
    named = any(speaks(names - {ANY}, kind) for names in listed)
    if not any(speaks(names, kind) for names in listed):
        yield "groups", f"No rule of sop.toml speaks of {kind.code}: nothing would ever be found."
    elif not named and not kind.any_only:
        said = f"No rule of sop.toml names {kind.code}, only rules for ANY speak of it."
        yield "groups", f"{said} Give it a group, or say any_only = true."
    elif named and kind.any_only:
        yield "any_only", f"Rules of sop.toml name {kind.code}: take this out."


def _of_side(rule: Rule, side: Side) -> tuple[frozenset[str], ...]:
    if side is Side.HUMANITARIAN:
        return (rule.humanitarian,)
    return () if rule.among else (rule.mission,)
