"""Why a case moved, as codes for its history: what differs between the last look and this one."""

from __future__ import annotations

from dataclasses import dataclass

from deconflict.domain.states import OFF_ITEMS
from deconflict.matching.in_force import Basis
from deconflict.store.cases import Case
from deconflict.store.items import Item
from deconflict.store.work import Judged

NOUN = {"humanitarian": "notice", "mission": "plan"}
WORSE, CLOCK, RULES, PLACES, ESCORT = "worse", "clock", "rules", "places", "escort"
CODES = ("notice_new", "plan_new", "notice", "plan", "notice_off", "plan_off", RULES, PLACES, CLOCK, WORSE, ESCORT)


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look rested on: the versions of the two items by side, None for one never looked at, the basis, and whether the plan was
    decided to escort that very notice."""

    versions: dict[str, int | None]
    basis: Basis
    escorted: bool = False


def last_look(case: Case) -> Looked:
    versions: dict[str, int | None] = {"humanitarian": case.humanitarian_version, "mission": case.mission_version}
    escorted = bool(case.judged_from.get("looked_escorted")) if case.judged_from else False
    return Looked(versions, Basis(case.sop_version, case.gazetteer, case.profile), escorted)


def before(item: Item, judged: Judged | None, other: Item, basis: Basis, *, escorted: bool = False) -> Looked:
    """For a pair without a case: what the item that is being settled was judged with before; `escorted`: the plan was linked to it
    then."""
    version = judged.version if judged else None
    was = Basis(judged.sop_version, judged.gazetteer, judged.profile) if judged else basis
    return Looked({item.side: version, other.side: other.version}, was, escorted)


def causes(
    last: Looked, humanitarian: Item, mission_item: Item, basis: Basis, *, worse: bool = False, escort: bool = False
) -> str:
    """The codes, separated by spaces. A cancelled item says it all. `escort`: what is decided of an escort is not what it was."""
    found = [code for item in (humanitarian, mission_item) if (code := _of_item(item, last.versions[item.side]))]
    if not any(code.endswith("_off") for code in found):
        places = last.basis.gazetteer != basis.gazetteer
        rules = last.basis.sop_version != basis.sop_version or (not places and last.basis.profile != basis.profile)
        found += ([RULES] if rules else []) + ([PLACES] if places else []) + ([ESCORT] if escort else [])
    return " ".join(([WORSE] if worse else []) + (found or [CLOCK]))


def _of_item(item: Item, seen: int | None) -> str:
    noun = NOUN[item.side]
    if item.state in OFF_ITEMS:
        return f"{noun}_off"
    if seen is None:
        return f"{noun}_new"
    return noun if seen != item.version else ""
