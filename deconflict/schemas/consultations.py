"""The door for consultations: what a consultee replied, what OCHA sums up, why a chair does not wait."""

from __future__ import annotations

from marshmallow import fields

from deconflict.domain.consultation import ANSWERS, OUTCOMES, REASONS
from deconflict.schemas.fields import Choice, Count, Door, Text, messages

MOST_WORDS = 500


class ReplySchema(Door):
    """-> `{"answer", "comment"}`."""

    answer = Choice(ANSWERS, required=True)
    comment = Text(MOST_WORDS, load_default="")


class SummarySchema(Door):
    """-> `{"version", "outcomes", "words"}`."""

    version = Count(1, 10**6, required=True)
    outcomes = fields.List(Choice(OUTCOMES), required=True, error_messages=messages())
    words = Text(MOST_WORDS, required=True)


class OverrideSchema(Door):
    """-> `{"version", "sitting", "code", "words"}`."""

    version = Count(1, 10**6, required=True)
    sitting = Text(8, required=True)
    code = Choice(REASONS, required=True)
    words = Text(MOST_WORDS, required=True)
