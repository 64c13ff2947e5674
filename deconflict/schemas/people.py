"""The door for organisations and people: what an administrator typed -> a Newcomer or an organisation's facts."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from flask_babel import lazy_gettext as _l
from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from deconflict.domain.country import PhonePlan
from deconflict.domain.people import FUNCTIONS, NUMBERS_MOST, SIDES, Newcomer
from deconflict.domain.roles import SIDE_OF, may_be_combined
from deconflict.schemas.fields import CHOOSE, Choice, Count, Door, Phone, Text, YesNo, messages

NAME_LONGEST = 120
EMAIL_LONGEST = 255
ORGANISATION_KINDS = {
    "ngo": _l("International NGO"),
    "national_ngo": _l("National NGO"),
    "red_cross": _l("Red Cross or Red Crescent"),
    "un": _l("United Nations agency"),
    "ocha": _l("OCHA"),
    "mission": _l("Peacekeeping mission"),
}
SUCH_AS = _l("Write an address such as name@example.org.")
LATEST = 999_999
LANGUAGES = {"fr": "Français", "en": "English"}


class TextableNumber(Phone):
    """A number that text messages reach."""

    default_error_messages = messages(
        fixed=_l("This is a fixed line, which receives no text messages. Give a mobile number."),
        satellite=_l("A satellite phone does not receive these messages reliably: keep its number at your radio room."),
    )

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> str:
        number = super()._deserialize(value, attr, data, **more)
        if number.startswith(self.plan.satellite):
            raise self.make_error("satellite")
        return number


class OrganisationSchema(Door):
    """-> `{"name", "side", "kind", "direct"}`."""

    name = Text(NAME_LONGEST, required=True)
    side = Choice(SIDES, required=True)
    kind = Choice(ORGANISATION_KINDS, required=True)
    direct = YesNo(required=True)


class TellingSchema(Door):
    """-> `{"direct", "mail_names_own", "two_step"}`, the first and the last only where `asks_teams`."""

    direct = YesNo()
    mail_names_own = YesNo(required=True)
    two_step = YesNo()

    def __init__(self, *, asks_teams: bool) -> None:
        super().__init__(exclude=() if asks_teams else ("direct", "two_step"))
        if asks_teams:
            self.fields["direct"].required = self.fields["two_step"].required = True


class NewcomerSchema(Door):
    """-> Newcomer. `side` sets the roles and functions one may have; `scopes` are the mission's sectors or areas,
    `spoken` the languages it can call people in."""

    name = Text(NAME_LONGEST, required=True)
    language = Choice(LANGUAGES, required=True)
    spoken = fields.String(load_default="")
    scope = fields.String(load_default=None, allow_none=True)
    roles = fields.List(fields.String(), load_default=list)
    email = Text(EMAIL_LONGEST, load_default=None, validate=validate.Email(error=SUCH_AS))

    def __init__(self, side: str, scopes: Collection[str], plan: PhonePlan, spoken: Collection[str] = ()) -> None:
        super().__init__()
        self.side, self.scopes, self.callable_in = side, scopes, spoken
        few = validate.Length(max=NUMBERS_MOST, error=_l("Give three numbers at most."))
        self.declared_fields["function"] = Choice(FUNCTIONS[side], required=True)
        self.declared_fields["phones"] = fields.List(TextableNumber(plan), load_default=list, validate=few)
        self._init_fields()

    @validates_schema(skip_on_field_errors=False)
    def _fits(self, data: dict[str, Any], **_more: Any) -> None:
        wrong: dict[str, list[Any]] = {}
        if data.get("scope") and data["scope"] not in self.scopes:
            wrong["scope"] = [CHOOSE]
        if data.get("spoken") and data["spoken"] not in self.callable_in:
            wrong["spoken"] = [CHOOSE]
        if any(SIDE_OF.get(role) != self.side for role in data.get("roles", ())):
            wrong["roles"] = [_l("This role belongs to another kind of organisation. Choose another one.")]
        elif not may_be_combined(data.get("roles", ())):
            wrong["roles"] = [
                _l("A cluster coordinator reads where others bring aid, and so does not notify: choose one.")
            ]
        if data.get("roles") and not data.get("email"):
            wrong["email"] = [_l("Whoever signs in needs an e-mail address: give one.")]
        if not data.get("email") and not data.get("phones"):
            wrong["phones"] = [_l("Give a mobile number or an e-mail address: nobody could be told otherwise.")]
        if wrong:
            raise ValidationError(wrong)

    @post_load
    def _newcomer(self, data: dict[str, Any], **_more: Any) -> Newcomer:
        return Newcomer(
            name=data["name"],
            language=data["language"],
            function=data["function"],
            scope=data["scope"],
            roles=frozenset(data["roles"]),
            email=data["email"].lower() if data["email"] else None,
            phones=tuple(dict.fromkeys(data["phones"])),
            spoken=data["spoken"],
        )


class _Edition(Door):
    """A change of somebody's contacts as they stood at `edition`."""

    edition = Count(0, LATEST, required=True)


class NumberSchema(_Edition):
    """-> `{"edition", "number"}`, the number in E.164."""

    def __init__(self, plan: PhonePlan) -> None:
        super().__init__()
        self.declared_fields["number"] = TextableNumber(plan, required=True)
        self._init_fields()


class MailboxSchema(_Edition):
    """-> `{"edition", "mailbox"}`, in small letters."""

    mailbox = Text(EMAIL_LONGEST, required=True, validate=validate.Email(error=SUCH_AS))

    @post_load
    def _small(self, data: dict[str, Any], **_more: Any) -> dict[str, Any]:
        return data | {"mailbox": data["mailbox"].lower()}


class ContactSchema(_Edition):
    """-> `{"edition", "contact", "sure"}`."""

    contact = Count(1, LATEST, required=True)
    sure = YesNo(load_default=False)
