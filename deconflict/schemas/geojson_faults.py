"""What may be wrong in a GeoJSON file, in French and English: each sentence says how to mend it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from deconflict.domain.drawn import ItemId

Given = Mapping[str, str | int]

REASONS: dict[str, dict[str, str]] = {
    "en": {
        "absent": "there is no such file",
        "folder": "is a folder",
        "denied": "may not be read: ask for the right to read it",
        "unreadable": "cannot be read (system error {given})",
        "utf8": "is not UTF-8 (byte {at}); save it as UTF-8",
        "json": "is not JSON (line {line}, column {column})",
        "digits": "holds a number of too many digits",
        "deep": "is nested too deeply",
        "twice": "is repeated in one object; keep one",
        "collection": 'must be a FeatureCollection: {{"type": "FeatureCollection", "features": [...]}}',
        "crs": "is not WGS84 longitude and latitude; export it as RFC 7946 says, without another crs",
        "feature": 'must be a Feature: {{"type": "Feature", "geometry": ..., "properties": ...}}',
        "properties": "must be an object with id, side, activity, starts_at and ends_at",
        "missing": "is missing",
        "endless": "is missing; where no end is known, write 2200-01-01T00:00:00Z",
        "id": "must be a printable text or a whole number",
        "two_sides": "features of one id are parts of one item, and an item has one side",
        "side": "must be humanitarian or mission (given: {given})",
        "text": "must be a printable text of at most {limit} characters",
        "kind": "the mission profile has no such activity kind on this side (given: {given})",
        "instant": "must be a date and time of ISO 8601 with its offset, such as 2019-12-10T09:00:00Z (given: {given})",
        "years": "must lie between the years 1900 and 2200 (given: {given})",
        "backwards": "is before starts_at",
        "number": "must be a number from 0 to {limit} (given: {given})",
        "yes_no": "must be true or false (given: {given})",
        "moving": "only a LineString may move",
        "several": "of several shapes under one window none can move; make a feature of each line, or add moving: false",
        "times_line": "only a LineString that moves has times",
        "times_count": "must be a list of {limit} instants, one per vertex",
        "times_back": "each instant must be at or after the one before",
        "times_start": "must be the first of times, or left out",
        "times_end": "must be the last of times, or left out",
        "geometry": "must be a geometry",
        "type": "must be Point, LineString, Polygon, MultiPoint, MultiLineString, MultiPolygon or GeometryCollection"
        " (given: {given})",
        "nested": "a GeometryCollection inside another is not read",
        "list": "must be a list that is not empty",
        "line": "must be a list of two positions or more",
        "leg": "is more than {limit} km from the position before; draw points between",
        "rings": "must be a list of rings, the outer one first",
        "ring": "must be a ring of four positions or more, the last equal to the first",
        "unclosed": "is not closed: repeat the first position at the end",
        "position": "must be [longitude, latitude] in degrees",
        "outside": "lies outside the bounds of the mission profile; positions are [longitude, latitude]: the axes may be swapped"
        " (given: {given})",
        "longitude": "longitude must lie between -180 and 180 (given: {given})",
        "latitude": "latitude must lie between -90 and 90 (given: {given})",
        "ring_few": "a ring needs three different positions",
        "ring_wide": "reaches too far from its middle, at [{lon}, {lat}]; draw several smaller areas",
        "ring_crosses": "a ring crosses or touches itself or another one near [{lon}, {lat}]",
        "hole_outside": "a hole lies outside its area near [{lon}, {lat}]",
        "holes_overlap": "holes overlap near [{lon}, {lat}]",
        "ring_odd": "the rings make no area near [{lon}, {lat}]",
    },
    "fr": {
        "absent": "ce fichier n'existe pas",
        "folder": "est un dossier",
        "denied": "lecture refusée : demandez le droit de le lire",
        "unreadable": "impossible à lire (erreur système {given})",
        "utf8": "n'est pas en UTF-8 (octet {at}) ; enregistrez-le en UTF-8",
        "json": "n'est pas du JSON (ligne {line}, colonne {column})",
        "digits": "contient un nombre de trop de chiffres",
        "deep": "est imbriqué trop profondément",
        "twice": "est répété dans un même objet ; gardez-en un",
        "collection": 'doit être une FeatureCollection : {{"type": "FeatureCollection", "features": [...]}}',
        "crs": "n'est pas en longitude et latitude WGS84 ; exportez selon la RFC 7946, sans autre crs",
        "feature": 'doit être une Feature : {{"type": "Feature", "geometry": ..., "properties": ...}}',
        "properties": "doit être un objet avec id, side, activity, starts_at et ends_at",
        "missing": "manque",
        "endless": "manque ; si aucune fin n'est connue, écrivez 2200-01-01T00:00:00Z",
        "id": "doit être un texte imprimable ou un nombre entier",
        "two_sides": "les éléments de même id sont les parties d'une seule activité, et une activité n'a qu'un côté",
        "side": "doit être humanitarian ou mission (donné : {given})",
        "text": "doit être un texte imprimable de {limit} caractères au plus",
        "kind": "le profil de la mission n'a pas ce type d'activité de ce côté (donné : {given})",
        "instant": "doit être une date et heure ISO 8601 avec son décalage, comme 2019-12-10T09:00:00Z (donné : {given})",
        "years": "doit se situer entre les années 1900 et 2200 (donné : {given})",
        "backwards": "précède starts_at",
        "number": "doit être un nombre de 0 à {limit} (donné : {given})",
        "yes_no": "doit être true ou false (donné : {given})",
        "moving": "seule une LineString peut se déplacer",
        "several": "de plusieurs formes sous une même fenêtre aucune ne peut se déplacer ; faites un élément par ligne,"
        " ou ajoutez moving: false",
        "times_line": "seule une LineString qui se déplace a des times",
        "times_count": "doit être une liste de {limit} instants, un par sommet",
        "times_back": "chaque instant doit suivre le précédent ou lui être égal",
        "times_start": "doit être le premier de times, ou être omis",
        "times_end": "doit être le dernier de times, ou être omis",
        "geometry": "doit être une géométrie",
        "type": "doit être Point, LineString, Polygon, MultiPoint, MultiLineString, MultiPolygon ou GeometryCollection"
        " (donné : {given})",
        "nested": "une GeometryCollection dans une autre n'est pas lue",
        "list": "doit être une liste non vide",
        "line": "doit être une liste de deux positions ou plus",
        "leg": "est à plus de {limit} km de la position précédente ; tracez des points intermédiaires",
        "rings": "doit être une liste d'anneaux, l'extérieur d'abord",
        "ring": "doit être un anneau de quatre positions ou plus, la dernière égale à la première",
        "unclosed": "n'est pas fermé : répétez la première position à la fin",
        "position": "doit être [longitude, latitude] en degrés",
        "outside": "est hors des limites du profil de la mission ; les positions sont [longitude, latitude] : les axes sont"
        " peut-être inversés (donné : {given})",
        "longitude": "la longitude doit être entre -180 et 180 (donné : {given})",
        "latitude": "la latitude doit être entre -90 et 90 (donné : {given})",
        "ring_few": "un anneau demande trois positions différentes",
        "ring_wide": "s'étend trop loin de son milieu, en [{lon}, {lat}] ; tracez plusieurs zones plus petites",
        "ring_crosses": "un anneau se croise ou se touche, ou en touche un autre, près de [{lon}, {lat}]",
        "hole_outside": "un trou est hors de sa zone près de [{lon}, {lat}]",
        "holes_overlap": "des trous se chevauchent près de [{lon}, {lat}]",
        "ring_odd": "les anneaux ne font pas une zone près de [{lon}, {lat}]",
    },
}


class Wrong(Exception):
    """One member of a feature is; `reason` is a key of REASONS."""

    def __init__(self, member: str, reason: str, **given: str | int) -> None:
        super().__init__(f"{member}: {reason}")
        self.member, self.reason, self.given = member, reason, given


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend. `index` counts the features of the file from 0, None for the file as a whole; `id` as far as it
    is known; `member` the property or the member of the geometry."""

    file: str
    index: int | None
    id: ItemId | None
    member: str
    reason: str
    given: Given = field(default_factory=dict)

    def sentence(self, language: str) -> str:
        """`patrols.geojson: features[3] (id P1), starts_at: is missing`; French sets a space before the colon."""
        colon = " : " if language == "fr" else ": "
        said = REASONS[language][self.reason].format(**self.given)
        where = (
            [] if self.index is None else [f"features[{self.index}]" + ("" if self.id is None else f" (id {self.id})")]
        )
        where += [self.member] if self.member else []
        return colon.join([self.file, *([", ".join(where)] if where else []), said])


class GeoJsonError(Exception):
    """Everything that is wrong, in the order of files and features."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(problem.sentence("en") for problem in self.problems))


def shown(value: object) -> str:
    """What was given, short and on one line, whatever it was."""
    if isinstance(value, dict | list):
        text = "object" if isinstance(value, dict) else "list"
    else:
        text = value if isinstance(value, str) else json.dumps(value)
    text = "".join(character if character.isprintable() else "?" for character in text)
    return text if len(text) <= 60 else text[:57] + "..."
