"""The consultation on a QIP (RUL-13, D7.4): how long it runs, who is asked, what each may read of it. Somebody who did not reply has not
said that he has no objection: he is counted apart, everywhere."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from typing import Any

from deconflict.domain import roles
from deconflict.domain.audience import Audience
from deconflict.domain.people import fold
from deconflict.domain.procedures import Label, ProcedureFacts
from deconflict.domain.working_days import DayOff, after, between, end_of

Labels = Mapping[str, Label]
NO_REPLY = "no_reply"
ANSWERS: Labels = {
    "no_objection": {"en": "No objection", "fr": "Pas d'objection"},
    "comments": {"en": "Comments", "fr": "Observations"},
    "objection": {"en": "Objection", "fr": "Objection"},
}
COUNTED: Labels = {**ANSWERS, NO_REPLY: {"en": "No reply", "fr": "Sans réponse"}}
OUTCOMES: Labels = {
    "relocate": {"en": "Relocate", "fr": "Changer de lieu"},
    "reschedule": {"en": "Reschedule", "fr": "Changer de dates"},
    "re_scope": {"en": "Re-scope", "fr": "Revoir le contenu"},
    "change_signage": {"en": "Change the sign", "fr": "Changer le panneau"},
    "withdraw": {"en": "Withdraw", "fr": "Retirer le projet"},
    "proceed_with_mitigation": {"en": "Proceed with conditions", "fr": "Poursuivre sous conditions"},
    "proceed_unchanged": {
        "en": "Proceed unchanged, with the reason",
        "fr": "Poursuivre sans changement, avec le motif",
    },
}
REASONS: Labels = {  # why a committee decides before the consultation has ended
    "funds_lapse": {"en": "The funds lapse before", "fr": "Les fonds expirent avant"},
    "season": {"en": "The season does not wait", "fr": "La saison n'attend pas"},
    "access": {"en": "Access will be lost", "fr": "L'accès sera perdu"},
    "authorities": {"en": "The authorities ask for it", "fr": "Les autorités le demandent"},
    "other": {"en": "Another reason", "fr": "Autre motif"},
}
# In what capacity somebody is asked, and with which role he answers.
OCHA, CLUSTER, FORUM, ORGANISATION = "ocha", "cluster", "ngo_forum", "organisation"
ANSWERED_BY: Mapping[str, str] = {
    CLUSTER: roles.CLUSTER,
    FORUM: roles.NGO_FORUM,
    ORGANISATION: roles.FOCAL_POINT,
}
CAPACITIES: Labels = {
    OCHA: {"en": "OCHA", "fr": "OCHA"},
    CLUSTER: {"en": "Cluster coordinator", "fr": "Coordonnateur de cluster"},
    FORUM: {"en": "NGO forum", "fr": "Forum des ONG"},
    ORGANISATION: {"en": "Organisation with activities there", "fr": "Organisation active sur place"},
}
OPEN = frozenset({"consultation", "consulted", "scheduled"})  # replies are taken until the committee has decided
SHORTEST_NAME = 3  # of a name that is looked for in a summary


@dataclass(frozen=True, slots=True)
class Reply:
    """Of one consultee. `answer` empty: none yet. `late`: the clock had ended."""

    id: int
    capacity: str
    organisation_id: int | None
    organisation: str
    answer: str
    at: datetime | None
    late: bool
    comment: str | None = None
    by: str = ""
    reminded_at: datetime | None = None
    nobody_left: bool = False


@dataclass(frozen=True, slots=True)
class Tally:
    """How many of those who were asked said what. `late`: how many of those who replied did so after the clock had ended."""

    asked: int
    by_answer: Mapping[str, int]
    late: int

    @property
    def no_reply(self) -> int:
        return self.by_answer[NO_REPLY]

    def to_json(self) -> dict[str, int]:
        return {**self.by_answer, "asked": self.asked, "late": self.late}


def tally(replies: Iterable[Reply]) -> Tally:
    told = list(replies)
    counts = dict.fromkeys(COUNTED, 0)
    for reply in told:
        counts[reply.answer or NO_REPLY] += 1
    return Tally(len(told), counts, sum(reply.late for reply in told))


# ---- the clock ---------------------------------------------------------------------------------------------------


def last_day(opened_at: datetime, count: int, day_off: DayOff, zone: tzinfo) -> date:
    """The `count`-th working day after the day on which it was opened, which does not count itself."""
    return after(opened_at.astimezone(zone).date(), count, day_off)


def ends_at(opened_at: datetime, count: int, day_off: DayOff, zone: tzinfo) -> datetime:
    return end_of(last_day(opened_at, count, day_off, zone), zone).astimezone(UTC)


def remind_at(opened_at: datetime, count: int, early: int, day_off: DayOff, zone: tzinfo) -> datetime:
    """From when on whoever has not replied is reminded: `early` working days before its end."""
    return ends_at(opened_at, max(count - early, 0), day_off, zone)


def first_sitting(opened_at: datetime, count: int, apart: int, day_off: DayOff, zone: tzinfo) -> date:
    """The first day on which a committee may decide of it: `apart` working days after the last of the consultation."""
    return after(last_day(opened_at, count, day_off, zone), apart, day_off)


def first_day(held: Mapping[str, Any], apart: int, day_off: DayOff, zone: tzinfo) -> date | None:
    """As `first_sitting`, of a consultation that runs or has run as its facts say: a figure that was changed meanwhile moves no clock that
    has been announced. None of one that was never opened."""
    ends = held.get("consultation_ends_at")
    if not ends:
        return None
    last = datetime.fromisoformat(str(ends)).astimezone(zone).date()
    return after(_day_before(last), apart, day_off)


def _day_before(day: date) -> date:
    return date.fromordinal(day.toordinal() - 1)


def days_given(opened_at: datetime, until: datetime, day_off: DayOff, zone: tzinfo) -> int:
    """How many whole working days those who were asked had, after the day of the opening, until this instant."""
    first, last = opened_at.astimezone(zone).date(), until.astimezone(zone).date()
    return between(first, _day_before(last), day_off)


# ---- who reads what ----------------------------------------------------------------------------------------------


def reads_replies(audience: Audience) -> bool:
    """Each reply with its author and its words: OCHA alone (RUL-13)."""
    return audience.is_officer


def reads_summary(audience: Audience) -> bool:
    """What OCHA wrote for the committee: the committees, the manager, OCHA and the HC's office."""
    return audience.is_officer or audience.may(
        *(roles.QIP_MANAGER, roles.LPRC_CHAIR, roles.LPRC_MEMBER, roles.PRC_SECRETARY, roles.HC_OFFICE)
    )


