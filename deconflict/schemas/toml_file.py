"""A TOML file through a schema: domain objects, or every problem with its line."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from marshmallow import Schema, ValidationError

from deconflict.schemas.toml_fields import Loaded
from deconflict.schemas.toml_lines import Lines, lines_of, syntax_line
from deconflict.schemas.toml_lines import Path as KeyPath

Fault = tuple[KeyPath, str]


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing to mend: file name, line from 1, reason; sorted by them."""

    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.reason}"


@dataclass(frozen=True, slots=True)
class TomlFile:
    """What was read. `data` is None when the schema refused it; `problems` may also hold faults of what could be read."""

    data: Loaded | None
    lines: Lines
    problems: tuple[Problem, ...]
    text: str = ""


NOWHERE = Lines({})
LINE_MOST = 1000


def read_toml(path: Path, schema: Schema, faults: Callable[[Loaded], Iterable[Fault]]) -> TomlFile:
    """The file as the schema's objects; `faults` are asked of what the schema let through."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        return TomlFile(None, NOWHERE, (Problem(path.name, 1, f"Cannot be read: {error.strerror}."),))
    except ValueError as error:  # not UTF-8
        return TomlFile(None, NOWHERE, (Problem(path.name, syntax_line(error), f"Not TOML: {error}."),))
    return read_toml_text(path.name, text, schema, faults)


def read_toml_text(name: str, text: str, schema: Schema, faults: Callable[[Loaded], Iterable[Fault]]) -> TomlFile:
    """The same of a text that stands in no file; `name` is what its problems call it."""
    for number, line in enumerate(text.splitlines(), start=1):
        if len(line) > LINE_MOST:  # a key of very many dots would hold the reader for minutes
            return TomlFile(None, NOWHERE, (Problem(name, number, f"A line of more than {LINE_MOST} characters."),))
    try:
        raw = tomllib.loads(text)
    except ValueError as error:
        return TomlFile(None, NOWHERE, (Problem(name, syntax_line(error), f"Not TOML: {error}."),))
    except RecursionError:
        return TomlFile(None, NOWHERE, (Problem(name, 1, "Not TOML: nested too deeply."),))
    lines = lines_of(text)
    try:
        data: Loaded = schema.load(raw)
    except ValidationError as error:
        return TomlFile(None, lines, placed(name, lines, flat(error.messages)), text)
    return TomlFile(data, lines, placed(name, lines, faults(data)), text)


def placed(name: str, lines: Lines, faults: Iterable[Fault]) -> tuple[Problem, ...]:
    """Faults with their lines."""
    return tuple(Problem(name, lines.of(path), _reason(path, words)) for path, words in faults)


def flat(messages: Any, path: KeyPath = ()) -> Iterator[Fault]:
    """marshmallow's nested messages as (path, words)."""
    if isinstance(messages, dict):
        for key, inner in messages.items():
            # Of a dictionary's entry it says whether the key or the value is wrong; of a whole table, `_schema`.
            yield from flat(inner, path if key in ("_schema", "key", "value") else (*path, key))
    else:
        for words in messages if isinstance(messages, list) else [messages]:
            yield path, str(words)


def _reason(path: KeyPath, words: str) -> str:
    """Which entry and key, as the file writes it: `rule 4, within_km: ...`; nothing for the file as a whole."""
    if not path:
        return words
    named = ", ".join(
        f"{key} {after + 1}" if isinstance(after, int) else str(key)
        for key, after in zip(path, (*path[1:], None), strict=True)
        if not isinstance(key, int)
    )
    return f"{named}: {words}"
