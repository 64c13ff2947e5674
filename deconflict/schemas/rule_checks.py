"""Rules that can never fire or never matter: mistakes that look like quiet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from difflib import get_close_matches

from deconflict.domain.activity import Side
from deconflict.domain.kinds import ANY, RECORD, Catalogue, Kind
from deconflict.domain.rules import Rule
from deconflict.schemas.toml_fields import Loaded
from deconflict.schemas.toml_lines import Path

Fault = tuple[Path, str]
MODIFIERS = ("urban", "market_day", "joint", "escort", "commune")
OF_ONE_SIDE = {  # words that say something of one side alone, by the field of the rule
    "passing": "passing",
    "moving": "moving",
    "halting": "halting",
    "together_s": "together_min",
    "follows": "follows",
    "site_hours": "site_hours",
    "unless": "unless",
    "urban": "urban",
    "market_day": "market_day",
    "joint": "joint",
    "escort": "escort",
    "caps": "caps",
}


def rule_faults(data: Loaded, catalogue: Catalogue) -> Iterator[Fault]:
    """Faults of sop.toml: the path of the key to mend, and why the rule is pointless."""
    for index, rule in enumerate(data["rule"]):
        for key, words in _faults_of(rule, data, catalogue):
            yield ("rule", index, key), words
    known = catalogue.names(Side.MISSION)
    for name in ("joint", "escort"):
        for cited in data["modifier"][name]["mission"]:
            if cited not in known:
                said = f"{cited!r} is no kind or group of the mission side."
                yield ("modifier", name, "mission"), said + did_you_mean(cited, known)
    ids = {rule.id for rule in data["rule"]}
    for name in MODIFIERS:
        if data["modifier"][name]["id"] in ids:
            yield ("modifier", name, "id"), "A rule has this id."


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """The nearest of the names that are known, as a sentence to add; nothing where none is near."""
    near = get_close_matches(name, sorted(known), n=1)
    return f" Did you mean {near[0]!r}?" if near else ""


def speaks(names: frozenset[str], kind: Kind) -> bool:
    """Does a rule that lists `names` speak of this kind, whatever else is known of a plan?"""
    if ANY in names and RECORD not in kind.groups:
        return True
    return kind.code in names or not names.isdisjoint(kind.groups)


def _faults_of(rule: Rule, data: Loaded, catalogue: Catalogue) -> Iterator[tuple[str, str]]:
    """The key to mend, and why."""
    if rule.among and (wrong := [*_of_two_notices(rule)]):
        yield from wrong  # what follows would read it as a rule of both sides
        return
    if not rule.among:
        yield from _of_both_sides(rule, data["rule"], data["modifier"], catalogue)
    yield from _alone(rule, data["modifier"])
    yield from _by_kinds(rule, catalogue)
    yield from _for_nothing(rule, data["rule"])


def _of_two_notices(rule: Rule) -> Iterator[tuple[str, str]]:
    """Of two notices neither is the mission's, and which of them comes first is chance."""
    absent = {field.name: field.default for field in fields(Rule)}
    for name, key in OF_ONE_SIDE.items():
        if getattr(rule, name) != absent[name]:
            yield key, "It speaks of one side alone, and of two notices neither is the first or the mission's."


def _of_both_sides(
    rule: Rule, rules: Sequence[Rule], modifiers: Loaded, catalogue: Catalogue
) -> Iterator[tuple[str, str]]:
    """What a rule asks of the mission's side and cannot get there."""
    theirs = _kinds(rule.mission, Side.MISSION, catalogue)
    if all(RECORD in kind.groups for kind in theirs):
        for key in ("joint", "halting"):
            if getattr(rule, key):
                yield key, "The rule names nothing but papers, and nobody comes with a paper."
    escorts = frozenset(modifiers["escort"]["mission"])
    if rule.escort and not any(speaks(escorts, kind) for kind in theirs):
        yield "escort", "No kind that the rule names for the mission side escorts anybody."
    yield from _gives_way(rule, {other.id: other for other in rules})
    yield from _holds_down(rule, rules, catalogue)


def _gives_way(rule: Rule, by_id: Mapping[str, Rule]) -> Iterator[tuple[str, str]]:
    for name in rule.unless:
        other = by_id.get(name)
        if other is None or name == rule.id:
            yield "unless", f"{name!r} is no other rule." + did_you_mean(name, by_id.keys() - {rule.id})
        elif other.among:
            yield "unless", f"{name} is about two notices and never fires where this rule does."
        elif rule.id in _before(other, by_id):
            yield "unless", f"{name} gives way to {rule.id} in turn, so that neither could be asked first."
        elif _covers(other, rule):
            yield "unless", f"It can never fire: wherever it would, {name} silences it."


def _before(rule: Rule, by_id: Mapping[str, Rule]) -> set[str]:
    """The rules that must be asked before it: those it gives way to, and those that they give way to."""
    found: set[str] = set()
    ahead = list(rule.unless)
    while ahead:
        name = ahead.pop()
        if name not in found and name in by_id:
            found.add(name)
            ahead += by_id[name].unless
    return found


def _holds_down(rule: Rule, rules: Sequence[Rule], catalogue: Catalogue) -> Iterator[tuple[str, str]]:
    """Other rules of which nothing would be left but what the cap of this one leaves."""
    if rule.caps is None:
        return
    held = {kind.code for kind in catalogue.of(Side.MISSION) if speaks(rule.mission, kind)}
    graver = [o for o in rules if not o.among and o.caps is None and o.severity.rank > rule.caps.rank]
    silenced = [o.id for o in graver if {k.code for k in _kinds(o.mission, Side.MISSION, catalogue)} <= held]
    if silenced:
        said = f"Nothing that {', '.join(silenced)} find could be above {rule.caps}: name fewer kinds."
        yield "caps", said


