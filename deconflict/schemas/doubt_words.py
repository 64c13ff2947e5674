"""What a person reads of a doubtful position, and the ticks that say it is right all the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from deconflict.domain.doubts import KINDS, Doubt, spot
from deconflict.domain.filing import Location
from deconflict.domain.msgid import N_
from deconflict.domain.places import label

TICKS = {kind: f"sure_{kind}" for kind in KINDS}
AT_PLACE_M = 500.0  # nearer than this to a settlement one is in it
# From the settlement spoken of, which French must not have to write "de" or "d'" before.
TOWARDS = {
    "N": N_("north of it"),
    "NE": N_("north-east of it"),
    "E": N_("east of it"),
    "SE": N_("south-east of it"),
    "S": N_("south of it"),
    "SW": N_("south-west of it"),
    "W": N_("west of it"),
    "NW": N_("north-west of it"),
}
SENTENCES = {
    "far": N_("This position is %(km)s km from %(place)s. Correct one of them, or tick that it is right."),
    "commune": N_(
        "This position lies in %(place)s, outside the unit named. Correct one of them, or tick that it is right."
    ),
    "repeated": N_(
        "The figures of this position repeat themselves, as when a field was only to be filled. Correct it, or tick that it "
        "is right."
    ),
    "default": N_("This is where lists put the whole country, not where you go. Correct it, or tick that it is right."),
    "copied": N_(
        "This is the very point that the list has for %(place)s. Correct the position or the place, or tick that it is right."
    ),
    "unnamed": N_(
        "No settlement is named. The nearest is %(place)s, and this position is %(km)s km %(towards)s. Is that right? Name the "
        "settlement, correct the position, or tick that it is right."
    ),
    "unnamed_at": N_(
        "No settlement is named. This position lies in %(place)s. Is that right? Name the settlement, correct the position, or "
        "tick that it is right."
    ),
    "twice": N_(
        "Stop %(stop)s has this very position under another name. Correct one of them, or tick that it is right."
    ),
    "speed": N_(
        "To be here in time one would go at %(kmh)s km/h from the stop before, straight across; more than %(most)s is not to be "
        "believed. Correct a position or a time, or tick that it is right."
    ),
}


def sentence(doubt: Doubt) -> Any:
    """In the reader's language when shown."""
    return _l(
        SENTENCES[_key(doubt)],
        km=max(round(doubt.metres / 1000), 1),
        towards=_l(TOWARDS[doubt.compass]) if doubt.compass else "",
        place=label(doubt.place) if doubt.place else "",
        stop=doubt.stop,
        kmh=round(doubt.kmh),
        most=round(doubt.most),
    )


def _key(doubt: Doubt) -> str:
    if doubt.kind == "default" and doubt.place:
        return "copied"
    return "unnamed_at" if doubt.kind == "unnamed" and doubt.metres < AT_PLACE_M else doubt.kind


def ticked(data: Mapping[str, Any], location: Location) -> tuple[str, ...]:
    """The doubts of which a person said that this very position is right."""
    return tuple(kind for kind, name in TICKS.items() if data.get(name) == spot(location))


def unsure(doubts: Iterable[Doubt], sure: Iterable[str]) -> dict[str, list[Any]]:
    """What is still to be said, by the name of its tick."""
    return {TICKS[doubt.kind]: [sentence(doubt)] for doubt in doubts if doubt.kind not in sure}
