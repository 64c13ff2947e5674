"""Clocks and ladders of the SOP in words, for officers: one line each, in the language of the reader."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from deconflict.domain.escalation import Clock, Ladder, Step
from deconflict.domain.sop import RulePack
from deconflict.web.desk_words import CHANNELS, said, span_words

LEAD_TIMES: dict[str, Any] = {
    "movement_standard": _l("A movement"),
    "movement_urgent": _l("An urgent movement, with its reason"),
    "convoy_large": _l("A large convoy"),
    "patrol_change": _l("A change to a patrol"),
    "visible_qip_event": _l("A visible event of a QIP"),
}
WHO: dict[str, Any] = {
    "duty": _l("officer on duty"),
    "deputy": _l("deputy"),
    "suboffice_head": _l("head of sub-office"),
    "ocha_head": _l("head of office"),
    "owner_focal_point": _l("owner's focal point"),
    "owner_alternate": _l("owner's alternate"),
    "owner_security": _l("owner's security"),
}
STATES: dict[str, Any] = {
    "draft": _l("Draft"),
    "waiting": _l("Waits for a second signature"),
    "published": _l("Published"),
    "withdrawn": _l("Withdrawn"),
    "lapsed": _l("Lapsed: nobody signed it"),
}
AUDIENCES: dict[str, Any] = {"ocha": _l("OCHA"), "party": _l("a party that is told")}


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of a ladder in words: who is told, when, and by which channels."""

    to: str
    when: str
    by: str


def clock_words(clock: Clock) -> str:
    """`at most 2 h; a quarter of the time to the start when that is less, never under 20 min`, in words."""
    longest = _("at most %(span)s", span=_span(clock.longest)) if clock.longest else _("at once")
    if clock.share is None or not clock.longest:
        return longest
    share = _("%(share)s %% of the time to the start when that is less", share=f"{clock.share * 100:g}")
    least = _("never under %(span)s", span=_span(clock.floor)) if clock.floor else ""
    return ", ".join(filter(None, (longest, share, least)))


def lead_time_rows(pack: RulePack) -> list[tuple[Any, str]]:
    """What is filed, and how long before its start it is to be filed. A name without words here is shown as it is."""
    return [
        (LEAD_TIMES.get(name, name), _span(timedelta(seconds=seconds))) for name, seconds in pack.lead_times_s.items()
    ]


def release_rows(pack: RulePack) -> Iterator[tuple[str, str, str, str]]:
    """By severity: when an officer should have looked, when the minimal alert leaves by itself, how long an owner has to
    answer a one-off release."""
    clocks = pack.clocks
    for severity in clocks.release_ask:
        review, release = clocks.review.get(severity), clocks.release.get(severity)
        yield (
            severity.value,
            _span(review) if review is not None else _("weekly digest"),
            clock_words(release) if release is not None else _("never by itself"),
            clock_words(clocks.release_ask[severity]),
        )


def other_rows(pack: RulePack) -> list[tuple[str, str]]:
    """The clocks that go by no severity."""
    clocks, night = pack.clocks, pack.clocks.night
    soon = _("An officer has looked, where it begins within %(span)s", span=_span(clocks.review_near))
    return [
        (soon, _span(clocks.review_soon)),
        (
            _(
                "Night: nobody's telephone but for danger that is critical or begins before %(hour)s; whoever is on duty hears of"
                " severe matters at any hour",
                hour=f"{night.starts_before:%H:%M}",
            ),
            _("%(begins)s to %(ends)s", begins=f"{night.begins:%H:%M}", ends=f"{night.ends:%H:%M}"),
        ),
        (_("Closed cases are told to parties at"), ", ".join(f"{hour:%H:%M}" for hour in clocks.batches)),
        (_("What a side agreed to is waited for"), clock_words(clocks.follow_up)),
        (_("A team that did not say that it arrived is overdue after"), _span(pack.overdue_after)),
        (_("Alerts in an hour, beyond which an officer decides"), str(clocks.brake_per_hour)),
    ]


def rungs(ladder: Ladder) -> list[Rung]:
    return [
        Rung(_to(step), _when(step), ", ".join(said(CHANNELS, each) for each in step.channels)) for step in ladder.steps
    ]


def _to(step: Step) -> str:
    names = ", ".join(str(WHO.get(each, each)) for each in step.to)
    return _("%(names)s (each must answer)", names=names) if step.everyone else names


def _when(step: Step) -> str:
    if not step.at_share:
        return _("at once") if not step.after else _("after %(span)s", span=_span(step.after))
    if step.at_share == 1:
        due = _("when the answer is late")
    else:
        due = _("after %(share)s %% of the time to answer", share=f"{step.at_share * 100:g}")
    return _("%(due)s, and %(span)s more", due=due, span=_span(step.after)) if step.after else due


def _span(span: timedelta) -> str:
    """As `48 h`, the way sop.toml and the table of rules have it; `15 min`, `2 h 30` where it is no whole hour."""
    hours, rest = divmod(span, timedelta(hours=1))
    return span_words(span) if rest or not hours else f"{hours}\N{NO-BREAK SPACE}h"
