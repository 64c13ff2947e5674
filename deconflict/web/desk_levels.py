"""Whether each level of each side that was told has the word, in words: for the page of a case, and in one line for a list."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from deconflict.domain.desk import CaseLine
from deconflict.domain.levels import CANNOT, DESK, HAVE, OLD, PASSED, LevelLine
from deconflict.domain.ocha_areas import whose
from deconflict.web import desk_words
from deconflict.web.desk_words import relative, said, short
from deconflict.web.language import named

# A level is called what its side calls it.
NAMES = {
    ("mission", "desk"): _l("Desk of the mission"),
    ("mission", "unit"): _l("Unit"),
    ("humanitarian", "desk"): _l("Base of the organisation"),
    ("humanitarian", "team"): _l("Team"),
}


@dataclass(frozen=True, slots=True)
class LevelRow:
    """`mark` have, late, waits or old, shown as a word in `state`; `word` who said so, how and when; `clock` what is due when."""

    side: str
    level: str
    mark: str
    state: str
    word: str
    how: str
    clock: str
    note: str


def rows_of(line: CaseLine, now: datetime) -> list[LevelRow]:
    return [_row(level, line, now) for level in line.levels]


def weakest_words(line: CaseLine, now: datetime) -> str:
    """As `Unit: not confirmed, due in 1 h 20`; empty where no side was told, or nothing is waited for any more."""
    level = line.weakest
    if level is None or level.has_it:
        return ""
    return named(_name(level), ", ".join(filter(None, (_state(level), _clock(level, now)))))


def _row(level: LevelLine, line: CaseLine, now: datetime) -> LevelRow:
    heard = level.heard
    word = ""
    if heard is not None:
        method = said(desk_words.METHODS, heard.method)
        word = _("%(name)s, %(how)s, %(time)s", name=heard.by, how=method, time=short(heard.at))
    mark = "have" if level.has_it else "old" if level.state == OLD else "late" if level.late(now) else "waits"
    return LevelRow(
        side=said(desk_words.SIDES, whose(level.side, of_ocha=False)),
        level=_name(level),
        mark=mark,
        state=_state(level),
        word=word,
        how=_how(heard.how) if heard is not None else "",
        clock=_clock(level, now),
        note=" ".join(_notes(level, now)),
    )


def _name(level: LevelLine) -> str:
    return str(NAMES[level.side, level.level])


def _state(level: LevelLine) -> str:
    if level.state == HAVE:
        cannot = level.heard is not None and level.heard.answer == CANNOT
        return _("has it, cannot comply") if cannot else _("has it")
    if level.state == PASSED:
        return _("passed on, no word back")
    if level.state == OLD:
        return _("told of an earlier round only")
    return _("not acknowledged") if level.level == DESK else _("not confirmed")


def _clock(level: LevelLine, now: datetime) -> str:
    if level.has_it or level.due_at is None:
        return ""
    if level.late(now):
        return _("late since %(time)s", time=short(level.due_at))
    return _("due %(time)s", time=relative(level.due_at, now))


def _notes(level: LevelLine, now: datetime) -> Iterator[str]:
    if level.state == OLD:
        yield _("The case has changed since: what was acknowledged before does not count.")
        return
    if level.has_it:
        return
    if level.level == DESK:
        if level.unreached:
            yield _("No address of it works: call it.")
        return
    if level.unreached:
        yield _("Its number does not answer: only its base can pass it on.")
    elif not level.direct:
        yield (
            _("Not written to itself: its own desk passes it on.")
            if level.side == "mission"
            else _("Not written to itself: its base passes it on.")
        )
    if level.due_at is None:
        yield _("At this severity no clock runs for it.")
    elif not level.late(now):
        yield _("Then the ladder of its side is climbed, though its desk has acknowledged.")


def _how(kept: str) -> str:
    how, _colon, words = kept.partition(": ")
    return named(said(desk_words.HOW, how), words) if words else said(desk_words.HOW, how)
