"""Rules that can never fire or never matter, and kinds that no rule speaks of: mistakes that look like quiet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from deconflict.domain.activity import Side
from deconflict.domain.kinds import ANY, RECORD, Catalogue, Kind
from deconflict.domain.rules import Rule
from deconflict.schemas.toml_fields import Loaded
from deconflict.schemas.toml_lines import Path

Fault = tuple[Path, str]
MODIFIERS = ("urban", "market_day", "joint", "escort", "commune")


def rule_faults(data: Loaded, catalogue: Catalogue) -> Iterator[Fault]:
    """Faults of sop.toml: the path of the key to mend, and why the rule is pointless."""
    rules: Sequence[Rule] = data["rule"]
    for index, rule in enumerate(rules):
        for key, words in (*_alone(rule, data["modifier"]), *_by_kinds(rule, catalogue), *_among(rule, rules)):
            yield ("rule", index, key), words
        if rule.escort and not _escorts(rule, frozenset(data["modifier"]["escort"]["mission"]), catalogue):
            yield ("rule", index, "escort"), "No kind that the rule names for the mission side escorts anybody."
    known = catalogue.names(Side.MISSION)
    for name in ("joint", "escort"):
        for cited in data["modifier"][name]["mission"]:
            if cited not in known:
                yield ("modifier", name, "mission"), f"{cited!r} is no kind or group of the mission side."
    ids = {rule.id for rule in rules}
    for name in MODIFIERS:
        if data["modifier"][name]["id"] in ids:
            yield ("modifier", name, "id"), "A rule has this id."


def kind_faults(kinds: Sequence[Kind], rules: Sequence[Rule]) -> Iterator[Fault]:
    """Faults of activities.toml: kinds of which no rule speaks."""
    for index, kind in enumerate(kinds):
        if not any(_speaks(names, kind) for rule in rules for names in _of_side(rule, kind.side)):
            yield ("kind", index, "groups"), f"No rule of sop.toml speaks of {kind.code}: nothing would ever be found."


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


def _by_kinds(rule: Rule, catalogue: Catalogue) -> Iterator[tuple[str, str]]:
    """What no kind that the rule names can fulfil."""
    ours = _kinds(rule.humanitarian, Side.HUMANITARIAN, catalogue)
    theirs = _kinds(rule.mission, Side.HUMANITARIAN if rule.among else Side.MISSION, catalogue)
    if rule.site_hours and not any(kind.site for kind in ours):
        yield "site_hours", "No kind that the rule names is a site."
    if (rule.moving or rule.passing) and not any(kind.travel or kind.patrol for kind in theirs):
        yield "moving" if rule.moving else "passing", "No kind that the rule names for the mission side travels."
    if rule.together_s is not None and not any(kind.travel for kind in ours):
        yield "together_min", "No kind that the rule names for the humanitarian side travels."
    if rule.same_category and not _share_category(ours, theirs):
        yield "same_category", "No kind of one side gives the same kind of aid as one of the other."


def _escorts(rule: Rule, escorts: frozenset[str], catalogue: Catalogue) -> bool:
    return any(_speaks(escorts, kind) for kind in _kinds(rule.mission, Side.MISSION, catalogue))


def _share_category(ours: Sequence[Kind], theirs: Sequence[Kind]) -> bool:
    """A project or a visible event of one is filed with its category, so it may have any."""
    given = {kind.category for kind in ours if kind.category}
    return any(k.category in given or (k.category is None and k.side is Side.MISSION and bool(given)) for k in theirs)


def _among(rule: Rule, rules: Sequence[Rule]) -> Iterator[tuple[str, str]]:
    """What the other rules make of it."""
    by_id = {other.id: other for other in rules}
    for name in rule.unless:
        if name not in by_id or name == rule.id:
            yield "unless", f"{name!r} is no other rule."
        elif _covers(by_id[name], rule):
            yield "unless", f"It can never fire: wherever it would, {name} silences it."
    for other in rules:
        twin = _covers(rule, other) and rules.index(rule) < rules.index(
            other
        )  # of two that are the same, the later is told
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
    return [kind for kind in catalogue.of(side) if loose or _speaks(names, kind)]


def _speaks(names: frozenset[str], kind: Kind) -> bool:
    if ANY in names and RECORD not in kind.groups:
        return True
    return kind.code in names or not names.isdisjoint(kind.groups)


def _of_side(rule: Rule, side: Side) -> tuple[frozenset[str], ...]:
    if side is Side.HUMANITARIAN:
        return (rule.humanitarian,)
    return () if rule.among else (rule.mission,)
