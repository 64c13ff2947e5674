"""Why a case was opened, in a sentence of French or English: the figures of one hit beside the limits of its rule."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo

from deconflict.domain.judgement import Hit, Judgement
from deconflict.domain.modifiers import CAPPED, COMMUNE_ONLY, JOINT, MARKET_DAY, WIDE_COMMUNE
from deconflict.domain.place import TERMS
from deconflict.domain.rule_words import SEVERITIES
from deconflict.domain.severity import Severity
from deconflict.domain.sides import touches

PATTERNS: dict[str, dict[str, str]] = {
    "en": {
        "apart": "{gap} apart (limit {limit})",
        "perhaps": "{gap} apart as planned, perhaps only {left} (limit {limit})",
        "settlement": "in the same settlement",
        "commune": "in the same {unit}",
        "together": "at the same time, {first} (limit {limit} h)",
        "between": "{first} and {second}, {hours} h between (limit {limit} h)",
        "windows": "{first} and {second}, {hours} h between as planned, perhaps only {least} h if early or late "
        "(limit {limit} h)",
        "meet": "{first} and {second}, {hours} h between as planned, perhaps none if early or late (limit {limit} h)",
        "undated": "at least {hours} h between (limit {limit} h)",
        "undated_meet": "perhaps at the same time (limit {limit} h)",
        "dwell": "within the limit for {minutes} min as planned",
        "company": "travelling together for {minutes} min (limit {limit} min)",
        "rule": "rule {rule}, SOP version {version}",
        "possible": "Possible only: it rests on assumed delays, a route that was not stated or an imprecise position",
        "because": "Possible only: {reasons}",
        "position": "the places or the road are known to {unsure} only",
        "delays": "somebody would have to be late or early, which nobody announced",
        "implied": "a way or a wait was not stated",
        "and": " and ",
        "urban": "distance narrowed in a town",
        "market_day": "on market day",
        "joint": "with host forces or others, R16",
        "commune_only": "only the {unit} is known, a settlement is needed",
        "wide_commune": "a very large {unit}, which says little",
        "capped": "held down for what the mission does there",
        "eyes_only": "for CMCoord only",
        "severity": "Severity: {steps}",
        "by_rule": "{severity} by the rule",
        "milder": "one step milder since it is only possible",
        "worse_market_day": "one step worse on market day",
        "worse_joint": "one step worse in that company",
        "held_commune_only": "no more than {severity} where only the {unit} is known",
        "held_wide_commune": "no more than {severity} in so large a {unit}",
        "held_capped": "no more than {severity} for what the mission does there",
        "days": "Mon Tue Wed Thu Fri Sat Sun",
        "months": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
        "point": ".",
    },
    "fr": {
        "apart": "à {gap} (limite {limit})",
        "perhaps": "à {gap} selon les plans, peut-être à {left} seulement (limite {limit})",
        "settlement": "dans la même localité",
        "commune": "même {unit}",
        "together": "au même moment, le {first} (limite {limit} h)",
        "between": "le {first} et le {second}, {hours} h entre les deux (limite {limit} h)",
        "windows": "le {first} et le {second}, {hours} h entre les deux selon les plans, peut-être {least} h seulement en cas "
        "d'avance ou de retard (limite {limit} h)",
        "meet": "le {first} et le {second}, {hours} h entre les deux selon les plans, peut-être aucune en cas d'avance ou de "
        "retard (limite {limit} h)",
        "undated": "au moins {hours} h entre les deux (limite {limit} h)",
        "undated_meet": "peut-être au même moment (limite {limit} h)",
        "dwell": "en deçà de la limite pendant {minutes} min selon les plans",
        "company": "voyageant ensemble pendant {minutes} min (limite {limit} min)",
        "rule": "règle {rule}, procédure {version}",
        "possible": "Seulement possible : repose sur des retards supposés, un itinéraire non précisé ou une position imprécise",
        "because": "Seulement possible : {reasons}",
        "position": "les lieux ou la route ne sont connus qu'à {unsure} près",
        "delays": "il y faudrait un retard ou une avance que personne n'a annoncés",
        "implied": "un trajet ou une attente n'ont pas été précisés",
        "and": " et ",
        "urban": "distance réduite en ville",
        "market_day": "jour de foire",
        "joint": "avec les forces nationales ou d'autres, R16",
        "commune_only": "connu par {unit} seulement, il faut une localité",
        "wide_commune": "{unit} de très grande étendue, qui dit peu",
        "capped": "retenu en raison de ce que la mission y fait",
        "eyes_only": "pour la CMCoord seule",
        "severity": "Gravité : {steps}",
        "by_rule": "{severity} selon la règle",
        "milder": "un degré de moins parce que seulement possible",
        "worse_market_day": "un degré de plus un jour de foire",
        "worse_joint": "un degré de plus en cette compagnie",
        "held_commune_only": "pas plus que {severity} quand on ne connaît que : {unit}",
        "held_wide_commune": "pas plus que {severity} pour {unit} d'une telle étendue",
        "held_capped": "pas plus que {severity} en raison de ce que la mission y fait",
        "days": "lun. mar. mer. jeu. ven. sam. dim.",
        "months": "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.",
        "point": ",",
    },
}


@dataclass(frozen=True, slots=True)
class Fact:
    """One hit with what the whole judgement knows: all that a page needs to say why."""

    hit: Hit
    sop_version: str
    eyes_only: bool


def explain(judgement: Judgement) -> list[Fact]:
    """The facts behind a judgement, worst first."""
    return [Fact(hit, judgement.sop_version, judgement.eyes_only) for hit in judgement.hits]


def sentence(
    fact: Fact, language: str, zone: tzinfo, unit: str = TERMS.commune, *, cited: bool = True, dated: bool = True
) -> str:
    """One fact in words: "1.4 km apart (limit 2 km), at the same time, Tue 10 Dec 13:00 (limit 3 h), rule R01a ...", and a
    second sentence when it is only possible. Times on the wall clock of `zone`. `cited` False leaves out rule and version,
    for where they stand beside it; `dated` False the instants, which retention has reduced to weeks. `unit`: what the country
    calls its smallest unit. Raises KeyError for a language without patterns."""
    hit, patterns = fact.hit, PATTERNS[language]
    said = [_where(hit, patterns, unit), _when(hit, patterns, zone) if dated else _apart(hit, patterns)]
    if hit.together_limit_min:
        limit = _number(hit.together_limit_min, patterns)
        said.append(patterns["company"].format(minutes=round(hit.together_min), limit=limit))
    if hit.minutes_within >= 1:
        said.append(patterns["dwell"].format(minutes=round(hit.minutes_within)))
    said += [patterns[name].format(unit=unit) for name in hit.modifiers]
    said += [patterns["rule"].format(rule=hit.rule_id, version=fact.sop_version)] if cited else []
    said += [patterns["eyes_only"]] if fact.eyes_only else []
    return ". ".join([", ".join(said), *_possible(hit, patterns)])


def sentences(judgement: Judgement, language: str, zone: tzinfo, unit: str = TERMS.commune) -> list[str]:
    return [sentence(fact, language, zone, unit) for fact in explain(judgement)]


def severity_words(hit: Hit, own: Severity, language: str, unit: str = TERMS.commune) -> str:
    """What made the severity of a hit another than its rule's `own`, in the order in which it was moved: "Severity: high by
    the rule, one step milder since it is only possible". Empty where nothing did, and where these rules do not lead there:
    then it was judged by others."""
    patterns, found = PATTERNS[language], list(_moves(hit, own))
    if not found or found[-1][1] is not hit.severity:
        return ""
    steps = [("by_rule", own), *found]
    said = [patterns[move].format(severity=SEVERITIES[language][severity], unit=unit) for move, severity in steps]
    return patterns["severity"].format(steps=", ".join(said))


def _moves(hit: Hit, own: Severity) -> Iterator[tuple[str, Severity]]:
    """Each move that changed something and where it led, as domain.hits makes them: softened, raised, held."""
    severity = own
    if hit.possible and severity.milder is not severity:
        severity = severity.milder
        yield "milder", severity
    for note in (MARKET_DAY, JOINT):
        if note in hit.modifiers and severity.graver is not severity:
            severity = severity.graver
            yield f"worse_{note}", severity
    if hit.severity.rank < severity.rank:
        held = [note for note in (CAPPED, WIDE_COMMUNE, COMMUNE_ONLY) if note in hit.modifiers]
        yield from [(f"held_{note}", hit.severity) for note in held[:1]]


def possible_words(hit: Hit, language: str) -> str:
    """Why it is only possible, in one sentence; empty for what was filed so."""
    return "".join(_possible(hit, PATTERNS[language]))


def _where(hit: Hit, patterns: dict[str, str], unit: str) -> str:
    """The planned distance beside the limit; where it is above, what is left of it once all that is uncertain is taken off."""
    coded = hit.basis in ("settlement", "commune")
    if not coded and hit.limit_m is not None and touches(hit.gap_m, hit.limit_m):
        planned, limit = _km(hit.nominal.distance_m, patterns), _km(hit.limit_m, patterns)
        if not touches(hit.nominal.distance_m, hit.limit_m):
            return patterns["perhaps"].format(left=_km(hit.gap_m, patterns), limit=limit, gap=planned)
        return patterns["apart"].format(gap=planned, limit=limit)
    basis = hit.basis if coded else "settlement" if hit.same_settlement else "commune"
    return patterns[basis].format(unit=unit)


def _possible(hit: Hit, patterns: dict[str, str]) -> list[str]:
    if not hit.possible:
        return []
    if not hit.because:  # a judgement from before the reasons were kept
        return [patterns["possible"]]
    reasons = [patterns[reason].format(unsure=_km(hit.unsure_m, patterns)) for reason in hit.because]
    return [patterns["because"].format(reasons=patterns["and"].join(reasons))]


def _when(hit: Hit, patterns: dict[str, str], zone: tzinfo) -> str:
    """The instants of closest approach as planned; hours between them to a tenth. Where they are more than the limit, how few
    they may be by what was filed of them and what is assumed."""
    first, second = sorted((hit.nominal.a_at, hit.nominal.b_at))
    hours, least = _hours((second - first).total_seconds()), _hours(hit.time_gap_s)
    planned, likely = ("between" if hours else "together"), ("windows" if least else "meet")
    return patterns[planned if hours <= hit.limit_s / 3600 else likely].format(
        first=_instant(first.astimezone(zone), patterns),
        second=_instant(second.astimezone(zone), patterns),
        hours=_number(hours, patterns),
        least=_number(least, patterns),
        limit=_number(hit.limit_s / 3600, patterns),
    )


def _apart(hit: Hit, patterns: dict[str, str]) -> str:
    """The least time between the two, whatever the day."""
    hours, limit = _hours(hit.time_gap_s), _number(hit.limit_s / 3600, patterns)
    return patterns["undated" if hours else "undated_meet"].format(hours=_number(hours, patterns), limit=limit)


def _hours(seconds: float) -> float:
    return round(seconds / 3600, 1)


def _instant(at: datetime, patterns: dict[str, str]) -> str:
    """As `Tue 10 Dec 13:00`, as pages write it."""
    day, month = patterns["days"].split()[at.weekday()], patterns["months"].split()[at.month - 1]
    return f"{day} {at.day} {month} {at:%H:%M}"


def _km(metres: float, patterns: dict[str, str]) -> str:
    """Metres below one kilometre, else kilometres to a tenth."""
    return f"{round(metres)} m" if metres < 950 else f"{_number(round(metres / 1000, 1), patterns)} km"


def _number(value: float, patterns: dict[str, str]) -> str:
    return f"{value:g}".replace(".", patterns["point"])
