"""What an officer asked to see of the queue, read from an address or carried by a form, and what he may choose from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from flask_babel import lazy_gettext as _l

from deconflict.domain.queue import QueueRow, Wanted
from deconflict.domain.severity import Severity
from deconflict.store.base import db
from deconflict.store.queue import organisations_in
from deconflict.web.audience import current_audience
from deconflict.web.desk_case import mission
from deconflict.web.desk_words import CASES, OPEN_STATES
from deconflict.web.intake import one_of
from deconflict.web.language import label

SEVERITIES = {
    Severity.CRITICAL: _l("Critical"),
    Severity.HIGH: _l("High"),
    Severity.MEDIUM: _l("Medium"),
    Severity.LOW: _l("Low"),
    Severity.INFO: _l("Info"),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the officer asked to see, as the page's address says it: codes only, and a code that does not exist filters nothing.
    `apart`: each case by itself; `blind`: references and clocks only."""

    wanted: Wanted
    new: bool = False
    apart: bool = False
    blind: bool = False

    @property
    def filters(self) -> bool:
        return self.new or self.wanted != Wanted()

    @property
    def query(self) -> dict[str, str]:
        """The same asked again, on another page."""
        wanted = self.wanted
        asked = {
            "area": wanted.area,
            "rule": wanted.rule,
            "organisation": str(wanted.organisation or ""),
            "sector": wanted.sector,
            "severity": wanted.severity,
            "state": wanted.state,
            **{name: "1" for name in ("new", "apart", "blind") if getattr(self, name)},
            "mine": "1" if wanted.owner_id is not None else "",
        }
        return {name: value for name, value in asked.items() if value}


def choices(rows: Sequence[QueueRow]) -> dict[str, list[tuple[str, str]]]:
    """What each filter offers, as (code, words). Organisations and rules are those of the cases that he sees."""
    fired = {rule for row in rows for rule in row.rules}
    owners = organisations_in(db.session(), {id for row in rows for id in row.organisations})
    return {
        "area": [(area.code, label(dict(area.name))) for area in mission().areas],
        "sector": [(sector.code, label(dict(sector.name))) for sector in mission().sectors],
        "organisation": [(str(id), name) for id, name in owners],
        "rule": [(rule, rule) for rule in sorted(fired)],
        "severity": [(severity, str(words)) for severity, words in SEVERITIES.items()],
        "state": [(state, str(CASES[state])) for state in OPEN_STATES],
    }


def asked_for(given: Mapping[str, str], rows: Sequence[QueueRow]) -> Asked:
    organisation = one_of(given, "organisation", {id for row in rows for id in row.organisations})
    wanted = Wanted(
        area=one_of(given, "area", (area.code for area in mission().areas)),
        rule=one_of(given, "rule", (rule.id for rule in mission().pack.rules)),
        organisation=int(organisation) if organisation else None,
        sector=one_of(given, "sector", (sector.code for sector in mission().sectors)),
        severity=one_of(given, "severity", Severity),
        state=one_of(given, "state", OPEN_STATES),
        owner_id=current_audience().person_id if given.get("mine") == "1" else None,
    )
    flags = {name: given.get(name) == "1" for name in ("new", "apart")}
    return replace(Asked(wanted, **flags), blind=bool(given.get("blind")))