def may_answer(capacity: str, organisation_id: int | None, audience: Audience, *, passed_on: bool) -> bool:
    """Whether this person answers for a consultee. For OCHA the officer does; the head of the sub-office once it has passed to him."""
    if capacity == OCHA:
        held = audience.roles & roles.OFFICERS
        return audience.side == "ocha" and bool(held - (set() if passed_on else {roles.SUBOFFICE_HEAD}))
    return audience.organisation_id == organisation_id and audience.may(ANSWERED_BY[capacity])


def may_summarise(audience: Audience, *, passed_on: bool) -> bool:
    return may_answer(OCHA, None, audience, passed_on=passed_on)


def names_in(words: str, names: Iterable[str]) -> str | None:
    """The first of these names that the words hold, however it is accented or written; None where they hold none."""
    said = f" {_plain(words)} "
    return next((name for name in names if len(_plain(name)) >= SHORTEST_NAME and f" {_plain(name)} " in said), None)


def _plain(text: str) -> str:
    return " ".join(re.split(r"\W+", fold(text))).strip()


def instant(held: Mapping[str, Any], name: str) -> datetime | None:
    """Of the facts of a procedure."""
    told = held.get(name)
    return datetime.fromisoformat(str(told)) if told else None


def is_open(facts: ProcedureFacts) -> bool:
    """Whether replies are still taken."""
    return facts.state in OPEN and bool(facts.facts.get("consultation_opened_at"))
