"""Closed, zone-aware windows and the slack around them. Seconds are counted from EPOCH, so that whole ones stay exact."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from enum import Enum

from deconflict.domain.activity import NO_SLACK, Moment, Part, Slack
from deconflict.domain.filing import Window

EPOCH = datetime(2020, 1, 1, tzinfo=UTC)


class Allow(Enum):
    """How far from the planned instant a party may be: not at all, as far as it declared, or as sop.toml assumes too."""

    NONE = 0
    DECLARED = 1
    ASSUMED = 2


def seconds(at: datetime) -> float:
    """Raises TypeError for a naive datetime."""
    return (at - EPOCH).total_seconds()


def instant(seconds: float) -> datetime:
    """To the millisecond: beyond that it is float noise, and nobody plans by it."""
    return EPOCH + timedelta(milliseconds=round(seconds * 1000))


def slack(moment: Moment, allow: Allow) -> Slack:
    """The slack counted around this moment."""
    declared, assumed = moment.declared, moment.assumed
    match allow:
        case Allow.NONE:
            return NO_SLACK
        case Allow.DECLARED:
            return declared
        case Allow.ASSUMED:
            return Slack(declared.early_s + assumed.early_s, declared.late_s + assumed.late_s)


def span_s(part: Part, allow: Allow) -> tuple[float, float]:
    """First and last second of the part's window, widened by the slack allowed."""
    first, last = slack(part.start, allow), slack(part.end, allow)
    starts, ends = seconds(part.start.at), seconds(part.end.at)
    if not part.moving:
        return starts - first.early_s, ends + last.late_s
    # On a leg the slack runs from one end's to the other's, so either end may be the outer one.
    return min(starts - first.early_s, ends - last.early_s), max(starts + first.late_s, ends + last.late_s)


def widened(part: Part, allow: Allow) -> Window:
    """The part's window, widened by the slack allowed."""
    first, last = span_s(part, allow)
    return Window(instant(first), instant(last))


def gap_s(a: Iterable[Part], b: Iterable[Part], allow: Allow) -> float:
    """Seconds between the widened windows of those two of the parts that are nearest in time; 0 when they touch, `math.inf` when
    one side has none."""
    spans = sorted((*span_s(part, allow), side) for side, parts in enumerate((a, b)) for part in parts)
    latest, least = [-math.inf, -math.inf], math.inf
    for first, last, side in spans:
        least = min(least, max(0.0, first - latest[1 - side]))
        latest[side] = max(latest[side], last)
    return least


def merged(spans: Iterable[tuple[float, float]], breath_s: float = 0.0) -> list[tuple[float, float]]:
    """The same seconds as disjoint spans in time order; spans that touch, or leave no more than a breath between them,
    become one."""
    joined: list[tuple[float, float]] = []
    for first, last in sorted(spans):
        if joined and first <= joined[-1][1] + breath_s:
            joined[-1] = (joined[-1][0], max(joined[-1][1], last))
        else:
            joined.append((first, last))
    return joined


def total_s(spans: Sequence[tuple[float, float]]) -> float:
    """How many seconds lie in at least one of the spans."""
    return sum(last - first for first, last in merged(spans))
