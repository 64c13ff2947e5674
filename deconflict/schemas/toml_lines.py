"""On which line of a TOML file something stands: tomllib does not say, and an officer needs to be told."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

Path = tuple[str | int, ...]

_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"""^\s*((?:"[^"]*"|'[^']*'|[\w-]+)(?:\s*\.\s*(?:"[^"]*"|'[^']*'|[\w-]+))*)\s*=""")
_NAME = re.compile(r"""\s*(?:"([^"]*)"|'([^']*)'|([\w-]+))\s*\.?""")
_FENCE = re.compile(r'"""|' + "'''")
_SYNTAX = re.compile(r"\(at line (\d+)")


@dataclass(frozen=True, slots=True)
class Lines:
    """Line numbers, from 1, by path: `("rule", 3, "within_km")` is a key of the fourth `[[rule]]`."""

    by_path: Mapping[Path, int]

    def of(self, path: Path) -> int:
        """The line of this path, or of the nearest thing around it that the file spells out; 1 for the file itself."""
        return next((self.by_path[path[:n]] for n in range(len(path), 0, -1) if path[:n] in self.by_path), 1)


def lines_of(text: str) -> Lines:
    """Where every header and key of a TOML text stands. Text within multi-line strings is skipped."""
    found: dict[Path, int] = {}
    counts: dict[Path, int] = {}
    table: Path = ()
    fenced = False
    for number, line in enumerate(text.splitlines(), start=1):
        was_fenced, fenced = fenced, fenced ^ (len(_FENCE.findall(line)) % 2 == 1)
        if was_fenced:
            continue
        if header := _HEADER.match(line):
            table = _table(_names(header[2]), counts, is_list=header[1] == "[[")
            found.setdefault(table, number)
        elif key := _KEY.match(line):
            names = _names(key[1])
            for length in range(1, len(names) + 1):  # `label.fr = ...` also places `label`
                found.setdefault(table + names[:length], number)
    return Lines(found)


def syntax_line(error: ValueError) -> int:
    """The line a TOMLDecodeError speaks of; 1 when it speaks of none."""
    match = _SYNTAX.search(str(error))
    return int(match[1]) if match else 1


def _names(dotted: str) -> tuple[str, ...]:
    return tuple(a or b or c for a, b, c in _NAME.findall(dotted))


def _table(names: tuple[str, ...], counts: dict[Path, int], *, is_list: bool) -> Path:
    """The path a header opens: each list of tables on the way stands at its latest entry."""
    path: Path = ()
    for position, name in enumerate(names):
        path = (*path, name)
        if is_list and position == len(names) - 1:
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = (*path, counts[path])
    return path
