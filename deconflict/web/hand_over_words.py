"""The report of an area as a text that its writer goes on with: in his language, what must be done first on top."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from deconflict.domain.hand_over import AreaReport, Awaited, Clocked, OpenCase, Runs, Section, ToCall, fitted
from deconflict.domain.sheet import WITHIN_H
from deconflict.web.desk_case import area_name
from deconflict.web.desk_words import CASES, SIDES, said, short
from deconflict.web.language import named
from deconflict.web.queue_filter import SEVERITIES

CASES_MOST, OTHERS_MOST = 20, 12  # lines; the queue has them all
RUNS = {
    Runs.REVIEW: _l("an officer's look"),
    Runs.MINIMAL: _l("minimal alert"),
    Runs.WORD: _l("acknowledgement of a side"),
    Runs.RELEASE: _l("answer about a one-off release"),
    Runs.ANSWER: _l("answer to a request"),
}


def draft_text(report: AreaReport, at: datetime, longest: int) -> str:
    """At most `longest` characters, unless the headings alone are more."""
    head = _(
        "%(area)s, %(time)s. Since %(since)s: %(opened)s opened, %(ended)s ended.",
        area=area_name(report.area),
        time=short(at),
        since=short(report.since),
        opened=len(report.opened),
        ended=len(report.ended),
    )
    sections = [section for section in _sections(report, at) if section.count]
    return fitted(head, sections, lambda count: _("and %(num)s more on the desk's lists", num=count), longest)


def _sections(report: AreaReport, at: datetime) -> Iterator[Section]:
    yield _section(_("To be called now"), [_call(one) for one in report.calls], OTHERS_MOST)
    yield _section(_counts(report), [_case(one, at) for one in report.cases], CASES_MOST)
    yield _section(_("Requests without an answer"), [_awaited(one, at) for one in report.awaited], OTHERS_MOST)
    yield _section(_("Over, undecided, without a note of what became of it"), report.lapsed, OTHERS_MOST)
    for title, references in _turned(report):
        yield Section(f"{title} ({len(references)})", (_listed(references),), 1)


def _turned(report: AreaReport) -> Iterator[tuple[str, Sequence[str]]]:
    """What came and what went, as what."""
    if report.opened:
        yield _("New cases"), report.opened
    for state in dict.fromkeys(state for _reference, state in report.ended):
        yield said(CASES, state), [reference for reference, other in report.ended if other == state]


def _listed(references: Sequence[str]) -> str:
    left = len(references) - OTHERS_MOST
    more = [_("and %(num)s more", num=left)] if left > 0 else []
    return ", ".join([*references[:OTHERS_MOST], *more])


def _section(title: str, lines: Sequence[str], most: int) -> Section:
    return Section(f"{title} ({len(lines)})", tuple(lines[:most]), len(lines))


def _counts(report: AreaReport) -> str:
    """As `Open cases: Critical 2, High 1`."""
    counts = ", ".join(f"{SEVERITIES[severity]} {count}" for severity, count in report.counts.items())
    return named(_("Open cases"), counts) if counts else _("Open cases")


def _case(one: OpenCase, at: datetime) -> str:
    parts = (
        str(SEVERITIES[one.severity]),
        said(CASES, one.state),
        one.owner or _("nobody has it"),
        _soon(one.within_h),
        _clock(one.next, at) if one.next else "",
    )
    return named(one.reference, ", ".join(filter(None, parts)))


def _soon(within_h: int | None) -> str:
    if within_h is None:
        return _("starts in more than %(hours)s h", hours=WITHIN_H[-1])
    return _("starts in less than %(hours)s h", hours=within_h) if within_h else _("has begun")


def _clock(clock: Clocked, at: datetime) -> str:
    words = RUNS[clock.runs]
    if clock.at <= at:
        return _("%(clock)s late since %(time)s", clock=words, time=short(clock.at))
    return _("%(clock)s by %(time)s", clock=words, time=short(clock.at))


def _awaited(one: Awaited, at: datetime) -> str:
    who = SIDES[one.side]
    if one.leaves_at > at:
        return named(one.case, _("%(who)s, leaves %(time)s", who=who, time=short(one.leaves_at)))
    asked = _("%(who)s, asked %(time)s", who=who, time=short(one.leaves_at))
    due = short(one.due_at)
    late = _("no answer by %(time)s", time=due) if one.due_at <= at else _("answer due %(time)s", time=due)
    return named(one.case, f"{asked}, {late}")


def _call(one: ToCall) -> str:
    return _(
        "%(label)s (case %(case)s), %(who)s, since %(time)s",
        label=one.label,
        case=one.case,
        who=SIDES[one.side],
        time=short(one.since),
    )
