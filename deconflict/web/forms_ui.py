"""A form as a page shows it: what was typed and what is wrong with it, by field name. Used by templates/_ui.html."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import Flask, g, has_app_context
from flask_babel import format_datetime
from flask_babel import gettext as _
from markupsafe import Markup
from marshmallow import ValidationError

from deconflict.domain.errors import Refused
from deconflict.web.language import named

SHORT = "EEE d MMM HH:mm"  # as desk_words.short
# What a browser's own fields for dates and times show; anything else they would show as nothing.
SHOWN = {
    "date": re.compile(r"(\d{4}-\d{2}-\d{2})?", re.ASCII),
    "time": re.compile(r"([01]\d|2[0-3]):[0-5]\d|", re.ASCII),
}


def input_type(wanted: str, value: str) -> str:
    """The type of an input that shows `value`: `wanted`, or text where a browser would drop what was typed."""
    return wanted if wanted not in SHOWN or SHOWN[wanted].fullmatch(value) else "text"


def field_id(name: str) -> str:
    """The element a field's error links to."""
    return f"f-{name}"


@dataclass(frozen=True, slots=True)
class Form:
    """`values` as typed (lists for several of one name); `errors` by the same flat names, already translated; `numbers`
    what stands before a label where a form is read out, by field name."""

    values: Mapping[str, Any] = field(default_factory=dict)
    errors: Mapping[str, Sequence[str]] = field(default_factory=dict)
    numbers: Mapping[str, str] = field(default_factory=dict)

    def value(self, name: str) -> str:
        typed = self._typed(name, "")
        return str(typed[0] if typed else "") if isinstance(typed, (list, tuple)) else str(typed or "")

    def has(self, name: str, value: str) -> bool:
        typed = self._typed(name, ())
        return value in ([str(one) for one in typed] if isinstance(typed, (list, tuple)) else [str(typed)])

    def _typed(self, name: str, nothing: Any) -> Any:
        """What had been typed when the session ended comes before what the page begins with (web.kept_forms)."""
        before = g.get("again", {}) if has_app_context() else {}
        return before.get(name, self.values.get(name, nothing))

    def error(self, name: str) -> str:
        return " ".join(str(one) for one in self.errors.get(name, ()))

    def summary(self, labels: Mapping[str, str] | None = None) -> list[tuple[str, str]]:
        """(id of the field, what to mend), in the order of `labels`, which says of each what it is; a general error has the
        empty name and no id."""
        labels = labels or {}
        order = {name: place for place, name in enumerate(labels)}
        names = sorted(self.errors, key=lambda name: order.get(name, len(order)))
        return [
            (
                field_id(name) if name else "",
                named(labels[name], self.error(name)) if name in labels else self.error(name),
            )
            for name in names
        ]


def typed(form: Any, *several: str) -> dict[str, Any]:
    """What somebody typed into a request's form; `several` names may occur more than once."""
    names = {*form.keys(), *several} - {"csrf_token"}
    return {name: form.getlist(name) if name in several else form.get(name, "") for name in names}


def said(error: Refused) -> str:
    """Its sentence, in the reader's language, instants on the wall clock of the mission."""
    facts = {
        name: format_datetime(fact, SHORT) if isinstance(fact, datetime) else fact for name, fact in error.facts.items()
    }
    return _(error.sentence, **facts)


def errors_of(error: Refused | ValidationError, fields: Mapping[str | None, str] | None = None) -> dict[str, list[str]]:
    """What is to be mended, by flat field name; `fields` gives the page's name for a field that it calls otherwise, and for None the
    place of what concerns no field."""
    if isinstance(error, ValidationError):
        return flat_errors(error.messages_dict)
    return {(fields or {}).get(error.field, error.field or ""): [said(error)]}


def flat_errors(messages: Mapping[Any, Any], prefix: str = "") -> dict[str, list[str]]:
    """marshmallow's nested messages by flat field name: `{"phones": {1: [..]}}` -> `{"phones-1": [..]}`."""
    return dict(_flat(messages, prefix))


def _flat(messages: Mapping[Any, Any], prefix: str) -> Iterator[tuple[str, list[str]]]:
    for key, value in messages.items():
        name = prefix if key == "_schema" else f"{prefix}-{key}" if prefix else str(key)
        if isinstance(value, Mapping):
            yield from _flat(value, name)
        else:
            yield name, [str(one) for one in (value if isinstance(value, (list, tuple)) else [value])]


# What may have lines of its own: what somebody typed, in a text or in an attribute, and texts shown as they are sent.
_OF_SEVERAL_LINES = re.compile(r"(<(?:textarea|pre)\b.*?</(?:textarea|pre)>|<[^>]*>)", re.DOTALL)


def tight(markup: str) -> Markup:
    """Without the layout of its source: on a heavy page a quarter of the bytes."""
    parts = _OF_SEVERAL_LINES.split(markup)
    parts[::2] = [re.sub(r"\s*\n\s*", "\n", part) for part in parts[::2]]
    return Markup("".join(parts))  # noqa: S704 - the body of a page, escaped where it was filled in


def init_app(app: Flask) -> None:
    app.jinja_env.filters["tight"] = tight
    app.jinja_env.globals.update(field_id=field_id, input_type=input_type)
