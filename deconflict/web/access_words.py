"""Access incidents in words, their counts, and the lines of their file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask_babel import format_date
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from deconflict.domain.access_counts import Change, changes, in_all
from deconflict.domain.access_incidents import CONSTRAINTS, CYCLE, OUTCOMES
from deconflict.domain.disclosure import ItemView
from deconflict.domain.procedures import Label
from deconflict.domain.states import ItemState
from deconflict.store.access_incidents import AccessIncident, incidents_for
from deconflict.store.base import db
from deconflict.store.own import own_item_id
from deconflict.web.audience import current_audience
from deconflict.web.clock import now
from deconflict.web.filing_pages import mission
from deconflict.web.language import label
from deconflict.web.procedure_words import Standing, standing

MONTHS = 13  # to choose from
HEADER = (
    (_l("Reference"), "#meta+ref"),
    (_l("Day"), "#date+occurred"),
    (_l("Region"), "#adm1+name"),
    (_l("Region, code"), "#adm1+code"),
    (_l("Unit above"), "#adm2+name"),
    (_l("Smallest unit"), "#adm3+name"),
    (_l("Smallest unit, code"), "#adm3+code"),
    (_l("Constraint, code"), "#access+type+code"),
    (_l("Constraint"), "#access+type"),
    (_l("Outcome, code"), "#status+outcome+code"),
    (_l("Outcome"), "#status+outcome"),
    (_l("Proof demanded"), "#indicator+proof_demanded+bool"),
    (_l("State"), "#status"),
    (_l("Taken out"), "#meta+note"),
)


@dataclass(frozen=True, slots=True)
class CountLine:
    """One number beside that of the month before; `percent` as it is shown, `-` where there was nothing before."""

    name: str
    old: int
    new: int
    percent: str

    @classmethod
    def of(cls, name: str, change: Change) -> CountLine:
        percent = change.percent
        sign = "+" if percent is not None and percent > 0 else ""
        return cls(
            name, change.old, change.new, "-" if percent is None else f"{sign}{percent} %".replace("-", "\u2212")
        )


@dataclass(frozen=True, slots=True)
class Counts:
    """`month` and `before` in words; `key` of the month."""

    month: str
    before: str
    key: str
    all: CountLine
    proof: CountLine
    by_constraint: tuple[CountLine, ...]
    by_region: tuple[CountLine, ...]


def counted(month: date, old: Sequence[AccessIncident], new: Sequence[AccessIncident]) -> Counts:
    kinds = changes(*([one.facts.facts["constraint"] for one in some] for some in (old, new)))
    places = changes(*([_region(one) for one in some] for some in (old, new)))
    proof = Change(*(sum(bool(one.facts.facts["proof_demanded"]) for one in some) for some in (old, new)))
    return Counts(
        month=month_words(month),
        before=month_words((month - timedelta(days=1)).replace(day=1)),
        key=f"{month:%Y-%m}",
        all=CountLine.of(_("All"), in_all(kinds.values())),
        proof=CountLine.of(_("Proof of notification was demanded"), proof),
        by_constraint=tuple(CountLine.of(_word(CONSTRAINTS, code), one) for code, one in kinds.items()),
        by_region=tuple(CountLine.of(name or _("Not known"), one) for name, one in places.items()),
    )


def month_of(typed: str, today: date) -> date:
    """The first day of the month as typed, `2019-12`; of this month where it says none."""
    try:
        return date.fromisoformat(f"{typed}-01")
    except ValueError:
        return today.replace(day=1)


def months(today: date) -> dict[str, str]:
    """This one and those before, the newest first."""
    first, found = today.replace(day=1), {}
    for _n in range(MONTHS):
        found[f"{first:%Y-%m}"] = month_words(first)
        first = (first - timedelta(days=1)).replace(day=1)
    return found


def month_words(month: date) -> str:
    return str(format_date(month, "MMMM yyyy"))


def words_of(facts: Mapping[str, Any]) -> str:
    """As `3 Dec 2019, Mines and explosive devices`."""
    return f"{_day(facts['on'])}, {_word(CONSTRAINTS, facts['constraint'])}"


def incident_facts(found: AccessIncident, *, named: bool) -> list[tuple[str, str]]:
    facts, place = found.facts.facts, found.commune
    where = ", ".join(filter(None, (place.commune_name, place.cercle_name, place.region_name))) if place else ""
    return [
        (_("Organisation"), found.organisation if named else ""),
        (_("What hindered"), _word(CONSTRAINTS, facts["constraint"])),
        (_("Day"), _day(facts["on"])),
        (_("Where"), where),
        (_("What became of the movement"), _word(OUTCOMES, facts["outcome"])),
        (_("Proof of notification was demanded"), _("Yes") if facts["proof_demanded"] else _("No")),
    ]


def incidents_logged(view: ItemView) -> list[Standing]:
    """Those of this own movement, the newest first."""
    item_id = own_item_id(db.session(), view.side, view.reference)
    who, at = current_audience(), now()
    return [standing(facts, who, at) for facts in incidents_for(db.session(), item_id, who)]


def may_log(view: ItemView) -> bool:
    """Whether something may have hindered it by now: it has begun, or was called off."""
    begins = [window.earliest for stop in view.stops or () for window in stop.windows]
    return view.state in (ItemState.CANCELLED, ItemState.ENDED) or bool(begins and min(begins) <= now())


def file_rows(found: Iterable[AccessIncident], code: str) -> Iterator[list[str]]:
    """As HEADER has them; `code` leads to whoever took the file."""
    for one in found:
        facts, place = one.facts.facts, one.commune
        region = mission().gazetteer.get(place.region) if place and place.region else None
        yield [
            one.facts.reference,
            facts["on"],
            place.region_name if place else "",
            region.pcode if region else "",
            place.cercle_name if place else "",
            place.commune_name if place else "",
            place.pcode if place else "",
            facts["constraint"],
            _word(CONSTRAINTS, facts["constraint"]),
            facts["outcome"],
            _word(OUTCOMES, facts["outcome"]),
            "1" if facts["proof_demanded"] else "0",
            label(dict(CYCLE.states[one.facts.state])),
            _("For officers at OCHA alone. Not for onward sharing. File %(code)s.", code=code),
        ]


def _region(one: AccessIncident) -> str:
    return one.commune.region_name if one.commune else ""


def _day(text: str) -> str:
    return str(format_date(date.fromisoformat(text), "d MMM yyyy"))


def _word(table: Mapping[str, Label], code: str) -> str:
    return label(dict(table[code])) if code in table else ""
