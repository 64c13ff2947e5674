"""Tables, maps and calendars as bytes: the same for the same, and nothing in them runs."""

from __future__ import annotations

import csv
import io
import json
import time
import xml.etree.ElementTree as ET
import zipfile
from datetime import UTC, datetime
from itertools import pairwise

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deconflict.files.calendars import Span, calendar
from deconflict.files.csv_out import csv_bytes, guarded, unguarded
from deconflict.files.drawings import AREA, POINT, Drawn, geojson, kml
from deconflict.files.sheets import Column, Mark, workbook

COLUMNS = [
    Column("Number", "#meta+id"),
    Column("Day", "#date", kind="date"),
    Column("Hour", kind="time"),
    Column("How many", kind="number", hint="Whole"),
    Column("Answer", choices=("one, two", "=three")),
]
EVIL = ["=1+1", "+1+1", "-1+1", "@x", "\t=1", "\r=1", "\n=1", " =1", "a;=cmd|' /C calc'!A0;b", "x,@y", "\uff1d1"]
PLAIN = ["-3.99", "+22370000101", "14.35 -3.61", "14,35 ; -3,61", "-14.3,-3.2", "Gao", "", "a-b", "10/12/2019"]


@pytest.mark.parametrize("text", EVIL)
def test_what_would_run_is_guarded_however_the_file_is_read(text):
    for semicolons in (False, True):
        data = csv_bytes(["a", "b"], [], [[text, "x"]], semicolons=semicolons).decode("utf-8-sig")
        for delimiter in ",;\t|":
            for row in csv.reader(io.StringIO(data), delimiter=delimiter):
                assert not [cell for cell in row if cell.strip(" '\"")[:1] in set("=+@\uff1d") and cell[:1] != "'"]


@pytest.mark.parametrize("text", PLAIN)
def test_figures_and_words_are_let_be(text):
    assert guarded(text) == text


@given(st.text(alphabet="'=+-@ \t\r\n,;|a1.\uff1d\u00a0", max_size=12))
def test_what_was_guarded_is_read_back_to_the_letter(text):
    assert unguarded(guarded(text)) == text


def test_a_table_begins_with_its_mark_and_has_a_row_of_tags_only_where_there_are_some():
    assert csv_bytes(["é"], ["#x"], [["1"]]).startswith(b"\xef\xbb\xbf\xc3\xa9\r\n#x\r\n1")
    assert csv_bytes(["é"], [""], [["1"]]).endswith(b"\xc3\xa9\r\n1\r\n")


def test_a_workbook_is_the_same_to_the_byte_and_says_nothing_of_who_made_it_when():
    first = workbook("Title", COLUMNS, [["a"]], lines=5, notes=["n"], footer="f")
    time.sleep(2.1)  # two seconds are what an archive tells apart
    assert workbook("Title", COLUMNS, [["a"]], lines=5, notes=["n"], footer="f") == first
    with zipfile.ZipFile(io.BytesIO(first)) as parts:
        assert b"creator" not in parts.read("docProps/core.xml")
        assert {part.date_time[0] for part in parts.infolist()} == {1980}


def test_every_cell_is_text_but_days_hours_and_numbers_that_are_some():
    rows = [["=1+1", "2019-12-10", "06:30", "12", "=three"], ["@x\x00", "2019-13-40", "6h", "007", "", "beyond"]]
    marks = [Mark(1, 1, "no such day"), Mark(1, 1, "twice")]
    book = openpyxl.load_workbook(io.BytesIO(workbook("a/b: [c]", COLUMNS, rows, marks=marks, lines=10)))
    sheet = book.worksheets[0]
    assert [cell.data_type for cell in sheet[3]] == ["s", "d", "d", "n", "s", "n"]
    assert [cell.number_format for cell in sheet[3]][:5] == ["@", "yyyy-mm-dd", "hh:mm", "0", "@"]
    assert [cell.value for cell in sheet[4]] == ["@x", "2019-13-40", "6h", "007", None, "beyond"]
    assert sheet["B4"].comment.text == "no such day\ntwice"
    assert sheet["B4"].fill.fgColor.rgb == "FFFFB3B3"
    assert sheet.freeze_panes == "A3"
    answers, hint = sorted(sheet.data_validations.dataValidation, key=lambda rule: rule.type or "z")
    assert str(answers.sqref) == "E3:E14"
    assert str(hint.sqref) == "D3:D14"
    assert book[answers.formula1.partition("!")[0].strip("'")].sheet_state == "hidden"


def test_a_workbook_leaves_nothing_on_the_disk(monkeypatch):
    def refused(*_args, **_more):
        raise AssertionError("a temporary file")

    monkeypatch.setattr("openpyxl.worksheet._writer.create_temporary_file", refused)
    assert workbook("t", COLUMNS, [["a"]], notes=["n"])


def test_a_border_runs_against_the_clock_and_is_closed():
    corners = [(14.0, -4.0), (14.0, -3.0), (15.0, -3.0)]
    for given_ in (corners, corners[::-1]):
        found = json.loads(b"".join(geojson([Drawn("A", AREA, given_, {"none": None, "n": 1})], {"note": "x"})))
        (feature,) = found["features"]
        (ring,) = feature["geometry"]["coordinates"]
        assert ring[0] == ring[-1]
        assert sum((b[0] - a[0]) * (b[1] + a[1]) for a, b in pairwise(ring)) < 0
        assert feature["properties"] == {"n": 1}


def test_a_place_that_nobody_knows_has_no_geometry():
    (feature,) = json.loads(b"".join(geojson([Drawn("A", POINT, ())], {})))["features"]
    assert feature["geometry"] is None


@given(st.text(max_size=40), st.text(max_size=40))
def test_no_name_leaves_its_field_in_a_map(name, value):
    data = b"".join(kml([Drawn(name, POINT, [(14.5, -4.25)], {"place": value})], "t", "n"))
    root = ET.fromstring(data)
    (mark,) = root.findall(".//{*}Placemark")
    assert [each.tag.partition("}")[2] for each in mark] == ["name", "ExtendedData", "Point"]
    assert [each.text for each in root.findall(".//{*}coordinates")] == ["-4.250000,14.500000"]
    assert [each.get("name") for each in root.findall(".//{*}Data")] == (["place"] if value else [])
    assert data.count(b"<Placemark>") == 1


def test_a_calendar_says_hours_and_a_code():
    at = datetime(2026, 12, 10, 6, tzinfo=UTC)
    text = calendar([Span("K-1", 2, "K", at, None)], "Carnet", "a note\nBEGIN:VEVENT", at).decode()
    assert text.count("\r\nBEGIN:VEVENT\r\n") == 1
    assert "SUMMARY:Carnet K\r\n" in text
    assert "DTEND" not in text
