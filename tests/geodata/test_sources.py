"""Files as they come: every format gives the same places; what is broken or hostile is refused in a sentence, and changes nothing."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest
import shapefile
from official import EDITION, options, run
from openpyxl import Workbook

from deconflict.geodata import importing
from deconflict.geodata.faults import BadPlaces
from deconflict.geodata.pack import put_together
from deconflict.geodata.sources import read_source
from deconflict.mission import load_mission, pack_named

WGS84 = (
    'GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0]]'
)
UTM = 'PROJCS["WGS_1984_UTM_Zone_30N",GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984"]]]'
SQUARES = {"XX010101": ("Éa", 0.0), "XX010102": ("Bé", 1.0)}
ADMIN = {"ADM1_PCODE": "XX01", "ADM1_FR": "Nord", "ADM2_PCODE": "XX0101", "ADM2_FR": "Aval"}
TOWNS = [("T1", "Éa", "XX010101", 0.5, 0.5), ("T2", "Bé", "XX010102", 0.5, 1.5), ("T3", "Cé", "XX010102", 0.25, 1.25)]


def ring(west: float) -> list[list[float]]:
    return [[west, 0.0], [west, 1.0], [west + 1.0, 1.0], [west + 1.0, 0.0], [west, 0.0]]


def geojson(path: Path, **changes) -> Path:
    features = [
        {
            "type": "Feature",
            "properties": ADMIN | {"ADM3_PCODE": code, "ADM3_FR": name},
            "geometry": {"type": "Polygon", "coordinates": [ring(west)]},
        }
        for code, (name, west) in SQUARES.items()
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features} | changes), encoding="utf-8")
    return path


def zipped(path: Path, parts: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return path


def layer(prj: str = WGS84, encoding: str = "utf-8", cpg: str | None = "UTF-8", name: str = "adm3") -> dict[str, bytes]:
    shp, shx, dbf = io.BytesIO(), io.BytesIO(), io.BytesIO()
    with shapefile.Writer(shp=shp, shx=shx, dbf=dbf, shapeType=shapefile.POLYGON, encoding=encoding) as writer:
        for field in (*ADMIN, "ADM3_PCODE", "ADM3_FR"):
            writer.field(field, "C", 40)
        for code, (words, west) in SQUARES.items():
            writer.poly([ring(west)])
            writer.record(*ADMIN.values(), code, words)
    parts = {f"{name}.shp": shp.getvalue(), f"{name}.shx": shx.getvalue(), f"{name}.dbf": dbf.getvalue()}
    return parts | {f"{name}.prj": prj.encode()} | ({f"{name}.cpg": cpg.encode()} if cpg else {})


def table(path: Path, encoding: str = "utf-8", delimiter: str = ",") -> Path:
    lines = [("featurePcode", "featureName", "admin3Pcode", "Latitude", "Longitude"), *TOWNS]
    path.write_bytes("\r\n".join(delimiter.join(map(str, line)) for line in lines).encode(encoding))
    return path


def workbook(path: Path) -> Path:
    book = Workbook()
    for line in [("featurePcode", "featureName", "admin3Pcode", "Latitude", "Longitude"), *TOWNS]:
        book.active.append(line)
    book.save(path)
    return path


def points(path: Path) -> Path:
    features = [
        {
            "type": "Feature",
            "properties": {"pplPcode": c, "name": n, "ADM3_PCODE": a},
            "geometry": {"type": "Point", "coordinates": [lon, lat]},
        }
        for c, n, a, lat, lon in TOWNS
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


OUTLINES = {
    "geojson": lambda folder: geojson(folder / "adm3.geojson"),
    "shapefile": lambda folder: zipped(folder / "adm3.zip", layer()),
    "shapefile of Windows": lambda folder: zipped(folder / "adm3.zip", layer(encoding="cp1252", cpg="1252")),
    "in a folder": lambda folder: zipped(folder / "adm3.zip", layer(name="mli/adm3")),
}
SETTLEMENTS = {
    "csv": lambda folder: table(folder / "towns.csv"),
    "csv of Excel": lambda folder: table(folder / "towns.csv", "cp1252", ";"),
    "csv with its mark": lambda folder: table(folder / "towns.csv", "utf-8-sig"),
    "xlsx": lambda folder: workbook(folder / "towns.xlsx"),
    "points": lambda folder: points(folder / "towns.geojson"),
}


def together(outlines: Path, settlements: Path):
    return put_together("COD X", codes=[], settlements=[read_source(settlements)], outlines=[read_source(outlines)])


def test_every_format_gives_the_same_places(tmp_path):
    packs = {}
    for borders in OUTLINES:
        for towns in SETTLEMENTS:
            folder = tmp_path / f"{borders}-{towns}"
            folder.mkdir()
            packs[borders, towns] = together(OUTLINES[borders](folder), SETTLEMENTS[towns](folder))
    rows = {pack.rows for pack in map(frozen, packs.values())}
    assert len(rows) == 1
    by_code = {row["pcode"]: row for row in next(iter(packs.values())).rows}
    assert by_code["XX010101"] == {
        **{"level": "commune", "pcode": "XX010101", "parent": "XX0101", "name": "Éa", "names": "", "seat": "T1"},
        **{"area_km2": by_code["XX010101"]["area_km2"], "edition": "COD X"},
    }
    assert 12_200 < int(by_code["XX010101"]["area_km2"]) < 12_400  # a degree by a degree at the equator
    assert by_code["XX01"]["parent"] == ""


class frozen:
    def __init__(self, pack):
        self.rows = tuple(tuple(sorted(row.items())) for row in pack.rows)


def bomb(folder):
    return zipped(folder / "x.zip", layer() | {"adm3.shp": b"\0" * 400_000_000})


BROKEN = {
    "no file at all": (lambda f: f / "nowhere.geojson", "cannot be read"),
    "empty": (lambda f: save(f / "x.csv", b""), "nothing in it"),
    "only a header": (lambda f: save(f / "x.csv", b"pcode,name\n"), "nothing in it"),
    "a picture": (lambda f: save(f / "x.csv", b"\x89PNG\r\n\x1a\n" + b"\0" * 90), "neither a table nor a layer"),
    "half a GeoJSON": (lambda f: save(f / "x.geojson", b'{"features": [{'), "no GeoJSON"),
    "deep": (lambda f: save(f / "x.geojson", b'{"features":' + b"[" * 200_000), "no GeoJSON"),
    "not a number": (lambda f: save(f / "x.geojson", b'{"features": [NaN]}'), "no GeoJSON"),
    "in metres": (
        lambda f: geojson(f / "x.geojson", crs={"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32630"}}),
        "EPSG:4326",
    ),
    "a shapefile in metres": (lambda f: zipped(f / "x.zip", layer(UTM)), "EPSG:4326"),
    "no .dbf": (lambda f: zipped(f / "x.zip", {k: v for k, v in layer().items() if "dbf" not in k}), "its .dbf"),
    "no .prj": (lambda f: zipped(f / "x.zip", {k: v for k, v in layer().items() if "prj" not in k}), "its .prj"),
    "two layers": (lambda f: zipped(f / "x.zip", layer() | layer(name="adm2")), "one layer"),
    "a cut .shp": (lambda f: zipped(f / "x.zip", layer() | {"adm3.shp": layer()["adm3.shp"][:120]}), "damaged"),
    "a cut .dbf": (lambda f: zipped(f / "x.zip", layer() | {"adm3.dbf": layer()["adm3.dbf"][:70]}), "damaged"),
    "other letters than it says": (lambda f: zipped(f / "x.zip", layer(encoding="cp1252", cpg=None)), ".cpg"),
    "a bomb": (bomb, "far larger than it looks"),
    "out of its folder": (lambda f: zipped(f / "x.zip", layer() | {"../../x.shp": b""}), "damaged"),
    "a file in a file": (lambda f: zipped(f / "x.zip", {"inner.zip": b"PK"}), "another file within"),
    "no archive": (lambda f: save(f / "x.zip", b"PK\x03\x04 nothing"), "damaged"),
}


def save(path: Path, raw: bytes) -> Path:
    path.write_bytes(raw)
    return path


@pytest.mark.parametrize("what", BROKEN)
def test_what_is_broken_or_hostile_is_refused_in_a_sentence(what, tmp_path):
    make, words = BROKEN[what]
    with pytest.raises(BadPlaces) as caught:
        read_source(make(tmp_path))
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda f: geojson(f / "a.geojson", features=[]), "nothing in it"),
        (lambda f: points(f / "a.geojson"), "No unit of level 3"),
    ],
)
def test_outlines_that_are_none_are_refused(spoil, words, tmp_path):
    with pytest.raises(BadPlaces, match=words):
        together(spoil(tmp_path), table(tmp_path / "towns.csv"))


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("T2,", "T1,", "stands in row 2 already"),
        ("T1,", ",", "row 2: no code"),
        (",Éa,", ",,", "row 2: no name"),
        ("0.5,0.5", "0.5,", "row 2"),
        ("0.5,0.5", "95.5,0.5", "no position in degrees"),
        ("0.5,0.5", "north,0.5", "row 2"),
        ("XX0101", "YY0101", "of another edition"),
    ],
)
def test_a_wrong_row_is_named(before, after, words, tmp_path):
    towns = table(tmp_path / "towns.csv")
    text = towns.read_text(encoding="utf-8")
    towns.write_text(
        text.replace(before, after) if "0101" in before else text.replace(before, after, 1), encoding="utf-8"
    )
    with pytest.raises(BadPlaces, match=words):
        together(geojson(tmp_path / "adm3.geojson"), towns)


def test_latitude_and_longitude_exchanged_are_seen(tmp_path):
    towns = table(tmp_path / "towns.csv")
    towns.write_text(
        towns.read_text(encoding="utf-8").replace("Latitude,Longitude", "Longitude,Latitude"), encoding="utf-8"
    )
    with pytest.raises(BadPlaces, match="exchanged"):
        together(geojson(tmp_path / "adm3.geojson"), towns)


def test_an_import_that_is_cut_off_leaves_what_was_and_goes_through_when_run_again(profile, reference, monkeypatch):
    """As a kill would leave it: whatever was written so far, and no pointer to it."""
    files = options(reference, "codes", "settlements", "outlines")

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", killed)
        run(profile, *files, "--edition", EDITION, "--yes")
    with monkeypatch.context() as patch:
        patch.setattr(importing.shelf, "put_in_force", killed)
        run(profile, *files, "--edition", EDITION, "--yes")
    assert not pack_named(profile)
    assert len(load_mission(profile).gazetteer.places) < 2_000
    assert run(profile, *files, "--edition", EDITION, "--yes").exit_code == 0
    assert len(load_mission(profile).gazetteer.places) == 18_547
    assert [path.name for path in (profile / "places").iterdir() if path.is_dir()] == [pack_named(profile)]
    again = run(profile, *files, "--edition", EDITION, "--yes")
    assert again.exit_code == 0
    assert "renamed: 0" in again.output
    assert "vanished: 0" in again.output


def test_a_pointer_to_nothing_stops_the_start(profile):
    (profile / "places").mkdir()
    (profile / "places/current").write_text("gone\n")
    with pytest.raises(Exception, match="Import them again"):
        load_mission(profile)
