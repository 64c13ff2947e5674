"""The door for sittings: the day and the members, what is decided, the minutes; and for what is done about a condition."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from marshmallow import ValidationError, fields, validates

from deconflict.domain.conditions import DOERS, KINDS
from deconflict.domain.consultation import OUTCOMES
from deconflict.domain.country import Mission
from deconflict.domain.roles import LABELS
from deconflict.domain.sittings import DECISIONS, MEMBERS, WHY_CANCELLED
from deconflict.schemas.duty import Day
from deconflict.schemas.fields import Choice, Count, Door, Text, blank, messages
from deconflict.schemas.windows import CHECK_THE_YEAR

MOST_WORDS = 500
ROWS = 3  # of conditions on the form
MOST_AHEAD = 366
DOERS_NAMED = {role: LABELS[role] for role in DOERS}
CONDITION = re.compile(r"conditions-([0-9])-(kind|words|by_role|until)", re.ASCII)


class _Dated(Door):
    """`today` on the clock of the mission."""

    def __init__(self, today: date) -> None:
        super().__init__()
        self.today = today

    def _near(self, day: date) -> None:
        if abs((day - self.today).days) > MOST_AHEAD:
            raise ValidationError(CHECK_THE_YEAR)


class SittingSchema(_Dated):
    """-> `{"committee", "day", "members"}`."""

    day = Day(required=True)
    members = fields.List(Choice(MEMBERS), required=True, error_messages=messages())

    def __init__(self, mission: Mission, today: date) -> None:
        super().__init__(today)
        self.declared_fields["committee"] = Choice(
            dict.fromkeys([one.code for one in mission.committees], ""), required=True
        )
        self._init_fields()

    @validates("day")
    def _day_is_near(self, day: date, **_more: Any) -> None:
        self._near(day)


class MoveSchema(_Dated):
    """-> `{"version", "day"}`."""

    version = Count(1, 10**6, required=True)
    day = Day(required=True)

    @validates("day")
    def _day_is_near(self, day: date, **_more: Any) -> None:
        self._near(day)


class CancelSchema(Door):
    """-> `{"version", "code", "words"}`."""

    version = Count(1, 10**6, required=True)
    code = Choice(WHY_CANCELLED, required=True)
    words = Text(MOST_WORDS, load_default="")


class MinutesSchema(Door):
    """-> `{"version", "present", "words"}`."""

    version = Count(1, 10**6, required=True)
    present = fields.List(Choice(MEMBERS), required=True, error_messages=messages())
    words = Text(MOST_WORDS, load_default="")


class ConditionSchema(_Dated):
    """-> `{"kind", "words", "by_role", "until"}`."""

    kind = Choice(KINDS, required=True)
    words = Text(MOST_WORDS, load_default="")
    by_role = Choice(DOERS_NAMED, required=True)
    until = Day(required=True)

    @validates("until")
    def _until_is_ahead(self, day: date, **_more: Any) -> None:
        self._near(day)
        if day < self.today:
            raise ValidationError(_l("Choose a day that is not past."))


class DecisionSchema(_Dated):
    """-> `{"version", "event", "code", "words"}`."""

    version = Count(1, 10**6, required=True)
    code = Choice(OUTCOMES, required=True)
    words = Text(MOST_WORDS, load_default="")

    def __init__(self, kind: str, today: date) -> None:
        super().__init__(today)
        self.declared_fields["event"] = Choice(dict.fromkeys(DECISIONS[kind], ""), required=True)
        self._init_fields()


class ConditionStepSchema(_Dated):
    """-> `{"version", "event", "words", "until"}`."""

    version = Count(1, 10**6, required=True)
    event = Choice(dict.fromkeys(("done", "extend", "lift", "reopen"), ""), required=True)
    words = Text(MOST_WORDS, load_default="")
    until = Day(load_default=None)

    @validates("until")
    def _until_is_near(self, day: date | None, **_more: Any) -> None:
        if day is not None:
            self._near(day)


def read_decision(kind: str, flat: Mapping[str, str], today: date) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """What was typed into the form of a decision, and its conditions: rows that are left empty are none. Raises ValidationError by the
    names of the page."""
    rows: dict[int, dict[str, str]] = {}
    plain = {}
    for name, text in flat.items():
        if found := CONDITION.fullmatch(name):
            rows.setdefault(int(found[1]), {})[found[2]] = text
        else:
            plain[name] = text
    wrong: dict[str, Any] = {}
    told: dict[str, Any] = {}
    try:
        told = DecisionSchema(kind, today).load(plain)
    except ValidationError as error:
        wrong |= error.messages_dict
    asked = []
    for number, row in sorted(rows.items()):
        if all(map(blank, row.values())):
            continue
        try:
            asked.append(ConditionSchema(today).load(row))
        except ValidationError as error:
            wrong |= {f"conditions-{number}-{name}": said for name, said in error.messages_dict.items()}
    if wrong:
        raise ValidationError(wrong)
    return told, asked
