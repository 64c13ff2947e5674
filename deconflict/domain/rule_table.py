"""The rules of a pack as officers read them: one row a rule, in French or English, for the terminal and for docs/."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass

from deconflict.domain.modifiers import Modifiers
from deconflict.domain.rules import Rule
from deconflict.domain.sop import RulePack

PHRASES: dict[str, dict[str, str]] = {
    "en": {
        "head": "rule|severity|harm|humanitarian|mission|where|within|only|changed by|why",
        "critical": "CRITICAL",
        "high": "HIGH",
        "medium": "MEDIUM",
        "low": "LOW",
        "info": "INFO",
        "danger": "danger",
        "distinction": "distinction",
        "settlement": "same settlement",
        "commune": "same commune",
        "or": " or ",
        "at_once": "at once",
        "among": "(another notice)",
        "passing": "passing",
        "not_passing": "not passing",
        "moving": "mission on the move",
        "halting": "mission halting",
        "together": "together {minutes} min",
        "same_category": "same kind of aid",
        "other_category": "not the same kind of aid",
        "follows": "not before",
        "site_hours": "while open",
        "unless": "not {rules}",
        "eyes_only": "CMCoord alone",
        "caps": "caps at {severity}",
        "urban": "town: {km} km",
        "market_day": "market day: +1",
        "joint": "{id}: hours x{factor}, +1",
        "escort": "{id}: silent",
        "why_urban": "Towns ({count} settlements): distances / {divisor}, at least {km} km, for the rules that say so",
        "why_market_day": "Market days ({count} settlements): one step worse",
        "why_joint": "With {names}: hours x {factor}, one step worse",
        "why_escort": "Kind {names}, decided for that very movement: silent",
        "why_commune": "By commune alone: {cap} at most, in one of more than {km2} km2 ({count}) {wide} at most",
        "point": ".",
    },
    "fr": {
        "head": "règle|gravité|tort|humanitaire|mission|où|délai|seulement|modifiée par|pourquoi",
        "critical": "CRITIQUE",
        "high": "ÉLEVÉE",
        "medium": "MOYENNE",
        "low": "FAIBLE",
        "info": "INFO",
        "danger": "danger",
        "distinction": "distinction",
        "settlement": "même localité",
        "commune": "même commune",
        "or": " ou ",
        "at_once": "en même temps",
        "among": "(autre notification)",
        "passing": "simple passage",
        "not_passing": "pas un simple passage",
        "moving": "mission en route",
        "halting": "mission à l'arrêt",
        "together": "ensemble {minutes} min",
        "same_category": "même type d'aide",
        "other_category": "pas le même type d'aide",
        "follows": "pas avant",
        "site_hours": "heures d'ouverture",
        "unless": "sauf {rules}",
        "eyes_only": "CMCoord seule",
        "caps": "plafond {severity}",
        "urban": "ville : {km} km",
        "market_day": "foire : +1",
        "joint": "{id} : délai x{factor}, +1",
        "escort": "{id} : muette",
        "why_urban": "Villes ({count} localités) : distances / {divisor}, au moins {km} km, pour les règles qui le disent",
        "why_market_day": "Jours de foire ({count} localités) : un cran de plus",
        "why_joint": "Avec {names} : délais x {factor}, un cran de plus",
        "why_escort": "Type {names}, décidé pour ce mouvement même : muette",
        "why_commune": "Par la commune seule : {cap} au plus ; dans une de plus de {km2} km2 ({count}), {wide} au plus",
        "point": ",",
    },
}


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
            cap=words[m.commune.cap],
            km2=_figure(m.commune.wide_km2, words),
            count=len(m.commune.wide),
            wide=words[m.commune.wide_cap],
        ),
    }
    return [(reason.id, done[reason.id], reason.why[language]) for reason in m.reasons]


def aligned(table: Sequence[Sequence[str]]) -> str:
    """Columns under each other, two spaces between, nothing after the last."""
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in table)
    return "\n".join(lines)


def as_text(pack: RulePack, language: str) -> str:
    """Both tables for a terminal."""
    table = [astuple(row) for row in (head(language), *rows(pack, language))]
    return f"{aligned(table)}\n\n{aligned(modifier_rows(pack, language))}"


def as_markdown(pack: RulePack, language: str) -> str:
    """Both tables as docs/sop-rules.md carries them."""
    first = astuple(head(language))
    lines = [first, tuple("---" for _ in first), *(astuple(row) for row in rows(pack, language))]
    below = [("", "", ""), ("---", "---", "---"), *modifier_rows(pack, language)]
    return "\n\n".join("\n".join(f"| {' | '.join(line)} |" for line in table) for table in (lines, below))


def _row(rule: Rule, modifiers: Modifiers, words: dict[str, str], language: str) -> Row:
    return Row(
        id=rule.id,
        severity=words[rule.severity],
        harm=words[rule.harm],
        humanitarian=_names(rule.humanitarian),
        mission=words["among"] if rule.among else _names(rule.mission),
        where=_where(rule, words),
        within=f"{_figure(rule.within_s / 3600, words)} h" if rule.within_s else words["at_once"],
        only=", ".join(_only(rule, words)),
        changed_by="; ".join(_changes(rule, modifiers, words)),
        why=rule.why[language],
    )


def _where(rule: Rule, words: dict[str, str]) -> str:
    said = [] if rule.within_m is None else [f"{_km(rule.within_m, words)} km"]
    said += [words["settlement"]] if rule.same_settlement else []
    said += [words["commune"]] if rule.same_commune else []
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
