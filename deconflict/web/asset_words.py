"""A request for an escort or another military asset in words, and how many movements have an escort."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any

from flask_babel import format_date
from flask_babel import gettext as _

from deconflict.domain import asset_requests as codes
from deconflict.domain.country import Mission
from deconflict.domain.disclosure import ItemView
from deconflict.domain.procedures import Label
from deconflict.store.asset_requests import AssetRequest, Share, escort_share, requests_for
from deconflict.store.base import db
from deconflict.store.own import own_item_id
from deconflict.web.audience import current_audience
from deconflict.web.clock import now
from deconflict.web.desk_words import short
from deconflict.web.language import label
from deconflict.web.procedure_words import Standing, standing


@dataclass(frozen=True, slots=True)
class Said:
    """One answer: of what, which, and why as it was typed."""

    what: str
    answer: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """`facts` are (term, words); `instead`: some alternative would do, as whoever decides should see. `unreadable`: its key is missing."""

    facts: tuple[tuple[str, str], ...]
    why: str
    criteria: tuple[Said, ...]
    alternatives: tuple[Said, ...]
    alternatives_why: str
    instead: bool
    decision: tuple[tuple[str, str], ...]
    decision_why: str
    unreadable: bool

    @classmethod
    def of(cls, found: AssetRequest, *, named: bool) -> Shown:
        """`named`: with its organisation, which the office that decides does not read (D8)."""
        facts = found.facts.facts
        looked = facts.get("alternatives", {})
        return cls(
            facts=tuple(_facts(found, named=named)),
            why=found.typed("why"),
            criteria=tuple(
                Said(
                    label(dict(question)), _word(codes.ANSWERS, facts["criteria"].get(code)), found.typed(f"{code}_why")
                )
                for code, question in codes.CRITERIA.items()
            ),
            alternatives=tuple(
                Said(label(dict(name)), _word(codes.FOUND, looked[code]))
                for code, name in codes.ALTERNATIVES.items()
                if code in looked
            ),
            alternatives_why=found.typed("alternatives_why"),
            instead="would_do" in looked.values(),
            decision=tuple(_decision(facts)),
            decision_why=found.typed("decision_why"),
            unreadable=found.words is None,
        )


def request_words(facts: Mapping[str, Any]) -> str:
    """As `Armed escort, 10 to 12 Dec 2019`."""
    return f"{_word(codes.ASSETS, facts.get('asset'))}, {_days(facts)}"


def escorts_asked(view: ItemView) -> list[Standing]:
    """Where the requests for this own movement stand, the newest first."""
    item_id = own_item_id(db.session(), view.side, view.reference)
    return requests_standing(item_id)


def requests_standing(item_id: int) -> list[Standing]:
    """Where the requests for a movement stand, for whoever may read the movement."""
    who, at = current_audience(), now()
    return [standing(facts, who, at) for facts in requests_for(db.session(), item_id, who)]


def share_words(mission: Mission, at: datetime) -> list[tuple[str, Share]]:
    """This month and the one before, each with the movements that begin in it."""
    first = at.astimezone(mission.zone).date().replace(day=1)
    return [(_month(day), _share(day, mission.zone)) for day in (first, (first - timedelta(days=1)).replace(day=1))]


def _share(first: date, zone: tzinfo) -> Share:
    after = (first + timedelta(days=32)).replace(day=1)
    begins, ends = (datetime.combine(day, time(0), zone) for day in (first, after))
    return escort_share(db.session(), begins, ends)


def _month(day: date) -> str:
    return str(format_date(day, "MMMM yyyy"))


def _facts(found: AssetRequest, *, named: bool) -> list[tuple[str, str]]:
    facts, due = found.facts.facts, found.facts.facts.get("decide_by")
    return [
        (_("For"), found.organisation if named else ""),
        (_("What"), _word(codes.ASSETS, facts.get("asset"))),
        (_("Asked of"), _word(codes.PROVIDERS, facts.get("provider"))),
        (_("Days"), _days(facts)),
        (_("To be decided by"), short(datetime.fromisoformat(due)) if due else ""),
    ]


def _decision(facts: Mapping[str, Any]) -> list[tuple[str, str]]:
    if "decided_by" not in facts:
        return []
    return [
        (_("Decided by"), _word(codes.DECIDED_BY, facts["decided_by"])),
        (_("Decided on"), _day(facts["decided_on"])),
        (_("Looked at again on"), _day(facts["review_on"]) if facts.get("review_on") else ""),
    ]


def _days(facts: Mapping[str, Any]) -> str:
    first, last = facts["first"], facts["last"]
    return _day(first) if first == last else _("%(first)s to %(last)s", first=_day(first), last=_day(last))


def _day(text: str) -> str:
    return str(format_date(date.fromisoformat(text), "d MMM yyyy"))


def _word(table: Mapping[str, Label], code: str | None) -> str:
    return label(dict(table[code])) if code is not None and code in table else ""
