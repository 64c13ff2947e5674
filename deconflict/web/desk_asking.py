"""Who may be asked what, and why not, in one table: asking an owner reveals what the other side released (RUL-8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from deconflict.domain.desk import CaseLine, DeskCaseView, DeskItemView
from deconflict.domain.disclosure import ReleasedWords
from deconflict.domain.filing import Level
from deconflict.web import desk_words
from deconflict.web.filing_words import half_days_words

LEVELS = {
    Level.MATCH_ONLY: _l("Comparison only: nothing is told"),
    Level.REDACTED: _l("Place and half-day"),
    Level.FULL: _l("Place, half-day and what the vehicles look like"),
}
OTHER = {"humanitarian": "mission", "mission": "humanitarian"}


@dataclass(frozen=True, slots=True)
class AskRow:
    """One side: its level, what of it the other side may be told, hence whether the other may be asked; and else why not."""

    side: str
    level: str
    once: bool
    told: str
    asked: str
    may: bool
    why_not: str


def rows_of(case: DeskCaseView, drafts: Mapping[str, ReleasedWords | None]) -> list[AskRow]:
    """A row for each of two items of an open case, in the sequence of the page; nothing for a case of one side."""
    if case.line.alone or len(case.items) < 2 or not case.line.is_open:
        return []
    return [_row(item, case, drafts.get(OTHER[item.side])) for item in case.items]


def _row(item: DeskItemView, case: DeskCaseView, words: ReleasedWords | None) -> AskRow:
    """`words`: what the other side would read of this one, None where it may not be asked."""
    asked = case.side(OTHER[item.side])
    return AskRow(
        side=desk_words.said(desk_words.SIDES, item.whose),
        level=str(LEVELS[item.view.level]) if item.view is not None else "-",
        once=item.side in case.line.released,
        told=_told(words) if words is not None else _("nothing"),
        asked=desk_words.said(desk_words.SIDES, asked.whose) if asked is not None else "",
        may=words is not None,
        why_not="" if words is not None else _why_not(item, asked, case.line),
    )


def _told(words: ReleasedWords) -> str:
    crowd = "" if words.crowd is None else _("people gather there") if words.crowd else _("no people gather there")
    vehicles = _("what the vehicles look like") if words.recognition is not None else ""
    return ", ".join(filter(None, (words.place, half_days_words(words.half_days), crowd, vehicles)))


def _why_not(item: DeskItemView, asked: DeskItemView | None, line: CaseLine) -> str:
    if asked is not None and asked.of_ocha:
        return _("OCHA entered that area: nobody of the mission has a part in it.")
    if item.view is None or asked is None:
        return _("One of the two cannot be read.")
    if item.sensitive:
        return _("The notice is sensitive: nothing of it is ever told.")
    if not item.tellable:
        return _("The site is not verified, not for long, or in doubt.")
    if item.view.level is not Level.MATCH_ONLY:
        return _("One of the two cannot be read.")
    if any(call.side == item.side and not call.silent for call in line.calls):
        return _("Its owner was rung for a one-off release and has not answered.")
    return _("Its owner releases nothing. Ask it to change instead, or ring it for a one-off release.")
