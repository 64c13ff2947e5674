"""A case in one screen: where, when, how near, for how long, how sure, and what of it is another than it was."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from deconflict.domain.activity import OPEN_END
from deconflict.domain.country import Mission
from deconflict.domain.desk import CaseLine, DeskCaseView, DeskItemFacts, view_of_desk_item
from deconflict.domain.judgement import Hit
from deconflict.domain.rule_words import SEVERITIES
from deconflict.domain.words import possible_words
from deconflict.store import desk as store
from deconflict.store.base import db
from deconflict.web.audience import current_audience
from deconflict.web.desk_words import SIDES, said, short, span_words
from deconflict.web.filing_words import Change, Fact, changes, clock, in_words
from deconflict.web.language import current_language
from deconflict.web.map_words import length

HARM = {"danger": _l("danger"), "distinction": _l("loss of distinction")}
MOST_CHANGES = 8  # lines on the page of the case; an item's own page has them all


@dataclass(frozen=True, slots=True)
class Moved:
    """What of one side's item is another than in the round before. `more`: how many lines are left to its own page."""

    side: str
    reference: str
    versions: tuple[int, int]
    lines: list[Change]
    more: int


def rows_of(line: CaseLine, place: str) -> list[Fact]:
    """Of the worst rule that fired; nothing once where and when are reduced, and of what was never judged."""
    if line.judgement is None or line.reduced_at:
        return []
    hit, lang = line.judgement.hits[0], current_language()
    return [
        Fact("where", _("Where"), place),
        Fact("when", _("When"), _meets(line, hit), _nearest_at(hit)),
        Fact("near", _("How near"), _near(hit, lang), _limit(hit, lang)),
        Fact("long", _("For how long"), _long(hit)),
        Fact(
            "sure",
            _("How sure"),
            _("possible only") if hit.possible else _("by what both have filed"),
            _unsure(hit, lang),
        ),
        Fact("harm", _("What harm"), said(HARM, hit.harm)),
    ]


def _unsure(hit: Hit, lang: str) -> str:
    sentence = possible_words(hit, lang)
    return sentence.partition(": ")[2] or sentence


def _meets(line: CaseLine, hit: Hit) -> str:
    if line.ends_at >= OPEN_END:
        return _("from %(first)s on", first=short(hit.meets_from))
    return _("between %(first)s and %(last)s", first=short(hit.meets_from), last=short(line.ends_at))


def _nearest_at(hit: Hit) -> str:
    """The planned instants of the closest approach."""
    ours, theirs = hit.nominal.a_at, hit.nominal.b_at
    if ours == theirs:
        return _("nearest at %(time)s, both there then", time=short(ours))
    gap = span_words(abs(ours - theirs))
    return _(
        "nearest: the organisation %(ours)s, the mission %(theirs)s, %(gap)s between",
        ours=short(ours),
        theirs=short(theirs),
        gap=gap,
    )


def _near(hit: Hit, lang: str) -> str:
    planned = length(hit.nominal.distance_m, lang)
    coded = {"settlement": _("in the same settlement"), "commune": _("in the same smallest unit")}
    if hit.basis in coded:
        return _("%(apart)s as planned, %(where)s", apart=planned, where=coded[hit.basis])
    return _("%(apart)s as planned", apart=planned)


def _limit(hit: Hit, lang: str) -> str:
    if hit.limit_m is None:
        return ""
    limit, left = length(hit.limit_m, lang), length(hit.gap_m, lang)
    if hit.basis in ("", "distance") and hit.nominal.distance_m > hit.limit_m >= hit.gap_m:
        return _("perhaps only %(left)s; the limit is %(limit)s", left=left, limit=limit)
    return _("the limit is %(limit)s", limit=limit)


