"""What the duty officer needs when the server is dead: references, counts and numbers to call for the next 96 hours (RUL-14). No
place, no organisation, no person's name, nothing that was filed."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Any

from deconflict.domain.escalation import OCHA_ROLES
from deconflict.domain.people import FUNCTIONS, SIDES
from deconflict.domain.rule_words import SEVERITIES

AHEAD = timedelta(hours=96)
WITHIN_H = (6, 12, 24, 48, 72, 96)


def within_h(starts_at: datetime, now: datetime) -> int:
    """The least of WITHIN_H that holds it; what has started is of the first."""
    return next((hours for hours in WITHIN_H if starts_at - now <= timedelta(hours=hours)), WITHIN_H[-1])


@dataclass(frozen=True, slots=True)
class Reach:
    """Whom to ask for, by function, and the numbers in the order to try."""

    side: str
    function: str
    numbers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CaseEntry:
    """An open case: the desk's reference, and for each side the reference it knows and whom to call. `within_h`: how soon it
    starts, one of WITHIN_H, since the hour itself is what both sides filed."""

    reference: str
    severity: str
    within_h: int
    sides: tuple[tuple[str, str, tuple[Reach, ...]], ...]


@dataclass(frozen=True, slots=True)
class CallEntry:
    """Somebody who was owed word and was not reached."""

    label: str
    case: str
    since: datetime
    reach: Reach


@dataclass(frozen=True, slots=True)
class ItemEntry:
    """A notice or plan that begins within the span, or is under way."""

    reference: str
    side: str
    reaches: tuple[Reach, ...]


@dataclass(frozen=True, slots=True)
class DutyEntry:
    """Who is on duty for an area now."""

    area: str
    step: str
    numbers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything, as it stood at `made_at`."""

    made_at: datetime
    calls: tuple[CallEntry, ...]
    cases: tuple[CaseEntry, ...]
    items: tuple[ItemEntry, ...]
    duty: tuple[DutyEntry, ...]

    def to_json(self) -> str:
        return json.dumps({"sheet": 1, **asdict(self)}, default=_instant, ensure_ascii=False)


def sheet_from_json(text: str) -> Sheet:
    """Raises ValueError, KeyError or TypeError for what is no sheet."""
    read: dict[str, Any] = json.loads(text)
    if read.pop("sheet") != 1:
        raise ValueError("a sheet of another version")
    return Sheet(
        made_at=datetime.fromisoformat(read["made_at"]),
        calls=tuple(
            CallEntry(c["label"], c["case"], datetime.fromisoformat(c["since"]), _reach(c["reach"]))
            for c in read["calls"]
        ),
        cases=tuple(
            CaseEntry(
                c["reference"],
                c["severity"],
                int(c["within_h"]),
                tuple((side, own, tuple(map(_reach, reaches))) for side, own, reaches in c["sides"]),
            )
            for c in read["cases"]
        ),
        items=tuple(ItemEntry(i["reference"], i["side"], tuple(map(_reach, i["reaches"]))) for i in read["items"]),
        duty=tuple(DutyEntry(d["area"], d["step"], tuple(d["numbers"])) for d in read["duty"]),
    )


def _reach(read: dict[str, Any]) -> Reach:
    return Reach(read["side"], read["function"], tuple(read["numbers"]))


def _instant(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(type(value))


# ---- as people read it ---------------------------------------------------------------------------------------------------

WORDS = {
    "fr": {
        "title": "Feuille de relève, établie le {made}. Elle vieillit : appelez le plus urgent d'abord.",
        "calls": "À appeler maintenant, parce qu'aucun message ne les atteint ({count})",
        "cases": "Dossiers ouverts des prochaines 96 heures ({count})",
        "severities": "Par gravité : {counts}",
        "items": "Notifications et plans des prochaines 96 heures ({counts})",
        "duty": "De permanence",
        "case": "{reference}  {severity}, dans moins de {hours} h",
        "side": "connu de ce côté sous {own}",
        "call": "{label} (dossier {case}), depuis {since}",
        "none": "aucun",
        "no_number": "aucun numéro",
        "steps": "chargé de permanence|suppléant|chef de sous-bureau|chef de bureau",
    },
    "en": {
        "title": "Hand-over sheet, made {made}. It ages: call the most urgent first.",
        "calls": "To be called now, because no message reaches them ({count})",
        "cases": "Open cases of the next 96 hours ({count})",
        "severities": "By severity: {counts}",
        "items": "Notices and plans of the next 96 hours ({counts})",
        "duty": "On duty",
        "case": "{reference}  {severity}, in less than {hours} h",
        "side": "known to this side as {own}",
        "call": "{label} (case {case}), since {since}",
        "none": "none",
        "no_number": "no number",
        "steps": "duty officer|deputy|head of sub-office|head of office",
    },
}
FORM = "%d.%m.%Y %H:%M"


def as_text(sheet: Sheet, language: str, zone: tzinfo) -> str:
    """For a terminal or a sheet of paper: what must be done first stands first."""
    return "\n".join(_lines(sheet, WORDS[language], language, zone))


def _lines(sheet: Sheet, words: dict[str, str], language: str, zone: tzinfo) -> Iterator[str]:
    def at(moment: datetime) -> str:
        return moment.astimezone(zone).strftime(FORM)

    yield words["title"].format(made=f"{at(sheet.made_at)} ({zone})")
    yield from ("", words["calls"].format(count=len(sheet.calls)))
    for call in sheet.calls:
        yield f"  {words['call'].format(label=call.label, case=call.case, since=at(call.since))}"
        yield f"    {_called(call.reach, words, language)}"
    severities = SEVERITIES[language]
    counts = Counter(case.severity for case in sheet.cases)
    yield from ("", words["cases"].format(count=len(sheet.cases)))
    said = ", ".join(f"{severities[name]} {counts[name]}" for name in severities if counts[name])
    yield f"  {words['severities'].format(counts=said or words['none'])}"
    for case in sheet.cases:
        yield f"  {words['case'].format(reference=case.reference, severity=severities[case.severity], hours=case.within_h)}"
        for side, own, reaches in case.sides:
            yield f"    {SIDES[side][language]}, {words['side'].format(own=own)}"
            yield from (f"      {_called(reach, words, language)}" for reach in reaches)
    sides = Counter(item.side for item in sheet.items)
    told = ", ".join(f"{SIDES[side][language]} {sides[side]}" for side in SIDES if sides[side])
    yield from ("", words["items"].format(counts=told or words["none"]))
    for item in sheet.items:
        yield f"  {item.reference}"
        yield from (f"    {_called(reach, words, language)}" for reach in item.reaches)
    steps = dict(zip(OCHA_ROLES, words["steps"].split("|"), strict=True))
    yield from ("", words["duty"])
    for entry in sheet.duty:
        yield f"  {entry.area}, {steps.get(entry.step, entry.step)}: {_numbers(entry.numbers, words)}"


def _called(reach: Reach, words: dict[str, str], language: str) -> str:
    function = FUNCTIONS.get(reach.side, {}).get(reach.function, {}).get(language, reach.function)
    return f"{function}: {_numbers(reach.numbers, words)}"


def _numbers(numbers: Sequence[str], words: dict[str, str]) -> str:
    return ", ".join(numbers) or words["no_number"]
