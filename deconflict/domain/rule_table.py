"""The rules of a mission in words, for officers: one row a rule, and which kinds of activity the names in it mean."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from deconflict.domain.activity import Side
from deconflict.domain.country import Mission
from deconflict.domain.kinds import ANY, Catalogue
from deconflict.domain.modifiers import Modifiers
from deconflict.domain.rule_words import PHRASES
from deconflict.domain.rules import Rule
from deconflict.domain.sop import RulePack


@dataclass(frozen=True, slots=True)
class Row:
    """One rule in words; empty where there is nothing to say."""

    id: str
    severity: str
    harm: str
    humanitarian: str
    mission: str
    where: str
    within: str
    only: str
    changed_by: str
    why: str


def head(language: str) -> Row:
    return Row(*PHRASES[language]["head"].split("|"))


def rows(pack: RulePack, language: str) -> list[Row]:
    """Every rule in the order of the file, those among humanitarians last. Raises KeyError for a language without words."""
    words = PHRASES[language]
    return [_row(rule, pack.modifiers, words, language) for rule in (*pack.rules, *pack.duplicates)]


def modifier_rows(pack: RulePack, language: str) -> list[tuple[str, str, str]]:
    """Each modifier: id, what it does, why."""
    words, m = PHRASES[language], pack.modifiers
    done = {
        m.urban.reason.id: words["why_urban"].format(
            count=len(m.urban.settlements), divisor=_figure(m.urban.divisor, words), km=_km(m.urban.min_m, words)
        ),
        m.market_day.reason.id: words["why_market_day"].format(count=len(m.market_day.weekdays)),
        m.joint.reason.id: words["why_joint"].format(
            names=_names(m.joint.names), factor=_figure(m.joint.time_factor, words)
        ),
        m.escort.reason.id: words["why_escort"].format(names=_names(m.escort.names)),
        m.commune.reason.id: words["why_commune"].format(
            commune=m.commune.called,
            cap=words[m.commune.cap],
            km2=_figure(m.commune.wide_km2, words),
            count=len(m.commune.wide),
            wide=words[m.commune.wide_cap],
        ),
    }
    return [(reason.id, done[reason.id], reason.why[language]) for reason in m.reasons]


def name_rows(mission: Mission, language: str) -> list[tuple[str, str, str]]:
    """Every name that a rule or a modifier uses: the side it is used on, the name, and which kinds of activity it means."""
    pack, catalogue, words = mission.pack, mission.catalogue, PHRASES[language]
    rules = (*pack.rules, *pack.duplicates)
    used = {
        Side.HUMANITARIAN: {name for rule in rules for name in rule.humanitarian},
        Side.MISSION: {name for rule in pack.rules for name in rule.mission}
        | pack.modifiers.joint.names
        | pack.modifiers.escort.names,
    }
    columns = dict(zip(Side, (head(language).humanitarian, head(language).mission), strict=True))
    return [
        (columns[side], name, words["also"].join(_meant(name, side, catalogue, words, language)))
        for side, names in used.items()
        for name in sorted(names)
    ]


def _meant(name: str, side: Side, catalogue: Catalogue, words: dict[str, str], language: str) -> Iterator[str]:
    if name == ANY:
        yield words["any"]
    yield from (k.label[language] for k in catalogue.of(side) if name == k.code or name in k.groups)
    for field, values in catalogue.traits.items() if side is Side.MISSION else ():
        answers = [words[value] for value, groups in values.items() if name in groups]
        if answers:
            yield words[field].format(answers=words["or"].join(answers))


def _row(rule: Rule, modifiers: Modifiers, words: dict[str, str], language: str) -> Row:
    return Row(
        id=rule.id,
        severity=words[rule.severity],
        harm=words[rule.harm],
        humanitarian=_names(rule.humanitarian),
        mission=words["among"] if rule.among else _names(rule.mission),
        where=_where(rule, words, modifiers.commune.called),
        within=f"{_figure(rule.within_s / 3600, words)} h" if rule.within_s else words["at_once"],
        only=", ".join(_only(rule, words)),
        changed_by=words["also"].join(_changes(rule, modifiers, words)),
        why=rule.why[language],
    )


def _where(rule: Rule, words: dict[str, str], commune: str) -> str:
    said = [] if rule.within_m is None else [f"{_km(rule.within_m, words)} km"]
    said += [words["settlement"]] if rule.same_settlement else []
    said += [words["commune"].format(commune=commune)] if rule.same_commune else []
    return words["or"].join(said)


def _only(rule: Rule, words: dict[str, str]) -> list[str]:
    said = [] if rule.passing is None else [words["passing" if rule.passing else "not_passing"]]
    flags = ("moving", "halting", "same_category", "other_category", "follows", "site_hours", "eyes_only")
    said += [words[flag] for flag in flags if getattr(rule, flag)]
    if rule.together_s is not None:
        said.append(words["together"].format(minutes=_figure(rule.together_s / 60, words)))
    if rule.unless:
        said.append(words["unless"].format(rules=" ".join(rule.unless)))
    if rule.caps is not None:
        said.append(words["caps"].format(severity=words[rule.caps]))
    return said


def _changes(rule: Rule, modifiers: Modifiers, words: dict[str, str]) -> list[str]:
    said = []
    if rule.urban and rule.within_m is not None:
        said.append(words["urban"].format(km=_km(modifiers.urban.narrowed(rule.within_m), words)))
    if rule.market_day:
        said.append(words["market_day"])
    if rule.joint:
        joint = modifiers.joint
        said.append(words["joint"].format(id=joint.reason.id, factor=_figure(joint.time_factor, words)))
    if rule.escort:
        said.append(words["escort"].format(id=modifiers.escort.reason.id))
    return said


def _names(names: frozenset[str]) -> str:
    return " ".join(sorted(names))


def _km(metres: float, words: dict[str, str]) -> str:
    return _figure(metres / 1000, words)


def _figure(value: float, words: dict[str, str]) -> str:
    return f"{value:g}".replace(".", words["point"])
