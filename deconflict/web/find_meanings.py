"""What somebody may mean by what he typed into a field that finds: a reference, a place of the mission's list, an organisation by a part
of its name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from deconflict.domain.finding import RECENT, spot_of
from deconflict.domain.place import Place
from deconflict.domain.place import label as place_label
from deconflict.schemas.whereabouts import candidates
from deconflict.services.acknowledgements import READ_AS
from deconflict.web.desk_case import mission
from deconflict.web.language import current_language
from deconflict.web.map_words import length

LONGEST = 80  # letters, as the field takes
PLACES_MOST, FEW = 6, 2
ASKED = 24  # of like names, among which are cercles and regions that nobody can meet in
PLACE, ORGANISATION = "place", "organisation"


@dataclass(frozen=True, slots=True)
class Meaning:
    """`code` is carried by a form (`place:PP050500000`, `organisation:7`); `name` what is read; `counted` what is counted for it."""

    code: str
    name: str
    counted: str
    place: Place | None = None
    owner_id: int | None = None

    @property
    def kind(self) -> str:
        return PLACE if self.place is not None else ORGANISATION


def typed_in(form: Mapping[str, str]) -> str:
    return " ".join(form.get("find", "").split())[:LONGEST]


def as_reference(typed: str) -> str:
    """As it is kept, whatever was added to it (`4F7K2-3`) or misheard."""
    return typed.upper().partition("-")[0].translate(READ_AS)


def meanings(typed: str, organisations: Sequence[tuple[int, str]]) -> list[Meaning]:
    """The likeliest first: places of exactly this name, with the commune of the first; then organisations; then places of a like name,
    where no place has this very one, and fewer of them where an organisation has."""
    gazetteer = mission().gazetteer
    exact = candidates(gazetteer, typed)
    like = [] if exact else [one for one in gazetteer.search(typed, ASKED) if one.level in ("town", "commune")]
    most = FEW if organisations else PLACES_MOST
    owners = [_of_organisation(*one) for one in organisations]
    return [*_places(exact[:PLACES_MOST]), *owners, *_places(like[:most])]


def chosen(found: Sequence[Meaning], code: str) -> Meaning | None:
    """The one that was chosen, else the likeliest; None where nothing is meant."""
    return next((one for one in found if one.code == code), found[0] if found else None)


def _places(places: Sequence[Place]) -> Iterator[Meaning]:
    """In this order, the commune of the first offered next to it."""
    around = [place for one in places[:1] if (place := mission().gazetteer.get(one.commune or "")) is not None]
    for place in dict.fromkeys((*places[:1], *around, *places[1:])):
        yield Meaning(f"{PLACE}:{place.pcode}", place_label(place), _counted(place), place=place)


def _counted(place: Place) -> str:
    spot = spot_of(place, mission())
    where = (
        _("Whatever stops in this %(unit)s.", unit=mission().unit)
        if spot.is_commune
        else _(
            "Whatever stops within %(distance)s of it, and areas that reach there.",
            distance=length(spot.radius_m, current_language()),
        )
    )
    when = _("Ahead, or over for at most %(days)s days; what only passes is not counted.", days=RECENT.days)
    return f"{where} {when}"


def _of_organisation(id: int, name: str) -> Meaning:
    counted = _("Whatever it filed, ahead or over for at most %(days)s days.", days=RECENT.days)
    return Meaning(f"{ORGANISATION}:{id}", name, counted, owner_id=id)
