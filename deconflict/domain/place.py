"""One place, and the words people tell it by."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

from deconflict.domain.activity import LatLon

LEVELS = ("town", "commune", "cercle", "region")  # the order in which a search offers them
POINTS = ("N", "NE", "E", "SE", "S", "SW", "W", "NW")
LETTERS = str.maketrans({"ɛ": "e", "ɔ": "o", "ɲ": "n", "ŋ": "n", "œ": "oe", "æ": "ae"})  # Bambara and French
NO_LETTER = re.compile(r"[\W_]+")
# One sound as the French and the Bambara way of writing have it, in this order: Djenné is Jenne, Ouagadou is Wagadu.
SOUNDS = (
    ("tch", "c"),
    ("dj", "j"),
    ("gn|ny", "n"),
    ("ph", "f"),
    ("qu|ck|c(?![h])|kh", "k"),
    ("gh|rh", "r"),
    ("ou|w", "u"),
    ("y", "i"),
    ("z", "s"),
    (r"(.)\1+", r"\1"),
)
HEARD = tuple((re.compile(written), sound) for written, sound in SOUNDS)


@dataclass(frozen=True, slots=True)
class Terms:
    """What a country calls its three levels, as it stands before a name. Inside they are called region, cercle and commune whatever the
    country; `commune` and `cercle` are said in one way, because people are told places by them and write them back."""

    commune: str = "commune"
    cercle: str = "cercle"
    region: Mapping[str, str] = field(default_factory=lambda: {"fr": "région", "en": "region"})


TERMS = Terms()


@dataclass(frozen=True, slots=True)
class Place:
    """One place of the gazetteer. `level` is region, cercle, commune or town; `pcode` is the COD code (for a town: its own
    code in the pack); `commune`, `cercle`, `region` are P-codes of the units it lies in, with their names beside (a unit
    lies in itself). `names` are other spellings; `seat` is the town that is a unit's chief place; `area_km2` the area of a
    commune, None when the gazetteer does not say."""

    pcode: str
    name: str
    level: str
    point: LatLon
    names: tuple[str, ...] = ()
    commune: str | None = None
    commune_name: str = ""
    cercle: str | None = None
    cercle_name: str = ""
    region: str | None = None
    region_name: str = ""
    urban: bool = False
    seat: str | None = None
    area_km2: float | None = None
    terms: Terms = field(default=TERMS, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class NearWords:
    """What people check a position by: "12 km NE of Bankass". The bearing runs from the place to the point."""

    place: Place
    distance_m: float
    bearing_deg: float

    @property
    def compass(self) -> str:
        """One of the eight points as an English msgid; French writes O for W."""
        return POINTS[round(self.bearing_deg / 45) % 8]


def fold(words: str) -> str:
    """Letters and digits only, without accents or case: `N'Tillit`, `n tillit` and `NTILLIT` are one name."""
    lowered = words.casefold()
    if not lowered.isascii():
        lowered = unicodedata.normalize("NFKD", lowered.translate(LETTERS))
    return NO_LETTER.sub("", lowered)


def sounded(folded: str) -> str:
    """What a folded name sounds like: the same for spellings of one name that two languages have for it."""
    for written, sound in HEARD:
        folded = written.sub(sound, folded)
    return folded


def label(place: Place) -> str:
    """The name with what tells homonyms apart; commune and cercle are said the same in French and English.

    A region or cercle, which often bears the name of its chief place, shows its code instead.
    """
    commune, cercle = in_commune(place), in_cercle(place)
    match place.level:
        case "town":
            return f"{place.name} ({units(place)})"
        case "commune":
            return f"{commune} ({cercle})"
        case "cercle":
            return f"{cercle} ({place.pcode})"
        case _:
            return f"{place.name} ({place.pcode})"


def units(place: Place) -> str:
    """As `commune Bankass, cercle Bankass`, of a settlement."""
    return f"{in_commune(place)}, {in_cercle(place)}"


def in_commune(place: Place) -> str:
    return within(place.terms.commune, place.commune_name)


def in_cercle(place: Place) -> str:
    return within(place.terms.cercle, place.cercle_name)


def within(level: str, name: str) -> str:
    """As `commune Bankass`; a name that says its level itself stays."""
    return name if name.casefold().startswith(level.casefold()) else f"{level} {name}"