def _long(hit: Hit) -> str:
    """Minutes within the rule's distance as planned."""
    if hit.together_limit_min:
        minutes = timedelta(minutes=hit.together_min)
        return _("travelling together for %(span)s", span=span_words(minutes))
    if hit.minutes_within >= 1:
        return _("%(span)s within the limit, as planned", span=span_words(timedelta(minutes=hit.minutes_within)))
    return _("at no planned minute: they miss each other in time, or pass beyond the limit")


def figures_before(line: CaseLine) -> list[Fact]:
    """What the worst rule said in the round before, where it says something else now."""
    old, judgement = line.before, line.judgement
    if old is None or judgement is None or line.reduced_at:
        return []
    return list(_differs(line))


def _differs(line: CaseLine) -> Iterator[Fact]:
    assert line.before is not None, "figures_before has looked"
    assert line.judgement is not None, "figures_before has looked"
    old, new, lang = line.before, line.judgement, current_language()
    hit, words = new.hits[0], SEVERITIES[lang]
    if old.severity != new.severity:
        yield Fact("severity", _("Severity"), words[old.severity], words[new.severity])
    if old.rules != new.rule_ids:
        yield Fact("rules", _("Rules"), ", ".join(old.rules), ", ".join(new.rule_ids))
    apart, now_apart = length(old.apart_m, lang), length(hit.nominal.distance_m, lang)
    if apart != now_apart:
        yield Fact("near", _("How near"), apart, now_apart)
    then, now = (old.a_at, old.b_at), (hit.nominal.a_at, hit.nominal.b_at)
    if tuple(map(short, then)) != tuple(map(short, now)):
        yield Fact("when", _("Nearest at"), _instants(*then), _instants(*now))
    if round(old.minutes) != round(hit.minutes_within):
        stays = (timedelta(minutes=minutes) for minutes in (old.minutes, hit.minutes_within))
        yield Fact("long", _("For how long"), *map(span_words, stays))


def _instants(ours: datetime, theirs: datetime) -> str:
    if ours == theirs:
        return short(ours)
    return f"{short(ours)} / {clock(theirs) if ours.date() == theirs.date() else short(theirs)}"


def moved(case: DeskCaseView, mission: Mission) -> list[Moved]:
    """Both items against the versions that the round before rested on, in words; what did not change is left out, and so is what
    cannot be read."""
    found = []
    versions = case.line.before.versions if case.line.before is not None else ()
    for side, version in zip(("humanitarian", "mission"), versions, strict=False):
        item = case.side(side)
        if item is None or item.version <= version or item.view is None:
            continue
        before = store.item_at(db.session(), item.reference, version, mission.catalogue)
        old = _view(before)
        if old is None:
            continue
        lines = changes(in_words(old, mission), in_words(item.view, mission))
        found.append(
            Moved(
                said(SIDES, item.whose),
                item.reference,
                (version, item.version),
                lines[:MOST_CHANGES],
                max(len(lines) - MOST_CHANGES, 0),
            )
        )
    return found


def _view(before: DeskItemFacts | None):  # type: ignore[no-untyped-def]
    view = view_of_desk_item(before, current_audience()) if before is not None else None
    return view.view if view is not None else None


def since_last_look(case: DeskCaseView, seen_at: datetime | None) -> str:
    """How much happened since this officer last opened the case; empty where he never did, or nothing has."""
    if seen_at is None:
        return ""
    events = sum(event.at > seen_at for event in case.log.events)
    said_since = [ack for alert in case.log.alerts for ack in alert.acknowledgements if ack.at > seen_at]
    answers = [ask for ask in case.log.requests if ask.answered_at is not None and ask.answered_at > seen_at]
    parts = [
        ngettext("%(num)s line of history", "%(num)s lines of history", events) if events else "",
        ngettext("%(num)s acknowledgement", "%(num)s acknowledgements", len(said_since)) if said_since else "",
        ngettext("%(num)s answer to a request", "%(num)s answers to requests", len(answers)) if answers else "",
    ]
    what = ", ".join(filter(None, parts))
    return _("Since you last looked, %(time)s: %(what)s.", time=short(seen_at), what=what) if what else ""
