"""Broken and hostile files: each is answered with its sentence, within bounded time and memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import hostile
import pytest
from hostile import ENTITIES, HEADER, LINE, XXE, archive, book, gpx, kml, large, line, ole, placemark, point
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deconflict.files.limits import BadFile, guarded
from deconflict.files.routes import read_routes
from deconflict.files.tables import read_tables

MOST_SECONDS = 20.0  # on a busy machine; each takes 4 at most on a quiet one
MOST_MB = 120.0  # the largest takes 61

FAR = '<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row>'
SST = f"<sst {hostile.MAIN}>"
KILLERS: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "zip bomb": ("tables", hostile.zip_bomb, "far larger than it looks"),
    "zip bomb as KMZ": ("routes", lambda: hostile.zip_bomb("doc.kml"), "far larger than it looks"),
    "lying headers": ("tables", hostile.lying_bomb, "damaged"),
    "texts of 100 MB": (
        "tables",
        lambda: book(sharedStrings=f"{SST}{'<si><t>a</t></si>' * 6_000_000}</sst>"),
        "larger",
    ),
    "texts of 29 MB": ("tables", lambda: large(HEADER, sharedStrings=f"{SST}{'<si/>' * 5_700_000}</sst>"), "cells"),
    "one text of 29 MB": ("tables", lambda: large(f'<row><c t="str"><v>{"a" * 29_000_000}</v></c></row>'), "No cell"),
    "a number of 29 MB": ("tables", lambda: large(f"<row><c><v>{'1' * 29_000_000}</v></c></row>"), "No cell"),
    "100,000 rows": ("tables", lambda: large(hostile.rows(100_000)), "more than 5000 filled lines"),
    "millions of columns": ("tables", lambda: large(hostile.cells(5_000_000)), "damaged"),
    "millions of rows": ("tables", lambda: large("<row/>" * 4_500_000), "damaged"),
    "a million empty cells": ("tables", lambda: large(HEADER + '<row><c s="1"/></row>' * 900_000), "400000 cells"),
    "stray cell": ("tables", lambda: book(HEADER + LINE + FAR), "1 read"),
    "stray cell alone": ("tables", lambda: book(HEADER + FAR), "1 read"),
    "a line of 2 MB": ("tables", lambda: b"a,b,c\n" + b"x" * 1_900_000, "Line 2 cannot be divided"),
    "a million commas": ("tables", lambda: b"a,b,c\n" + b"," * 1_900_000, "nothing below it"),
    "a million columns": ("tables", lambda: b"a,b,c\n" + b"1," * 900_000, "More than 1000 cells"),
    "a million lines": ("tables", lambda: b"a,b,c\n" + b"1\n" * 900_000, "more than 5000 filled lines"),
    "a million quotes": ("tables", lambda: b"a,b,c\n" + b'"' * 1_900_000, "quotation mark"),
    "one sheet a thousand times": ("tables", hostile.same_sheet_a_thousand_times, "1 read"),
    "300,000 styles": ("tables", hostile.many_styles, "damaged"),
    "a million merged": (
        "tables",
        lambda: large(HEADER + LINE, after='<mergeCell ref="A1:A9"/>' * 1_000_000),
        "400000",
    ),
    "deep": ("tables", lambda: large("<x>" * 1_000_000), "damaged"),
    "entity bomb in the texts": (
        "tables",
        lambda: book(sharedStrings=f"{ENTITIES}<sst><si><t>&i;</t></si></sst>"),
        "DOCTYPE",
    ),
    "entity bomb in KML": ("routes", lambda: kml(placemark("&i;", line("1,2", "3,4")), ENTITIES), "DOCTYPE"),
    "deep KML": ("routes", lambda: kml("<Folder>" * 200_000), "damaged"),
    "200,000 points": ("routes", lambda: kml(placemark("a", line(*["1,2"] * 200_000))), "more than 100000 points"),
    "a million placemarks": ("routes", lambda: kml("<Placemark/>" * 150_000), "no line"),
    "10,000 points of interest": ("routes", lambda: gpx('<wpt lat="1" lon="2"/>' * 10_000), "more than 50"),
    "KMZ of one coordinate": (
        "routes",
        hostile.kmz_of_one_number,
        "no position",
    ),
}


@pytest.mark.parametrize("name", KILLERS)
def test_what_would_bring_a_server_down_is_answered_in_bounded_time_and_memory(name: str, tmp_path: Path) -> None:
    kind, build, expected = KILLERS[name]
    path = tmp_path / "file"
    path.write_bytes(build())
    command = [sys.executable, str(Path(__file__).with_name("weigh.py")), kind, str(path)]
    root = str(Path(__file__).parents[2])
    run = subprocess.run(command, capture_output=True, text=True, timeout=120, env=os.environ | {"PYTHONPATH": root})
    assert run.returncode == 0, run.stderr[-2_000:]
    told = json.loads(run.stdout)
    assert expected in told["said"]
    assert told["seconds"] < MOST_SECONDS
    assert told["mb"] < MOST_MB


MACRO_TYPE = '<Override ContentType="application/vnd.ms-excel.sheet.macroEnabled.main+xml"/>'
REFUSED: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "The file is empty"),
    "blank": (b"\xef\xbb\xbf \r\n\t", "The file is empty"),
    "commas alone": (b",,,\n,,,\n", "The file is empty"),
    "an empty sheet": (book(""), "The file is empty"),
    "a header alone": (b"Date;Lieu;Activite\n", "a header and nothing below it"),
    "a sheet's header alone": (book(HEADER), "a header and nothing below it"),
    "old": (ole("Workbook"), "save it as .xlsx"),
    "locked": (ole("EncryptedPackage"), "protected by a password"),
    "a locked member": (hostile.encrypted(), "protected by a password"),
    "ods": (archive({"mimetype": "x", "content.xml": "<x/>"}), ".ods"),
    "xlsb": (archive({"[Content_Types].xml": "<x/>", "xl/workbook.bin": "x"}), ".xlsb"),
    "docx": (archive({"[Content_Types].xml": "<x/>", "word/document.xml": "x"}), "Copy its table"),
    "zip": (archive({"notes.txt": "x"}), "packed file"),
    "gzip": (b"\x1f\x8b\x08" + bytes(50), "packed file"),
    "pdf": (b"%PDF-1.7\n%\xe2\xe3", "This is a PDF"),
    "png": (b"\x89PNG\r\n\x1a\n" + bytes(60), "This is a picture"),
    "jpeg": (b"\xff\xd8\xff\xe0\x00\x10JFIF", "This is a picture"),
    "heic": (b"\0\0\0\x18ftypheic" + bytes(9), "This is a picture"),
    "web page": (b"<html><table><tr><td>Date", "This is a web page"),
    "other XML": (b'<?xml version="1.0"?><Workbook/>', "neither KML nor GPX"),
    "json": (b'{"type": "FeatureCollection"}', "This is JSON"),
    "program": (b"\x7fELF" + bytes(500), "neither a table nor a route"),
    "kml": (kml(placemark("a", point("1,2"))), "Send it as a route"),
    "gpx": (gpx(""), "Send it as a route"),
    "kmz": (archive({"doc.kml": kml("")}), "Send it as a route"),
    "macros": (archive({"xl/workbook.xml": "x", "xl/vbaProject.bin": "x"}), "contains macros"),
    "macros by type": (
        archive(
            {
                "[Content_Types].xml": '<Override ContentType="application/vnd.ms-excel.sheet.macroEnabled.main+xml"/>',
                "xl/workbook.xml": "x",
            }
        ),
        "contains macros",
    ),
    "nested": (archive({"xl/workbook.xml": "x", "xl/embeddings/inner.xlsx": "x"}), "another file within this file"),
    "outside": (archive({"xl/workbook.xml": "x", "../../etc/passwd": "x"}), "damaged"),
    "absolute": (archive({"xl/workbook.xml": "x", "/etc/passwd": "x"}), "damaged"),
    "many members": (archive({f"xl/{n}.xml": "x" for n in range(501)} | {"xl/workbook.xml": "x"}), "is not opened"),
    "too large": (b"a" * 2_000_001, "larger than 2 MB"),
    "no sheet": (archive({"xl/workbook.xml": "<x/>"}), "damaged"),
    "XXE in the list of sheets": (book(workbook=XXE + hostile.WORKBOOK), "DOCTYPE"),
    "XXE in a sheet": (book(before=XXE), "DOCTYPE"),
    "rows backwards": (book('<row r="9"/><row r="3"/>'), "damaged"),
    "a row behind the last": (book('<row r="99999999999"/>'), "damaged"),
    "a row before the first": (book('<row r="-1"/>'), "damaged"),
    "a cell that is nowhere": (book('<row><c r="ÀB7"/></row>'), "damaged"),
    "a column behind the last": (book('<row><c r="XFE1"><v>1</v></c></row>'), "damaged"),
    "a text that is not there": (book('<row><c t="s"><v>7</v></c></row>'), "damaged"),
    "61 columns": ((",".join(["a"] * 61) + "\n" + "1," * 61).encode(), "more than 60 columns"),
    "unclosed quote": (b'a,b,c\n1,2,3\n4,"5,6\n7,8,9\n', "quotation mark"),
    "Windows-1252 with holes": (b"a,b,c\n\x81\xe9,2,3\n", "letters of this file cannot be told"),
    "half of UTF-16": ("a,b,c\n1,2,3".encode("utf-16")[:-1], "letters of this file cannot be told"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_table_is_refused_with_a_sentence_of_its_own(name: str) -> None:
    raw, expected = REFUSED[name]
    with pytest.raises(BadFile) as refused:
        read_tables(raw)
    assert expected in refused.value.sentence % refused.value.facts


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"a;b;c\n1;2;3\n", "Send it as a table"),
        (book(), "Send it as a table"),
        (kml(""), "no line, area or point"),
        (kml(placemark("a", line())), "no line, area or point"),
        (kml("<NetworkLink><Link><href>http://example.org/a.kml</href></Link></NetworkLink>"), "which is not fetched"),
        (kml(placemark("a", point("-3.5"))), "no position"),
        (kml(placemark("a", point("nan,14"))), "no position"),
        (kml(placemark("a", point("-3.5,91"))), "no position"),
        (kml(placemark("a", point("181,14"))), "no position"),
        (kml(placemark("a", point("x,y"))), "no position"),
        (gpx('<wpt lat="inf" lon="1"/>'), "no position"),
        (gpx('<wpt lat="14"/>'), "no position"),
        (gpx("", XXE), "DOCTYPE"),
        (kml("", XXE), "DOCTYPE"),
        (kml("")[:-20], "damaged"),
    ],
)
def test_what_is_no_route_is_refused_with_a_sentence_of_its_own(raw: bytes, expected: str) -> None:
    with pytest.raises(BadFile) as refused:
        read_routes(raw)
    assert expected in refused.value.sentence % refused.value.facts


def test_a_link_elsewhere_harms_nothing_where_the_file_has_a_line() -> None:
    (route,) = read_routes(kml("<NetworkLink/>" + placemark("Koro", line("-3,14", "-3.1,14.1"))))
    assert (route.name, route.points) == ("Koro", ((14.0, -3.0), (14.1, -3.1)))


GOOD = [
    hostile.written(("Date", "Lieu", "n"), ("2026-12-01", "Bankass", 2), ("2026-12-02", "Koro", 3.5)),
    "Date;Lieu;n\n1;é;3\n".encode("cp1252"),
    kml(placemark("a", line("-3,14", "-3.1,14.1")) + placemark("b", point("-3,14"))),
    archive({"doc.kml": kml(placemark("a", line("-3,14", "-3.1,14.1")))}),
    gpx('<rte><rtept lat="1" lon="2"><name>a</name></rtept><rtept lat="2" lon="2"/></rte>'),
]


@st.composite
def spoilt(draw: st.DrawFn) -> bytes:
    """A good file with bytes changed, taken out or doubled, or cut off."""
    raw = bytearray(draw(st.sampled_from(GOOD)))
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(raw) - 1)) if raw else 0
        match draw(st.integers(0, 3)):
            case 0:
                raw[at : at + 1] = bytes([draw(st.integers(0, 255))])
            case 1:
                del raw[at : at + draw(st.integers(1, 40))]
            case 2:
                raw[at:at] = raw[at : at + 40]
            case _:
                raw = raw[:at]
    return bytes(raw)


@given(st.one_of(spoilt(), st.binary(max_size=400)))
@settings(max_examples=600, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_comes_is_read_or_refused(raw: bytes) -> None:
    for read in (read_tables, read_routes, guarded):
        try:
            read(raw)
        except BadFile as refused:
            str(refused.sentence % refused.facts)  # all that the sentence asks for is there
