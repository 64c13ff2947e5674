"""Short words in one's own language, beside codes: without what is never stored of those the writer speaks of (domain.free_text)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from flask_babel import lazy_gettext as _l
from marshmallow import ValidationError

from deconflict.domain.access_incidents import armed_actor_in
from deconflict.domain.audience import Audience
from deconflict.domain.errors import Refused
from deconflict.domain.free_text import check_words
from deconflict.schemas.fields import Text


class Words(Text):
    """`by`: who writes."""

    def __init__(self, limit: int, by: Audience, **more: Any) -> None:
        super().__init__(limit, **more)
        self.by = by

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> str:
        line = super()._deserialize(value, attr, data, **more)
        try:
            check_words(line, self.by)
        except Refused as wrong:
            raise ValidationError(_l(wrong.sentence, **wrong.facts)) from None
        return line


class UnarmedWords(Words):
    """As Words, and they name nobody who carries arms. `names`: of the country's armed actors."""

    def __init__(self, limit: int, by: Audience, names: Collection[str], **more: Any) -> None:
        super().__init__(limit, by, **more)
        self.names = names

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> str:
        line = super()._deserialize(value, attr, data, **more)
        if found := armed_actor_in(line, self.names):
            raise ValidationError(
                _l(
                    "“%(found)s”: who carries arms is never named here. Take it out, and say what happened.",
                    found=found,
                )
            )
        return line
