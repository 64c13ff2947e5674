"""Fields and habits shared by everything people file: blanks are absent, texts are printable, every error says how to mend it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import phonenumbers
from flask_babel import lazy_gettext as _l
from marshmallow import RAISE, Schema, ValidationError, fields, pre_load
from phonenumbers import PhoneNumberType

from deconflict.domain.activity import Side
from deconflict.domain.coordinates import BadPosition, read_position
from deconflict.domain.country import Mission, PhonePlan
from deconflict.domain.unwanted import OF_A_HOUSE, OF_A_SITE, unwanted_in, unwanted_in_place

REQUIRED = _l("Fill this in.")
CHOOSE = _l("Choose one of the list.")
OF_THE_GRID = ("no_square", "no_zone", "odd_digits")  # it is a position, and what is wrong with it is told
YES, NO = (True, "yes", "true", "on", "1"), (False, "no", "false", "off", "0")
DEAF = (
    PhoneNumberType.FIXED_LINE,
    PhoneNumberType.TOLL_FREE,
    PhoneNumberType.PREMIUM_RATE,
    PhoneNumberType.SHARED_COST,
)


def messages(**more: Any) -> dict[str, Any]:
    return {"required": REQUIRED, "null": REQUIRED, "validator_failed": CHOOSE, **more}


def complaints(error: ValidationError) -> dict[Any, Any]:
    """What an error says, by field."""
    return error.messages if isinstance(error.messages, dict) else {"_schema": error.messages}


class Door(Schema):
    """Refuses what it does not know, and takes an empty text for an absent one."""

    class Meta:
        unknown = RAISE

    error_messages = messages(
        unknown=_l("This field is not known here. Take it out."),
        type=_l("Send fields with names, not a single value."),
    )

    @pre_load
    def _drop_blanks(self, data: Any, **_more: Any) -> Any:
        if not isinstance(data, Mapping):
            return data
        return {name: value for name, value in data.items() if not blank(value)}


def blank(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


class Text(fields.Field[str]):
    """One line, white space tidied. Unprintable characters are refused: some break a database, some turn words round."""

    default_error_messages = messages(
        invalid=_l("Write text here."),
        unprintable=_l("There is an invisible character in this text. Type it again without copying."),
    )

    def __init__(self, limit: int, **more: Any) -> None:
        super().__init__(**more)
        self.limit = limit

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_more: Any) -> str:
        if not isinstance(value, str):
            raise self.make_error("invalid")
        line = " ".join(value.split())
        if len(line) > self.limit:
            raise ValidationError(_l("Write %(limit)s characters at most.", limit=self.limit))
        if not line.isprintable():
            raise self.make_error("unprintable")
        return line


class FreeText(Text):
    """A line in one's own words, without what a notice never holds (domain.unwanted)."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> str:
        line = super()._deserialize(value, attr, data, **more)
        found = unwanted_in(line)
        if found is not None:
            raise ValidationError(_l(found.sentence, found=found.found))
        return line


class PlaceName(Text):
    """The name of a place in one's own words, without what a notice never holds. `house`: where a team is put up, whose name may be that
    of its host. A position may look like a telephone's number, and is no name."""

    def __init__(self, limit: int, *, house: bool = False, **more: Any) -> None:
        super().__init__(limit, **more)
        self.whats = OF_A_HOUSE if house else OF_A_SITE

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> str:
        line = super()._deserialize(value, attr, data, **more)
        found = unwanted_in_place(line, self.whats)
        if found is not None and not _is_position(line):
            raise ValidationError(_l(found.sentence, found=found.found))
        return line


def _is_position(line: str) -> bool:
    try:
        read_position(line)
    except BadPosition as bad:
        return bad.reason in OF_THE_GRID
    return True


class Count(fields.Field[int]):
    """A whole number from `least` to `most`."""

    default_error_messages = messages()

    def __init__(self, least: int, most: int, **more: Any) -> None:
        super().__init__(**more)
        self.least, self.most = least, most

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_more: Any) -> int:
        digits = str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
        if not re.fullmatch(r"[0-9]{1,6}", digits) or not self.least <= int(digits) <= self.most:
            raise ValidationError(
                _l("Write a whole number from %(least)s to %(most)s.", least=self.least, most=self.most)
            )
        return int(digits)


class Choice(fields.Field[str]):
    """One of these codes. `choices` gives each its words for people."""

    default_error_messages = messages(invalid=CHOOSE)

    def __init__(self, choices: Mapping[str, Any], **more: Any) -> None:
        super().__init__(**more)
        self.choices = choices

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_more: Any) -> str:
        if not isinstance(value, str) or value not in self.choices:
            raise self.make_error("invalid")
        return value


def yes_or_no(value: object) -> bool | None:
    """None where it says neither."""
    plain = value.strip().lower() if isinstance(value, str) else value
    if not isinstance(plain, bool | str) or plain not in YES + NO:
        return None
    return plain in YES


class YesNo(fields.Field[bool]):
    default_error_messages = messages(invalid=_l("Answer yes or no."))

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_more: Any) -> bool:
        said = yes_or_no(value)
        if said is None:
            raise self.make_error("invalid")
        return said


class Kind(fields.Field[str]):
    """The code of an activity kind of one side, with any of these flags set in the mission's catalogue."""

    default_error_messages = messages(invalid=CHOOSE)

    def __init__(self, mission: Mission, side: Side, *flags: str, **more: Any) -> None:
        super().__init__(**more)
        self.codes = {k.code for k in mission.catalogue.of(side) if any(getattr(k, flag) for flag in flags)}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_more: Any) -> str:
        if not isinstance(value, str) or value not in self.codes:
            raise self.make_error("invalid")
        return value


class Phone(fields.Field[str]):
    """A number in E.164 on which a team can be called or written to. Local digits get the mission's country code; satellite
    numbers are taken as they are (a person relays to them)."""

    default_error_messages = messages(
        invalid=_l("Write the number with + and its country code, or the digits of a number of this country."),
        no_such=_l("There is no such number. Count its digits."),
        fixed=_l("This is a fixed line, which receives no text messages. Give a mobile or satellite number."),
    )

    def __init__(self, plan: PhonePlan, **more: Any) -> None:
        super().__init__(**more)
        self.plan = plan

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_more: Any) -> str:
        try:
            number = phonenumbers.parse(value if isinstance(value, str) else "", self.plan.region)
        except phonenumbers.NumberParseException:
            raise self.make_error("invalid") from None
        e164 = str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
        if number.extension:
            raise self.make_error("invalid")
        if e164.startswith(self.plan.satellite):
            if not phonenumbers.is_possible_number(number):
                raise self.make_error("no_such")
        elif not phonenumbers.is_valid_number(number):
            raise self.make_error("no_such")
        elif phonenumbers.number_type(number) in DEAF:
            raise self.make_error("fixed")
        return e164
