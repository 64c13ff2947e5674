"""The table of rules laid out: for a terminal, and for docs/sop-rules.md."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple
from itertools import groupby, zip_longest
from operator import itemgetter

from deconflict.domain.country import Mission
from deconflict.domain.rule_table import Row, head, modifier_rows, name_rows, rows
from deconflict.domain.rule_words import PHRASES
from deconflict.domain.sop import RulePack

WIDE = 100  # columns of a terminal
CELL = 15  # of a column of the table, where words allow


def aligned(table: Sequence[Sequence[str]], cell: int) -> list[list[str]]:
    """The lines of each row. Columns stand under each other, two spaces between, nothing after the last; cells of more than
    `cell` characters go on below, where their words allow."""
    folded = [
        [textwrap.wrap(each, cell, break_long_words=False, break_on_hyphens=False) for each in row] for row in table
    ]
    lines = [[*zip_longest(*row, fillvalue="")] for row in folded]
    widths = [max(map(len, column)) for column in zip(*(line for row in lines for line in row), strict=True)]
    return [
        ["  ".join(part.ljust(width) for part, width in zip(line, widths, strict=True)).rstrip() for line in row]
        for row in lines
    ]


def as_text(mission: Mission, language: str) -> str:
    """Everything for a terminal, in lines of about WIDE columns."""
    changes = [line for id, *said in modifier_rows(mission.pack, language) for line in _hung(f"{id:9}", *said)]
    return "\n".join([*_rules(mission.pack, language), "", *changes, *_names(mission, language)])


def _rules(pack: RulePack, language: str) -> Iterator[str]:
    names, said = head(language), rows(pack, language)
    first, *table = aligned([astuple(row)[:7] for row in (names, *said)], CELL)
    yield from first
    for row, lines in zip(said, table, strict=True):
        yield from (*lines, *_below(row, names, PHRASES[language]))


def _names(mission: Mission, language: str) -> Iterator[str]:
    words, meant = PHRASES[language], name_rows(mission, language)
    longest = max(len(name) for _, name, _ in meant)
    for side, group in groupby(meant, key=itemgetter(0)):
        yield from ("", words["names"].format(side=side))
        for _, name, means in group:
            yield from _hung(f"{name:{longest}}", means)


def _below(row: Row, names: Row, words: dict[str, str]) -> list[str]:
    """What stands under a rule: why it is there, when it holds, what changes it."""
    said = ((names.why, row.why), (names.only, row.only), (names.changed_by, row.changed_by))
    return [line for name, text in said if text for line in _hung("   ", words["under"].format(name=name, words=text))]


def _hung(first: str, *texts: str) -> list[str]:
    """Each text beside the first words, folded, and the next one below it."""
    beside = " " * (len(first) + 2)
    lines = [line for text in texts for line in textwrap.wrap(text, WIDE - len(beside))]
    return [f"{first}  {lines[0]}", *(beside + line for line in lines[1:])]


def as_markdown(mission: Mission, language: str) -> str:
    """The three tables as docs/sop-rules.md carries them."""
    pack, words = mission.pack, PHRASES[language]
    rules = _marked(astuple(head(language)), (astuple(row) for row in rows(pack, language)))
    changes = _marked(("", "", ""), modifier_rows(pack, language))
    return "\n\n".join((rules, changes, _marked(words["names_head"].split("|"), name_rows(mission, language))))


def _marked(first: Sequence[str], rest: Iterable[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(line)} |" for line in (first, ["---"] * len(first), *rest))
