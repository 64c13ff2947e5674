"""The door for the answer that closes a plan -> (Answer, reason). Without scripts a choice cannot be taken back: what was chosen of aid
does not count where none was given."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from marshmallow import ValidationError, post_load, pre_load, validates_schema

from deconflict.domain.close_out import Answer
from deconflict.schemas.fields import CHOOSE, Choice, Door, YesNo
from deconflict.schemas.open_text import OpenText, refuse_fields
from deconflict.schemas.plans import CATEGORIES

OF_AID = ("category", "stop", "planned")


class CloseOutSchema(Door):
    """Fields: aid_given (yes or no), and where it was: category, stop (counted from 1), planned (yes or no). `reason` of a
    correction. Raises ValidationError; messages are lazy."""

    aid_given = YesNo(required=True, error_messages={"required": _l("Answer yes or no.")})
    category = Choice(CATEGORIES)
    planned = YesNo()
    reason = OpenText(300, load_default="")

    def __init__(self, stops: int) -> None:
        super().__init__()
        self.declared_fields["stop"] = Choice({str(number): number for number in range(1, stops + 1)})
        self._init_fields()

    @pre_load
    def _nothing_forbidden(self, data: Any, **_more: Any) -> Any:
        refuse_fields(data)
        return data

    @validates_schema(skip_on_field_errors=False)
    def _aid_is_described(self, data: dict[str, Any], **_more: Any) -> None:
        wrong = {name: [CHOOSE] for name in OF_AID if data.get("aid_given") and name not in data}
        if wrong:
            raise ValidationError(wrong)

    @post_load
    def _answer(self, data: dict[str, Any], **_more: Any) -> tuple[Answer, str]:
        if not data["aid_given"]:
            return Answer(aid_given=False), data["reason"]
        return Answer(True, data["category"], int(data["stop"]) - 1, data["planned"]), data["reason"]
