"""What a map says: the words on it, and the whole of it in sentences for those who hear it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from deconflict.domain import geodesy
from deconflict.domain.activity import LatLon, Side
from deconflict.domain.places import Gazetteer, fold

WORDS = {
    "fr": {
        "map": "Carte",
        "hum": "Humanitaire",
        "mil": "Mission",
        "ocha": "OCHA",
        "moving": "en mouvement",
        "radius": "rayon",
        "apart": "au plus près",
        "rough": "Frontières et cours d'eau approximatifs",
        "near": "Repère",
        "of": "de",
        "W": "O",
    },
    "en": {
        "map": "Map",
        "hum": "Humanitarian",
        "mil": "Mission",
        "ocha": "OCHA",
        "moving": "moving",
        "radius": "radius",
        "apart": "at the closest",
        "rough": "Borders and rivers are approximate",
        "near": "Landmark",
        "of": "of",
        "W": "W",
    },
}
Sign = Literal["hum", "mil", "ocha"]  # `ocha`: an area that OCHA entered itself
ELIDED = re.compile("(?!ou[aeio])[aeiou]")  # d'Ansongo, d'Ouro-Modi, but de Ouattagouna


@dataclass(frozen=True, slots=True)
class MapShape:
    """A disc (one point) or a line of one side; `radius_m` is held around it. `label` is what the reader may know it by;
    `guessed`: nobody knows the way, so that it is drawn straight, in dots; `href`: where the label leads."""

    kind: Sign
    points: tuple[LatLon, ...]
    radius_m: float
    moving: bool
    label: str
    guessed: bool = False
    href: str = ""

    def __post_init__(self) -> None:
        if not self.points:
            raise ValueError("a shape needs a point")


def sign_of(side: Side, *, of_ocha: bool = False) -> Sign:
    """How what a side files is drawn."""
    return "hum" if side is Side.HUMANITARIAN else "ocha" if of_ocha else "mil"


def told(
    shapes: Sequence[MapShape], gazetteer: Gazetteer | None, closest: tuple[LatLon, LatLon] | None, lang: str
) -> list[str]:
    """The map in sentences: the title, then each shape, then the distance, for those who hear it."""
    words, said = WORDS[lang], []
    for shape in shapes:
        known = (
            shape.label,
            words["moving"] if shape.moving else "",
            f"{words['radius']} {length(shape.radius_m, lang)}" if shape.radius_m else "",
            whereabouts(shape.points[0], gazetteer, lang) if gazetteer else "",
        )
        said.append(_of(words[shape.kind], known, lang))
    if closest:
        said.append(f"{length(geodesy.distance_m(*closest), lang)} {words['apart']}")
    sides = [words[kind] for kind in ("hum", "mil", "ocha") if any(s.kind == kind for s in shapes)]
    return [_of(words["map"], sides, lang), *said]


def _of(name: str, known: Iterable[str], lang: str) -> str:
    """As `Map: Humanitarian, Mission`; what is not known is left out."""
    return f"{name}{' :' if lang == 'fr' else ':'} {', '.join(filter(None, known))}"


def whereabouts(point: LatLon, gazetteer: Gazetteer, lang: str) -> str:
    """A position in words: "12 km NE of Bankass", "12 km NE de Bankass"; the bare name within 500 m."""
    near = gazetteer.describe(point)
    if near.distance_m < 500:
        return near.place.name
    compass = near.compass.replace("W", WORDS[lang]["W"])
    return f"{length(near.distance_m, lang)} {compass} {of_place(near.place.name, lang)}"


def of_place(name: str, lang: str) -> str:
    """As `of Ansongo`, `d'Ansongo`, `de Bankass`."""
    return f"d'{name}" if lang == "fr" and ELIDED.match(fold(name)) else f"{WORDS[lang]['of']} {name}"


def length(metres: float, lang: str) -> str:
    """Metres as people say them: "950 m", "1,4 km", "12 km"."""
    text = (
        f"{metres:.0f} m" if metres < 950 else f"{metres / 1000:.{1 if metres < 9950 else 0}f} km".replace(".0 ", " ")
    )
    return text.replace(".", ",") if lang == "fr" else text