def _alone(rule: Rule, modifiers: Loaded) -> Iterator[tuple[str, str]]:
    """What one rule contradicts by itself."""
    by_code = rule.same_settlement or rule.same_commune
    if rule.within_m == 0 and not by_code:
        yield "within_km", "Within 0 km nothing but a touch fires: give a distance, or ask for the same settlement."
    if rule.passing and (rule.halting or by_code):
        yield "passing", "Who halts does not pass, and passing is a matter of distance alone."
    if rule.moving and rule.halting:
        yield "halting", "Nobody moves and halts at once."
    if rule.moving and by_code and rule.within_m is None:
        yield "moving", "Who is on the road is at no settlement and in no commune: give a distance."
    if rule.together_s is not None and not rule.moving:
        yield "together_min", "Travelling together is a matter of movers: moving = true is needed."
    if rule.together_s is not None and rule.within_m is None:
        yield "together_min", "Travelling together is a matter of distance: within_km is needed."
    if rule.same_category and rule.other_category:
        yield "other_category", "The same kind of aid is not another one."
    if rule.caps is not None and rule.severity.rank > rule.caps.rank:
        yield "severity", f"Its own cap ({rule.caps}) keeps it from ever being {rule.severity}."
    narrowest = max(modifiers["urban"]["min_km"] * 1000, (rule.within_m or 0) / modifiers["urban"]["divisor"])
    if rule.urban and (rule.within_m is None or narrowest >= rule.within_m):
        yield "urban", "There is no distance that a town could narrow."
    elif rule.urban and rule.together_s is not None:
        yield "urban", "Who travels is in no town: there is nothing to narrow."


def _by_kinds(rule: Rule, catalogue: Catalogue) -> Iterator[tuple[str, str]]:
    """What no kind that the rule names can fulfil."""
    ours = _kinds(rule.humanitarian, Side.HUMANITARIAN, catalogue)
    theirs = _kinds(rule.mission, Side.HUMANITARIAN if rule.among else Side.MISSION, catalogue)
    if rule.site_hours and not any(kind.hours for kind in ours):
        yield "site_hours", "No kind that the rule names has hours."
    if (rule.moving or rule.passing) and not any(kind.travel or kind.patrol for kind in theirs):
        yield "moving" if rule.moving else "passing", "No kind that the rule names for the mission side travels."
    if rule.together_s is not None and not any(kind.travel for kind in ours):
        yield "together_min", "No kind that the rule names for the humanitarian side travels."
    if rule.same_category and not _share_category(ours, theirs):
        yield "same_category", "No kind of one side gives the same kind of aid as one of the other."


def _share_category(ours: Sequence[Kind], theirs: Sequence[Kind]) -> bool:
    """A project or a visible event of one is filed with its category, so it may have any."""
    given = {kind.category for kind in ours if kind.category}
    return any(k.category in given or (k.category is None and k.side is Side.MISSION and bool(given)) for k in theirs)


def _for_nothing(rule: Rule, rules: Sequence[Rule]) -> Iterator[tuple[str, str]]:
    """Another rule that says all that it says."""
    for other in rules:
        # Of two that are the same, the later is told.
        twin = _covers(rule, other) and rules.index(rule) < rules.index(other)
        # Who asks for more (a drive-by) tells the officer more, however mild: only rules of the same manner are told.
        alike = other is not rule and _asks_no_more(rule, other)
        if alike and _covers(other, rule) and _as_bad(other, rule) and not twin:
            yield "id", f"It changes nothing: wherever it fires, {other.id} fires and is as severe."


def _covers(wide: Rule, narrow: Rule) -> bool:
    """Does `wide` fire on every pair of parts on which `narrow` does?"""
    space = (
        (narrow.within_m is None or (wide.within_m is not None and wide.within_m >= narrow.within_m))
        and wide.same_settlement >= narrow.same_settlement
        and wide.same_commune >= narrow.same_commune
    )
    modifiers = wide.urban <= narrow.urban and wide.joint >= narrow.joint and wide.escort <= narrow.escort
    names = _wider(wide.humanitarian, narrow.humanitarian) and _wider(wide.mission, narrow.mission)
    same_kind = wide.among == narrow.among
    return (
        _asks_no_more(wide, narrow) and space and modifiers and names and same_kind and wide.within_s >= narrow.within_s
    )


def _asks_no_more(wide: Rule, narrow: Rule) -> bool:
    """Every condition of `wide` beyond names, place and time is one of `narrow` too."""
    flags = ("moving", "halting", "same_category", "other_category", "follows", "site_hours")
    return (
        all(getattr(wide, flag) <= getattr(narrow, flag) for flag in flags)
        and wide.passing in (None, narrow.passing)
        and (wide.together_s or 0.0) <= (narrow.together_s or 0.0)
        and set(wide.unless) <= set(narrow.unless)
    )


def _as_bad(wide: Rule, narrow: Rule) -> bool:
    return (
        wide.severity.rank >= narrow.severity.rank
        and (wide.harm, wide.caps) == (narrow.harm, narrow.caps)
        and wide.eyes_only >= narrow.eyes_only
        and wide.market_day >= narrow.market_day
    )


def _wider(names: frozenset[str], others: frozenset[str]) -> bool:
    return ANY in names or others <= names


def _kinds(names: frozenset[str], side: Side, catalogue: Catalogue) -> list[Kind]:
    """The kinds of a side that these names may speak of: all of those that travel or stand, where a fact of the whole plan
    (who comes along, what aid it carries) is named."""
    traits = {g for values in catalogue.traits.values() for added in values.values() for g in added}
    loose = side is Side.MISSION and not names.isdisjoint(traits)
    return [kind for kind in catalogue.of(side) if loose or speaks(names, kind)]
