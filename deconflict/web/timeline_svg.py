"""A timeline drawn by the server as one SVG: a lane for each side, what is sure, what may be earlier or later, the overlap, and
the hours by which somebody must know. No script, no inline style; told apart in black and white, and read aloud."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2s

from markupsafe import Markup, escape

INK = {"hum": "#144372", "mil": "#a32d14"}
WIDTH, TOP, LANE, MARGIN = 360, 34, 50, 8
LETTER = 6.6  # mean width in pixels of a letter at 12 px
STEPS = [timedelta(hours=hours) for hours in (1, 2, 3, 6, 12, 24, 48, 96, 168, 336)]
MOST_TICKS = 5


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch of one lane. `kind`: `sure` as planned, `move` on the way, `declared` slack that its owner filed, `assumed` slack of
    the rules."""

    kind: str
    begins: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Lane:
    """One side: `sign` hum or mil, its name, and its bars, which may go on beyond the paper."""

    sign: str
    name: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """An instant with a letter that the list beside the drawing explains."""

    letter: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Timeline:
    """`overlap` from when to when the two may meet; `title` and `told` are what is read aloud."""

    begins: datetime
    ends: datetime
    lanes: tuple[Lane, ...]
    overlap: tuple[datetime, datetime]
    marks: tuple[Mark, ...]
    ticks: tuple[tuple[datetime, str], ...]
    title: str
    told: str

    def x(self, at: datetime) -> float:
        """Pixels from the left; what lies beyond the paper is at its edge."""
        share = (at - self.begins) / (self.ends - self.begins)
        return MARGIN + (WIDTH - 2 * MARGIN) * min(max(share, 0.0), 1.0)

    def holds(self, at: datetime) -> bool:
        return self.begins <= at <= self.ends


def draw(line: Timeline) -> Markup:
    """The drawing. Every text on it went through escape()."""
    uid = blake2s(repr((line.begins, line.ends, line.lanes, line.marks)).encode(), digest_size=4).hexdigest()
    height = TOP + LANE * len(line.lanes) + 42
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="timeline" role="img" viewBox="0 0 {WIDTH} {height}" '
        f'aria-labelledby="t{uid} d{uid}" font-family="sans-serif" font-size="12">',
        f'<title id="t{uid}">{escape(line.title)}</title><desc id="d{uid}">{escape(line.told)}</desc>',
        _patterns(uid),
        f'<rect width="{WIDTH}" height="{height}" fill="#f7f6f2" stroke="#595959"/>',
        *_overlap(line, height),
        *_ticks(line, height),
        *(drawn for n, lane in enumerate(line.lanes) for drawn in _lane(line, lane, TOP + LANE * n, uid)),
        *_marks(line, height),
        *(_name(lane, TOP + LANE * n) for n, lane in enumerate(line.lanes)),
        "</svg>",
    ]
    return Markup("".join(parts))  # noqa: S704 - every text above went through escape()


def _patterns(uid: str) -> str:
    """Stripes for slack that was filed, sparse dots for slack that the rules assume: told apart without colour."""
    return (
        "<defs>"
        + "".join(
            f'<pattern id="d{sign}{uid}" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
            f'<rect width="6" height="6" fill="#fff"/><path d="M0 0V6" stroke="{ink}" stroke-width="3"/></pattern>'
            f'<pattern id="a{sign}{uid}" width="7" height="7" patternUnits="userSpaceOnUse">'
            f'<rect width="7" height="7" fill="#fff"/><circle cx="3.5" cy="3.5" r="1.3" fill="{ink}"/></pattern>'
            for sign, ink in INK.items()
        )
        + "</defs>"
    )


def _overlap(line: Timeline, height: int) -> Iterator[str]:
    first, last = map(line.x, line.overlap)
    yield (
        f'<rect class="both" x="{first:.1f}" y="{TOP - 8}" width="{max(last - first, 2):.1f}" height="{height - TOP - 26}" '
        f'fill="#f3d27a" fill-opacity=".55" stroke="#8a5300" stroke-width="1.5" stroke-dasharray="5 3"/>'
    )


