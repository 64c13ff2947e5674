"""The figures of an SOP text, read and written back one by one: comments, order and everything else stay as they are. A rule's figures go
by the id of the rule; whom a rule is about, and the steps of ladders, are changed in the file."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import tomlkit
from marshmallow import ValidationError, fields, validate

from deconflict.schemas.rules_file import SEVERITIES
from deconflict.schemas.sop_file import SopSchema
from deconflict.schemas.toml_file import flat

NUMBER, SEVERITY, HOUR, HOURS = "number", "severity", "hour", "hours"
OF_A_RULE = ("within_km", "within_h", "together_min", "severity")
ONLY_IN_FILE = ("sop_version", "status", "rule", "step")
CLOCKS = (
    *("lead_times_h", "alert_release", "ack", "confirm", "release", "answer", "hoped", "asking", "review", "follow_up"),
    *("quiet", "closing", "sms", "brake", "overdue", "close_out", "procedures"),
)
PROPOSED = "proposed_defaults_not_endorsed"
PARTS = ("rules", "clocks", "engine")  # the pages on which figures stand
_HOUR = re.compile(r"([01]?\d|2[0-3])[:hH]([0-5]\d)")
_NUMBER = re.compile(r"[0-9]{1,9}([.,][0-9]{1,9})?")
_BETWEEN = re.compile(r"[\s,;]+")
Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: `key` as ("rule", "R01a", "within_km") or ("ack", "critical", "max_h"), its kind, and as it is typed."""

    key: Key
    kind: str
    shown: str

    @property
    def name(self) -> str:
        """Of its field on a form."""
        return ".".join(self.key)


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is typed is no such figure, or beyond its bounds, None for open ends."""

    kind: str
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """One value of two texts, as it is written; None where a text has none. `key` as of a figure, for whatever else stands in an SOP the
    same way."""

    key: Key
    before: str | None
    after: str | None


def part_of(key: Key) -> str:
    """On which of PARTS a figure stands."""
    return "rules" if key[0] in ("rule", "modifier") else "clocks" if key[0] in CLOCKS else "engine"


def figures(text: str) -> list[Figure]:
    """In the order of the file. `text` is one that rules can be made of."""
    read = tomllib.loads(text)
    of_rules = [
        Figure(("rule", rule["id"], name), _kind(rule[name]) or NUMBER, _shown(rule[name]))
        for rule in read["rule"]
        for name in OF_A_RULE
        if name in rule
    ]
    others = {name: table for name, table in read.items() if name not in ONLY_IN_FILE}
    return of_rules + [Figure(key, kind, _shown(value)) for key, value in _flat(others) if (kind := _kind(value))]


def with_figures(text: str, typed: Mapping[str, str]) -> tuple[str, dict[str, Wrong]]:
    """The text with these figures, by the names of their fields, and what is wrong with which; what is wrong is left as it was."""
    document = tomlkit.parse(text)
    rules: dict[str, Any] = {str(rule["id"]): rule for rule in document["rule"]}
    wrong: dict[str, Wrong] = {}
    for figure in figures(text):
        new = typed.get(figure.name)
        if new is None or new.strip() == figure.shown:
            continue
        value = _value(figure.kind, new)
        if value is None:
            wrong[figure.name] = Wrong(figure.kind)
        if value is None or value == _value(figure.kind, figure.shown):
            continue
        table: Any = rules[figure.key[1]] if figure.key[0] == "rule" else _table(document, figure.key)
        table[figure.key[-1]] = value
    changed = tomlkit.dumps(document)
    wrong |= {name: bound for name, bound in _beyond(changed) if name not in wrong}
    return changed, wrong


def named(text: str, version: str) -> str:
    """The text as a draft under a name of its own: whatever was said of the other, nobody has endorsed this one."""
    document = tomlkit.parse(text)
    document["sop_version"] = version
    document["status"] = PROPOSED
    return tomlkit.dumps(document)


def differences(before: str, after: str) -> list[Difference]:
    """Whatever differs but the name of the version; rules by their ids, steps by severity, ladder and id. The order of either is a
    difference of its own: the first step of a ladder is the alert itself."""
    old, new = ({key: _shown(value) for key, value in _everything(text)} for text in (before, after))
    found = [
        Difference(key, old.get(key), new.get(key))
        for key in [*old, *(key for key in new if key not in old)]
        if old.get(key) != new.get(key)
    ]
    for table in ("rule", "step"):
        first, then = (_order(texts, table) for texts in (old, new))
        if first != then and set(first) == set(then):
            found.append(Difference((table, "order"), ", ".join(first), ", ".join(then)))
    return found


def _order(known: Mapping[Key, str], table: str) -> list[str]:
    return list(dict.fromkeys(" ".join(key[1:-1]) for key in known if key[0] == table))


def _everything(text: str) -> Iterator[tuple[Key, Any]]:
    for name, value in tomllib.loads(text).items():
        if name == "rule":
            for rule in value:
                yield from _flat(rule, ("rule", str(rule.get("id", "?"))))
        elif name == "step":
            for step in value:
                yield from _flat(step, ("step", *(str(step.get(part, "?")) for part in ("severity", "ladder", "id"))))
        elif name not in ("sop_version", "status"):
            yield from _flat({name: value})


def _flat(table: Mapping[str, Any], path: Key = ()) -> Iterator[tuple[Key, Any]]:
    for name, value in table.items():
        if isinstance(value, Mapping):
            yield from _flat(value, (*path, name))
        else:
            yield (*path, name), value


def _kind(value: Any) -> str | None:
    """None for what is no figure."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return NUMBER
    if isinstance(value, str):
        return SEVERITY if value in SEVERITIES else HOUR if _HOUR.fullmatch(value) else None
    if isinstance(value, list) and value and all(isinstance(one, str) and _HOUR.fullmatch(one) for one in value):
        return HOURS
    return None


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(int(value)) if float(value).is_integer() else repr(value)
    return ", ".join(map(_shown, value)) if isinstance(value, list) else str(value)


