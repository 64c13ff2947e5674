"""Why a case was opened, in a sentence of French or English: the figures of one hit beside the limits of its rule."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo

from deconflict.domain.judgement import Hit, Judgement

PATTERNS: dict[str, dict[str, str]] = {
    "en": {
        "apart": "{gap} apart (limit {limit})",
        "settlement": "in the same settlement",
        "commune": "in the same commune",
        "together": "at the same time, {first} (limit {limit} h)",
        "between": "{first} and {second}, {hours} h between (limit {limit} h)",
        "dwell": "within the limit for {minutes} min as planned",
        "rule": "rule {rule}, SOP version {version}",
        "possible": "possible only: it rests on assumed delays, a route that was not stated or an imprecise position",
        "eyes_only": "for CMCoord only",
        "days": "Mon Tue Wed Thu Fri Sat Sun",
        "months": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
        "point": ".",
    },
    "fr": {
        "apart": "à {gap} (limite {limit})",
        "settlement": "dans la même localité",
        "commune": "dans la même commune",
        "together": "au même moment, le {first} (limite {limit} h)",
        "between": "le {first} et le {second}, {hours} h entre les deux (limite {limit} h)",
        "dwell": "en deçà de la limite pendant {minutes} min selon les plans",
        "rule": "règle {rule}, procédure {version}",
        "possible": "seulement possible : repose sur des retards supposés, un itinéraire non précisé ou une position imprécise",
        "eyes_only": "pour la CMCoord seule",
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


def sentence(fact: Fact, language: str, zone: tzinfo) -> str:
    """One fact in words: "1.4 km apart (limit 2 km), at the same time, Tue 10 Dec 13:00 (limit 3 h), rule R01a ...".
    Times on the wall clock of `zone`. Raises KeyError for a language without patterns."""
    hit, patterns = fact.hit, PATTERNS[language]
    said = [_where(hit, patterns), _when(hit, patterns, zone)]
    if hit.minutes_within >= 1:
        said.append(patterns["dwell"].format(minutes=round(hit.minutes_within)))
    said.append(patterns["rule"].format(rule=hit.rule_id, version=fact.sop_version))
    said += [patterns["possible"]] if hit.possible else []
    said += [patterns["eyes_only"]] if fact.eyes_only else []
    return ", ".join(said)


def sentences(judgement: Judgement, language: str, zone: tzinfo) -> list[str]:
    return [sentence(fact, language, zone) for fact in explain(judgement)]


def _where(hit: Hit, patterns: dict[str, str]) -> str:
    if hit.limit_m is not None and hit.gap_m <= hit.limit_m:
        return patterns["apart"].format(gap=_km(hit.nominal.distance_m, patterns), limit=_km(hit.limit_m, patterns))
    return patterns["settlement" if hit.same_settlement else "commune"]


def _when(hit: Hit, patterns: dict[str, str], zone: tzinfo) -> str:
    """The instants of closest approach as planned; hours between them to a tenth."""
    first, second = sorted((hit.nominal.a_at, hit.nominal.b_at))
    hours = round((second - first).total_seconds() / 3600, 1)
    return patterns["between" if hours else "together"].format(
        first=_instant(first.astimezone(zone), patterns),
        second=_instant(second.astimezone(zone), patterns),
        hours=_number(hours, patterns),
        limit=_number(hit.limit_s / 3600, patterns),
    )


def _instant(at: datetime, patterns: dict[str, str]) -> str:
    """As `Tue 10 Dec 13:00`, as pages write it."""
    day, month = patterns["days"].split()[at.weekday()], patterns["months"].split()[at.month - 1]
    return f"{day} {at.day} {month} {at:%H:%M}"


def _km(metres: float, patterns: dict[str, str]) -> str:
    """Metres below one kilometre, else kilometres to a tenth."""
    return f"{round(metres)} m" if metres < 950 else f"{_number(round(metres / 1000, 1), patterns)} km"


def _number(value: float, patterns: dict[str, str]) -> str:
    return f"{value:g}".replace(".", patterns["point"])
