"""The door for organisations and people: what an administrator typed -> a Newcomer or an organisation's facts."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import phonenumbers
from flask_babel import lazy_gettext as _l
from marshmallow import RAISE, Schema, ValidationError, fields, post_load, validate, validates_schema
from phonenumbers import PhoneNumberType

from deconflict.domain.people import FUNCTIONS, SIDES, Newcomer
from deconflict.domain.roles import SIDE_OF

REQUIRED = _l("Fill this in.")
CHOOSE = _l("Choose one of the list.")
NAME = validate.Length(min=2, max=120, error=_l("Between 2 and 120 characters, please."))
ORGANISATION_KINDS = ("ngo", "national_ngo", "un", "red_cross", "mission", "ocha")
MOBILE = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)
SATELLITE_CODES = (870, 881, 882, 883)


def required(**more: Any) -> dict[str, Any]:
    """Error messages for a field that may not stay empty."""
    return {"required": REQUIRED, "null": REQUIRED, "invalid": REQUIRED, **more}


class MobileNumber(fields.String):
    """A number that can receive text messages, as E.164. Eight local digits get the mission's country code."""

    def __init__(self, country_code: int, **more: Any) -> None:
        super().__init__(**more)
        self.region = phonenumbers.region_code_for_country_code(country_code)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **more: Any) -> str:
        text = super()._deserialize(value, attr, data, **more)
        try:
            number = phonenumbers.parse(text, self.region)
        except phonenumbers.NumberParseException:
            raise ValidationError(_l("Write digits only, with + and the country code for a foreign number.")) from None
        if number.country_code in SATELLITE_CODES:
            raise ValidationError(
                _l("A satellite phone does not receive these messages reliably: keep it at your radio room.")
            )
        if not phonenumbers.is_valid_number(number):
            raise ValidationError(_l("There is no such number. Count its digits."))
        if phonenumbers.number_type(number) not in MOBILE:
            raise ValidationError(_l("This is a fixed line, which receives no text messages. Give a mobile number."))
        return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


class OrganisationSchema(Schema):
    """-> `{"name", "side", "kind", "direct"}`."""

    class Meta:
        unknown = RAISE

    name = fields.String(required=True, validate=NAME, error_messages=required())
    side = fields.String(required=True, validate=validate.OneOf(tuple(SIDES), error=CHOOSE), error_messages=required())
    kind = fields.String(
        required=True, validate=validate.OneOf(ORGANISATION_KINDS, error=CHOOSE), error_messages=required()
    )
    direct = fields.Boolean(required=True, error_messages=required(invalid=CHOOSE))


class NewcomerSchema(Schema):
    """-> Newcomer. `side` sets the roles and functions one may have; `scopes` are the mission's sectors or areas."""

    class Meta:
        unknown = RAISE

    name = fields.String(required=True, validate=NAME, error_messages=required())
    language = fields.String(
        required=True, validate=validate.OneOf(("fr", "en"), error=CHOOSE), error_messages=required()
    )
    function = fields.String(required=True, error_messages=required())
    scope = fields.String(load_default=None, allow_none=True)
    roles = fields.List(fields.String(), load_default=list)
    email = fields.Email(
        load_default=None,
        allow_none=True,
        error_messages={"invalid": _l("Write an address such as name@example.org.")},
    )

    def __init__(self, side: str, scopes: Collection[str], country_code: int) -> None:
        super().__init__()
        self.side, self.scopes = side, scopes
        phones = fields.List(
            MobileNumber(country_code),
            load_default=list,
            validate=validate.Length(max=3, error=_l("Three numbers at most.")),
        )
        self.declared_fields["phones"] = phones
        self._init_fields()

    @validates_schema(skip_on_field_errors=False)
    def _fits(self, data: dict[str, Any], **_more: Any) -> None:
        wrong: dict[str, list[Any]] = {}
        if data.get("function") and data["function"] not in FUNCTIONS[self.side]:
            wrong["function"] = [CHOOSE]
        if data.get("scope") and data["scope"] not in self.scopes:
            wrong["scope"] = [CHOOSE]
        if any(SIDE_OF.get(role) != self.side for role in data.get("roles", ())):
            wrong["roles"] = [_l("This role belongs to another kind of organisation.")]
        if data.get("roles") and not data.get("email"):
            wrong["email"] = [_l("Whoever signs in needs an e-mail address.")]
        if not data.get("email") and not data.get("phones"):
            wrong["phones"] = [_l("Give a mobile number or an e-mail address: nobody could be told otherwise.")]
        if wrong:
            raise ValidationError(wrong)

    @post_load
    def _newcomer(self, data: dict[str, Any], **_more: Any) -> Newcomer:
        return Newcomer(
            name=data["name"].strip(),
            language=data["language"],
            function=data["function"],
            scope=data["scope"] or None,
            roles=frozenset(data["roles"]),
            email=data["email"].strip().lower() if data["email"] else None,
            phones=tuple(dict.fromkeys(data["phones"])),
        )
