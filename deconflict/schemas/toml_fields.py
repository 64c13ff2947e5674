"""The pieces that the schemas of a mission profile are made of. Values have TOML's own types: no text is read as a number."""

from __future__ import annotations

import re
from datetime import time
from typing import Any

from marshmallow import INCLUDE, RAISE, Schema, ValidationError, fields, validate

Loaded = dict[str, Any]


class Number(fields.Float):
    """A number that the file writes as one: `"2"` is a text."""

    def _validated(self, value: Any) -> float:
        if isinstance(value, str):
            raise self.make_error("invalid", input=value)
        return super()._validated(value)


class Flag(fields.Boolean):
    """true or false, not 1 or 0."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value


MOST = 100_000  # of anything that is measured or counted: hours are eleven years then, metres a hundred kilometres
LONG = 36_500  # days: a hundred years


def number(low: float = 0.0, high: float = MOST, **more: Any) -> Number:
    return Number(required=more.pop("required", True), validate=validate.Range(min=low, max=high), **more)


def whole(low: int = 0, high: int = 100 * MOST, **more: Any) -> fields.Integer:
    return fields.Integer(required=True, strict=True, validate=validate.Range(min=low, max=high), **more)


def text(**more: Any) -> fields.String:
    return fields.String(required=True, validate=validate.Length(min=1), **more)


def flag(**more: Any) -> Flag:
    return Flag(**{"load_default": False, **more})


def code(most: int = 40, *, dots: bool = False, **more: Any) -> fields.String:
    """What other places name it by, in tables and sentences too: one word."""
    one_word = validate.Regexp(
        rf"^[A-Za-z0-9][A-Za-z0-9_{'.' if dots else ''}-]{{0,{most - 1}}}\Z",
        error=f"Not one word of at most {most} letters, figures, - and _.",
    )
    return fields.String(required=True, validate=one_word, **more)


def choice(options: Any, **more: Any) -> fields.String:
    allowed = [str(option) for option in options]
    return fields.String(required=True, validate=validate.OneOf(allowed, error="Not one of {choices}."), **more)


def words(options: Any = None, **more: Any) -> fields.List[Any]:
    inner = text() if options is None else choice(options)
    return fields.List(inner, required=True, validate=validate.Length(min=1), **more)


class WallTime(fields.Field[time]):
    """An hour as `HH:MM`."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> time:
        if not isinstance(value, str) or not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value):
            raise ValidationError("Not an hour such as 07:00.")
        return time.fromisoformat(value)


class Strict(Schema):
    class Meta:
        unknown = RAISE


class Words(Schema):
    """Something people read: French and English at least."""

    class Meta:
        unknown = INCLUDE

    fr = text()
    en = text()
