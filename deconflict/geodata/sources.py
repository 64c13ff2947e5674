"""One file of a pack, as rows with their shapes: GeoJSON, a zipped shapefile, CSV or a workbook, told by what stands in it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import shapefile

from deconflict.files.large_tables import read_workbook
from deconflict.files.limits import BadFile, guarded
from deconflict.geodata.columns import plain
from deconflict.geodata.faults import BadPlaces

MOST_BYTES = 300_000_000  # of a file; outlines of a large country in full detail have a third of that
MOST_EXPANDED_BYTES = 1_000_000_000
MOST_ROWS = 500_000


@dataclass(frozen=True, slots=True)
class Row:
    """`values` by the names of the file's columns, plain; `shape` a GeoJSON geometry, None in a table."""

    values: dict[str, str]
    shape: dict[str, Any] | None = None


@dataclass(frozen=True)
class Source:
    """What stands in a file."""

    name: str
    rows: tuple[Row, ...] = field(repr=False)


def read_source(path: Path) -> Source:
    """Raises BadPlaces."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise BadPlaces(f"{path.name}: larger than {MOST_BYTES // 1_000_000} MB. Simplify its lines first.")
        raw = path.read_bytes()
    except OSError as error:
        raise BadPlaces(f"{path.name}: cannot be read ({error.strerror}).") from None
    rows = tuple(_first(path.name, _rows(path.name, raw)))
    if not rows:
        raise BadPlaces(f"{path.name}: there is nothing in it.")
    return Source(path.name, rows)


def _first(name: str, rows: Iterator[Row]) -> Iterator[Row]:
    for number, row in enumerate(rows, 1):
        if number > MOST_ROWS:
            raise BadPlaces(f"{name}: more than {MOST_ROWS} rows.")
        yield row


def _rows(name: str, raw: bytes) -> Iterator[Row]:
    start = raw[:64].lstrip(b"\xef\xbb\xbf \t\r\n")
    if raw.startswith(b"PK"):
        return _packed(name, raw)
    if start.startswith(b"{"):
        return _geojson(name, raw)
    return _csv(name, raw)


def _packed(name: str, raw: bytes) -> Iterator[Row]:
    try:
        with guarded(raw, most_bytes=MOST_BYTES, most_expanded_bytes=MOST_EXPANDED_BYTES) as archive:
            members = archive.namelist()
            if "[Content_Types].xml" in members:
                return iter([Row(plain(values)) for values in read_workbook(raw, MOST_ROWS)])
            return iter(_shapefile(name, archive, members))
    except BadFile as error:
        raise BadPlaces(f"{name}: {error.sentence % error.facts}") from None


def _shapefile(name: str, archive: ZipFile, members: list[str]) -> list[Row]:
    layers = [member[:-4] for member in members if member.lower().endswith(".shp")]
    if len(layers) != 1:
        raise BadPlaces(f"{name}: one layer is needed in the archive (.shp, .dbf, .prj), not {len(layers)}.")
    parts = {member[-3:].lower(): archive.read(member) for member in members if member[:-4] == layers[0]}
    if missing := [part for part in ("dbf", "prj") if part not in parts]:
        raise BadPlaces(f"{name}: its .{missing[0]} is not in the archive.")
    if not _in_degrees(parts["prj"]):
        raise BadPlaces(f"{name}: not in degrees of WGS84 (its .prj says otherwise). Save it anew in EPSG:4326.")
    encoding = _encoding(parts.get("cpg", b""))
    try:
        with shapefile.Reader(
            **{part: io.BytesIO(parts[part]) for part in ("shp", "dbf", "shx") if part in parts}, encoding=encoding
        ) as reader:
            return [
                Row(
                    plain({key: _text(value) for key, value in record.record.as_dict().items()}),
                    record.shape.__geo_interface__,
                )
                for record in reader.iterShapeRecords()
            ]
    except Exception as error:  # pyshp raises whatever it stumbles over
        if "decode" in str(error):
            words = f"its letters are not {encoding}. Put a .cpg into the archive that says what they are"
        else:
            words = f"the shapefile is damaged ({type(error).__name__}). Fetch it again"
        raise BadPlaces(f"{name}: {words}.") from None


def _in_degrees(prj: bytes) -> bool:
    said = prj.decode("latin-1").upper().replace(" ", "_")
    return said.lstrip("\ufeff_").startswith("GEOGCS") and "WGS" in said and "84" in said


def _encoding(cpg: bytes) -> str:
    said = cpg.decode("ascii", "replace").strip().lower()
    return "cp1252" if said in ("1252", "windows-1252", "ansi 1252", "iso-8859-1", "88591") else "utf-8"


def _geojson(name: str, raw: bytes) -> Iterator[Row]:
    try:
        told = json.loads(raw.decode("utf-8-sig"), parse_constant=_no_number)
        crs = told.get("crs", {}).get("properties", {}).get("name", "CRS84")
        features = told["features"]
        found = [Row(plain({k: _text(v) for k, v in f["properties"].items()}), f["geometry"]) for f in features]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BadPlaces(f"{name}: no GeoJSON FeatureCollection in UTF-8 ({type(error).__name__}).") from None
    if not crs.upper().endswith(("CRS84", "4326")):
        raise BadPlaces(f"{name}: not in degrees of WGS84 but in {crs}. Save it anew in EPSG:4326.")
    return iter(found)


def _no_number(text: str) -> None:
    raise ValueError(f"{text} is no number")


def _csv(name: str, raw: bytes) -> Iterator[Row]:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", "replace")
    if "\0" in text:
        raise BadPlaces(f"{name}: neither a table nor a layer. GeoJSON, a zipped shapefile, CSV or .xlsx can be read.")
    head = text.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    try:
        for values in csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            yield Row(plain({key: (value or "").strip() for key, value in values.items() if isinstance(key, str)}))
    except csv.Error as error:
        raise BadPlaces(f"{name}: no CSV that can be read ({error}).") from None


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()