def _ticks(line: Timeline, height: int) -> Iterator[str]:
    bottom = height - 34
    taken = -100.0
    for at, words in line.ticks:
        x, wide = line.x(at), len(words) * LETTER
        yield f'<path d="M{x:.1f} {TOP - 8}V{bottom}" stroke="#bbb"/>'
        if x - wide / 2 > taken and wide / 2 < x < WIDTH - wide / 2:
            taken = x + wide / 2 + 6
            yield f'<text x="{x:.1f}" y="{bottom + 14}" text-anchor="middle" fill="#333">{escape(words)}</text>'


def _lane(line: Timeline, lane: Lane, top: float, uid: str) -> Iterator[str]:
    ink, middle = INK[lane.sign], top + 20
    for kind in ("assumed", "declared", "move", "sure"):  # what is surer lies on top
        for bar in lane.bars:
            if bar.kind == kind and bar.ends >= line.begins and bar.begins <= line.ends:
                yield _bar(line, bar, lane.sign, ink, middle, uid)


def _name(lane: Lane, top: float) -> str:
    """Over everything else, with paper around the letters: a line of an hour may go through them."""
    return (
        f'<text x="{MARGIN}" y="{top + 8}" fill="{INK[lane.sign]}" font-weight="bold" stroke="#f7f6f2" stroke-width="3" '
        f'paint-order="stroke">{escape(lane.name)}</text>'
    )


def _bar(line: Timeline, bar: Bar, sign: str, ink: str, middle: float, uid: str) -> str:
    first, last = line.x(bar.begins), line.x(bar.ends)
    wide = max(last - first, 1.5)
    if bar.kind == "move":
        return f'<path d="M{first:.1f} {middle + 8}H{first + wide:.1f}" stroke="{ink}" stroke-width="5" stroke-dasharray="8 3"/>'
    fill = {"sure": ink, "declared": f"url(#d{sign}{uid})", "assumed": f"url(#a{sign}{uid})"}[bar.kind]
    high, dash = 18 if bar.kind == "sure" else 14, "" if sign == "hum" else ' stroke-dasharray="5 2"'
    return (
        f'<rect x="{first:.1f}" y="{middle + 8 - high / 2}" width="{wide:.1f}" height="{high}" fill="{fill}" '
        f'stroke="{ink}"{dash}/>'
    )


def _marks(line: Timeline, height: int) -> Iterator[str]:
    """Each a line with its letter; letters at one place stand one beside the other."""
    taken = -100.0
    for mark in sorted(line.marks, key=lambda one: one.at):
        if not line.holds(mark.at):
            continue
        x = line.x(mark.at)
        at = max(x, taken + 13)
        taken = at
        yield (
            f'<path d="M{x:.1f} {height - 32}V{TOP - 12}L{at:.1f} 20" fill="none" stroke="#111" stroke-width="1.5"/>'
            f'<circle cx="{at:.1f}" cy="12" r="8.5" fill="#fff" stroke="#111"/>'
            f'<text x="{at:.1f}" y="16" text-anchor="middle" font-weight="bold">{escape(mark.letter)}</text>'
        )


def step_for(begins: datetime, ends: datetime) -> timedelta:
    """The shortest step of hours or days with no more ticks than find room on a phone."""
    return next((step for step in STEPS if (ends - begins) / step <= MOST_TICKS), STEPS[-1])


def ticks_of(begins: datetime, ends: datetime, midnight: datetime) -> Sequence[datetime]:
    """Full hours or days of the wall clock, counted from a local midnight before `begins`."""
    step = step_for(begins, ends)
    first = midnight + step * (-(-(begins - midnight) // step))
    return [first + step * n for n in range(int((ends - first) / step) + 1)] if first <= ends else []
