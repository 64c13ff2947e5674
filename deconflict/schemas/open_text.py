"""Free text of the mission's side: it says nothing that is never stored (domain.withheld)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from marshmallow import ValidationError

from deconflict.domain.coordinates import BadPosition, read_position
from deconflict.domain.withheld import found_in, is_withheld
from deconflict.schemas.fields import Text


class OpenText(Text):
    """As Text. What is found is named, and how to mend it."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> str:
        line = super()._deserialize(value, attr, data, **more)
        refuse_text(line)
        return line


def refuse_text(line: str) -> None:
    found = found_in(line)
    if found is not None:
        raise ValidationError(_l(found.sentence, **found.facts))


def refuse_place(text: str) -> None:
    """Of a place as typed. A grid square may look like anything, and is read whole."""
    try:
        read_position(text)
    except BadPosition:
        refuse_text(text)


def refuse_fields(data: Any) -> None:
    """Raises ValidationError naming each field that asks for what is never stored, in French or English, however spelled."""
    if not isinstance(data, Mapping):
        return
    named = [name for name in data if isinstance(name, str) and is_withheld(name)]
    if named:
        raise ValidationError(
            {name: [_l("“%(field)s” is never stored here. Take it out.", field=name)] for name in named}
        )
