"""Packs in the folder of a profile: written beside each other, and one of them in force. Nothing is ever changed in place: whoever reads
while another is put in force reads the whole of one or the whole of the other."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from deconflict.geodata.pack import Pack
from deconflict.mission import CURRENT, pack_named

HALF = ".half"  # behind the name of a pack that is still being written
COLUMNS = ("level", "pcode", "parent", "name", "names", "seat", "lat", "lon", "urban", "area_km2", "edition")
OUTLINES, ROADS, RIVERS = "gazetteer/communes.geojson", "basemap/roads.geojson", "basemap/rivers.geojson"
OF_THE_PROFILE = "*.geojson"  # borders and countries, which no pack replaces


def written(
    profile: Path,
    basemap: Path,
    pack: Pack,
    crosswalk: Mapping[tuple[str, str], str],
    step: Callable[[str], None] = lambda what: None,
) -> Path:
    """The folder of this pack, named after what it holds: was it written before it is taken as it is; a half-written one is thrown away.
    `basemap`: whose borders go with it."""
    content = repr((pack.edition, pack.rows, pack.outlines, pack.roads, pack.rivers, sorted(crosswalk.items())))
    called = re.sub(r"[^a-z0-9]+", "-", pack.edition.casefold()).strip("-")
    name = f"{called}-{sha256(content.encode()).hexdigest()[:10]}"
    folder = (profile / CURRENT).with_name(name)
    if folder.is_dir():
        return folder
    half = folder.with_name(name + HALF)
    shutil.rmtree(half, ignore_errors=True)
    (half / "gazetteer").mkdir(parents=True)
    (half / "basemap").mkdir()
    step("places")
    with (half / "gazetteer/places.csv").open("w", encoding="utf-8", newline="") as file:
        lines = csv.DictWriter(file, COLUMNS, restval="", lineterminator="\n")
        lines.writeheader()
        lines.writerows(pack.rows)
    with (half / "crosswalk.csv").open("w", encoding="utf-8", newline="") as file:
        cells = csv.writer(file, lineterminator="\n")
        cells.writerow(("edition", "pcode", "now"))
        cells.writerows((edition, code, now) for (edition, code), now in sorted(crosswalk.items()))
    step("outlines")
    if pack.outlines:
        _json(half / OUTLINES, pack.outlines)
    step("lines")
    for path in sorted(basemap.glob(OF_THE_PROFILE)):
        shutil.copy(path, half / "basemap" / path.name)
    for line_file, layer in ((ROADS, pack.roads), (RIVERS, pack.rivers)):
        if layer:
            _json(half / line_file, layer)
    half.rename(folder)
    return folder


def put_in_force(pack: Path) -> None:
    """At once and whole; the packs before the last one go."""
    shelf = pack.parent
    pointer = shelf.parent / CURRENT
    kept = {pack.name, pack_named(shelf.parent)}
    fresh = pointer.with_suffix(".new")
    fresh.write_text(f"{pack.name}\n", encoding="utf-8")
    os.replace(fresh, pointer)
    for old in shelf.iterdir():
        if old.is_dir() and old.name not in kept:
            shutil.rmtree(old, ignore_errors=True)


def rows_of(pack: Path) -> list[dict[str, str]]:
    with (pack / "gazetteer/places.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def layer_of(pack: Path, name: str) -> dict[str, Any] | None:
    path = pack / name
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def _json(path: Path, what: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(what, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
