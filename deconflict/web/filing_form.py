"""A filing as somebody writes it: what was typed, one stop more or less, and which place was meant. Nothing typed is lost, and
nothing is kept between two requests: the page itself carries it."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from deconflict.domain.country import Mission
from deconflict.domain.filing import Filing
from deconflict.domain.places import Gazetteer
from deconflict.domain.recoded import recoded
from deconflict.schemas import forms
from deconflict.schemas.doubt_words import TICKS
from deconflict.schemas.fields import REQUIRED, blank
from deconflict.schemas.filings import MOST_STOPS, NO_WINDOW, windows_needed
from deconflict.schemas.whereabouts import candidates
from deconflict.web.intake import number

KEY = re.compile(r"[0-9a-f]{32}")
# The place of a stop, and the ticks that say a doubtful position is right.
PLACE: dict[str, Any] = {"place": _l("Place"), "position": _l("Position")} | dict.fromkeys(
    TICKS.values(), _l("Position")
)
Errors = dict[str, list[str]]  # by field name of the page
LONGEST = 1_000  # of one typed value: more than any field takes, less than makes a page heavy
LONG = {"points": 5_000}  # those of many lines


@dataclass(frozen=True, slots=True)
class Typed:
    """`values` by field name; `stops` how many the page shows; `key` makes a retry the same filing; `base` the version that
    is amended, 0 for a new item; `reason` why it is amended; `convoy` the word of the joint convoy that it joins; `asked` the
    file of its own side of which it answers an accepted request."""

    values: dict[str, str]
    stops: int
    key: str
    base: int = 0
    reason: str = ""
    convoy: str = ""
    asked: str = ""


@dataclass(frozen=True, slots=True)
class Layout:
    """The fields of one page in their order, each with its label: errors are listed in the order in which people meet them,
    and say of what they are. `one_place`: what stands somewhere has no stops to be told apart."""

    before: Mapping[str, Any]
    stop: Mapping[str, Any]
    after: Mapping[str, Any]
    one_place: bool = False

    def labels(self, stops: int) -> dict[str, str]:
        """Label by field name, in the reader's language."""
        named = {name: str(label) for name, label in self.before.items()}
        for n in range(stops):
            of = "" if self.one_place and stops == 1 else _("Stop %(number)s", number=n + 1) + ", "
            named |= {f"stops-{n}-{name}": f"{of}{label}" for name, label in self.stop.items()}
        return named | {name: str(label) for name, label in self.after.items()} | {"reason": _("Why it changes")}

    def numbers(self, stops: int) -> dict[str, str]:
        """What is said of a field over a radio, by its name: `3`, and of the second stop's `3.2`. Fields of one label have one number. The
        paper form counts by the same, so that whoever reads it out and whoever writes it down speak of the same field."""
        found: dict[str, str] = {}
        place = 0
        for part in (self.before, self.stop, self.after):
            last = None
            for name, said in part.items():
                if name.startswith("_"):
                    continue
                place, last = (place, last) if said == last else (place + 1, said)
                if part is self.stop:
                    found |= {f"stops-{n}-{name}": f"{place}.{n + 1}" for n in range(stops)}
                else:
                    found[name] = str(place)
        return found


def window(name: str, label: Any) -> dict[str, Any]:
    """The three fields of a window under its legend."""
    return {f"{name}_{part}": label for part in ("date", "from", "to")}


def fresh(values: Mapping[str, str], stops: int, *, base: int = 0) -> Typed:
    """The start of a page, with the key that its filing will bear."""
    return Typed(dict(values), stops, secrets.token_hex(16), base)


def read(form: Mapping[str, str]) -> Typed:
    """What a page sent. Its own machinery has names that begin with an underscore."""
    values = {
        name: text[: LONG.get(name, LONGEST)] for name, text in form.items() if not forms.NOT_TYPED.fullmatch(name)
    }
    key = form.get("_key", "")
    return Typed(
        values=values,
        stops=min(max(number(form.get("_stops")) or 1, 1), MOST_STOPS),
        key=key if KEY.fullmatch(key) else secrets.token_hex(16),
        base=number(form.get("_base")) or 0,
        reason=form.get("_reason", "")[:500],
        convoy=form.get("_convoy", "")[:20],
        asked=form.get("_asked", "")[:8],
    )


def amending(filing: Filing, version: int, mission: Mission) -> Typed:
    """The page that would be read as this filing again. A P-code that was chosen stands in the place's own words, so that
    changing them changes the place."""
    values = forms.typed(recoded(filing, mission.gazetteer), mission.zone)
    return fresh(placed(values, len(filing.stops), mission), len(filing.stops), base=version)


def placed(typed: Mapping[str, str], stops: int, mission: Mission) -> dict[str, str]:
    """Without P-codes that were chosen: each in the place's own words."""
    values = dict(typed)
    for n in range(stops):
        pcode = values.pop(f"stops-{n}-place_pcode", "")
        known = mission.gazetteer.get(pcode) if pcode else None
        if known is not None:
            name = values.get(f"stops-{n}-place", "")
            if candidates(mission.gazetteer, name) != [known]:
                values[f"stops-{n}-place"] = mission.gazetteer.written(known)
    return values


def with_stop(typed: Typed) -> Typed:
    return replace(typed, stops=min(typed.stops + 1, MOST_STOPS))


def without_stop(typed: Typed, gone: int) -> Typed:
    """The stops after it move up by one."""
    if typed.stops == 1 or not 0 <= gone < typed.stops:
        return typed
    kept: dict[str, str] = {}
    for name, text in typed.values.items():
        found = forms.STOP_FIELD.fullmatch(name)
        number = int(found[1]) if found else -1
        if number != gone:
            kept[f"stops-{number - 1}-{found[2]}" if found and number > gone else name] = text
    return replace(typed, values=kept, stops=typed.stops - 1)


def picked(typed: Typed, form: Mapping[str, str], gazetteer: Gazetteer) -> Typed:
    """With the places that somebody chose from a list put where he had typed."""
    values = dict(typed.values)
    for n in range(typed.stops):
        name, _, value = form.get(f"_pick-{n}", "").partition("|")
        chosen = gazetteer.get(value) if name == "pcode" else None
        if chosen is not None:
            values[f"stops-{n}-place"] = gazetteer.written(chosen)
            values.pop(f"stops-{n}-place_pcode", None)
    return replace(typed, values=values)


def problems(typed: Typed, errors: Mapping[str, list[str]], layout: Layout) -> Errors:
    """Errors in the order of the page; those of no field on it stand first, without one. Of the stops as a whole, the first
    is where to begin; where none is filled in, its two ends say all that they lack."""
    order = layout.labels(typed.stops)
    errors = {"stops-0-place" if name == "stops" else name: texts for name, texts in errors.items()}
    errors |= {
        name: texts for name, texts in _ends(typed).items() if name in order
    }  # a site and an area have no hours of a stop
    general = [text for name, texts in errors.items() if name not in order for text in texts]
    found = {name: errors[name] for name in order if name in errors}
    return ({"": general} if general else {}) | found


def _ends(typed: Typed) -> dict[str, list[str]]:
    """What a journey of which no stop was filled in lacks: an empty stop at the end is taken for none by who reads the form."""
    if any(not blank(text) for name, text in typed.values.items() if forms.STOP_FIELD.fullmatch(name)):
        return {}
    found = {}
    for n in (0, typed.stops - 1):
        found[f"stops-{n}-place"] = [str(REQUIRED)]
        found |= {f"stops-{n}-{name}_from": [str(NO_WINDOW)] for name in windows_needed(n, typed.stops)}
    return found