def _value(kind: str, typed: str) -> Any:
    """None where it is none of the kind. A comma is a decimal point, as in French."""
    text = typed.strip()
    if kind == NUMBER:
        if not _NUMBER.fullmatch(text):
            return None
        number = float(text.replace(",", "."))
        return int(number) if number.is_integer() else number
    if kind == SEVERITY:
        return text if text in SEVERITIES else None
    hours = [_hour(one) for one in (_BETWEEN.split(text) if kind == HOURS else [text])]
    if not all(hours):
        return None
    return sorted({hour for hour in hours if hour}) if kind == HOURS else hours[0]


def _hour(typed: str) -> str | None:
    """As `07:00`, of `7:00` and `7h00` too."""
    read = _HOUR.fullmatch(typed)
    return f"{int(read[1]):02d}:{read[2]}" if read else None


def _table(document: Any, key: Key) -> Any:
    for name in key[:-1]:
        document = document[name]
    return document


def _beyond(text: str) -> Iterator[tuple[str, Wrong]]:
    """The figures that the schema does not let through, with their bounds."""
    raw = tomllib.loads(text)
    try:
        SopSchema().load(raw)
    except ValidationError as error:
        for path, _words in flat(error.messages):
            key = ("rule", raw["rule"][path[1]]["id"], *path[2:]) if path[0] == "rule" and len(path) > 2 else path
            bounds = _bounds(SopSchema(), path)
            if bounds is not None:
                yield ".".join(map(str, key)), Wrong(NUMBER, *bounds)


def _bounds(schema: Any, path: tuple[Any, ...]) -> tuple[float | None, float | None] | None:
    """Of the field at this path; None where it has none."""
    at: Any = fields.Nested(schema)
    for name in path:
        if isinstance(at, fields.Nested):
            at = at.schema.fields.get(name)
        elif isinstance(at, fields.List):
            at = at.inner
        elif isinstance(at, fields.Dict):
            at = at.value_field
    found = [one for one in getattr(at, "validators", ()) if isinstance(one, validate.Range)]
    return (found[0].min, found[0].max) if found else None
