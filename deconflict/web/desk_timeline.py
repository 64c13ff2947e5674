"""The timeline of a case: when both sides are about, with slack, where they may meet, and by when somebody must know. For officers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import format_datetime
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from deconflict.domain.activity import OPEN_END, Activity
from deconflict.domain.country import Mission
from deconflict.domain.desk import DeskCaseView
from deconflict.domain.timewindow import Allow, instant, merged, span_s
from deconflict.web.desk_levels import NAMES
from deconflict.web.desk_words import SIDES, said, short
from deconflict.web.language import named
from deconflict.web.timeline_svg import Bar, Lane, Mark, Timeline, draw, step_for, ticks_of

BEFORE, AFTER = timedelta(hours=12), timedelta(hours=8)  # of the paper around the overlap
FAR = timedelta(days=2)  # a clock further off would squeeze the rest
LONGEST = timedelta(days=9)
SIGNS = {"humanitarian": "hum", "mission": "mil"}
KINDS = {
    "sure": _l("there, as planned"),
    "move": _l("on the way, as planned"),
    "declared": _l("earlier or later, as filed"),
    "assumed": _l("earlier or later, as the rules assume"),
}


@dataclass(frozen=True, slots=True)
class Drawn:
    """`marks`: letter, what it is, when; `windows`: side, what of it, from when to when: the same in a table."""

    svg: Markup
    marks: list[tuple[str, str, str]]
    windows: list[tuple[str, str, str]]


def timeline_of(case: DeskCaseView, about: Mapping[str, Activity], mission: Mission, now: datetime) -> Drawn | None:
    """None where nothing is known of when they meet, or no longer. `about`: by side."""
    if case.line.judgement is None or not about or case.line.reduced_at is not None:
        return None
    hit = case.line.judgement.hits[0]
    overlap = (hit.meets_from, min(hit.meets_until, hit.meets_from + LONGEST))
    named_marks = list(_marks(case, about, now))
    lanes = [(side, _bars(activity)) for side, activity in sorted(about.items())]
    begins, ends = _paper(overlap, [at for _words, at in named_marks])
    letters = [(chr(ord("A") + n), words, at) for n, (words, at) in enumerate(sorted(named_marks, key=lambda m: m[1]))]
    line = Timeline(
        begins=begins,
        ends=ends,
        lanes=tuple(Lane(SIGNS[side], _side(case, side), bars) for side, bars in lanes),
        overlap=overlap,
        marks=tuple(Mark(letter, at) for letter, _words, at in letters),
        ticks=tuple(_ticks(begins, ends, mission)),
        title=_("Timeline of both sides"),
        told=" ".join(_told(case, lanes, overlap)),
    )
    return Drawn(
        svg=draw(line),
        marks=[(letter, words, short(at)) for letter, words, at in letters],
        windows=[
            (_side(case, side), said(KINDS, bar.kind), _span(bar.begins, bar.ends))
            for side, bars in lanes
            for bar in bars
        ],
    )


def _side(case: DeskCaseView, side: str) -> str:
    item = case.side(side)
    return said(SIDES, item.whose if item is not None else side)


def _bars(activity: Activity) -> tuple[Bar, ...]:
    """Touching stretches of one kind are one; slack only where it is more than what is surer."""
    spans: dict[str, list[tuple[float, float]]] = {kind: [] for kind in KINDS}
    for part in activity.parts:
        planned, declared, assumed = (span_s(part, allow) for allow in (Allow.NONE, Allow.DECLARED, Allow.ASSUMED))
        spans["move" if part.moving else "sure"].append(planned)
        spans["declared"] += [declared] if declared != planned else []
        spans["assumed"] += [assumed] if assumed != declared else []
    return tuple(Bar(kind, instant(first), instant(last)) for kind in KINDS for first, last in merged(spans[kind]))


def _marks(case: DeskCaseView, about: Mapping[str, Activity], now: datetime) -> Iterator[tuple[str, datetime]]:
    """Now, the last moment to reach each side, and every clock that runs."""
    line = case.line
    yield _("now"), now
    for side, activity in sorted(about.items()):
        if not activity.parts or activity.reached_until < line.opened_at - FAR:
            continue
        yield named(_side(case, side), _("last moment to reach it")), activity.reached_until
    if not line.is_open:
        return
    for level in line.levels:
        if not level.has_it and level.due_at is not None:
            yield named(str(NAMES[level.side, level.level]), _("acknowledgement due")), level.due_at
    for call in line.calls:
        yield named(_side(case, call.side), _("answer about a one-off release due")), call.due_at
    if line.unseen and line.hold_until is not None:
        yield _("minimal alert, unless an officer acts"), line.hold_until


def _paper(overlap: tuple[datetime, datetime], marks: Iterable[datetime]) -> tuple[datetime, datetime]:
    """What is near the overlap, and the clocks that are not far from it."""
    begins, ends = overlap[0] - BEFORE, overlap[1] + AFTER
    near = [at for at in marks if begins - FAR <= at <= ends + FAR]
    return min([begins, *(at - timedelta(hours=1) for at in near)]), max(
        [ends, *(at + timedelta(hours=1) for at in near)]
    )


def _ticks(begins: datetime, ends: datetime, mission: Mission) -> Iterator[tuple[datetime, str]]:
    midnight = begins.astimezone(mission.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    form = "EEE d" if step_for(begins, ends) >= timedelta(days=1) else "EEE HH:mm"
    for at in ticks_of(begins, ends, midnight):
        yield at, str(format_datetime(at, form))


def _told(
    case: DeskCaseView, lanes: Iterable[tuple[str, tuple[Bar, ...]]], overlap: tuple[datetime, datetime]
) -> Iterator[str]:
    for side, bars in lanes:
        there = [_span(bar.begins, bar.ends) for bar in bars if bar.kind == "sure"]
        if there:
            yield named(_side(case, side), ", ".join(there)) + "."
    yield named(_("May meet"), _span(*overlap)) + "."


def _span(begins: datetime, ends: datetime) -> str:
    if ends >= OPEN_END - timedelta(days=366):
        return _("from %(first)s on", first=short(begins))
    return _("%(first)s to %(last)s", first=short(begins), last=short(ends))
