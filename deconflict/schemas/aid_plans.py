"""What is asked of an activity for people that the mission plans, beside place and hours: on whose assessment of needs it rests, which
civilian actor was asked to do it instead, and which alternatives were weighed. Codes only, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from marshmallow import Schema, ValidationError

from deconflict.domain.kinds import Kind
from deconflict.schemas.fields import CHOOSE, Choice

NEEDS = {
    "humanitarian": _l("Assessed by humanitarian organisations or a cluster"),
    "authorities": _l("Assessed by local authorities or technical services"),
    "community": _l("Told by the community when it was asked"),
    "mission": _l("Assessed by the mission itself"),
    "nobody": _l("Nobody has assessed them"),
}
LEAD = {
    "asked_declined": _l("Asked, and declined"),
    "asked_no_answer": _l("Asked, and has not answered"),
    "not_asked": _l("Not asked"),
}
ACTORS = {
    "coordination": _l("The humanitarian coordination office"),  # a sheet of paper names no one
    "cluster": _l("A cluster"),
    "agency": _l("A UN agency"),
    "ngo": _l("An NGO"),
    "authorities": _l("Local authorities or technical services"),
}
REASONS = {
    "no_presence": _l("No civilian actor is present there"),
    "no_access": _l("None has access there"),
    "no_means": _l("None has the means or the staff"),
    "no_time": _l("It cannot wait"),
    "by_the_mission": _l("The community or authorities asked the mission itself"),
    "not_known": _l("Not known"),
}
ALTERNATIVES = {
    "handed_over": _l("Hand it over to a civilian actor"),
    "supported": _l("Give means to a civilian actor, who does it"),
    "as_qip": _l("Do it as a QIP, with its consultation"),
    "indirect": _l("Help out of sight: repair a road, bring goods to a store"),
    "later": _l("Wait until a civilian actor can do it"),
    "not_at_all": _l("Not do it"),
}
ASKED = ("needs_basis", "civilian_lead", "civilian_actor", "civilian_reason", "alternative", "alternative_too")


class OfAid(Schema):
    """The fields, and what of them is asked when: of an activity for people, and of nothing else."""

    needs_basis = Choice(NEEDS, load_default="")
    civilian_lead = Choice(LEAD, load_default="")
    civilian_actor = Choice(ACTORS, load_default="")
    civilian_reason = Choice(REASONS, load_default="")
    alternative = Choice(ALTERNATIVES, load_default="")
    alternative_too = Choice(ALTERNATIVES, load_default="")


def wrong_of_aid(kind: Kind, data: Mapping[str, Any]) -> dict[str, list[Any]]:
    """What is to be mended, by field."""
    if not kind.aid:
        return {name: [_l("Only activities for people have this. Take it out.")] for name in ASKED if data.get(name)}
    lead, actor = data.get("civilian_lead"), data.get("civilian_actor")
    wrong = {name: [CHOOSE] for name in ("needs_basis", "civilian_lead", "alternative") if not data.get(name)}
    if lead in ("asked_declined", "asked_no_answer") and not actor:
        wrong["civilian_actor"] = [_l("Choose who was asked.")]
    if lead == "not_asked" and actor:
        wrong["civilian_actor"] = [_l("You wrote that nobody was asked: leave this empty, or correct it above.")]
    if lead in ("asked_declined", "not_asked") and not data.get("civilian_reason"):
        wrong["civilian_reason"] = [_l("Choose the reason.")]
    if data.get("alternative") and data.get("alternative") == data.get("alternative_too"):
        wrong["alternative_too"] = [_l("Choose another one, or leave it empty.")]
    return wrong


def checked(kind: Kind | None, data: Mapping[str, Any]) -> None:
    """Raises ValidationError with what `wrong_of_aid` finds; of a kind that is none nothing is said here."""
    wrong = wrong_of_aid(kind, data) if kind is not None else {}
    if wrong:
        raise ValidationError(wrong)
